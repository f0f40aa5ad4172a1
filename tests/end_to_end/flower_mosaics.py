"""Pictures pasted together from several flowers, with a list of what is in them: a multi-label set and a small regression
set made of the photographs of flowers12.

usage: flower_mosaics.py PHOTOGRAPHS FOLDER TRAIN TEST      needs: Pillow

PHOTOGRAPHS has a folder per flower. FOLDER gets mosaics.csv and pictures/: each picture has four quarters, of which one
to three hold a flower, every one of another kind, on a grey that may be dark or light. The list's columns: image_path, one for each of five flowers
(1, 0, and now and then nothing: unknown), `flowers` (how many there are), `brightness` (mean of all pixels, 0 to 255) and
split. Photographs of test pictures are in no training picture.
"""

import csv
import pathlib
import random
import sys

from PIL import Image, ImageStat

KINDS = 5
SIDE = 112  # pixels of a quarter


def quarter(file):
    """The middle of a photograph."""
    with Image.open(file) as photograph:
        picture = photograph.convert("RGB")
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side)).resize((SIDE, SIDE), Image.BILINEAR)


def mosaic(files, draw):
    picture = Image.new("RGB", (2 * SIDE, 2 * SIDE), 3 * (draw.randrange(256),))
    places = draw.sample([(0, 0), (SIDE, 0), (0, SIDE), (SIDE, SIDE)], len(files))
    for file, place in zip(files, places):
        picture.paste(quarter(file), place)
    return picture


def make(photographs, folder, train, test):
    draw = random.Random(0)
    kinds = sorted(entry.name for entry in photographs.iterdir() if entry.is_dir())[:KINDS]
    files = {kind: sorted((photographs / kind).glob("*.jpg")) for kind in kinds}
    (folder / "pictures").mkdir(parents=True)
    with open(folder / "mosaics.csv", "w", newline="", encoding="utf-8") as stream:
        rows = csv.writer(stream)
        rows.writerow(["image_path", *kinds, "flowers", "brightness", "split"])
        for number in range(train + test):
            part = "train" if number < train else "test"
            chosen = draw.sample(kinds, draw.randint(1, 3))
            half = {kind: files[kind][: 2 * len(files[kind]) // 3] if part == "train"
                    else files[kind][2 * len(files[kind]) // 3:] for kind in kinds}
            picture = mosaic([draw.choice(half[kind]) for kind in chosen], draw)
            name = f"pictures/{number:04}.png"
            picture.save(folder / name)
            labels = [int(kind in chosen) for kind in kinds]
            if part == "train" and draw.random() < 0.1:
                labels[draw.randrange(KINDS)] = ""
            brightness = sum(ImageStat.Stat(picture).mean) / 3
            rows.writerow([name, *labels, len(chosen), f"{brightness:.2f}", part])
    return kinds


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
