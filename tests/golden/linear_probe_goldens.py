#!/usr/bin/env python3
"""Writes linear_probe.json: coefficients of scikit-learn's LogisticRegression and Ridge.

usage: python3 linear_probe_goldens.py        needs: scikit-learn (made with 1.9.1), numpy
"""

import json
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

IMAGES, CHANNELS, CLASSES = 40, 6, 3


def logistic(features, labels, c, weights=None):
    model = LogisticRegression(C=c, tol=1e-12, max_iter=100000)
    return model.fit(features, labels, sample_weight=weights)


def several(features, targets, c):
    """One binary regression for each label, on the images that say whether they have it."""
    rows, biases = [], []
    for k in range(targets.shape[1]):
        known = ~np.isnan(targets[:, k])
        model = logistic(features[known], targets[known, k], c)
        rows.append(model.coef_[0])
        biases.append(model.intercept_[0])
    return np.array(rows), np.array(biases)


def main():
    rng = np.random.default_rng(0)
    labels = np.arange(IMAGES) % CLASSES
    features = np.maximum(rng.normal(size=(IMAGES, CHANNELS)) + 0.8 * np.eye(CLASSES, CHANNELS)[labels], 0).round(4)
    weights = rng.uniform(0.2, 3, IMAGES).round(3)
    targets = (rng.uniform(size=(IMAGES, CLASSES)) < 0.4).astype(float)
    targets[::7, 1] = np.nan
    numbers = (features @ rng.normal(size=(CHANNELS, 2)) + rng.normal(size=(IMAGES, 2))).round(4)
    cases = []

    def add(task, c, coefficients, intercepts, weighted=False):
        cases.append({"task": task, "c": c, "weighted": weighted,
                      "weight": coefficients.round(7).tolist(), "bias": intercepts.round(7).tolist()})

    for c in (0.01, 1, 100):
        model = logistic(features, labels, c)
        add("classification", c, model.coef_, model.intercept_)
        add("multi_label", c, *several(features, targets, c))
        ridge = Ridge(alpha=1 / (2 * c), tol=1e-12).fit(features, numbers)
        add("regression", c, ridge.coef_, ridge.intercept_)
    model = logistic(features, labels, 1, weights)
    add("classification", 1, model.coef_, model.intercept_, weighted=True)
    ridge = Ridge(alpha=0.5, tol=1e-12).fit(features, numbers, sample_weight=weights)
    add("regression", 1, ridge.coef_, ridge.intercept_, weighted=True)
    golden = {"features": features.tolist(), "weights": weights.tolist(), "labels": labels.tolist(),
              "targets": [[None if np.isnan(value) else value for value in row] for row in targets],
              "numbers": numbers.tolist(), "cases": cases}
    file = pathlib.Path(__file__).with_name("linear_probe.json")
    file.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
