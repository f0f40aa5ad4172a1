#!/usr/bin/env python3
"""Writes folds.json: grouped images of several classes, and how even the folds are that scikit-learn (1.5 or later)
makes of them with StratifiedGroupKFold.

usage: python3 fold_goldens.py        needs: scikit-learn, numpy
"""

import json
import pathlib

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold


def case(name, seed, groups, classes, folds, mixed):
    """`groups` groups of 1 to 12 images; `mixed`: of several classes each."""
    rng = np.random.default_rng(seed)
    labels, names = [], []
    for g in range(groups):
        own = rng.integers(classes)
        for _ in range(rng.integers(1, 13)):
            labels.append(int(rng.integers(classes)) if mixed else int(own))
            names.append(f"group{g}")
    for label in range(classes):  # every class is there
        labels.append(label)
        names.append(f"last{label}")
    y = np.array(labels)
    totals = np.bincount(y, minlength=classes)
    worst = 0.0
    for _, validation in StratifiedGroupKFold(folds).split(np.zeros(len(y)), y, names):
        shares = np.bincount(y[validation], minlength=classes) / totals
        worst = max(worst, float(np.abs(shares - 1 / folds).max()))
    return {"name": name, "folds": folds, "classes": classes, "labels": labels, "groups": names,
            "worst_share": round(worst, 6)}


cases = [case("groups of one class", 1, 60, 3, 5, False), case("groups of several classes", 2, 50, 4, 5, True),
         case("few large groups", 3, 12, 2, 3, True), case("many classes", 4, 150, 10, 4, False)]
pathlib.Path(__file__).with_name("folds.json").write_text(json.dumps(cases) + "\n")
