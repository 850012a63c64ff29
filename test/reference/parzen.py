"""Weights, means, bandwidths and log densities of Optuna's Parzen estimator: writes parzen.json next to this file.

Needs Optuna 5 or later, whose bandwidths by neighbours are those of its joint kernels:
    PYTHONPATH=.../optuna python3 parzen.py
"""

import json
import warnings
from pathlib import Path

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_weights

warnings.simplefilter("ignore")
# Which of two equal means gets which of the two bandwidths is left to numpy's sort; older first, here.
argsort = np.argsort
np.argsort = lambda a, **options: argsort(a, kind="stable")
assert int(optuna.__version__.split(".")[0]) >= 5, optuna.__version__

# In units where the range, half steps included, is [0, 1], as a coordinate is.
SPACES = {
    "one float": {"x": FloatDistribution(0, 1)},
    "two floats": {"x": FloatDistribution(0, 1), "y": FloatDistribution(0, 1)},
    "an int of eight": {"k": IntDistribution(0, 7)},
    "a choice of three": {"c": CategoricalDistribution([0, 1, 2])},
    "all kinds": {"x": FloatDistribution(0, 1), "k": IntDistribution(0, 4), "c": CategoricalDistribution([0, 1, 2, 3])},
}


def draw(space, n, rng):
    """n observations of each parameter."""
    out = {}
    for name, d in space.items():
        if isinstance(d, FloatDistribution):
            out[name] = rng.uniform(size=n)
        elif isinstance(d, IntDistribution):
            out[name] = rng.randint(d.low, d.high + 1, size=n).astype(float)
        else:
            out[name] = rng.randint(len(d.choices), size=n).astype(float)
    return out


def unit(d, x):
    """An observation, or a mean, on the coordinate."""
    return (x + 0.5) / (d.high + 1) if isinstance(d, IntDistribution) else x


def axis(d):
    """The kind of axis of a parameter, and its number of values."""
    if isinstance(d, FloatDistribution):
        return {"kind": "float"}
    return {"kind": "int", "count": d.high + 1} if isinstance(d, IntDistribution) else {"kind": "choice", "count": len(d.choices)}


cases = []
for name, space in SPACES.items():
    for n in (0, 1, 2, 7, 30, 120):
        rng = np.random.RandomState(n)
        parameters = _ParzenEstimatorParameters(
            prior_weight=1.0, consider_magic_clip=True, consider_endpoints=False, weights=default_weights, multivariate=True
        )
        seen, at = draw(space, n, rng), draw(space, 5, rng)
        mixture = _ParzenEstimator(seen, space, parameters)._mixture_distribution
        kernels = {}
        for (key, d), part in zip(space.items(), mixture.distributions):
            if hasattr(part, "sigma"):
                size = d.high + 1 if isinstance(d, IntDistribution) else 1
                kernels[key] = {"means": list(unit(d, part.mu)), "sigmas": list(part.sigma / size)}
        cases.append(
            {
                "space": name,
                "axes": [axis(d) for d in space.values()],
                "seen": [list(map(float, row)) for row in zip(*seen.values())],
                "weights": list(mixture.weights),
                "kernels": [kernels.get(key) for key in space],
                "at": [list(map(float, row)) for row in zip(*at.values())],
                "logDensities": list(mixture.log_pdf(np.array(list(at.values())).T)),
            }
        )

Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
