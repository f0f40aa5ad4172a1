"""Writes cross_entropy.json: torch.nn.CrossEntropyLoss and its gradient.

    python tests/golden/cross_entropy_goldens.py      (torch 2.13, numpy)

The score of class k for image n is 3 sin(1 + n + 2.3 k).
"""

import json
import math
import pathlib

import torch

LABELS = [0, 2, 1, 1, 2, 0, 0]
CLASSES = ["ant", "bee", "cat"]
COUNTS = [6, 3, 1]
GIVEN = {"ant": 0.5, "bee": 2.0, "cat": 3.5}


def weights_of(options):
    if options.get("class_weights") == "given":
        return torch.tensor([options["weights"][name] for name in CLASSES])
    if options.get("class_weights") == "balanced":
        return torch.tensor([sum(COUNTS) / (len(COUNTS) * count) for count in COUNTS])
    return None


def run(options):
    scores = torch.tensor([[3 * math.sin(1 + n + 2.3 * k) for k in range(len(CLASSES))] for n in range(len(LABELS))],
                          requires_grad=True)
    loss = torch.nn.CrossEntropyLoss(weight=weights_of(options), label_smoothing=options.get("label_smoothing", 0.0))
    value = loss(scores, torch.tensor(LABELS))
    value.backward()
    return {"options": options, "loss": value.item(), "gradient": scores.grad.flatten().tolist()}


def main():
    weights = [{}, {"class_weights": "balanced"}, {"class_weights": "given", "weights": GIVEN}]
    cases = [json.dumps(run(extra | smoothing)) for extra in weights for smoothing in ({}, {"label_smoothing": 0.1})]
    head = json.dumps({"torch": torch.__version__, "classes": CLASSES, "counts": COUNTS, "labels": LABELS})
    file = pathlib.Path(__file__).with_name("cross_entropy.json")
    file.write_text(head[:-1] + ', "cases": [\n' + ",\n".join(cases) + "\n]}\n")


if __name__ == "__main__":
    main()
