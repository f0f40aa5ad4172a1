"""Runs a graft model as any Python program could, without graft: what export_parity_test.py compares with.

    python torchscript_forward.py MODEL IMAGE...        (torch, numpy, PIL)

Prints a JSON list with the probabilities of each image by class name. All that is known about the model is the
graft.json in its archive. Images must have the input's size already, so that nothing is resized here.
"""

import json
import sys

import numpy
import torch
from PIL import Image, ImageOps


def load(file):
    extra = {"graft.json": ""}
    module = torch.jit.load(file, map_location="cpu", _extra_files=extra)
    return module.eval(), json.loads(extra["graft.json"])


def pixels_of(file, preprocessing):
    """float32 [1,3,H,W], RGB, 0..255: what graft.json asks for; normalisation is inside of the model."""
    with Image.open(file) as image:
        if preprocessing["exif_orientation"] == "applied":
            image = ImageOps.exif_transpose(image)
        rgb = numpy.asarray(image.convert(preprocessing["colour_order"]), dtype=numpy.float32)
    size = (preprocessing["height"], preprocessing["width"])
    if rgb.shape[:2] != size or preprocessing["value_range"] != [0, 255]:
        raise SystemExit(f"{file}: is {rgb.shape[:2]} pixels, expected {size}, values {preprocessing['value_range']}")
    return torch.from_numpy(rgb.copy()).permute(2, 0, 1).unsqueeze(0)


def main():
    module, facts = load(sys.argv[1])
    rows = []
    with torch.no_grad():
        for file in sys.argv[2:]:
            probabilities = module(pixels_of(file, facts["preprocessing"]))[0]
            rows.append(dict(zip(facts["classes"], probabilities.tolist(), strict=True)))
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
