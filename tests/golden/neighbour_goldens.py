"""Writes neighbours.json: distances to the k-th nearest of some vectors at length 1, by scikit-learn.

usage: neighbour_goldens.py > neighbours.json      needs numpy and scikit-learn
"""

import json

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import normalize


def main():
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(12, 5)).astype(np.float32)
    asked = rng.normal(size=(4, 5)).astype(np.float32)
    asked[3] = vectors[2] * 3  # the direction of one of them
    kept = normalize(normalize(vectors).astype(np.float16).astype(np.float64))
    distances = {}
    for k in (1, 3, 12):
        found = NearestNeighbors(n_neighbors=k).fit(kept).kneighbors(normalize(asked.astype(np.float64)))[0]
        distances[str(k)] = found[:, -1].tolist()
    print(json.dumps({"vectors": vectors.tolist(), "asked": asked.tolist(), "distances": distances}))


main()
