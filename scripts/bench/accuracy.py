#!/usr/bin/env python3
"""What a setting costs in test accuracy: runs with each of its values and several seeds, compared seed by seed.

usage: scripts/bench/accuracy.py GRAFT DATA SETTING=VALUE,VALUE,… [--per-class N] [--test-per-class N] [--seeds N]

  scripts/bench/accuracy.py build/release/graft build/data/flowers12 /features/views=1,2,3,5,10 --seeds 5
  scripts/bench/accuracy.py build/release/graft build/data/cifar10 /backbone/precision=bfloat16,float32 --per-class 200

DATA has train/CLASS and test/CLASS. EfficientNet-Lite0 frozen, the classic recipe, ten epochs. Prints a Markdown table:
mean test accuracy over the seeds, its difference from the last value, and the standard error of that difference.
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


def setting_and_values(text):
    setting, _, values = text.partition("=")
    if not setting.startswith("/") or not values:
        raise argparse.ArgumentTypeError(f"{text}: expected a JSON pointer and values, like /features/views=1,5,10")
    return setting, values.split(",")


def accuracy(graft, work, seed, setting):
    config = {
        "name": "accuracy", "seed": seed,
        "data": {"train": str(work / "train"), "test": str(work / "test"), "validation_split": 0.2},
        "augmentation": AUGMENTATION,
        "backbone": {"name": "efficientnet_lite0"},
        "training": {"epochs": 10},
        "callbacks": [{"name": "early_stopping", "patience": 3}, {"name": "reduce_lr_on_plateau", "patience": 2}],
        "output": str(work / "run"),
    }
    (work / "config.json").write_text(json.dumps(config))
    result = subprocess.run([graft, "train", str(work / "config.json"), "--set", setting, "--overwrite", "--json"],
                            check=True, capture_output=True, text=True)
    return json.loads(result.stdout)["test"]["accuracy"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graft", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("setting", type=setting_and_values)
    parser.add_argument("--per-class", type=int, default=10**9, help="training images")
    parser.add_argument("--test-per-class", type=int, default=10**9)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    setting, values = arguments.setting
    found = {value: [] for value in values}
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        os.environ["GRAFT_CACHE"] = str(work / "cache")
        subset(arguments.data / "train", work / "train", arguments.per_class)
        subset(arguments.data / "test", work / "test", arguments.test_per_class)
        for seed in range(arguments.seeds):
            for value in reversed(values):  # of views the most first: the others find theirs among them
                found[value].append(accuracy(arguments.graft.resolve(), work, seed, f"{setting}={value}"))
                print(f"seed {seed} {setting}={value}: {found[value][-1]:.4f}", flush=True)
    print(f"\n| {setting} | accuracy | against {values[-1]} | standard error |\n|---|---|---|---|")
    for value in values:
        differences = [a - b for a, b in zip(found[value], found[values[-1]])]
        error = statistics.stdev(differences) / len(differences) ** 0.5 if len(differences) > 1 else float("nan")
        print(f"| {value} | {statistics.mean(found[value]):.4f} | {statistics.mean(differences):+.4f} | {error:.4f} |")


if __name__ == "__main__":
    main()
