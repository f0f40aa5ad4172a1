#!/usr/bin/env python3
"""How heads compare where there are few images: accuracy by images per class, mean over draws of the training images.

usage: scripts/bench/few_images.py GRAFT DATA [--images 1,5,10] [--draws 3] [--test-per-class N] [--results FILE]

  scripts/bench/few_images.py build/release/graft build/data/flowers12
  scripts/bench/few_images.py build/release/graft build/data/cifar10 --test-per-class 100

DATA has train/CLASS and test/CLASS. EfficientNet-Lite0 frozen, no augmentation. The test images are the validation part
of every run, so that their features are computed once; nothing is chosen by them: the model is that of the last epoch.
Every head sees the same draws. Prints a Markdown table: mean accuracy, and in brackets the standard deviation between
draws. Results go to a file too, and runs that are in it are not made again.
"""
import argparse
import csv
import json
import os
import pathlib
import random
import statistics
import subprocess
import tempfile

HEADS = {
    "`dense`, 10 epochs": ({"kind": "dense"}, 10),
    "`dense`, 100 epochs": ({"kind": "dense"}, 100),
    "`nearest_mean`": ({"kind": "nearest_mean"}, 1),
    "`linear_probe`": ({"kind": "linear_probe"}, 1),
}


def images_by_class(folder):
    return {path.name: sorted(path.iterdir()) for path in sorted(folder.iterdir()) if path.is_dir()}


def write_list(file, data, per_class, test_per_class, draw):
    """One list of both parts. A draw of fewer images is a part of that of more."""
    with file.open("w", newline="") as output:
        rows = csv.writer(output)
        rows.writerow(["image_path", "label", "split"])
        for name, images in images_by_class(data / "train").items():
            chosen = random.Random(f"{draw} {name}").sample(images, len(images))[:per_class]
            rows.writerows([image.resolve(), name, "train"] for image in chosen)
        for name, images in images_by_class(data / "test").items():
            rows.writerows([image.resolve(), name, "validation"] for image in images[:test_per_class])


def accuracy(graft, work, images, head, epochs, draw):
    config = {
        "name": "few", "seed": draw, "data": {"train": str(images), "list": {"split_column": "split"}},
        "backbone": {"name": "efficientnet_lite0"}, "head": head,
        "training": {"epochs": epochs, "keep": "last"}, "output": str(work / "run"),
    }
    (work / "config.json").write_text(json.dumps(config))
    done = subprocess.run([graft, "train", work / "config.json", "--overwrite", "--offline"], capture_output=True,
                          text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads((work / "run" / "record.json").read_text())["history"][-1]["val_accuracy"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graft", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--images", type=lambda text: [int(n) for n in text.split(",")], default=[1, 5, 10])
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--test-per-class", type=int, default=10**9)
    parser.add_argument("--results", type=pathlib.Path, help="a JSON file; what it holds is not measured again")
    arguments = parser.parse_args()
    found = json.loads(arguments.results.read_text()) if arguments.results and arguments.results.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        os.environ.setdefault("GRAFT_CACHE", str(work / "cache"))
        for draw in range(arguments.draws):
            for count in arguments.images:
                images = work / "images.csv"
                write_list(images, arguments.data, count, arguments.test_per_class, draw)
                for name, (head, epochs) in HEADS.items():
                    key = f"{name} {count} {draw}"
                    if key not in found:
                        found[key] = accuracy(arguments.graft.resolve(), work, images, head, epochs, draw)
                        print(f"{key}: {found[key]:.4f}", flush=True)
                        if arguments.results:
                            arguments.results.write_text(json.dumps(found, indent=1))
    print(f"\n| {arguments.data.name} | " + " | ".join(f"{n} per class" for n in arguments.images) + " |")
    print("|---" * (len(arguments.images) + 1) + "|")
    for name in HEADS:
        cells = []
        for count in arguments.images:
            values = [found[f"{name} {count} {draw}"] for draw in range(arguments.draws)]
            spread = statistics.stdev(values) if len(values) > 1 else 0
            cells.append(f"{statistics.mean(values):.3f} ({spread:.3f})")
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
