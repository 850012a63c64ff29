"""A study on a NATS server, as its trainers read and write it."""

from __future__ import annotations

import json
import re
import time
from typing import Any, Callable, Mapping, TypeVar

from ._nats_access import Access
from ._nats_connection import Connection, Message, NoResponder
from ._values import plain
from .errors import Interrupted

T = TypeVar("T")

PULL_SECONDS = 5
CLUSTER_PULL_SECONDS = 1  # the server that holds a pull may go away while the connection, to another one, stays
ANSWER_SECONDS = 10  # that an engine may think about a request
DELIVERY = re.compile(r"\.trainers\.\d+\.(\d+)\.")  # the position of a suggestion, in its reply subject


class Refused(Exception):
    """The server does not accept what was sent."""


class Deleted(Interrupted):
    """The study was deleted, so nothing can be stored any more."""


class StudyOnServer:
    """What a trainer called `name` asks of the server, and stores there."""

    def __init__(self, access: Access, study: str, name: str) -> None:
        self.name = name
        self.study = study
        self.api = access.api
        self.prefix = access.prefix
        self.root = f"{self.prefix}.{study}"
        self.stream = f"{self.prefix.replace('.', '_').upper()}_{study}"
        self.chunks = f"{self.prefix.replace('.', '_').upper()}C_{study}"
        self.nats = Connection(access, name)
        self._first: dict[str, Any] | None = None
        self.position = 0  # of the last fact that this trainer has stored
        self.is_ending = False  # whether its trainer was asked to end: then it does not wait for a study that was deleted

    def last(self, subject: str) -> Message:
        """The last fact of a subject of the log. Its headers have the status 404 if there is none."""
        return self.nats.request(f"{self.api}.DIRECT.GET.{self.stream}.{self.root}.log.{subject}", "")

    def is_last(self, fact: bytes) -> bool:
        """Whether a part of JSON stands in the last fact about the study."""
        return fact in self.insist(lambda: self.last("study"))[2]

    def beat(self, trial: int, content: Mapping[str, Any]) -> None:
        """Sends a heartbeat; trial 0 says that the trainer is there."""
        self.nats.publish(f"{self.root}.beat.{self.name}.{trial}", json.dumps(content))

    def objectives(self) -> list[str]:
        """The names of the objectives."""
        return [objective["name"] for objective in self.created()["objectives"]]

    def examples(self) -> dict[str, Any]:
        """The `count` of its examples, and their `ids`, if they have names; empty if it has none."""
        return self.created().get("examples") or {}

    def created(self) -> dict[str, Any]:
        """The first fact of the study. Waits until it has begun."""
        self._first = self._first or self.insist(self._created)
        return self._first

    def _created(self) -> dict[str, Any]:
        headers, _, data = self.last("created")
        if headers.get("status") == "404":
            raise TimeoutError(f"{self.stream}: the study has not started")
        created: dict[str, Any] = json.loads(data)
        return created

    def pull(self, until: Callable[[], bool]) -> Message | None:
        """The headers, reply subject and body of the next suggestion; None if there is none yet."""
        seconds = CLUSTER_PULL_SECONDS if self.nats.is_clustered else PULL_SECONDS
        ask = json.dumps({"batch": 1, "expires": seconds * 1_000_000_000})
        try:
            headers, reply, data = self.nats.request(
                f"{self.api}.CONSUMER.MSG.NEXT.{self.stream}.trainers", ask, seconds=seconds + 1, until=until
            )
        except (TimeoutError, OSError):
            time.sleep(0.2)
            return None
        return (headers, reply, data) if reply else None  # a status needs no acknowledgement

    def state_of(self, suggestion: Mapping[str, Any], reply: str) -> str:
        """Whether an attempt is free or taken, judging by the last fact of its trial: the log decides, this only saves work.

        A late fact of an earlier attempt hides what this one has become: it is unclear.
        """
        headers, _, data = self.insist(lambda: self.last(f"by.*.{suggestion['trial']}"))
        if headers.get("status") == "404":
            return "free"
        try:
            attempt = json.loads(data).get("attempt")
        except (ValueError, AttributeError):
            attempt = None
        if isinstance(attempt, int) and attempt >= suggestion["attempt"]:
            return "taken"
        delivery = DELIVERY.search(reply)
        is_older = delivery is not None and int(headers.get("nats-sequence", 0)) < int(delivery[1])
        return "free" if is_older else "unclear"

    def store(self, trial: int, fact: Mapping[str, Any], message_id: str) -> None:
        """Publishes a fact until the stream has it: the server stores the same id once, so no other trainer may be able to guess it."""
        subject = f"{self.root}.log.by.{self.name}.{trial}"
        data = json.dumps(fact, allow_nan=False, default=plain)
        event = {
            "ce-specversion": "1.0",
            "ce-id": message_id,
            "ce-source": f"/studies/{self.study}/trainers/{self.name}",
            "ce-type": f"hypertide.{fact['type']}.v1",
        }
        self.insist(lambda: self._publish(subject, data, {"Nats-Msg-Id": message_id, **event}))

    def _publish(self, subject: str, data: str, headers: Mapping[str, str]) -> None:
        _, _, answer = self.nats.request(subject, data, headers=headers)
        ack = json.loads(answer)
        self.position = max(self.position, ack.get("seq", 0))
        if "error" in ack:
            if ack["error"].get("code") == 503:
                raise TimeoutError()
            raise Refused(ack["error"].get("description"))

    def ask(self, method: str, data: str, check: Callable[[], object]) -> dict[str, Any]:
        """The answer of an engine to a request. `check` is called between two attempts, and may raise."""

        def request() -> Message:
            check()
            return self.nats.request(f"{self.root}.rpc.{method}", data, seconds=ANSWER_SECONDS)

        _, _, answer = self.insist(request)
        answered: dict[str, Any] = json.loads(answer)
        return answered

    def _is_deleted(self) -> bool:
        """Whether the server lists no stream of the study, and none answers. False if it does not say."""
        for api in (self.prefix, self.api):  # the first one is for trainers with an account of their own
            try:
                _, _, answer = self.nats.request(f"{api}.STREAM.NAMES", json.dumps({"subject": f"{self.root}.log.created"}))
                listed = json.loads(answer)
            except (TimeoutError, OSError, ValueError):
                continue
            if "error" not in listed:
                return self.stream not in (listed.get("streams") or ()) and not self._answers()
        return False

    def _answers(self) -> bool:
        """Whether the study answers: an account that imports it and has streams of its own lists only those."""
        try:
            self.last("created")
        except NoResponder:
            return False
        except (TimeoutError, OSError):
            pass  # the server is slow
        return True

    def insist(self, ask: Callable[[], T]) -> T:
        pause = 0.05
        while True:
            try:
                return ask()
            except (TimeoutError, OSError):
                if self.nats.closed:
                    raise
                if self.is_ending and self._is_deleted():
                    raise Deleted(f"{self.study}: the study was deleted, so {self.name} ends without storing the result of its trial") from None
                time.sleep(pause)
                pause = min(2 * pause, 1.0)
