"""Runs an objective in a process for each trial."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Callable

from ._loop import Coroutines, NotStarted, Objective, last_line, traceback_of
from ._values import Value
from .errors import HypertideError, Interrupted, Stopped
from .trial import Example, Metrics, Trial

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


class _Orphaned(BaseException):
    """Leaves an objective whose study has ended."""


def refuse_in_child(call: str) -> None:
    """Ends a process that comes to `call` while it imports the file of the program: it would run the whole study once more."""
    multiprocessing = sys.modules.get("multiprocessing.process")
    if multiprocessing is not None and getattr(multiprocessing.current_process(), "_inheriting", False):
        sys.exit(f'{call}: processes=True imports this file again in each process; put {call} under `if __name__ == "__main__":`')


def in_process(objective: Objective) -> Callable[[Trial], Value | None]:
    """The objective, run in a process of its own for each trial. Its reports reach the study through a pipe.

    Raises HypertideError where another process cannot find the objective.
    """
    import multiprocessing
    import pickle

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

    def evaluate(trial: Trial) -> Value | None:
        ours, theirs = context.Pipe()
        given = {name: getattr(trial, name) for name in ("params", "budget", "resumes", "checkpoint", "examples")}
        suggestion = {"trial": trial.number, "count": trial._count, **given}
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
                        trial._say(*content)
                        ours.send(False)
                    except Stopped:
                        ours.send(True)
                elif kind == "value":
                    value: Value | None
                    value, trial.metrics, trial.note, trial.constraints, trial.checkpoint, trial._not_finite = content
                    return value
                elif kind == "error":
                    error, error._hypertide_traceback, trial._not_finite = content
                    raise error
        except (EOFError, ConnectionError):
            process.join()
            if process.exitcode == -signal.SIGINT:
                raise Interrupted from None
            if not started:
                raise NotStarted(f"a process ended with status {process.exitcode} before it called {name}; see what it printed") from None
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

    def report(_number: int, step: int, value: Value, metrics: Metrics, example: Example | None) -> bool:
        send("report", (step, value, metrics, example))
        try:
            return pipe.recv() is True
        except (EOFError, ConnectionError):
            raise _Orphaned from None

    trial = Trial(suggestion, report)
    try:
        send("started", None)
        try:
            value = Coroutines().result_of(objective(trial))
            send("value", (value, trial.metrics, trial.note, trial.constraints, trial.checkpoint, trial._not_finite))
        except Exception as error:
            try:
                send("error", (error, traceback_of(error), trial._not_finite))
            except Exception:  # an error that pickle cannot send
                send("error", (RuntimeError(last_line(error)), traceback_of(error), ""))
    except _Orphaned:
        pass
