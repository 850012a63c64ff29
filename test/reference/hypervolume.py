"""Writes hypervolume.json: expected gains of hypervolume by quadrature over samples' distribution, for src/samplers/bo/hypervolume.ts."""
import json
from pathlib import Path

import numpy as np

rng = np.random.RandomState(1)
u, w = np.polynomial.legendre.leggauss(400)


def gain(front, reference, y1, y2):
    """Hypervolume gained by each of the points (y1, y2), by the boxes of the staircase."""
    out = np.zeros(np.broadcast(y1, y2).shape)
    edges = [(-np.inf, reference[1])] + sorted(front) + [(reference[0], None)]
    for (a, top), (b, _) in zip(edges, edges[1:]):
        out += np.maximum(0, b - np.maximum(a, y1)) * np.maximum(0, top - y2)
    return out


cases = []
for k in range(6):
    x = np.sort(rng.rand(k))
    y = np.sort(rng.rand(k))[::-1]
    front = [(float(a), float(b)) for a, b in zip(x, y)]
    for _ in range(4):
        m, s = rng.uniform(-0.3, 1.2, 2), rng.uniform(0.05, 0.6, 2)
        # Split at the kinks, so that the integrand is a polynomial times a normal density in each cell.
        total = 0.0
        cuts = [np.unique(np.clip([m[i] - 9 * s[i], *[p[i] for p in front], 1.1, m[i] + 9 * s[i]], m[i] - 9 * s[i], m[i] + 9 * s[i])) for i in (0, 1)]
        for a0, b0 in zip(cuts[0], cuts[0][1:]):
            for a1, b1 in zip(cuts[1], cuts[1][1:]):
                t0, t1 = a0 + (b0 - a0) * (u + 1) / 2, a1 + (b1 - a1) * (u + 1) / 2
                p0 = w * (b0 - a0) / 2 * np.exp(-0.5 * ((t0 - m[0]) / s[0]) ** 2) / (s[0] * np.sqrt(2 * np.pi))
                p1 = w * (b1 - a1) / 2 * np.exp(-0.5 * ((t1 - m[1]) / s[1]) ** 2) / (s[1] * np.sqrt(2 * np.pi))
                total += p0 @ gain(front, (1.1, 1.1), t0[:, None], t1[None, :]) @ p1
        cases.append({"front": front, "means": m.tolist(), "sds": s.tolist(), "gain": float(total)})
Path(__file__).with_suffix(".json").write_text(json.dumps(cases))
