"""An answer leaves when what it changed is safe, and never when it could not be made so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from simulator.control.routes import control_app
from simulator.core.recorder import NotKept
from simulator.core.sandbox import Sandboxes
from simulator.http import ASGIApp, Gateway
from tests.core import toy
from tests.gateway.asgi import Client

JSON = {"content-type": "application/json"}


class Recorder:
    """Counts what it is told; takes its time, or fails."""

    def __init__(self) -> None:
        self.changes = 0
        self.waits = 0
        self.failed: str | None = None
        self.fails_now = False

    async def durable(self) -> None:
        self.waits += 1
        await asyncio.sleep(0)
        if self.fails_now:
            self.failed = "No space left on device"
            raise NotKept(self.failed)

    def begun(self, sandbox: Any) -> None:
        self.changes += 1

    def ended(self, name: str) -> None:
        self.changes += 1

    def reached(self, world: Any) -> None:
        pass

    def committed(self, world: Any, changes: list[Any], entry: Any) -> None:
        self.changes += bool(changes)

    def arranged(self, sandbox: Any) -> None:
        self.changes += 1


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def client(recorder: Recorder, connect: Callable[[ASGIApp], Client]) -> Client:
    sandboxes = Sandboxes({"toy": toy.SERVICE}, recorder=recorder)
    control: Any = control_app(sandboxes, None, recorder=recorder)
    return connect(Gateway(sandboxes, control, recorder=recorder))


def call(client: Client, method: str, path: str, json: Any = None) -> Any:
    token = client.sandboxes.default.credentials()["toy"][0]["token"]
    return client.call(method, f"/toy{path}", json, headers={"authorization": f"Bearer {token}"})


def test_a_change_waits_and_a_read_does_not(client: Client, recorder: Recorder) -> None:
    assert call(client, "GET", "/v1/toys").status == 200
    assert call(client, "POST", "/v1/toys", {"color": "red"}).status == 422
    assert recorder.waits == 0

    assert call(client, "POST", "/v1/toys", {"name": "kite"}).status == 201
    assert recorder.waits == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/sandboxes", {"name": "a"}),
        ("POST", "/sandboxes/default/reset", None),
        ("POST", "/sandboxes/default/fork", {"name": "b"}),
        ("PUT", "/sandboxes/default/clock", {"mode": "frozen"}),
        ("POST", "/sandboxes/default/clock/advance", {"by": "PT1S"}),
        ("POST", "/sandboxes/default/faults", {"vendor": "toy", "kind": "drop"}),
        ("DELETE", "/sandboxes/default/faults", None),
        ("PATCH", "/sandboxes/default/settings/toy", {"page_size": 3}),
        ("DELETE", "/sandboxes/default/state/toy/toys/1", None),
    ],
)
def test_every_control_call_that_changes_something_waits(
    client: Client, recorder: Recorder, method: str, path: str, body: Any
) -> None:
    assert client.control(method, path, body, headers=JSON).status < 300

    assert recorder.waits == 1


@pytest.mark.parametrize("path", ["", "/sandboxes/default/clock", "/sandboxes/default/journal"])
def test_a_control_call_that_reads_does_not_wait(client: Client, recorder: Recorder, path: str) -> None:
    client.control("GET", path or "/info")

    assert recorder.waits == 0


def test_what_could_not_be_kept_is_not_acknowledged(client: Client, recorder: Recorder) -> None:
    recorder.fails_now = True

    answer = call(client, "POST", "/v1/toys", {"name": "kite"})
    assert answer.status == 507
    assert answer.edge is not None
    assert client.control("POST", "/sandboxes", {"name": "a"}).status == 507


def test_after_that_reads_are_answered_and_writes_are_not_even_tried(
    client: Client, recorder: Recorder
) -> None:
    recorder.failed = "No space left on device"
    before = len(client.sandboxes.default.journal)

    assert call(client, "POST", "/v1/toys", {"name": "kite"}).edge == (
        "the state cannot be written any more: No space left on device"
    )
    assert client.control("POST", "/sandboxes", {"name": "a"}).status == 507
    assert len(client.sandboxes) == 1
    assert len(client.sandboxes.default.journal) == before
    assert call(client, "GET", "/v1/toys").status == 200
    assert client.control("GET", "/sandboxes").status == 200
