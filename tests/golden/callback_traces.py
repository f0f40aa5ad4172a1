"""Runs Keras's EarlyStopping and ReduceLROnPlateau over random metrics and writes what they did.

    KERAS_BACKEND=torch python tests/golden/callback_traces.py      (keras 3.15)

writes callback_traces.json beside this file. Metrics have three digits; null stands for NaN. Where min_delta is not 0,
either metrics and min_delta are multiples of 1/8, so that ties are exact, or min_delta is no multiple of 0.001, so
that there are none: Keras compares in float32, graft in float64. NaN stands only where Keras has seen a value before:
it would take a first NaN as the best, which graft does not.
"""

import json
import math
import os
import pathlib
import random

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras  # noqa: E402

CASES = 300


class Optimizer:
    learning_rate = 1.0


class Model:
    """What the two callbacks ask of a model; its weights are the number of the epoch that made them."""

    def __init__(self):
        self.optimizer = Optimizer()
        self.weights = -1
        self.stop_training = False

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def random_metrics(rng, first_watched):
    """Values that wander, min_delta, and a baseline."""
    length = rng.randint(4, 24)
    if rng.random() < 0.5:
        values = [rng.randint(0, 12) / 8 for _ in range(length)]
        min_delta = rng.choice([0, 0.125, 0.25])
        baseline = rng.randint(0, 12) / 8
    else:
        values = [round(rng.uniform(0, 1), 3)]
        while len(values) < length:
            values.append(round(min(2, max(0, values[-1] + rng.gauss(0, 0.05))), 3))
        min_delta = rng.choice([0, 0.0005, 0.0125])
        baseline = round(rng.uniform(0, 1), 3)
    if rng.random() < 0.25:
        for epoch in range(first_watched + 1, length):
            if rng.random() < 0.2:
                values[epoch] = math.nan
    return values, min_delta, baseline


def train(callback, values):
    """Runs the epochs; returns the model, the epoch in which training was stopped, and the learning rates used."""
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    stopped = None
    for epoch, value in enumerate(values):
        rates.append(model.optimizer.learning_rate)
        model.weights = epoch
        callback.on_epoch_end(epoch, {"watched": value})
        if model.stop_training:
            stopped = epoch
            break
    callback.on_train_end()
    return model, stopped, rates


def early_stopping_case(rng):
    options = {"mode": rng.choice(["min", "max"]), "patience": rng.randint(0, 5),
               "restore_best_weights": rng.random() < 0.8, "start_from_epoch": rng.choice([0, 0, 1, 3])}
    values, options["min_delta"], baseline = random_metrics(rng, options["start_from_epoch"])
    if rng.random() < 0.4:
        options["baseline"] = baseline
    callback = keras.callbacks.EarlyStopping(monitor="watched", **options)
    model, stopped, _ = train(callback, values)
    return {"options": options, "values": values, "stopped": stopped, "weights": model.weights}


def reduce_lr_case(rng):
    options = {"mode": rng.choice(["min", "max"]), "patience": rng.randint(0, 4),
               "factor": rng.choice([0.5, 0.25, 0.1]), "cooldown": rng.randint(0, 4),
               "min_lr": rng.choice([0, 0, 0.25, 0.01])}
    values, options["min_delta"], _ = random_metrics(rng, 0)
    callback = keras.callbacks.ReduceLROnPlateau(monitor="watched", **options)
    _, _, rates = train(callback, values)
    return {"options": options, "values": values, "rates": [float(f"{rate:.6g}") for rate in rates]}


def as_json(case):
    case["values"] = [None if math.isnan(value) else value for value in case["values"]]
    return json.dumps(case, separators=(",", ":"))


def main():
    rng = random.Random(0)
    tables = {"early_stopping": [as_json(early_stopping_case(rng)) for _ in range(CASES)],
              "reduce_lr_on_plateau": [as_json(reduce_lr_case(rng)) for _ in range(CASES)]}
    body = ",\n".join(f'"{name}":[\n' + ",\n".join(cases) + "\n]" for name, cases in tables.items())
    header = f'"keras":"{keras.__version__}"'
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text("{" + header + ",\n" + body + "\n}\n")


if __name__ == "__main__":
    main()
