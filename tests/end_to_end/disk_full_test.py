"""Training on a disk that fills up: exit code 1, a message that says so, and no damaged file under its final name.

Needs to mount a small file system, as root or in a namespace of its own; where neither is allowed the tests that need
it skip themselves. That a file may not grow beyond a limit can be tried everywhere.
"""

import os
import resource
import subprocess
import unittest

import workspace
from workspace import Workspace, contents_of, read_json

MEBIBYTE = 1 << 20
MODEL_BYTES = 10 * MEBIBYTE  # less than the model of EfficientNet-Lite0 takes, more than the rest of a run


def namespace_options():
    """What unshare needs to be allowed to mount here, or None."""
    for options in ([], ["--user", "--map-root-user"]):
        probe = ["unshare", *options, "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        try:
            if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
                return options
        except FileNotFoundError:
            return None
    return None


class FullDisk(Workspace):
    """The run folder lies on a file system of limited size."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.options = namespace_options()
        if cls.options is None:
            raise unittest.SkipTest("no file system can be mounted here")
        cls.draw_images(train=4, test=1)
        (cls.folder / "small").mkdir()

    def train_on_a_disk_of(self, size):
        """Trains in a file system of `size` bytes and returns the outcome and the folder with what lay on it then."""
        _, file = self.config("small/run")
        seen = self.folder / f"seen-{size}"
        seen.mkdir()
        script = 'mount -t tmpfs -o size="$1" tmpfs small && "$2" train "$3"; code=$?; cp -a small/. "$4"; exit $code'
        done = subprocess.run(["unshare", *self.options, "--mount", "sh", "-c", script, "sh", str(size),
                               workspace.EXECUTABLE, str(file), str(seen)], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=workspace.TIMEOUT_SECONDS, check=False)
        return done, seen / "run"

    def test_without_room_for_the_model_the_run_fails_and_the_model_is_absent(self):
        done, run = self.train_on_a_disk_of(MODEL_BYTES)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("small/run/model.pt: cannot be written: No space left on device", done.stderr)
        self.assertLessEqual({"config.json", "history.csv", "checkpoint/last.pt"}, contents_of(run))
        self.assertFalse((run / "model.pt").exists())
        self.assertEqual([name for name in contents_of(run) if name.endswith("tmp")], [])

    def test_what_is_there_when_the_disk_is_full_can_be_resumed_from(self):
        _, run = self.train_on_a_disk_of(MODEL_BYTES + 1)
        run.rename(self.folder / "rescued")
        config, file = self.config("rescued")
        self.assertEqual(config["name"], "rescued")
        self.graft("train", file, "--resume")
        self.assertEqual(read_json(self.folder / "rescued" / "record.json")["end"], "completed")

    def test_without_room_for_anything_no_file_is_half_there(self):
        done, run = self.train_on_a_disk_of(16 << 10)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual(contents_of(run) - {"config.json", "split.json", "findings.json", "history.csv", "log.txt",
                                              "graft.lock"}, set())
        for name in contents_of(run) & {"config.json", "split.json", "findings.json"}:
            read_json(run / name)  # whole


class FileTooLarge(Workspace):
    """The system does not let a file grow beyond a limit."""

    def test_the_model_is_named_and_absent(self):
        self.draw_images(train=4, test=1)
        _, file = self.config("run")

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (MODEL_BYTES, MODEL_BYTES))

        with self.start("train", file, preexec_fn=limit, restore_signals=False) as process:  # SIGXFSZ stays ignored
            out, err = process.communicate(timeout=workspace.TIMEOUT_SECONDS)
        self.assertEqual(process.returncode, 1, err)
        self.assertEqual(out, "")
        self.assertIn("run/model.pt: cannot be written: File too large", err)
        self.assertFalse((self.folder / "run" / "model.pt").exists())
        self.assertEqual([name for name in os.listdir(self.folder / "run") if name.endswith("tmp")], [])


if __name__ == "__main__":
    workspace.main()
