"""Requests to a server, with answers that a proxy gives while the server is away."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

import hypertide as ht
from hypertide import _http
from hypertide._engine import Patience
from hypertide._http import HttpServer


@pytest.fixture
def answers():
    """A server that gives these answers (status, body, bytes that it announces and does not send), the last one again and again."""
    with contextlib.ExitStack() as ending:

        def start(*answers):
            left = list(answers)

            class Handler(BaseHTTPRequestHandler):
                def do_GET(self):
                    status, body, missing = left.pop(0) if len(left) > 1 else left[0]
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body) + missing))
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, *_):
                    pass

            server = HTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            ending.callback(server.server_close)
            ending.callback(server.shutdown)
            return HttpServer(f"http://127.0.0.1:{server.server_port}/s", None, Patience())

        yield start


def test_waits_while_the_server_is_started_again(answers):
    page = b"<html>Bad Gateway</html>"
    proxy = [(502, page, 0), (503, b"{}", 0), (504, page, 0), (200, page, 0), (404, page, 0), (404, page, 20), (404, b"[]", 0), (404, b"{}", 0)]
    first = [(503, page, 0), (200, b"{", 9), (404, page, 0), (200, b'{"next": "wait"}', 0)]  # it may still be starting
    server = answers(*first, (200, b'{"ne', 20), *proxy, (200, b'{"next": "over"}', 0))
    assert [server.send("GET", "/queue")["next"] for _ in range(2)] == ["wait", "over"]


def test_gives_up_a_server_that_has_never_answered(answers, monkeypatch):
    monkeypatch.setattr(_http, "STARTING", 0.1)
    with pytest.raises(ht.EngineError, match="cannot be reached .IncompleteRead"):
        answers((200, b"{", 9)).send("GET", "/queue")


def test_a_refusal_is_not_repeated(answers):
    with pytest.raises(ht.HypertideError, match="there is no study"):
        answers((404, b'{"error": "there is no study", "code": "unknown"}', 0)).send("GET", "/queue")
