"""As much of a NATS client as a trainer needs, with the standard library: it connects again, and sends a request again until it is answered."""

import json
import queue
import socket
import threading
import time
import uuid
from contextlib import suppress
from itertools import count

PING_SECONDS = 1.5  # a connection that is silent for three of them is dead


class Client:
    def __init__(self, url):
        host, _, port = url.split("//")[-1].partition(":")
        self.address = (host, int(port or 4222))
        self.ids, self.answers, self.heard, self.lock, self.socket = count(), {}, {}, threading.Lock(), None
        for work in (self._read, self._ping):
            threading.Thread(target=work, daemon=True).start()

    def subscribe(self, subject, hear):
        """Calls back with the JSON of each message, but not of one that was read from a stream: another trainer can have it sent here."""
        sid = str(next(self.ids))
        self.heard[sid] = (subject, hear)
        self._send(f"SUB {subject} {sid}\r\n")

    def publish(self, subject, data, reply="", headers=""):
        head = f"NATS/1.0\r\n{headers}\r\n"
        self._send(f"HPUB {subject} {reply} {len(head)} {len(head) + len(data)}\r\n{head}{data}\r\n")

    def request(self, subject, data="", headers="", seconds=2):
        """The headers, reply subject and JSON of the answer. Without one, or with an error, it asks again."""
        while True:
            sid, reply, answer = str(next(self.ids)), f"_INBOX.{uuid.uuid4().hex}", queue.Queue()
            self.answers[sid] = answer
            self._send(f"SUB {reply} {sid}\r\nUNSUB {sid} 1\r\n")
            self.publish(subject, data, reply, headers)
            with suppress(queue.Empty):
                head, to, message = answer.get(timeout=seconds)
                if head["status"] != "503" and "error" not in message:
                    return head, to, message
                time.sleep(0.2)
            self.answers.pop(sid, None)

    def _send(self, frame):
        with self.lock, suppress(OSError, AttributeError):  # without a connection, requests are sent again
            self.socket.sendall(frame.encode())

    def _ping(self):
        while True:
            self._send("PING\r\n")
            time.sleep(PING_SECONDS)

    def _read(self):
        while True:
            with suppress(OSError, ValueError, IndexError), socket.create_connection(self.address, 3 * PING_SECONDS) as self.socket:
                self._send('CONNECT {"headers": true, "no_responders": true, "verbose": false}\r\n')
                self._send("".join(f"SUB {subject} {sid}\r\n" for sid, (subject, _) in list(self.heard.items())))
                stream = self.socket.makefile("rb")
                while words := stream.readline().decode().split():
                    if words[0] == "PING":
                        self._send("PONG\r\n")
                    if words[0].endswith("MSG"):
                        self._hear(words, stream.read(int(words[-1]) + 2)[:-2])
            time.sleep(0.2)

    def _hear(self, words, data):
        sid, at = words[2], int(words[-2]) if words[0] == "HMSG" else 0
        first, *lines = data[:at].decode().split("\r\n")
        headers = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)} | {"status": first[9:12]}
        message = json.loads(data[at:] or "{}")
        if sid in self.answers:
            self.answers.pop(sid).put((headers, words[3] if len(words) == (6 if at else 5) else "", message))
        elif sid in self.heard and "Nats-Stream" not in headers:
            self.heard[sid][1](message)
