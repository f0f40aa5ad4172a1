"""model.pt gives in Python what graft gives: the same probabilities from the same pixels.

The photographs already have the network's input size, 224 x 224, so that no resizing stands between decoding and the
network: every difference is one of decoding, of colour order, of normalisation or of the network. Lossless copies of
the photographs leave the JPEG decoder out of it too: their pixels are equal bit by bit. Without flowers12 drawn
images are cut to that size.
"""

import json
import os
import shutil
import subprocess
import sys

import workspace
from workspace import Workspace, photographs, read_rows

PYTHON = os.environ.get("GRAFT_PYTHON", "")
SIZE = 224
LARGEST_DIFFERENCE = 1e-5

MAKE_COPIES = """
import pathlib, sys
from PIL import Image
for name in sys.argv[2:]:
    with Image.open(name) as image:
        cut = image.convert("RGB").crop((0, 0, {size}, {size}))
        cut.save(pathlib.Path(sys.argv[1]) / (pathlib.Path(name).stem + ".png"))
""".format(size=SIZE)


def python_is_able():
    if not PYTHON:
        return False
    probe = subprocess.run([PYTHON, "-c", "import torch, numpy, PIL"], capture_output=True, check=False)
    return probe.returncode == 0


class ExportParity(Workspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images(train=8, test=2, size=256)
        run, _ = cls.train("run", data={"image_size": SIZE}, training={"epochs": 2})
        cls.graft("export", run / "model.pt", "--format", "torchscript", "--output", "exported.pt")
        cls.models = ["run/model.pt", "exported.pt"]
        cls.photographs = []
        (cls.folder / "photographs").mkdir()
        for number, file in enumerate(photographs(10)):
            cls.photographs.append(f"photographs/{number}.jpg")
            shutil.copy(file, cls.folder / cls.photographs[-1])
        drawn = sorted(str(file.relative_to(cls.folder)) for file in (cls.folder / "data" / "test").glob("*/*.jpg"))
        (cls.folder / "copies").mkdir()
        cls.python("-c", MAKE_COPIES, "copies", *(cls.photographs or [drawn[0]]))
        cls.copies = sorted(f"copies/{file.name}" for file in (cls.folder / "copies").iterdir())

    @classmethod
    def python(cls, *arguments):
        done = subprocess.run([PYTHON, *arguments], cwd=cls.folder, env=cls.environment, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout

    def assert_parity(self, model, images):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torchscript_forward.py")
        expected = json.loads(self.python(script, model, *images))
        rows = read_rows(self.graft("predict", model, *images, "--probabilities").out)
        self.assertEqual(len(rows), len(images))
        for row, probabilities in zip(rows, expected, strict=True):
            for name, probability in probabilities.items():
                self.assertLessEqual(abs(float(row[name]) - probability), LARGEST_DIFFERENCE, (row["file"], name))
            spread = max(probabilities.values()) - min(probabilities.values())
            self.assertGreater(spread, 100 * LARGEST_DIFFERENCE, "equal probabilities would prove nothing")

    @workspace.unittest.skipUnless(photographs(10), "GRAFT_TEST_DATA has no flowers12")
    def test_ten_photographs_have_the_probabilities_that_python_computes(self):
        self.assertEqual(len(self.photographs), 10)
        for model in self.models:
            self.assert_parity(model, self.photographs)

    def test_lossless_pictures_have_the_probabilities_that_python_computes(self):
        for model in self.models:
            self.assert_parity(model, self.copies)

    def test_a_lossless_copy_has_the_probabilities_of_its_photograph(self):
        if not self.photographs:
            self.skipTest("GRAFT_TEST_DATA has no flowers12")
        both = [read_rows(self.graft("predict", self.models[0], *files, "--probabilities").out)
                for files in (self.photographs, [f"copies/{number}.png" for number in range(10)])]
        for photograph, copy in zip(*both, strict=True):
            for name in list(photograph)[4:]:  # behind file, class, probability and error
                self.assertAlmostEqual(float(photograph[name]), float(copy[name]), delta=LARGEST_DIFFERENCE)


if __name__ == "__main__":
    if not python_is_able():
        print("skipped: GRAFT_PYTHON does not name a Python with torch, numpy and PIL", file=sys.stderr)
        sys.exit(workspace.SKIPPED)
    workspace.main()
