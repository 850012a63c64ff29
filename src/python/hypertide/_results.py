"""Tells the engine how trials ended."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Mapping

from ._rows import Row
from ._steps import warn_of_steps
from ._values import Value, finite, named, not_finite
from .errors import HypertideError
from .trial import Trial, number_of

if TYPE_CHECKING:
    from .study import Study


def tell(study: Study, trial: Trial | int | Row, value: Value | None, *, stopped: bool, failed: str | None, reason: str, trace: str | None) -> None:
    number = number_of(trial)
    if isinstance(trial, Trial) and trial._not_finite and failed is None:
        _end(study, number, reason="non-finite", message=trial._not_finite)
    elif stopped:
        _end(study, number, stopped=True)
    elif failed is not None:
        _end(study, number, reason=reason, message=failed, trace=trace)
    elif value is None:
        raise HypertideError(f"trial {number}: expected a value, `stopped=True` or `failed='why'`, got None")
    elif wrong := not_finite(values := _values_of(study, number, value)):
        _end(study, number, reason="non-finite", message=wrong)
    elif isinstance(trial, Trial):
        _end(study, number, values=values, **trial.extras())
        warn_of_steps(study, trial)
    else:
        _end(study, number, values=values)


def add(study: Study, params: Mapping[str, Any], value: Value, metrics: Mapping[str, float] | None) -> None:
    trial = study.ask(fixed=params)
    if trial is None:
        raise HypertideError("add: the study is over; raise its limit with study.limit(trials=...)")
    values = _values_of(study, trial.number, value)
    if metrics is None or not_finite(values):
        study.tell(trial.number, values)
    else:
        _end(study, trial.number, values=values, metrics=finite(metrics))


def _end(study: Study, number: int, **how: Any) -> None:
    reply = study._engine.request("tell", id=number, **how)
    if "warning" in reply:
        warnings.warn(reply["warning"], stacklevel=4)


def _values_of(study: Study, number: int, value: Value) -> dict[str, float]:
    try:
        return named(study.objectives, value)
    except HypertideError as error:
        raise HypertideError(f"trial {number}: {error}") from None
