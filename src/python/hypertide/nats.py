"""A trainer for hypertide studies on a NATS server.

    from hypertide import nats

    def objective(trial):
        for epoch in range(1, 11):
            loss = train_one_epoch(**trial.params)
            trial.report(loss, epoch)  # ends the trial here when it should stop
        return loss

    nats.run("nats://127.0.0.1:4222", "digits", objective)
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any, Callable, Iterator

from . import _loop
from ._remote import NatsEngine
from .errors import Abandoned, Infeasible, Interrupted, Stopped
from .study import Study
from .trial import Trial

__all__ = ["Abandoned", "Infeasible", "Stopped", "run"]

INTERRUPTED = 130  # the status of a process that was asked to end, as that of hypertide worker


def run(
    url: str | None,
    study: str,
    objective: Callable[[Trial], Any],
    name: str | None = None,
    *,
    nkey: str | None = None,
    creds: str | None = None,
    context: str | None = None,
    tls_ca: str | None = None,
    tls_cert: str | None = None,
    tls_key: str | None = None,
    on_trial: Callable[[Trial], object] | None = None,
    save_every: float | None = None,
) -> int:
    """Evaluates what the study suggests until it closes; returns how many trials it has evaluated.

    objective  as in `Study.optimize`: takes a trial and returns a number, or a dictionary with a number for each objective; or `ht.each(...)`
    url        one or several servers, separated by commas. tls:// is always encrypted, nats:// if the server asks for it. Subjects that
               begin with acme.ml instead of ht, and JetStream in the domain hub, are part of it: nats://host?prefix=acme.ml&domain=hub.
               None: the server of the context or, without one, that of HYPERTIDE_NATS in the environment
    nkey       the path of a file with the seed of an nkey
    creds      the path of a file with credentials, such as `hypertide server render` writes, for the trainer called `name`
    context    the name of a context of the `nats` command, for the server and the login
    tls_ca     the path of the certificate of your own authority; `tls_cert` and `tls_key` are those of the client
    on_trial   called with each trial when it has ended
    save_every seconds: a report also saves `trial.checkpoint` on the server, at most this often, so that the trial continues after the loss of
               the machine. The objective waits until it is saved. Default: it is saved at the end of the trial

    SIGTERM and Ctrl-C leave the objective and hand its trial back with the last checkpoint, so that another trainer resumes it at once. After
    SIGTERM, the process ends with status 130; a second SIGTERM ends it immediately. If your program has set a handler for SIGTERM, it stays:
    let it raise KeyboardInterrupt to hand the trial back. An objective that calls sys.exit fails its trial, and ends the process.
    """
    login = {"nkey": nkey, "creds": creds, "context": context, "tls_ca": tls_ca, "tls_cert": tls_cert, "tls_key": tls_key}
    leaving = _Leaving()
    ended = 0

    def next_trial() -> Trial | None:
        with leaving.possible():
            trial = trained._next()
        if trial is not None and save_every is not None:
            trial._report = lambda *said: trained._report(*said, checkpoint=trial.extras().get("checkpoint"))
        return trial

    def end(trial: Trial, ending: _loop.Ending) -> None:
        nonlocal ended
        leaving.is_possible = False
        trained._tell(trial, ending)
        ended += 1
        if on_trial:
            on_trial(trial)

    def hand_back(trial: Trial) -> None:
        leaving.is_possible = False
        print(f"handing trial {trial.number} back; interrupt again to end at once", file=sys.stderr)
        with contextlib.suppress(Interrupted):  # the engine goes on while it closes
            trained._hand_back(trial)

    try:
        with contextlib.closing(Study._of(NatsEngine(url, login, of=study, name=name, saveEvery=save_every))) as trained, leaving.on_sigterm():
            _loop.run(
                leaving.around(objective),
                lambda: trained.objectives,
                next_trial=next_trial,
                end=end,
                hand_back=hand_back,
                patience=trained._engine.patience,
            )
        return ended
    except Interrupted:
        raise SystemExit(INTERRUPTED) from None


class _Leaving:
    """SIGTERM leaves the objective, and the wait for a trial. What stores a result comes to its end first."""

    def __init__(self) -> None:
        self._is_asked = False
        self.is_possible = False

    def _leave_if_asked(self) -> None:
        if self._is_asked and self.is_possible:
            raise Interrupted

    @contextlib.contextmanager
    def possible(self) -> Iterator[None]:
        self.is_possible = True
        try:
            self._leave_if_asked()
            yield
        finally:
            self.is_possible = False

    def around(self, objective: Callable[[Trial], Any]) -> Callable[[Trial], Any]:
        """The objective, which may be left at any place until its trial is ended or handed back: a coroutine runs after it has returned."""

        def evaluate(trial: Trial) -> Any:
            self.is_possible = True
            self._leave_if_asked()
            return objective(trial)

        return evaluate

    @contextlib.contextmanager
    def on_sigterm(self) -> Iterator[None]:
        """While it lasts, the first SIGTERM makes the trainer leave, and a second one ends the process at once.

        A process that the objective forks ends by SIGTERM as if there were no handler: the trial is not its own. Does nothing outside of the main
        thread, where Python cannot handle signals, or if the program handles SIGTERM itself.
        """
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
            yield
            return

        own = os.getpid()

        def end(_number: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if os.getpid() == own:
                self._is_asked = True
                self._leave_if_asked()
            else:
                os.kill(os.getpid(), signal.SIGTERM)

        signal.signal(signal.SIGTERM, end)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
