"""A study that `hypertide serve --http` runs, as its trainers reach it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import threading
import time
import uuid
from typing import Any, Mapping
from urllib.parse import quote, unquote, urlencode, urlsplit

from ._engine import Answer, Patience
from ._values import plain
from .errors import Abandoned, EngineError, HypertideError

STARTING = 10.0  # seconds in which a server must answer for the first time: it may still be starting
WAIT = 5  # seconds that the server lets an ask wait; then it is asked again
SILENCE = 30.0  # seconds without a byte after which a request is sent again
UNREACHED = 2.0  # seconds until a person is told that the server cannot be reached
LONGEST_PAUSE = 2.0  # seconds between two attempts
PASSING = (429, 502, 503, 504)  # the statuses of a proxy whose server starts again
LOST = ("ended", "stale-run", "wrong-author")  # codes: another run holds the trial, or it is over


class HttpServer:
    """Requests to the study at `url`, such as http://host:8080/digits. A request whose answer is lost is repeated, and takes effect once.

    A server has some seconds to answer for the first time, and is never given up afterwards.
    """

    def __init__(self, url: str, token: str | None, patience: Patience) -> None:
        parts = urlsplit(url)
        names = [unquote(name) for name in parts.path.split("/") if name]
        if not parts.hostname or not names:
            raise HypertideError(f"url: expected the address of a study, such as http://127.0.0.1:8080/digits, got {url}")
        *prefix, self.study = names
        self.lease = 30.0  # seconds without a heartbeat after which a trial is lost
        self.slots = 1  # how many trials this process evaluates at once
        self._url = url
        self._path = "/".join(["", *map(quote, prefix), "v1/studies", quote(self.study)])
        self._connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._address = parts.hostname, parts.port
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._trainer = f"{socket.gethostname()}-{os.getpid()}"
        self._patience = patience
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []
        self._reached = False

    def open(self, compared: Mapping[str, Any]) -> Answer:
        """The name of the study and its `objectives`, if it has this space and these objectives."""
        created = (self.send("POST", "/match", compared) if compared else self.send("GET", ""))["created"]
        directions = {one["name"]: one["direction"] for one in created["objectives"]}
        return {"study": self.study, "parameters": created["space"]["parameters"], "objectives": directions, "examples": created.get("examples")}

    def claim(self, request: str, fixed: Mapping[str, Any] | None) -> Answer:
        """Claims the next trial. `next` says whether there is a `trial`, none for some seconds (`wait`), or no more (`over`).

        A repeated request gets the same trial.
        """
        asked = {"run": request, "wait": WAIT, "trainer": self._trainer, **({} if fixed is None else {"fixed": fixed})}
        claim: Answer = self.send("POST", "/ask", asked)
        self.lease = claim.get("lease", self.lease)
        return claim

    def say(self, verb: str, trial: int, run: str, **fields: Any) -> bool:
        """Sends `report`, `tell`, `stopped` or `fail`. Returns whether the trial should stop. Raises Abandoned where the run does not hold it."""
        try:
            answer = self.send("POST", f"/trials/{trial}/{verb}", {"run": run, **fields})
        except HypertideError as error:
            if error.code in LOST:
                raise Abandoned(str(error), error.code) from None
            raise
        return answer["stop"] is True

    def beat(self, held: Mapping[int, str]) -> None:
        for trial, run in held.items():
            self.send("POST", f"/trials/{trial}/heartbeat", {"run": run})

    def read(self, what: str, **fields: Any) -> Any:
        """Answers `status`, `best`, `trials`, `front`, `recommend`, `importance` or `why`."""
        if what == "why":
            trial = fields.get("trial") or (self.read("best") or {}).get("trial")
            if trial is None:
                raise HypertideError("why: expected the number of a trial, since there is no best trial yet")
            return "\n".join(self.send("GET", f"/trials/{trial}/why")["text"]) + "\n"
        if what == "recommend":
            found = self.send("GET", "/recommend")
            return found and {"row": self.send("GET", f"/trials/{found['trial']}"), **found}
        path = "" if what == "status" else f"/{what}"
        answer = self.send("GET", f"{path}?{urlencode(fields)}" if fields else path)
        return answer["trials"] if what == "trials" else answer

    def command(self, what: str, **fields: Any) -> None:
        trial = "" if what == "annotate" else f"/trials/{fields.pop('trial')}" if "trial" in fields else ""
        self.send("POST", f"{trial}/{what}", fields)

    def close(self) -> None:
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def send(self, method: str, path: str, fields: Mapping[str, Any] | None = None) -> Any:
        """What the server answers to a request about the study. Tries again while it is away. Raises HypertideError for what it refuses."""
        body = None if fields is None else json.dumps(fields, allow_nan=False, default=plain).encode()
        headers = {**self._headers, "Idempotency-Key": uuid.uuid4().hex}
        if body is not None:
            headers["Content-Type"] = "application/json"
        began = time.monotonic()
        said = False
        pause = 0.05
        while True:
            try:
                answer = self._answer(*self._once(method, self._path + path, body, headers))
                self._reached = True
                return answer
            except (OSError, http.client.HTTPException, ValueError) as error:
                problem = str(error) or type(error).__name__
                if not self._reached and time.monotonic() > began + STARTING:
                    raise EngineError(f"{self._url} cannot be reached ({problem}); is `hypertide serve --http` running there?") from error
            self._patience.check()
            if not said and time.monotonic() > began + UNREACHED:
                said = True
                print(f"{self._url} cannot be reached ({problem}): trying again", file=sys.stderr)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        with self._lock:
            connection = self._idle.pop() if self._idle else self._connect(*self._address, timeout=SILENCE)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.status, response.read()
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)
        return answer

    def _answer(self, status: int, text: bytes) -> Any:
        """Raises ValueError for what another program answers, such as the page of a proxy whose server starts again."""
        if status in PASSING:
            raise ValueError(f"status {status}")
        try:
            answer = json.loads(text)
            if status < 400:
                return answer
            refusal = HypertideError(f"{self.study}: {answer['error']}", answer["code"])
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"expected a server of hypertide, got status {status} and {text[:60].decode(errors='replace')!r}") from None
        raise refusal
