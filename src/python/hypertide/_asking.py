"""Why an ask waits."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ._limits import configurations, set_limits

if TYPE_CHECKING:
    from .study import Study

ENGINE_THREAD = "hypertide-engine"
"""How the names of the threads begin that read what engines say."""


def alone() -> bool:
    """Whether no other thread of the program could tell a result."""
    return all(thread is threading.current_thread() or thread.name.startswith(ENGINE_THREAD) for thread in threading.enumerate())


def why_it_waits(study: Study) -> str | None:
    """Why an ask gets no trial until the program tells a result; None if it need not wait for that."""
    state = study._engine.request("busy")
    trials = state["open"]
    if not trials:
        return None
    are_open = f"trial {trials[0]} is open" if len(trials) == 1 else f"trials {', '.join(map(str, trials))} are open"
    parallel = state["parallel"]
    if len(trials) >= parallel:
        return f"ask waits: {are_open}, and parallel is {parallel}; tell a result first, or write Study(..., parallel={len(trials) + 1})"
    limit = set_limits(study)
    if limit is not None and len(configurations(study)) >= limit:
        return f"ask waits: {are_open}, and the study has all of its {limit} trials; tell a result first"
    return None
