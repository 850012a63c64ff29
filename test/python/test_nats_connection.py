"""The connection of the Python trainer, with a server by hand."""

import socket
import threading
import unittest

from hypertide._nats_connection import Connection, NoResponder
from hypertide._nats_study import StudyOnServer


class Access:
    user = password = token = seed = jwt = tls = None

    def __init__(self, url):
        self.url = url


class Server:
    """Cuts each connection after the next piece, until there is none; then it answers every request."""

    def __init__(self, pieces):
        self.pieces = pieces
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"nats://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            connection, _ = self.listener.accept()
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


class DeletedTest(unittest.TestCase):
    def is_deleted(self, listed, answer):
        study = StudyOnServer.__new__(StudyOnServer)
        study.root, study.stream, study.nats = "ht.digits", "HT_digits", self
        study.prefix, study.api = "ht", "$JS.API"

        def request(subject, data):
            if "STREAM.NAMES" in subject:
                return {}, "", listed
            if isinstance(answer, Exception):
                raise answer
            return {}, "", answer

        self.request = request
        return study._is_deleted()

    def test_a_study_is_deleted_only_if_no_list_has_it_and_nothing_answers_for_it(self):
        self.assertTrue(self.is_deleted(b'{"streams": null}', NoResponder()))
        self.assertFalse(self.is_deleted(b'{"streams": ["HT_digits"]}', NoResponder()))
        self.assertFalse(self.is_deleted(b'{"streams": []}', b"{}"))
        self.assertFalse(self.is_deleted(b'{"streams": []}', TimeoutError()))  # a slow server
        self.assertFalse(self.is_deleted(b'{"error": {"code": 503}}', NoResponder()))


class ConnectionTest(unittest.TestCase):
    def answered(self, pieces):
        connection = Connection(Access(Server(pieces).url), "w1")
        self.addCleanup(connection.close)
        while True:
            try:
                return connection.request("ask", "")[2]
            except TimeoutError:
                pass

    def test_is_cut_anywhere_in_a_message(self):
        for piece in [b"M", b"MSG", b"MSG x", b"MSG x SID", b"MSG x SID 1", b"MSG x SID 10\r\n", b'MSG x SID 10\r\n{"seq"', b"MSG x SID 2\r\n{}"]:
            with self.subTest(piece):
                self.assertEqual(self.answered([piece]), b"{}")

    def test_survives_data_that_is_not_a_message(self):
        for piece in [b"MSG\r\n", b"MSG x SID\r\n", b"\r\n", b"\xff\xfe\r\n"]:
            with self.subTest(piece):
                self.assertEqual(self.answered([piece]), b"{}")

    def test_survives_a_handler_that_breaks(self):
        server = Server([])
        connection = Connection(Access(server.url), "w1")
        self.addCleanup(connection.close)
        sid = connection.subscribe("news", lambda data: {}[{}])  # a TypeError, as of a message with an object where a word is expected
        server.pieces.append(b"MSG news " + sid.encode() + b" 2\r\n{}\r\n")
        self.assertRaises(TimeoutError, connection.request, "ask", "", seconds=0.5)
        while True:
            try:
                self.assertEqual(connection.request("ask", "")[2], b"{}")
                break
            except TimeoutError:
                pass


if __name__ == "__main__":
    unittest.main()
