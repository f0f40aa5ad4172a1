"""The long version of faults_test.py, for scripts/chaos.sh: disturbs runs and files at random until the time is over.

Prints a table of what was tried, what survived, and what was lost; anything lost is an exit code of 1, and says how to
repeat it.
"""

import errno
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import workspace
from faults_test import FAULTS, KILL, Fragile

ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS)
FOREIGN = ("json.exception", "std::", "c10", "terminate called", "Aborted", "basic_string", "TORCH_CHECK")


class Lost(Exception):
    """Something that was promised does not hold."""


class Chaos(Fragile):
    """Every `try_…` is one disturbance and the check of what came of it."""

    @classmethod
    def prepare(cls):
        cls.setUpClass()
        chaos = cls("runTest")
        chaos.run_calls, chaos.cache_calls = chaos.calls(cls.run_folder), chaos.calls(cls.folder / "cache")
        shutil.copytree(cls.run_folder, cls.folder / "whole")
        chaos.images = sorted((cls.folder / "data").glob("*/*/*.jpg"))
        return chaos

    def runTest(self):
        pass

    def resume(self):
        done = self.checked("train", self.file, "--resume")
        if done.returncode != 0:
            raise Lost(f"--resume: exit code {done.returncode}\n{done.stderr}")
        return done

    def checked(self, *arguments):
        done = subprocess.run([workspace.EXECUTABLE, *map(str, arguments)], cwd=self.folder, env=self.environment,
                              capture_output=True, text=True, errors="replace", timeout=workspace.TIMEOUT_SECONDS)
        if done.returncode < 0:
            raise Lost(f"{arguments}: killed by signal {-done.returncode}\n{done.stderr}")
        if any(word in done.stderr for word in FOREIGN):
            raise Lost(f"{arguments}: foreign words\n{done.stderr}")
        return done

    def fresh(self):
        shutil.rmtree(self.run_folder, ignore_errors=True)

    def try_kills_at_any_time(self, draw):
        self.fresh()
        for _ in range(draw.randint(1, 4)):
            with self.start("train", self.file, "--resume") as process:
                time.sleep(draw.uniform(0.05, 4))
                process.kill()
        self.resume()
        self.assert_whole()

    def try_kills_while_a_file_is_written(self, draw):
        self.fresh()
        for _ in range(draw.randint(1, 3)):
            self.disturbed(self.run_folder, draw.randrange(self.run_calls), KILL, "--resume")
        self.resume()
        self.assert_whole()

    def try_faults_of_the_disk(self, draw):
        self.fresh()
        failed = self.disturbed(self.run_folder, draw.randrange(self.run_calls), draw.choice(ERRORS), "--resume",
                                after=draw.choice(("one", "all")))
        if failed.returncode not in (0, 1, 2) or (failed.returncode != 0 and "run" not in failed.stderr):
            raise Lost(f"exit code {failed.returncode}\n{failed.stderr}")
        self.resume()
        self.assert_whole()

    def try_faults_of_the_caches_disk(self, draw):
        self.fresh()
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        done = self.disturbed(self.folder / "cache", draw.randrange(self.cache_calls), draw.choice(ERRORS),
                              after=draw.choice(("one", "all")))
        if done.returncode != 0:
            raise Lost(f"exit code {done.returncode}\n{done.stderr}")
        self.assert_whole()

    def try_signals(self, draw):
        self.fresh()
        with self.start("train", self.file, "--resume") as process:
            time.sleep(draw.uniform(0.8, 4))
            for _ in range(draw.randint(1, 2)):
                process.send_signal(draw.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)))
                time.sleep(draw.choice((0, 0, 0.05)))
            process.communicate(timeout=workspace.TIMEOUT_SECONDS)
        if process.returncode not in (0, 130, 143, -signal.SIGINT, -signal.SIGTERM, -signal.SIGHUP):
            raise Lost(f"exit code {process.returncode}")
        self.resume()
        self.assert_whole()

    def try_damage_of_the_last_checkpoint(self, draw):
        self.fresh()
        at = draw.randrange(self.run_calls // 2, self.run_calls)
        self.disturbed(self.run_folder, at, KILL)
        last, previous = (self.run_folder / "checkpoint" / name for name in ("last.pt", "previous.pt"))
        if last.exists() and previous.exists():
            damaged = bytearray(last.read_bytes())
            for _ in range(draw.randint(1, 20)):
                damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
            last.write_bytes(damaged[:draw.choice((len(damaged), draw.randrange(len(damaged))))])
        self.resume()
        self.assert_whole()

    @staticmethod
    def mutated(content, draw):
        changed = bytearray(content)
        for _ in range(draw.choice((1, 1, 2, 8, 64))):
            place = draw.randrange(len(changed))
            kind = draw.randrange(4)
            if kind == 0:
                changed[place] ^= 1 << draw.randrange(8)
            elif kind == 1:
                changed[place] = draw.choice((0, 1, 0x7F, 0x80, 0xFF))
            elif kind == 2:
                del changed[place:place + draw.randint(1, 64)]
            else:
                changed[place:place] = changed[draw.randrange(len(changed)):][:draw.randint(1, 64)]
            if not changed:
                changed = bytearray(b"\0")
        return bytes(changed)

    def try_fuzzed_images(self, draw):
        folder = self.folder / "fuzzed"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for i in range(50):
            (folder / f"{i}.jpg").write_bytes(self.mutated(draw.choice(self.images).read_bytes(), draw))
        done = self.checked("predict", self.folder / "whole" / "model.pt", folder, "--json")
        if done.returncode not in (0, 3) or len(done.stdout.splitlines()) != 50:
            raise Lost(f"exit code {done.returncode}, {len(done.stdout.splitlines())} rows\n{done.stderr}")

    def try_fuzzed_models(self, draw):
        file = self.folder / "fuzzed.pt"
        file.write_bytes(self.mutated(self.model, draw))
        done = self.checked("predict", file, self.images[0])
        if done.returncode not in (0, 3):
            raise Lost(f"exit code {done.returncode}\n{done.stderr}")

    def try_fuzzed_configs(self, draw):
        file = self.folder / "fuzzed.json"
        file.write_bytes(self.mutated(self.file.read_bytes(), draw))
        done = self.checked("config", "check", file)
        if done.returncode not in (0, 2):
            raise Lost(f"exit code {done.returncode}\n{done.stderr}")


def main(minutes, seed):
    kinds = [name for name in dir(Chaos) if name.startswith("try_")]
    counts = {kind: [0, 0] for kind in kinds}
    end, number = time.monotonic() + 60 * minutes, 0
    chaos = Chaos.prepare()
    while time.monotonic() < end:
        for kind in kinds:
            if time.monotonic() >= end:
                break
            draw = random.Random(f"{seed} {number} {kind}")
            counts[kind][0] += 1
            try:
                getattr(chaos, kind)(draw)
                counts[kind][1] += 1
            except (Lost, AssertionError, subprocess.SubprocessError) as problem:
                kept = pathlib.Path(f"chaos-{seed}-{number}-{kind}").resolve()
                shutil.copytree(chaos.folder, kept, ignore_dangling_symlinks=True)
                print(f"LOST: {kind}, seed {seed}, round {number}; the folder is kept in {kept}\n{problem}", file=sys.stderr)
        number += 1
    print(f"{'disturbance':40} {'tried':>7} {'survived':>9} {'lost':>6}")
    for kind, (tried, survived) in counts.items():
        print(f"{kind[4:].replace('_', ' '):40} {tried:7} {survived:9} {tried - survived:6}")
    Chaos.doClassCleanups()
    return 1 if any(tried != survived for tried, survived in counts.values()) else 0


if __name__ == "__main__":
    if not workspace.EXECUTABLE or not FAULTS:
        sys.exit("chaos: GRAFT_EXECUTABLE and GRAFT_FAULTS must name the executable and libgraft_faults.so")
    sys.exit(main(float(sys.argv[1]), sys.argv[2]))
