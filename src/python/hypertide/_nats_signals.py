"""SIGTERM ends a trainer as it ends `hypertide worker`: the trial is handed back first."""

import os
import signal
import threading
from contextlib import contextmanager


@contextmanager
def ends_on_sigterm(trainer):
    """While it lasts, the first SIGTERM calls `trainer.end()`, and a second one ends the process at once.

    A process that the objective forks ends by SIGTERM as if there were no handler: the trial is not its own.

    Does nothing outside of the main thread, where Python cannot handle signals, or if the program handles SIGTERM itself.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    own = os.getpid()

    def end(_number, _frame):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if os.getpid() == own:
            trainer.end()
        else:
            os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
