"""Nobody waits for ever. The server of these tests is in a hurry: see HURRY."""

from __future__ import annotations

import contextlib
import gc
import socket
import time
from collections.abc import Iterator

import pytest

from simulator.serving import ServerThread
from simulator.wire import Limits, WireProtocol
from tests.wire.client import Client, request, until
from tests.wire.conftest import HURRY, Connect
from tests.wire.counting import MEGABYTE, Counting

SOON = 20  # seconds; what is expected within it takes a twentieth, the rest is for a busy machine


@contextlib.contextmanager
def taking(at_least: float, at_most: float = SOON) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert at_least * 0.9 < time.monotonic() - began < at_most


def dribble(client: Client, data: bytes) -> None:
    """A byte now and then, until the server has had enough."""
    client.socket.settimeout(0.05)
    for at in range(len(data)):
        with contextlib.suppress(TimeoutError):
            if not (part := client.socket.recv(65536)):
                break
            client._buffer += part
        with contextlib.suppress(ConnectionError):
            client.send(data[at : at + 1])
    else:
        pytest.fail("the server took it all")


def test_the_limits_we_ship() -> None:
    """The proposed limits of P10 to P13, which the tests here shorten."""
    shipped = Limits()
    assert (shipped.head_s, shipped.body_s, shipped.write_s) == (10, 30, 30)
    assert (shipped.headers, shipped.head_bytes, shipped.target_bytes) == (100, 68 * 1024, 60 * 1024)


def test_a_silent_connection_is_closed(connect_in_a_hurry: Connect) -> None:
    """P11: without a word, for there is nothing to answer."""
    with taking(HURRY.head_s):
        assert connect_in_a_hurry().read_all() == b""


def test_empty_lines_buy_no_time(connect_in_a_hurry: Connect) -> None:
    """P11"""
    with taking(HURRY.head_s):
        dribble(connect_in_a_hurry(), b"\r\n" * 100)


@pytest.mark.parametrize("first", [b"", request()], ids=["on a new connection", "on one that was used"])
@pytest.mark.parametrize("half", [b"GE", b"GET / HTTP/1.1\r\nHost: exam"])
def test_half_a_head_is_waited_for_a_while(
    connect_in_a_hurry: Connect, app: Counting, first: bytes, half: bytes
) -> None:
    """P11"""
    with taking(HURRY.head_s):
        client = connect_in_a_hurry()
        if first:
            client.send(first)
            assert client.answer().status == 200
            app.executed.clear()
        client.send(half)
        (answer,) = client.answers()
    assert (answer.status, answer.edge is not None) == (408, True)
    assert app.executed == []


def test_half_a_head_behind_a_whole_request_is_waited_for_a_while(connect_in_a_hurry: Connect) -> None:
    """P11; the answer before it does not move its deadline."""
    client = connect_in_a_hurry()
    with taking(HURRY.head_s):
        client.send(request() + b"GET / HT")
        assert [answer.status for answer in client.answers()] == [200, 408]


def test_a_head_that_drips_in_is_not_waited_for(connect_in_a_hurry: Connect) -> None:
    """P11"""
    with taking(HURRY.head_s):
        client = connect_in_a_hurry()
        client.send(b"GET / HTTP/1.1\r\nHost: example.com\r\n")
        dribble(client, b"X: y\r\n" * 100)
    assert client.answer().status == 408


@pytest.mark.parametrize("header", ["Content-Length: 100", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("part", [b"", b"4\r\nab"])
def test_half_a_body_is_waited_for_a_while(
    connect_in_a_hurry: Connect, app: Counting, header: str, part: bytes
) -> None:
    """P12"""
    client = connect_in_a_hurry()
    with taking(HURRY.body_s):
        client.send(request("POST", "/", header) + part)
        (answer,) = client.answers()
    assert (answer.status, answer.edge is not None) == (408, True)
    until(lambda: app.left == 1)
    assert app.executed == []


def test_a_body_that_drips_in_is_not_waited_for(connect_in_a_hurry: Connect, app: Counting) -> None:
    """P12"""
    client = connect_in_a_hurry()
    with taking(HURRY.body_s):
        client.send(request("POST", "/", "Content-Length: 100"))
        dribble(client, b"x" * 99)
    assert client.answer().status == 408
    assert app.executed == []


def test_many_that_say_nothing_do_not_keep_others_waiting(
    server_in_a_hurry: ServerThread, app: Counting
) -> None:
    """P11"""
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(Client(server_in_a_hurry.address)) for _ in range(300)]
        for each in slow[::2]:
            each.send(b"GET / HTTP/1.1\r\nHost: exam")
        for _ in range(20):
            with taking(0, 1), Client(server_in_a_hurry.address) as client:
                client.send(request())
                assert client.answer().status == 200
        with taking(0):
            assert {tuple(answer.status for answer in each.answers()) for each in slow} == {(), (408,)}


def test_an_idle_connection_is_closed(app: Counting) -> None:
    limits = Limits(idle_s=0.3)
    with ServerThread(app, limits=limits) as server, Client(server.address) as client, taking(limits.idle_s):
        client.send(request())
        assert client.answer().status == 200
        assert client.read_all() == b""


def test_a_slow_application_is_waited_for(app: Counting) -> None:
    """The deadlines are the client's, not the application's. The one for idle connections begins with the answer."""
    limits = Limits(head_s=0.3, body_s=0.3, write_s=0.3, idle_s=0.3)
    with ServerThread(app, limits=limits) as server, Client(server.address) as client:
        client.send(request("GET", "/slow"))
        time.sleep(limits.idle_s * 1.5)
        with taking(limits.idle_s):
            app.may_go_on.set()
            assert client.answer().status == 200
            assert client.read_all() == b""


@pytest.mark.parametrize("behind", [request("POST", "/", body=b"x" * 300_000), request()[:-1], b"\0garbage"])
def test_what_is_behind_a_slow_application_is_waited_for(
    connect_in_a_hurry: Connect, app: Counting, behind: bytes
) -> None:
    """It is not its client's fault that it is not read; a refusal waits for the answer before it."""
    client = connect_in_a_hurry()
    client.send(request("GET", "/slow"), behind)
    time.sleep(HURRY.body_s * 1.5)
    app.may_go_on.set()
    assert client.answer().status == 200
    if behind.startswith(b"POST"):
        assert client.answer().status == 200
    else:
        assert [answer.status for answer in client.answers()] == [400 if behind[0] == 0 else 408]


def with_small_buffers(app: Counting, limits: Limits) -> ServerThread:
    """A server for which the system keeps next to nothing, so that we see what the protocol does."""
    server = ServerThread(app, limits=limits)
    server._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return server


@pytest.mark.parametrize("together", [True, False])
def test_a_client_that_takes_no_answer_is_cut_off(
    server_in_a_hurry: ServerThread, app: Counting, together: bool
) -> None:
    """P13: what it has ordered beyond the first answer is not even made."""
    order = request("GET", f"/large?bytes={32 * MEGABYTE}")
    with Client(server_in_a_hurry.address, receive_buffer=4096) as client:
        client.send(order * 3 if together else order)
        if not together:
            until(lambda: len(app.executed) == 1)
            client.send(order * 2)
        time.sleep(HURRY.write_s * 2)
        received = 0
        with contextlib.suppress(ConnectionError):
            while part := client.socket.recv(65536):
                received += len(part)
        assert received < 32 * MEGABYTE
    assert len(app.of("/large")) == 1


def test_a_client_that_does_not_take_its_last_answer_is_cut_off(app: Counting) -> None:
    """P13; also where so little is left that writing was never paused."""
    server = with_small_buffers(app, Limits(write_s=0.2))
    with server, Client(server.address, receive_buffer=4096) as client:
        client.send(request("GET", f"/large?bytes={48 * 1024}", "Connection: close"))
        until(lambda: len(app.executed) == 1)
        with taking(0):
            until(lambda: not server._server.server_state.connections)


def test_a_client_may_take_large_answers_in_its_own_time(app: Counting) -> None:
    """P13, the other side: the deadline is for each answer, not for all of them."""
    limits = Limits(write_s=0.6)
    server = with_small_buffers(app, limits)
    with server, Client(server.address, receive_buffer=4096) as client:
        for size in (MEGABYTE // 4, MEGABYTE // 4, 1):
            client.send(request("GET", f"/large?bytes={size}"))
            time.sleep(limits.write_s / 2)
            assert len(client.answer().body) == size
        time.sleep(limits.write_s / 2)
        client.send(request())
        assert client.answer().status == 200


def test_a_body_that_nobody_reads_stays_with_its_sender(connect: Connect, app: Counting) -> None:
    """P13, the other direction"""
    client = connect()
    client.send(request("POST", "/reads-late", f"Content-Length: {1024 * MEGABYTE}"))
    client.socket.settimeout(0.2)
    sent = 0
    with contextlib.suppress(TimeoutError):
        while sent < 256 * MEGABYTE:
            sent += client.socket.send(b"x" * MEGABYTE)
    assert sent < 32 * MEGABYTE


def test_requests_that_nobody_answers_yet_stay_with_their_sender(
    server: ServerThread, connect: Connect, app: Counting
) -> None:
    """P13, the other direction; no more of them wait here than come in one read."""
    client = connect()
    client.send(request("GET", "/slow") + request())
    until(lambda: bool(app.executed))
    (protocol,) = server._server.server_state.connections
    assert isinstance(protocol, WireProtocol)
    until(lambda: len(protocol._queue) == 1)
    client.socket.settimeout(0.3)
    with contextlib.suppress(TimeoutError):
        client.send(request() * (2 * MEGABYTE // len(request())))
    time.sleep(0.3)
    assert len(protocol._queue) == 1


def live_protocols() -> int:
    gc.collect()
    return sum(isinstance(each, WireProtocol) for each in gc.get_objects())


@pytest.mark.parametrize("data", [b"", b"GET / HT", request(), request("POST", "/", "Content-Length: 9")])
def test_a_connection_that_is_reset_leaves_nothing_behind(
    server: ServerThread, app: Counting, data: bytes
) -> None:
    """P16; uvicorn keeps each until its keep-alive timer fires: 75 seconds here."""
    before = live_protocols()
    for _ in range(50):
        client = Client(server.address)
        client.send(data)
        if data == request():
            assert client.answer().status == 200
        client.reset()
    by = time.monotonic() + SOON
    while live_protocols() > before + 5 and time.monotonic() < by:
        time.sleep(0.05)
    assert live_protocols() <= before + 5  # other tests' connections come and go
