"""simulator/client.py: one connection for all calls, opened anew where the old one is gone."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.app import create_app, load_services
from simulator.client import ControlClient, ControlError, NotReachable
from simulator.serving import ServerThread


class Counting(http.server.ThreadingHTTPServer):
    """Answers `{}` to everything, and counts connections."""

    daemon_threads = True
    connections = 0
    closes = False

    def get_request(self) -> Any:
        self.connections += 1
        return super().get_request()


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        # Without a word, as a server does whose patience has ended.
        self.close_connection = bool(getattr(self.server, "closes", False))

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting(("127.0.0.1", 0), Answering) as counting:
        thread = threading.Thread(target=counting.serve_forever, args=(0.01,))
        thread.start()
        yield counting
        counting.shutdown()
        thread.join()


def client(server: Counting) -> ControlClient:
    return ControlClient(f"http://127.0.0.1:{server.server_address[1]}")


def test_calls_share_a_connection(server: Counting) -> None:
    with client(server) as control:
        for _ in range(3):
            assert control.get("/info") == {}

    assert server.connections == 1


def test_a_connection_that_the_server_has_closed_is_not_used_again(server: Counting) -> None:
    server.closes = True
    with client(server) as control:
        control.get("/info")
        connection = control._connection
        assert connection is not None
        assert connection.sock is not None
        connection.sock.settimeout(20)
        assert connection.sock.recv(1) == b""  # it is closed by now
        control.get("/info")

    assert server.connections == 2


def test_a_connection_that_was_long_idle_is_not_trusted(
    server: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client(server) as control:
        control.get("/info")
        monkeypatch.setattr("simulator.client._IDLE_S", -1.0)
        control.get("/info")

    assert server.connections == 2


def test_another_process_has_a_connection_of_its_own(
    server: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    with client(server) as control:
        control.get("/info")
        monkeypatch.setattr("os.getpid", lambda: -1)
        control.get("/info")

    assert server.connections == 2


def test_threads_take_turns() -> None:
    with (
        ServerThread(create_app(load_services(["kinetic"]))) as running,
        ControlClient(running.url) as control,
    ):
        names: list[str] = []
        threads = [
            threading.Thread(target=lambda: names.append(control.post("/sandboxes")["name"]))
            for _ in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(names)) == 20
        with pytest.raises(ControlError, match="404: there is no sandbox nobody"):
            control.get("/sandboxes/nobody")
        control.get("/ready")  # the connection survives a refusal


@pytest.mark.parametrize("body", [{"at": object()}, {1: {2: {3}}}])
def test_a_body_that_is_no_json_is_told_with_its_call(server: Counting, body: Any) -> None:
    with (
        client(server) as control,
        pytest.raises(TypeError, match=r"PUT /x: what is sent is no JSON") as told,
    ):
        control.call("PUT", "/x", body)

    assert told.value.__suppress_context__
    assert server.connections == 0


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "127.0.0.1:8090", "http://", "http://127.0.0.1:99999"])
def test_what_is_no_address_is_not_reachable(url: str) -> None:
    with pytest.raises(NotReachable, match="no simulator answers at"):
        ControlClient(url).get("/ready")
