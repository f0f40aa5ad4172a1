#!/usr/bin/python3
"""Writes augmentation.json: views of small square pictures as Keras renders them.

Needs Debian 12's python3-keras-preprocessing (1.1.0), python3-scipy and python3-pil:

    /usr/bin/python3 augmentation_goldens.py > augmentation.json

The package's own ImageDataGenerator.apply_transform does all of the rendering. Two of its conventions are translated,
to those of tensorflow.keras and Keras 3, which graft follows: release 1.1.0
- applies its matrix to (row, column), not to (x, y): the picture is transposed on its way in and out;
- turns about size / 2 + 0.5, one pixel off the centre (size - 1) / 2: the shift makes up for it.
"""

import json

import numpy as np
from keras_preprocessing.image import ImageDataGenerator

FILL_MODES = ["nearest", "reflect", "wrap", "constant"]
CVAL = 60.0

# Named and measured as in graft's View; what is not named leaves the picture as it is.
VIEWS = {
    "rotation": {"theta": 17.3},
    "shift": {"shift_x": 3.37, "shift_y": -2.21},
    "shear": {"shear": 14.6},
    "zoom": {"zoom_x": 1.31, "zoom_y": 0.74},
    "all": {"theta": -28.4, "shift_x": -2.6, "shift_y": 4.3, "shear": -9.7, "zoom_x": 1.17, "zoom_y": 1.23,
            "flip_horizontal": True},
    "all_flipped": {"theta": 131.0, "shift_x": 1.9, "shift_y": -3.3, "shear": 8.2, "zoom_x": 0.87, "zoom_y": 1.28,
                    "flip_horizontal": True, "flip_vertical": True},
}
COLOUR_VIEWS = {
    "channel_shift_up": {"channel_shift": 31.7, "flip_vertical": True},
    "channel_shift_down": {"channel_shift": -44.2},
    "channel_shift_warped": {"channel_shift": -25.4, "theta": 12.0, "zoom_x": 0.9, "zoom_y": 0.8},
    "brightness_down": {"brightness": 0.63, "flip_horizontal": True},
    "brightness_up": {"brightness": 1.42},
    "channel_shift_then_brightness": {"channel_shift": 20.6, "brightness": 0.7},
}


def smooth_picture(size):
    """Gradients of at most 13 a pixel, a different one in each channel."""
    y, x = np.mgrid[0:size, 0:size] * (2 * np.pi / 48)
    channels = [127 + 95 * np.sin(x + 0.4), 127 + 95 * np.cos(y - 0.7), 127 + 65 * np.sin(x + y)]
    return np.stack(channels, axis=2).round().astype(np.uint8)


def noise_picture(size):
    """All values, 0 and 255 among them: Keras's brightness first stretches a picture to the maximum 255."""
    return np.random.RandomState(7).randint(0, 256, (size, size, 3)).astype(np.uint8)


def keras_shift(view):
    """The shift t' for which turning about c + 1 is turning about c with the shift t.

    c + L(p - c) + R t = (c + 1) + L(p - c - 1) + R t', with L = R S Z.
    """
    theta, shear = np.deg2rad(view.get("theta", 0.0)), np.deg2rad(view.get("shear", 0.0))
    rotation = np.array([[np.cos(theta), -np.sin(theta)], [np.sin(theta), np.cos(theta)]])
    shearing = np.array([[1, -np.sin(shear)], [0, np.cos(shear)]])
    zoom = np.diag([view.get("zoom_x", 1.0), view.get("zoom_y", 1.0)])
    shift = np.array([view.get("shift_x", 0.0), view.get("shift_y", 0.0)])
    ones = np.ones(2)
    return shift + shearing @ zoom @ ones - rotation.T @ ones


def render(picture, view, fill_mode):
    """The view as uint8 [H,W,3]."""
    geometric = any(key not in ("flip_horizontal", "flip_vertical", "brightness", "channel_shift") for key in view)
    tx, ty = keras_shift(view) if geometric else (0.0, 0.0)
    transform = {"theta": view.get("theta", 0.0), "shear": view.get("shear", 0.0), "tx": tx, "ty": ty,
                 "zx": view.get("zoom_x", 1.0), "zy": view.get("zoom_y", 1.0),
                 "flip_horizontal": view.get("flip_vertical", False),
                 "flip_vertical": view.get("flip_horizontal", False),
                 "channel_shift_intensity": view.get("channel_shift"), "brightness": view.get("brightness")}
    generator = ImageDataGenerator(fill_mode=fill_mode, cval=CVAL)
    transposed = picture.astype(np.float32).transpose(1, 0, 2)
    result = generator.apply_transform(transposed, transform).transpose(1, 0, 2)
    return np.clip(np.rint(result), 0, 255).astype(np.uint8)


def main():
    pictures = {"smooth": smooth_picture(24), "noise": noise_picture(20)}
    wanted = [("smooth", name, view, mode) for name, view in VIEWS.items() for mode in FILL_MODES]
    wanted += [("noise", name, view, mode) for name, view in VIEWS.items() for mode in ("nearest", "wrap")]
    wanted += [("noise", name, view, "nearest") for name, view in COLOUR_VIEWS.items()]
    cases = [{"picture": picture, "name": name, "view": view, "fill_mode": mode,
              "rgb": render(pictures[picture], view, mode).tobytes().hex()} for picture, name, view, mode in wanted]
    print(json.dumps({"cval": CVAL,
                      "pictures": {name: {"size": len(rgb), "rgb": rgb.tobytes().hex()}
                                   for name, rgb in pictures.items()},
                      "cases": cases}, indent=1))


if __name__ == "__main__":
    main()
