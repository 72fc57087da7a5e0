"""Which answers leave, in which order, and how a connection ends."""

from __future__ import annotations

import contextlib
import json
import logging
import time

import pytest

from simulator.serving import ServerThread
from tests.wire.client import Client, each_byte, request, until
from tests.wire.conftest import Connect
from tests.wire.counting import MEGABYTE, Counting

POST = request("POST", "/", body=b"abcd")


def test_a_thousand_requests_at_once_are_answered_in_order(connect: Connect, app: Counting) -> None:
    """P14"""
    client = connect()
    client.send(b"".join(request("POST", f"/{n}", body=str(n).encode()) for n in range(1000)))
    assert [client.answer().json()["body"] for _ in range(1000)] == [str(n) for n in range(1000)]
    assert [path for _, path, _ in app.executed] == [f"/{n}" for n in range(1000)]


def test_requests_of_one_connection_know_nothing_of_each_other(connect: Connect, app: Counting) -> None:
    """P14; a context variable set for one request is not seen by those behind it."""
    client = connect()
    client.send(b"".join(request("GET", f"/tenant?is={n}") for n in range(20)))
    assert {client.answer().body for _ in range(20)} == {b"nobody"}


def test_a_connection_is_kept(connect: Connect, app: Counting) -> None:
    client = connect()
    for _ in range(3):
        client.send(POST)
        assert "connection" not in client.answer().headers


@pytest.mark.parametrize("behind", [request("DELETE", "/follower"), b"\0garbage"])
def test_a_client_may_end_the_connection(
    connect: Connect, app: Counting, behind: bytes, refusals: list[tuple[int, str]]
) -> None:
    """What it sends behind its last request is not executed and not refused; it is not read."""
    refusals.clear()
    client = connect()
    client.send(request("GET", "/", "Connection: close") + behind)
    (answer,) = client.answers()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert [path for _, path, _ in app.executed] == ["/"]
    assert refusals == []


def test_an_application_may_end_the_connection(connect: Connect, app: Counting) -> None:
    """What is on its way then is not executed, and does not take the answer away."""
    client = connect()
    client.send(request("GET", "/last") + request("DELETE", "/follower"))
    until(lambda: bool(app.executed))
    client.send(request("DELETE", "/follower") * 20_000)  # which is not read, for one is waiting already
    app.may_go_on.set()
    (answer,) = client.answers()
    assert len(answer.body) == MEGABYTE
    assert [path for _, path, _ in app.executed] == ["/last"]


def test_an_answer_without_a_body(connect: Connect, app: Counting) -> None:
    client = connect()
    client.send(request("DELETE", "/nothing") + request())
    nothing, after = client.answer(), client.answer()
    assert (nothing.status, nothing.headers, after.status) == (204, {}, 200)


def test_an_application_hears_that_its_client_has_left(connect: Connect, app: Counting) -> None:
    """And until then it hears nothing more."""
    client = connect()
    client.send(request("POST", "/listens", body=b"abcd"))
    until(lambda: bool(app.executed))
    time.sleep(0.02)
    assert app.heard == []
    client.reset()
    until(lambda: app.heard == ["http.disconnect"])


GARBAGE = [b"\0\1garbage\r\n\r\n", b"abcd / HTTP/1.1\r\n\r\n", request("GET", "http://evil/"), b"x" * 20_000]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_behind_a_request_does_not_hide_its_answer(
    connect: Connect, app: Counting, garbage: bytes
) -> None:
    """P15: executed and answered, then refused."""
    client = connect()
    client.send(POST + garbage)
    answers = client.answers()
    assert [(answer.status, answer.edge is not None) for answer in answers] == [(200, False), (400, True)]
    assert app.executed == [("POST", "/", b"abcd")]


def test_garbage_behind_a_request_does_not_hide_its_answer_wherever_the_segments_end(
    connect: Connect, app: Counting
) -> None:
    """P15"""
    data = POST + GARBAGE[0]
    for cut in range(1, len(data)):
        app.executed.clear()
        client = connect()
        client.send(data[:cut], data[cut:])
        assert [answer.status for answer in client.answers()] == [200, 400]
        assert len(app.executed) == 1


def test_garbage_waits_for_an_answer_under_way(connect: Connect, app: Counting) -> None:
    """P15"""
    client = connect()
    client.send(request("GET", "/slow") + POST)
    until(lambda: bool(app.of("/slow")))
    client.send(GARBAGE[0])
    time.sleep(0.05)
    app.may_go_on.set()
    assert [answer.status for answer in client.answers()] == [200, 200, 400]


@pytest.mark.parametrize("cut", [lambda data: [data], each_byte], ids=["whole", "each byte"])
def test_a_request_with_garbage_in_it_is_not_executed(connect: Connect, app: Counting, cut) -> None:
    """P15"""
    client = connect()
    client.send(*cut(POST + request("POST", "/broken", "Transfer-Encoding: chunked") + b"4\r\nabcdXX"))
    assert [answer.status for answer in client.answers()] == [200, 400]
    assert app.executed == [("POST", "/", b"abcd")]
    if len(cut(POST)) == 1:
        assert app.left == 0  # it was not even begun


def test_a_request_whose_client_is_gone_is_executed_whole_or_not_at_all(
    server: ServerThread, app: Counting
) -> None:
    """P16"""
    body = b"x" * 100_000
    for n in range(200):
        client = Client(server.address)
        if n % 2:
            client.send(request("POST", "/", body=body))
        else:
            client.send(request("POST", "/", body=body)[: -n - 1])
        client.reset() if n % 4 < 2 else client.socket.close()
    with Client(server.address) as client:
        client.send(POST)
        assert client.answer().status == 200
    until(lambda: server._server.server_state.tasks == set())
    assert set(app.of("/")) <= {body, b"abcd"}
    assert len(app.of("/")) <= 101


@pytest.mark.parametrize("path", ["/", "/slow"])
def test_a_client_that_has_finished_sending_gets_its_answers(
    connect: Connect, app: Counting, path: str
) -> None:
    """P17"""
    client = connect()
    client.send(request("POST", path, body=b"abcd") * 2)
    client.finish()
    time.sleep(0.05)
    app.may_go_on.set()
    assert [answer.status for answer in client.answers()] == [200, 200]
    assert app.of(path) == [b"abcd"] * 2


@pytest.mark.parametrize(
    "half", [POST[:-1], POST[:20], b"PO", request("POST", "/", "Transfer-Encoding: chunked") + b"4\r\nab"]
)
def test_a_client_that_ends_inside_of_a_request_is_not_served(
    connect: Connect, app: Counting, half: bytes
) -> None:
    """P17; the fixture `quiet` sees that nothing is logged."""
    client = connect()
    client.send(half)
    client.finish()
    assert client.read_all() == b""
    assert app.executed == []


def test_a_client_that_ends_inside_of_its_second_request_gets_its_first_answer(
    connect: Connect, app: Counting
) -> None:
    """P17"""
    client = connect()
    client.send(request("GET", "/slow") + POST[:-1])
    client.finish()
    time.sleep(0.05)
    app.may_go_on.set()
    assert [answer.body for answer in client.answers()] == [b"slow"]
    assert [path for _, path, _ in app.executed] == ["/slow"]


def test_a_refusal_reaches_a_client_that_is_still_sending(connect: Connect, app: Counting) -> None:
    """To close on unread bytes would be a reset, which takes the answer away."""
    for _ in range(10):
        client = connect()
        client.send(request("POST", "/unread", body=b"x" * 4 * MEGABYTE))
        assert [answer.status for answer in client.answers()] == [401]


def test_a_body_beyond_measure_is_not_read(connect: Connect, app: Counting) -> None:
    """An upload that was answered without being read costs its client more than us."""
    client = connect()
    client.send(request("POST", "/unread", f"Content-Length: {1024 * MEGABYTE}"))
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < 1024 * MEGABYTE:
            sent += client.socket.send(b"x" * MEGABYTE)
    assert sent < 64 * MEGABYTE


def test_an_event_stream_begins_before_its_first_event(connect: Connect, app: Counting) -> None:
    client = connect()
    client.send(request("GET", "/stream"))
    assert client.socket.recv(65536) == b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    app.may_go_on.set()
    client.finish()
    assert client.read_all() == b"5\r\nevent\r\n0\r\n\r\n"


def test_an_answer_without_length_to_an_older_client_ends_with_the_connection(
    connect: Connect, app: Counting
) -> None:
    client = connect()
    app.may_go_on.set()
    client.send(b"GET /stream HTTP/1.0\r\n\r\n")
    assert client.read_all() == b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nevent"


# What an application can do to its connection


def test_an_application_may_drop_the_connection(connect: Connect, app: Counting) -> None:
    """FIN and not a byte; what was sent behind is not executed."""
    client = connect()
    client.send(request("POST", "/drop", body=b"abcd") + request("DELETE", "/follower"))
    assert client.read_all() == b""
    assert app.executed == [("POST", "/drop", b"abcd")]


def test_an_application_may_reset_the_connection(connect: Connect, app: Counting) -> None:
    """RST, which clients report as another error than FIN."""
    client = connect()
    client.send(request("POST", "/drop?reset=1", body=b"abcd"))
    with pytest.raises(ConnectionResetError):
        client.read_all()
    assert app.of("/drop") == [b"abcd"]


def test_answers_before_a_drop_are_out(connect: Connect, app: Counting) -> None:
    client = connect()
    client.send(POST + request("GET", "/drop"))
    assert [answer.status for answer in client.answers()] == [200]


@pytest.mark.parametrize("after", [0, 1, 999])
def test_an_application_may_truncate_its_answer(connect: Connect, app: Counting, after: int) -> None:
    client = connect()
    client.send(request("GET", f"/truncate?after={after}") + request("DELETE", "/follower"))
    head, _, body = client.read_all().partition(b"\r\n\r\n")
    assert b"content-length: 1000" in head
    assert body == b"x" * after
    assert app.of("/follower") == []


def test_a_cut_behind_the_end_cuts_nothing(connect: Connect, app: Counting) -> None:
    client = connect()
    client.send(request("GET", "/truncate?after=1001") + request("GET", "/truncate?after=1"))
    assert client.answer().body == b"x" * 1000
    assert client.read_all().endswith(b"\r\n\r\nx")


# What an application must not do


@pytest.mark.logs_a_bug
@pytest.mark.parametrize("path", ["/fails", "/silent", "/short", "/injects"])
def test_a_bug_is_marked_as_ours(
    connect: Connect,
    app: Counting,
    path: str,
    caplog: pytest.LogCaptureFixture,
    refusals: list[tuple[int, str]],
) -> None:
    """P27: to answer with a line break in a header is such a bug."""
    refusals.clear()
    client = connect()
    client.send(request("GET", path) + request("DELETE", "/follower"))
    (answer,) = client.answers()
    assert (answer.status, json.loads(answer.body)) == (500, {"edge": answer.edge})
    assert refusals == [(500, answer.edge)]
    assert app.of("/follower") == []
    assert [record.levelno for record in caplog.records if record.name == "simulator.wire"].count(
        logging.ERROR
    ) == 1
