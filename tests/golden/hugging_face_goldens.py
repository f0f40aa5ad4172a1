#!/usr/bin/env python3
"""Writes hugging_face.json: what transformers' networks compute with weights under the names that its files have.

Needs PyTorch and, from PyPI, transformers 5.24 and safetensors:

    python hugging_face_goldens.py > hugging_face.json

As architecture_goldens.py: no weights are stored; the file that save_pretrained writes is filled by the formula and read
back with from_pretrained.
"""

import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (ConvNextConfig, ConvNextForImageClassification, MobileNetV2Config,
                          MobileNetV2ForImageClassification, ResNetConfig, ResNetForImageClassification, ViTConfig,
                          ViTForImageClassification)

from formula import by_channels, facts, make_input, tensor_names, values, write

GAIN = 2


def filled(make, config):
    """The network, read from a file whose values are those of the formula, and the names in the file."""
    with tempfile.TemporaryDirectory() as folder:
        make(config).save_pretrained(folder)
        file = Path(folder) / "model.safetensors"
        state = {name: values(name, tuple(tensor.shape), GAIN) if tensor.dim() else tensor
                 for name, tensor in load_file(file).items()}
        save_file(state, file, {"format": "pt"})
        return make.from_pretrained(folder).eval(), list(state)


def resnet(model, x):
    outputs = model.resnet(x, output_hidden_states=True)
    return outputs.hidden_states, outputs.pooler_output.flatten(1)


def convnext(model, x):
    outputs = model.convnext(x, output_hidden_states=True)
    return outputs.hidden_states, outputs.pooler_output


def vit(model, x):
    outputs = model.vit(x, output_hidden_states=True)
    return [*outputs.hidden_states[:13], outputs.last_hidden_state], outputs.last_hidden_state[:, 0]


def mobilenet_v2(model, x):
    net = model.mobilenet_v2
    first = torch.nn.Sequential(net.conv_stem.conv_3x3, net.conv_stem.reduce_1x1)
    stages = by_channels(net.layer, lambda block: block.reduce_1x1.convolution.out_channels)
    outputs = []
    for stage in [net.conv_stem.first_conv, first, *stages, net.conv_1x1]:
        x = stage(x)
        outputs.append(x)
    return outputs, x.mean((2, 3))


DEFINITIONS = [
    ("resnet18", ResNetForImageClassification,
     ResNetConfig(layer_type="basic", depths=[2, 2, 2, 2], hidden_sizes=[64, 128, 256, 512]), resnet, (64, 96)),
    ("resnet50", ResNetForImageClassification, ResNetConfig(), resnet, (64, 96)),
    ("convnext_tiny", ConvNextForImageClassification, ConvNextConfig(layer_norm_eps=1e-6), convnext, (64, 96)),
    # As torchvision's: the files that Google's were converted to have tf_padding=True and layer_norm_eps=0.001.
    ("mobilenet_v2", MobileNetV2ForImageClassification, MobileNetV2Config(tf_padding=False, layer_norm_eps=1e-5),
     mobilenet_v2, (64, 96)),
    ("vit_b_16", ViTForImageClassification, ViTConfig(), vit, (224, 224)),
]


@torch.no_grad()
def golden(architecture, make, config, run, size):
    model, names = filled(make, config)
    stages, features = run(model, make_input(*size))
    classifier = sum(p.numel() for name, p in model.named_parameters() if name.startswith("classifier."))
    parameters = sum(p.numel() for p in model.parameters())
    return {"architecture": architecture, "published_by": "Hugging Face", "input": list(size), "gain": GAIN,
            "all_parameters": parameters, "parameters": parameters - classifier, "names": tensor_names(names),
            "features": facts(features), "first_norm_after_one_batch": None, "stages": [facts(x) for x in stages]}


if __name__ == "__main__":
    write(golden(*definition) for definition in DEFINITIONS)
