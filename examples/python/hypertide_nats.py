"""A trainer for hypertide studies on a NATS server: one file, the standard library only.

    import hypertide_nats

    def objective(params, trial):
        for epoch in range(1, 11):
            loss = train_one_epoch(**params)
            trial.report(loss, step=epoch)        # raises Stopped when the trial is to stop
        return loss

    hypertide_nats.run("nats://127.0.0.1:4222", "digits", objective)

What it speaks is what `hypertide asyncapi` describes: a pull for each suggestion, a claim (`started`), an acknowledgement as soon as
the claim is stored, then facts, each of which is sent again with the same id until the server has it, and a beat from a thread.
"""

import base64
import binascii
import hashlib
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

PULL_SECONDS = 5
ANSWER_SECONDS = 2
DEFAULT_LEASE = 30.0
DEFAULT_LIMIT = 16 * 1024
LONGEST_MESSAGE = 4000
PING_SECONDS = 2
SILENCE_SECONDS = 6  # with a ping every two seconds, a link that is silent for longer is dead


class Stopped(Exception):
    """The trial is to stop; its last report is its result. Let it pass."""


class Abandoned(Exception):
    """Nobody wants this run any longer: another one holds the trial, or it has ended. Let it pass."""


class Infeasible(Exception):
    """Raise it where a configuration may not be run."""


class Refused(Exception):
    """The server does not take what was sent."""


def run(url, study, objective, name=None, token=None, nkey=None, on_trial=None, tls=None):
    """Evaluates what the study suggests until it closes.

    objective(params, trial) returns a number, or a dict with `values` and, if it likes, `metrics`, `constraints` and `checkpoint`.
    nkey is the path of a file that holds a seed, such as `hypertide nats-config` writes; the name is then the one it was made for.
    url may name several servers, with commas between. tls:// is always encrypted, nats:// where the server wants it; tls is an
    ssl.SSLContext, for an authority or a certificate of your own.
    Returns how many trials it has ended.
    """
    trainer = Trainer(url, study, name, token, nkey, tls)
    try:
        ended = 0
        while (trial := trainer.next_trial()) is not None:
            trainer.perform(trial, objective)
            ended += 1
            if on_trial:
                on_trial(trial)
        return ended
    finally:
        trainer.close()


class Trial:
    """An attempt at a trial that this trainer has claimed."""

    def __init__(self, trainer, suggestion, lease, limit):
        self._trainer = trainer
        self.number = suggestion["trial"]
        self.attempt = suggestion["attempt"]
        self.params = suggestion["params"]
        self.budget = suggestion.get("budget")
        self.resumes = suggestion.get("resumes")
        self.checkpoint = suggestion.get("checkpoint")
        self.tags = suggestion.get("tags", {})
        self.lease = lease
        self.limit = limit
        self.run = f"{self.number}.{self.attempt}.{token_of(12)}"
        self.step = None
        self.stop_by = None
        self.abandoned = False
        self._sent = 0

    def report(self, value, step, metrics=None):
        """Says how the trial is doing. `step` is whole and grows, cumulative along `resumes`."""
        self.check()
        values = self._trainer.named(value)
        if all(math.isfinite(v) for v in values.values()):
            self.step = step
            try:
                self.say("reported", step=step, values=values, **({"metrics": metrics} if metrics else {}))
            except Refused:
                pass  # the trial goes on without it
        self.check()

    def check(self):
        """Raises Stopped or Abandoned if the trial is over."""
        if self.abandoned:
            raise Abandoned()
        if self.stop_by is not None:
            raise Stopped()

    def say(self, kind, **more):
        fact = {"type": kind, "trial": self.number, "attempt": self.attempt, "run": self.run, **more}
        for name in ("metrics", "gradient", "checkpoint"):  # its values are never lost by what comes with them
            if name in fact and len(json.dumps(fact)) > self.limit:
                del fact[name]
                print(f"trial {self.number}: {name} left out of {kind}: it is longer than {self.limit} bytes", file=sys.stderr)
        message_id = f"{self.run}/{self._sent}"
        self._sent += 1
        self._trainer.store(self.number, fact, message_id)


class Trainer:
    def __init__(self, url, study, name=None, token=None, nkey=None, tls=None):
        self.name = name or f"py-{token_of(8)}"
        self.root = f"ht.{study}"
        self.stream = f"HT_{study}"
        self.nats = Connection(url, self.name, token, nkey, tls)
        self.closed = False
        self.current = None
        self.objective = None
        self.nats.subscribe(f"{self.root}.directive.*", self._obey)
        self.nats.subscribe(f"{self.root}.rejected.{self.name}", self._regret)
        _, _, last = self._insist(lambda: self.nats.request(f"$JS.API.DIRECT.GET.{self.stream}.{self.root}.log.study", ""))
        self.closed = b'"type":"closed"' in last  # it closed before this trainer began
        self._beating = threading.Thread(target=self._beat, daemon=True)
        self._beating.start()

    def close(self):
        self.closed = True
        self.nats.close()

    def named(self, value):
        """A bare number is the value of the study's first objective."""
        if isinstance(value, dict):
            return value
        if self.objective is None:
            self.objective = self._insist(self._created)["objectives"][0]["name"]
        return {self.objective: float(value)}

    def _created(self):
        """The first fact of the study."""
        subject = f"$JS.API.DIRECT.GET.{self.stream}"
        headers, _, data = self.nats.request(f"{subject}.{self.root}.log.created", "")
        if headers.get("status") == "404":  # where older engines put it
            headers, _, data = self.nats.request(subject, json.dumps({"seq": 1}))
        if headers.get("status") == "404":
            raise TimeoutError(f"{self.stream}: the study has not begun")
        return json.loads(data)

    def next_trial(self):
        """Claims the next suggestion; None when the study has closed."""
        while not self.closed:
            pulled = self._pull()
            if pulled is None:
                continue
            headers, reply, data = pulled
            try:
                suggestion = json.loads(data)
                taken = suggestion.get("type") != "suggested" or self._is_taken(suggestion)
            except (ValueError, AttributeError):
                taken = True
            if taken:
                self.nats.publish(reply, b"+ACK")
                continue
            trial = Trial(self, suggestion, float(headers.get("hypertide-lease", DEFAULT_LEASE)), int(headers.get("hypertide-limit", DEFAULT_LIMIT)))
            self.current = trial
            trial.say("started", trainer=self.name)
            self.nats.publish(reply, b"+ACK")
            return trial
        return None

    def perform(self, trial, objective):
        """Runs the objective, and says what it came to."""
        since = time.monotonic()
        try:
            result = objective(trial.params, trial)
            if trial.step is not None:
                trial.check()  # it was stopped: its last report is its result, whatever else it returns
            result = result if isinstance(result, dict) else {"values": self.named(result)}
            wrong = [n for n, v in result["values"].items() if not math.isfinite(v)]
            if wrong:
                trial.say("failed", reason="non-finite", message=f"{wrong[0]} is {result['values'][wrong[0]]}")
            else:
                trial.say("completed", seconds=time.monotonic() - since, **result)
        except KeyboardInterrupt:
            trial.say("failed", reason="preempted", message="its trainer was told to end")
            raise
        except Exception as error:  # whatever it is, it is the objective's
            if trial.abandoned:
                pass  # nobody wants to hear of it
            elif trial.stop_by is not None:
                trial.say("stopped", by=str(trial.stop_by), **({} if trial.step is None else {"step": trial.step}))
            elif isinstance(error, Infeasible):
                trial.say("failed", reason="infeasible", message=str(error)[:LONGEST_MESSAGE])
            else:
                trial.say("failed", reason="error", message=f"{type(error).__name__}: {error}"[:LONGEST_MESSAGE])
        finally:
            self.current = None

    def store(self, trial, fact, message_id):
        """Publishes a fact until the stream has it: the same bytes with the same id are stored once."""
        subject = f"{self.root}.log.by.{self.name}.{trial}"
        data = json.dumps(fact, allow_nan=False)
        self._insist(lambda: self._publish(subject, data, message_id))

    def _publish(self, subject, data, message_id):
        _, _, answer = self.nats.request(subject, data, headers={"Nats-Msg-Id": message_id})
        ack = json.loads(answer)
        if "error" in ack:
            if ack["error"].get("code") == 503:
                raise TimeoutError()
            raise Refused(ack["error"].get("description"))

    def _pull(self):
        ask = json.dumps({"batch": 1, "expires": PULL_SECONDS * 1_000_000_000})
        try:
            headers, reply, data = self.nats.request(
                f"$JS.API.CONSUMER.MSG.NEXT.{self.stream}.trainers", ask, seconds=PULL_SECONDS + 1, until=lambda: self.closed
            )
        except (TimeoutError, OSError):
            time.sleep(0.2)
            return None
        return (headers, reply, data) if reply else None  # a status has nobody to acknowledge to

    def _is_taken(self, suggestion):
        """Whether the attempt is claimed already, as far as its trial's last fact tells. The log decides; this saves work."""
        subject = f"$JS.API.DIRECT.GET.{self.stream}.{self.root}.log.by.*.{suggestion['trial']}"
        headers, _, data = self._insist(lambda: self.nats.request(subject, ""))
        if headers.get("status") == "404":
            return False
        try:
            attempt = json.loads(data).get("attempt")
        except (ValueError, AttributeError):
            attempt = None
        return isinstance(attempt, int) and attempt >= suggestion["attempt"]

    def _insist(self, ask):
        pause = 0.05
        while True:
            try:
                return ask()
            except (TimeoutError, OSError):
                if self.nats.closed:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, 1.0)

    def _obey(self, data):
        message = json.loads(data)
        trial = self.current
        if message.get("type") == "stop" and trial and trial.number == message.get("trial"):
            trial.stop_by = message.get("by", "engine")
        elif message.get("type") == "closed":
            self.closed = True
            self.nats.wake()

    def _regret(self, data):
        message = json.loads(data)
        trial = self.current
        if trial and message.get("run") == trial.run and (message.get("type") == "started" or message.get("code") == "ended"):
            trial.abandoned = True

    def _beat(self):
        while not self.nats.closed:
            trial = self.current
            if trial:
                self.nats.publish(f"{self.root}.beat.{self.name}.{trial.number}", json.dumps({"run": trial.run}))
            time.sleep((trial.lease if trial else 1.0) / 3)


class Connection:
    """A NATS connection that comes back by itself. A thread reads; anybody writes."""

    def __init__(self, url, name, token=None, nkey=None, tls=None):
        places = [urllib.parse.urlparse(one if "://" in one else f"nats://{one}") for one in map(str.strip, url.split(","))]
        for place in places:
            if place.scheme not in ("nats", "tls"):  # to speak another one instead could tell a password
                raise ValueError(f"expected nats:// or tls://, got {place.scheme}://, which is not spoken here")
        self.addresses = [(place.hostname or "127.0.0.1", place.port or 4222) for place in places]
        self.encrypted = tls is not None or any(place.scheme == "tls" for place in places)
        self.tls = tls
        parsed = next((place for place in places if place.username), places[0])
        self.options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "lang": "python", "version": "1"}
        self.options |= {"name": name, "protocol": 1}
        if parsed.username and parsed.password is None:
            self.options["auth_token"] = urllib.parse.unquote(parsed.username)
        elif parsed.username:
            self.options |= {"user": urllib.parse.unquote(parsed.username), "pass": urllib.parse.unquote(parsed.password or "")}
        if token:
            self.options["auth_token"] = token
        self.seed = None
        if nkey:
            with open(nkey) as file:
                self.seed = file.read().strip()
        self.inbox = f"_INBOX_{name}.{token_of(16)}"
        self.handlers = {}
        self.waiting = {}
        self.count = 0
        self.closed = False
        self.lock = threading.Lock()
        self.socket = None
        self._connect()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._ping, daemon=True).start()

    def subscribe(self, subject, hear):
        with self.lock:
            self.count += 1
            sid = str(self.count)
            self.handlers[sid] = (subject, hear)
        self._send(f"SUB {subject} {sid}\r\n".encode())

    def publish(self, subject, data, reply="", headers=None):
        body = data if isinstance(data, bytes) else data.encode()
        if headers:
            head = ("NATS/1.0\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n").encode()
            line = f"HPUB {subject} {reply} {len(head)} {len(head) + len(body)}\r\n"
            self._send(line.encode() + head + body + b"\r\n")
        else:
            self._send(f"PUB {subject} {reply} {len(body)}\r\n".encode() + body + b"\r\n")

    def request(self, subject, data, headers=None, seconds=ANSWER_SECONDS, until=lambda: False):
        """Headers (lower case), reply subject and bytes of the first answer. Each request has an inbox of its own."""
        with self.lock:
            self.count += 1
            sid = str(self.count)
            waiter = {"event": threading.Event(), "answer": None}
            self.waiting[sid] = waiter
        inbox = f"{self.inbox}.{sid}"
        try:
            self._send(f"SUB {inbox} {sid}\r\nUNSUB {sid} 1\r\n".encode())
            self.publish(subject, data, inbox, headers)
            if not waiter["event"].wait(seconds) or waiter["answer"] is None or until():
                raise TimeoutError(f"{subject}: no answer")
        finally:
            self.waiting.pop(sid, None)
        answer_headers, reply, body = waiter["answer"]
        if answer_headers.get("status") == "503":
            raise TimeoutError(f"{subject}: nobody answers")
        return answer_headers, reply, body

    def wake(self):
        """Ends all waiting."""
        for waiter in list(self.waiting.values()):
            waiter["event"].set()

    def close(self):
        self.closed = True
        self.wake()
        if self.socket:
            self.socket.close()

    def _connect(self):
        """To the first server that lets one in; the next time, to another one first."""
        for last in range(len(self.addresses) - 1, -1, -1):
            address = self.addresses[0]
            self.addresses.append(self.addresses.pop(0))
            try:
                return self._connect_to(address)
            except OSError:
                if not last:
                    raise

    def _connect_to(self, address):
        connection = socket.create_connection(address, timeout=ANSWER_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = connection.makefile("rb")
        greeting = self.stream.readline()
        if not greeting.startswith(b"INFO "):
            raise ConnectionError("the server said nothing")
        info = json.loads(greeting[len("INFO ") :])
        wanted, offered = self.encrypted or info.get("tls_required"), info.get("tls_required") or info.get("tls_available")
        if wanted and not offered:
            connection.close()
            raise ConnectionError("the server does not speak TLS")
        if wanted:
            connection = (self.tls or ssl.create_default_context()).wrap_socket(connection, server_hostname=address[0])
            self.stream = connection.makefile("rb")
        if self.seed:
            public, signature = signed(self.seed, info["nonce"].encode())
            self.options |= {"nkey": public, "sig": signature}
        subscriptions = "".join(f"SUB {subject} {sid}\r\n" for sid, (subject, _) in self.handlers.items())
        connection.sendall(f"CONNECT {json.dumps(self.options)}\r\n{subscriptions}PING\r\n".encode())
        answer = self.stream.readline()
        while answer.startswith(b"INFO"):
            answer = self.stream.readline()
        if answer.startswith(b"-ERR"):
            raise PermissionError(answer.decode().strip())
        connection.settimeout(SILENCE_SECONDS)
        self.socket = connection

    def _ping(self):
        while not self.closed:
            self._send(b"PING\r\n")
            time.sleep(PING_SECONDS)

    def _send(self, data):
        with self.lock:
            try:
                self.socket.sendall(data)
            except OSError:
                pass  # whoever waits for an answer asks again

    def _read(self):
        while not self.closed:
            try:
                self._read_messages()
            except (OSError, ValueError):
                pass
            pause = 0.1
            while not self.closed:
                time.sleep(pause * (0.5 + random.random()))
                try:
                    self._connect()
                    self.wake()  # what was asked before is asked again
                    break
                except (OSError, ValueError, KeyError):
                    pause = min(2 * pause, 2.0)

    def _read_messages(self):
        while line := self.stream.readline():
            word, *words = line.split()
            if word == b"PING":
                self._send(b"PONG\r\n")
            elif word in (b"MSG", b"HMSG"):
                self._hear(word, [w.decode() for w in words])

    def _hear(self, word, words):
        sid, length = words[1], int(words[-1])
        body = self.stream.read(length + 2)[:-2]
        headers = {}
        sizes = 1
        if word == b"HMSG":
            sizes = 2
            head, body = body[: int(words[-2])], body[int(words[-2]) :]
            headers = headers_of(head)
        reply = words[2] if len(words) > 2 + sizes else ""
        waiter = self.waiting.get(sid)
        if waiter:
            waiter["answer"] = (headers, reply, body)
            waiter["event"].set()
        elif sid in self.handlers:
            try:
                self.handlers[sid][1](body)
            except (ValueError, AttributeError):
                pass  # not what it should be


def headers_of(head):
    first, *lines = head.decode().split("\r\n")
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines) if k}
    words = first.split()
    if len(words) > 1:
        headers["status"] = words[1]
    return headers


def token_of(length):
    return "".join(random.SystemRandom().choices(string.ascii_lowercase + string.digits, k=length))


def signed(seed, challenge):
    """The public key of an nkey's seed, and its signature of what the server sent."""
    raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    kind = (raw[0] & 7) << 5 | raw[1] >> 3  # of the key, in its first byte: U for a user
    public, signature = ed25519(raw[2:34], challenge)
    body = bytes([kind]) + public
    key = base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")
    return key, base64.urlsafe_b64encode(signature).decode().rstrip("=")


# Ed25519 as in RFC 8032, 5.1: points (X, Y, Z, T) of the curve -x^2 + y^2 = 1 + d x^2 y^2 with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE_Y = 4 * pow(5, -1, P) % P
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def ed25519(secret, message):
    """Public key and signature. Not in constant time: for a machine of one's own."""
    digest = hashlib.sha512(secret).digest()
    scalar = (int.from_bytes(digest[:32], "little") & ~7 & (2**255 - 1)) | 2**254
    public = encoded(multiplied(scalar, BASE))
    nonce = hashed(digest[32:], message)
    commitment = encoded(multiplied(nonce, BASE))
    response = (nonce + hashed(commitment, public, message) * scalar) % ORDER
    return public, commitment + response.to_bytes(32, "little")


def hashed(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little") % ORDER


def multiplied(scalar, point):
    total = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = added(total, point)
        point = added(point, point)
        scalar >>= 1
    return total


def added(one, other):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * t1 * t2 * D, 2 * z1 * z2
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def encoded(point):
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")
