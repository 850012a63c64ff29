"""The results of the folds of a candidate, as metrics of its trial: so a search that continues need not train again."""

from __future__ import annotations

import math
from typing import Any

Fold = dict[str, Any]
"""What scikit-learn returns for one fit: scores, times and more."""

TIMES = ("fit_time", "score_time")
SCORES = {"test_scores": "test", "train_scores": "train"}


def metrics_of(folds: list[Fold]) -> dict[str, float]:
    """Named as the columns of `cv_results_`, such as `split0_test_score`."""
    metrics = {}
    for i, fold in enumerate(folds):
        for key, kind in SCORES.items():
            scores = fold.get(key, {})
            for name, score in (scores if isinstance(scores, dict) else {"score": scores}).items():
                metrics[f"split{i}_{kind}_{name}"] = float(score)
        metrics.update({f"split{i}_{key}": float(fold[key]) for key in TIMES})
    return metrics


def folds_of(metrics: dict[str, float], like: list[Fold]) -> list[Fold] | None:
    """The folds of a candidate, with the same keys as those of another one; None if the metrics do not hold all of them."""
    expected = metrics_of(like)
    splits = {name for name in metrics if name.startswith("split")}
    if splits != expected.keys() or not all(math.isfinite(metrics[name]) for name in splits):
        return None
    folds = []
    for i, other in enumerate(like):
        fold = dict(other) | {key: metrics[f"split{i}_{key}"] for key in TIMES}
        for key, kind in SCORES.items():
            if isinstance(other.get(key), dict):
                fold[key] = {name: metrics[f"split{i}_{kind}_{name}"] for name in other[key]}
            elif key in other:
                fold[key] = metrics[f"split{i}_{kind}_score"]
        folds.append(fold)
    return folds
