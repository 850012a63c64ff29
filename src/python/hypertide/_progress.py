"""What a study prints and warns of."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from typing import Any, Iterator, Mapping

from ._loop import Ending
from ._rows import Row, configurations
from ._values import named, shown
from .trial import Trial


class Progress:
    """Counts the trials that end, also those of others who share the study. Of trials that end at once, each has a line with a count of its own."""

    def __init__(self, objectives: Mapping[str, str], rows: list[Row], limit: int | None) -> None:
        self._objectives = objectives
        self._rows = rows
        self._limit = limit
        self._ended = sum(row["status"] != "open" for row in configurations(rows))
        self._lock = threading.Lock()
        self._being_told = 0

    def resuming(self, joined: bool) -> str | None:
        """What a study that continues has done."""
        rows, ended, limit = self._rows, self._ended, self._limit
        open_trials = sum(row["status"] == "open" for row in rows)
        uncounted = sum("uncounted" in row for row in rows)
        if not (ended or open_trials or uncounted):
            return None
        so_far = f"{ended}{'' if limit is None else f' of {limit}'} trials have ended"
        if joined:
            return f"joined: {so_far}" if ended else None
        again = f"; {open_trials} that {'was open runs' if open_trials == 1 else 'were open run'} again" if open_trials else ""
        others = f", and {uncounted} that failed and do not count" if uncounted else ""
        full = "; to continue, raise `trials`" if limit is not None and ended >= limit and not open_trials else ""
        return f"resuming: {so_far}{others}{again}{full}"

    @contextlib.contextmanager
    def telling(self, trial: Trial) -> Iterator[None]:
        """Meanwhile, the engine may count the trial already, although its line is not printed."""
        counts = trial.resumes is None
        with self._lock:
            self._being_told += counts
        try:
            yield
        except BaseException:
            with self._lock:
                self._being_told -= counts
            raise

    def line(self, trial: Trial, ending: Ending, answer: Mapping[str, Any] | None) -> str:
        """How a trial has ended, and how far the study is. `answer`: what the engine says about the best trial or the front, if it may be read."""
        if trial.resumes is None:
            self._ended += 1
            with self._lock:
                self._being_told -= 1
        self._ended = max(self._ended, (answer or {}).get("ended", 0) - self._being_told)
        self._limit = (answer or {}).get("limit", self._limit)  # it may have been changed meanwhile
        of = "" if self._limit is None else f"/{self._limit}"
        return f"[{self._ended}{of}] trial {trial.number} {self._how(trial, ending)}{_standing(answer)}"

    def _how(self, trial: Trial, ending: Ending) -> str:
        if ending.values is not None:
            return f"completed with {shown(ending.values)}"
        if ending.reason is not None:
            return f"failed ({ending.message})"
        if trial._last is None:
            return "stopped before its first report"
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


def waiting(trials: list[int], parallel: int, rows: list[Row], limit: int | None) -> str | None:
    """Why an ask gets no trial until a result of these open trials is told; None if it need not wait for that."""
    are_open = f"trial {trials[0]} is open" if len(trials) == 1 else f"trials {', '.join(map(str, trials))} are open"
    if len(trials) >= parallel:
        return f"ask waits: {are_open}, and parallel is {parallel}; tell a result first, or write Study(..., parallel={len(trials) + 1})"
    if limit is not None and len(configurations(rows)) >= limit:
        return f"ask waits: {are_open}, and the study has all of its {limit} trials; tell a result first"
    return None


def wrong_steps(trial: Trial, epochs: int | None) -> str | None:
    """That a completed trial has reported nothing, or more steps than `epochs`."""
    if not trial._reported:
        todo = "call trial.report(value) after each epoch, or turn early stopping off"
        return f"trial {trial.number} completed without a report, so no trial can be stopped early; {todo}"
    if epochs is not None and trial.step > epochs:
        todo = f"count steps up to {epochs}, such as trial.report(value, epoch)"
        return f"trial {trial.number} reported step {trial.step}, and epochs is {epochs}; {todo}"
    return None
