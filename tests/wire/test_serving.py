"""The server around the protocol: its socket, its start, its end."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading

import pytest

from simulator.serving import ServerThread, listen, url_of
from tests.wire.client import Client, request, until
from tests.wire.counting import Counting

COMMAND = """
import sys
from simulator.serving import listen, run, url_of
from tests.wire.counting import Counting

sock, app = listen(), Counting()

def ready():
    app.may_go_on.set()
    print(sock.getsockname()[1], flush=True)

print("stopped by", run(app, sock, ready))
"""


def test_a_port_in_use_is_said_in_words() -> None:
    with contextlib.closing(listen()) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=rf"^port {port} of 127\.0\.0\.1 is in use; "):
            listen(port=port)


@pytest.mark.parametrize("host", ["x" * 64, "192.0.2.1"])
def test_an_address_that_is_not_ours_is_said_in_words(host: str) -> None:
    with pytest.raises(OSError, match=r"is not an address"):
        listen(host)


@pytest.mark.parametrize(
    ("host", "shown"),
    [("127.0.0.1", "127.0.0.1"), ("localhost", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")],  # noqa: S104
)
def test_the_url_is_one_to_connect_to(host: str, shown: str) -> None:
    with contextlib.closing(listen(host)) as sock:
        assert url_of(sock) == f"http://{shown}:{sock.getsockname()[1]}"


@pytest.mark.parametrize("host", ["::1", "::"])
def test_the_url_of_ipv6(host: str) -> None:
    try:
        sock = listen(host)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with contextlib.closing(sock):
        assert url_of(sock) == f"http://[::1]:{sock.getsockname()[1]}"


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """asyncio and uvloop look at the protocol number before they set TCP_NODELAY."""
    with contextlib.closing(listen()) as sock:
        assert sock.proto == socket.IPPROTO_TCP


def test_a_server_in_a_thread_comes_and_goes() -> None:
    threads = threading.active_count()
    with ServerThread(Counting()) as server, Client(server.address) as client:
        client.send(request())
        assert client.answer().status == 200
        assert server.url == f"http://127.0.0.1:{server.address[1]}"
    assert threading.active_count() == threads
    with pytest.raises(ConnectionRefusedError):
        Client(server.address)


def test_a_server_that_cannot_start_says_so() -> None:
    server = ServerThread(Counting())
    server._socket.close()
    with pytest.raises(RuntimeError, match="did not start"):
        server.start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_and_not_the_process(number: signal.Signals) -> None:
    """An idle connection does not hold it up; the caller decides on the exit code."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process, contextlib.ExitStack() as stack:
        stack.callback(process.kill)
        assert process.stdout is not None
        client = stack.enter_context(Client(("127.0.0.1", int(process.stdout.readline()))))
        client.send(request())
        assert client.answer().status == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (out, err, process.returncode) == (f"stopped by {int(number)}\n", "", 0)


def test_a_request_under_way_is_answered_before_the_end() -> None:
    app = Counting()
    server = ServerThread(app)
    server.start()
    with Client(server.address) as client:
        client.send(request("GET", "/slow"))
        until(lambda: bool(app.executed))
        stopping = threading.Thread(target=server.stop)
        stopping.start()
        stopping.join(0.3)
        assert stopping.is_alive()
        app.may_go_on.set()
        (answer,) = client.answers()
        assert (answer.body, answer.headers["connection"]) == (b"slow", "close")
        stopping.join()
