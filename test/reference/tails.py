"""Writes tails.json: values that src/numeric/distributions/special.ts must reproduce, by scipy's special functions and quadrature."""
import json
from pathlib import Path

import numpy as np
from scipy import integrate, special, stats
from scipy.stats._continuous_distns import _log_gauss_mass

z = np.concatenate([-np.logspace(-3, 5, 33), [0.0, -1.0], np.logspace(-3, 1.2, 15)])
x = np.concatenate([-np.linspace(0.1, 5, 8), [0.0], np.logspace(-4, 9, 40), [0.46875, 4.0]])
pairs = [(-1, 1), (-40, -39), (39, 40), (5, 5.0001), (-3, 8), (-1e-9, 1e-9), (-0.5, 30), (0.2, 0.7), (-12, -11.999)]


def integral(f, t):
    """Of f(u, t) exp(t u - u^2 / 2) over u > 0, with u scaled so that the mass is near 1."""
    s = max(1.0, abs(t))
    return integrate.quad(lambda v: f(v / s) * np.exp(t * v / s - 0.5 * (v / s) ** 2) / s, 0, 40 + 2 * max(t, 0), epsabs=0, epsrel=1e-13, limit=400)[0]


def log_ei(t):
    """phi(t) + t Phi(t) is the integral of u phi(u - t) over u > 0."""
    if t > -1:
        return float(np.log(stats.norm.pdf(t) + t * stats.norm.cdf(t)))
    return float(stats.norm.logpdf(t) + np.log(integral(lambda u: u, t)))


def slope(t):
    """The derivative of the above."""
    return float(stats.norm.cdf(t) / np.exp(log_ei(t))) if t > -1 else integral(lambda u: 1.0, t) / integral(lambda u: u, t)


def log_mass(a, b):
    """Log of the normal mass between a and b."""
    if a < 0 < b:
        return float(np.log(0.5 * (special.erf(b / np.sqrt(2)) - special.erf(a / np.sqrt(2)))))
    return float(_log_gauss_mass(a, b))


Path(__file__).with_suffix(".json").write_text(json.dumps({
    "erfcx": [[float(a), float(special.erfcx(a))] for a in x],
    "logNdtr": [[float(a), float(special.log_ndtr(a))] for a in z],
    "logNormalMass": [[a, b, log_mass(a, b)] for a, b in pairs],
    "logExpectedImprovement": [[float(a), log_ei(a)] for a in z],
    "logExpectedImprovementSlope": [[float(a), slope(a)] for a in z],
}))
