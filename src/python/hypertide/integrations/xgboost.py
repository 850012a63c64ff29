"""Early stopping of XGBoost trials.

    booster = xgboost.train(params, train, 500, evals=[(test, "test")], callbacks=[ReportCallback(trial, "test", "logloss")])
"""

from __future__ import annotations

from typing import Any

from xgboost.callback import TrainingCallback

from ..trial import Trial
from . import metric_of


class ReportCallback(TrainingCallback):
    """Reports a metric to the trial after each round; raises Stopped when the trial should stop.

    data      the name of the evaluation set in `evals`, such as "test"; the scikit-learn interface calls them "validation_0", ...
    metric    the name of the metric, such as "logloss"
    """

    def __init__(self, trial: Trial, data: str, metric: str) -> None:
        super().__init__()
        self.trial = trial
        self.data = data
        self.metric = metric

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        value = metric_of(metric_of(evals_log, self.data, "data (names of evals)"), self.metric)[-1]
        self.trial.report(value[0] if isinstance(value, tuple) else value, epoch + 1)
        return False
