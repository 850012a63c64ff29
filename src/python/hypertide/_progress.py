"""What a study prints and warns of."""

from __future__ import annotations

from collections import Counter
from typing import Any, Mapping

from ._loop import Ending
from ._rows import Row
from ._values import mean_of, named, shown
from .trial import Trial


class Progress:
    """Counts the trials that end, also those of others who share the study."""

    def __init__(self, objectives: Mapping[str, str], ended: int, limit: int | None) -> None:
        self._objectives = objectives
        self._ended = ended
        self._limit = limit

    def beginning(self, rows: list[Row] | None) -> str | None:
        """What a study that continues has done. `rows`: None if another process runs it, so that this one joins it."""
        ended, limit = self._ended, self._limit
        so_far = f"{ended}{'' if limit is None else f' of {limit}'} trials have ended"
        if rows is None:
            return f"joined: {so_far}" if ended else None
        open_trials = sum(row["status"] == "open" for row in rows)
        uncounted = sum("uncounted" in row for row in rows)
        if not (ended or open_trials or uncounted):
            return None
        again = f"; {open_trials} that {'was open runs' if open_trials == 1 else 'were open run'} again" if open_trials else ""
        others = f", and {uncounted} that failed and do not count" if uncounted else ""
        full = "; to continue, raise `trials`" if limit is not None and ended >= limit and not open_trials else ""
        return f"resuming: {so_far}{others}{again}{full}"

    def line(self, trial: Trial, ending: Ending, answer: Mapping[str, Any] | None) -> str:
        """How a trial has ended, and how far the study is. `answer`: what the engine says about the best trial or the front, if it may be read."""
        said = answer or {}
        self._ended = said.get("ended", self._ended + (trial.resumes is None))
        self._limit = said.get("limit", self._limit)  # it may have been changed meanwhile
        of = "" if self._limit is None else f"/{self._limit}"
        return f"[{self._ended}{of}] trial {trial.number} {self._how(trial, ending)}{_standing(answer)}"

    def _how(self, trial: Trial, ending: Ending) -> str:
        examples = len(trial._results)
        on_examples = f"{examples} example{'' if examples == 1 else 's'}"
        if ending.values is not None:
            return f"completed with {shown(ending.values)}{f' on {on_examples}' if examples else ''}"
        if ending.reason is not None:
            return f"failed ({ending.message})"
        if trial._last is None:
            return "stopped before its first report"
        if examples:
            return f"stopped after {on_examples} with {shown(mean_of(self._objectives, trial._results))}"
        return f"stopped at step {trial.step} with {shown(named(self._objectives, trial._last))}"


def _standing(answer: Mapping[str, Any] | None) -> str:
    if answer is None:
        return ""
    if "front" in answer:
        return f"; {len(answer['front'])} trial{'' if len(answer['front']) == 1 else 's'} in the front"
    best = answer["best"]
    return f"; best {shown(best['values'])} (trial {best['trial']})" if best else "; none has completed yet"


def no_result(rows: list[Row], message: str | None) -> str | None:
    """That a study has ended without any completed trial, if so."""
    counts = Counter(row["status"] for row in rows)
    if counts["completed"] or not counts:
        return None
    last = f" (the last one: {message})" if message else ""
    ends = [f"{counts['failed']} failed{last}", f"{counts['stopped']} stopped early"]
    return "no trial completed, so there is no best one: " + ", ".join(end for end in ends if not end.startswith("0 "))


def waiting(open: list[int], parallel: int, configurations: int = 0, limit: int | None = None, **_: Any) -> str | None:
    """Why an ask gets no trial until a result of these open trials is told; None if it need not wait for that."""
    are_open = f"trial {open[0]} is open" if len(open) == 1 else f"trials {', '.join(map(str, open))} are open"
    if len(open) >= parallel:
        return f"ask waits: {are_open}, and parallel is {parallel}; tell a result first, or write Study(..., parallel={len(open) + 1})"
    if limit is not None and configurations >= limit:
        return f"ask waits: {are_open}, and the study has all of its {limit} trials; tell a result first"
    return None


def wrong_steps(trial: Trial, epochs: int | None) -> str | None:
    """That a completed trial has reported nothing, or other steps than up to `epochs`."""
    if not trial._reported and trial._count is not None:
        todo = "call trial.report_example(place, value) for each of trial.examples, or leave examples out of the Study"
        return f"trial {trial.number} completed without the result of an example, so trials cannot race; {todo}"
    if not trial._reported:
        todo = "call trial.report(value) after each epoch, or turn early stopping off"
        return f"trial {trial.number} completed without a report, so no trial can be stopped early; {todo}"
    if epochs is not None and 0 < trial.step < (trial.budget or epochs) // 2:
        return f"trial {trial.number} completed at step {trial.step} of {epochs}; if training ends there, write epochs={trial.step}"
    if epochs is not None and trial.step > epochs:
        todo = f"count steps up to {epochs}, such as trial.report(value, epoch)"
        return f"trial {trial.number} reported step {trial.step}, and epochs is {epochs}; {todo}"
    return None
