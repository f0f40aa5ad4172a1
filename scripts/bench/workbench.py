"""What every section of the comparison works with: timed processes, images, and measurements taken in turn."""
import dataclasses
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = pathlib.Path(__file__).parent / "peers"
PEER_PACKAGES = ("torch", "tensorflow-cpu", "tensorflow", "keras", "onnxruntime", "openvino", "pillow", "scipy",
                 "numpy")
TCMALLOC = ("libtcmalloc_minimal.so.4", "libtcmalloc.so.4")


class Unavailable(Exception):
    """What cannot be measured here, most often a peer; the text goes into its row."""

    def __init__(self, reason):
        super().__init__(" ".join(reason.replace("|", "/").split())[:120])


@dataclasses.dataclass
class Finished:
    """A process that ran to its end."""
    seconds: float
    peak_mb: float
    output: str

    def last_json(self):
        return json.loads(self.output.strip().splitlines()[-1])


@dataclasses.dataclass
class Run:
    """A `graft train` that ran to its end."""
    process: Finished
    folder: pathlib.Path

    @property
    def record(self):
        return json.loads((self.folder / "record.json").read_text())


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def run(command, environment=None, folder=None):
    """Runs a command; what it prints is kept. A failure is an error that shows the end of what it said."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=errors, cwd=folder,
                                   stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        said = output.read().decode(errors="replace")
        if process.returncode != 0:
            last = errors.read().decode(errors="replace").strip().splitlines()[-3:]
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {' / '.join(last)}")
        return Finished(seconds, usage.ru_maxrss / 1024, said)


class Workbench:
    """The programs, the images and a scratch folder."""

    def __init__(self, options, scratch):
        self.graft, self.kernels = options.graft.resolve(), options.kernels.resolve()
        self.python, self.data, self.weights = options.python, options.data.resolve(), options.weights.resolve()
        self.rounds, self.quick, self.images = options.rounds, options.quick, options.images
        self.scratch = scratch
        self.throughput = scratch / "throughput.json"   # of this machine, once it was measured
        self.doctor = json.loads(run([self.graft, "doctor", "--json"]).output)

    # --- images -------------------------------------------------------------------------------------------------------

    def _spread(self, source, target, count):
        """The first images of each class, as many of each, `count` in all."""
        classes = sorted(path for path in source.iterdir() if path.is_dir() and not path.name.startswith("."))
        for number, folder in enumerate(classes):
            share = count * (number + 1) // len(classes) - count * number // len(classes)
            (target / folder.name).mkdir(parents=True)
            for file in sorted(folder.iterdir())[:share]:
                shutil.copyfile(file, target / folder.name / file.name)

    def small_images(self, train, test):
        """A folder with train/ and test/ of 32x32 files (CIFAR-10)."""
        folder = self.scratch / f"small-{train}-{test}"
        if not folder.exists():
            for part, count in (("train", train), ("test", test)):
                source = self.data / "cifar10" / part
                if not source.is_dir():
                    raise Unavailable(f"no images: {source} is not there")
                self._spread(source, folder / part, count)
        return folder

    def photographs(self, count):
        """Class folders of photographs of 500x375 pixels, enlarged from those of flowers12."""
        folder = self.scratch / f"photographs-{count}"
        if not folder.exists():
            source = self.data / "flowers12" / "train"
            if not source.is_dir():
                raise Unavailable(f"no images: {source} is not there")
            run([self.graft.parent / "graft_enlarge", source, folder, count])
        return folder

    # --- graft --------------------------------------------------------------------------------------------------------

    def new_cache(self, first_run=False):
        """An empty cache folder. How the network runs fastest is measured once on a machine: that is kept, except
        for a first run."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix="cache-", dir=self.scratch))
        if self.throughput.exists() and not first_run:
            shutil.copyfile(self.throughput, folder / "throughput.json")
        return folder

    def train(self, config, cache):
        output = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=self.scratch))
        config = {"name": "benchmark", "output": str(output), **config}
        file = output / "benchmark.json"
        file.write_text(json.dumps(config))
        done = run([self.graft, "train", file, "--json"], {"GRAFT_CACHE": str(cache)})
        if (cache / "throughput.json").exists():
            shutil.copyfile(cache / "throughput.json", self.throughput)
        return Run(done, output)

    def kernel(self, pattern, *options):
        """-> {name: items per second}; where all were skipped, the reason is raised."""
        done = run([self.kernels, f"--benchmark_filter={pattern}", "--benchmark_format=json", *options])
        rows = json.loads(done.output)["benchmarks"]
        speeds = {row["name"]: row["items_per_second"] for row in rows if "items_per_second" in row}
        if not speeds:
            raise Unavailable(rows[0]["error_message"] if rows else f"no kernel is named {pattern}")
        return speeds

    # --- peers --------------------------------------------------------------------------------------------------------

    def peer(self, script, *options, tcmalloc=False):
        """-> (the finished process, what the script printed)"""
        if self.python is None:
            raise Unavailable("not installed (no --python)")
        environment = {"CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
        if tcmalloc:
            environment["LD_PRELOAD"] = tcmalloc_library()
        try:
            done = run([self.python, PEERS / script, *options], environment)
        except RuntimeError as error:
            raise Unavailable(f"failed: {error}") from error
        result = done.last_json()
        if "missing" in result:
            raise Unavailable(f"not installed ({result['missing']})")
        return done, result

    def peer_versions(self):
        if self.python is None:
            return {}
        code = ("import importlib.metadata as m, json, sys\nv = {}\nfor n in sys.argv[1:]:\n try: v[n] = m.version(n)\n"
                " except m.PackageNotFoundError: pass\nprint(json.dumps(v))")
        return run([self.python, "-c", code, *PEER_PACKAGES]).last_json()


def tcmalloc_library():
    """The loader finds a library without a folder in its name; whether it is there is asked of ldconfig's list."""
    for loader in ("ldconfig", "/sbin/ldconfig"):
        try:
            known = subprocess.run([loader, "-p"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        for name in TCMALLOC:
            if f"{name} " in known:
                return name
    raise Unavailable("not installed (tcmalloc)")


class Measured:
    """What the rounds gave for each case, in the order of the cases."""

    def __init__(self):
        self.results, self.unavailable = {}, {}

    def has(self, case):
        return case in self.results

    def median(self, case, key):
        return statistics.median(result[key] for result in self.results[case])


def in_turn(rounds, cases, once=()):
    """Takes every measurement once per round, one after the other, so that all see the same machine.

    @param cases {name: function -> {key: number}}; a function may raise Unavailable
    @param once names of those that are measured in the first round only
    """
    measured = Measured()
    for number in range(rounds):
        for name, measure in cases.items():
            if name in measured.unavailable or (number > 0 and name in once):
                continue
            say(f"round {number + 1}/{rounds}: {name}")
            try:
                measured.results.setdefault(name, []).append(measure())
            except Unavailable as reason:
                measured.results.pop(name, None)
                measured.unavailable[name] = str(reason)
                say(f"  {reason}")
    return measured
