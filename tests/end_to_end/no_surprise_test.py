"""What graft asks of the system: files below its own folders, no network, no other program. Needs strace."""

import pathlib
import re
import shutil
import subprocess
import unittest

import workspace
from workspace import Workspace

CALLS = ("openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,"
         "truncate,chmod,fchmodat,chown,mknod,mknodat,socket,connect,sendto,execve,execveat,ptrace")
WRITES = ("mkdir", "rename", "link", "symlink", "unlink", "rmdir", "truncate", "chmod", "fchmod", "chown", "mknod", "creat")
NOT_FILES = ("/dev/null", "/dev/tty", "/proc/self/", "/dev/shm/")


def strace_works():
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


@unittest.skipUnless(strace_works(), "strace is not there, or may not trace")
class Traced(Workspace):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images(train=4, test=1)
        cls.environment["HOME"] = str(cls.folder / "home")  # what is not told to lie elsewhere lies here, and shows
        (cls.folder / "home").mkdir()

    def trace(self, *arguments, expect=0):
        """Runs a command. Returns its calls as (name, the line)."""
        log = self.folder / "trace"
        done = subprocess.run(["strace", "-f", "-y", "-qq", "-s", "4096", "-e", f"trace={CALLS}", "-o", log,
                               workspace.EXECUTABLE, *map(str, arguments)], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, timeout=workspace.TIMEOUT_SECONDS)
        self.assertEqual(done.returncode, expect, done.stderr)
        calls = []
        for line in log.read_text(errors="replace").splitlines():
            found = re.match(r"\d+\s+(\w+)\((.*)", line)
            if found:
                calls.append((found[1], found[2]))
        self.assertGreater(len(calls), 20, "nothing was traced")
        return calls

    def changed_by(self, calls):
        """The files that calls make, change or remove, resolved."""
        changed = set()
        for name, rest in calls:
            if name in ("open", "openat"):
                if not re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", rest):
                    continue
            elif not name.startswith(WRITES):
                continue
            base = re.match(r"AT_FDCWD<([^>]*)>", rest)
            for path in re.findall(r'"((?:[^"\\]|\\.)*)"', rest):
                changed.add(str(pathlib.Path(base[1] if base else self.folder, path)))
        return changed

    def assert_no_surprise(self, calls, *folders):
        executed = [rest for name, rest in calls if name.startswith("exec")]
        self.assertEqual(len(executed), 1, executed)  # strace's own start of graft
        network = [rest for name, rest in calls if name in ("socket", "connect", "sendto") and "AF_UNIX" not in rest]
        self.assertEqual(network, [])
        self.assertEqual([rest for name, rest in calls if name == "ptrace"], [])
        allowed = [self.folder / folder for folder in folders]
        outside = {path for path in self.changed_by(calls) if not path.startswith(NOT_FILES)
                   and not any(pathlib.Path(path).is_relative_to(folder) for folder in allowed)}
        self.assertEqual(outside, set())

    def test_train_writes_into_its_run_folder_and_the_cache_alone(self):
        _, file = self.config("run", features={"keep": "shared"}, training={"epochs": 1})
        calls = self.trace("train", file)
        self.assert_no_surprise(calls, "run", "cache")
        changed = self.changed_by(calls)
        self.assertTrue(any(path.startswith(str(self.folder / "run/model.pt")) for path in changed), "the test is blind")

    def test_what_only_reads_writes_nothing(self):
        run, _ = self.train("read", training={"epochs": 1})
        self.assert_no_surprise(self.trace("predict", run / "model.pt", "data/test"), "cache")
        self.assert_no_surprise(self.trace("evaluate", run / "model.pt", "data/test"), "cache")
        self.assert_no_surprise(self.trace("inspect", run / "model.pt"), "cache")
        self.assert_no_surprise(self.trace("config", "check", "read.json"))
        self.assert_no_surprise(self.trace("data", "check", "data/train"), "cache")

    def test_an_output_is_the_one_file_that_is_written(self):
        run, _ = self.train("export", training={"epochs": 1})
        calls = self.trace("export", run / "model.pt", "--format", "onnx", "--output", "exported/model.onnx")
        self.assert_no_surprise(calls, "exported", "cache")


if __name__ == "__main__":
    workspace.main()
