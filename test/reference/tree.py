"""Predictions of scikit-learn's regression trees at their training rows: writes tree.json next to this file.

Thresholds differ between implementations, and so do predictions elsewhere; how the rows are split does not.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.tree import DecisionTreeRegressor

cases = []
for n, d, leaf in ((12, 1, 1), (40, 3, 2), (80, 4, 5), (80, 4, 1)):
    rng = np.random.RandomState(n + leaf)
    x = rng.uniform(size=(n, d))
    x[:, 0] = np.round(x[:, 0], 1)  # equal values
    y = np.sin(5 * x).sum(1) + 0.3 * rng.randn(n)
    tree = DecisionTreeRegressor(min_samples_leaf=leaf, random_state=0).fit(x, y)
    cases.append({"leaf": leaf, "x": x.tolist(), "y": y.tolist(), "predicted": tree.predict(x).tolist()})

Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
