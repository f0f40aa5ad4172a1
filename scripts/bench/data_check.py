#!/usr/bin/env python3
"""How much of what is planted `graft data check` finds: labels flipped, and copies of test images among the training
images. Prints two Markdown tables.

usage: scripts/bench/data_check.py GRAFT DATA [--per-class N] [--near 10,6,4] [--backbone MODEL]

  scripts/bench/data_check.py build/release/graft build/data/flowers12

DATA has train/CLASS and test/CLASS. Needs Pillow. Where cleanlab, scikit-learn and NumPy can be imported, cleanlab looks at the same
vectors: scikit-learn's logistic regression in five folds, then prune_by_noise_rate.
"""
import argparse
import json
import pathlib
import random
import shutil
import subprocess
import tempfile

from PIL import Image, ImageEnhance

CHANGES = {
    "same file": None,
    "JPEG, quality 75": lambda image: image,
    "60 % of the size": lambda image: image.resize((max(1, image.width * 6 // 10), max(1, image.height * 6 // 10))),
    "brightness 70 %": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "contrast 130 %": lambda image: ImageEnhance.Contrast(image).enhance(1.3),
    "cropped to 95 %": lambda image: cropped(image, 0.95),
    "cropped to 85 %": lambda image: cropped(image, 0.85),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


def cropped(image, share):
    left, top = round(image.width * (1 - share) / 2), round(image.height * (1 - share) / 2)
    return image.crop((left, top, image.width - left, image.height - top))


def subset(source, target, per_class):
    for folder in sorted(p for p in source.iterdir() if p.is_dir()):
        (target / folder.name).mkdir(parents=True)
        for file in sorted(folder.iterdir())[:per_class]:
            shutil.copyfile(file, target / folder.name / file.name)


def check(graft, *arguments):
    done = subprocess.run([graft, "data", "check", *map(str, arguments), "--json"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return {finding["kind"]: finding for finding in json.loads(done.stdout)["findings"]}


def scores(found, planted):
    hits = len(found & planted)
    return hits / max(len(found), 1), hits / max(len(planted), 1)


def flip(folder, share, draw):
    """Moves files to other classes. Returns their new names."""
    classes = sorted(p.name for p in folder.iterdir())
    files = sorted(folder.glob("*/*"))
    wrong = set()
    for file in draw.sample(files, round(share * len(files))):
        other = draw.choice([name for name in classes if name != file.parent.name])
        target = folder / other / f"moved-{file.parent.name}-{file.name}"
        file.rename(target)
        wrong.add(f"{other}/{target.name}")
    return wrong


def with_cleanlab(graft, folder, backbone, work):
    """What cleanlab finds on the vectors that graft makes; nothing without it."""
    try:
        import numpy as np
        from cleanlab.filter import find_label_issues
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_predict
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        return None
    subprocess.run([graft, "embed", backbone, folder, "--output", work / "v.npy", "--force"], check=True,
                   capture_output=True)
    vectors = np.load(work / "v.npy")
    names = next(work.glob("v*.txt")).read_text().splitlines()
    places = [f"{pathlib.Path(name).parent.name}/{pathlib.Path(name).name}" for name in names]
    classes = sorted({place.split("/")[0] for place in places})
    labels = np.array([classes.index(place.split("/")[0]) for place in places])
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    probabilities = cross_val_predict(model, vectors, labels, cv=folds, method="predict_proba")
    issues = find_label_issues(labels, probabilities, filter_by="prune_by_noise_rate", n_jobs=1)
    return {place for place, issue in zip(places, issues) if issue}


def labels_table(graft, data, per_class, backbone):
    print("| labels flipped | found | precision | recall | cleanlab: precision | recall |\n|---|---|---|---|---|---|")
    for share in (0, 0.05, 0.1, 0.2):
        with tempfile.TemporaryDirectory() as scratch:
            work = pathlib.Path(scratch)
            subset(data / "train", work / "train", per_class)
            planted = flip(work / "train", share, random.Random(7))
            findings = check(graft, work / "train", "--labels", "--backbone", backbone, "--near", 0)
            found = {image["file"] for image in findings.get("label_errors", {"images": []})["images"]}
            theirs = with_cleanlab(graft, work / "train", backbone, work)
        cells = [f"{share:.0%}", str(len(found)), *(f"{s:.2f}" for s in scores(found, planted)),
                 *(f"{s:.2f}" for s in scores(theirs, planted))] if theirs is not None else [
                     f"{share:.0%}", str(len(found)), *(f"{s:.2f}" for s in scores(found, planted)), "", ""]
        print("| " + " | ".join(cells) + " |", flush=True)


def plant_copies(work, count, draw):
    """Changed test images among the training images. Returns {change: names of the test images}."""
    files = sorted((work / "test").glob("*/*"))
    draw.shuffle(files)
    planted = {}
    for place, (change, apply) in enumerate(CHANGES.items()):
        for file in files[place * count:(place + 1) * count]:
            target = work / "train" / file.parent.name / f"planted-{place}-{file.name}"
            if apply is None:
                shutil.copyfile(file, target)
            else:
                apply(Image.open(file).convert("RGB")).save(target.with_suffix(".jpg"), quality=75)
            planted.setdefault(change, set()).add(f"{file.parent.name}/{file.name}")
    return planted


def copies_table(graft, data, per_class, distances):
    with tempfile.TemporaryDirectory() as scratch:
        work = pathlib.Path(scratch)
        subset(data / "train", work / "train", per_class)
        subset(data / "test", work / "test", per_class)
        before = {d: leaked(check(graft, work, "--near", d)) for d in distances}
        count = len(list((work / "test").glob("*/*"))) // len(CHANGES)
        planted = plant_copies(work, min(count, 25), random.Random(7))
        print("\n| bits | leaks before planting | " + " | ".join(planted) + " |\n|" + "---|" * (len(planted) + 2))
        for distance in distances:
            found = leaked(check(graft, work, "--near", distance))
            cells = [f"{len(names & found) / len(names):.2f}" for names in planted.values()]
            print(f"| {distance} | {len(before[distance])} | " + " | ".join(cells) + " |", flush=True)


def leaked(findings):
    return {image["file"] for kind in ("leaks", "near_leaks") for image in findings.get(kind, {"images": []})["images"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("graft", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--per-class", type=int)
    parser.add_argument("--near", type=lambda text: [int(n) for n in text.split(",")], default=[10, 8, 6, 4, 2])
    parser.add_argument("--backbone", default="efficientnet_lite0")
    arguments = parser.parse_args()
    graft = arguments.graft.resolve()
    copies_table(graft, arguments.data, arguments.per_class, arguments.near)
    print()
    labels_table(graft, arguments.data, arguments.per_class, arguments.backbone)


if __name__ == "__main__":
    main()
