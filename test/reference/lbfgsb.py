"""Writes lbfgsb.json: minima in boxes found by scipy's L-BFGS-B, for src/numeric/descent/lbfgsb.ts to reproduce."""
import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize, rosen, rosen_der


def quartic(x):
    c = np.arange(1, len(x) + 1)
    return float(np.sum(c * (x - 1 / c) ** 4) + 0.5 * np.sum((x[:-1] + x[1:]) ** 2))


def quartic_der(x):
    c = np.arange(1, len(x) + 1)
    g = 4 * c * (x - 1 / c) ** 3
    g[:-1] += x[:-1] + x[1:]
    g[1:] += x[:-1] + x[1:]
    return g


functions = {"rosenbrock": (rosen, rosen_der), "quartic": (quartic, quartic_der)}
cases = [("rosenbrock", n, lo, hi) for n, lo, hi in [(2, -2, 2), (5, -2, 0.5), (6, 0.2, 3), (10, 0, 10)]]
cases += [("quartic", n, lo, hi) for n, lo, hi in [(3, -3, 3), (8, 0, 1), (8, -1, 0.3)]]
out = []
for name, n, lo, hi in cases:
    f, g = functions[name]
    start = np.clip(np.linspace(-1.2, 1.7, n), lo, hi)
    r = minimize(f, start, jac=g, method="L-BFGS-B", bounds=[(lo, hi)] * n, options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 10000})
    out.append({"name": name, "lower": lo, "upper": hi, "start": start.tolist(), "x": r.x.tolist(), "value": float(r.fun), "evaluations": int(r.nfev)})
Path(__file__).with_suffix(".json").write_text(json.dumps(out))
