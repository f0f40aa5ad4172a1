"""Writes tests/deploy/fixtures/format1.pt: a model file as the first version of graft wrote it, without golden images;
and of the format3.pt beside it format4.pt, which calls its probabilities those of several classes per image, and
format5.pt, which divides its class scores by a temperature of 2 and may say "unknown", and format6.pt, which may say it
by the distance to two training images.

usage: make_models.py FOLDER      needs torch; those of formats 2 and 3 in it are what `graft export FOLDER/format1.pt
                                  --format torchscript --output FOLDER/formatN.pt` of graft 0.1 and 0.2 made of it
"""

import json
import pathlib
import sys
import zipfile

import torch


class Tiny(torch.nn.Module):
    """Pixels averaged over each quarter of the picture, then a dense layer."""

    def __init__(self, temperature=1.0):
        super().__init__()
        self.linear = torch.nn.Linear(12, 3)
        self.temperature = temperature

    def forward(self, images):
        quarters = torch.nn.functional.avg_pool2d(images / 255, [8, 6])
        return torch.softmax(self.linear(torch.flatten(quarters, 1)) / self.temperature, 1)


class TinyWithVectors(Tiny):
    @torch.jit.export
    def forward_with_vectors(self, images):
        vectors = torch.flatten(torch.nn.functional.avg_pool2d(images / 255, [8, 6]), 1)
        return torch.cat([torch.softmax(self.linear(vectors) / self.temperature, 1), vectors], 1)


def made(temperature=1.0, kind=Tiny):
    torch.manual_seed(0)
    model = kind(temperature).eval()
    with torch.no_grad():
        model.linear.weight.mul_(8)  # probabilities that differ from picture to picture
    return model


def leave_out_sources(file):
    """Takes out the records that say in which folders the Python code lay."""
    with zipfile.ZipFile(file) as archive:
        records = [(record, archive.read(record)) for record in archive.infolist()
                   if not record.filename.endswith(".debug_pkl")]
    with zipfile.ZipFile(file, "w") as archive:
        for record, values in records:
            archive.writestr(record.filename, values, record.compress_type)


def write(folder, version, model, info, more={}):
    file = folder / f"format{version}.pt"
    torch.jit.script(model).save(str(file), _extra_files={"graft.json": json.dumps(info, indent=2), **more})
    leave_out_sources(file)


def format1(folder):
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
    write(folder, 1, made(), info)


def format3_info(folder):
    extra = {"graft.json": ""}
    torch.jit.load(str(folder / "format3.pt"), _extra_files=extra)
    return json.loads(extra["graft.json"])


def format4(folder):
    info = format3_info(folder)
    info.update(format_version=4, task="multi_label", outputs=info.pop("classes"), thresholds=[0.25, 0.5, 0.5])
    write(folder, 4, made(), info)


def format5(folder):
    info = format3_info(folder)
    info.update(format_version=5, task="classification", temperature=2.0,
                decision={"min_confidence": 0.5, "min_margin": 0.0})
    for image in info["golden"]:  # softmax(scores / 2) is the square root of softmax(scores), but for their sum
        roots = [probability ** 0.5 for probability in image["probabilities"]]
        image["probabilities"] = [root / sum(roots) for root in roots]
    write(folder, 5, made(temperature=2.0), info)


def format6(folder):
    """Vectors are the means of red (four quarters), green and blue: one image all red, one red and green."""
    info = format3_info(folder)
    info.update(format_version=6, task="classification", decision={"min_confidence": 0.0, "min_margin": 0.0, "max_distance": 0.5},
                references={"images": 2, "length": 12, "neighbour": 1})
    vectors = torch.tensor([[0.5] * 4 + [0.0] * 8, [0.353515625] * 8 + [0.0] * 4], dtype=torch.float16)
    write(folder, 6, made(kind=TinyWithVectors), info, {"references.f16": vectors.numpy().tobytes()})


def main():
    folder = pathlib.Path(sys.argv[1])
    if not (folder / "format1.pt").exists():
        format1(folder)
    if (folder / "format3.pt").exists():
        format4(folder)
        format5(folder)
        format6(folder)


main()
