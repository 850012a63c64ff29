"""Callbacks that report to a trial from the training loops of other libraries. Each module imports its library when you import it."""

from __future__ import annotations

from typing import Any, Mapping

from ..errors import HypertideError


def metric_of(metrics: Mapping[str, Any] | None, name: str, what: str = "metric") -> Any:
    """The metric of a training library that a callback reports. Raises HypertideError, which lists the names, if there is none of that name."""
    if metrics is not None and name in metrics:
        return metrics[name]
    raise HypertideError(f"{what}: expected one of {', '.join(map(str, metrics or ())) or 'none'}, got {name}")
