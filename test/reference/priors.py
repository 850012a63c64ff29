"""Truncated distributions and the masses of bins, by scipy: python3 priors.py > priors.json

Each case: the parameter, its prior, and rows of [u, value at the u-quantile] and [value, log density of the coordinate relative to uniform].
"""
import json
import numpy as np
from scipy import stats

U = [0.001, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 0.999]


def law(prior):
    (kind, p), = prior.items()
    if kind == "normal":
        return stats.norm(p["median"], p["sigma"])
    return stats.lognorm(p["sigma"], scale=p["median"])


def smooth(low, high, scale, prior):
    """Quantiles from the survival function where the range lies in the upper tail."""
    l = law(prior)
    if l.cdf(low) > 0.5:
        a, b = l.sf(low), l.sf(high)
        value = lambda u: float(l.isf(a + u * (b - a)))
        mass = a - b
    else:
        a, b = l.cdf(low), l.cdf(high)
        value = lambda u: float(l.ppf(a + u * (b - a)))
        mass = b - a
    jacobian = {
        "linear": lambda x: high - low,
        "log": lambda x: x * np.log(high / low),
        "logit": lambda x: x * (1 - x) * (np.log(high / (1 - high)) - np.log(low / (1 - low))),
    }[scale]
    values = [value(u) for u in U]
    parameter = {"type": "float", "low": low, "high": high, "prior": prior}
    if scale != "linear":
        parameter[scale] = True
    return {"parameter": parameter,
            "quantiles": list(zip(U, values)),
            "logDensities": [[x, float(l.logpdf(x) - np.log(mass) + np.log(jacobian(x)))] for x in values]}


def binned(low, high, step, log, prior):
    l = law(prior)
    xs = np.arange(low, high + step / 2, step)
    edges = np.append(xs - step / 2, xs[-1] + step / 2)
    cdf = l.cdf(edges)
    mass = np.diff(cdf) / (cdf[-1] - cdf[0])
    width = np.diff(np.log(edges)) / np.log(edges[-1] / edges[0]) if log else np.full(len(xs), 1 / len(xs))
    upto = np.cumsum(mass)
    parameter = {"type": "int", "low": low, "high": high, "prior": prior}
    if step != 1:
        parameter["step"] = step
    if log:
        parameter["log"] = True
    return {"parameter": parameter,
            "quantiles": [[u, float(xs[np.searchsorted(upto, u)])] for u in U],
            "logDensities": [[float(x), float(np.log(m / w))] for x, m, w in zip(xs, mass, width)]}


normal = lambda median, sigma: {"normal": {"median": median, "sigma": sigma}}
lognormal = lambda median, sigma: {"logNormal": {"median": median, "sigma": sigma}}
print(json.dumps([
    smooth(-5, 5, "linear", normal(1, 2)),
    smooth(0, 1, "linear", normal(-1, 0.25)),
    smooth(0, 1, "linear", normal(3, 0.2)),
    smooth(1e-5, 1e-1, "log", lognormal(1e-3, 1)),
    smooth(1e-5, 1e-1, "log", normal(1e-2, 1e-2)),
    smooth(0, 10, "linear", lognormal(1, 0.5)),
    smooth(0.01, 0.99, "logit", normal(0.9, 0.1)),
    binned(16, 64, 2, False, normal(32, 8)),
    binned(0, 20, 1, False, lognormal(4, 0.7)),
    binned(1, 32, 1, True, lognormal(8, 0.5)),
    binned(1, 32, 1, True, normal(20, 30)),
]))
