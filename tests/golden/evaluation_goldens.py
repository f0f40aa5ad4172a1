#!/usr/bin/env python3
"""Writes evaluation.json: what scikit-learn and scipy say of classifications, intervals, tests and temperatures.

usage: python3 evaluation_goldens.py        needs: scikit-learn 1.7 or later, scipy, numpy
"""

import json
import math
import pathlib
import warnings

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics

warnings.filterwarnings("ignore")  # what scikit-learn says of degenerate inputs


def known(value):
    """JSON knows no NaN."""
    return None if math.isnan(value) else float(value)


def mean_known(values):
    values = [value for value in values if not math.isnan(value)]
    return known(np.mean(values)) if values else None


def one_against_rest(labels, scores):
    """Areas of each class; NaN where there is nothing to rank."""
    areas = []
    for k in range(scores.shape[1]):
        truth = labels == k
        areas.append((metrics.roc_auc_score(truth, scores[:, k]) if 0 < truth.sum() < len(truth) else math.nan,
                      metrics.average_precision_score(truth, scores[:, k]) if truth.any() else math.nan))
    return areas


def top_k(labels, scores, k):
    """Of equal scores scikit-learn takes the last class and graft the first: both orders are turned round."""
    classes = scores.shape[1]
    return metrics.top_k_accuracy_score(classes - 1 - labels, scores[:, ::-1], k=k, labels=np.arange(classes))


def ece(labels, scores, bins=15):
    """Guo et al. 2017, with bins (low, high]."""
    confidence, right = scores.max(axis=1), scores.argmax(axis=1) == labels
    total = 0.0
    for low in range(bins):
        inside = (confidence > low / bins) & (confidence <= (low + 1) / bins)
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return total


def classification(name, labels, scores):
    labels, scores = np.asarray(labels), np.asarray(scores, dtype=np.float32).astype(np.float64)
    classes = scores.shape[1]
    found = scores.argmax(axis=1)
    macro = metrics.precision_recall_fscore_support(labels, found, average="macro", zero_division=0)
    weighted = metrics.precision_recall_fscore_support(labels, found, average="weighted", zero_division=0)
    areas = one_against_rest(labels, scores)
    figures = {
        "accuracy": metrics.accuracy_score(labels, found),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, found),
        "macro_precision": macro[0],
        "macro_recall": macro[1],
        "macro_f1": macro[2],
        "weighted_precision": weighted[0],
        "weighted_recall": weighted[1],
        "weighted_f1": weighted[2],
        "cohen_kappa": known(metrics.cohen_kappa_score(labels, found)),
        "matthews": metrics.matthews_corrcoef(labels, found),
        "roc_auc": mean_known([auc for auc, _ in areas]),
        "average_precision": mean_known([precision for _, precision in areas]),
        "loss": metrics.log_loss(labels, scores, labels=np.arange(classes)),
        "brier": (metrics.brier_score_loss(labels, scores, labels=np.arange(classes)) if classes > 2 else
                  metrics.brier_score_loss(labels, scores[:, 1], pos_label=1)),
        "ece": ece(labels, scores),
    }
    if classes > 2:
        figures["top_2"] = top_k(labels, scores, 2)
    return {
        "name": name,
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "figures": {key: None if value is None else float(value) for key, value in figures.items()},
        "roc_auc": [known(auc) for auc, _ in areas],
        "average_precision": [known(precision) for _, precision in areas],
        "confusion": metrics.confusion_matrix(labels, found, labels=np.arange(classes)).tolist(),
    }


def drawn(seed, images, classes, sharpness, labels=None, steps=None):
    """Probabilities that tend to the label; `steps` makes ties."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, images) if labels is None else np.asarray(labels)
    logits = rng.normal(size=(images, classes)) + sharpness * np.eye(classes)[labels]
    scores = special.softmax(logits, axis=1)
    if steps:
        scores = np.floor(scores * steps) + 0.5
        scores /= scores.sum(axis=1, keepdims=True)
    return labels, scores


def bootstrap(name, labels, scores, resamples=1000):
    """Percentiles, from other random numbers than graft's: the two agree to a part of their width."""
    rng = np.random.default_rng(1)
    labels = np.asarray(labels)
    found = scores.argmax(axis=1)
    f1, auc = [], []
    for _ in range(resamples):
        rows = rng.integers(0, len(labels), len(labels))
        f1.append(metrics.f1_score(labels[rows], found[rows], average="macro", zero_division=0))
        auc.append(np.mean([area for area, _ in one_against_rest(labels[rows], scores[rows])]))
    return {"name": name, "labels": labels.tolist(), "scores": scores.astype(np.float32).astype(np.float64).tolist(),
            "macro_f1": np.percentile(f1, [2.5, 97.5]).tolist(), "roc_auc": np.percentile(auc, [2.5, 97.5]).tolist()}


def temperature(name, seed, images, classes, true_temperature):
    """Scores whose labels are drawn from softmax(scores / true_temperature), and the temperature with the least loss."""
    rng = np.random.default_rng(seed)
    scores = (3 * rng.normal(size=(images, classes))).astype(np.float32).astype(np.float64)
    chances = special.softmax(scores / true_temperature, axis=1)
    labels = np.array([rng.choice(classes, p=row) for row in chances])

    def loss(log_temperature):
        return -np.mean(special.log_softmax(scores / np.exp(log_temperature), axis=1)[np.arange(images), labels])

    best = optimize.minimize_scalar(loss, bracket=(-1, 1), tol=1e-12)
    return {"name": name, "scores": scores.tolist(), "labels": labels.tolist(),
            "temperature": float(np.exp(best.x)), "before": float(loss(0)), "after": float(best.fun)}


def main():
    nobody_is_2 = drawn(5, 40, 3, 0.5, labels=[0, 1] * 20)
    document = {
        "classification": [
            classification("four classes", *drawn(1, 60, 4, 1.5)),
            classification("many equal scores", *drawn(2, 80, 3, 1.0, steps=4)),
            classification("two classes", *drawn(3, 50, 2, 1.0)),
            classification("a class without images that is predicted", *nobody_is_2),
            classification("a class that never occurs", [0, 1, 1, 0], [[.6, .3, .1], [.2, .7, .1], [.5, .4, .1],
                                                                      [.7, .2, .1]]),
            classification("one image, right", [1], [[.2, .5, .3]]),
            classification("one image, wrong", [2], [[.2, .5, .3]]),
            classification("all scores equal", [0, 1, 2, 1], np.full((4, 3), 1 / 3)),
            classification("everything right", [0, 1, 2], [[.8, .1, .1], [.1, .8, .1], [.1, .1, .8]]),
            classification("one class alone", [0, 0], [[.9, .1], [.8, .2]]),
        ],
        "wilson": [{"part": part, "whole": whole, "interval": [float(end) for end in stats.binomtest(
            part, whole).proportion_ci(method="wilson")]} for part, whole in
            ((0, 1), (1, 1), (0, 10), (10, 10), (7, 10), (95, 100), (9313, 10000))],
        "mcnemar": [{"one": one, "other": other,
                     "p": float(stats.binomtest(min(one, other), one + other, 0.5).pvalue) if one + other else 1.0}
                    for one, other in ((0, 0), (1, 0), (5, 5), (0, 6), (10, 2), (3, 9), (400, 460), (3000, 3300))],
        "bootstrap": bootstrap("four classes", *drawn(7, 300, 4, 1.5)),
        "temperature": [temperature("too sure", 11, 400, 5, 2.5), temperature("not sure enough", 12, 400, 5, 0.5),
                        temperature("two classes", 13, 200, 2, 3.0)],
    }
    pathlib.Path(__file__).with_name("evaluation.json").write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
