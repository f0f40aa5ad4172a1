"""The same numbers from the same config on one machine; nearly the same from another instruction set."""

import unittest

import workspace
from workspace import Workspace, read_history, read_rows

OLDER = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"}


class InstructionSets(Workspace):
    """A processor that has less is played by the libraries' own switches."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images(train=4, test=2)
        cls.here, _ = cls.train("here")
        cls.environment.update(OLDER)
        cls.older, _ = cls.train("older")

    def values(self, run):
        rows = read_rows((run / "test" / "predictions.csv").read_text(encoding="utf-8"))
        return [float(value) for row in rows for value in list(row.values())[4:]]  # behind file, label, predicted, right

    def test_the_same_one_gives_the_same_bits(self):
        again, _ = self.train("older-again")
        self.assertEqual(read_history(again), read_history(self.older))
        self.assertEqual((again / "test" / "predictions.csv").read_bytes(),
                         (self.older / "test" / "predictions.csv").read_bytes())

    def test_another_one_gives_nearly_the_same_numbers(self):
        for here, older in zip(read_history(self.here), read_history(self.older), strict=True):
            for name in ("loss", "val_loss"):
                self.assertAlmostEqual(float(here[name]), float(older[name]), delta=0.01 * float(here[name]), msg=name)
        here, older = self.values(self.here), self.values(self.older)
        self.assertGreater(len(here), 0)
        for one, other in zip(here, older, strict=True):
            self.assertAlmostEqual(one, other, delta=0.02)


class SharedCache(Workspace):
    """Several runs with one cache, which somebody clears all the time."""

    def test_gives_every_run_its_numbers(self):
        self.draw_images(train=4, test=1)
        sections = {"features": {"keep": "shared"}, "training": {"epochs": 2}, "data": {"test": None, "workers": 1}}
        names = [f"run{i}" for i in range(4)]
        runs = [self.start("train", self.config(name, **sections)[1]) for name in names]
        while any(run.poll() is None for run in runs):
            self.graft("cache", "clear")
        for run in runs:
            self.assertEqual(run.returncode, 0, run.communicate()[1])
        for name in names[1:]:
            self.assertEqual(read_history(self.folder / name), read_history(self.folder / names[0]))


if __name__ == "__main__":
    workspace.main()
