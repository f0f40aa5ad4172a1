#!/usr/bin/env python3
"""What fine-tuning brings over a frozen trunk, seed by seed, and the same recipe in PyTorch beside it.

usage: scripts/bench/finetune_accuracy.py GRAFT DATA [--per-class N] [--test-per-class N] [--image-size PIXELS]
           [--seeds N] [--epochs N] [--python PYTHON --weights FILE] [--results FILE]

  scripts/bench/finetune_accuracy.py build/release/graft build/data/cifar10 --per-class 500 --image-size 96
  scripts/bench/finetune_accuracy.py build/release/graft build/data/flowers12 --image-size 160 --seeds 5

DATA has train/CLASS and test/CLASS. EfficientNet-Lite0. "frozen": the head, 10 epochs. "fine-tuned": the head, 3 epochs
without augmentation, then everything, as peers/finetune_accuracy_torch.py does it too. No validation images: the model
is that of the last epoch. PYTHON has torch, pillow and efficientnet-lite-pytorch; FILE are the network's weights; without
them PyTorch is left out. Prints a Markdown table: test accuracy as a mean over the seeds with its standard deviation,
seconds of the whole process as a median. Results go to a file too, and runs that are in it are not made again.
"""
import argparse
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

from accuracy import subset

PEER = pathlib.Path(__file__).parent / "peers" / "finetune_accuracy_torch.py"
HEAD = {"train": "head", "augment": False, "optimizer": {"name": "adam", "learning_rate": 0.001}}
ALL = {"train": "all", "batch_norm": "fixed",
       "optimizer": {"name": "sgd", "learning_rate": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4},
       "schedule": {"name": "cosine", "warm_up_epochs": 0.5}}


def graft_run(graft, work, size, seed, phases):
    config = {
        "name": "finetune", "seed": seed,
        "data": {"train": str(work / "train"), "test": str(work / "test"), "validation_split": 0, "image_size": size,
                 "resize": "squash", "interpolation": "bicubic", "batch_size": 64},
        "augmentation": {"horizontal_flip": True, "operations": [
            {"name": "random_crop", "padding": 0.125, "padding_mode": "reflect"}]},
        "backbone": {"name": "efficientnet_lite0"}, "head": {"hidden": []},
        "training": {"phases": phases, "loss": {"name": "cross_entropy", "label_smoothing": 0.1}, "clip_norm": 2.0,
                     "keep": "last"},
        "features": {"keep": "run"}, "callbacks": [], "output": str(work / "run"),
    }
    (work / "config.json").write_text(json.dumps(config))
    done = subprocess.run([graft, "train", work / "config.json", "--overwrite", "--offline", "--json"],
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)["test"]["accuracy"]


def torch_run(python, weights, work, size, seed, epochs):
    done = subprocess.run([python, PEER, "--data", work, "--weights", weights, "--size", str(size), "--seed", str(seed),
                           "--epochs", str(epochs)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])["accuracy"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graft", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--per-class", type=int, default=10**9, help="training images")
    parser.add_argument("--test-per-class", type=int, default=10**9)
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=8, help="of everything, after 3 of the head")
    parser.add_argument("--python", type=pathlib.Path)
    parser.add_argument("--weights", type=pathlib.Path)
    parser.add_argument("--results", type=pathlib.Path, help="a JSON file; what it holds is not measured again")
    arguments = parser.parse_args()
    if arguments.python and not arguments.weights:
        parser.error("--python needs --weights")
    found = json.loads(arguments.results.read_text()) if arguments.results and arguments.results.exists() else {}
    graft, size, epochs = arguments.graft.resolve(), arguments.image_size, arguments.epochs
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        os.environ["GRAFT_CACHE"] = str(work / "cache")
        subset(arguments.data / "train", work / "train", arguments.per_class)
        subset(arguments.data / "test", work / "test", arguments.test_per_class)
        cases = {
            "frozen, head 10 epochs": lambda seed: graft_run(graft, work, size, seed, [{**HEAD, "epochs": 10}]),
            f"fine-tuned, head 3 and all {epochs} epochs":
                lambda seed: graft_run(graft, work, size, seed, [{**HEAD, "epochs": 3}, {**ALL, "epochs": epochs}]),
        }
        if arguments.python:
            cases["the same in PyTorch, channels-last"] = lambda seed: torch_run(
                arguments.python, arguments.weights.resolve(), work, size, seed, epochs)
        setting = (f"{arguments.data.name}, {arguments.per_class} and {arguments.test_per_class} per class, {size} px, "
                   f"{epochs} epochs, graft {hashlib.sha256(graft.read_bytes()).hexdigest()[:12]}")
        for seed in range(arguments.seeds):
            for name, case in cases.items():
                key = f"{setting}: {name}, seed {seed}"
                if key in found:
                    continue
                start = time.perf_counter()
                accuracy = case(seed)
                found[key] = {"accuracy": accuracy, "seconds": time.perf_counter() - start}
                print(f"{name}, seed {seed}: {accuracy:.4f}, {found[key]['seconds']:.0f} s", flush=True)
                if arguments.results:
                    arguments.results.write_text(json.dumps(found, indent=1))
    print("\n| | test accuracy | standard deviation | seconds |\n|---|---|---|---|")
    for name in cases:
        runs = [found[f"{setting}: {name}, seed {seed}"] for seed in range(arguments.seeds)]
        values = [run["accuracy"] for run in runs]
        spread = statistics.stdev(values) if len(values) > 1 else float("nan")
        print(f"| {name} | {statistics.mean(values):.4f} | {spread:.4f} | "
              f"{statistics.median(run['seconds'] for run in runs):.0f} |")


if __name__ == "__main__":
    main()
