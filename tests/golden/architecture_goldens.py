#!/usr/bin/python3
"""Writes architectures.json: what the published definitions of graft's architectures compute, stage by stage.

Needs Debian 12's python3-torchvision (0.14.1, with python3-torch 1.13.1), and from PyPI, unpacked without dependencies,
efficientnet-lite-pytorch 0.1.0 and timm 1.0.31:

    PYTHONPATH=FOLDER /usr/bin/python3 architecture_goldens.py > architectures.json

No weights are stored. Every tensor, and the input, is filled by a formula that the test repeats (`values`); the
classifier is not run. One entry per definition; an architecture may have several, because its tensors have other names
elsewhere.
"""

import json
import math
import sys

import numpy as np
import timm
import torch
import torchvision
from efficientnet_lite_pytorch import EfficientNet as EfficientNetLite
from torch import nn

GOLDEN_RATIO = np.uint64(0x9E3779B97F4A7C15)


def first_seed(name):
    """FNV-1a, 64 bits."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    return seed


def noise(name, count):
    """splitmix64: `count` numbers in [-1, 1), multiples of 2^-23."""
    with np.errstate(over="ignore"):
        z = np.uint64(first_seed(name)) + np.arange(1, count + 1, dtype=np.uint64) * GOLDEN_RATIO
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) / 2**23 - 1


def values(name, shape, gain):
    """A tensor's values: scales and variances in 0.5..1.5, biases and means in -0.1..0.1, weights by their fan-in."""
    sizes = [size for size in shape if size != 1]
    count = math.prod(shape)
    if len(sizes) > 1:
        scale, offset = gain / math.sqrt(count / sizes[0]), 0
    elif name.endswith(("bias", "running_mean")):
        scale, offset = 0.1, 0
    else:
        scale, offset = 0.5, 1
    return torch.from_numpy((noise(name, count) * scale + offset).astype(np.float32).reshape(shape))


def fill(model, gain):
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if tensor.dim() > 0:
                tensor.copy_(values(name, tuple(tensor.shape), gain))


def make_input(height, width):
    values_in_order = noise("input", 2 * 3 * height * width) * 2
    return torch.from_numpy(values_in_order.astype(np.float32).reshape(2, 3, height, width))


def by_channels(blocks, channels_of):
    """Blocks in stages: a stage ends where the number of channels changes."""
    stages = []
    for block in blocks:
        if stages and channels_of(stages[-1][-1]) == channels_of(block):
            stages[-1].append(block)
        else:
            stages.append([block])
    return [nn.Sequential(*stage) for stage in stages]


def average(x):
    return x.mean((2, 3))


# Each of these gives the stages of a model and what makes a vector of the last stage's output.
def resnet(model):
    stem = nn.Sequential(model.conv1, model.bn1, model.relu, model.maxpool)
    return [stem, model.layer1, model.layer2, model.layer3, model.layer4], average


def efficientnet_lite(model):
    stem = nn.Sequential(model._conv_stem, model._bn0, model._swish)
    top = nn.Sequential(model._conv_head, model._bn1, model._swish)
    stages = by_channels(model._blocks, lambda block: block._block_args.output_filters)
    return [stem, *stages, top], average


def mobilenet(model):
    stages = by_channels(list(model.features)[1:-1], lambda block: block.out_channels)
    return [model.features[0], *stages, model.features[-1]], average


def efficientnet(model):
    return list(model.features), average


def vgg(model):
    stages = [[]]
    for layer in model.features:
        stages[-1].append(layer)
        if isinstance(layer, nn.MaxPool2d):
            stages.append([])
    return [nn.Sequential(*stage) for stage in stages if stage], average


def convnext(model):
    features = model.features
    stages = [features[0], features[1], features[2:4], features[4:6], features[6:8]]
    return stages, lambda x: model.classifier[0](model.avgpool(x)).flatten(1)


def vision_transformer(model):
    def stem(x):
        x = model._process_input(x)
        x = torch.cat([model.class_token.expand(x.shape[0], -1, -1), x], 1)
        return x + model.encoder.pos_embedding

    return [stem, *model.encoder.layers, model.encoder.ln], lambda x: x[:, 0]


def timm_mobilenet(model):
    stem = nn.Sequential(model.conv_stem, model.bn1)
    return [stem, *model.blocks, nn.Sequential(model.conv_head, model.bn2)], average


def timm_convnext(model):
    return [model.stem, *model.stages], lambda x: model.forward_head(x, pre_logits=True)


def timm_vision_transformer(model):
    def stem(x):
        return model._pos_embed(model.patch_embed(x))

    return [stem, *model.blocks, model.norm], lambda x: x[:, 0]


def from_torchvision(name, split, size=(64, 96)):
    return name, "torchvision", lambda: getattr(torchvision.models, name)(weights=None), split, size


def from_timm(name, timm_name, split, size=(64, 96)):
    return name, "timm " + timm_name, lambda: timm.create_model(timm_name, pretrained=False), split, size


def lite(number):
    """Odd sizes: there TensorFlow's padding differs from side to side, and from the even sizes'."""
    size = (75, 90)
    return (f"efficientnet_lite{number}", "efficientnet-lite-pytorch",
            lambda: EfficientNetLite.from_name(f"efficientnet-lite{number}", image_size=list(size)),
            efficientnet_lite, size)


DEFINITIONS = [
    *(from_torchvision(name, resnet) for name in
      ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "wide_resnet50_2", "wide_resnet101_2",
       "resnext50_32x4d", "resnext101_32x8d")),
    *(lite(number) for number in range(5)),
    *(from_torchvision(name, mobilenet) for name in ("mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large")),
    *(from_torchvision(f"efficientnet_b{number}", efficientnet) for number in range(5)),
    from_torchvision("vgg16_bn", vgg),
    *(from_torchvision(name, convnext) for name in ("convnext_tiny", "convnext_small")),
    from_torchvision("vit_b_16", vision_transformer, (224, 224)),
    from_timm("mobilenet_v2", "mobilenetv2_100", timm_mobilenet),
    from_timm("convnext_tiny", "convnext_tiny", timm_convnext),
    from_timm("vit_b_16", "vit_base_patch16_224", timm_vision_transformer, (224, 224)),
]
# Squeeze-and-excitation halves what goes through it: with less gain the outputs would hardly depend on the input, with
# more they grow from stage to stage until rounding shows.
GAIN = 2
GAINS = {"mobilenet_v3_small": 2.5, "mobilenet_v3_large": 2.5, "efficientnet_b0": 2.4, "efficientnet_b1": 2.4,
         "efficientnet_b2": 2.4, "efficientnet_b3": 2.35, "efficientnet_b4": 2.3}
CLASSIFIERS = ("fc.", "_fc.", "classifier.", "heads.", "head.")
FEATURE_NORMS = ("classifier.0.", "head.norm.")  # ConvNeXt's: what comes before the last dense layer


def rounded(number):
    return float(f"{number:.7g}")


def samples(tensor, count):
    flat = tensor.flatten()
    return [rounded(flat[i * (flat.numel() - 1) // (count - 1)].item()) for i in range(count)]


def facts(tensor):
    return {"shape": list(tensor.shape), "mean": rounded(tensor.double().mean().item()),
            "largest": rounded(tensor.abs().max().item()), "samples": samples(tensor, 8)}


def tensor_names(model):
    """Names, grouped by what follows the last dot: {"weight bias": "fc layer1.0 …"}."""
    modules = {}
    for name in model.state_dict():
        module, _, leaf = name.rpartition(".")
        modules.setdefault(module, []).append(leaf)
    groups = {}
    for module, leaves in modules.items():
        groups.setdefault(" ".join(leaves), []).append(module or ".")
    return {leaves: " ".join(names) for leaves, names in groups.items()}


def is_of_classifier(name, architecture):
    return name.startswith(CLASSIFIERS) and not (architecture.startswith("convnext") and name.startswith(FEATURE_NORMS))


def after_one_step(stage, x):
    """The first batch norm's moving statistics after one batch in training mode; the momentum shows in them."""
    norms = [m for m in stage.modules() if isinstance(m, nn.BatchNorm2d)] if isinstance(stage, nn.Module) else []
    if not norms:
        return None
    stage.train()
    stage(x)
    return {"running_mean": samples(norms[0].running_mean, 4), "running_var": samples(norms[0].running_var, 4)}


@torch.no_grad()
def golden(architecture, published_by, make, split, size):
    model = make().eval()
    gain = GAINS.get(architecture, GAIN)
    fill(model, gain)
    stages, pool = split(model)
    x = make_input(*size)
    outputs = []
    for stage in stages:
        x = stage(x)
        outputs.append(facts(x))
    features = facts(pool(x))
    parameters = sum(p.numel() for name, p in model.named_parameters() if not is_of_classifier(name, architecture))
    return {"architecture": architecture, "published_by": published_by, "input": list(size), "gain": gain,
            "all_parameters": sum(p.numel() for p in model.parameters()), "parameters": parameters,
            "names": tensor_names(model), "stages": outputs, "features": features,
            "first_norm_after_one_batch": after_one_step(stages[0], make_input(*size))}


def main():
    print("[")
    for i, definition in enumerate(DEFINITIONS):
        print(definition[0], definition[1], file=sys.stderr)
        entry = golden(*definition)
        stages = ",\n".join("   " + json.dumps(stage) for stage in entry.pop("stages"))
        text = json.dumps(entry, indent=1)[:-2]
        for shorter in ("features", "first_norm_after_one_batch", "input"):
            text = text.replace(json.dumps({shorter: entry[shorter]}, indent=1)[3:-2],
                                f'"{shorter}": ' + json.dumps(entry[shorter]))
        print(text + f',\n "stages": [\n{stages}]}}' + ("," if i + 1 < len(DEFINITIONS) else ""))
    print("]")


if __name__ == "__main__":
    main()
