"""P14 to P17 of the catalogue through the whole application: requests one behind another, and clients that leave."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandbox
from simulator.http import Gateway
from simulator.serving import ServerThread
from tests.gateway.asgi import NOW, PUMP, make_app
from tests.wire.client import PATIENCE_S, Answer, Client, request

ITEMS = f"/api/v1/issues/{PUMP}/action_items"
ROUNDS = 40


def bearer(sandbox: Sandbox) -> str:
    return f"Authorization: Bearer {sandbox.worlds['kinetic'].credentials[0]['token']}"


def new_item(name: str) -> bytes:
    return b'{"name":"%b","detail":"d","assignee_id":9}' % name.encode()


def stored(sandbox: Sandbox) -> list[str]:
    """The names of the items that were made, in order; the fixture's are not among them."""
    records = sandbox.worlds["kinetic"].store.all("action_items")
    return [record["name"] for record in records if record["id"] > 221]


def journalled(sandbox: Sandbox) -> list[str]:
    """The names of the items whose creation the journal has as done, in order."""
    done = [entry for entry in list(sandbox.journal) if entry.operation == "create_action_item"]
    return [_name(entry.changes) for entry in done if entry.response_status == 200]


def _name(changes: list[Any]) -> str:
    (change,) = changes
    return str(change.after["name"])


@pytest.fixture
def boxes(app: Gateway) -> Iterator[list[Sandbox]]:
    names = ("one", "two", "three")
    yield [app.sandboxes.create(name, now=parse_instant(NOW), mode="frozen") for name in names]
    for name in names:
        app.sandboxes.delete(name)


@pytest.mark.parametrize("segment", [10**9, 1000, 61], ids=["in one piece", "in segments", "in scraps"])
def test_pipelined_requests_are_answered_in_order_each_in_its_own_sandbox(
    connect: Callable[[], Client], boxes: list[Sandbox], segment: int
) -> None:
    """By path, by credential, by host name, refused and misspelt, one behind another on one connection."""
    one, two, three = boxes
    asked = []
    for number in range(300 if segment > 100 else 60):
        body = new_item(f"item {number}")
        target = f"{ITEMS}?n={number}"
        asked.append(
            [
                request("POST", f"/s/one/kinetic{target}", bearer(one), body=body),
                request("POST", f"/kinetic{target}", bearer(two), body=body),
                request("POST", target, bearer(three), body=body).replace(
                    b"example.com", b"three--kinetic.localhost"
                ),
                request("POST", f"/s/one/kinetic{target}", bearer(two), body=body),
                request("GET", f"/s/two/kinetic/nothing?n={number}"),
            ][number % 5]
        )
    client, data = connect(), b"".join(asked)

    client.send(*(data[start : start + segment] for start in range(0, len(data), segment)))
    answers = [client.answer() for _ in asked]

    assert [answer.status for answer in answers] == [200, 200, 200, 401, 404] * (len(asked) // 5)
    for number, answer in enumerate(answers):
        assert answer.status != 200 or answer.json()["name"] == f"item {number}"
    for box, places in ((one, (0, 3)), (two, (1, 4)), (three, (2,))):
        expected = [number for number in range(len(asked)) if number % 5 in places]
        assert [entry.query for entry in box.journal] == [f"n={number}" for number in expected]
        assert [entry.id for entry in box.journal] == list(range(1, len(expected) + 1))
        entries = [int(answers[number].headers["simulator-entry"]) for number in expected]
        assert entries == list(range(1, len(expected) + 1))
        assert stored(box) == journalled(box) == [f"item {n}" for n in expected if n % 5 in {0, 1, 2}]


def test_garbage_behind_a_request_is_refused_behind_its_answer(
    connect: Callable[[], Client], boxes: list[Sandbox]
) -> None:
    """P15: a client that sees only 400 may believe that nothing has happened."""
    one = boxes[0]
    client = connect()

    client.send(
        request("POST", f"/s/one/kinetic{ITEMS}", bearer(one), body=new_item("before")) + b"garbage\r\n\r\n"
    )
    answers: list[Answer] = client.answers()

    assert [(answer.status, answer.edge is None) for answer in answers] == [(200, True), (400, False)]
    assert stored(one) == journalled(one) == ["before"]


def test_a_client_that_leaves_has_done_all_or_nothing() -> None:
    """P16, P17: closed or reset right behind a request it is done or not; inside of one it is not."""
    app = make_app()
    box = app.sandboxes.default
    with ServerThread(app) as server:
        for number in range(ROUNDS):
            for kind in ("whole", "half", "head"):
                for end in ("closed", "reset", "finished"):
                    data = request(
                        "POST", f"/kinetic{ITEMS}", bearer(box), body=new_item(f"{kind} {end} {number}")
                    )
                    _send_and_leave(
                        server.address, data[: {"whole": None, "half": -9, "head": 40}[kind]], end
                    )
        closed = {f"whole {end} {number}" for end in ("closed", "finished") for number in range(ROUNDS)}
        _wait_until(lambda: len(box.journal) >= len(closed) and closed <= set(journalled(box)))

    assert stored(box) == journalled(box)
    assert len(set(stored(box))) == len(stored(box)), "nothing is done twice"
    assert closed <= set(stored(box)) <= closed | {f"whole reset {number}" for number in range(ROUNDS)}
    assert len(box.journal) == len(stored(box)), "half a request leaves no entry"


def _send_and_leave(address: tuple[str, int], data: bytes, end: str) -> None:
    with Client(address) as client:
        client.send(data)
        if end == "reset":
            client.reset()
        elif end == "finished":
            client.finish()
            client.read_all()


def _wait_until(reached: Callable[[], bool]) -> None:
    """Those who have left do not learn when it is done."""
    late = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < late, "what was sent whole is not done"
        time.sleep(0.01)
