"""Several classes per image, and numbers: pictures pasted together from flowers (flower_mosaics.py) are learnt, tested,
predicted and exported. Needs flowers12, pretrained weights and a Python with torch and Pillow; skipped without."""

import csv
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys

import workspace
from workspace import Workspace, read_json, read_rows, real_weights

PYTHON = os.environ.get("GRAFT_PYTHON", "")
FLOWERS = pathlib.Path(os.environ.get("GRAFT_TEST_DATA", "")) / "flowers12" / "train"
TRAIN, TEST = 240, 60
LEAST_MAP = 0.8
LEAST_R2 = 0.55  # of the brightness
CLOSE = 1e-4

FORWARD = """
import json, sys
import numpy, torch
from PIL import Image
model = torch.jit.load(sys.argv[1])
for name in sys.argv[2:]:
    pixels = torch.from_numpy(numpy.array(Image.open(name).convert("RGB"))).permute(2, 0, 1).float()[None]
    print(json.dumps(model(pixels)[0].tolist()))
"""


def is_able():
    if not PYTHON or not real_weights() or not os.environ.get("GRAFT_TEST_DATA") or not FLOWERS.is_dir():
        return False
    return subprocess.run([PYTHON, "-c", "import torch, numpy, PIL"], capture_output=True, check=False).returncode == 0


class Tasks(Workspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        script = pathlib.Path(__file__).with_name("flower_mosaics.py")
        cls.python(script, FLOWERS, "mosaics", TRAIN, TEST)
        with open(cls.folder / "mosaics/mosaics.csv", encoding="utf-8") as stream:
            cls.rows = list(csv.DictReader(stream))
        cls.kinds = list(cls.rows[0])[1:6]
        cls.test = [row for row in cls.rows if row["split"] == "test"]
        (cls.folder / "some").mkdir()
        for row in cls.test[:20]:
            shutil.copy(cls.folder / "mosaics" / row["image_path"], cls.folder / "some")

    @classmethod
    def python(cls, *arguments):
        done = subprocess.run([PYTHON, *map(str, arguments)], cwd=cls.folder, env=cls.environment, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout

    @classmethod
    def learn(cls, output, task, columns, *options, **training):
        return cls.train(
            output, *options, task=task, augmentation={"rotation_range": None, "horizontal_flip": None},
            data={"train": "mosaics/mosaics.csv", "test": None, "validation_split": 0.2, "image_size": 224,
                  "list": {**columns, "split_column": "split"}},
            head={"hidden": [128], "dropout": 0.0}, training={"epochs": 30, **training})

    def assert_exports_agree(self, run, key):
        """Every route gives what `graft predict` gives, on pictures of the network's own size, which nothing resizes."""
        model = run / "model.pt"
        self.graft("export", model, "--format", "onnx", "--output", run / "model.onnx")
        self.graft("export", model, "--format", "torchscript", "--optimize", "--output", run / "frozen.pt")
        self.graft("export", model, "--format", "safetensors", "--output", run / "model.safetensors")
        for other in ("model.onnx", "frozen.pt"):
            found = self.graft("verify", model, "some", "--against", run / other, "--json").json()
            self.assertTrue(found["equal"], found)
            self.assertEqual(found["tolerance"], CLOSE)
            self.graft("verify", run / other)
        files = [f"mosaics/{row['image_path']}" for row in self.test[:10]]
        shown = self.graft("inspect", model, "--json").json()
        predicted = [json.loads(line) for line in
                     self.graft("predict", model, *files, "--json",
                                *(["--probabilities"] if key == "probabilities" else [])).out.splitlines()]
        scale = shown.get("target_std", [1] * len(shown["outputs"]))
        for name in ("model.pt", "frozen.pt"):
            for line, row in zip(self.python("-c", FORWARD, run / name, *files).splitlines(), predicted, strict=True):
                for value, output, unit in zip(json.loads(line), shown["outputs"], scale, strict=True):
                    self.assertLessEqual(abs(value - row[key][output]), CLOSE * unit, (name, row["file"], output))

    def test_several_classes_are_learnt_tested_predicted_and_exported(self):
        run, said = self.learn("several", {"name": "multi_label", "threshold": "best_f1"},
                               {"label_columns": self.kinds}, "--fail-under",
                               f"mean_average_precision={LEAST_MAP},hamming_loss=0.25",
                               loss={"name": "binary_cross_entropy", "positive_weights": "balanced"})
        self.assertIn("val_mean_average_precision", said.err)
        test = read_json(run / "record.json")["test"]
        print(f"several classes: mean average precision {test['mean_average_precision']:.4f}, "
              f"macro F1 {test['macro_f1']:.4f}", file=sys.stderr)
        self.assertGreaterEqual(test["mean_average_precision"], LEAST_MAP)
        self.assertEqual(test["images"], TEST)
        self.assertEqual(sum(entry["support"] for entry in test["classes"]),
                         sum(int(row[kind]) for row in self.test for kind in self.kinds))
        header = (run / "history.csv").read_text(encoding="utf-8").splitlines()[0]
        self.assertIn(",loss,mean_average_precision,macro_f1,val_loss,val_mean_average_precision,val_macro_f1,", header)

        model = self.graft("inspect", run / "model.pt", "--json").json()
        self.assertEqual((model["task"], model["outputs"], model["format_version"]), ("multi_label", self.kinds, 4))
        self.assertNotEqual(model["thresholds"], [0.5] * len(self.kinds))

        evaluated = self.graft("evaluate", run / "model.pt", "mosaics/mosaics.csv", "--output", "tested", "--json").json()
        self.assertEqual(evaluated["mean_average_precision"], test["mean_average_precision"])
        self.assertEqual({file.name for file in (self.folder / "tested").iterdir()},
                         {"evaluation.json", "report.txt", "report.html", "classes.csv", "predictions.csv",
                          "predictions.jsonl"})
        rows = read_rows(self.graft("predict", run / "model.pt", "mosaics/mosaics.csv", "--probabilities").out)
        for row in rows[:20]:
            found = {kind for kind, threshold in zip(self.kinds, model["thresholds"])
                     if float(row[kind]) >= threshold - 1e-6}
            self.assertEqual(set(filter(None, row["classes"].split("|"))), found)

        self.assertIn("--top-k: is for models of classification",
                      self.graft("predict", run / "model.pt", "mosaics/pictures", "--top-k", 2, expect=2).err)
        refused = self.graft("evaluate", run / "model.pt", "mosaics/mosaics.csv", "--fail-under", "0.9", expect=2).err
        self.assertIn("expected a metric that is measured (mean_average_precision, ", refused)
        self.assertIn("this model gives several labels, which a list can say of an image",
                      self.graft("evaluate", run / "model.pt", "mosaics/pictures", expect=3).err)
        self.assert_exports_agree(run, "probabilities")

    def test_numbers_are_learnt_tested_predicted_and_exported(self):
        run, said = self.learn("numbers", "regression", {"target_columns": ["brightness", "flowers"]},
                               loss={"name": "huber", "delta": 2})
        self.assertIn("val_rmse", said.err)
        test = read_json(run / "record.json")["test"]
        print("numbers: " + ", ".join(f"{entry['name']} mae {entry['mae']:.3f} r2 {entry['r2']:.4f}"
                                      for entry in test["targets"]), file=sys.stderr)
        brightness = test["targets"][0]
        self.assertGreaterEqual(brightness["r2"], LEAST_R2)
        truth = [float(row["brightness"]) for row in self.test]
        rows = read_rows((run / "test/predictions.csv").read_text(encoding="utf-8"))
        errors = [abs(float(row["predicted_brightness"]) - value) for row, value in zip(rows, truth, strict=True)]
        self.assertAlmostEqual(sum(errors) / len(errors), brightness["mae"], places=3)
        self.assertTrue((run / "test/targets.csv").is_file())
        self.graft("evaluate", run / "model.pt", "mosaics/mosaics.csv", "--fail-under", "rmse=0.001", expect=4)

        out = self.graft("predict", run / "model.pt", f"mosaics/{self.test[0]['image_path']}").out
        self.assertEqual(next(csv.reader(io.StringIO(out))), ["file", "brightness", "flowers", "error"])
        self.assert_exports_agree(run, "values")


if __name__ == "__main__":
    if not is_able():
        print("skipped: needs flowers12, weights and a Python with torch, numpy and PIL", file=sys.stderr)
        sys.exit(workspace.SKIPPED)
    workspace.main()
