"""Warns of reports that early stopping cannot use."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .study import Study
    from .trial import Trial


def warn_of_steps(study: Study, trial: Trial) -> None:
    """Warns once if the first completed trial reported nothing, or more steps than `epochs`."""
    if not study._needs_reports:
        return
    study._needs_reports = False
    epochs = study._epochs
    if not trial._reported:
        why = "completed without a report, so no trial can be stopped early; call trial.report(value) after each epoch, or turn early stopping off"
    elif epochs is not None and trial.step > epochs:
        why = f"reported step {trial.step}, and epochs is {epochs}; count steps up to {epochs}, such as trial.report(value, epoch)"
    else:
        return
    warnings.warn(f"trial {trial.number} {why}", stacklevel=4)
