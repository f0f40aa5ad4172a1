"""Runs that are killed, stopped and starved of disk: what was done is kept, and the end is that of a run without pause."""

import os
import random
import resource
import shutil
import signal
import subprocess
import time
import unittest

import workspace
from workspace import Workspace, contents_of, read_epochs, read_history

FAULTS = os.environ.get("GRAFT_FAULTS", "")  # libgraft_faults.so of the build's tests
KILL = -9
DISK_FULL = 28  # ENOSPC

# Everything that has a state: callbacks, averaged weights, a schedule, dropout, two phases, steps of two batches.
SECTIONS = {
    "callbacks": [{"name": "reduce_lr_on_plateau", "patience": 1, "factor": 0.5}, "csv_logger", "model_checkpoint",
                  {"name": "early_stopping", "patience": 50}],
    "head": {"hidden": [16], "dropout": 0.3, "batch_norm": True},
    "features": {"keep": "shared"},
    "training": {"epochs": None, "ema_decay": 0.9, "accumulate": 2, "checkpoint_minutes": 0,
                 "phases": [{"train": "head", "epochs": 2, "mixing": "feature_mixup"},
                            {"train": "top", "epochs": 2, "schedule": "cosine", "augment": False}]},
}


class Fragile(Workspace):
    """A run whose result is known, and ways to disturb one like it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.draw_images(train=4, test=1)
        cls.straight, _ = cls.train("run", **SECTIONS)
        cls.model = (cls.straight / "model.pt").read_bytes()
        cls.logged = read_epochs(cls.straight / "log.csv")
        cls.history = read_history(cls.straight)
        cls.files = contents_of(cls.straight)
        _, cls.file = cls.config("run", **SECTIONS)
        cls.run_folder = cls.folder / "run"

    def setUp(self):
        shutil.rmtree(self.run_folder, ignore_errors=True)

    def disturbed(self, folder, at, error, *options, after="one"):
        """Trains with a fault at a call that changes files below `folder`. Returns the finished process."""
        environment = dict(self.environment, LD_PRELOAD=FAULTS, GRAFT_FAULT_FOLDER=str(folder), GRAFT_FAULT_AT=str(at),
                           GRAFT_FAULT_ERROR=str(error), GRAFT_FAULT_REPORT=str(self.folder / "calls"))
        if after == "all":
            environment["GRAFT_FAULT_AFTER"] = "all"
        return subprocess.run([workspace.EXECUTABLE, "train", self.file, *options], cwd=self.folder, env=environment,
                              capture_output=True, text=True, timeout=workspace.TIMEOUT_SECONDS)

    def calls(self, folder):
        """How many such calls an undisturbed run makes."""
        self.assertEqual(self.disturbed(folder, -1, 0, "--overwrite").returncode, 0)
        return int((self.folder / "calls").read_text())

    def assert_whole(self):
        """The run folder is that of the run without pause."""
        self.assertEqual(read_history(self.run_folder), self.history)
        self.assertEqual(read_epochs(self.run_folder / "log.csv"), self.logged)
        self.assertTrue((self.run_folder / "model.pt").read_bytes() == self.model, "other weights")
        self.assertEqual(contents_of(self.run_folder), self.files)


needs_faults = unittest.skipUnless(FAULTS, "GRAFT_FAULTS does not name libgraft_faults.so")


class Disturbed(Fragile):
    @needs_faults
    def test_a_kill_while_a_file_is_written_loses_nothing(self):
        calls = self.calls(self.run_folder)
        for part in (1, 3, 5, 6):
            shutil.rmtree(self.run_folder, ignore_errors=True)
            at = calls * part // 7
            with self.subTest(f"call {at} of {calls}"):
                self.assertEqual(self.disturbed(self.run_folder, at, KILL).returncode, KILL)
                self.graft("train", self.file, "--resume")
                self.assert_whole()

    def test_kills_at_any_time_again_and_again_lose_nothing(self):
        seed = int(os.environ.get("GRAFT_TEST_SEED", "0")) or random.randrange(1 << 30)
        draw = random.Random(seed)
        with self.subTest(f"GRAFT_TEST_SEED={seed}"):
            for _ in range(4):
                with self.start("train", self.file, "--resume") as process:
                    time.sleep(draw.uniform(0.1, 2.5))
                    process.kill()
            self.graft("train", self.file, "--resume")
            self.assert_whole()

    @needs_faults
    def test_a_full_disk_is_an_error_that_names_the_file_and_the_state_is_kept(self):
        calls = self.calls(self.run_folder)
        for part in (2, 4):
            shutil.rmtree(self.run_folder, ignore_errors=True)
            with self.subTest(f"from call {calls * part // 6} of {calls}"):
                failed = self.disturbed(self.run_folder, calls * part // 6, DISK_FULL, after="all")
                self.assertEqual(failed.returncode, 1, failed.stderr)
                self.assertIn("graft: error: run/", failed.stderr)
                self.assertIn("No space left on device", failed.stderr)
                self.graft("train", self.file, "--resume")
                self.assert_whole()

    @needs_faults
    def test_a_full_disk_of_the_cache_is_a_warning(self):
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        done = self.disturbed(self.folder / "cache", 10, DISK_FULL, after="all")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning:", done.stderr)
        self.assert_whole()

    def test_a_limit_of_file_sizes_is_an_error_like_a_full_disk(self):
        limit = (50000, 50000)
        with self.start("train", self.file,
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit)) as process:
            _, err = process.communicate(timeout=workspace.TIMEOUT_SECONDS)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("File too large", err)
        self.assertFalse([name for name in contents_of(self.run_folder) if name.endswith("graft-tmp")])
        self.graft("train", self.file, "--resume")
        self.assert_whole()

    def wait_for(self, process, said):
        """Until the run prints a line that begins so."""
        if not any(line.startswith(said) for line in process.stderr):
            self.fail(f"nothing printed begins with {said}")

    def started(self, said="epoch 1/"):
        """A run that has said so: by default, one that is in its first epoch."""
        process = self.start("train", self.file)
        self.wait_for(process, said)
        return process

    def finished(self, process):
        _, err = process.communicate(timeout=workspace.TIMEOUT_SECONDS)
        return err

    def test_sigterm_saves_and_says_so_with_143(self):
        process = self.started()
        process.send_signal(signal.SIGTERM)
        err = self.finished(process)
        self.assertEqual(process.returncode, 143, err)
        self.assertIn("--resume goes on from there", err)
        self.graft("train", self.file, "--resume")
        self.assert_whole()

    def test_a_second_signal_stops_at_once_and_what_is_saved_is_good(self):
        process = self.started()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        self.finished(process)
        self.assertEqual(process.returncode, 130)
        self.graft("train", self.file, "--resume")
        self.assert_whole()

    def test_sighup_saves_and_the_run_goes_on(self):
        process = self.started("model ")  # before the first epoch: the next batch is saved
        process.send_signal(signal.SIGHUP)
        err = self.finished(process)
        self.assertEqual(process.returncode, 0, err)
        saved = err.index("note: the state is saved in run/checkpoint/last.pt")
        self.assertLess(saved, err.index("epoch 1/4"))
        self.assert_whole()

    @unittest.skipUnless(shutil.which("unshare"), "there is no unshare")
    def test_signals_are_heeded_in_a_container_where_graft_is_process_1(self):
        command = ["unshare", "--fork", "--pid", "--mount-proc", "--kill-child"]
        if subprocess.run([*command, "true"], capture_output=True).returncode != 0:
            self.skipTest("unshare --pid is not allowed here")
        process = subprocess.Popen([*command, workspace.EXECUTABLE, "train", self.file], cwd=self.folder,
                                   stdout=subprocess.DEVNULL,
                                   env=self.environment, stderr=subprocess.PIPE, text=True)
        self.wait_for(process, "epoch 1/")
        inner = int(subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout)
        os.kill(inner, signal.SIGTERM)
        err = self.finished(process)
        self.assertEqual(process.returncode, 143, err)
        self.graft("train", self.file, "--resume")
        self.assert_whole()

    def test_the_previous_checkpoint_is_used_where_the_last_one_is_damaged(self):
        process = self.started("epoch 3/")
        process.kill()
        process.communicate()
        last = self.run_folder / "checkpoint" / "last.pt"
        damaged = bytearray(last.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        last.write_bytes(damaged)
        resumed = self.graft("train", self.file, "--resume")
        self.assertIn("warning: run/checkpoint/last.pt is damaged: the run goes on from the checkpoint before it",
                      resumed.err)
        self.assert_whole()

    def test_a_run_folder_that_vanishes_is_an_error(self):
        process = self.started()
        self.run_folder.rename(self.folder / "elsewhere")
        _, err = process.communicate(timeout=workspace.TIMEOUT_SECONDS)
        self.assertEqual(process.returncode, 1, err)
        self.assertRegex(err, "error: run.*(the run folder was removed|No such file)")


if __name__ == "__main__":
    workspace.main()
