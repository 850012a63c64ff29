"""Parameters of a search space. Each function returns the dictionary that a study file holds for the parameter.

    space = {
        "lr": ht.log(1e-5, 1e-1),
        "layers": ht.int(1, 8),
        "optimizer": ht.choice("sgd", "adam"),
        "momentum": ht.float(0.0, 0.99, when={"optimizer": "sgd"}),
    }

All of them take `when`, which names one earlier parameter and the values under which this one exists, and `prior`, which says where you
expect good values, such as `{"logNormal": {"median": 1e-3, "sigma": 1}}`.
"""

from __future__ import annotations

import builtins
from typing import Any, Iterable, Mapping, Sequence

from .errors import HypertideError

Parameter = dict[str, Any]
When = Mapping[str, Any]


def float(
    low: builtins.float,
    high: builtins.float,
    *,
    log: bool = False,
    step: builtins.float | None = None,
    when: When | None = None,
    prior: When | None = None,
) -> Parameter:
    """A number between `low` and `high`, both included.

    log    True: on a logarithmic scale, such as for a learning rate.
    step   only `low`, `low + step`, ... are values.
    when   {"optimizer": "sgd"}: it exists only if this earlier parameter has this value, or one of a list of values.
    prior  where you expect good values: {"normal": {"median": 0.5, "sigma": 0.1}}, or {"logNormal": {"median": 1e-3, "sigma": 1}}.
    """
    if log and isinstance(low, (builtins.int, builtins.float)) and low <= 0:
        raise HypertideError(f"log: expected a number above 0 for low, got {low!r}; write ht.log({high / 1e5!r}, {high!r}), or ht.float(...)")
    return _parameter("float", low=low, high=high, log=log or None, step=step, when=when, prior=prior)


def log(low: builtins.float, high: builtins.float, *, when: When | None = None, prior: When | None = None) -> Parameter:
    """A positive number on a logarithmic scale, such as a learning rate. `when` and `prior` are those of `float`."""
    return float(low, high, log=True, when=when, prior=prior)


def int(
    low: builtins.int,
    high: builtins.int,
    *,
    log: bool = False,
    step: builtins.int | None = None,
    when: When | None = None,
    prior: When | None = None,
) -> Parameter:
    """A whole number between `low` and `high`, both included. `log`, `step`, `when` and `prior` are those of `float`."""
    return _parameter("int", low=low, high=high, log=log or None, step=step, when=when, prior=prior)


def choice(
    *values: Any,
    ordered: bool = False,
    features: Mapping[str, Sequence[builtins.float]] | None = None,
    when: When | None = None,
    prior: When | None = None,
) -> Parameter:
    """One of several values: texts, numbers, booleans, None, or tuples, lists and dictionaries of these. The objective gets them as you wrote them.

    ordered   True: neighbours resemble each other, as sizes do.
    features  numbers that describe the values: for each feature one per value, in their order, such as {"price": [0.15, 0.6, 10]}. "bo" and "tpe"
              then expect alike results from values with alike features.
    when      as in `float`.
    prior     how likely each value is to be good: {"weights": [3, 1]}.
    """
    if len(values) == 1 and isinstance(values[0], Iterable) and not isinstance(values[0], (str, Mapping)):
        raise HypertideError(f'choice: expected the values one by one, got the {type(values[0]).__name__} {values[0]!r}; write ht.choice("a", "b")')
    return _parameter("ordinal" if ordered else "choice", values=list(values), features=features, when=when, prior=prior)


def boolean(*, when: When | None = None, prior: When | None = None) -> Parameter:
    """True or False. `when` is that of `float`, `prior` that of `choice`."""
    return _parameter("boolean", when=when, prior=prior)


def constant(value: Any, *, when: When | None = None) -> Parameter:
    """The same value in every trial. `when` is that of `float`."""
    return {**_parameter("constant", when=when), "value": value}


def _parameter(kind: str, **options: Any) -> Parameter:
    when = options.get("when")
    if when is not None and not isinstance(when, Mapping):
        raise HypertideError(f'{kind}: when: expected an earlier parameter and its values, such as when={{"optimizer": "sgd"}}, got {when!r}')
    return {"type": kind, **{name: value for name, value in options.items() if value is not None}}
