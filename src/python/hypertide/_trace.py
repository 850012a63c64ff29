"""Where an objective failed."""

from __future__ import annotations

import traceback

from .errors import HypertideError

TRACE = 8000
"""Characters of a traceback that are kept: its end, which names the line that failed."""


def traceback_of(error: BaseException) -> str:
    """The traceback of an error in an objective, without the frames of this package."""
    from_child: str | None = getattr(error, "_hypertide_traceback", None)
    if from_child is not None:
        return from_child
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__package__") in (__package__, "concurrent.futures"):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))[-TRACE:]


def last_line(error: Exception) -> str:
    if isinstance(error, HypertideError):
        return str(error)
    return traceback.format_exception_only(error)[-1].strip()
