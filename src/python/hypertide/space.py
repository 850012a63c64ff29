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

from typing import Any, Mapping

Parameter = dict[str, Any]
When = Mapping[str, Any]


def float(low: float, high: float, *, log: bool = False, step: float | None = None, when: When | None = None, prior: When | None = None) -> Parameter:  # noqa: A001
    """A number between `low` and `high`, both included. `step` restricts it to `low`, `low + step`, ..."""
    return _parameter("float", low=low, high=high, log=log or None, step=step, when=when, prior=prior)


def log(low: float, high: float, *, when: When | None = None, prior: When | None = None) -> Parameter:
    """A positive number on a logarithmic scale, such as a learning rate."""
    return float(low, high, log=True, when=when, prior=prior)


def int(low: int, high: int, *, log: bool = False, step: int | None = None, when: When | None = None, prior: When | None = None) -> Parameter:  # noqa: A001
    """A whole number between `low` and `high`, both included."""
    return _parameter("int", low=low, high=high, log=log or None, step=step, when=when, prior=prior)


def choice(*values: Any, ordered: bool = False, when: When | None = None, prior: When | None = None) -> Parameter:
    """One of several values: texts, numbers or booleans. `ordered` says that neighbours resemble each other, as sizes do."""
    return _parameter("ordinal" if ordered else "choice", values=list(values), when=when, prior=prior)


def boolean(*, when: When | None = None, prior: When | None = None) -> Parameter:
    """True or False."""
    return _parameter("boolean", when=when, prior=prior)


def constant(value: Any, *, when: When | None = None) -> Parameter:
    """The same value in every trial."""
    return _parameter("constant", value=value, when=when)


def _parameter(kind: str, **options: Any) -> Parameter:
    return {"type": kind, **{name: value for name, value in options.items() if value is not None}}
