#!/usr/bin/python3
"""Writes architectures.json: what the published definitions of graft's architectures compute, stage by stage.

Needs Debian 12's python3-torchvision (0.14.1, with python3-torch 1.13.1), and from PyPI, unpacked without dependencies,
efficientnet-lite-pytorch 0.1.0 and timm 1.0.31:

    PYTHONPATH=FOLDER /usr/bin/python3 architecture_goldens.py > architectures.json

No weights are stored. Every tensor, and the input, is filled by a formula that the test repeats (formula.py); the
classifier is not run. One entry per definition; an architecture may have several, because its tensors have other names
elsewhere.
"""

import timm
import torch
import torchvision
from efficientnet_lite_pytorch import EfficientNet as EfficientNetLite
from torch import nn

from formula import by_channels, facts, fill, make_input, samples, tensor_names, write

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
            "names": tensor_names(model.state_dict()), "stages": outputs, "features": features,
            "first_norm_after_one_batch": after_one_step(stages[0], make_input(*size))}


def main():
    write(golden(*definition) for definition in DEFINITIONS)


if __name__ == "__main__":
    main()
