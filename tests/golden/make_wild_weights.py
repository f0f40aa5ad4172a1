#!/usr/bin/env python3
"""Writes tests/weights/wild: one small network, saved as other people's programs save theirs.

    python tests/golden/make_wild_weights.py

Needs PyTorch 2.13 and NumPy. What needs other libraries is imitated: their classes' names stand in the pickles, their
code does not. Every file holds the values of `network()`, once or more.
"""

import argparse
import copy
import enum
import sys
import types
from collections import OrderedDict, defaultdict
from pathlib import Path

import numpy
import torch
from torch import nn

FOLDER = Path(__file__).resolve().parent.parent / "weights" / "wild"


def network():
    torch.manual_seed(0)
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(2, 3, 3, bias=False), norm=nn.BatchNorm2d(3)))


def named(prefix, state):
    return OrderedDict((prefix + name, tensor) for name, tensor in state.items())


def other():
    """The same names, other values: of a copy that follows slowly."""
    return {name: tensor + 1 for name, tensor in network().state_dict().items()}


def module_named(path):
    """A module that can be imported by that path, and those above it."""
    parts = path.split(".")
    for i in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
    return sys.modules[path]


def stranger(path, base=object, **attributes):
    """An object of a class of that path, which nobody who reads the file needs to have."""
    module_name, _, name = path.rpartition(".")
    made = type(name, (base,), {"__module__": module_name})
    setattr(module_named(module_name), name, made)
    thing = made()
    thing.__dict__.update(attributes)
    return thing


def optimizer_state():
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    net(torch.ones(1, 2, 5, 5)).sum().backward()
    optimizer.step()
    return optimizer.state_dict()


class Interpolation(enum.Enum):
    BICUBIC = "bicubic"


def script_arguments():
    Interpolation.__module__ = "torchvision.transforms.functional"
    Interpolation.__qualname__ = "InterpolationMode"
    module_named(Interpolation.__module__).InterpolationMode = Interpolation
    return argparse.Namespace(model="tiny", lr=0.1, output=Path("runs"), device=torch.device("cpu"),
                              dtype=torch.float16, seed=numpy.int64(3), interpolation=Interpolation.BICUBIC,
                              tags={"a", "b"}, best=numpy.float32(0.5), counts=defaultdict(int, a=1))


def torchvision_reference():
    average = torch.optim.swa_utils.AveragedModel(network())
    return {"model": network().state_dict(), "optimizer": optimizer_state(), "lr_scheduler": {"last_epoch": 3},
            "epoch": 3, "args": script_arguments(), "model_ema": average.state_dict()}


def timm_script():
    return {"epoch": 3, "arch": "tiny", "state_dict": network().state_dict(), "optimizer": optimizer_state(),
            "version": 2, "args": script_arguments(), "amp_scaler": {"scale": 65536.0},
            "state_dict_ema": other(), "metric": numpy.float64(0.5)}


def lightning():
    hyper = stranger("lightning.fabric.utilities.data.AttributeDict", dict)
    hyper["lr"] = 0.1
    config = stranger("omegaconf.dictconfig.DictConfig", _metadata=None, _content={"lr": 0.1})
    return {"epoch": 3, "global_step": 12, "pytorch-lightning_version": "2.6.6",
            "state_dict": named("model.", network().state_dict()) | {"criterion.weight": torch.ones(2)},
            "loops": {"fit_loop": {"state_dict": {}}}, "optimizer_states": [optimizer_state()],
            "callbacks": {"ModelCheckpoint": {"best_model_score": torch.tensor(0.5), "monitor": "val_loss",
                                              "best_model_path": "a.ckpt"}},
            "hyper_parameters": hyper, "config": config}


def moco():
    state = named("module.encoder_q.", network().state_dict()) | named("module.encoder_k.", other())
    return {"epoch": 3, "arch": "tiny", "state_dict": state | {"module.queue": torch.ones(4, 8)},
            "optimizer": optimizer_state()}


def dino():
    def saved(values):
        return named("module.backbone.", values) | {"module.head.mlp.0.weight": torch.ones(2, 2)}
    return {"student": saved(other()), "teacher": saved(network().state_dict()), "optimizer": optimizer_state(),
            "epoch": 3, "args": script_arguments(), "dino_loss": {"center": torch.zeros(1, 4)}}


def byol():
    values = network().state_dict()
    return (named("net.", values) | named("online_encoder.net.", values) | named("target_encoder.net.", other()) |
            {"online_encoder.projector.net.0.weight": torch.ones(2, 3), "online_predictor.net.0.weight": torch.ones(2, 3)})


def fastai_export():
    """Learner.export: the model as an object, among callbacks and transforms."""
    loss = stranger("fastai.losses.CrossEntropyLossFlat", axis=1)
    return stranger("fastai.learner.Learner", model=nn.Sequential(network(), nn.Flatten()), loss_func=loss, lr=0.1)


def as_compiled(state):
    return {name.replace("norm.", "norm._orig_mod."): tensor for name, tensor in state.items()}


def files():
    values = network().state_dict()
    yield "plain", values
    yield "torchvision_reference", torchvision_reference()
    yield "timm_script", timm_script()
    yield "data_parallel", nn.DataParallel(network()).state_dict()
    yield "compiled", torch.compile(network()).state_dict()
    yield "compiled_data_parallel", named("module._orig_mod.", values)
    yield "data_parallel_compiled", named("_orig_mod.module.", values)
    yield "compiled_in_part", as_compiled(values)
    yield "fsdp", {"model": {name.replace("norm.", "_fsdp_wrapped_module.norm._checkpoint_wrapped_module."): tensor
                             for name, tensor in values.items()}}
    yield "averaged", torch.optim.swa_utils.AveragedModel(network()).state_dict()
    yield "lightning", lightning()
    yield "moco", moco()
    yield "dino", dino()
    yield "byol", byol()
    yield "swav", named("module.", values) | {"module.projection_head.0.weight": torch.ones(2, 3),
                                              "module.prototypes.weight": torch.ones(4, 2)}
    yield "fastai_save", {"model": named("0.", values) | {"1.8.weight": torch.ones(2, 3)},
                          "opt": {"state": [{"grad_avg": torch.ones(3)}], "hypers": [{"lr": 0.1}]}}
    yield "fastai_export", fastai_export()
    yield "whole_module", network()
    yield "deep", {"net": {"ema": {"shadow": named("module.backbone.model.", values)}}}
    yield "tuple", (values, 3)
    yield "parameters", {name: nn.Parameter(tensor, requires_grad=False) if tensor.is_floating_point() else tensor
                         for name, tensor in values.items()}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    # The old format says where the source of a class lies: in torch's folder, not on whose machine.
    lines_of = torch.serialization.get_source_lines_and_file
    torch.serialization.get_source_lines_and_file = lambda of: (*(found := lines_of(of))[:2],
                                                                found[2][found[2].rindex("torch/"):])
    for name, value in files():
        torch.save(value, FOLDER / f"{name}.pth")
    torch.save(fastai_export(), FOLDER / "fastai_export_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(timm_script(), FOLDER / "timm_script_legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(copy.deepcopy(lightning()), FOLDER / "lightning_protocol5.pth", pickle_protocol=5)


if __name__ == "__main__":
    main()
