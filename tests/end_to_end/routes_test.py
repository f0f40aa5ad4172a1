"""One trained model through every way of using it: scripts/compare_routes.py on photographs."""

import os
import pathlib
import subprocess
import sys

import workspace
from workspace import Workspace, photographs, real_weights

PYTHON = os.environ.get("GRAFT_PYTHON", "")
ROUTES = os.path.abspath(os.environ["GRAFT_ROUTES"]) if os.environ.get("GRAFT_ROUTES") else ""
SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "compare_routes.py"
LIBRARY = os.environ.get("GRAFT_LIBRARY", os.path.join(os.path.dirname(workspace.EXECUTABLE), "libgraft.so"))
NEEDED = "import numpy, PIL, torch, onnxruntime"

LIAR = """#!{python}
import json, subprocess, sys
found = json.loads(subprocess.run(["{routes}", *sys.argv[1:]], capture_output=True, text=True, check=True).stdout)
found["probabilities"][3][2] += 2e-4
print(json.dumps(found))
"""


class Routes(Workspace):
    @classmethod
    def setUpClass(cls):
        """The photographs have 224 x 224 pixels: everyone has to resize them."""
        super().setUpClass()
        cls.images = photographs(10)
        cls.train("run", data={"train": str(cls.images[0].parents[2].resolve() / "train"), "test": None, "image_size": 160},
                  augmentation={"rotation_range": None, "horizontal_flip": None}, head={"hidden": [], "dropout": None},
                  training={"epochs": 5})

    def compare(self, routes, expect):
        done = subprocess.run([PYTHON, SCRIPT, "--graft", workspace.EXECUTABLE, "--routes", routes, "--library", LIBRARY,
                               "run/model.pt", *(file.resolve() for file in self.images)], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def test_all_ways_give_the_same_probabilities(self):
        self.assertEqual(len(self.images), 10)
        table = self.compare(ROUTES, expect=0)
        print(table)
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[3:]]
        ran = {name: float(difference) for name, _, difference, _ in rows if not difference.startswith("skipped")}
        for name in ("`graft::Predictor` in C++", "PyTorch, `torch.jit.load`", "ONNX Runtime, ONNX file"):
            self.assertLess(ran[name], 1e-3)

    def test_the_photographs_are_told_apart(self):
        rows = workspace.read_rows(self.graft("predict", "run/model.pt", *(f.resolve() for f in self.images)).out)
        self.assertGreater(len({row["class"] for row in rows}), 3, "equal probabilities would prove nothing")

    def test_a_way_that_gives_something_else_is_an_error(self):
        liar = self.folder / "liar"
        liar.write_text(LIAR.format(python=PYTHON, routes=ROUTES))
        liar.chmod(0o755)
        table = self.compare(liar, expect=1)
        self.assertRegex(table, r"`graft::Predictor` in C\+\+ \| graft \| 2\.0e-04 \| 1e-04")


def missing():
    """What there is not, or None."""
    if not PYTHON or subprocess.run([PYTHON, "-c", NEEDED], capture_output=True, check=False).returncode != 0:
        return f"GRAFT_PYTHON does not name a Python that can {NEEDED}"
    if not ROUTES:
        return "GRAFT_ROUTES does not name predict_routes"
    if not photographs(10):
        return "GRAFT_TEST_DATA has no flowers12"
    return None if real_weights() else "GRAFT_TEST_WEIGHTS has no EfficientNet-Lite0"


if __name__ == "__main__":
    if missing():
        print(f"skipped: {missing()}", file=sys.stderr)
        sys.exit(workspace.SKIPPED)
    workspace.main()
