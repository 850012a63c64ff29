"""Evaluates an objective for trial after trial: one at a time in the thread that calls, several in threads of their own."""

from __future__ import annotations

import contextlib
import threading
import traceback
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, Awaitable, Callable, Iterable, NamedTuple, TypeVar

from ._engine import ENGINE_THREAD, GRACE, Patience
from ._foreign import hint_for
from ._values import Value, mean_of, named, not_finite, warn
from .errors import Abandoned, HypertideError, Infeasible, Interrupted, Stopped
from .trial import Example, Metrics, Report, Trial

if TYPE_CHECKING:
    import asyncio  # which takes as long as all the rest, so that only coroutines import it

Objective = Callable[[Trial], Value | None | Awaitable[Value | None]]
T = TypeVar("T", bound=Trial)

LONGEST_MESSAGE = 4000  # characters of what went wrong that a fact holds
LONGEST_TRACE = 8000  # characters of a traceback: its end names the line that failed


class NotStarted(Exception):
    """A process ended before it called the objective. So will the next one: the program is wrong, not the configuration."""


class Ending(NamedTuple):
    """How a trial ended: with `values`, failed for a `reason`, or else stopped, so that its last report is its result."""

    values: dict[str, float] | None = None
    reason: str | None = None
    message: str = ""
    trace: str | None = None
    error: Exception | None = None

    def failure(self) -> dict[str, str]:
        """What the log holds of a trial that failed."""
        told = {"reason": self.reason, "message": self.message[:LONGEST_MESSAGE], "trace": self.trace}
        return {name: text for name, text in told.items() if text is not None}


def ended_with(values: dict[str, float]) -> Ending:
    wrong = not_finite(values)
    return Ending(reason="non-finite", message=wrong) if wrong else Ending(values)


def ending_of(trial: T, evaluate: Callable[[T], Value | None], objectives: Callable[[], Iterable[str]]) -> Ending:
    """Evaluates a trial. Raises what concerns more than this trial: Abandoned, NotStarted, and what leaves the program."""
    try:
        value = evaluate(trial)
        if trial.should_stop and trial._reported:
            raise Stopped  # its last report is its result, whatever else it returns
        if value is None and not trial._results:
            raise TypeError("the objective returned None, expected a number; does it end with `return loss`?")
        values = mean_of(objectives(), trial._results) if trial._results or value is None else named(objectives(), value)
    except (Abandoned, NotStarted):
        raise
    except Exception as error:
        if trial._not_finite:
            return Ending(reason="non-finite", message=trial._not_finite)
        if trial.should_stop or isinstance(error, Stopped):
            return Ending()
        if isinstance(error, Infeasible):
            return Ending(reason="infeasible", message=str(error) or "infeasible")
        return Ending(reason="error", message=last_line(error), trace=traceback_of(error), error=error)
    return Ending(reason="non-finite", message=trial._not_finite) if trial._not_finite else ended_with(values)


def run(
    objective: Callable[[T], Any],
    objectives: Callable[[], Iterable[str]],
    *,
    next_trial: Callable[[], T | None],
    end: Callable[[T, Ending], None],
    hand_back: Callable[[T], None],
    patience: Patience,
    slots: int = 1,
) -> None:
    """Evaluates trials until there is none.

    What leaves the program, such as KeyboardInterrupt, hands the open trials back: one that runs in the calling thread at once, one in another
    thread, which cannot be ended from outside, at its next report, and a coroutine where it waits.
    """
    coroutines = Coroutines()
    interrupted = threading.Event()

    def evaluate(trial: T) -> Any:
        return coroutines.result_of(objective(trial))

    def leave() -> None:
        interrupted.set()
        coroutines.cancel()
        patience.hurry()

    def perform(trial: T) -> None:
        try:
            ending = ending_of(trial, evaluate, objectives)
        except Abandoned as error:
            return warn(f"{error}; the next one is evaluated")
        except NotStarted as error:
            hand_back(trial)
            raise HypertideError(str(error)) from None
        except SystemExit as leaving:
            end(trial, Ending(reason="error", message=f"the objective called sys.exit({leaving.code!r})", trace=traceback_of(leaving)))
            raise
        except BaseException:
            leave()
            hand_back(trial)
            raise
        try:
            end(trial, ending)
        except Abandoned as error:
            warn(f"{error}; the next one is evaluated")

    try:
        with contextlib.closing(coroutines), ThreadPoolExecutor(slots, thread_name_prefix="hypertide") as pool:
            running: set[Future[None]] = set()
            try:
                while (trial := next_trial()) is not None:
                    if slots == 1:
                        perform(trial)
                        continue
                    trial._report = _until(interrupted, trial._report)
                    running.add(pool.submit(perform, trial))
                    if len(running) >= slots:
                        running = _settled(running, FIRST_COMPLETED)
                _settled(running)
            except BaseException:
                leave()
                raise
    finally:
        patience.relax()


def _until(interrupted: threading.Event, report: Report) -> Report:
    def checked(number: int, step: int, value: Value, metrics: Metrics, example: Example | None) -> bool:
        if interrupted.is_set():
            raise Interrupted
        return report(number, step, value, metrics, example)

    return checked


def _settled(running: set[Future[None]], when: str = "ALL_COMPLETED") -> set[Future[None]]:
    done, rest = wait(running, return_when=when)
    for future in done:
        future.result()
    return rest


class Coroutines:
    """One event loop in a thread of its own: coroutines of trials that run at once overlap, and may share clients, locks and limits."""

    def __init__(self) -> None:
        self._cancelled = False
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def result_of(self, returned: Any) -> Any:
        """What an objective returned or, if that is awaitable, what it gives in the end. Raises Interrupted after `cancel`."""
        if not isinstance(returned, Awaitable):
            return returned
        import asyncio

        try:
            value, leaving = asyncio.run_coroutine_threadsafe(_awaited(returned), self._running()).result()
        except CancelledError:
            if self._cancelled:
                raise Interrupted from None
            raise
        if leaving is not None:
            raise leaving
        return value

    def cancel(self) -> None:
        """Ends the coroutines that run: they raise CancelledError where they wait."""
        self._cancelled = True
        if (loop := self._loop) is not None:
            import asyncio

            loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])

    def close(self) -> None:
        if self._loop is not None and self._thread is not None:
            import asyncio

            asyncio.run_coroutine_threadsafe(_cancelled(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None

    def _running(self) -> asyncio.AbstractEventLoop:
        import asyncio

        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name=f"{ENGINE_THREAD}-coroutines", daemon=True)
                self._thread.start()
            return self._loop


async def _awaited(returned: Awaitable[Any]) -> tuple[Any, BaseException | None]:
    try:
        return await returned, None
    except (SystemExit, KeyboardInterrupt) as leaving:  # would end the loop, and with it all other trials
        return None, leaving


async def _cancelled() -> None:
    """Lets coroutines that were cancelled end, for some seconds."""
    import asyncio

    if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(tasks, timeout=GRACE)


def traceback_of(error: BaseException) -> str:
    """The traceback of an error in an objective, without the frames of this package."""
    from_child: str | None = getattr(error, "_hypertide_traceback", None)
    if from_child is not None:
        return from_child
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_globals.get("__package__") in (__package__, "concurrent.futures"):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))[-LONGEST_TRACE:]


def last_line(error: Exception) -> str:
    if isinstance(error, HypertideError):
        return str(error)
    line = traceback.format_exception_only(error)[-1].strip()
    return line + hint_for(line)
