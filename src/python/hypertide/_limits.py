"""How many trials a study has, and which of them count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._rows import Row

if TYPE_CHECKING:
    from .study import Study


def set_limits(study: Study, **limits: int | None) -> int | None:
    """Sets those that are given. Returns how many trials the study has in all; None if their number is not limited."""
    reply = study._engine.request("limit", **{name: number for name, number in limits.items() if number is not None})
    study._endless = study._endless and limits.get("trials") is None
    study._parallel = reply["parallel"]
    return reply.get("trials")


def configurations(study: Study) -> list[Row]:
    """The trials that count towards `trials`: not those that resume another one, nor imported ones, nor failures of a broken program."""
    return [row for row in study.trials if "resumes" not in row and "uncounted" not in row and row["by"] != "import"]


def uncount(study: Study, trials: list[int]) -> None:
    """Leaves failed trials out of the limit, so that others replace them."""
    study._engine.request("limit", uncounted=trials)
