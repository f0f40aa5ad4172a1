#!/usr/bin/env python3
"""How well a model says "unknown" of classes it has not learnt: by probability, by margin and by distance.

usage: scripts/bench/unknown.py GRAFT DATA [--left-out 4] [--draws 5] [--share 0.95] [--far FOLDER]

  scripts/bench/unknown.py build/release/graft build/data/flowers12 --far build/data/cifar10/test

DATA has train/CLASS and test/CLASS. Each draw leaves out other classes and trains EfficientNet-Lite0, frozen, on the
rest. Every rule leaves this share of the validation images an answer; then it is asked about the test images of the
learnt classes and of the left-out ones, and of pictures of something else entirely (--far). Prints a Markdown table,
means over the draws. The area is that under the ROC curve: how likely a known image ranks before a stranger.
"""
import argparse
import bisect
import csv
import json
import math
import pathlib
import random
import statistics
import subprocess
import tempfile

HEADS = {"dense layer of 512 (the default)": {"hidden": [512]}, "linear": {"hidden": []}}
FAR_IMAGES = 100


def said(graft, *arguments):
    done = subprocess.run([graft, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def images_in(folder):
    return sorted(path.resolve() for path in folder.rglob("*") if path.is_file())


def write_list(file, rows):
    with file.open("w", newline="") as output:
        csv.writer(output).writerows([("image_path", "label", "split"), *rows])


def trained(graft, data, work, head, known, draw, share):
    """The model's file, and its validation images."""
    rows, validation = [], []
    for name in known:
        images = images_in(data / "train" / name)
        random.Random(f"{draw} {name}").shuffle(images)
        quarter = len(images) // 4
        validation += images[:quarter]
        rows += [(image, name, "validation") for image in images[:quarter]]
        rows += [(image, name, "train") for image in images[quarter:]]
    write_list(work / "train.csv", rows)
    config = {
        "name": "unknown", "seed": draw, "data": {"train": str(work / "train.csv"), "list": {"split_column": "split"}},
        "backbone": {"name": "efficientnet_lite0"}, "head": head, "training": {"epochs": 30},
        "decision": {"known_share": share}, "output": str(work / "run"),
    }
    (work / "config.json").write_text(json.dumps(config))
    said(graft, "train", work / "config.json", "--overwrite", "--offline")
    return work / "run" / "model.pt", validation


def scores_of(graft, model, images):
    """Of each image: (class, {rule: score}); a higher score is better known."""
    rows = said(graft, "predict", model, *images, "--top-k", "2", "--json")
    scores = []
    for row in map(json.loads, rows.splitlines()):
        first, second = (entry["probability"] for entry in row["predictions"])
        scores.append((row["predictions"][0]["class"],
                       {"confidence": first, "margin": first - second, "distance": -row["distance"]}))
    return scores


def limit_of(scores, share):
    """The score that this share of the images reaches."""
    return sorted(scores, reverse=True)[math.ceil(share * len(scores) - 1e-9) - 1]


def area(known, strangers):
    ranked = sorted(strangers)
    wins = sum(bisect.bisect_left(ranked, score) + bisect.bisect_right(ranked, score) for score in known)
    return wins / (2 * len(known) * len(ranked))


def rules(validation, share):
    """{rule: [(score, limit), …]}: an image is answered where each score reaches its limit."""
    names = ("confidence", "margin", "distance")
    chosen = {name: [(name, limit_of([s[name] for _, s in validation], share))] for name in names}
    half = (1 + share) / 2
    chosen["confidence and distance"] = [(name, limit_of([s[name] for _, s in validation], half))
                                         for name in ("confidence", "distance")]
    return chosen


def measure(options, head, draw, work, results):
    classes = sorted(path.name for path in (options.data / "train").iterdir() if path.is_dir())
    left_out = set(random.Random(draw).sample(classes, options.left_out))
    known = [name for name in classes if name not in left_out]
    model, validation_images = trained(options.graft, options.data, work, head, known, draw, options.share)
    validation = scores_of(options.graft, model, validation_images)
    asked = [image for name in known for image in images_in(options.data / "test" / name)]
    tested = scores_of(options.graft, model, asked)
    right = [found == image.parent.name for image, (found, _) in zip(asked, tested)]
    strangers = {"left-out": [image for name in sorted(left_out) for image in images_in(options.data / "test" / name)]}
    if options.far:
        far = images_in(options.far)
        strangers["far"] = random.Random(0).sample(far, min(FAR_IMAGES, len(far)))
    foreign = {name: scores_of(options.graft, model, images) for name, images in strangers.items()}
    for rule, limits in rules(validation, options.share).items():
        def answers(scores):
            return all(scores[name] >= limit for name, limit in limits)
        answered = [answers(scores) for _, scores in tested]
        row = {"answered": statistics.mean(answered),
               "accuracy": statistics.mean(r for r, a in zip(right, answered) if a)}
        for name, of in foreign.items():
            row[f"{name} refused"] = statistics.mean(not answers(scores) for _, scores in of)
            if len(limits) == 1:
                row[f"{name} area"] = area([s[limits[0][0]] for _, s in tested], [s[limits[0][0]] for _, s in of])
        results.setdefault(rule, []).append(row)
    results.setdefault("all answered", []).append({"answered": 1.0, "accuracy": statistics.mean(right)})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graft", type=lambda text: str(pathlib.Path(text).resolve()))
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--left-out", type=int, default=4)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.95)
    parser.add_argument("--far", type=pathlib.Path)
    options = parser.parse_args()
    for title, head in HEADS.items():
        results = {}
        for draw in range(options.draws):
            with tempfile.TemporaryDirectory() as work:
                measure(options, head, draw, pathlib.Path(work), results)
        columns = list(results["confidence"][0])
        print(f"\n| {title} | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
        for rule in ["all answered", *(name for name in results if name != "all answered")]:
            cells = [f"{statistics.mean(row[column] for row in results[rule]):.3f}" if column in results[rule][0]
                     else "–" for column in columns]
            print(f"| {rule} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
