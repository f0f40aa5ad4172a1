"""Writes schedules.json: the learning rates of torch.optim.lr_scheduler's schedulers, step by step.

    python tests/golden/schedule_goldens.py      (torch 2.13)

5 steps per epoch, 4 epochs, a learning rate of 1. Options have graft's names.
"""

import json
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as lr

STEPS_PER_EPOCH, EPOCHS = 5, 4
STEPS = STEPS_PER_EPOCH * EPOCHS
WARM_UP = {"warm_up_epochs": 0.8, "warm_up_factor": 0.1}  # 4 steps


def warmed(make):
    """LinearLR for 4 steps, then the scheduler of the 16 that are left."""
    def both(optimizer):
        first = lr.LinearLR(optimizer, start_factor=0.1, total_iters=4)
        return lr.SequentialLR(optimizer, [first, make(optimizer, STEPS - 4)], [4])
    return both


def plain(make):
    return lambda optimizer: make(optimizer, STEPS)


def step(optimizer, _):
    return lr.StepLR(optimizer, 7, gamma=0.5)


def multi_step(optimizer, _):
    return lr.MultiStepLR(optimizer, [5, 12], gamma=0.2)


def exponential(optimizer, _):
    return lr.ExponentialLR(optimizer, 0.7 ** (1 / STEPS_PER_EPOCH))


def linear(optimizer, steps):
    return lr.LinearLR(optimizer, 1.0, 0.25, total_iters=steps)


def polynomial(optimizer, steps):
    return lr.PolynomialLR(optimizer, total_iters=steps, power=1.5)


def cosine(optimizer, steps):
    return lr.CosineAnnealingLR(optimizer, T_max=steps, eta_min=0.1)


def cosine_restarts(optimizer, _):
    return lr.CosineAnnealingWarmRestarts(optimizer, T_0=4, T_mult=2, eta_min=0.1)


def one_cycle(anneal, **options):
    return lambda optimizer: lr.OneCycleLR(optimizer, 1.0, total_steps=STEPS, anneal_strategy=anneal,
                                           cycle_momentum=False, **options)


KINDS = [
    ("step", step, {"every_epochs": 1.4, "factor": 0.5}),
    ("multi_step", multi_step, {"epochs": [1, 2.4], "factor": 0.2}),
    ("exponential", exponential, {"factor_per_epoch": 0.7}),
    ("linear", linear, {"final_factor": 0.25}),
    ("polynomial", polynomial, {"power": 1.5}),
    ("cosine", cosine, {"final_factor": 0.1}),
    ("cosine_restarts", cosine_restarts, {"first_epochs": 0.8, "times": 2, "final_factor": 0.1}),
]
CASES = [(name, options, plain(make)) for name, make, options in KINDS]
CASES += [(name, options | WARM_UP, warmed(make)) for name, make, options in KINDS]
CASES += [("one_cycle", {}, one_cycle("cos")),
          ("one_cycle", {"pct_start": 0.4, "div_factor": 10, "final_div_factor": 100, "anneal": "linear"},
           one_cycle("linear", pct_start=0.4, div_factor=10, final_div_factor=100))]


def rates(make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
    scheduler = make(optimizer)
    found = []
    for _ in range(STEPS):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def main():
    warnings.simplefilter("ignore")
    cases = [json.dumps({"name": name, "options": options, "rates": [round(rate, 12) for rate in rates(make)]})
             for name, options, make in CASES]
    file = pathlib.Path(__file__).with_name("schedules.json")
    file.write_text('{"torch": "%s", "steps_per_epoch": %d, "epochs": %d, "cases": [\n%s\n]}\n' %
                    (torch.__version__, STEPS_PER_EPOCH, EPOCHS, ",\n".join(cases)))


if __name__ == "__main__":
    main()
