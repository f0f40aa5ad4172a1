"""Writes tests/deploy/fixtures/format1.pt: a model file as the first version of graft wrote it, without golden images.

usage: make_models.py FOLDER      needs torch; those of formats 2 and 3 beside it are what `graft export FOLDER/format1.pt
                                  --format torchscript --output FOLDER/formatN.pt` of graft 0.1 and 0.2 made of it
"""

import json
import pathlib
import sys

import torch


class Tiny(torch.nn.Module):
    """Pixels averaged over each quarter of the picture, then a dense layer."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(12, 3)

    def forward(self, images):
        quarters = torch.nn.functional.avg_pool2d(images / 255, [8, 6])
        return torch.softmax(self.linear(torch.flatten(quarters, 1)), 1)


def main():
    torch.manual_seed(0)
    model = Tiny().eval()
    with torch.no_grad():
        model.linear.weight.mul_(8)  # probabilities that differ from picture to picture
    info = {
        "format_version": 1,
        "graft_version": "0.1.0",
        "classes": ["ant", "bee", "cat"],
        "preprocessing": {"height": 16, "width": 12, "resize": "squash", "crop_fraction": 0.875,
                          "interpolation": "bilinear", "mean": [0.0, 0.0, 0.0], "std": [255.0, 255.0, 255.0],
                          "colour_order": "RGB", "value_range": [0, 255], "exif_orientation": "applied",
                          "alpha": "over white", "shrinking": "area average"},
        "temperature": 1.0,
        "backbone": {"name": "tiny", "weights_hash": "random-0", "freeze": "none"},
        "config": {"name": "fixture"},
    }
    torch.jit.script(model).save(str(pathlib.Path(sys.argv[1]) / "format1.pt"),
                                 _extra_files={"graft.json": json.dumps(info, indent=2)})


main()
