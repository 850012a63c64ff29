"""An attempt at a trial that a trainer on a NATS server has claimed."""

import json
import sys
import threading
import uuid

from ._nats_connection import token_of
from ._nats_study import Refused
from ._values import finite
from .errors import Abandoned
from .trial import Trial


class NatsTrial(Trial):
    """An attempt at a trial that this trainer has claimed."""

    def __init__(self, study, suggestion, lease, limit, saving=None):
        super().__init__(
            {
                "id": suggestion["trial"],
                "params": suggestion["params"],
                "until": suggestion.get("budget"),
                "resumes": suggestion.get("resumes"),
                "checkpoint": suggestion.get("checkpoint"),
            },
            self.send_report,
        )
        self._study = study
        self._saving = saving
        self.attempt = suggestion["attempt"]
        self.tags = suggestion.get("tags", {})
        self.lease = lease
        self.limit = limit
        self.run = f"{self.number}.{self.attempt}.{token_of(12)}"
        self.stop_by = None
        self.is_restored = False  # whether it resumes from a checkpoint on the server
        self._lost = threading.Event()

    @property
    def abandoned(self):
        return self._lost.is_set()

    def abandon(self):
        self._lost.set()

    def lost_within(self, seconds):
        """Whether the engine refuses this claim within so many seconds."""
        return self._lost.wait(seconds)

    def send_report(self, _number, step, value, metrics):
        self.refuse_if_abandoned()
        if not self.should_stop:
            try:
                saved = self._saving.reported(self) if self._saving else None
                more = {"metrics": finite(metrics or {}), "checkpoint": saved}
                self.say("reported", step=step, values=self._study.named(value), **{name: given for name, given in more.items() if given})
            except Refused:
                pass  # the trial continues without it
        self.refuse_if_abandoned()
        return self.should_stop

    def refuse_if_abandoned(self):
        if self.abandoned:
            raise Abandoned(f"trial {self.number} belongs to another run")

    def say(self, kind, **more):
        fact = {"type": kind, "trial": self.number, "attempt": self.attempt, "run": self.run, **more}
        for name in ("trace", "metrics", "gradient", "checkpoint"):  # a fact that is too large loses these, never its values
            if name in fact and len(json.dumps(fact)) > self.limit:
                del fact[name]
                print(f"trial {self.number}: {name} left out of {kind}: it is longer than {self.limit} bytes", file=sys.stderr)
        self._study.store(self.number, fact, str(uuid.uuid4()))
