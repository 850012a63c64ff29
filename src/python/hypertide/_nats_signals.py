"""SIGTERM ends a trainer as it ends `hypertide worker`: the trial is handed back first."""

import signal
import threading
from contextlib import contextmanager


@contextmanager
def ends_on_sigterm(trainer):
    """While it lasts, the first SIGTERM calls `trainer.end()`, and a second one ends the process at once.

    Does nothing outside of the main thread, where Python cannot handle signals, or if the program handles SIGTERM itself.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def end(_number, _frame):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        trainer.end()

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
