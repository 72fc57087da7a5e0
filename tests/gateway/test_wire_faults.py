"""Faults that are no answers, as a client on a real socket sees them."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.http import Gateway
from simulator.serving import ServerThread
from tests.gateway.asgi import NEW_ITEM, PUMP, make_app

ITEMS = f"/kinetic/api/v1/issues/{PUMP}/action_items"


@pytest.fixture
def app() -> Gateway:
    return make_app()


@pytest.fixture
def server(app: Gateway) -> Iterator[ServerThread]:
    with ServerThread(app) as running:
        yield running


def exchange(server: ServerThread, method: str, path: str, body: Any, token: str) -> bytes:
    """All bytes that come back until the connection ends."""
    data = json.dumps(body).encode()
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {server.url.removeprefix('http://')}\r\nConnection: close\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection(server.address, timeout=10) as connection:
        connection.sendall(head.encode() + data)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


def strike(app: Gateway, server: ServerThread, kind: str) -> tuple[bytes, list[str]]:
    """The bytes a creation gets under a fault, and the names that are there afterwards."""
    sandbox = app.sandboxes.default
    sandbox.faults.add("kinetic", "create_action_item", kind)
    token = sandbox.worlds["kinetic"].credentials[0]["token"]
    received = exchange(server, "POST", ITEMS, NEW_ITEM, token)
    return received, [item["name"] for item in sandbox.worlds["kinetic"].store.all("action_items")]


def test_a_drop_is_a_closed_connection_and_nothing_happened(app: Gateway, server: ServerThread) -> None:
    received, names = strike(app, server, "drop")

    assert received == b""
    assert NEW_ITEM["name"] not in names


def test_a_lost_response_is_a_closed_connection_behind_a_commit(app: Gateway, server: ServerThread) -> None:
    received, names = strike(app, server, "lose_response")

    assert received == b""
    assert NEW_ITEM["name"] in names


def test_a_truncated_answer_ends_before_its_length(app: Gateway, server: ServerThread) -> None:
    received, names = strike(app, server, "truncate")

    head, _, body = received.partition(b"\r\n\r\n")
    (length,) = (
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length")
    )
    assert 0 < len(body) < length
    assert NEW_ITEM["name"] in names


def test_a_malformed_answer_is_whole_and_no_json(app: Gateway, server: ServerThread) -> None:
    received, names = strike(app, server, "malformed")

    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert f"content-length: {len(body)}".encode() in head
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(body)
    assert NEW_ITEM["name"] in names


@pytest.mark.parametrize("kind", ["drop", "lose_response", "truncate", "malformed"])
def test_the_next_call_is_answered_as_ever(app: Gateway, server: ServerThread, kind: str) -> None:
    strike(app, server, kind)
    token = app.sandboxes.default.worlds["kinetic"].credentials[0]["token"]

    assert exchange(server, "POST", ITEMS, NEW_ITEM, token).startswith(b"HTTP/1.1 200")
