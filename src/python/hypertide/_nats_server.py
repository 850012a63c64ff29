"""A study that `hypertide serve --nats` runs, as its trainers reach it."""

from __future__ import annotations

import json
import time
from typing import Any, Mapping
from urllib.parse import unquote, urlsplit

from ._description import opened
from ._engine import Answer, Patience, printed
from ._loop import Ending
from ._nats_access import Access
from ._nats_trainer import Trainer
from ._values import plain
from .errors import Abandoned, EngineError, HypertideError


class NatsServer:
    """A trainer of the study at `url`, such as nats://host:4222/digits, with as many trials at once as it has slots."""

    def __init__(self, url: str, token: str | None, patience: Patience) -> None:
        self.study = unquote(urlsplit(url.split(",")[0]).path.strip("/"))
        if not self.study:
            raise HypertideError(f"url: expected the address of a study, such as nats://127.0.0.1:4222/digits, got {url}")
        self.lease = 30.0
        self.slots = 1
        self._url = url
        self._patience = patience
        try:
            self._trainer = Trainer(Access(url, token), self.study)
        except (OSError, ValueError) as error:
            raise EngineError(f"{url} cannot be reached ({error})") from error
        self._read = 0

    def open(self, compared: Mapping[str, Any]) -> Answer:
        if compared:
            self._ask("match", compared)
        return opened(self.study, self._trainer.study.created())

    def claim(self, request: str, fixed: Mapping[str, Any] | None) -> Answer:
        if fixed is not None:
            instead = 'study.enqueue(params, rest="strategy"), which any trainer gets'
            raise HypertideError(f"ask: over NATS, a trial cannot have fixed values; write {instead}")
        self._patience.check()
        self._trainer.slots = self.slots
        trial = None if self._trainer.closed else self._trainer.claim()
        if trial is None:
            return {"next": "over" if self._trainer.closed else "wait"}
        claimed = {name: getattr(trial, name) for name in ("run", "params", "budget", "examples", "resumes", "checkpoint")}
        return {"next": "trial", "trial": trial.number, **claimed}

    def say(self, verb: str, trial: int, run: str, **fields: Any) -> bool:
        attempt = self._trainer.attempts.get(trial)
        if attempt is None or attempt.run != run:
            raise Abandoned(f"trial {trial} belongs to another run", "stale-run")
        if verb == "report":
            attempt.step = fields["step"]
            return attempt.sent(**fields)
        attempt.metrics = fields.pop("metrics", {})
        attempt.constraints = fields.pop("constraints", [])
        attempt.checkpoint = fields.pop("checkpoint", attempt.checkpoint)
        self._trainer.end(attempt, Ending(**fields))
        return False

    def beat(self, held: Mapping[int, str]) -> None:
        """Its trainer sends them."""

    def read(self, what: str, **fields: Any) -> Any:
        """Engines answer what they know at once; the command computes the rest from the log."""
        if what == "why":
            return self._printed("why", *([str(fields["trial"])] if "trial" in fields else []))
        if what == "importance":
            return json.loads(self._printed("study importance", "--json", *([f"--objective={fields['objective']}"] if fields else [])))
        if what == "recommend":
            found = json.loads(self._printed("best", "--recommended", "--json"))
            if found is None:
                return None
            found.pop("command", None)
            verdict = {name: found.pop(name) for name in ("verdict", "reason", "text", "horizon") if name in found}
            others = {name: found.pop(name) for name in ("repetition", "costs", "early") if name in found}
            return {"row": found, "verdict": verdict, **others}
        answer = self._ask("study" if what == "status" else what, fields)
        return answer["trials"] if what == "trials" else answer

    def command(self, what: str, **fields: Any) -> None:
        self._ask(what, fields)

    def close(self) -> None:
        self._trainer.close()

    def _ask(self, method: str, fields: Mapping[str, Any]) -> Any:
        """The answer of an engine that has read what this trainer has stored."""
        while self._read < (stored := self._trainer.study.position):
            self._read = self._answer("study", {})["position"]
            if self._read < stored:
                time.sleep(0.01)
        return self._answer(method, fields)

    def _answer(self, method: str, fields: Mapping[str, Any]) -> Any:
        answer = self._trainer.study.ask(method, json.dumps(fields, allow_nan=False, default=plain), self._patience.check)
        if answer["ok"]:
            return answer["result"]
        raise HypertideError(f"{self.study}: {answer['error']}", answer.get("code"))

    def _printed(self, *words: str) -> str:
        what, *more = words
        return printed(*what.split(), self._url, *more)
