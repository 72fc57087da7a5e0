"""The journal cites what an answer only assumed, and not where it did not."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.vendors.kinetic.calls import API, ISSUE, ITEM, JSON, NEW_ITEM, NEW_USER, NOWHERE, OTHER_ISSUE
from tests.vendors.kinetic.conftest import client_of

ITEMS = f"{ISSUE}/action_items"
ONE = f"{ITEMS}/{ITEM}"
BASIC = {"Authorization": "Basic " + base64.b64encode(b"ada.okafor@example.com:not-a-secret-71").decode()}

CALLS: dict[str, tuple[str, str, Any, dict[str, str]]] = {
    "KIN-171": ("POST", ITEMS, {"action_item": NEW_ITEM}, {}),
    "KIN-307": ("POST", ITEMS, {**NEW_ITEM, "action_item": {}}, {}),
    "KIN-176": ("POST", ITEMS, {**NEW_ITEM, "colour": "red"}, {}),
    "KIN-175": ("POST", ITEMS, {**NEW_ITEM, "assignee_id": "9"}, {}),
    "KIN-290": ("PUT", ONE, {}, {}),
    "KIN-178": ("PUT", ONE, {"name": "x", "id": 219}, {}),
    "KIN-292": ("GET", f"{ITEMS}?zzz=1", None, {}),
    "KIN-191": ("HEAD", ITEMS, None, {}),
    "KIN-073": ("GET", ITEMS, None, BASIC),
    "KIN-130": ("GET", f"/kinetic-response{ITEMS}", None, {}),
    "KIN-193": ("GET", f"/{ITEMS}", None, {}),
    "KIN-187": ("GET", f"{API}/issues/376/action_items", None, {}),
}
PLAIN: dict[str, tuple[str, str, Any, dict[str, str]]] = {
    "POST": ("POST", ITEMS, NEW_ITEM, {}),
    "PUT": ("PUT", ONE, {"name": "x"}, {}),
    "GET": ("GET", ITEMS, None, {}),
}


def cited(client, call) -> Any:
    method, address, body, headers = call
    path, _, query = address.partition("?")
    answer = client.call(method, path, body, query=query, headers={**JSON, **headers})
    assert answer.status == 200, answer.body
    return answer.statements


@pytest.mark.parametrize("statement", CALLS)
def test_what_was_assumed_is_cited(kinetic, statement) -> None:
    call = CALLS[statement]
    assert statement in cited(kinetic, call)
    assert statement not in cited(kinetic, PLAIN.get(call[0], PLAIN["GET"]))


def test_the_empty_list_of_a_deleted_issue_rests_on_what_deleting_means(kinetic) -> None:
    assert kinetic.put(OTHER_ISSUE, {"status": "Deleted"}).status == 200
    assert "KIN-203" in cited(kinetic, ("GET", f"{OTHER_ISSUE}/action_items", None, {}))
    assert "KIN-203" not in cited(kinetic, ("GET", f"{API}/issues/{NOWHERE}/action_items", None, {}))


def test_a_closed_issue_that_takes_an_item_is_cited(kinetic) -> None:
    kinetic.put(OTHER_ISSUE, {"status": "Closed"})
    assert "KIN-291" in cited(kinetic, ("POST", f"{OTHER_ISSUE}/action_items", NEW_ITEM, {}))


def test_the_other_readings_are_cited_where_they_decide(kinetic, sandbox) -> None:
    kinetic.settings(numeric_ids_in_routes=True)
    assert "KIN-Q12" in cited(kinetic, ("GET", f"{API}/issues/376/action_items/219", None, {}))
    kinetic.settings(participation_required=True)
    host = client_of(sandbox, "jonas")
    assert "KIN-Q16" in cited(host, ("GET", ITEMS, None, {}))


@pytest.mark.statement("KIN-271")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"user": None}, "User can't be blank"),
        ({"user": {**NEW_USER, "password": None}}, "Password can't be blank"),
    ],
)
def test_null_is_blank_also_where_a_secret_should_be(kinetic, body, reason) -> None:
    assert kinetic.post(f"{API}/users", body).json["reasons"] == [reason]


@pytest.mark.statement("KIN-193", "KIN-208")
def test_a_message_s_url_has_its_mount_however_many_slashes_there_were(kinetic) -> None:
    said = kinetic.post(f"//kinetic-response{ISSUE}/messages", {"body": "x"})
    assert said.json["url"].endswith(f"/kinetic-response{ISSUE}")
