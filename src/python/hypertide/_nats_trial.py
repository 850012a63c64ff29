"""An attempt at a trial that a trainer on a NATS server has claimed."""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
import time
from typing import Any, Mapping

from . import _nats_checkpoints as checkpoints
from ._each import reported
from ._nats_connection import token_of
from ._nats_study import Refused, StudyOnServer
from ._values import Value, plain
from .errors import Abandoned
from .trial import Example, Metrics, Trial


class NatsTrial(Trial):
    """An attempt at a trial that this trainer has claimed.

    With `save_every`, it saves its checkpoint when it reports, at most every so many seconds, so that it continues after the loss of a machine.
    """

    def __init__(self, study: StudyOnServer, suggestion: Mapping[str, Any], lease: float, limit: int, save_every: float | None = None) -> None:
        super().__init__(suggestion, self.send_report)
        self._study = study
        self.attempt: int = suggestion["attempt"]
        self.tags: dict[str, str] = suggestion.get("tags", {})
        self.lease = lease
        self.limit = limit
        self.run = f"{self.number}.{self.attempt}.{token_of(12)}"
        self.stop_reason: dict[str, str] = {}  # by what, and why
        self.began = time.monotonic()
        self.directory: str | None = None  # of the checkpoint that it was given, restored here
        self._save_every = save_every
        self._saved_at = self.began
        self._saved: str | None = None
        self.lost = threading.Event()  # set when this claim was refused, or another run holds the trial

    def send_report(self, _number: int, step: int, value: Value, metrics: Metrics, example: Example | None) -> bool:
        return self.sent(step, **reported(self._study.objectives(), self._study.examples(), value, metrics, example))

    def sent(self, step: int, values: Mapping[str, float], **more: Any) -> bool:
        """Sends a report. Returns whether the trial should stop."""
        self.refuse_if_abandoned()
        if not self.should_stop:
            try:
                more["checkpoint"] = self._saved_now()
                self.say("reported", step=step, values=values, **{name: given for name, given in more.items() if given})
            except Refused:
                pass  # the trial continues without it
        self.refuse_if_abandoned()
        return self.should_stop

    def refuse_if_abandoned(self) -> None:
        if self.lost.is_set():
            raise Abandoned(f"trial {self.number} belongs to another run")

    def say(self, kind: str, **more: Any) -> None:
        fact = {"type": kind, "trial": self.number, "attempt": self.attempt, "run": self.run, **more}
        for name in ("trace", "metrics", "gradient", "checkpoint"):  # a fact that is too large loses these, never its values
            if name in fact and len(json.dumps(fact, default=plain)) > self.limit:
                del fact[name]
                print(f"trial {self.number}: {name} left out of {kind}: it is longer than {self.limit} bytes", file=sys.stderr)
        self._study.store(self.number, fact, secrets.token_urlsafe(15))

    def saved(self, path: str, otherwise: str) -> str | None:
        """The reference to a checkpoint that is now on the server. None if it cannot be saved, which `otherwise` says with the reason."""
        try:
            return checkpoints.save(self._study, self, path, self._saved)
        except (checkpoints.CheckpointError, OSError) as error:
            print(f"trial {self.number}: its checkpoint {otherwise}: {error}", file=sys.stderr)
            return None

    def _saved_now(self) -> str | None:
        """The reference for a report; None if nothing is to be saved now, or the log names it already."""
        path = self.extras().get("checkpoint")
        if self._save_every is None or path is None or time.monotonic() - self._saved_at < self._save_every or not os.path.exists(path):
            return None
        reference = self.saved(path, "is not saved now")
        self._saved_at = time.monotonic()
        if reference == self._saved:
            return None
        self._saved = reference or self._saved
        return reference
