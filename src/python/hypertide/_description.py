"""What `Study` is given, as the engine takes it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Iterable, Mapping

from ._foreign import in_code, refuse_foreign
from .errors import HypertideError

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
Names = str | Iterable[str]

KEYWORDS = "minimize maximize path url token name epochs examples early resumes strategy seed earlier parallel hooks http".split()
MOST_NAMES = 10_000
LONGEST_NAME = 256


def described(
    space: Mapping[str, Any] | None, minimize: Names | None, maximize: Names | None, earlier: Paths | None, options: Mapping[str, Any]
) -> dict[str, Any]:
    """The description of a study, as in a study file. Refuses a misspelt keyword; the engine knows the other options."""
    refuse_foreign("Study", (name for name in options if name not in KEYWORDS), KEYWORDS)
    if not isinstance(strategy := options["strategy"], (str, list, tuple, Mapping, type(None))):
        raise HypertideError(f"strategy: expected a name such as 'tpe', or {{'chain': ['ga', 'bo']}}, got {strategy!r}")
    if space is not None and not space:
        raise HypertideError('Study: expected at least one parameter, got {}; write Study({"lr": ht.log(1e-5, 1e-1)}, ...)')
    study = {
        **options,
        "examples": _examples(options.get("examples")),
        "parameters": space and {name: _parameter(name, value) for name, value in space.items()},
        "objectives": options.get("objectives") or objectives_of(minimize, maximize),
        "earlier": None if earlier is None else _journals(earlier),
    }
    return {key: value for key, value in study.items() if value is not None}


def objectives_of(minimize: Names | None, maximize: Names | None) -> dict[str, str] | None:
    """The direction of each objective; None where none is given."""
    names = {"minimize": minimize, "maximize": maximize}
    for direction, given in names.items():
        if given is None or isinstance(given, str) or (isinstance(given, (list, tuple)) and all(isinstance(name, str) for name in given)):
            continue
        todo = "; give the function to study.optimize(...)" if callable(given) else ""
        raise HypertideError(f"{direction}: expected the name of the objective, such as {direction}='loss', got {given}{todo}")
    directions = {
        name: direction
        for direction, given in names.items()
        if given is not None
        for name in ([given] if isinstance(given, str) else given)
    }
    return directions or None


def _examples(given: Any) -> Any:
    """The names of examples, if they are different texts, and else how many there are."""
    if given is None or isinstance(given, (int, str)):
        return given  # the text is the path of a file of names
    if not hasattr(given, "__len__"):
        raise HypertideError(f"examples: expected a list, or how many there are, got the {type(given).__name__} {given}")
    names = list(given) if len(given) <= MOST_NAMES else []
    are_names = all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME for name in names)
    return names if names and are_names and len(set(names)) == len(names) else len(given)


def limit_of(trials: int | str | None) -> dict[str, Any]:
    """How many trials a study has in all; "+10" means ten more."""
    if not isinstance(trials, str):
        return {"trials": trials}
    more = re.fullmatch(r"\+([1-9]\d*)", trials)
    if more is None:
        raise HypertideError(f'trials: expected a number, or a text such as "+10" for ten more, got {trials!r}')
    return {"more": int(more[1])}


def _parameter(name: str, value: Any) -> Any:
    if hasattr(value, "tolist"):  # an array of NumPy
        value = value.tolist()
    if isinstance(value, list):
        return {"type": "choice", "values": value}
    if not isinstance(value, Mapping):
        raise HypertideError(f"{name}: expected a parameter, got the {type(value).__name__} {value!r}; write {in_code(value)}")
    return value


def journal_at(path: str | os.PathLike[str] | None) -> Path | None:
    scheme, separator, _ = str(path).partition("://")
    if separator:
        is_study = scheme in ("http", "https", "nats", "tls")
        todo = f"write url={path!r}" if is_study else "a study of Optuna is read by hypertide.integrations.optuna.from_optuna"
        raise HypertideError(f"path: expected a file such as 'study.jsonl', got {path}; {todo}")
    return None if path is None else Path(path)


def _journals(earlier: Paths) -> list[str]:
    paths = [earlier] if isinstance(earlier, (str, os.PathLike)) else earlier
    return [str(Path(path).absolute()) for path in paths]
