"""The part of the NATS protocol that a trainer needs, with the standard library only."""

from __future__ import annotations

import contextlib
import json
import math
import random
import socket
import ssl
import string
import sys
import threading
import time
import urllib.parse
from typing import IO, Any, Callable, Mapping

from ._engine import STARTING
from ._nats_access import Access, credentials_in, signed

ANSWER_SECONDS = 2
PING_SECONDS = 1.5
SILENCE_SECONDS = 4.5  # with a ping every 1.5 seconds, a connection that is silent for longer is dead


Headers = dict[str, str]  # with names in lower case
Message = tuple[Headers, str, bytes]  # headers, reply subject and body
Hear = Callable[[bytes], object]


class _Waiter:
    def __init__(self) -> None:
        self.event = threading.Event()
        self.answer: Message | None = None


class NoResponder(TimeoutError):
    """No program answers requests of a subject."""


class Connection:
    """A NATS connection that reconnects. One thread reads; any thread may write."""

    def __init__(self, access: Access, name: str) -> None:
        places = [urllib.parse.urlparse(one if "://" in one else f"nats://{one}") for one in map(str.strip, access.url.split(","))]
        for place in places:
            if place.scheme not in ("nats", "tls"):  # another one instead could send a password in the clear
                raise ValueError(f"expected nats:// or tls://, got {place.scheme}://, which this client does not support")
        self.addresses = [(place.hostname or "127.0.0.1", place.port or 4222) for place in places]
        self.encrypted = access.tls is not None or any(place.scheme == "tls" for place in places)
        self.tls = access.tls
        parsed = next((place for place in places if place.username), places[0])
        self.options: dict[str, Any] = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "python", "version": "1"}
        self.options |= {"name": name, "protocol": 1}
        if parsed.username and parsed.password is None:
            self.options["auth_token"] = urllib.parse.unquote(parsed.username)
        elif parsed.username:
            self.options |= {"user": urllib.parse.unquote(parsed.username), "pass": urllib.parse.unquote(parsed.password or "")}
        if access.user:
            self.options |= {"user": access.user, "pass": access.password}
        if access.token:
            self.options["auth_token"] = access.token
        self.creds, self.seed, self.jwt = access.creds, access.seed, access.jwt
        self.inbox = f"_INBOX.{name}.{token_of(16)}"
        self.handlers: dict[str, tuple[str, Hear]] = {}
        self.waiting: dict[str, _Waiter] = {}
        self.count = 0
        self.closed = False
        self.refused = False
        self.is_clustered = False  # whether other servers may do the work of this one
        self.lock = threading.Lock()
        self.socket: socket.socket
        self.stream: IO[bytes]
        self._connect(STARTING)
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._ping, daemon=True).start()

    def subscribe(self, subject: str, hear: Hear) -> str:
        """Calls back with the body of each message, but not of one that was read from a stream: another user can have it sent here."""
        with self.lock:
            self.count += 1
            self.handlers[sid := str(self.count)] = (subject, hear)
        self._send(f"SUB {subject} {sid}\r\n".encode())
        return sid

    def publish(self, subject: str, data: str | bytes, reply: str = "", headers: Mapping[str, str] | None = None) -> None:
        body = data if isinstance(data, bytes) else data.encode()
        if headers:
            head = ("NATS/1.0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode()
            line = f"HPUB {subject} {reply} {len(head)} {len(head) + len(body)}\r\n"
            self._send(line.encode() + head + body + b"\r\n")
        else:
            self._send(f"PUB {subject} {reply} {len(body)}\r\n".encode() + body + b"\r\n")

    def request(
        self,
        subject: str,
        data: str | bytes,
        headers: Mapping[str, str] | None = None,
        seconds: float = ANSWER_SECONDS,
        until: Callable[[], bool] = lambda: False,
    ) -> Message:
        """The first answer. Each request has its own inbox."""
        with self.lock:
            self.count += 1
            sid = str(self.count)
            waiter = self.waiting[sid] = _Waiter()
        inbox = f"{self.inbox}.{sid}"
        try:
            self._send(f"SUB {inbox} {sid}\r\nUNSUB {sid} 1\r\n".encode())
            self.publish(subject, data, inbox, headers)
            if not waiter.event.wait(seconds) or waiter.answer is None or until():
                raise TimeoutError(f"{subject}: no answer")
        finally:
            self.waiting.pop(sid, None)
        answer_headers, reply, body = waiter.answer
        if answer_headers.get("status") == "503":
            raise NoResponder(f"{subject}: no responder")
        return answer_headers, reply, body

    def wake(self) -> None:
        """Ends all waits."""
        for waiter in list(self.waiting.values()):
            waiter.event.set()

    def close(self) -> None:
        self.closed = True
        self.wake()
        self.socket.close()

    def _connect(self, seconds: float = math.inf) -> None:
        """Connects to the first server that accepts, and first tries another one than the last time. Raises OSError after so many seconds."""
        until = time.monotonic() + seconds
        pause = 0.1
        while not self.closed:
            for address in list(self.addresses):
                self.addresses.append(self.addresses.pop(0))
                try:
                    return self._connect_to(address)
                except (OSError, ValueError, KeyError) as error:
                    problem = error
            is_refused = isinstance(problem, (PermissionError, ssl.SSLError))
            if time.monotonic() > until or (is_refused and seconds < math.inf):
                raise problem
            if is_refused and not self.refused:
                print(f"the server refuses the login: it has expired or was revoked ({problem}); trying again", file=sys.stderr)
                self.refused = True
            time.sleep(pause * (0.5 + random.random()))
            pause = min(2 * pause, 2.0)

    def _connect_to(self, address: tuple[str, int]) -> None:
        connection: socket.socket = socket.create_connection(address, timeout=ANSWER_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = connection.makefile("rb")
        greeting = self.stream.readline()
        if not greeting.startswith(b"INFO "):
            raise ConnectionError("the server sent nothing")
        info = json.loads(greeting[len("INFO ") :])
        self.is_clustered = "cluster" in info
        wanted, offered = self.encrypted or info.get("tls_required"), info.get("tls_required") or info.get("tls_available")
        if wanted and not offered:
            connection.close()
            raise ConnectionError("the server does not use TLS")
        if wanted:
            connection = (self.tls or ssl.create_default_context()).wrap_socket(connection, server_hostname=address[0])
            self.stream = connection.makefile("rb")
        if self.creds:
            with contextlib.suppress(OSError, ValueError):  # credentials that end are replaced before that
                self.jwt, self.seed = credentials_in(self.creds)
        if self.seed:
            public, signature = signed(self.seed, info["nonce"])
            self.options |= {"sig": signature, **({"jwt": self.jwt} if self.jwt else {"nkey": public})}
        subscriptions = "".join(f"SUB {subject} {sid}\r\n" for sid, (subject, _) in list(self.handlers.items()))
        connection.sendall(f"CONNECT {json.dumps(self.options)}\r\n{subscriptions}PING\r\n".encode())
        answer = self.stream.readline()
        while answer.startswith(b"INFO"):
            answer = self.stream.readline()
        if answer.startswith(b"-ERR"):
            raise PermissionError(answer.decode().strip())
        connection.settimeout(SILENCE_SECONDS)
        self.socket = connection

    def _ping(self) -> None:
        while not self.closed:
            self._send(b"PING\r\n")
            time.sleep(PING_SECONDS)

    def _send(self, data: bytes) -> None:
        with self.lock:
            try:
                self.socket.sendall(data)
            except OSError:
                pass  # the request times out and is sent again

    def _read(self) -> None:
        while not self.closed:
            try:
                self._read_messages()
            except (OSError, ValueError, IndexError):
                pass  # what does not follow the protocol is over, too
            time.sleep(0.1 * random.random())  # many connections were cut at once
            self._connect()
            self.wake()  # pending requests are sent again
            self.refused = False

    def _read_messages(self) -> None:
        """Reads until the connection ends. The piece of a line or message at which it is cut says nothing."""
        while (line := self.stream.readline()).endswith(b"\r\n"):
            word, *words = line.split()
            if word == b"PING":
                self._send(b"PONG\r\n")
            elif word in (b"MSG", b"HMSG"):
                self._hear(word, [w.decode() for w in words])

    def _hear(self, word: bytes, words: list[str]) -> None:
        sid, length = words[1], int(words[-1])
        body = self.stream.read(length + 2)
        if len(body) < length + 2:
            raise ConnectionError("the connection was cut within a message")
        body = body[:-2]
        headers: Headers = {}
        sizes = 1
        if word == b"HMSG":
            sizes = 2
            head, body = body[: int(words[-2])], body[int(words[-2]) :]
            headers = headers_of(head)
        reply = words[2] if len(words) > 2 + sizes else ""
        waiter = self.waiting.get(sid)
        if waiter:
            waiter.answer = (headers, reply, body)
            waiter.event.set()
        elif sid in self.handlers and "nats-stream" not in headers:
            try:
                self.handlers[sid][1](body)
            except Exception:
                pass  # malformed: ignored, since nothing that arrives may end this thread


def headers_of(head: bytes) -> Headers:
    first, *lines = head.decode(errors="replace").split("\r\n")
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines) if k}
    words = first.split()
    if len(words) > 1:
        headers["status"] = words[1]
    return headers


def token_of(length: int) -> str:
    return "".join(random.SystemRandom().choices(string.ascii_lowercase + string.digits, k=length))
