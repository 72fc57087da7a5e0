"""POST /api/events/, as far as it is published."""

from __future__ import annotations

import json
import re

import pytest

from tests.vendors.cmo.calls import EVENTS, NOT_VALID, arrange, error_list, refused

EVENT = {"eventTitle": "Leak at gate 4", "Severity": 2, "parts": [{"X": None}]}


@pytest.mark.statement("CMO-150", "CMO-191")
@pytest.mark.parametrize("address", ["/api/events/", "/api/events", "/tenant/api/events/"])
def test_an_event_is_kept_and_its_id_answered(cmo, address) -> None:
    answer = cmo.post(address, EVENT)
    assert answer.status == 200
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.json)
    event = cmo.world.store.get("events", answer.json)
    assert event["fields"] == EVENT
    assert (event["creatorUserId"], event["createdDateTime"]) == (20518, "2021-06-29T06:57:37.233Z")
    assert cmo.post(address, EVENT).json != answer.json


@pytest.mark.statement("CMO-191")
def test_an_event_is_kept_as_it_was_sent_also_where_its_fields_are_called_like_an_action_s(cmo) -> None:
    event = {
        "customFields": [{"VALUE": 1, "value": 2}],
        "gpsCoordinates": {"x": 1},
        "ResidualRisk": {"CONSEQUENCECODE": 3},
    }
    assert cmo.world.store.get("events", cmo.post(EVENTS, event).json)["fields"] == event


@pytest.mark.statement("CMO-151")
def test_who_is_not_authenticated_is_answered_401(cmo, anyone) -> None:
    before = cmo.state()
    assert anyone.post(EVENTS, EVENT).status == 401
    assert cmo.state() == before


@pytest.mark.statement("CMO-152")
def test_at_least_one_role_must_have_the_event_permission(cmo, nothing, creator) -> None:
    before = cmo.state()
    for client in (nothing, creator):
        answer = client.post(EVENTS, EVENT)
        assert (answer.status, answer.body) == (403, b"")
    assert cmo.state() == before
    arrange(cmo, "users", 20604, role_ids=[5, 1])
    assert nothing.post(EVENTS, EVENT).status == 200
    arrange(cmo, "users", 20604, role_ids=[5])
    arrange(cmo, "roles", 5, allow_create_events_via_api=True)
    assert nothing.post(EVENTS, EVENT).status == 200


@pytest.mark.statement("CMO-153")
@pytest.mark.parametrize("body", [b"", b"null", b"\n"])
def test_a_null_payload_is_refused_in_the_published_words(cmo, body) -> None:
    before = cmo.state()
    answer = cmo.post(EVENTS, body=body)
    refused(cmo, answer, {"message": "Payload is empty"})
    assert "CMO-153" in answer.statements
    assert cmo.state() == before


@pytest.mark.statement("CMO-154")
@pytest.mark.parametrize("body", [[], [EVENT], "x", 5, False])
def test_a_model_that_breaks_rules_is_refused_with_messages(cmo, body) -> None:
    before = cmo.state()
    refused(cmo, cmo.post(EVENTS, body), error_list(("", NOT_VALID)))
    assert cmo.state() == before


@pytest.mark.statement("CMO-155")
def test_calls_are_not_rate_limited(cmo) -> None:
    assert {cmo.post(EVENTS, {}).status for _ in range(500)} == {200}


def test_an_event_cannot_be_read_for_nothing_is_published_of_it(cmo) -> None:
    id = cmo.post(EVENTS, EVENT).json
    assert cmo.get(EVENTS).status == 405
    assert cmo.get(f"{EVENTS}{id}").status == 404


def test_the_document_says_that_it_is_partial(service) -> None:
    assert service.document.operations["create_event"].status == "partial"
    assert json.dumps(service.document.raw).count('"partial"') == 1
