"""A trainer for hypertide studies on a NATS server. It needs the standard library only; to log in with an nkey or credentials, also cryptography.

    from hypertide import nats

    def objective(trial):
        for epoch in range(1, 11):
            loss = train_one_epoch(**trial.params)
            trial.report(loss, epoch)  # ends the trial here when it should stop
        return loss

    nats.run("nats://127.0.0.1:4222", "digits", objective)

It follows the protocol of docs/reference/asyncapi.yaml: a pull for each suggestion, a claim (`started`), an acknowledgement as soon as the
claim is stored, then facts, each of which is sent again with the same id until the server has it, and heartbeats from a thread.
"""

from __future__ import annotations

import os
import signal
import ssl
import sys
import threading
from contextlib import contextmanager
from types import FrameType
from typing import Any, Callable, Iterator

from . import _loop
from ._engine import Patience
from ._nats_access import Access
from ._nats_study import Deleted, Refused
from ._nats_trainer import Trainer
from ._nats_trial import NatsTrial
from .errors import Abandoned, Infeasible, Interrupted, Stopped

__all__ = ["Abandoned", "Infeasible", "NatsTrial", "Refused", "Stopped", "run"]

INTERRUPTED = 130  # the status of a process that was asked to end, as that of hypertide worker


def run(
    url: str | None,
    study: str,
    objective: Callable[[NatsTrial], Any],
    name: str | None = None,
    token: str | None = None,
    nkey: str | None = None,
    on_trial: Callable[[NatsTrial], object] | None = None,
    tls: ssl.SSLContext | None = None,
    creds: str | None = None,
    context: str | None = None,
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
    tls        an ssl.SSLContext, for your own certificate authority or client certificate
    on_trial   called with each trial when it has ended
    save_every seconds: a report also saves `trial.checkpoint` on the server, at most this often, so that the trial continues after the loss of
               the machine. The objective waits until it is saved. Default: it is saved at the end of the trial

    SIGTERM and Ctrl-C leave the objective and hand its trial back with the last checkpoint, so that another trainer resumes it at once. After
    SIGTERM, the process ends with status 130; a second SIGTERM ends it immediately. If your program has set a handler for SIGTERM, it stays:
    let it raise KeyboardInterrupt to hand the trial back. An objective that calls sys.exit fails its trial, and ends the process.
    """
    trainer = Trainer(Access(url, token, nkey, tls, creds, context), study, name, save_every)
    ended = 0

    def end(trial: NatsTrial, ending: _loop.Ending) -> None:
        nonlocal ended
        trainer.end(trial, ending)
        ended += 1
        if on_trial:
            on_trial(trial)

    try:
        with _ends_on_sigterm(trainer):
            _loop.run(
                trainer.leavable(objective),
                trainer.study.objectives,
                next_trial=trainer.next_trial,
                end=end,
                hand_back=trainer.hand_back,
                patience=Patience(),
            )
        return ended
    except Interrupted as leaving:
        if isinstance(leaving, Deleted):
            print(leaving, file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    finally:
        trainer.close()


@contextmanager
def _ends_on_sigterm(trainer: Trainer) -> Iterator[None]:
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
            trainer.leave()
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
