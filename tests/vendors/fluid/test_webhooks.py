"""Webhooks of a board: what is queued, what a real receiver gets, how it is signed, and when it is tried again."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json

import pytest

from simulator.core import outbox
from simulator.outbox import Sender
from tests.receiver import Received, Receiver
from tests.vendors.fluid.calls import (
    ACTION,
    BOARD_KEYS,
    BOLLARDS,
    BULK_EDIT,
    PUMP,
    Client,
    body,
    create,
    path_of,
    post,
    state,
)

SECRET = "not-a-secret-hook"


def hook(client: Client, **changes) -> None:
    """Turn webhooks on, and change the one of the starting state."""
    client.settings(webhooks_enabled=True)
    store = client.world.store
    [found] = store.all("webhooks")
    store.replace("webhooks", {**found, **changes})
    store.commit()


def queued(client: Client) -> list[tuple[str, str]]:
    """The events that wait, with the titles of their actions."""
    bodies = [json.loads(each["body"]) for each in client.world.store.all("_outbox")]
    return [(each["event"], each["entity"]["fields"]["title"]) for each in bodies]


def drain(client: Client, sender: Sender | None = None) -> list[dict]:
    """Send what is due; the journal's entries of it."""
    sent, journal = set(asyncio.run((sender or Sender()).drain(client.sandbox))), client.sandbox.journal
    return [each.describe(client.world.service.ledger, journal) for each in journal if each.id in sent]


def received_one(receiver: Receiver) -> Received:
    [received] = receiver.received
    return received


# --- what is queued --------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-204")
def test_webhooks_are_off_until_they_are_turned_on(fluid) -> None:
    create(fluid, principalGuid=BULK_EDIT)
    assert queued(fluid) == []
    assert drain(fluid) == []


@pytest.mark.statement("FLU-204")
def test_what_was_queued_is_sent_also_when_webhooks_are_off_and_the_webhook_is_gone(fluid) -> None:
    with Receiver(status=500) as receiver:
        hook(fluid, url=receiver.url)
        create(fluid, principalGuid=BULK_EDIT)
        fluid.settings(webhooks_enabled=False)
        store = fluid.world.store
        [found] = store.all("webhooks")
        store.delete("webhooks", found["id"])
        store.commit()
        drain(fluid)
        fluid.advance("PT1H")
        drain(fluid)
    assert len(receiver.received) == 2


@pytest.mark.statement("FLU-102")
def test_a_creation_a_change_and_a_deletion_on_the_board_are_told(fluid) -> None:
    hook(fluid)
    made = create(fluid, principalGuid=BULK_EDIT, title="New")
    fluid.put(path_of(made["url"]), body(title="Changed"))
    fluid.delete(path_of(made["url"]))
    assert queued(fluid) == [("Create", "New"), ("Update", "Changed"), ("Delete", "Changed")]


@pytest.mark.statement("FLU-102")
def test_each_action_of_a_bulk_call_is_told(fluid) -> None:
    hook(fluid)
    fluid.post(ACTION, [body(principalGuid=BULK_EDIT, title=each) for each in "abc"])
    assert queued(fluid) == [("Create", "a"), ("Create", "b"), ("Create", "c")]


@pytest.mark.statement("FLU-102")
def test_what_happens_elsewhere_or_is_not_asked_for_is_not_told(fluid) -> None:
    hook(fluid, events=["Delete"])
    create(fluid, principalGuid=BULK_EDIT)
    create(fluid)
    fluid.put(BOLLARDS, body())
    assert queued(fluid) == []
    hook(fluid, events=["Create"], active=False)
    create(fluid, principalGuid=BULK_EDIT)
    assert queued(fluid) == []


@pytest.mark.statement("FLU-102")
def test_a_refused_call_tells_nothing(fluid, kofi) -> None:
    hook(fluid)
    before = state(fluid)
    answers = [post(kofi, principalGuid=BULK_EDIT), fluid.put(PUMP, {"fields": {}})]
    answers.append(fluid.post(ACTION, [body(principalGuid=BULK_EDIT), body(principalGuid="nobody")]))
    assert [each.status for each in answers] == [403, 422, 422]
    assert state(fluid) == before


# --- what is received ------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-102", "FLU-156", "FLU-157", "FLU-158", "FLU-159", "FLU-206")
def test_a_receiver_gets_the_published_headers_and_a_signature_that_holds(fluid) -> None:
    with Receiver() as receiver:
        hook(fluid, url=f"{receiver.url}/fluid?from=board")
        made = create(fluid, principalGuid=BULK_EDIT)
        [entry] = drain(fluid)
    received = received_one(receiver)
    assert (received.method, received.path) == ("POST", "/fluid?from=board")
    expected = {
        "content-type": "application/json",
        "user-agent": "Fluid-Hookshot/harbour-bot",
        "x-fluid-hook-guid": "6e1b7c20-90d4-4a35-8f1e-2c3d4b5a0041",
        "x-fluid-event": "Create",
        "x-fluid-entity": "Action",
        "x-fluid-hook-principal-entity": "Board",
        "x-fluid-hook-principal-guid": BULK_EDIT,
    }
    assert {name: received.headers[name] for name in expected} == expected
    assert len(received.headers["x-fluid-delivery"]) == 36
    signature = hmac.new(SECRET.encode(), received.body, hashlib.sha256).hexdigest()
    assert received.headers["x-hub-signature-256"] == signature
    told = json.loads(received.body)
    assert list(told) == ["event", "entityType", "entity"]
    assert (told["event"], told["entityType"]) == ("Create", "Action")
    assert (told["entity"]["id"], told["entity"]["guid"]) == (made["id"], made["guid"])
    assert (entry["direction"], entry["response"]["status"]) == ("out", 200)
    assert "FLU-158" in entry["statements"]


@pytest.mark.statement("FLU-158")
def test_without_a_secret_nothing_is_signed(fluid) -> None:
    with Receiver() as receiver:
        hook(fluid, url=receiver.url, secret=None)
        create(fluid, principalGuid=BULK_EDIT)
        [entry] = drain(fluid)
    assert "FLU-158" not in entry["statements"]
    assert "x-hub-signature-256" not in received_one(receiver).headers


@pytest.mark.statement("FLU-161", "FLU-156")
def test_a_delivery_has_the_fields_of_a_board_action_without_assignees_and_with_impediment(fluid) -> None:
    hook(fluid)
    create(fluid, principalGuid=BULK_EDIT)
    [delivery] = fluid.world.store.all("_outbox")
    told = json.loads(delivery["body"])["entity"]["fields"]
    assert set(told) == {*BOARD_KEYS, "impediment"}
    assert (told["assignee"], told["impediment"], told["shortCode"]) == (None, 0, "BE-105")


# --- trying again ----------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-160", "FLU-205")
def test_a_receiver_that_refuses_is_asked_again_an_hour_later(fluid) -> None:
    with Receiver(status=503) as receiver:
        hook(fluid, url=receiver.url)
        create(fluid, principalGuid=BULK_EDIT)
        [entry] = drain(fluid)
        assert entry["explanation"] == {
            "kind": "undelivered",
            "reason": "the receiver answered 503, and only 2xx is taken for received",
            "attempt": 1,
            "next_attempt_at": "2024-02-16T15:45:22.000Z",
        }
        fluid.advance("PT59M")
        assert drain(fluid) == []
        receiver.status = 204
        [fired] = fluid.advance("PT1M")
        assert (fired.statement, fired.what) == ("FLU-160", f"delivery 1 to {receiver.url} is tried again")
        [entry] = drain(fluid)
    assert (entry["response"]["status"], entry["explanation"]) == (204, None)
    assert len({each.headers["x-fluid-delivery"] for each in receiver.received}) == 1
    assert len({each.body for each in receiver.received}) == 1
    assert outbox.waiting(fluid.world) == []


@pytest.mark.statement("FLU-160")
def test_after_24_hours_nothing_is_tried_again(fluid) -> None:
    with Receiver(status=500) as receiver:
        hook(fluid, url=receiver.url)
        create(fluid, principalGuid=BULK_EDIT)
        for _ in range(30):
            drain(fluid)
            fluid.advance("PT1H")
    assert len(receiver.received) == 25  # at once, and once for every hour of the day
    last = list(fluid.sandbox.journal)[-1]
    assert last.explanation is not None
    assert (last.explanation["attempt"], last.explanation["next_attempt_at"]) == (25, None)
    assert outbox.waiting(fluid.world) == []


@pytest.mark.statement("FLU-160")
@pytest.mark.parametrize("status", [301, 302, 307, 404])
def test_only_2xx_is_received_and_a_redirect_is_not_followed(fluid, status) -> None:
    with Receiver() as other, Receiver(status=status) as receiver:
        receiver.headers = {"Location": f"{other.url}/stolen"}
        hook(fluid, url=receiver.url)
        create(fluid, principalGuid=BULK_EDIT)
        [entry] = drain(fluid)
    assert entry["response"]["status"] == status
    assert entry["explanation"]["kind"] == "undelivered"
    assert other.received == []


@pytest.mark.statement("FLU-160")
def test_a_receiver_has_ten_seconds(fluid) -> None:
    hook(fluid)
    create(fluid, principalGuid=BULK_EDIT)
    [delivery] = fluid.world.store.all("_outbox")
    assert (
        delivery["timeout_s"],
        delivery["retry_every"],
        delivery["retry_until"] - delivery["queued_at"],
    ) == (
        10,
        3_600_000_000,
        86_400_000_000,
    )
