"""Evaluates an objective for each trial, one after another, in threads or in processes."""

from __future__ import annotations

import contextlib
import sys
import threading
import warnings
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Callable

from ._coroutines import Coroutines
from ._limits import configurations, set_limits
from ._processes import NotStarted, Objective, in_process
from ._trace import last_line, traceback_of
from ._values import Value, named, not_finite, shown
from .errors import Abandoned, HypertideError, Infeasible, Interrupted, Stopped, TrialsFailed
from .trial import Metrics, Trial

if TYPE_CHECKING:
    from .study import Study

Callback = Callable[["Study", Trial], Any]


def optimize(
    study: Study,
    objective: Objective,
    trials: int | str | None,
    *,
    parallel: int | None,
    processes: bool,
    callbacks: list[Callback],
    progress: bool,
) -> None:
    study._stopping = False
    limit = set_limits(study, trials=trials, parallel=parallel, start=True)
    if study._endless:
        raise HypertideError("optimize: expected trials=..., or seconds, cost, target or plateau of the Study: without a limit it never ends")
    of = "" if limit is None else f"/{limit}"
    slots = study._parallel
    if progress and (resuming := _resuming(study, limit)):
        print(resuming, file=sys.stderr)
    coroutines = Coroutines()
    evaluate = in_process(objective) if processes else lambda trial: coroutines.result_of(objective(trial))
    last_error: Exception | None = None
    last_message: str | None = None
    ended = _ended(study)
    lock = threading.Lock()

    def perform(trial: Trial) -> None:
        try:
            evaluate_and_tell(trial)
        except Abandoned as error:
            warnings.warn(f"{error}; optimize continues with another one", stacklevel=2)

    def evaluate_and_tell(trial: Trial) -> None:
        """Ends the trial, whatever the objective does."""
        error: Exception | None = None
        why: str | None = None
        try:
            value = evaluate(trial)
            if value is None:
                raise TypeError("the objective returned None, expected a number; does it end with `return loss`?")
            values = named(study.objectives, value)
            study.tell(trial, values)
            why = trial._not_finite or not_finite(values)
            end = f"failed ({why})" if why else f"completed with {shown(values)}"
        except Stopped:
            why = trial._not_finite
            end = f"failed ({why})" if why else _stopped(study, trial)
            study.tell(trial, stopped=True)
        except Interrupted:
            study.tell(trial, failed="interrupted", reason="preempted")
            raise
        except Abandoned:
            raise
        except NotStarted as cause:
            study.tell(trial, failed="its process did not start", reason="preempted")
            raise HypertideError(str(cause)) from None
        except Infeasible as cause:
            end = f"failed ({str(cause) or 'infeasible'})"
            study.tell(trial, failed=str(cause) or "infeasible", reason="infeasible")
        except Exception as cause:
            error = cause
            why = last_line(cause)
            end = f"failed ({why})"
            study.tell(trial, failed=why, trace=traceback_of(cause))
        with lock:
            nonlocal ended, last_error, last_message
            if trial.resumes is None:
                ended += 1
            last_error, last_message = (error, why) if why else (last_error, last_message)
            if progress:
                print(_progress(study, trial, ended, of, end), file=sys.stderr)
            for callback in callbacks:
                callback(study, trial)

    interrupted = threading.Event()
    open_trials: dict[Future[None], Trial] = {}
    try:
        with contextlib.ExitStack() as ending, contextlib.closing(coroutines), ThreadPoolExecutor(slots, thread_name_prefix="hypertide") as pool:
            try:
                while not study._stopping and (trial := study._next()) is not None:
                    _interruptible(trial, interrupted)
                    open_trials[pool.submit(perform, trial)] = trial
                    if len(open_trials) >= slots:
                        _settle(open_trials, wait(open_trials, return_when=FIRST_COMPLETED).done)
                _settle(open_trials, wait(open_trials).done)
            except BaseException:
                # Threads cannot be ended from outside: a trial leaves at its next report, a coroutine where it waits.
                interrupted.set()
                coroutines.cancel()
                ending.enter_context(study._engine.hurrying())
                raise
    except TrialsFailed as failed:
        retry = "" if study.path is None else f'; "hypertide retry {study.path}" tries these trials again'
        raise TrialsFailed(f"{failed} (raise ht.Infeasible){retry}", failed.code) from last_error
    except (KeyboardInterrupt, Interrupted):
        where = "" if study.path is None else f"the study is in {study.path}; run the program again to resume it"
        raise KeyboardInterrupt(where) from None
    if not study._stopping and (lacking := _no_result(study, last_message)):
        warnings.warn(lacking, stacklevel=3)


def _interruptible(trial: Trial, interrupted: threading.Event) -> None:
    report = trial._report

    def checked(number: int, step: int, value: Value, metrics: Metrics) -> bool:
        if interrupted.is_set():
            raise Interrupted
        return report(number, step, value, metrics)

    trial._report = checked


def _settle(open_trials: dict[Future[None], Trial], done: set[Future[None]]) -> None:
    for future in done:
        del open_trials[future]
        future.result()


def _ended(study: Study) -> int:
    return sum(row["status"] != "open" for row in configurations(study))


def _resuming(study: Study, limit: int | None) -> str | None:
    """What a study that continues has done."""
    ended = _ended(study)
    open_trials = sum(row["status"] == "open" for row in study.trials)
    uncounted = sum("uncounted" in row for row in study.trials)
    if not (ended or open_trials or uncounted):
        return None
    if study.url is not None:
        return f"joined: {ended}{'' if limit is None else f' of {limit}'} trials have ended" if ended else None
    again = f"; {open_trials} that {'was' if open_trials == 1 else 'were'} open run{'s' if open_trials == 1 else ''} again" if open_trials else ""
    others = f", and {uncounted} that failed and do not count" if uncounted else ""
    full = "; to continue, raise `trials`" if limit is not None and ended >= limit and not open_trials else ""
    return f"resuming: {ended}{'' if limit is None else f' of {limit}'} trials have ended{others}{again}{full}"


def _stopped(study: Study, trial: Trial) -> str:
    """How a trial was stopped: after which report."""
    if trial._last is None:
        return "stopped before its first report"
    return f"stopped at step {trial.step} with {shown(named(study.objectives, trial._last))}"


def _no_result(study: Study, message: str | None) -> str | None:
    """That a study has ended without any completed trial, if so."""
    counts = Counter(row["status"] for row in study.trials)
    if counts["completed"] or not counts:
        return None
    last = f" (the last one: {message})" if message else ""
    ends = [f"{counts['failed']} failed{last}", f"{counts['stopped']} stopped early"]
    return "no trial completed, so there is no best one: " + ", ".join(end for end in ends if not end.startswith("0 "))


def _progress(study: Study, trial: Trial, ended: int, of: str, end: str) -> str:
    """How a trial ended, and how far the study is. `ended` counts those that this process knows of: others may share the study."""
    several = len(study.objectives) > 1
    try:
        reply = study._engine.request("front" if several else "best")
    except HypertideError as error:
        if error.code != "forbidden":  # a trainer may tell results, but not read those of others
            raise
        return f"[{ended}{of}] trial {trial.number} {end}"
    if several:
        found = f"{len(reply['front'])} trial{'' if len(reply['front']) == 1 else 's'} in the front"
    elif (best := reply["best"]) is None:
        found = "none has completed yet"
    else:
        found = f"best {shown(best['values'])} (trial {best['trial']})"
    return f"[{reply.get('ended', ended)}{of}] trial {trial.number} {end}; {found}"
