"""The engine of a study that lives elsewhere: this process is one of its trainers."""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, Union
from urllib.parse import quote

from ._each import refuse_others
from ._engine import ENGINE_THREAD, SLOW, Answer, LocalEngine, Patience, refuse_forked
from ._values import warn
from .errors import Abandoned, EngineError, HypertideError, Interrupted

if TYPE_CHECKING:
    from ._http import HttpServer  # which takes as long as the rest, so that only studies over HTTP import it

Engine = Union[LocalEngine, "RemoteEngine"]

COMPARED = ("parameters", "constraints", "objectives")
"""What of a `Study` is compared with the study elsewhere. All else is decided there."""


def engine_of(path: Path | None, url: str | None, token: str | None, here: Mapping[str, object]) -> Engine:
    """The engine of a study in a journal or, without a path, in memory; with a url, that of a study elsewhere.

    here  what this process does with its study.
    """
    if url is None:
        options = {"journal": path, **here}
        return LocalEngine("dev", "ask-tell", *(word for name, given in options.items() if given is not None for word in (f"--{name}", str(given))))
    if path is not None:
        raise HypertideError("Study: expected a path or a url, got both; with a url, the journal is where the study runs")
    if wrong := [name for name, given in here.items() if given is not None]:
        raise HypertideError(f"{wrong[0]}: expected a study of this process, got the url {url}; give {wrong[0]} where the study runs")
    if url.startswith(("http://", "https://")):
        from ._http import HttpServer

        patience = Patience()
        return RemoteEngine(HttpServer(url, token, patience), patience)
    if url.startswith(("nats://", "tls://")):
        return NatsEngine(url if token is None else url.replace("://", f"://{quote(token, safe='')}@", 1))
    raise HypertideError(f"url: expected the address of a study, such as http://127.0.0.1:8080/digits or nats://127.0.0.1:4222/digits, got {url}")


def compared(study: Mapping[str, Any] | None) -> tuple[dict[str, Any], int, Any]:
    """What of a `Study` is compared with the study elsewhere, how many trials it evaluates at once, and its examples."""
    given = dict(study or {})
    parallel, examples = given.pop("parallel", 1), given.pop("examples", None)
    known = {name: given.pop(name) for name in COMPARED if name in given}
    if given:
        raise HypertideError(f"Study: with a url, {' and '.join(given)} cannot be given: the program that runs the study decides; leave it out")
    return known, parallel, examples


class NatsEngine(LocalEngine):
    """An engine of its own, which is a trainer of a study on a NATS server. When it is closed, it hands its trials back, however long that takes.

    login    `nkey`, `creds`, `context`, `tls_ca`, `tls_cert`, `tls_key`, as the command line has them
    trainer  `of`, the name of the study if the address has none, `name` and `saveEvery`
    """

    def __init__(self, address: str | None, login: Mapping[str, str | None] | None = None, **trainer: Any) -> None:
        words = [f"--{name.replace('_', '-')}={value}" for name, value in (login or {}).items() if value is not None]
        super().__init__("dev", "ask-tell", *words, closing=None)
        self._trainer = {"address": address, **trainer}

    def request(self, cmd: str, *, slow: Callable[[], object] | None = None, study: Mapping[str, Any] | None = None, **fields: Any) -> Answer:
        if cmd != "init":
            return super().request(cmd, slow=slow, **fields)
        known, parallel, examples = compared(study)
        trainer = {name: one for name, one in {**self._trainer, "parallel": parallel}.items() if one is not None}
        found = super().request("init", study=known, trainer=trainer)
        refuse_others(examples, found.get("examples") or {})
        return found


class RemoteEngine:
    """A server over HTTP answers the requests of a study. Keeps the claims of this process."""

    def __init__(self, server: HttpServer, patience: Patience) -> None:
        self._pid = os.getpid()
        self._server = server
        self.patience = patience
        self._lock = threading.Lock()
        self._held: dict[int, str] = {}  # the claim on each trial that this process evaluates
        self._closed = threading.Event()
        self._beats = threading.Thread(target=self._beat, name=f"{ENGINE_THREAD}-beats", daemon=True)

    def request(self, cmd: str, *, slow: Callable[[], object] | None = None, **fields: Any) -> Answer:
        refuse_forked(self._pid)
        if self._closed.is_set():
            raise EngineError("the study is closed")
        given = {name: field for name, field in fields.items() if field is not None}
        if cmd == "ask":
            return self._ask(slow, **given)
        answers: dict[str, Callable[..., Answer]] = {
            "init": self._init,
            "report": self._report,
            "tell": self._tell,
            "busy": lambda: {"open": [], "parallel": self._server.slots},  # others may tell results
            "limit": self._limit,
            "trials": lambda: {"trials": list(self._trials())},
            "recommend": lambda: {"recommendation": self._server.read("recommend")},
            "importance": lambda **asked: {"importance": self._importance(**asked)},
        }
        if cmd in ("best", "front", "why"):
            return {cmd: self._server.read(cmd, **given)}
        if cmd in answers:
            return answers[cmd](**given)
        self._server.command(cmd, **given)
        return {}

    def close(self) -> None:
        """Hands back the trials that this process holds."""
        if os.getpid() != self._pid or self._closed.is_set():
            return
        self._closed.set()
        self.patience.hurry()
        for trial, run in self._held_now().items():
            with contextlib.suppress(HypertideError, Interrupted):
                self._server.say("fail", trial, run, reason="preempted", message="handed back: its trainer has ended")
        self._server.close()

    def _init(self, study: Mapping[str, Any] | None = None) -> Answer:
        known, self._server.slots, examples = compared(study)
        found = self._server.open(known)
        refuse_others(examples, found.get("examples") or {})
        return {**found, "endless": False, "stops": False, "joined": True}  # where it runs, one knows its limits, and warns

    def _ask(self, slow: Callable[[], object] | None, fixed: Mapping[str, Any] | None = None) -> Answer:
        request = uuid.uuid4().hex
        asked = time.monotonic()
        said = False
        while (claim := self._server.claim(request, fixed))["next"] == "wait":
            if self._closed.is_set():
                raise EngineError("the study is closed")
            if not said and time.monotonic() > asked + SLOW:
                said = True
                self._say_if_paused()
                if slow is not None:
                    slow()
        if claim["next"] == "over":
            return {"over": True}
        with self._lock:
            self._held[claim["trial"]] = claim["run"]
            if not self._beats.is_alive():
                self._beats.start()
        wanted = ("trial", "params", "budget", "examples", "resumes", "checkpoint")
        return {name: claim[name] for name in wanted if claim.get(name) is not None}

    def _say_if_paused(self) -> None:
        with contextlib.suppress(HypertideError):  # a trainer may not be permitted to read it
            if self._server.read("status").get("paused"):
                warn("ask waits: the study is paused; `hypertide resume` resumes it")

    def _report(self, trial: int, step: int, **fields: Any) -> Answer:
        with self._giving_up(trial):
            return {"stop": self._server.say("report", trial, self._run_of(trial), step=step, **fields)}

    def _tell(self, trial: int, *, stopped: bool = False, values: Any = None, message: str = "", **fields: Any) -> Answer:
        run = self._run_of(trial)
        with self._giving_up(trial):
            if stopped:
                self._server.say("stopped", trial, run)
            elif values is not None:
                self._server.say("tell", trial, run, values=values, **fields)
            else:
                self._server.say("fail", trial, run, message=message, **fields)
        with self._lock:
            self._held.pop(trial, None)
        return {}

    def _run_of(self, trial: int) -> str:
        with self._lock:
            run = self._held.get(trial)
        if run is None:
            raise HypertideError(f"trial {trial} is not open in this process: only the process that asked for a trial can tell its result")
        return run

    @contextlib.contextmanager
    def _giving_up(self, trial: int) -> Iterator[None]:
        """A trial that is lost is no longer held."""
        try:
            yield
        except Abandoned:
            with self._lock:
                self._held.pop(trial, None)
            raise

    def _limit(self, trials: int | None = None, more: int | None = None, parallel: int | None = None, **_: Any) -> Answer:
        """`parallel` is that of this process. Failures of a broken program are left out where the study runs."""
        self._server.slots = parallel or self._server.slots
        if more is not None:
            self._server.command("change", more=more)
        elif trials is not None and self._server.read("status").get("limit") != trials:
            self._server.command("change", limits={"trials": trials})
        status = self._server.read("status")
        return {"parallel": self._server.slots, "limit": status.get("limit"), "ended": status["ended"]}

    def _trials(self) -> Iterator[Answer]:
        after = 0
        while rows := self._server.read("trials", after=after):
            yield from rows
            after = rows[-1]["trial"]

    def _importance(self, objective: str | None = None) -> Any:
        found = self._server.read("importance", **({} if objective is None else {"objective": objective}))
        if found is None:
            raise HypertideError("importance: there are too few results")
        return found

    def _held_now(self) -> dict[int, str]:
        with self._lock:
            return dict(self._held)

    def _beat(self) -> None:
        while not self._closed.wait(self._server.lease / 3):
            with contextlib.suppress(HypertideError, Interrupted):  # the next report says what is wrong
                self._server.beat(self._held_now())
