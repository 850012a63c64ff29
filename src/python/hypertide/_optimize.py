"""Evaluates an objective for each trial, one after another, in threads or in processes."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import signal
import sys
import threading
import traceback
import warnings
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Callable

from ._trace import traceback_of
from ._values import Value, named, not_finite, shown
from .errors import HypertideError, Infeasible, Stopped, TrialsFailed
from .trial import Metrics, Trial

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from .study import Study

Objective = Callable[[Trial], Value]
Callback = Callable[["Study", Trial], Any]

ALIKE = 3
"""So many first trials that fail in the same way end the study: the program is broken, not the configuration."""
FAILED = 10
"""So many first trials that fail in any way do, too."""


def optimize(
    study: Study,
    objective: Objective,
    trials: int | None,
    *,
    parallel: int | None,
    processes: bool,
    callbacks: list[Callback],
    progress: bool,
) -> None:
    study._stopping = False
    limit = study._limit(trials=trials, parallel=parallel, start=True)
    if study._endless:
        raise HypertideError("optimize: expected trials=..., or seconds, cost, target or plateau of the Study: without a limit it never ends")
    of = "" if limit is None else f"/{limit}"
    slots = study._parallel
    if progress and (resuming := _resuming(study, limit)):
        print(resuming, file=sys.stderr)
    evaluate = in_process(objective) if processes else objective
    failures = Failures(study)
    ended = _ended(study)
    lock = threading.Lock()

    def perform(trial: Trial) -> None:
        """Ends the trial, whatever the objective does."""
        error: Exception | None = None
        why: str | None = None
        end = "completed"
        try:
            value = evaluate(trial)
            if value is None:
                raise TypeError("the objective returned None, expected a number; does it end with `return loss`?")
            values = named(study.objectives, value)
            study.tell(trial, values)
            if why := not_finite(values):
                end = f"failed ({why})"
        except Stopped:
            why = trial._not_finite
            end = f"failed ({why})" if why else _stopped(study, trial)
            study.tell(trial, stopped=True)
        except _Interrupted:
            study.tell(trial, failed="interrupted", reason="preempted")
            raise
        except _NotStarted as cause:
            study.tell(trial, failed="its process did not start", reason="preempted")
            raise HypertideError(str(cause)) from None
        except Infeasible as cause:
            end = f"failed ({str(cause) or 'infeasible'})"
            study.tell(trial, failed=str(cause) or "infeasible", reason="infeasible")
        except Exception as cause:
            error = cause
            why = _last_line(cause)
            end = f"failed ({why})"
            study.tell(trial, failed=why, trace=traceback_of(cause))
        with lock:
            nonlocal ended
            if trial.resumes is None:
                ended += 1
            failures.add(trial.number, why, error)
            if progress:
                print(_progress(study, trial, f"{ended}{of}", end), file=sys.stderr)
            for callback in callbacks:
                callback(study, trial)

    interrupted = threading.Event()
    open_trials: dict[Future[None], Trial] = {}
    try:
        with ThreadPoolExecutor(slots, thread_name_prefix="hypertide") as pool:
            try:
                while not study._stopping and (trial := study._next()) is not None:
                    _interruptible(trial, interrupted)
                    open_trials[pool.submit(perform, trial)] = trial
                    if len(open_trials) >= slots:
                        _settle(open_trials, wait(open_trials, return_when=FIRST_COMPLETED).done)
                _settle(open_trials, wait(open_trials).done)
            except BaseException:
                # Threads cannot be ended from outside: a trial leaves at its next report.
                interrupted.set()
                raise
    except TrialsFailed:
        study._uncount(failures.trials)  # also those that failed meanwhile
        raise
    except (KeyboardInterrupt, _Interrupted):
        where = "" if study.path is None else f"the study is in {study.path}; run the program again to resume it"
        raise KeyboardInterrupt(where) from None
    if not study._stopping and (lacking := _no_result(study, failures)):
        warnings.warn(lacking, stacklevel=3)


class Failures:
    """Notices that a study fails from its first trial on."""

    def __init__(self, study: Study) -> None:
        self.last_message: str | None = None
        """Why the last one failed that failed."""
        again = "" if study.path is None else f', and "hypertide retry {study.path}" tries them again'
        self._todo = f"optimize stops. Correct the objective and run it again: these trials do not count{again}"
        self._counts = not any(row["status"] in ("completed", "stopped") for row in study.trials)
        self._alike = 0
        self.trials: list[int] = []
        """The trials that have failed, as long as nothing else has happened."""
        self._last: str | None = None

    def add(self, trial: int, why: str | None, error: Exception | None) -> None:
        """Takes in why a trial failed, if it did.

        Raises TrialsFailed after the third failure of one kind, and after the tenth of any kind, where nothing else has happened.
        """
        self.last_message = why or self.last_message
        if not why:
            self._counts = False
        if not self._counts or not why:
            return
        kind = re.sub(r"0x[\da-f]+|[+-]?\d[\d.e+-]*", "#", why, flags=re.IGNORECASE)  # numbers may be those of the configuration
        self._alike = self._alike + 1 if kind == self._last else 1
        self._last = kind
        todo = self._todo if error else f'{self._todo}. Raise ht.Infeasible("why") for a configuration that cannot be evaluated'
        self.trials.append(trial)
        if self._alike >= ALIKE:
            raise TrialsFailed(f"the first {ALIKE} trials all failed with {why}; {todo}") from error
        if len(self.trials) >= FAILED:
            raise TrialsFailed(f"the first {FAILED} trials all failed, the last one with {why}; {todo}") from error


class _Interrupted(BaseException):
    """Leaves an objective after Ctrl-C."""


class _NotStarted(Exception):
    """A process ended before it called the objective. So will the next one: the program is wrong, not the configuration."""


class _Orphaned(BaseException):
    """Leaves an objective whose study has ended."""


def _interruptible(trial: Trial, interrupted: threading.Event) -> None:
    report = trial._report

    def checked(number: int, step: int, value: Value, metrics: Metrics) -> bool:
        if interrupted.is_set():
            raise _Interrupted
        return report(number, step, value, metrics)

    trial._report = checked


def _settle(open_trials: dict[Future[None], Trial], done: set[Future[None]]) -> None:
    for future in done:
        del open_trials[future]
        future.result()


def _last_line(error: Exception) -> str:
    if isinstance(error, HypertideError):
        return str(error)
    return traceback.format_exception_only(error)[-1].strip()


def _ended(study: Study) -> int:
    return sum(row["status"] != "open" for row in study._configurations())


def _resuming(study: Study, limit: int | None) -> str | None:
    """What a study that continues has done."""
    ended = _ended(study)
    open_trials = sum(row["status"] == "open" for row in study.trials)
    uncounted = sum("uncounted" in row for row in study.trials)
    if not (ended or open_trials or uncounted):
        return None
    again = f"; {open_trials} that {'was' if open_trials == 1 else 'were'} open run{'s' if open_trials == 1 else ''} again" if open_trials else ""
    others = f", and {uncounted} that failed and do not count" if uncounted else ""
    full = "; to continue, raise `trials`" if limit is not None and ended >= limit and not open_trials else ""
    return f"resuming: {ended}{'' if limit is None else f' of {limit}'} trials have ended{others}{again}{full}"


def _stopped(study: Study, trial: Trial) -> str:
    """How a trial was stopped: after which report."""
    if trial._last is None:
        return "stopped before its first report"
    return f"stopped at step {trial.step} with {shown(named(study.objectives, trial._last))}"


def _no_result(study: Study, failures: Failures) -> str | None:
    """That a study has ended without any completed trial, if so."""
    counts = Counter(row["status"] for row in study.trials)
    if counts["completed"] or not counts:
        return None
    last = f" (the last one: {failures.last_message})" if failures.last_message else ""
    ends = [f"{counts['failed']} failed{last}", f"{counts['stopped']} stopped early"]
    return "no trial completed, so there is no best one: " + ", ".join(end for end in ends if not end.startswith("0 "))


def _progress(study: Study, trial: Trial, count: str, end: str) -> str:
    best = study.best
    found = "none has completed yet" if best is None else f"best {shown(best['values'])}"
    return f"[{count}] trial {trial.number} {end}; {found}"


def refuse_in_child(call: str) -> None:
    """Ends a process that comes to `call` while it imports the file of the program: it would run the whole study once more."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        sys.exit(f'{call}: processes=True imports this file again in each process; put {call} under `if __name__ == "__main__":`')


def in_process(objective: Objective) -> Objective:
    """The objective, run in a process of its own for each trial. Its reports reach the study through a pipe.

    Raises HypertideError where another process cannot find the objective.
    """
    name = getattr(objective, "__qualname__", repr(objective))
    where = "expected a function at the top level of a file"
    program = sys.modules["__main__"]
    is_file = program.__spec__ is not None or os.path.exists(getattr(program, "__file__", ""))
    if getattr(objective, "__module__", None) == "__main__" and not is_file:
        raise HypertideError(f"processes=True: {where}, got {name} from a notebook or prompt; write it to a file and import it, or use threads")
    try:
        pickle.dumps(objective)
    except Exception as error:
        raise HypertideError(f"processes=True: {where}, got {name}; move it there, or use threads ({error})") from None
    context = multiprocessing.get_context("spawn")

    def evaluate(trial: Trial) -> Value:
        ours, theirs = context.Pipe()
        suggestion = {
            "id": trial.number,
            "params": trial.params,
            "until": trial.budget,
            "resumes": trial.resumes,
            "checkpoint": trial.checkpoint,
        }
        process = context.Process(target=_child, args=(theirs, objective, suggestion), daemon=True)
        process.start()
        theirs.close()
        started = False
        try:
            while True:
                kind, content = ours.recv()
                started = True
                if kind == "report":
                    try:
                        trial.report(*content)
                        ours.send(False)
                    except Stopped:
                        ours.send(True)
                elif kind == "value":
                    value, trial.metrics, trial.constraints, trial.checkpoint = content
                    return value
                elif kind == "error":
                    error, error._hypertide_traceback, trial._not_finite = content
                    raise error
        except (EOFError, ConnectionError):
            process.join()
            if process.exitcode == -signal.SIGINT:
                raise _Interrupted from None
            if not started:
                raise _NotStarted(f"a process ended with status {process.exitcode} before it called {name}; see what it printed") from None
            raise RuntimeError(f"its process ended with status {process.exitcode}") from None
        finally:
            ours.close()
            process.join(1)
            if process.is_alive():
                process.kill()

    return evaluate


def _child(pipe: Connection, objective: Objective, suggestion: dict[str, Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback: the parent says what happened

    def send(kind: str, content: Any) -> None:
        try:
            pipe.send((kind, content))
        except ConnectionError:
            raise _Orphaned from None

    def report(_number: int, step: int, value: Value, metrics: Metrics) -> bool:
        send("report", (value, step, metrics))
        try:
            return pipe.recv()
        except (EOFError, ConnectionError):
            raise _Orphaned from None

    trial = Trial(suggestion, report)
    try:
        send("started", None)
        try:
            send("value", (objective(trial), trial.metrics, trial.constraints, trial.checkpoint))
        except Exception as error:
            try:
                send("error", (error, traceback_of(error), trial._not_finite))
            except Exception:  # an error that pickle cannot send
                send("error", (RuntimeError(_last_line(error)), traceback_of(error), ""))
    except _Orphaned:
        pass
