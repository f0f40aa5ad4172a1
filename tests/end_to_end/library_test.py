"""The examples of docs/examples, built with graft's own build, and the C interface from Python's ctypes."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import workspace
from workspace import Workspace, read_history, read_json, read_rows

SOURCE = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = os.environ.get("GRAFT_EXAMPLES", "")
LIBRARY = os.environ.get("GRAFT_LIBRARY", "")
PYTHON = os.environ.get("GRAFT_PYTHON") or sys.executable
CLASSES = ["butterfly", "feather", "fish", "flower", "gear", "leaf", "shell", "starfish"]


class ExampleWorkspace(Workspace):
    @classmethod
    def example(cls, name, *arguments, expect=0):
        """What an example says, standard error included."""
        done = subprocess.run([str(pathlib.Path(EXAMPLES) / f"example_{name}"), *map(str, arguments)], cwd=cls.folder,
                              env=cls.environment, text=True, encoding="utf-8", stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=workspace.TIMEOUT_SECONDS, check=False)
        if done.returncode != expect:
            raise AssertionError(f"{name}: exit code {done.returncode}, expected {expect}\n{done.stdout}")
        return done.stdout


@unittest.skipUnless(EXAMPLES, "GRAFT_EXAMPLES does not name the folder of the examples")
class Training(ExampleWorkspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images()
        cls.config("base")

    def test_train_changes_the_config_and_gives_the_record(self):
        said = self.example("train", "base.json", "trained")
        config = read_json(self.folder / "trained" / "config.json")
        self.assertEqual(config["training"]["epochs"], 4)
        self.assertEqual(config["training"]["optimizer"]["name"], "adamw")
        self.assertEqual(config["head"]["hidden"], [32])  # as in the file
        record = read_json(self.folder / "trained" / "record.json")
        self.assertIn(f"test accuracy {record['test']['accuracy']:.4f}", said)
        self.assertIn("model trained/model.pt", said)
        self.assertIn("epoch 1/4: 48 images", said)

    def test_train_lists_what_is_wrong_with_a_config(self):
        self.config("wrong", training={"epoch": 1}, head={"dropout": 2})
        said = self.example("train", "wrong.json", "never", expect=2)
        self.assertIn("/head/dropout: expected", said)
        self.assertIn("/training/epoch: unknown key", said)
        self.assertFalse((self.folder / "never").exists())

    def test_an_own_callback_changes_the_learning_rate(self):
        said = self.example("own_callback", "base.json", "warmed-up")
        rates = [float(row["learning_rate"]) for row in read_history(self.folder / "warmed-up")]
        for rate, expected in zip(rates, [0.001, 0.002, 0.003], strict=True):  # a third, two thirds, all
            self.assertAlmostEqual(rate, expected, places=12)
        self.assertIn("epoch 3: learning rate 0.003", said)

    def test_an_own_backbone_is_trained_and_used(self):
        said = self.example("own_backbone", "data", "own")
        self.assertIn("8 classes, the first is butterfly", said)
        record = read_json(self.folder / "own" / "record.json")
        self.assertEqual(record["config"]["backbone"]["name"], "small_resnet")
        losses = [row["loss"] for row in record["history"]]
        self.assertLess(losses[-1], losses[0])
        self.graft("verify", "own/model.pt")  # graft's program knows nothing of the backbone, and needs nothing


class ModelWorkspace(ExampleWorkspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.data = cls.draw_images()
        cls.train("run", training={"epochs": 2})
        cls.images = sorted((cls.data / "test").glob("*/000.jpg"))
        rows = read_rows(cls.graft("predict", "run/model.pt", *cls.images).out)
        cls.expected = [(row["class"], float(row["probability"])) for row in rows]
        cls.bad = cls.folder / "bad.jpg"
        cls.bad.write_bytes(b"no picture")


@unittest.skipUnless(EXAMPLES, "GRAFT_EXAMPLES does not name the folder of the examples")
class Classifying(ModelWorkspace):
    def test_classify_says_what_the_program_says(self):
        lines = self.example("classify", "run/model.pt", *self.images).splitlines()
        self.assertEqual(len(lines), 4 * len(self.images))
        for i, (name, probability) in enumerate(self.expected):
            self.assertEqual(lines[4 * i], str(self.images[i]))
            self.assertEqual(lines[4 * i + 1].split(), [f"{100 * probability:.1f}", "%", name])

    def test_classify_goes_on_after_a_bad_image(self):
        said = self.example("classify", "run/model.pt", self.bad, self.images[0], expect=3)
        self.assertIn(f"{self.bad}: ", said)
        self.assertIn(self.expected[0][0], said)

    def test_frames_follows_the_pictures_of_a_folder(self):
        frames = self.folder / "frames"
        frames.mkdir()
        for i in range(3):
            shutil.copy(self.images[2], frames / f"{i}.jpg")
        lines = self.example("frames", "run/model.pt", frames).splitlines()
        self.assertEqual(lines[-1], "3 frames")
        for i, line in enumerate(lines[:-1]):
            self.assertTrue(line.startswith(f"frame {i}: {self.expected[2][0]} "), line)

    def test_frames_says_when_there_is_nothing_to_see(self):
        self.assertIn("no-such-video", self.example("frames", "run/model.pt", "no-such-video", expect=1))


@unittest.skipUnless(LIBRARY, "GRAFT_LIBRARY does not name libgraft.so")
class FromPython(ModelWorkspace):
    def python(self, *arguments, expect=0):
        done = subprocess.run([PYTHON, *map(str, arguments)], cwd=self.folder, env=self.environment, text=True,
                              encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=workspace.TIMEOUT_SECONDS, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def test_the_example_says_what_the_program_says(self):
        said = self.python(SOURCE / "docs/examples/classify.py", LIBRARY, "run/model.pt", *self.images).stdout
        self.assertEqual(said.splitlines(), [f"{image}: {name} {probability:.4f}" for image, (name, probability) in
                                             zip(self.images, self.expected, strict=True)])

    def test_a_bad_image_is_an_exception_with_the_reason(self):
        done = self.python(SOURCE / "docs/examples/classify.py", LIBRARY, "run/model.pt", self.bad, self.images[0],
                           expect=3)
        self.assertIn(f"{self.bad}: ", done.stderr)
        self.assertIn(self.expected[0][0], done.stdout)

    def test_bytes_and_many_threads_give_the_same(self):
        script = self.folder / "threads.py"
        script.write_text(f"""
import concurrent.futures, pathlib, sys
sys.path.insert(0, {str(SOURCE / "docs" / "examples")!r})
sys.dont_write_bytecode = True
from classify import Predictor
predictor = Predictor({LIBRARY!r}, "run/model.pt")
images = [pathlib.Path(name) for name in sys.argv[1:]]
expected = [predictor.predict_file(image) for image in images]
assert all(abs(sum(one.values()) - 1) < 1e-5 for one in expected)
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    found = list(pool.map(lambda image: predictor.predict_encoded(image.read_bytes()), images * 3))
for i, one in enumerate(found):
    for name, probability in expected[i % len(images)].items():
        assert abs(one[name] - probability) < 1e-5, (i, name)
print(*predictor.classes)
""", encoding="utf-8")
        self.assertEqual(self.python(script, *self.images).stdout.split(), CLASSES)


if __name__ == "__main__":
    workspace.main()
