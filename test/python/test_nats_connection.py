"""The connection of the Python trainer, with a server by hand."""

import contextlib
import json
import socket
import threading
from types import SimpleNamespace

import pytest

from hypertide import _nats_checkpoints, _nats_connection
from hypertide._nats_access import Access
from hypertide._nats_connection import Connection, NoResponder
from hypertide._nats_study import StudyOnServer


class Server:
    """Cuts each connection after the next piece, until there is none; then it answers every request."""

    def __init__(self, pieces, port=0):
        self.pieces = pieces
        self.listener = socket.create_server(("127.0.0.1", port))
        self.url = f"nats://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:  # it is closed
                return
            connection.sendall(b'INFO {"headers":true}\r\n')
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        sid = None
        for line in connection.makefile("rb"):
            word, *words = line.split() or [b""]
            if word == b"PING":
                connection.sendall(b"PONG\r\n")
            if word == b"SUB":
                sid = words[-1]
            if word == b"PUB" and words[0] == b"ask":
                if not self.pieces:
                    connection.sendall(b"MSG x " + sid + b" 2\r\n{}\r\n")
                    continue
                connection.sendall(self.pieces.pop(0).replace(b"SID", sid))
                connection.shutdown(socket.SHUT_RDWR)
                return


def is_deleted(listed, answer):
    study = StudyOnServer.__new__(StudyOnServer)
    study.root, study.stream, study.prefix, study.api = "ht.digits", "HT_digits", "ht", "$JS.API"

    def request(subject, data):
        if "STREAM.NAMES" in subject:
            return {}, "", listed
        if isinstance(answer, Exception):
            raise answer
        return {}, "", answer

    study.nats = SimpleNamespace(request=request)
    return study._is_deleted()


def test_a_study_is_deleted_only_if_no_list_has_it_and_nothing_answers_for_it():
    assert is_deleted(b'{"streams": null}', NoResponder())
    assert not is_deleted(b'{"streams": ["HT_digits"]}', NoResponder())
    assert not is_deleted(b'{"streams": []}', b"{}")
    assert not is_deleted(b'{"streams": []}', TimeoutError())  # a slow server
    assert not is_deleted(b'{"error": {"code": 503}}', NoResponder())


@pytest.fixture
def connect():
    with contextlib.ExitStack() as opened:

        def to(server):
            opened.callback(server.listener.close)
            opened.callback(server.listener.shutdown, socket.SHUT_RDWR)
            return opened.enter_context(contextlib.closing(Connection(Access(server.url), "w1")))

        yield to


def test_waits_for_a_server_that_is_still_starting(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    access = Access(f"nats://127.0.0.1:{port}")
    started = []
    threading.Timer(0.5, lambda: started.append(Server([], port))).start()
    with contextlib.closing(Connection(access, "w1")) as connection:
        assert answer_in(connection) == b"{}"
    started[0].listener.shutdown(socket.SHUT_RDWR)
    started[0].listener.close()
    monkeypatch.setattr(_nats_connection, "STARTING", 0.2)
    with pytest.raises(ConnectionRefusedError):
        Connection(access, "w1")


def answer_in(connection):
    while True:
        with contextlib.suppress(TimeoutError):
            return connection.request("ask", "")[2]


@pytest.mark.parametrize(
    "piece",
    [
        *[b"M", b"MSG", b"MSG x", b"MSG x SID", b"MSG x SID 1", b"MSG x SID 10\r\n", b'MSG x SID 10\r\n{"seq"', b"MSG x SID 2\r\n{}"],
        *[b"MSG\r\n", b"MSG x SID\r\n", b"\r\n", b"\xff\xfe\r\n"],  # no messages
    ],
)
def test_survives_what_is_cut_or_no_message(connect, piece):
    assert answer_in(connect(Server([piece]))) == b"{}"


def test_survives_a_handler_that_breaks(connect):
    server = Server([])
    connection = connect(server)
    sid = connection.subscribe("news", lambda data: {}[{}])  # a TypeError, as of a message with an object where a word is expected
    server.pieces.append(b"MSG news " + sid.encode() + b" 2\r\n{}\r\n")
    with pytest.raises(TimeoutError):
        connection.request("ask", "", seconds=0.5)
    assert answer_in(connection) == b"{}"


def test_a_pull_is_short_in_a_cluster_whose_other_servers_may_hold_it():
    asked = []

    def request(subject, ask, seconds, until):
        asked.append((json.loads(ask)["expires"] / 1e9, seconds))
        return {"status": "408"}, "", b""

    study = StudyOnServer.__new__(StudyOnServer)
    study.stream, study.api = "HT_digits", "$JS.API"
    for is_clustered in (False, True):
        study.nats = SimpleNamespace(request=request, is_clustered=is_clustered)
        assert study.pull(lambda: False) is None
    assert asked == [(5, 6), (1, 2)]


LISTS = {"object": b"{}", "deep": b"[" * 100_000, "short": b'{"name": "s", "files": [{"path": "", "size": 1}], "empty": []}\n', "endless": b"x" * 70}


@pytest.mark.parametrize("name", LISTS)
def test_a_checkpoint_that_a_stranger_has_written_is_refused(name):
    chunk = LISTS[name]
    study = StudyOnServer.__new__(StudyOnServer)
    study.api, study.root, study.chunks = "$JS.API", "ht.digits", "HTC_digits"
    study.nats = SimpleNamespace(request=lambda subject, data, seconds: ({}, "", chunk))
    trial = SimpleNamespace(number=1, attempt=2, run="r", refuse_if_abandoned=lambda: None)
    for size in (len(chunk), len(chunk) + 1):
        with pytest.raises(_nats_checkpoints.CheckpointError):
            _nats_checkpoints.restore(study, trial, f"nats:w/1/1/x/{size}/{'0' * 64}", _nats_checkpoints.new_directory())
