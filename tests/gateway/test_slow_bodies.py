"""T6: what a body was for may be gone when it has come. It is decided then, and nothing that has ended is changed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from simulator.app import create_app
from simulator.client import ControlClient
from simulator.persistence.state import StateFile
from simulator.serving import ServerThread
from tests.gateway.asgi import NEW_ITEM, PUMP, services
from tests.wire.client import Answer, Client, request

ITEMS = f"kinetic/api/v1/issues/{PUMP}/action_items"
FROZEN = {"now": "2026-01-31T09:00:00Z", "clock": "frozen"}
JSON = "Content-Type: application/json"


@contextmanager
def serving(path: Path) -> Iterator[tuple[ServerThread, ControlClient]]:
    state = StateFile(path, services())
    with ServerThread(create_app(services(), state=state)) as server, ControlClient(server.url) as control:
        yield server, control
    state.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


class Half:
    """A request of whose body only the beginning has been sent."""

    def __init__(self, server: ServerThread, method: str, target: str, body: Any, *headers: str) -> None:
        data = json.dumps(body).encode()
        self._client, self._rest = Client(server.address), data[5:]
        length = f"Content-Length: {len(data)}"
        host = "Host: 127.0.0.1"  # the control API answers to no other
        head = request(method, target, JSON, length, *headers).replace(b"Host: example.com", host.encode())
        self._client.send(head + data[:5])
        time.sleep(0.05)  # it is read, and waits

    def finish(self) -> Answer:
        self._client.send(self._rest)
        with self._client:
            return self._client.answer()


def token(control: ControlClient, sandbox: str) -> str:
    described = control.get(f"/sandboxes/{sandbox}")
    return f"Authorization: Bearer {described['credentials']['kinetic'][0]['token']}"


def again(control: ControlClient) -> None:
    control.call("DELETE", "/sandboxes/a")
    control.post("/sandboxes", {"name": "a", **FROZEN})


def names(control: ControlClient) -> list[str]:
    records = control.get("/sandboxes/a/state/kinetic/action_items")["records"]
    return [each["name"] for each in records]


def test_a_call_goes_to_the_sandbox_that_is_there_when_it_is_whole(path: Path) -> None:
    with serving(path) as (server, control):
        control.post("/sandboxes", {"name": "a", **FROZEN})
        names(control)
        half = Half(server, "POST", f"/s/a/{ITEMS}", NEW_ITEM, token(control, "a"))
        again(control)
        assert half.finish().status == 200
        assert NEW_ITEM["name"] in names(control)
    with serving(path) as (_, control):
        assert NEW_ITEM["name"] in names(control)


def test_a_call_to_a_sandbox_that_has_gone_meanwhile_is_refused(path: Path) -> None:
    with serving(path) as (server, control):
        control.post("/sandboxes", {"name": "a", **FROZEN})
        half = Half(server, "POST", f"/s/a/{ITEMS}", NEW_ITEM, token(control, "a"))
        control.call("DELETE", "/sandboxes/a")
        answer = half.finish()
        assert (answer.status, answer.edge) == (404, "there is no sandbox a")
    with serving(path) as (_, control):
        assert [each["name"] for each in control.get("/sandboxes")["sandboxes"]] == ["default"]


def test_a_restore_of_a_sandbox_that_has_gone_meanwhile_is_refused_and_it_stays_gone(path: Path) -> None:
    with serving(path) as (server, control):
        control.post("/sandboxes", {"name": "a", **FROZEN})
        taken = control.get("/sandboxes/a/snapshot")
        half = Half(server, "PUT", "/__simulator/v1/sandboxes/a/snapshot", taken)
        control.call("DELETE", "/sandboxes/a")
        assert half.finish().status == 404
    with serving(path) as (_, control):
        assert [each["name"] for each in control.get("/sandboxes")["sandboxes"]] == ["default"]


def test_a_record_arranged_while_its_sandbox_is_reset_is_there_after_both(path: Path) -> None:
    with serving(path) as (server, control):
        control.post("/sandboxes", {"name": "a", **FROZEN})
        record = control.get("/sandboxes/a/state/kinetic/action_items")["records"][0]
        where = f"/__simulator/v1/sandboxes/a/state/kinetic/action_items/{record['guid']}"
        half = Half(server, "PUT", where, {**record, "name": "arranged"})
        control.post("/sandboxes/a/reset")
        assert half.finish().status == 200
        assert "arranged" in names(control)
    with serving(path) as (_, control):
        assert "arranged" in names(control)
