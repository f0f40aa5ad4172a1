"""Writes cross_entropy.json: torch.nn.CrossEntropyLoss, the focal loss made of it, and their gradients.

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
        weights = torch.tensor([sum(COUNTS) / (len(COUNTS) * count) for count in COUNTS])
        return weights ** options.get("weights_exponent", 1.0)
    if options.get("class_weights") == "effective":
        beta = options["beta"]
        weights = torch.tensor([(1 - beta) / (1 - beta ** count) for count in COUNTS])
        return weights / weights.sum() * len(COUNTS)
    return None


def focal(scores, options):
    labels, weight = torch.tensor(LABELS), weights_of(options)
    weight = torch.ones(len(CLASSES)) if weight is None else weight
    plain = torch.nn.functional.cross_entropy(scores, labels, reduction="none")
    return (weight[labels] * (1 - torch.exp(-plain)) ** options["gamma"] * plain).sum() / weight[labels].sum()


def run(options):
    scores = torch.tensor([[3 * math.sin(1 + n + 2.3 * k) for k in range(len(CLASSES))] for n in range(len(LABELS))],
                          requires_grad=True)
    if "gamma" in options:
        value = focal(scores, options)
    else:
        loss = torch.nn.CrossEntropyLoss(weight=weights_of(options),
                                         label_smoothing=options.get("label_smoothing", 0.0))
        value = loss(scores, torch.tensor(LABELS))
    value.backward()
    return {"options": options, "loss": value.item(), "gradient": scores.grad.flatten().tolist()}


def main():
    weights = [{}, {"class_weights": "balanced"}, {"class_weights": "given", "weights": GIVEN}]
    cases = [json.dumps(run(extra | smoothing)) for extra in weights for smoothing in ({}, {"label_smoothing": 0.1})]
    more = [{"class_weights": "balanced", "weights_exponent": 0.5}, {"class_weights": "effective", "beta": 0.9}]
    more += [{"gamma": gamma} | extra for gamma in (0.0, 2.0, 0.5) for extra in weights[:2]]
    cases += [json.dumps(run(options)) for options in more]
    head = json.dumps({"torch": torch.__version__, "classes": CLASSES, "counts": COUNTS, "labels": LABELS})
    file = pathlib.Path(__file__).with_name("cross_entropy.json")
    file.write_text(head[:-1] + ', "cases": [\n' + ",\n".join(cases) + "\n]}\n")


if __name__ == "__main__":
    main()
