#!/usr/bin/env python3
"""Writes tpe.json: Parzen estimators of single values as Optuna 5 makes them (consider_magic_clip, no endpoints,
prior weight 1, default weights).

usage: python3 tpe_goldens.py        needs: optuna, numpy
"""

import json
import pathlib

import numpy as np
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_gamma, default_weights

HOW = _ParzenEstimatorParameters(prior_weight=1.0, consider_magic_clip=True, consider_endpoints=False,
                                 weights=default_weights, multivariate=False)


def densities(distribution, values, at):
    estimator = _ParzenEstimator({"x": np.array(values, dtype=float)}, {"x": distribution}, HOW)
    return [float(v) for v in estimator.log_pdf({"x": np.array(at, dtype=float)})]


rng = np.random.default_rng(0)
many = [float(v) for v in np.round(rng.uniform(0, 1, 40), 3)]
cases = [
    {"range": "uniform", "low": 0, "high": 1, "values": [], "at": [0.0, 0.3, 1.0]},
    {"range": "uniform", "low": 0, "high": 1, "values": [0.2], "at": [0.0, 0.2, 0.9]},
    {"range": "uniform", "low": -2, "high": 3, "values": [0.5, -1.5, 2.5, 0.75], "at": [-2, 0.6, 2.9]},
    {"range": "uniform", "low": 0, "high": 1, "values": many, "at": [0.05, 0.5, 0.95]},
    {"range": "int", "low": 1, "high": 6, "values": [2, 2, 5], "at": [1, 2, 3, 6]},
    {"range": "choice", "low": 0, "high": 2, "values": [0, 2, 2], "at": [0, 1, 2]},
]
for case in cases:
    distribution = {"uniform": lambda c: FloatDistribution(c["low"], c["high"]),
                    "int": lambda c: IntDistribution(c["low"], c["high"]),
                    "choice": lambda c: CategoricalDistribution(["a", "b", "c"])}[case["range"]](case)
    case["log_densities"] = densities(distribution, case["values"], case["at"])
document = {"good": [[n, default_gamma(n)] for n in (1, 10, 11, 100, 240, 400)],
            "weights": [[n, [float(w) for w in default_weights(n)]] for n in (3, 25, 26, 30)], "estimators": cases}
pathlib.Path(__file__).with_name("tpe.json").write_text(json.dumps(document) + "\n")
