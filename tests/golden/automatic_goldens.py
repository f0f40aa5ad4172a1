#!/usr/bin/env python3
"""Writes automatic.json: a small picture, and what torchvision's v2 transforms make of it as a Pillow image with
everything drawn given: the steps of RandAugment and TrivialAugmentWide, the changes of ColorJitter, RandomCrop's
padding; and the magnitudes of all steps.

Needs torchvision (0.28) and Pillow (13):

    python3 automatic_goldens.py > automatic.json
"""

import json
import random

from PIL import Image
from torchvision.transforms import v2
from torchvision.transforms.v2 import InterpolationMode, functional as F

random.seed(16)
HEIGHT, WIDTH = 9, 12
PICTURE = Image.frombytes("RGB", (WIDTH, HEIGHT), bytes(random.randrange(256) for _ in range(3 * HEIGHT * WIDTH)))
# equalize changes nothing below 256 pixels: a larger picture for it, with few values
MANY = Image.frombytes("RGB", (24, 24), bytes(random.choice([3, 20, 21, 90, 200, 250]) for _ in range(3 * 24 * 24)))
STEPS = {"Identity": "identity", "ShearX": "shear_x", "ShearY": "shear_y", "TranslateX": "translate_x",
         "TranslateY": "translate_y", "Rotate": "rotate", "Brightness": "brightness", "Color": "color",
         "Contrast": "contrast", "Sharpness": "sharpness", "Posterize": "posterize", "Solarize": "solarize",
         "AutoContrast": "autocontrast", "Equalize": "equalize"}
SIGNED = {"shear_x", "shear_y", "translate_x", "translate_y", "rotate", "brightness", "color", "contrast", "sharpness"}


def as_hex(picture):  # RGB of one pixel after the other
    return picture.tobytes().hex()


def step(transform, name, magnitude, interpolation="nearest", fill=0, picture=PICTURE):
    colour = fill if isinstance(fill, list) else [fill]
    rgb = transform._apply_image_or_video_transform(
        picture, name, magnitude, InterpolationMode(interpolation), {Image.Image: tuple(fill) if isinstance(fill, list) else fill})
    return {"step": STEPS[name], "magnitude": magnitude, "interpolation": interpolation, "fill": colour, "rgb": as_hex(rgb)}


def steps():
    transform = v2.TrivialAugmentWide()
    strengths = {"Identity": [0], "ShearX": [0.31, -0.99], "ShearY": [0.31, -0.99], "TranslateX": [3.7, -2.0],
                 "TranslateY": [3.7, -2.0], "Rotate": [4.5, -30.0, 90.0, -135.0], "Brightness": [0.43, -0.99],
                 "Color": [0.43, -0.99], "Contrast": [0.43, -0.99], "Sharpness": [0.9, -0.43, -0.99],
                 "Posterize": [8, 5, 2], "Solarize": [1.0, 0.51, 0.0], "AutoContrast": [0], "Equalize": [0]}
    for name, magnitudes in strengths.items():
        for magnitude in magnitudes:
            yield step(transform, name, magnitude)
    for name in ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate"):
        for magnitude in strengths[name]:
            yield step(transform, name, magnitude, "bilinear", [10, 120, 250])
            yield step(transform, name, magnitude, "nearest", [10, 120, 250])


def magnitudes():
    for table, transform in (("rand_augment", v2.RandAugment), ("trivial_augment_wide", v2.TrivialAugmentWide)):
        for bins in (31, 10):
            for name, (values, signed) in transform._AUGMENTATION_SPACE.items():
                all_of_them = values(bins, 96, 224)
                numbers = [0.0] * bins if all_of_them is None else [float(value) for value in all_of_them]
                yield {"table": table, "bins": bins, "step": STEPS[name], "signed": signed, "values": numbers}


def jitters():
    changes = {"brightness": (F.adjust_brightness, [0, 0.7, 1.35]), "contrast": (F.adjust_contrast, [0, 0.7, 1.35]),
               "saturation": (F.adjust_saturation, [0, 0.7, 1.35]), "hue": (F.adjust_hue, [-0.5, -0.11, 0.03, 0.3])}
    for change, (function, values) in changes.items():
        for value in values:
            yield {"change": change, "value": value, "rgb": as_hex(function(PICTURE, value))}


def crops():
    for mode in ("constant", "edge", "reflect", "symmetric"):
        for down, right in ((0, 0), (2, -1), (-3, 3)):
            padded = F.pad(PICTURE, [3, 3, 3, 3], fill=40, padding_mode=mode)
            cropped = F.crop(padded, 3 + down, 3 + right, HEIGHT, WIDTH)
            yield {"padding_mode": mode, "down": down, "right": right, "rgb": as_hex(cropped)}


def main():
    many = {"rgb": as_hex(MANY), "equalize": as_hex(F.equalize(MANY)), "autocontrast": as_hex(F.autocontrast(MANY))}
    print(json.dumps({"height": HEIGHT, "width": WIDTH, "rgb": as_hex(PICTURE), "many": many, "steps": list(steps()),
                      "magnitudes": list(magnitudes()), "jitter": list(jitters()), "crops": list(crops())}, indent=0))


if __name__ == "__main__":
    main()
