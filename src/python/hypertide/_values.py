"""Values of objectives, as users give them and as JSON holds them."""

from __future__ import annotations

import contextlib
import math
import sys
import warnings
from difflib import get_close_matches
from typing import Any, Iterable, Iterator, Mapping

from .errors import HypertideError

Value = float | Mapping[str, float] | tuple[float, ...]
"""A number, or with several objectives a number for each name, or for each objective in order."""

Result = Value | Mapping[str, float | Iterable[float]]
"""The result of an example: a value, or a dictionary that also holds metrics and the list `constraints`."""

DIVERGED = 3
"""After so many reports in a row that are not finite, training has diverged. Some metrics have no value at first."""


@contextlib.contextmanager
def about(trial: int) -> Iterator[None]:
    """Errors say which trial they are about."""
    try:
        yield
    except HypertideError as error:
        raise HypertideError(f"trial {trial}: {error}") from None


def named(objectives: Iterable[str], value: Value) -> dict[str, float]:
    """A number for each objective; a bare number is the value of the only objective, a tuple holds those of several in order.

    Raises HypertideError for anything else.
    """
    objectives = list(objectives)
    if isinstance(value, (tuple, list)) and len(value) == len(objectives) > 1:
        value = dict(zip(objectives, value))
    if isinstance(value, Mapping):
        complete = all(name in value and not isinstance(value[name], (Mapping, list, tuple)) for name in objectives)
    else:
        complete = len(objectives) == 1 and not isinstance(value, (list, tuple))
    if not complete:
        example = ", ".join(f"{name!r}: ..." for name in objectives)
        bare = "a number or " if len(objectives) == 1 else f"{len(objectives)} numbers or "
        raise HypertideError(f"expected {bare}a dictionary {{{example}}}, got the {type(value).__name__} {value}")
    given: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {objectives[0]: value}
    return {name: number(name, one) for name, one in given.items()}


def apart(result: Result) -> tuple[Value, list[float]]:
    """The value of the result of an example, and its outcome constraints."""
    if not isinstance(result, Mapping):
        return result, []
    rest: dict[str, Any] = dict(result)
    given = rest.pop("constraints", [])
    if not isinstance(given, Iterable):
        raise HypertideError(f"constraints: expected a list such as [seconds - 2], got the {type(given).__name__} {given}")
    return rest, [number(f"constraints[{i}]", one) for i, one in enumerate(given)]


def mean_of(objectives: Iterable[str], results: Iterable[Value]) -> dict[str, float]:
    """The mean of results, for each objective."""
    objectives = list(objectives)
    rows = [named(objectives, result) for result in results]
    return {name: sum(row[name] for row in rows) / len(rows) for name in objectives}


def parts(value: Value) -> Mapping[str, Any]:
    """The numbers of a value, by names for messages."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, (tuple, list)):
        return {f"value {i + 1}": one for i, one in enumerate(value)}
    return {"the value": value}


def shown(values: Mapping[str, float]) -> str:
    """Values in a line of text."""
    return ", ".join(f"{name} {number:.6g}" for name, number in values.items())


def not_finite(values: Mapping[str, float]) -> str:
    """What is NaN or infinite; empty if nothing is."""
    return ", ".join(f"{name} is {one}" for name, one in values.items() if not math.isfinite(one))


def finite(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Metrics without those that are NaN or infinite: a log cannot hold them, and a result counts without them.

    Raises HypertideError for what is no number.
    """
    for name, given in metrics.items():
        if isinstance(given, str):
            raise HypertideError(f"metrics[{name!r}]: expected a number, got the str {given!r}; for a text, write trial.note = {given!r}")
    numbers = {name: number(f"metrics[{name!r}]", int(given) if isinstance(given, bool) else given) for name, given in metrics.items()}
    return {name: one for name, one in numbers.items() if math.isfinite(one)}


def number(name: str, given: Any) -> float:
    """Texts and truth values are mistakes, even where Python can convert them."""
    wrong = HypertideError(f"{name}: expected a number, got the {type(given).__name__} {given!r}{'; call it, with ()' if callable(given) else ''}")
    if isinstance(given, (str, bytes)) or type(given).__name__ in ("bool", "bool_"):
        raise wrong
    try:
        return float(given)
    except (TypeError, ValueError) as error:
        raise wrong from error


def plain(value: Any) -> Any:
    """The plain value of a NumPy number or array, or of a tensor, for JSON."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise HypertideError(f"expected a value that JSON can hold, got {value!r} of type {type(value).__name__}")


def meant(name: str, known: Iterable[str], instead: Mapping[str, str] | None = None) -> str:
    """The end of a message about a wrong name: which one was meant, if one is close, or what to write `instead` of it."""
    found = (instead or {}).get(name) or next(iter(get_close_matches(name, list(known), 1, 0.75)), None)
    return f"; did you mean {found}?" if found else ""


def warn(message: str) -> None:
    """Warns of the line of the program that called this package."""
    level, frame = 1, sys._getframe()
    while (outer := frame.f_back) is not None and frame.f_globals.get("__package__") == __package__:
        level, frame = level + 1, outer
    warnings.warn(message, stacklevel=level)
