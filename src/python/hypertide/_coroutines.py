"""Runs objectives that are coroutines."""

from __future__ import annotations

import asyncio
import inspect
import threading
from concurrent.futures import CancelledError
from typing import Any, Awaitable

from ._asking import ENGINE_THREAD
from .errors import Interrupted


class Coroutines:
    """One event loop in a thread of its own: coroutines of trials that run at once overlap, and may share clients, locks and limits."""

    def __init__(self) -> None:
        self._cancelled = False
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def result_of(self, returned: Any) -> Any:
        """What an objective returned or, if that is awaitable, what it gives in the end. Raises Interrupted after `cancel`."""
        if not inspect.isawaitable(returned):
            return returned
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
        if self._loop is not None:
            self._loop.call_soon_threadsafe(_cancel_all)

    def close(self) -> None:
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None

    def _running(self) -> asyncio.AbstractEventLoop:
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


def _cancel_all() -> None:
    for task in asyncio.all_tasks():
        task.cancel()
