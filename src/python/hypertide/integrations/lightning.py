"""Early stopping of PyTorch Lightning trials.

    trainer = lightning.Trainer(max_epochs=81, callbacks=[ReportCallback(trial, "val_loss")])

Written for `lightning.pytorch.Callback` of Lightning 2, whose `on_validation_end(trainer, pl_module)` runs after each validation.
"""

from __future__ import annotations

from typing import Any

from lightning.pytorch.callbacks import Callback

from ..trial import Trial
from . import metric_of


class ReportCallback(Callback):
    """Reports a logged metric to the trial after each validation; raises Stopped when the trial should stop."""

    def __init__(self, trial: Trial, metric: str = "val_loss") -> None:
        super().__init__()
        self.trial = trial
        self.metric = metric

    def on_validation_end(self, trainer: Any, pl_module: Any) -> None:
        if not trainer.sanity_checking:
            self.trial.report(float(metric_of(trainer.callback_metrics, self.metric)), trainer.current_epoch + 1)
