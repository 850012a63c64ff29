"""What the package raises."""

from __future__ import annotations


class Stopped(Exception):
    """The trial should stop now: it does worse than others, or a person cancelled it. Let it pass through your objective.

    Raise it yourself to end a trial early. The trial counts as stopped, and its last report is its result.
    """


class Infeasible(Exception):
    """Raise it in an objective for a configuration that cannot be evaluated: `raise ht.Infeasible("out of memory")`."""


class Interrupted(BaseException):
    """Leaves an objective after Ctrl-C or SIGTERM."""


class HypertideError(Exception):
    """The study refused a request. The message says what was expected, what it got and what to do.

    `code` is a stable name for the reason, such as `invalid-option`; None if Python itself found the mistake.
    """

    def __init__(self, message: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class EngineError(HypertideError):
    """The engine cannot start or has ended."""


class Abandoned(HypertideError):
    """The trial no longer belongs to this process: another run holds it, or it has ended. Let it pass through your objective."""


class TrialsFailed(HypertideError):
    """The first trials all failed. `__cause__` is the last error."""
