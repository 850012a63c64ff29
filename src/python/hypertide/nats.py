"""A trainer for hypertide studies on a NATS server, with the standard library only.

    from hypertide import nats

    def objective(trial):
        for epoch in range(1, 11):
            loss = train_one_epoch(**trial.params)
            trial.report(loss, epoch)  # ends the trial here when it should stop
        return loss

    nats.run("nats://127.0.0.1:4222", "digits", objective)

It follows the protocol that `hypertide asyncapi` describes: a pull for each suggestion, a claim (`started`), an acknowledgement as soon as the
claim is stored, then facts, each of which is sent again with the same id until the server has it, and heartbeats from a thread.
"""

import json
import math
import os
import shutil
import sys
import threading
import time
from contextlib import contextmanager

from . import _nats_checkpoints as checkpoints
from ._nats_saving import Saving
from ._nats_signals import ends_on_sigterm
from ._nats_access import Access
from ._nats_connection import token_of
from ._nats_study import Deleted, Refused, StudyOnServer
from ._nats_trial import NatsTrial
from ._trace import traceback_of
from .errors import Abandoned, Infeasible, Stopped

__all__ = ["Abandoned", "Infeasible", "NatsTrial", "Refused", "Stopped", "Trainer", "run"]

PRESENCE_SECONDS = 5.0
# gives a suggestion back for other trainers, which get it a little later
FOR_OTHERS = b'-NAK {"delay": 250000000}'
SAID = {
    "work": "takes trials again",
    "pause": 'is paused, and takes no trials until "hypertide resume"',
    "drain": "takes no more trials, and ends with the one that it has",
}
DEFAULT_LEASE = 30.0
DEFAULT_LIMIT = 16 * 1024
LONGEST_MESSAGE = 4000
INTERRUPTED = 130  # the status of a process that was asked to end, as that of hypertide worker
OBJECTION_SECONDS = 1.0  # that an engine has to refuse a claim that may have come second


def run(url, study, objective, name=None, token=None, nkey=None, on_trial=None, tls=None, creds=None, context=None, save_every=None):
    """Evaluates what the study suggests until it closes; returns how many trials it has evaluated.

    objective  as in `Study.optimize`: takes a trial and returns a number, or a dictionary with a number for each objective
    url        one or several servers, separated by commas. tls:// is always encrypted, nats:// if the server asks for it. Subjects that
               begin with acme.ml instead of ht, and JetStream in the domain hub, are part of it: nats://host?prefix=acme.ml&domain=hub.
               None: the server of the context or, without one, that of HYPERTIDE_NATS in the environment
    nkey       the path of a file with a seed, such as `hypertide nats-config` writes, for the trainer called `name`
    creds      the path of a file with credentials, such as `hypertide nats-config --jwt` writes, for the trainer called `name`
    context    the name of a context of the `nats` command, for the server and the login
    tls        an ssl.SSLContext, for your own certificate authority or client certificate
    on_trial   called with each trial when it has ended
    save_every seconds: a report also saves `trial.checkpoint` on the server, at most this often, so that the trial continues after the loss of
               the machine. The objective waits until it is saved. Default: it is saved at the end of the trial

    SIGTERM and Ctrl-C leave the objective and hand its trial back with the last checkpoint, so that another trainer resumes it at once. After
    SIGTERM, the process ends with status 130; a second SIGTERM ends it immediately. If your program has set a handler for SIGTERM, it stays:
    let it raise KeyboardInterrupt to hand the trial back. An objective that calls sys.exit fails its trial, and ends the process.
    """
    trainer = Trainer(url, study, name, token, nkey, tls, creds, context, save_every)
    try:
        ended = 0
        with ends_on_sigterm(trainer):
            while (trial := trainer.next_trial()) is not None:
                trainer.perform(trial, objective)
                ended += 1
                if on_trial:
                    on_trial(trial)
        return ended
    except Deleted as error:
        print(error, file=sys.stderr)
        raise SystemExit(INTERRUPTED) from None
    finally:
        trainer.close()


class Trainer:
    def __init__(self, url, study, name=None, token=None, nkey=None, tls=None, creds=None, context=None, save_every=None, slots=1):
        self.slots = slots
        self.name = name or f"py-{token_of(8)}"
        self.study = StudyOnServer(Access(url, token, nkey, tls, creds, context), study, self.name)
        self.nats = self.study.nats
        self.save_every = save_every
        self.closed = False
        self.paused = False
        self.told = "work"
        self.attempts = {}  # the trials that this trainer holds, by their numbers
        self._should_end = False
        self._can_leave = False
        self.nats.subscribe(f"{self.study.root}.directive.*", self._obey)
        self.nats.subscribe(f"{self.study.root}.rejected.{self.name}", self._regret)
        self.closed = self.study.has_closed()  # it may have closed before this trainer started
        self._beating = threading.Thread(target=self._beat, daemon=True)
        self._beating.start()

    def close(self):
        self.closed = True
        self.study.beat(0, {"slots": self.slots, "ended": True})
        if self.told == "drain":
            print(f"{self.name} is drained, so this trainer ends", file=sys.stderr)
        self.nats.close()

    def end(self):
        """Ends this trainer from a handler of a signal: it hands its trial back."""
        self._should_end = self.study.is_ending = True
        if self._can_leave:
            raise SystemExit(INTERRUPTED)

    @contextmanager
    def _interruptible(self):
        """What `end` may leave at any place. Other code, such as what stores a fact, comes to its end first."""
        self._can_leave = True
        try:
            if self._should_end:
                raise SystemExit(INTERRUPTED)
            yield
        finally:
            self._can_leave = False

    def next_trial(self):
        """Claims the next suggestion; None when the study has closed, or this trainer is drained."""
        while not self.closed:
            if (trial := self.claim()) is not None:
                return trial
        return None

    def claim(self):
        """Claims a suggestion; None if there is none for some seconds, or it is not for this trainer."""
        with self._interruptible():
            if self.paused:
                time.sleep(0.1)
                return None
            pulled = self.study.pull(until=lambda: self.closed)
        if pulled is None:
            return None
        headers, reply, data = pulled
        try:
            suggestion = json.loads(data)
            if self.paused or self.name in suggestion.get("avoid", ()):
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
        saving = None if self.save_every is None else Saving(self.study, self.save_every)
        trial = NatsTrial(self.study, suggestion, lease, limit, saving)
        self.attempts[trial.number] = trial
        trial.say("started", trainer=self.name)
        self.nats.publish(reply, b"+ACK")
        if state == "unclear" and trial.lost_within(OBJECTION_SECONDS):
            self.release(trial)
            return None
        return trial

    def release(self, trial):
        """A trial that has ended or is lost is no longer held."""
        if self.attempts.get(trial.number) is trial:
            del self.attempts[trial.number]

    def perform(self, trial, objective):
        """Runs the objective, and sends how the trial ended."""
        since = time.monotonic()
        directory = None
        try:
            with self._interruptible():
                if checkpoints.is_reference(trial.checkpoint):
                    directory = self.restore(trial)
                value = objective(trial)
            if trial.step:
                trial.refuse_if_abandoned()
                if trial.should_stop:
                    raise Stopped  # its last report is its result, whatever else it returns
            values = self.study.named(value)
            wrong = [name for name, number in values.items() if not math.isfinite(number)]
            if wrong:
                trial.say("failed", reason="non-finite", message=f"{wrong[0]} is {values[wrong[0]]}")
            else:
                trial.say("completed", seconds=time.monotonic() - since, values=values, **self.extras(trial))
        except KeyboardInterrupt:
            self._hand_back(trial)
            raise
        except SystemExit as error:
            if self._should_end:
                self._hand_back(trial)
            else:
                self._say_why(trial, error, f"the objective called sys.exit({error.code!r})")
            raise
        except Deleted:
            raise
        except Exception as error:  # any error of the objective
            self._say_why(trial, error, f"{type(error).__name__}: {error}")
        finally:
            self.release(trial)
            if directory:
                shutil.rmtree(directory, ignore_errors=True)

    def _say_why(self, trial, error, message):
        """Sends how a trial ended whose objective raised an error."""
        if trial.abandoned:
            pass  # it no longer counts
        elif trial._not_finite:
            trial.say("failed", reason="non-finite", message=trial._not_finite)
        elif trial.stop_by is not None:
            trial.say("stopped", by=str(trial.stop_by), **({"step": trial.step} if trial.step else {}))
        elif isinstance(error, Infeasible):
            trial.say("failed", reason="infeasible", message=str(error)[:LONGEST_MESSAGE])
        else:
            trial.say("failed", reason="error", message=message[:LONGEST_MESSAGE], trace=traceback_of(error))

    def _hand_back(self, trial):
        """Lets another trainer take the trial at once."""
        self.study.is_ending = True
        print(f"handing trial {trial.number} back; interrupt again to end at once", file=sys.stderr)
        try:
            saved = self.extras(trial).get("checkpoint")
            if trial.is_restored and saved is not None and os.path.exists(saved):
                saved = None  # it is only on this machine: others resume from the one that this attempt was given
            left = {} if saved is None else {"checkpoint": saved}
            trial.say("failed", reason="preempted", message="handed back: its trainer was asked to end", **left)
        except Abandoned:
            return  # another one has it already
        if saved is not None:
            how = "with its checkpoint on the server" if checkpoints.is_reference(saved) else f"with its checkpoint {saved}"
        elif trial._given_checkpoint is not None:
            how = "for another trainer to resume from the same checkpoint"
        else:
            how = "for another trainer to begin again"
        print(f"trial {trial.number} handed back, {how}", file=sys.stderr)

    def restore(self, trial):
        """Puts the checkpoint that a trial resumes where it can read it. Without one, the trial begins again."""
        directory = checkpoints.new_directory()
        try:
            trial.checkpoint = checkpoints.restore(self.study, trial, trial.checkpoint, directory)
            trial.is_restored = True
        except (checkpoints.CheckpointError, OSError) as error:
            print(f"trial {trial.number}: its checkpoint cannot be restored, so it begins again: {error}", file=sys.stderr)
            trial.checkpoint = None
        trial._given_checkpoint = trial.checkpoint
        return directory

    def extras(self, trial):
        """What is kept with a result. A checkpoint that is on this machine is saved on the server."""
        extras = trial.extras()
        if "checkpoint" in extras:
            extras["checkpoint"] = self.saved(trial, extras["checkpoint"])
        return extras

    def saved(self, trial, path):
        """The reference to a checkpoint that is now on the server; what it was, if it is not on this machine or cannot be saved."""
        if not os.path.exists(path):
            return path
        try:
            return checkpoints.save(self.study, trial, path)
        except (checkpoints.CheckpointError, OSError) as error:
            print(f"trial {trial.number}: its checkpoint stays on this machine, at {path}: {error}", file=sys.stderr)
            return path

    def _obey(self, data):
        message = json.loads(data)
        trial = self.attempts.get(message.get("trial"))
        if message.get("type") == "stop" and trial:
            trial.stop_by = message.get("by", "engine")
            trial.should_stop = True
        elif message.get("type") == "closed":
            self.closed = True
            self.nats.wake()
        elif message.get("type") == "instructed" and message.get("trainer") == self.name:
            self._instruct(message.get("to"), message.get("reason"))

    def _instruct(self, to, reason):
        """What a person or the engine tells this trainer is repeated until it obeys."""
        if to not in SAID or to == self.told:
            return
        self.told = to
        self.paused = to == "pause"
        print(f"{self.name} {SAID[to]}{f': {reason}' if reason else ''}", file=sys.stderr)
        if to == "drain":
            self.closed = True
            self.nats.wake()

    def _regret(self, data):
        message = json.loads(data)
        trial = next((one for one in list(self.attempts.values()) if one.run == message.get("run")), None)
        if trial and (message.get("type") == "started" or message.get("code") == "ended"):
            trial.abandon()

    def _beat(self):
        present = 0.0
        while not self.nats.closed:
            if time.monotonic() >= present:
                self.study.beat(0, {"slots": self.slots})
                present = time.monotonic() + PRESENCE_SECONDS
            held = list(self.attempts.values())
            for trial in held:
                self.study.beat(trial.number, {"run": trial.run})
            time.sleep(min((min(trial.lease for trial in held) if held else 1.0) / 3, PRESENCE_SECONDS))
