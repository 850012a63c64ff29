"""Early stopping of Hugging Face Transformers trials.

    trainer = Trainer(model, arguments, ..., callbacks=[ReportCallback(trial, "eval_loss")])

Written for `transformers.TrainerCallback` of Transformers 4, whose `on_evaluate(args, state, control, metrics=...)` runs after each
evaluation. Set `eval_strategy="epoch"`, so that each step is an epoch.
"""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback

from ..trial import Trial


class ReportCallback(TrainerCallback):
    """Reports a metric to the trial after each evaluation; raises Stopped when the trial should stop."""

    def __init__(self, trial: Trial, metric: str = "eval_loss") -> None:
        self.trial = trial
        self.metric = metric

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, float] | None = None, **_: Any) -> None:
        if metrics is not None and self.metric in metrics:
            self.trial.report(metrics[self.metric])
