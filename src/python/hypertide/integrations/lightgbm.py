"""Early stopping of LightGBM trials.

    lightgbm.train(params, train, 500, valid_sets=[test], valid_names=["test"], callbacks=[report(trial, "test", "binary_logloss")])

Written for the callback interface of LightGBM 4 (`CallbackEnv` in python-package/lightgbm/callback.py), where each entry of
`evaluation_result_list` begins with the name of the data, the name of the metric and the value.
"""

from __future__ import annotations

from typing import Any, Callable

from ..trial import Trial
from . import metric_of


def report(trial: Trial, data: str, metric: str) -> Callable[[Any], None]:
    """A callback that reports a metric to the trial after each round; raises Stopped when the trial should stop."""

    def callback(env: Any) -> None:
        values = {f"{name} {measured}": value for name, measured, value, *_ in env.evaluation_result_list}
        trial.report(metric_of(values, f"{data} {metric}", "data and metric"), env.iteration + 1)

    callback.order = 25  # type: ignore[attr-defined]  # after LightGBM's own callbacks have recorded the round
    return callback
