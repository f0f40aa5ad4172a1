#!/usr/bin/env python3
"""Exported ONNX files in ONNX Runtime, against `graft predict` and against PyTorch; `graft verify` on good and bad files.

Needs numpy, pillow, onnx and onnxruntime (scripts/test.sh installs them); 77 where they are missing. With torch in the
same Python, networks that other people build go through the exporter too.
"""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PYTHON = os.environ.get("GRAFT_PYTHON")
if PYTHON and "GRAFT_PYTHON_TRIED" not in os.environ:  # an environment's Python may be a link to this one
    os.execve(PYTHON, [PYTHON, *sys.argv], {**os.environ, "GRAFT_PYTHON_TRIED": "1"})

try:
    import numpy as np
    import onnx
    import onnxruntime
    from PIL import Image
except ImportError as missing:
    print(f"SKIPPED: {missing}")
    sys.exit(77)

GRAFT = os.environ["GRAFT_EXECUTABLE"]
WEIGHTS = pathlib.Path(os.environ.get("GRAFT_TEST_WEIGHTS", "weights")) / "efficientnet-lite0-57934424.pth"
FLOWERS = pathlib.Path(os.environ.get("GRAFT_TEST_DATA", "build/data")) / "flowers12"


def graft(*arguments, expect=0):
    result = subprocess.run([GRAFT, *map(str, arguments)], capture_output=True, text=True)
    assert result.returncode == expect, f"graft {arguments}: exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result


def session(file):
    onnxruntime.set_default_logger_severity(3)
    return onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])


def run(network, images):
    return network.run(["probabilities"], {"images": images})[0]


def metadata(file):
    return json.loads({entry.key: entry.value for entry in onnx.load(str(file)).metadata_props}["graft.json"])


def photographs(folder):
    """Up to five images, real photographs where they are there, else drawn ones."""
    if FLOWERS.is_dir():
        found = sorted(FLOWERS.rglob("*.jpg"))
        if found:
            return found[:: max(1, len(found) // 5)][:5]
    graft("data", "sample", folder / "drawn", "--train-per-class", 1, "--test-per-class", 1)
    return sorted((folder / "drawn").rglob("*.jpg"))[:5]


def train(folder, backbone, weights, head, freeze="all"):
    """A model trained for one epoch on a few drawn images; it need not be good."""
    graft("data", "sample", folder / "data", "--train-per-class", 3, "--test-per-class", 1, "--size", 64)
    config = {"name": "onnx", "seed": 0, "output": str(folder / "run"),
              "data": {"train": str(folder / "data" / "train"), "validation_split": 0.3, "image_size": 96},
              "backbone": {"name": backbone, "weights": weights, "freeze": freeze}, "head": head,
              "training": {"epochs": 1}}
    (folder / "config.json").write_text(json.dumps(config))
    graft("train", folder / "config.json")
    return folder / "run" / "model.pt"


def prepared_by_graft(model, images, folder):
    """The network's inputs as a file that only graft's own reader prepared: squeezed to the input size by graft."""
    info = json.loads(graft("inspect", model, "--json").stdout)["preprocessing"]
    inputs = []
    for i, image in enumerate(images):
        with Image.open(image) as picture:
            picture.convert("RGB").resize((info["width"], info["height"]), Image.BILINEAR).save(folder / f"{i}.png")
        inputs.append(np.asarray(Image.open(folder / f"{i}.png"), dtype=np.float32).transpose(2, 0, 1))
    return np.stack(inputs), [folder / f"{i}.png" for i in range(len(images))]


def predictions(model, files):
    rows = graft("predict", model, *files, "--json", "--probabilities").stdout.splitlines()
    classes = json.loads(graft("inspect", model, "--json").stdout)["classes"]
    return np.array([[json.loads(row)["probabilities"][name] for name in classes] for row in rows])


def check_model(folder, backbone, weights, head, freeze="all"):
    model = train(folder, backbone, weights, head, freeze)
    graft("export", model, "--format", "onnx")
    file = model.with_suffix(".onnx")
    onnx.checker.check_model(onnx.load(str(file)), full_check=True)
    images = photographs(folder)
    inputs, files = prepared_by_graft(model, images, folder)
    expected = predictions(model, files)
    network = session(file)
    for count in (1, 2, 5):  # a dynamic number of images
        found = run(network, inputs[:count])
        difference = float(np.abs(found - expected[:count]).max())
        assert found.shape == (count, 8) and difference < 1e-4, f"{backbone}, {count} images: differs by {difference}"
    graft("export", model, "--format", "onnx", "--weights-type", "float16", "--output", folder / "half.onnx")
    difference = float(np.abs(run(session(folder / "half.onnx"), inputs) - expected).max())
    assert difference < 1e-2, f"{backbone}, float16: differs by {difference}"
    return model, file


def check_int8(folder, model):
    """ONNX Runtime computes what the command said that the quantised file computes."""
    classes = json.loads(graft("inspect", model, "--json").stdout)["classes"]
    pictures = sorted((folder / "data" / "train").rglob("*.jpg"))
    inputs, files = prepared_by_graft(model, pictures, folder)
    for picture, file in zip(pictures, files):  # of the input's size: nobody resizes them
        (folder / "squeezed" / picture.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / "squeezed" / picture.parent.name / file.name)
    said = graft("export", model, "--format", "onnx", "--weights-type", "int8", "--ranges", folder / "squeezed",
                 "--test", folder / "squeezed", "--output", folder / "int8.onnx").stderr
    said = " ".join(said.split())
    mean = re.search(r"probabilities differ by ([0-9.e-]+) on average", said)
    accuracy = re.search(r"accuracy on 24 test images: float32 ([0-9.]+), int8 ([0-9.]+)", said)
    assert mean and accuracy, said

    onnx.checker.check_model(onnx.load(str(folder / "int8.onnx")), full_check=True)
    found, expected = run(session(folder / "int8.onnx"), inputs), predictions(model, files)
    labels = np.array([classes.index(picture.parent.name) for picture in pictures])
    difference = np.abs(found - expected).max(axis=1).mean()
    assert abs(difference - float(mean[1])) < 0.002 + 0.25 * difference, (difference, said)
    for told, probabilities in ((accuracy[1], expected), (accuracy[2], found)):
        right = (probabilities.argmax(axis=1) == labels).mean()
        assert abs(right - float(told)) < 1.5 / len(labels), (right, said)
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(folder / "as_it_runs.onnx")
    onnxruntime.InferenceSession(str(folder / "int8.onnx"), options, providers=["CPUExecutionProvider"])
    operators = [node.op_type for node in onnx.load(options.optimized_model_filepath).graph.node]
    assert operators.count("QLinearConv") == 49 and operators.count("QLinearAdd") == 9, operators  # all of them
    assert "Pad" not in operators and "Clip" not in operators, operators
    size = (folder / "int8.onnx").stat().st_size
    assert size < model.stat().st_size / 3, size
    assert "OpenCV's DNN module does not" in graft("verify", folder / "int8.onnx", expect=1).stderr


def check_contract(file):
    """The golden images, prepared and run from what the file says alone."""
    info = metadata(file)
    assert len(info["golden"]) == 3 and info["preprocessing"]["colour_order"] == "RGB"
    for golden in info["golden"]:
        encoded = base64.b64decode(golden["encoded"])
        assert encoded[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
        assert abs(sum(golden["probabilities"]) - 1) < 1e-5


def check_verify(folder, model, file):
    graft("verify", model)
    graft("verify", file)
    graft("verify", model, "--against", file)
    text = graft("verify", model, "--against", file, folder / "data" / "test", "--json").stdout
    report = json.loads(text)
    assert report["equal"] and len(report["images"]) == 3 + 3 + 8, text
    graft("verify", model, folder, expect=2)  # a folder without --against

    tampered = onnx.load(str(file))
    weights = max(tampered.graph.initializer, key=lambda tensor: len(tensor.raw_data))
    values = np.frombuffer(weights.raw_data, dtype=np.float32) * 1.5
    weights.raw_data = values.astype(np.float32).tobytes()
    onnx.save(tampered, str(folder / "tampered.onnx"))
    for arguments in ([folder / "tampered.onnx"], [model, "--against", folder / "tampered.onnx"]):
        message = graft("verify", *arguments, expect=4).stderr
        assert "the first stage that does is probabilities" in message, message
    graft("verify", folder / "tampered.onnx", "--tolerance", "1")


def check_other_peoples_networks(folder):
    """Parts that graft's own architectures do not have, scripted and traced, through the exporter and ONNX Runtime."""
    import torch
    from torch import nn

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.patch = nn.Conv2d(3, 16, 8, 8)
            self.token = nn.Parameter(torch.randn(1, 1, 16))
            self.norm = nn.LayerNorm(16)
            self.qkv = nn.Linear(16, 48)
            self.gelu = nn.GELU()
            self.head = nn.Linear(16, 4)

        def forward(self, x):
            x = self.patch(x / 255).flatten(2).transpose(1, 2)
            x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1)
            n, t, c = x.shape
            q, k, v = self.qkv(self.norm(x)).reshape(n, t, 3, 4, c // 4).permute(2, 0, 3, 1, 4).unbind(0)
            y = nn.functional.scaled_dot_product_attention(q, k, v)
            x = x + self.gelu(y.transpose(1, 2).reshape(n, t, c))
            return torch.softmax(self.head(x[:, 0]), dim=1)

    class Mobile(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish(inplace=True))
            self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 8, 1), nn.Hardsigmoid())
            self.second = nn.Sequential(nn.Conv2d(8, 8, 5, 1, 2, groups=8), nn.SiLU(inplace=True), nn.AvgPool2d(2))
            self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.LeakyReLU(), nn.Linear(8, 4))

        def forward(self, x):
            x = self.first(x / 255 - 0.5)
            x = self.second(x * self.gate(x))
            y = torch.cat([x.mean([2, 3]), x.amax([2, 3])], 1)
            return torch.softmax(self.head(y), dim=1)

    template = json.loads(graft("inspect", "tests/deploy/fixtures/format1.pt", "--json").stdout)
    info = {key: template[key] for key in ("graft_version", "classes", "preprocessing", "temperature", "backbone")}
    info.update(format_version=1, classes=["a", "b", "c", "d"], config={})
    info["preprocessing"].update(height=32, width=48)
    torch.manual_seed(0)
    for name, network in (("attention", Attention()), ("mobile", Mobile())):
        network.train()
        with torch.no_grad():
            network(torch.rand(8, 3, 32, 48) * 255)  # moving statistics that are not 0 and 1
        network.eval()
        images = torch.rand(5, 3, 32, 48) * 255
        expected = network(images).detach().numpy()
        for form, module in (("scripted", torch.jit.script(network)),
                             ("traced", torch.jit.trace(network, images[:2], check_trace=False))):
            file = folder / f"{name}-{form}.pt"
            module.save(str(file), _extra_files={"graft.json": json.dumps(info)})
            graft("export", file, "--format", "onnx")
            exported = session(file.with_suffix(".onnx"))
            for count in (1, 5):
                found = run(exported, images[:count].numpy())
                difference = float(np.abs(found - expected[:count]).max())
                assert difference < 1e-4, f"{file.name}, {count} images: differs by {difference}"


def main():
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        lite = str(WEIGHTS) if WEIGHTS.is_file() else "random"
        (folder / "lite").mkdir()
        model, file = check_model(folder / "lite", "efficientnet_lite0", lite, {"hidden": [16], "dropout": 0.1})
        check_contract(file)
        check_int8(folder / "lite", model)
        check_verify(folder / "lite", model, file)
        (folder / "resnet").mkdir()
        check_model(folder / "resnet", "resnet50", "random",
                    {"hidden": [8], "pooling": "avgmax", "batch_norm": True, "activation": "gelu"}, "layer3")
        try:
            import torch  # noqa: F401
        except ImportError:
            print("no torch in this Python: other people's networks were not tried")
        else:
            check_other_peoples_networks(folder)
    print("ONNX files give what the models give")


main()
