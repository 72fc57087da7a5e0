"""Settings: the readings of a vendor's contradictions, read and changed by name and type."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from simulator.vendors.kinetic.rules import Settings
from tests.control.problems import problem
from tests.gateway.asgi import NEW_ITEM, PUMP, Client

SETTINGS = "/sandboxes/box/settings/kinetic"
ITEMS = f"/s/box/kinetic/api/v1/issues/{PUMP}/action_items"


@pytest.fixture
def boxed(client: Client) -> Client:
    client.new_sandbox("box")
    return client


def test_settings_are_a_flat_object_of_every_switch(boxed: Client) -> None:
    answer = boxed.control("GET", SETTINGS)

    assert answer.status == 200
    assert list(answer.json) == [field.name for field in dataclasses.fields(Settings)]
    assert answer.json["create_status"] == 200
    assert answer.json["required_fields"] == ["name", "detail", "assignee_id"]


def test_a_changed_setting_changes_the_vendor_at_once_and_alone(boxed: Client) -> None:
    before = boxed.control("GET", SETTINGS).json

    changed = boxed.control("PATCH", SETTINGS, {"create_status": 201})

    assert changed.status == 200
    assert changed.json == {**before, "create_status": 201} == boxed.control("GET", SETTINGS).json
    assert boxed.call("POST", ITEMS, NEW_ITEM, headers=boxed.bearer("box")).status == 201
    assert boxed.control("GET", "/sandboxes/default/settings/kinetic").json == before


def test_what_was_answered_can_be_sent_back(boxed: Client) -> None:
    before = boxed.control("GET", SETTINGS).json

    assert boxed.control("PATCH", SETTINGS, before).json == before


def test_no_change_is_no_change(boxed: Client) -> None:
    before = boxed.control("GET", SETTINGS).json

    assert boxed.control("PATCH", SETTINGS, {}).json == before
    assert boxed.control("PATCH", SETTINGS).json == before


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"nothing": 1}, "nothing is not a setting; there are create_status"),
        ({"create_status": 202}, "create_status takes one of 200, 201, not"),
        ({"create_status": True}, "create_status takes one of 200, 201, not"),
        ({"create_status": "201"}, "create_status takes one of 200, 201, not"),
        ({"create_status": None}, "create_status takes one of 200, 201, not"),
        ({"delete_mode": []}, "delete_mode takes one of"),
        ({"edit_ignores_input": 1}, "edit_ignores_input takes true or false, not"),
        ({"token_lifetime_s": "60"}, "token_lifetime_s takes an integer, not"),
        ({"token_lifetime_s": True}, "token_lifetime_s takes an integer, not"),
        ({"token_lifetime_s": 60.0}, "token_lifetime_s takes an integer, not"),
        ({"token_lifetime_s": 0}, "token_lifetime_s takes 1 second to 100 years"),
        ({"server_time_zone": 5}, "server_time_zone takes a text, not"),
        ({"server_time_zone": "Z"}, "server_time_zone is an offset like"),
        ({"required_fields": "name"}, "required_fields takes a list of one of"),
        ({"required_fields": ["colour"]}, "required_fields takes a list of one of"),
        ({"required_fields": {"name": 1}}, "required_fields takes a list of one of"),
        ({"create_status": 201, "delete_mode": "never"}, "delete_mode takes one of"),
    ],
)
def test_a_wrong_change_is_refused_whole(boxed: Client, given: dict[str, Any], detail: str) -> None:
    before = boxed.control("GET", SETTINGS).json

    assert problem(boxed.control("PATCH", SETTINGS, given), 422).startswith(detail)
    assert boxed.control("GET", SETTINGS).json == before


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_only_what_is_served_has_settings(boxed: Client, method: str) -> None:
    json: Any = {} if method == "PATCH" else None

    nothing = boxed.control(method, "/sandboxes/box/settings/nothing", json)
    assert problem(nothing, 404) == "nothing is not served; kinetic is"
    nobody = boxed.control(method, "/sandboxes/nobody/settings/kinetic", json)
    assert problem(nobody, 404) == "there is no sandbox nobody"
