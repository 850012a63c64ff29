"""Writes eigen.json: eigenvalues of symmetric matrices by LAPACK, for src/numeric/eigen.ts."""
import json
from pathlib import Path

import numpy as np

rng = np.random.RandomState(1)
cases = []
for n in (1, 2, 3, 6, 10):
    g = rng.randn(n, n) * 10 ** rng.uniform(-2, 2, n)
    a = g @ g.T
    cases.append({"matrix": a.tolist(), "values": np.linalg.eigvalsh(a).tolist()})
b = rng.randn(5, 5)
cases.append({"matrix": (b + b.T).tolist(), "values": np.linalg.eigvalsh(b + b.T).tolist()})
Path(__file__).with_suffix(".json").write_text(json.dumps(cases))
