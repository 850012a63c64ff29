"""The engine: a Node process that decides what to try and keeps the journal. It speaks JSON, one object per line."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future, TimeoutError
from pathlib import Path
from subprocess import PIPE
from typing import Any, Callable

from ._values import plain
from .errors import Abandoned, EngineError, HypertideError, Interrupted, TrialsFailed

PROGRAM = Path(__file__).parent / "engine" / "dist" / "chunks" / "hypertide.js"
ENGINE_THREAD = "hypertide-engine"  # how the names of the threads begin that read what engines say
SLOW = 10.0  # seconds
PAUSE = 0.5  # seconds between two looks whether a request is still worth waiting for
GRACE = 5.0  # seconds that a request has after Ctrl-C, for a full disk: the engine keeps what it was told

ERRORS = {"no-result": TrialsFailed, "no-connection": EngineError, "stale-run": Abandoned}  # by codes of the engine; others: HypertideError

Answer = dict[str, Any]


def node() -> str:
    """The path of a Node that can run the engine, which itself says so if it is too old. Set HYPERTIDE_NODE to choose one.

    Raises EngineError where there is none.
    """
    name = os.environ.get("HYPERTIDE_NODE") or "node"
    path = shutil.which(name)
    if path is None:
        raise EngineError(f"{name} is no program here: install Node 20.19 or newer (https://nodejs.org), or set HYPERTIDE_NODE to its path")
    return path


def command(*arguments: str) -> list[str]:
    """The command line that runs the bundled `hypertide` with these arguments."""
    return [node(), str(PROGRAM), *arguments]


def printed(*arguments: str) -> str:
    """What `hypertide` prints. Raises HypertideError with what it says against the arguments."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0 and not done.stdout:
        raise HypertideError(done.stderr.strip().removeprefix("hypertide: "))
    return done.stdout


def main() -> None:
    """The command `hypertide`."""
    try:
        os.execv(node(), command(*sys.argv[1:]))
    except EngineError as error:
        sys.exit(str(error))


def refuse_forked(owner: int) -> None:
    """Raises HypertideError in a process that was forked from the one that opened the study."""
    if os.getpid() != owner:
        raise HypertideError(
            f"the study belongs to process {owner}, which opened it; a process forked from it, such as {os.getpid()}, cannot use it: "
            "ask and tell there, or use optimize(..., processes=True)"
        )


class Patience:
    """How long requests wait: for ever, unless the study is to be left."""

    def __init__(self) -> None:
        self._deadline: float | None = None

    def hurry(self) -> None:
        """From now on, requests that are not answered within a few seconds raise Interrupted."""
        self._deadline = self._deadline or time.monotonic() + GRACE

    def relax(self) -> None:
        self._deadline = None

    def check(self) -> None:
        """Raises Interrupted once the time is over."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise Interrupted


class LocalEngine:
    """The command next to this process answers the requests of a study. Those of several threads overlap.

    closing  the seconds that it has to write the journal when the study is closed; None: as many as it needs
    """

    def __init__(self, *arguments: str, closing: float | None = 10.0) -> None:
        self.patience = Patience()
        self._closing = closing
        self._pid = os.getpid()
        # A session of its own: Ctrl-C in a terminal reaches Python alone, which closes the study in good order.
        self._process = subprocess.Popen(
            command(*arguments),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._numbers = itertools.count(1)
        self._waiting: dict[int, Future[Answer]] = {}
        self._lock = threading.Lock()
        self._last_errors: deque[str] = deque(maxlen=5)
        self._errors = threading.Thread(target=self._read_errors, name=f"{ENGINE_THREAD}-errors", daemon=True)
        self._errors.start()
        self._replies = threading.Thread(target=self._read_replies, name=f"{ENGINE_THREAD}-replies", daemon=True)
        self._replies.start()

    def request(self, cmd: str, *, slow: Callable[[], object] | None = None, **fields: Any) -> Answer:
        """Sends a request and waits for its reply. Fields that are None are left out. `slow` is called once if that takes ten seconds.

        Raises HypertideError where it is refused, EngineError where the engine has ended.
        """
        refuse_forked(self._pid)
        reply = self._send(cmd, **fields)
        try:
            answer = self._answer_in(reply, slow)
        except BaseException:
            if cmd == "ask":
                reply.add_done_callback(self._hand_back)
            raise
        if "error" in answer:
            code = answer.get("code")
            raise ERRORS.get(code or "", HypertideError)(answer["error"], code)
        return answer

    def _send(self, cmd: str, **fields: Any) -> Future[Answer]:
        number = next(self._numbers)
        given = {name: field for name, field in fields.items() if field is not None}
        line = json.dumps({"cmd": cmd, "seq": number, **given}, allow_nan=False, default=plain) + "\n"
        reply: Future[Answer] = Future()
        with self._lock:
            if self._process.stdin is None or self._process.stdin.closed:
                raise EngineError("the study is closed")
            self._waiting[number] = reply
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except OSError:
                del self._waiting[number]
                raise self._ended() from None
        return reply

    def _hand_back(self, reply: Future[Answer]) -> None:
        """The trial of an ask that was left before it was answered, as by Ctrl-C."""
        with contextlib.suppress(HypertideError):  # the study is closed, which hands it back
            if (trial := reply.result().get("trial")) is not None:
                self._send("tell", trial=trial, reason="preempted", message="handed back: its ask was interrupted")

    def _answer_in(self, reply: Future[Answer], slow: Callable[[], object] | None) -> Answer:
        asked = time.monotonic()
        while True:
            try:
                return reply.result(PAUSE)
            except TimeoutError:
                self.patience.check()
                if slow is not None and time.monotonic() > asked + SLOW:
                    slow()
                    slow = None

    def close(self) -> None:
        """Ends the engine and waits until the journal is written."""
        if os.getpid() != self._pid:
            return  # a forked process, which has none
        with self._lock:
            if self._process.stdin is not None and not self._process.stdin.closed:
                with contextlib.suppress(OSError):
                    self._process.stdin.close()
        try:
            self._process.wait(self._closing)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in (self._replies, self._errors):
            if thread is not threading.current_thread():
                thread.join()

    def _read_replies(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as replies, contextlib.suppress(ValueError):  # of a program that is not Node
            for line in replies:
                reply = json.loads(line)
                with self._lock:
                    waiting = self._waiting.pop(reply.get("seq"), None)
                if waiting is not None:
                    waiting.set_result(reply)
        self._process.wait()
        self._errors.join()
        with self._lock:
            waiting_now, self._waiting = list(self._waiting.values()), {}
        for waiting in waiting_now:
            waiting.set_exception(self._ended())

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as lines:
            for line in lines:
                self._last_errors.append(line.rstrip())
                print(line, end="", file=sys.stderr)

    def _ended(self) -> EngineError:
        status = self._process.poll()
        said = "\n".join(self._last_errors)
        name = os.environ.get("HYPERTIDE_NODE") or "node"
        return EngineError(f"the engine, run by {name}, ended with status {status}" + (f":\n{said}" if said else ""))
