"""/usr/bin/python3 tools/bench/quality/tables/trees.py: writes tree_*.json.gz, the errors of 4000 decision trees on data that scikit-learn brings.
With a number as its argument, it prints the parameters and the errors of so many trees on each data set instead.

The error is that of 5-fold cross-validation. The i-th tree has the i-th point of an additive recurrence (Roberts 2018, "The unreasonable effectiveness
of quasirandom sequences"), which trees.ts computes again, so that the files hold only errors, in units of 1e-5. Takes some minutes; needs python3-sklearn.
"""

import gzip
import json
import math
import pathlib
import sys

import sklearn
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.model_selection import KFold, cross_val_score
from sklearn.tree import DecisionTreeClassifier

SIZE = 4000
AXES = {
    "max_depth": (1, 15),
    "min_samples_split": (0.01, 0.99),
    "min_samples_leaf": (0.01, 0.49),
    "min_weight_fraction_leaf": (0.01, 0.49),
    "max_features": (0.01, 0.99),
    "min_impurity_decrease": (0.0, 0.5),
}
DATA = {"breast_cancer": load_breast_cancer, "wine": load_wine, "digits": load_digits}

ratio = 2.0
for _ in range(100):
    ratio = (1 + ratio) ** (1 / (len(AXES) + 1))


def point(i):
    """In the unit cube."""
    return [math.modf(0.5 + (i + 1) / ratio ** (j + 1))[0] for j in range(len(AXES))]


def value(low, high, u):
    """A whole number if the ends are."""
    return low + math.floor(u * (high - low + 1)) if isinstance(low, int) else low + u * (high - low)


size = int(sys.argv[1]) if len(sys.argv) > 1 else SIZE
for name, load in DATA.items():
    x, y = load(return_X_y=True)
    folds = KFold(5, shuffle=True, random_state=0)
    trained = [{axis: value(*ends, u) for (axis, ends), u in zip(AXES.items(), point(i), strict=True)} for i in range(size)]
    trees = [DecisionTreeClassifier(random_state=0, **params) for params in trained]
    errors = [round((1 - cross_val_score(tree, x, y, cv=folds).mean()) * 1e5) for tree in trees]
    if size < SIZE:
        print(json.dumps({"name": f"tree_{name}", "trained": trained, "errors": errors}))
        continue
    origin = f"Decision trees of scikit-learn {sklearn.__version__} on its {name}: 5-fold cross-validation, tools/bench/quality/tables/trees.py"
    table = json.dumps({"origin": origin, "axes": AXES, "errors": errors}, separators=(",", ":"))
    pathlib.Path(__file__).with_name(f"tree_{name}.json.gz").write_bytes(gzip.compress(table.encode(), mtime=0))
