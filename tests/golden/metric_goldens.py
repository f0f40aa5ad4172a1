#!/usr/bin/env python3
"""Writes metrics.json: metrics of several classes per image and of numbers, as scikit-learn 1.5 or later computes them.

usage: python3 metric_goldens.py        needs: scikit-learn, numpy
"""

import json
import math
import pathlib
import warnings

import numpy as np
from sklearn import metrics

warnings.filterwarnings("ignore")  # what scikit-learn says of degenerate inputs


def rounded(values):
    """float32, so that JSON, Python and C++ hold the same numbers."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def best_f1(truth, score):
    """The score with the highest F1 as threshold, of equal ones the lowest; None when no image has the class."""
    if not truth.any():
        return None
    precision, recall, thresholds = metrics.precision_recall_curve(truth, score)
    total = precision + recall
    f1 = np.divide(2 * precision * recall, total, out=np.zeros_like(total), where=total > 0)[:-1]
    return float(thresholds[np.flatnonzero(f1 >= f1.max() - 1e-12)[0]])


def multi_label(name, probabilities, truth):
    probabilities, truth = rounded(probabilities), np.asarray(truth)
    found = probabilities >= 0.5
    columns = range(truth.shape[1])
    precision, recall, f1, support = metrics.precision_recall_fscore_support(truth, found, average=None,
                                                                             zero_division=0)
    return {
        "name": name,
        "probabilities": probabilities.tolist(),
        "truth": truth.tolist(),
        "average_precision": [metrics.average_precision_score(truth[:, k], probabilities[:, k]) for k in columns],
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "mean_average_precision": float(
            np.mean([metrics.average_precision_score(truth[:, k], probabilities[:, k]) for k in columns])),
        "micro_f1": metrics.f1_score(truth, found, average="micro", zero_division=0),
        "macro_f1": metrics.f1_score(truth, found, average="macro", zero_division=0),
        "exact_match": metrics.accuracy_score(truth, found),
        "hamming_loss": metrics.hamming_loss(truth, found),
        "loss": float(np.mean([metrics.log_loss(truth[:, k], probabilities[:, k], labels=[0, 1]) for k in columns])),
        "best_f1": [best_f1(truth[:, k], probabilities[:, k]) for k in columns],
    }


def finite(values):
    """JSON knows no NaN."""
    return [None if math.isnan(value) else float(value) for value in np.atleast_1d(values)]


def regression(name, predicted, truth):
    predicted, truth = rounded(predicted), rounded(truth)
    return {
        "name": name,
        "predicted": predicted.tolist(),
        "truth": truth.tolist(),
        "mae": finite(metrics.mean_absolute_error(truth, predicted, multioutput="raw_values")),
        "rmse": finite(metrics.root_mean_squared_error(truth, predicted, multioutput="raw_values")),
        "r2": finite(np.full(truth.shape[1], np.nan) if len(truth) < 2 else
                     metrics.r2_score(truth, predicted, multioutput="raw_values")),
    }


def main():
    draw = np.random.default_rng(0)
    truth = (draw.random((40, 4)) < [0.5, 0.3, 0.1, 0.8]).astype(int)
    noisy = np.clip(0.5 * draw.random((40, 4)) + 0.4 * truth, 0.001, 0.999)
    coarse = np.clip(np.round(noisy, 1), 0.05, 0.95)
    absent = truth.copy()
    absent[:, 1] = 0
    everywhere = truth.copy()
    everywhere[:, 2] = 1
    lines = 100 * draw.random((30, 2))
    document = {
        "multi_label": [
            multi_label("random", noisy, truth),
            multi_label("many equal scores", coarse, truth),
            multi_label("a class that no image has", noisy, absent),
            multi_label("a class that every image has", noisy, everywhere),
            multi_label("all scores equal", np.full((40, 4), 0.25), truth),
            multi_label("nothing is there", noisy, np.zeros((40, 4), dtype=int)),
            multi_label("one image", noisy[:1], truth[:1]),
        ],
        "regression": [
            regression("random", lines + draw.normal(0, 10, (30, 2)), lines),
            regression("perfect", lines, lines),
            regression("worse than the mean", lines[::-1], lines),
            regression("a truth that never changes", lines, np.full((30, 2), 7.5)),
            regression("a truth that never changes, predicted", np.full((30, 2), 7.5), np.full((30, 2), 7.5)),
            regression("one image", lines[:1] + 2, lines[:1]),
        ],
    }
    path = pathlib.Path(__file__).with_name("metrics.json")
    path.write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
