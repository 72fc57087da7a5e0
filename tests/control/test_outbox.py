"""POST outbox/drain: over a real socket, with a vendor that sends, and a receiver that listens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.request import Request, urlopen

import pytest

from simulator.app import create_app, load_services
from simulator.client import ControlClient
from simulator.core.clock import parse_instant
from simulator.serving import ServerThread
from tests.gateway.asgi import Client
from tests.receiver import Receiver
from tests.vendors.fluid.calls import ACTION, BULK_EDIT, NOW, basic, body

BOX = "/sandboxes/default"
HOOK = f"{BOX}/state/fluid/webhooks/41"


@pytest.fixture
def control() -> Iterator[ControlClient]:
    app = create_app(load_services(["fluid"]), now=parse_instant(NOW), mode="frozen")
    with ServerThread(app) as server, closing(ControlClient(server.url)) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def tell(control: ControlClient, receiver: Receiver) -> None:
    """Create an action of which the receiver is to hear."""
    hook = control.get(HOOK)
    control.call("PUT", HOOK, {**hook, "url": receiver.url})
    control.call("PATCH", f"{BOX}/settings/fluid", {"webhooks_enabled": True})
    [first, *_] = control.get(BOX)["credentials"]["fluid"]
    call_vendor(control, first)


def call_vendor(control: ControlClient, credential: dict[str, Any]) -> None:
    url = f"{control.get(BOX)['urls']['fluid']}{ACTION}"
    headers = {
        "Authorization": basic(credential["username"], credential["pat"]),
        "Content-Type": "application/json",
    }
    data = json.dumps(body(principalGuid=BULK_EDIT)).encode()
    with urlopen(Request(url, data, headers), timeout=10) as answer:
        assert answer.status == 200


def test_a_drain_waits_until_the_receiver_has_heard(control, receiver) -> None:
    receiver.delay_s = 0.3
    tell(control, receiver)
    drained = control.call("POST", f"{BOX}/outbox/drain", {})
    assert len(receiver.received) == 1
    assert drained["waiting"] == []
    entries = control.get(f"{BOX}/journal")["entries"]
    assert [(each["direction"], each["response"]["status"]) for each in entries] == [
        ("in", 200),
        ("out", 200),
    ]
    assert drained["sent"] == [entries[1]["id"]]
    assert control.call("POST", f"{BOX}/outbox/drain", {}) == {"sent": [], "waiting": []}


def test_what_was_refused_is_sent_again_when_the_clock_is_advanced(control, receiver) -> None:
    receiver.status = 500
    tell(control, receiver)
    [waiting] = control.call("POST", f"{BOX}/outbox/drain", {})["waiting"]
    assert waiting == {
        "vendor": "fluid",
        "id": 1,
        "url": receiver.url,
        "attempts": 1,
        "until": "2024-02-17T14:45:22.000Z",
    }
    receiver.status = 200
    [fired] = control.call("POST", f"{BOX}/clock/advance", {"by": "PT1H"})["fired"]
    assert fired["what"] == f"delivery 1 to {receiver.url} is tried again"
    control.call("POST", f"{BOX}/outbox/drain", {})
    assert len(receiver.received) == 2


def test_a_verified_call_is_one_that_came_in_unless_it_is_asked_otherwise(control, receiver) -> None:
    tell(control, receiver)
    [sent] = control.call("POST", f"{BOX}/outbox/drain", {})["sent"]
    assert control.call("POST", f"{BOX}/verify", {"vendor": "fluid", "status": 200, "times": 1})[
        "matched"
    ] == [1]
    criterion = {"direction": "out", "json_contains": {"event": "Create"}, "times": 1}
    assert control.call("POST", f"{BOX}/verify", criterion)["matched"] == [sent]


def test_a_sandbox_that_sends_nothing_is_drained_at_once(client: Client) -> None:
    assert client.control("POST", f"{BOX}/outbox/drain", {}).json == {"sent": [], "waiting": []}
    assert client.control("POST", f"{BOX}/outbox/drain", {"now": True}).status == 422
    assert client.control("POST", "/sandboxes/nowhere/outbox/drain", {}).status == 404
