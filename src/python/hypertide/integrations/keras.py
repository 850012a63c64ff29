"""Early stopping of Keras trials.

    model.fit(x, y, validation_split=0.2, epochs=81, callbacks=[ReportCallback(trial, "val_loss")])

Written for `keras.callbacks.Callback` of Keras 3, whose `on_epoch_end(epoch, logs)` counts epochs from 0.
"""

from __future__ import annotations

from typing import Any

from keras.callbacks import Callback

from ..trial import Trial
from . import metric_of


class ReportCallback(Callback):
    """Reports a metric to the trial after each epoch; raises Stopped when the trial should stop."""

    def __init__(self, trial: Trial, metric: str = "val_loss") -> None:
        super().__init__()
        self.trial = trial
        self.metric = metric

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.trial.report(float(metric_of(logs, self.metric)), epoch + 1)
