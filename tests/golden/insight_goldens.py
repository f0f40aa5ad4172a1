#!/usr/bin/env python3
"""Writes insight.json: what CleanVision, imagededup and cleanlab make of small pictures and probabilities.

The pictures are drawn by a formula that the test knows too, so none is stored. The rules of CleanVision 0.3 and imagededup 0.3 are written out here with
Pillow and SciPy, the functions that those packages call; cleanlab 2.9 is called itself.

usage: python3 insight_goldens.py        needs: cleanlab, numpy, pillow, scipy
"""

import json
import math
import pathlib

import numpy as np
from cleanlab.count import compute_confident_joint
from cleanlab.filter import find_label_issues
from PIL import Image, ImageFilter, ImageStat
from scipy.fft import dct

PICTURES = {  # width, height, base, contrast, period
    "wide": (200, 90, 128, 100, 61),
    "tall": (61, 187, 128, 100, 47),
    "small": (20, 24, 100, 80, 5),
    "large": (330, 300, 140, 90, 131),
    "dark": (96, 96, 30, 30, 17),
    "light": (96, 96, 250, 4, 17),
    "flat": (96, 96, 120, 0, 17),
    "smooth": (96, 96, 128, 60, 400),
}


def picture(width, height, base, contrast, period):
    """Waves of whole numbers: the C++ test draws the same."""
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for channel in range(3):
        wave = (x * (3 + channel) + y * (5 - channel) + (x * y) // 97) % (2 * period)
        triangle = np.abs(wave - period)  # 0..period
        planes.append(np.clip(base - contrast + (2 * contrast * triangle) // period, 0, 255))
    return Image.fromarray(np.stack(planes, axis=2).astype(np.uint8))


def clean_vision(image):
    pixels = np.asarray(image).astype(int)
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    brightness = np.sqrt(0.241 * (red * red) + 0.691 * (green * green) + 0.068 * (blue * blue)) / 255
    ratio = max(image.width, image.height) / 64
    small = image.resize((max(int(image.width // ratio), 1), max(int(image.height // ratio), 1))) if ratio > 1 else image
    grey = small.convert("L")
    blur = math.sqrt(ImageStat.Stat(grey.filter(ImageFilter.FIND_EDGES)).var[0])
    spread = 1 - math.exp(-np.std(grey.histogram()) * 0.01)
    return {
        "brightest": float(np.percentile(brightness, 99)),
        "darkest": float(1 - np.percentile(brightness, 5)),
        "information": min(image.entropy() * 0.1, 1),
        "sharpness": min(1 - math.exp(-blur * 0.01) + (spread if spread > 0.18 else 0), 1),
    }


def p_hash(image):
    grey = np.array(image.resize((32, 32), Image.LANCZOS).convert("L")).astype("uint8")
    waves = dct(dct(grey.astype(float), axis=0), axis=1)[:8, :8].flatten()
    bits = waves >= np.median(waves[1:])
    return "".join("1" if bit else "0" for bit in bits)


def confident(name, images, classes, flipped, sharp, seed, absent=()):
    random = np.random.default_rng(seed)
    true = random.integers(0, classes, images)
    for missing in absent:
        true[true == missing] = (missing + 1) % classes
    labels = true.copy()
    wrong = random.random(images) < flipped
    labels[wrong] = random.integers(0, classes, wrong.sum())
    for missing in absent:
        labels[labels == missing] = (missing + 1) % classes
    scores = random.normal(size=(images, classes)) + sharp * np.eye(classes)[true]
    probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    probabilities = probabilities.round(4).astype(np.float32).astype(np.float64)
    issues = find_label_issues(labels, probabilities, filter_by="prune_by_noise_rate", n_jobs=1,
                               return_indices_ranked_by="self_confidence")
    return {"name": name, "labels": labels.tolist(), "probabilities": [[round(p, 4) for p in row] for row in probabilities],
            "joint": compute_confident_joint(labels, probabilities).tolist(), "errors": [int(i) for i in issues]}


def main():
    document = {"pictures": [], "labels": [
        confident("three classes", 60, 3, 0.2, 2.5, 1),
        confident("five classes, many wrong", 80, 5, 0.5, 3, 2),
        confident("two classes, unsure", 40, 2, 0.1, 0.5, 3),
        confident("a class without images", 50, 4, 0.2, 2, 4, absent=(2,)),
        confident("as many classes as images", 6, 5, 0.5, 1, 5),
        confident("nothing wrong", 30, 3, 0, 12, 6),
    ]}
    for name, shape in PICTURES.items():
        image = picture(*shape)
        document["pictures"].append({"name": name, "shape": shape, "hash": p_hash(image), **clean_vision(image)})
    target = pathlib.Path(__file__).with_name("insight.json")
    target.write_text(json.dumps(document, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
