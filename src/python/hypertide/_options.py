"""What `Study` is given, as the engine takes it."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Iterable, Mapping

from .errors import HypertideError


def described(
    space: Mapping[str, Any] | None,
    minimize: str | Iterable[str] | None,
    maximize: str | Iterable[str] | None,
    earlier: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | None,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """The description of a study, as in a study file."""
    study = {
        **options,
        "parameters": space and {name: _parameter(name, value) for name, value in space.items()},
        "objectives": options.get("objectives") or objectives(minimize, maximize),
        "earlier": None if earlier is None else _journals(earlier),
    }
    return {key: value for key, value in study.items() if value is not None}


def _parameter(name: str, value: Any) -> Any:
    if hasattr(value, "tolist"):  # an array of NumPy
        value = value.tolist()
    if isinstance(value, tuple):
        low, high = value if len(value) == 2 else (0, 1)
        raise HypertideError(f"{name}: expected a parameter, got the tuple {value}; write ht.float({low!r}, {high!r}) for a range, {list(value)} for a choice")
    if isinstance(value, list):
        return {"type": "choice", "values": value}
    if not isinstance(value, Mapping):
        raise HypertideError(f"{name}: expected a parameter, such as ht.float(0, 1) or a list of choices, got {value!r}")
    return value


def _journals(earlier: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[str]:
    paths = [earlier] if isinstance(earlier, (str, os.PathLike)) else earlier
    return [str(Path(path).absolute()) for path in paths]


_KEYWORDS = ("minimize", "maximize", "path", "url", "token", "name", "epochs", "early", "resumes", "strategy", "seed", "earlier", "parallel", "hooks", "http")
_ELSEWHERE = {
    "direction": "minimize or maximize, with the name of the objective",
    "directions": "minimize or maximize, with the names of the objectives",
    "storage": "path",
    "study_name": "name",
    "sampler": "strategy",
    "pruner": "epochs",
}
"""What Optuna calls the same."""


def refuse_unknown(options: Iterable[str]) -> None:
    """Refuses a misspelt keyword; the engine knows the other options."""
    for name in options:
        meant = _ELSEWHERE.get(name) or next(iter(get_close_matches(name, _KEYWORDS, 1, 0.75)), None)
        if meant:
            raise HypertideError(f"Study: there is no option {name}; did you mean {meant}?")


def objectives(minimize: str | Iterable[str] | None, maximize: str | Iterable[str] | None) -> dict[str, str] | None:
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
