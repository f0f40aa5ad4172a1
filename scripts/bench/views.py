#!/usr/bin/env python3
"""How many augmented views per image are worth computing: test accuracy for several numbers of views and seeds.

usage: scripts/bench/views.py GRAFT DATA [--per-class N] [--test-per-class N] [--seeds N] [--views 1,2,3,5,10]

DATA has train/CLASS and test/CLASS. EfficientNet-Lite0 frozen, the classic recipe, ten epochs. Prints a Markdown table:
mean test accuracy over the seeds, its difference from ten views, and the standard error of that difference (by seed).
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile

AUGMENTATION = {"rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2, "shear_range": 0.2,
                "zoom_range": 0.2, "horizontal_flip": True}


def subset(source, target, per_class):
    for folder in sorted(p for p in source.iterdir() if p.is_dir()):
        (target / folder.name).mkdir(parents=True)
        for file in sorted(folder.iterdir())[:per_class]:
            shutil.copyfile(file, target / folder.name / file.name)


def accuracy(graft, work, views, seed):
    config = {
        "name": "views", "seed": seed,
        "data": {"train": str(work / "train"), "test": str(work / "test"), "validation_split": 0.2},
        "augmentation": AUGMENTATION,
        "backbone": {"name": "efficientnet_lite0"},
        "features": {"views": views},
        "training": {"epochs": 10},
        "callbacks": [{"name": "early_stopping", "patience": 3}, {"name": "reduce_lr_on_plateau", "patience": 2}],
        "output": str(work / "run"),
    }
    (work / "config.json").write_text(json.dumps(config))
    result = subprocess.run([graft, "train", str(work / "config.json"), "--overwrite", "--json"],
                            check=True, capture_output=True, text=True)
    return json.loads(result.stdout)["test"]["accuracy"]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("graft")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--per-class", type=int, default=10**9)
    parser.add_argument("--test-per-class", type=int, default=10**9)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--views", default="1,2,3,5,10")
    arguments = parser.parse_args()
    numbers = [int(text) for text in arguments.views.split(",")]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        os.environ["GRAFT_CACHE"] = str(work / "cache")
        subset(arguments.data / "train", work / "train", arguments.per_class)
        subset(arguments.data / "test", work / "test", arguments.test_per_class)
        found = {n: [] for n in numbers}
        for seed in range(arguments.seeds):
            for n in sorted(numbers, reverse=True):  # the most views first: the others find theirs among them
                found[n].append(accuracy(os.path.abspath(arguments.graft), work, n, seed))
                print(f"seed {seed} views {n}: {found[n][-1]:.4f}", flush=True)
    most = max(numbers)
    print("\n| views | accuracy | against %d views | standard error |\n|---|---|---|---|" % most)
    for n in numbers:
        differences = [a - b for a, b in zip(found[n], found[most])]
        error = statistics.stdev(differences) / len(differences) ** 0.5 if len(differences) > 1 else float("nan")
        print(f"| {n} | {statistics.mean(found[n]):.4f} | {statistics.mean(differences):+.4f} | {error:.4f} |")


if __name__ == "__main__":
    main()
