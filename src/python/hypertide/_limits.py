"""How many trials a study has, and which of them count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ._rows import Row
from .errors import HypertideError

if TYPE_CHECKING:
    from .study import Study


def set_limits(study: Study, *, trials: int | str | None = None, parallel: int | None = None, start: bool = False) -> int | None:
    """Sets those that are given. Returns how many trials the study has in all; None if their number is not limited."""
    reply = study._engine.request("limit", **_trials(trials), parallel=parallel, start=start or None)
    study._endless = study._endless and trials is None
    study._parallel = reply["parallel"]
    found: int | None = reply.get("trials")
    return found


def _trials(given: int | str | None) -> dict[str, Any]:
    """"+10" means ten more."""
    if not isinstance(given, str):
        return {"trials": given}
    more = re.fullmatch(r"\+([1-9]\d*)", given)
    if more is None:
        raise HypertideError(f'trials: expected a number, or a text such as "+10" for ten more, got {given!r}')
    return {"more": int(more[1])}


def configurations(study: Study) -> list[Row]:
    """The trials that count towards `trials`: not those that resume another one, nor imported ones, nor failures of a broken program."""
    return [row for row in study.trials if "resumes" not in row and "uncounted" not in row and row["by"] != "import"]
