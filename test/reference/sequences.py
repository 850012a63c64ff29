"""Writes test/reference/sequences.json: points of scipy's Sobol and Halton sequences, unscrambled.

    python3 test/reference/sequences.py > test/reference/sequences.json

Sobol: for each dimension, of the first 1024 points, in units of 2^-10, some whole ones, the sum of number * value over all points for
each axis, and a fingerprint of them all: h = (h * 31 + value) mod 2^32, point by point and axis by axis, from h = 0. Far: point 1234567 of 40
dimensions, in units of 2^-30.
"""

import json
import warnings

import numpy as np
import scipy.stats.qmc as qmc

COUNT = 1024
warnings.simplefilter("ignore")


def sobol(dimension):
    points = qmc.Sobol(dimension, scramble=False).random(COUNT) * COUNT
    values = points.astype(np.int64)
    assert (values == points).all()
    fingerprint = 0
    for value in values.ravel().tolist():
        fingerprint = (fingerprint * 31 + value) % 2**32
    sums = (values * np.arange(COUNT)[:, None]).sum(axis=0)
    return {
        "dimension": dimension,
        "points": {str(i): values[i, :8].tolist() for i in (0, 1, 2, 3, 7, 100, 511, 512, 1023)},
        "sums": sums[-8:].tolist(),
        "fingerprint": fingerprint,
    }


def far(i, dimension):
    sampler = qmc.Sobol(dimension, scramble=False, bits=30)
    sampler.fast_forward(i)
    return {"i": i, "point": (sampler.random(1)[0] * 2**30).astype(np.int64).tolist()}


def halton(dimension):
    points = qmc.Halton(dimension, scramble=False).random(COUNT)
    return {"dimension": dimension, "points": {str(i): points[i].tolist() for i in (0, 1, 2, 3, 10, 100, 1023)}}


print(json.dumps({"sobol": [sobol(d) for d in (1, 2, 3, 10, 40, 256, 1111)], "far": far(1234567, 40), "halton": [halton(d) for d in (1, 2, 12)]}))
