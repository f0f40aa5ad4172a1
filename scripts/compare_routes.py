#!/usr/bin/env python3
"""One model, several ways to use it, the same photographs: prints a table of how much the probabilities differ.

    compare_routes.py --graft build/ci/graft --routes build/ci/tests/predict_routes MODEL.pt IMAGE...

`graft predict` is what the others are compared with. Two of the ways know nothing of graft: they decode with Pillow and
prepare the picture from what the model file says of itself. A way that is not possible on this machine is a row that
says why. Needs a Python with numpy, pillow, torch and onnxruntime. Exit codes: 0 all within what is allowed, 1 not.
"""

import argparse
import concurrent.futures
import ctypes
import json
import math
import multiprocessing
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image, ImageOps

SAME_PIXELS, OWN_PIXELS = 1e-4, 1e-3  # differences that are allowed: prepared by graft, prepared on one's own
SKIPPED = 77


class NotPossible(Exception):
    """Why a way is not there on this machine."""


# What graft.json says, in Python.


def upright_rgb(file, preprocessing):
    """[H,W,3] u8."""
    with Image.open(file) as image:
        if preprocessing["exif_orientation"] == "applied":
            image = ImageOps.exif_transpose(image)
        if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
            layers = image.convert("RGBA")
            image = Image.alpha_composite(Image.new("RGBA", layers.size, "white"), layers)
        return numpy.asarray(image.convert(preprocessing["colour_order"]))


def cut_to_window(rgb, preprocessing):
    """The part of the picture that becomes the input."""
    if preprocessing["resize"] == "squash":
        return rgb
    sides = (preprocessing["height"], preprocessing["width"])
    scale = min(rgb.shape[0] / sides[0], rgb.shape[1] / sides[1]) * preprocessing["crop_fraction"]
    height, width = (min(max(math.floor(side * scale + 0.5), 1), there)
                     for side, there in zip(sides, rgb.shape, strict=False))
    top, left = (rgb.shape[0] - height) // 2, (rgb.shape[1] - width) // 2
    return rgb[top:top + height, left:left + width]


def shares(longer, shorter):
    """[shorter,longer]: how much of each pixel goes into each pixel of the shorter side."""
    edges = numpy.arange(shorter + 1) * (longer / shorter)
    pixels = numpy.arange(longer)
    covered = numpy.minimum(edges[1:, None], pixels + 1) - numpy.maximum(edges[:-1, None], pixels)
    return numpy.clip(covered, 0, None) * (shorter / longer)


def network_input(file, preprocessing):
    """float32 [3,H,W], RGB, 0..255: what graft.json asks for; normalisation is inside of the model."""
    rgb = cut_to_window(upright_rgb(file, preprocessing), preprocessing)
    size = (preprocessing["height"], preprocessing["width"])
    if rgb.shape[0] < size[0] or rgb.shape[1] < size[1]:
        raise SystemExit(f"{file}: is {rgb.shape[:2]} pixels, expected at least {size}: nothing is enlarged here")
    if preprocessing["shrinking"] != "area average" or preprocessing["value_range"] != [0, 255]:
        raise SystemExit(f"{file}: graft.json asks for what this script does not know: {preprocessing}")
    if rgb.shape[:2] != size:
        rgb = numpy.einsum("yi,xj,ijc->yxc", shares(rgb.shape[0], size[0]), shares(rgb.shape[1], size[1]), rgb,
                           optimize=True)
    return numpy.rint(rgb).astype(numpy.float32).transpose(2, 0, 1)


def load_torchscript(file):
    """The module, and its graft.json."""
    import torch
    extra = {"graft.json": ""}
    module = torch.jit.load(file, map_location="cpu", _extra_files=extra)
    return module.eval(), json.loads(extra["graft.json"])


# The ways. Each gives [(class names, probabilities)] of the images.


def output_of(command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode == SKIPPED:
        raise NotPossible(done.stderr.strip())
    if done.returncode != 0:
        raise SystemExit(f"{command[0]}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def through_graft_predict(files, images):
    lines = output_of([files.graft, "predict", files.model, "--json", "--probabilities", *images]).splitlines()
    return [json.loads(line)["probabilities"] for line in lines]


def through_routes(files, images, route, model):
    found = json.loads(output_of([files.routes, route, model, *images]))
    return [dict(zip(found["classes"], row, strict=True)) for row in found["probabilities"]]


def through_predictor(files, images):
    return through_routes(files, images, "predictor", files.model)


def classify_in_c(library, model, images):
    """What a program that calls graft.h does."""
    graft = ctypes.CDLL(library)
    graft.graft_last_error.restype = graft.graft_predictor_class_name.restype = ctypes.c_char_p
    graft.graft_predictor_class_count.restype = ctypes.c_size_t
    predictor = ctypes.c_void_p()

    def expect_done(status):
        if status != 0:
            raise SystemExit(graft.graft_last_error().decode())

    expect_done(graft.graft_predictor_load(model.encode(), ctypes.byref(predictor)))
    count = graft.graft_predictor_class_count(predictor)
    classes = [graft.graft_predictor_class_name(predictor, ctypes.c_size_t(i)).decode() for i in range(count)]
    rows = []
    for image in images:
        probabilities = (ctypes.c_float * count)()
        expect_done(graft.graft_predict_file(predictor, image.encode(), probabilities, ctypes.c_size_t(count)))
        rows.append(dict(zip(classes, probabilities, strict=True)))
    graft.graft_predictor_free(predictor)
    return rows


def through_c(files, images):
    """In a process of its own: this one may hold another LibTorch."""
    if not files.libgraft or not pathlib.Path(files.libgraft).is_file():
        raise NotPossible("no libgraft.so was built")
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as other:
        return other.submit(classify_in_c, files.libgraft, files.model, images).result()


def through_opencv(files, images):
    return through_routes(files, images, "opencv", files.onnx)


def through_torch(files, images):
    try:
        import torch
    except ImportError as missing:
        raise NotPossible(str(missing)) from missing
    module, facts = load_torchscript(files.model)
    rows = []
    for image in images:
        with torch.no_grad():
            probabilities = module(torch.from_numpy(network_input(image, facts["preprocessing"])).unsqueeze(0))[0]
        rows.append(dict(zip(facts["classes"], probabilities.tolist(), strict=True)))
    return rows


def through_onnxruntime(files, images):
    try:
        import onnxruntime
    except ImportError as missing:
        raise NotPossible(str(missing)) from missing
    onnxruntime.set_default_logger_severity(3)
    session = onnxruntime.InferenceSession(files.onnx, providers=["CPUExecutionProvider"])
    facts = json.loads(session.get_modelmeta().custom_metadata_map["graft.json"])
    inputs = numpy.stack([network_input(image, facts["preprocessing"]) for image in images])
    found = session.run(["probabilities"], {"images": inputs})[0]
    return [dict(zip(facts["classes"], row.tolist(), strict=True)) for row in found]


ROUTES = (("`graft::Predictor` in C++", "graft", SAME_PIXELS, through_predictor),
          ("`graft.h`, the C interface", "graft", SAME_PIXELS, through_c),
          ("OpenCV's DNN module, ONNX file", "graft", SAME_PIXELS, through_opencv),
          ("PyTorch, `torch.jit.load`", "Pillow and numpy", OWN_PIXELS, through_torch),
          ("ONNX Runtime, ONNX file", "Pillow and numpy", OWN_PIXELS, through_onnxruntime))


def largest_difference(rows, expected):
    if len(rows) != len(expected) or any(row.keys() != other.keys() for row, other in zip(rows, expected, strict=True)):
        return math.inf
    return max(abs(row[name] - other[name]) for row, other in zip(rows, expected, strict=True) for name in row)


def compare(files, images):
    """Prints the table. Returns whether all differences are within what is allowed."""
    expected = through_graft_predict(files, images)
    print(f"| {len(images)} photographs through | decoded and resized by | largest difference | allowed |")
    print("|---|---|---|---|")
    print("| `graft predict` | graft | – | – |")
    all_well = True
    for name, prepared_by, allowed, route in ROUTES:
        try:
            difference = largest_difference(route(files, images), expected)
        except NotPossible as reason:
            print(f"| {name} | {prepared_by} | skipped: {reason} | {allowed:.0e} |")
            continue
        all_well = all_well and difference < allowed
        print(f"| {name} | {prepared_by} | {difference:.1e} | {allowed:.0e} |")
    return all_well


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graft", required=True, help="the executable")
    parser.add_argument("--routes", required=True, help="predict_routes, which the tests build")
    parser.add_argument("--library", dest="libgraft", help="libgraft.so, for the C interface")
    parser.add_argument("model")
    parser.add_argument("images", nargs="+")
    files = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files.onnx = str(pathlib.Path(folder) / "model.onnx")
        output_of([files.graft, "export", files.model, "--format", "onnx", "--output", files.onnx])
        if not compare(files, files.images):
            print("a difference is larger than allowed", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
