"""Claims trials of a study on a NATS server, and tells how they end."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from contextlib import contextmanager
from typing import Any, Callable, Iterator

from . import _nats_checkpoints as checkpoints
from ._each import evaluated_on
from ._loop import Ending
from ._nats_access import Access
from ._nats_connection import token_of
from ._nats_study import StudyOnServer
from ._nats_trial import NatsTrial
from .errors import Abandoned, Interrupted

PRESENCE_SECONDS = 5.0
# gives a suggestion back for other trainers, which get it a little later
FOR_OTHERS = b'-NAK {"delay": 250000000}'
SAID = {
    "work": "takes trials again",
    "pause": 'is paused, and takes no trials until "hypertide worker resume"',
    "drain": "takes no more trials, and ends with the one that it has",
}
DEFAULT_LEASE = 30.0
DEFAULT_LIMIT = 16 * 1024
OBJECTION_SECONDS = 1.0  # that an engine has to refuse a claim that may have come second


class Trainer:
    """Claims trials of a study, and tells how they end."""

    def __init__(self, access: Access, study: str, name: str | None = None, save_every: float | None = None) -> None:
        self.slots = 1
        self.name = name or f"py-{token_of(8)}"
        self.study = StudyOnServer(access, study, self.name)
        self.nats = self.study.nats
        self.save_every = save_every
        self.closed = False
        self.told = "work"
        self.paused = False  # whether the study is
        self.attempts: dict[int, NatsTrial] = {}  # those that it holds, by the numbers of their trials
        self._should_leave = False
        self._can_leave = False
        self.nats.subscribe(f"{self.study.root}.directive.*", self._obey)
        self.nats.subscribe(f"{self.study.root}.rejected.{self.name}", self._regret)
        self.closed = self.study.is_last(b'"type":"closed"')  # before this trainer started
        if self.study.is_last(b'"paused":true'):
            self._obey(b'{"type":"paused"}')
        threading.Thread(target=self._beat, daemon=True).start()

    def close(self) -> None:
        self.closed = True
        self.study.beat(0, {"slots": self.slots, "ended": True})
        if self.told == "drain":
            print(f"{self.name} is drained, so this trainer ends", file=sys.stderr)
        self.nats.close()
        for trial in list(self.attempts.values()):
            self._release(trial)

    def leave(self) -> None:
        """Ends this trainer from a handler of a signal: it hands its trial back. What stores a fact comes to its end first."""
        self._should_leave = self.study.is_ending = True
        self._leave_if_asked()

    def _leave_if_asked(self) -> None:
        if self._should_leave and self._can_leave:
            raise Interrupted

    @contextmanager
    def _leavable(self) -> Iterator[None]:
        self._can_leave = True
        try:
            self._leave_if_asked()
            yield
        finally:
            self._can_leave = False

    def leavable(self, objective: Callable[[NatsTrial], Any]) -> Callable[[NatsTrial], Any]:
        """The objective, which `leave` may leave at any place until `end` or `hand_back` is called."""

        def evaluate(trial: NatsTrial) -> Any:
            self._can_leave = True
            self._leave_if_asked()
            return objective(trial)

        return evaluate

    def next_trial(self) -> NatsTrial | None:
        """Claims the next suggestion; None when the study has closed, or this trainer is drained."""
        while not self.closed:
            if (trial := self.claim()) is not None:
                return trial
        return None

    def claim(self) -> NatsTrial | None:
        """Claims a suggestion; None if there is none for some seconds, or it is not for this trainer."""
        for lost in [trial for trial in self.attempts.values() if trial.lost.is_set()]:
            self._release(lost)
        with self._leavable():
            if self.told == "pause" or self.paused:
                time.sleep(0.1)
                return None
            pulled = self.study.pull(until=lambda: self.closed)
        if pulled is None:
            return None
        headers, reply, data = pulled
        try:
            suggestion = json.loads(data)
            if self.told == "pause" or self.paused or self.name in suggestion.get("avoid", ()):
                self.nats.publish(reply, FOR_OTHERS)
                return None
            state = self.study.state_of(suggestion, reply) if suggestion.get("type") == "suggested" else "taken"
        except (ValueError, AttributeError):
            state = "taken"
        if state == "taken":
            self.nats.publish(reply, b"+ACK")
            return None
        lease = float(headers.get("hypertide-lease", DEFAULT_LEASE))
        limit = int(headers.get("hypertide-limit", DEFAULT_LIMIT))
        suggestion |= evaluated_on(self.study.examples(), suggestion)
        trial = self.attempts[suggestion["trial"]] = NatsTrial(self.study, suggestion, lease, limit, self.save_every)
        trial.say("started", trainer=self.name)
        self.nats.publish(reply, b"+ACK")
        if state == "unclear" and trial.lost.wait(OBJECTION_SECONDS):
            self._release(trial)
            return None
        return self._restored(trial) if checkpoints.is_reference(trial.checkpoint) else trial

    def end(self, trial: NatsTrial, ending: Ending) -> None:
        """Sends how a trial ended. Raises Abandoned if it no longer counts."""
        self._can_leave = False
        try:
            trial.refuse_if_abandoned()
            if ending.values is not None:
                trial.say("completed", seconds=time.monotonic() - trial.began, values=ending.values, **self._extras(trial))
            elif ending.reason is not None:
                left = self._extras(trial).get("checkpoint") if ending.reason == "preempted" else None
                trial.say("failed", **ending.failure(), **({"checkpoint": left} if left else {}))
            else:
                trial.say("stopped", **({"by": "trainer"} | trial.stop_reason), **({"step": trial.step} if trial.step else {}))
        finally:
            self._release(trial)

    def hand_back(self, trial: NatsTrial) -> None:
        """Lets another trainer take the trial at once."""
        self._can_leave = False
        self.study.is_ending = True
        print(f"handing trial {trial.number} back; interrupt again to end at once", file=sys.stderr)
        try:
            saved = self._extras(trial).get("checkpoint")
            if trial.directory and saved is not None and os.path.exists(saved):
                saved = None  # it is only on this machine: others resume from the one that this attempt was given
            left = {} if saved is None else {"checkpoint": saved}
            trial.say("failed", reason="preempted", message="handed back: its trainer was asked to end", **left)
        except Abandoned:
            return  # another one has it already
        finally:
            self._release(trial)
        if saved is not None:
            how = "with its checkpoint on the server" if checkpoints.is_reference(saved) else f"with its checkpoint {saved}"
        elif trial._given_checkpoint is not None:
            how = "for another trainer to resume from the same checkpoint"
        else:
            how = "for another trainer to begin again"
        print(f"trial {trial.number} handed back, {how}", file=sys.stderr)

    def _release(self, trial: NatsTrial) -> None:
        """A trial that has ended or is lost is no longer held."""
        if self.attempts.get(trial.number) is trial:
            del self.attempts[trial.number]
        if trial.directory:
            shutil.rmtree(trial.directory, ignore_errors=True)

    def _restored(self, trial: NatsTrial) -> NatsTrial | None:
        """Puts the checkpoint that a trial resumes where it can read it. Without one, the trial begins again."""
        trial.directory = checkpoints.new_directory()
        try:
            with self._leavable():
                trial.checkpoint = checkpoints.restore(self.study, trial, trial.checkpoint or "", trial.directory)
        except Abandoned:
            self._release(trial)
            return None
        except (checkpoints.CheckpointError, OSError, ValueError) as error:  # a name may be none on this machine
            print(f"trial {trial.number}: its checkpoint cannot be restored, so it begins again: {error}", file=sys.stderr)
            trial.checkpoint = None
        except BaseException:
            trial.directory = None
            self.hand_back(trial)
            raise
        trial._given_checkpoint = trial.checkpoint
        trial.began = time.monotonic()
        return trial

    def _extras(self, trial: NatsTrial) -> dict[str, Any]:
        """What is kept with a result. A checkpoint that is on this machine is saved on the server; if it cannot be, its path is kept."""
        extras = trial.extras()
        path = extras.get("checkpoint")
        if path is not None and os.path.exists(path):
            extras["checkpoint"] = trial.saved(path, f"stays on this machine, at {path}") or path
        return extras

    def _obey(self, data: bytes) -> None:
        message = json.loads(data)
        trial = self.attempts.get(message.get("trial"))
        if message.get("type") == "stop" and trial:
            trial.stop_reason = {key: message[key] for key in ("by", "why") if key in message}
            trial.should_stop = True
        elif message.get("type") == "closed":
            self.closed = True
            self.nats.wake()
        elif message.get("type") in ("paused", "resumed"):
            was, self.paused = self.paused, message["type"] == "paused"
            if was != self.paused:
                print(f"the study {'is paused: no trial begins until it is resumed' if self.paused else 'continues'}", file=sys.stderr)
        elif message.get("type") == "instructed" and message.get("trainer") == self.name:
            self._instruct(message.get("to"), message.get("reason"))

    def _instruct(self, to: str, reason: str | None) -> None:
        """What a person or the engine tells this trainer is repeated until it obeys."""
        if to not in SAID or to == self.told:
            return
        self.told = to
        print(f"{self.name} {SAID[to]}{f': {reason}' if reason else ''}", file=sys.stderr)
        if to == "drain":
            self.closed = True
            self.nats.wake()

    def _regret(self, data: bytes) -> None:
        message = json.loads(data)
        trial = next((one for one in list(self.attempts.values()) if one.run == message.get("run")), None)
        if trial and (message.get("type") == "started" or message.get("code") == "ended"):
            trial.lost.set()

    def _beat(self) -> None:
        present = 0.0
        while not self.nats.closed:
            if time.monotonic() >= present:
                self.study.beat(0, {"slots": self.slots})
                present = time.monotonic() + PRESENCE_SECONDS
            held = list(self.attempts.values())
            for trial in held:
                self.study.beat(trial.number, {"run": trial.run})
            time.sleep(min((min(trial.lease for trial in held) if held else 1.0) / 3, PRESENCE_SECONDS))
