"""Writes optimizers.json: where torch.optim's optimizers lead, step by step.

    python tests/golden/optimizer_goldens.py      (torch 2.13, numpy)

Parameters begin at sin(1), sin(2), …; the gradient of parameter i in step t is cos(0.7 i t), i and t counted from 1.
Options have graft's names.
"""

import json
import math
import pathlib

import torch

PARAMETERS = 5
STEPS = 6

CLASSES = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD,
           "rmsprop": torch.optim.RMSprop}
# What graft writes out as its defaults, where torch.optim has another.
DEFAULTS = {"adam": {}, "adamw": {}, "sgd": {"learning_rate": 0.01, "momentum": 0.9}, "rmsprop": {}}
CASES = [
    ("adam", {}),
    ("adam", {"learning_rate": 0.05, "betas": [0.8, 0.95], "eps": 1e-3, "weight_decay": 0.1}),
    ("adamw", {}),
    ("adamw", {"learning_rate": 0.05, "betas": [0.8, 0.95], "eps": 1e-3, "weight_decay": 0.2}),
    ("sgd", {}),
    ("sgd", {"learning_rate": 0.1, "momentum": 0.0}),
    ("sgd", {"learning_rate": 0.1, "momentum": 0.5, "nesterov": True, "weight_decay": 0.05}),
    ("rmsprop", {}),
    ("rmsprop", {"learning_rate": 0.02, "alpha": 0.9, "eps": 1e-3, "momentum": 0.5, "centered": True,
                 "weight_decay": 0.05}),
]


def run(name, options):
    arguments = {"lr" if key == "learning_rate" else key: value
                 for key, value in (DEFAULTS[name] | options).items()}
    parameter = torch.tensor([math.sin(i + 1) for i in range(PARAMETERS)], requires_grad=True)
    optimizer = CLASSES[name]([parameter], **arguments)
    path = []
    for step in range(1, STEPS + 1):
        parameter.grad = torch.tensor([math.cos(0.7 * (i + 1) * step) for i in range(PARAMETERS)])
        optimizer.step()
        path.append([round(value, 8) for value in parameter.tolist()])
    return path


def main():
    cases = [json.dumps({"name": name, "options": options, "path": run(name, options)}) for name, options in CASES]
    file = pathlib.Path(__file__).with_name("optimizers.json")
    file.write_text('{"torch": "%s", "cases": [\n%s\n]}\n' % (torch.__version__, ",\n".join(cases)))


if __name__ == "__main__":
    main()
