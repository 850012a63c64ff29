"""Reference values of the normal and beta distributions, by scipy: python3 special.py > special.json"""
import json
import numpy as np
from scipy import special, stats

x = [-38.0, -30.0, -12.5, -5.0, -3.0, -2.0000001, -2.0, -1.9999999, -1.0, -0.3, 0.0, 0.1, 1.0, 1.9999999, 2.0, 3.5, 6.0, 8.0]
p = [1e-300, 1e-100, 1e-20, 1e-10, 1e-5, 0.01, 0.074, 0.075, 0.076, 0.3, 0.5, 0.7, 0.925, 0.9250001, 0.99, 0.999999, 1 - 1e-12]
ab = [(0.5, 0.5), (1, 1), (2, 5), (5, 2), (0.1, 3), (30, 40), (500, 3), (1000, 2000), (0.02, 0.03), (1e5, 1e5)]
u = [1e-12, 1e-4, 0.1, 0.25, 0.4999, 0.5, 0.77, 0.9, 0.999]
print(json.dumps({
    "ndtr": [[v, special.ndtr(v)] for v in x],
    "ndtri": [[v, special.ndtri(v)] for v in p],
    "logGamma": [[v, special.gammaln(v)] for v in [1e-5, 0.1, 0.5, 0.9, 1.5, 2.5, 3.0, 10.0, 171.5, 1e5, 1e10]],
    "betainc": [[a, b, v, special.betainc(a, b, v)] for a, b in ab for v in u],
    "betaincinv": [[a, b, v, special.betaincinv(a, b, v)] for a, b in ab for v in u],
}))
