"""What the end-to-end tests share: a temporary folder, sample images, configs, and the executable run as a user would.

Each test file is run by itself and needs nothing but Python's standard library:

    GRAFT_EXECUTABLE=build/ci/graft python3 tests/end_to_end/train_test.py [-v] [Class.test]

Exit codes: 0 passed, 1 failed, 77 everything was skipped. More variables, all of them optional:
GRAFT_TEST_WEIGHTS   a folder with efficientnet-lite0-57934424.pth; without it networks have random weights
GRAFT_TEST_DATA      a folder with flowers12/; without it photographs are replaced by drawn images
GRAFT_PYTHON         a Python that can import torch, numpy and PIL, for one test onnxruntime
GRAFT_ROUTES         predict_routes of the build's tests, for one test
GRAFT_FAULTS         libgraft_faults.so of the build's tests, for one test
"""

import contextlib
import csv
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

SKIPPED = 77
EXECUTABLE = os.path.abspath(os.environ["GRAFT_EXECUTABLE"]) if os.environ.get("GRAFT_EXECUTABLE") else ""
WEIGHTS_FILE = "efficientnet-lite0-57934424.pth"
TIMEOUT_SECONDS = 120


def real_weights():
    """The folder of the pretrained weights, or None."""
    folder = os.environ.get("GRAFT_TEST_WEIGHTS", "")
    return folder if folder and (pathlib.Path(folder) / WEIGHTS_FILE).is_file() else None


def photographs(count):
    """That many photographs of flowers12, or an empty list where it is absent."""
    folder = pathlib.Path(os.environ.get("GRAFT_TEST_DATA", "")) / "flowers12" / "test"
    return sorted(folder.glob("*/*.jpg"))[::20][:count] if folder.is_dir() else []


def read_json(file):
    return json.loads(pathlib.Path(file).read_text(encoding="utf-8"))


def read_rows(text):
    """The rows of a CSV text as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


def read_epochs(file):
    """A CSV file's row of each epoch without what differs between any two runs: the time that it took."""
    rows = read_rows(file.read_text(encoding="utf-8"))
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


def read_history(run):
    return read_epochs(run / "history.csv")


def contents_of(folder):
    """The names of all files in a folder, at any depth."""
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


class Finished:
    """A run of the executable that is over."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)


class Workspace(unittest.TestCase):
    """Tests in a temporary folder of their class: `self.folder`, which is also where the executable runs."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="graft-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.environment = dict(os.environ)
        cls.environment.pop("NO_COLOR", None)
        cls.environment["OMP_WAIT_POLICY"] = "PASSIVE"  # tests run side by side: threads that wait must not spin
        cls.environment["GRAFT_CACHE"] = str(cls.folder / "cache")
        if real_weights():
            cls.environment["GRAFT_WEIGHTS"] = str(pathlib.Path(real_weights()).resolve())

    @classmethod
    def start(cls, *arguments, **options):
        """Starts the executable and leaves it running; texts are UTF-8."""
        return subprocess.Popen([EXECUTABLE, *map(str, arguments)], cwd=cls.folder, env=cls.environment, text=True,
                                encoding="utf-8", errors="surrogateescape", stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    @classmethod
    def graft(cls, *arguments, expect=0, stdin=""):
        """Runs the executable to its end, which must have the exit code `expect`."""
        with cls.start(*arguments, stdin=subprocess.PIPE) as process:
            try:
                out, err = process.communicate(stdin, timeout=TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        if process.returncode != expect:
            command = " ".join(map(str, arguments))
            raise AssertionError(f"graft {command}: exit code {process.returncode}, expected {expect}\n{out}{err}")
        return Finished(process.returncode, out, err)

    @classmethod
    def interrupt_when(cls, said, *arguments):
        """Runs the executable, sends SIGINT as soon as a line on standard error begins with `said`."""
        with cls.start(*arguments) as process:
            err, interrupted = "", False
            for line in process.stderr:
                err += line
                if not interrupted and line.startswith(said):
                    process.send_signal(signal.SIGINT)
                    interrupted = True
            out = process.stdout.read()
        if not interrupted:
            raise AssertionError(f"the executable never said {said!r}\n{out}{err}")
        return Finished(process.returncode, out, err)

    @classmethod
    def draw_images(cls, name="data", train=8, test=3, size=64):
        """A drawn data set of eight classes in `name`/train and `name`/test."""
        cls.graft("data", "sample", name, "--train-per-class", train, "--test-per-class", test, "--size", size)
        return cls.folder / name

    @classmethod
    def config(cls, output, **sections):
        """A quick config for drawn images; `sections` are merged into it, None removes. Returns it and its file."""
        config = {"name": output, "seed": 7, "output": output,
                  "data": {"train": "data/train", "test": "data/test", "validation_split": 0.25, "image_size": 64,
                           "batch_size": 8},
                  "augmentation": {"rotation_range": 15, "horizontal_flip": True},
                  "backbone": {"name": "efficientnet_lite0"},
                  "head": {"hidden": [32], "dropout": 0.2},
                  "features": {"keep": "run"},  # so that each run computes its own
                  "training": {"epochs": 3, "optimizer": {"name": "adam", "learning_rate": 0.003}}}
        if not real_weights():
            config["backbone"]["weights"] = "random"
        for key, value in sections.items():
            if isinstance(value, dict):
                config[key] = {name: entry for name, entry in {**config.get(key, {}), **value}.items()
                               if entry is not None}
            else:
                config[key] = value
        file = cls.folder / f"{output.replace('/', '-')}.json"
        file.write_text(json.dumps(config), encoding="utf-8")
        return config, file

    @classmethod
    def train(cls, output, *options, expect=0, **sections):
        """Trains with such a config. Returns the run folder and what the executable said."""
        _, file = cls.config(output, **sections)
        return cls.folder / output, cls.graft("train", file, *options, expect=expect)

    def damage(self, file, content=b"\xff\xd8\xff\xe0 this is no picture"):
        """Puts a file that begins like a JPEG and is none where `file` is."""
        file.write_bytes(content)
        return file

    @contextlib.contextmanager
    def put_back(self, *files):
        """Restores files that the block changes or removes, and removes those that it makes."""
        before = {file: file.read_bytes() if file.exists() else None for file in files}
        try:
            yield
        finally:
            for file, content in before.items():
                if content is None:
                    file.unlink(missing_ok=True)
                else:
                    file.write_bytes(content)


def main():
    """Runs the tests of the calling file and exits with what ctest understands."""
    if not EXECUTABLE:
        print("skipped: GRAFT_EXECUTABLE does not name the executable", file=sys.stderr)
        sys.exit(SKIPPED)
    result = unittest.main(exit=False, verbosity=2).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun == len(result.skipped) else 0)
