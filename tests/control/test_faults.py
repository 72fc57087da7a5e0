"""Faults: made, listed, struck and removed; one that could never strike is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.control.problems import problem
from tests.gateway.asgi import NEW_ITEM, PUMP, Client

FAULTS = "/sandboxes/box/faults"
ITEMS = f"/s/box/kinetic/api/v1/issues/{PUMP}/action_items"
FAULT = {"vendor": "kinetic", "operation": "create_action_item", "kind": "status", "status": 503}


@pytest.fixture
def boxed(client: Client) -> Client:
    client.new_sandbox("box")
    return client


def create(client: Client) -> int:
    return client.call("POST", ITEMS, NEW_ITEM, headers=client.bearer("box")).status


def test_a_fault_is_answered_as_it_was_understood(boxed: Client) -> None:
    made = boxed.control("POST", FAULTS, FAULT)

    assert made.status == 201
    assert made.json == {
        "id": "f1",
        "vendor": "kinetic",
        "operation": "create_action_item",
        "kind": "status",
        "status": 503,
        "delay_ms": 0,
        "times": 1,
        "after": 0,
    }
    assert boxed.control("GET", FAULTS).json == {"faults": [made.json]}


def test_a_fault_strikes_once_in_the_vendors_own_words(boxed: Client) -> None:
    boxed.control("POST", FAULTS, FAULT)
    before = boxed.call("GET", ITEMS, headers=boxed.bearer("box")).body

    struck = boxed.call("POST", ITEMS, NEW_ITEM, headers=boxed.bearer("box"))

    assert (struck.status, struck.json) == (503, {"message": "Service Unavailable"})
    assert boxed.call("GET", ITEMS, headers=boxed.bearer("box")).body == before
    assert create(boxed) == 200
    assert boxed.control("GET", FAULTS).json == {"faults": []}


def test_the_journal_names_the_fault_that_struck(boxed: Client) -> None:
    made = boxed.control("POST", FAULTS, FAULT).json
    create(boxed)
    create(boxed)

    struck, spared = boxed.entries("box")

    assert (struck["fault"], struck["explanation"]["kind"]) == (made["id"], "injected")
    assert (spared["fault"], spared["explanation"]) == (None, None)
    assert struck["changes"] == []


def test_a_fault_waits_and_strikes_as_often_as_it_is_told(boxed: Client) -> None:
    boxed.control("POST", FAULTS, {**FAULT, "after": 1, "times": 2})

    assert [create(boxed) for _ in range(5)] == [200, 503, 503, 200, 200]


def test_what_is_left_of_a_fault_is_shown(boxed: Client) -> None:
    boxed.control("POST", FAULTS, {**FAULT, "after": 1, "times": 3})
    create(boxed)
    create(boxed)

    (fault,) = boxed.control("GET", FAULTS).json["faults"]

    assert (fault["after"], fault["times"]) == (0, 2)


@pytest.mark.parametrize("operation", [{}, {"operation": None}])
def test_a_fault_without_an_operation_strikes_any(boxed: Client, operation: dict[str, Any]) -> None:
    fault = {"vendor": "kinetic", "kind": "status", "status": 500, **operation}
    boxed.control("POST", FAULTS, fault)

    assert boxed.call("GET", "/s/box/kinetic/api/v1/valid").status == 500


def test_a_fault_answers_a_caller_without_a_credential_too(boxed: Client) -> None:
    boxed.control("POST", FAULTS, FAULT)

    assert boxed.call("POST", ITEMS, NEW_ITEM).status == 503


def test_a_fault_strikes_in_its_own_sandbox_alone(boxed: Client) -> None:
    boxed.new_sandbox("other")
    boxed.control("POST", FAULTS, {"vendor": "kinetic", "kind": "status", "status": 500})

    for address in ("/kinetic", "/s/other/kinetic"):
        assert boxed.call("GET", f"{address}/api/v1/valid").status == 200
    assert boxed.control("GET", "/sandboxes/other/faults").json == {"faults": []}
    assert boxed.call("GET", "/s/box/kinetic/api/v1/valid").status == 500


def test_the_control_api_is_immune(boxed: Client) -> None:
    boxed.control("POST", FAULTS, {"vendor": "kinetic", "kind": "status", "status": 500, "times": 1000})

    assert boxed.control("GET", "/sandboxes/box").status == 200
    assert boxed.control("GET", FAULTS).json["faults"][0]["times"] == 1000


def test_faults_are_removed_one_by_one_or_all_at_once(boxed: Client) -> None:
    first, second, third = (boxed.control("POST", FAULTS, FAULT).json for _ in range(3))

    removed = boxed.control("DELETE", f"{FAULTS}/{second['id']}")
    assert (removed.status, removed.body) == (204, b"")
    assert boxed.control("GET", FAULTS).json == {"faults": [first, third]}

    assert boxed.control("DELETE", FAULTS).json == {"faults": [first, third]}
    assert boxed.control("DELETE", FAULTS).json == {"faults": []}
    assert create(boxed) == 200


def test_a_fault_that_is_gone_is_404(boxed: Client) -> None:
    made = boxed.control("POST", FAULTS, FAULT).json
    create(boxed)

    for id in (made["id"], "f99", "nothing"):
        assert problem(boxed.control("DELETE", f"{FAULTS}/{id}"), 404).startswith(f"there is no fault {id}")


@pytest.mark.parametrize("status", [400, 401, 404, 405, 408, 409, 418, 422, 429, 500, 503, 504, 599])
def test_any_error_can_be_asked_for_and_has_the_vendors_shape(boxed: Client, status: int) -> None:
    boxed.control("POST", FAULTS, {**FAULT, "status": status})

    struck = boxed.call("POST", ITEMS, NEW_ITEM, headers=boxed.bearer("box"))

    assert struck.status == status
    assert struck.headers["content-type"] == "application/json"
    assert isinstance(struck.json["message"], str)
    assert boxed.entries("box")[-1]["explanation"]["kind"] == "injected"


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({}, "vendor takes a text, not null"),
        ({**FAULT, "vendor": "nothing"}, "nothing is not served; kinetic is"),
        ({**FAULT, "vendor": ["kinetic"]}, 'vendor takes a text, not ["kinetic"]'),
        ({**FAULT, "operation": "creat_item"}, "there is no operation creat_item; /info has the names"),
        ({**FAULT, "operation": ""}, "there is no operation ; /info has the names"),
        ({**FAULT, "operation": ["list"]}, 'operation takes a text, not ["list"]'),
        ({**FAULT, "operation": {}}, "operation takes a text, not {}"),
        ({**FAULT, "operation": 5}, "operation takes a text, not 5"),
        (
            {**FAULT, "kind": "explode"},
            'kind takes one of status, delay, drop, truncate, malformed, lose_response, not "explode"',
        ),
        (
            {**FAULT, "kind": None},
            "kind takes one of status, delay, drop, truncate, malformed, lose_response, not null",
        ),
        ({**FAULT, "status": None}, "status takes an integer from 400 to 599, not null"),
        ({**FAULT, "status": 200}, "status takes an integer from 400 to 599, not 200"),
        ({**FAULT, "status": 600}, "status takes an integer from 400 to 599, not 600"),
        ({**FAULT, "status": "500"}, 'status takes an integer from 400 to 599, not "500"'),
        ({**FAULT, "status": 500.0}, "status takes an integer from 400 to 599, not 500.0"),
        ({**FAULT, "status": True}, "status takes an integer from 400 to 599, not true"),
        ({**FAULT, "times": 0}, "times takes an integer from 1 to 1000000, not 0"),
        ({**FAULT, "times": -1}, "times takes an integer from 1 to 1000000, not -1"),
        ({**FAULT, "after": -1}, "after takes an integer from 0 to 1000000, not -1"),
        ({**FAULT, "after": None}, "after takes an integer from 0 to 1000000, not null"),
        ({"vendor": "kinetic", "kind": "delay"}, "delay_ms takes an integer from 0 to 600000, not null"),
        (
            {"vendor": "kinetic", "kind": "delay", "delay_ms": 1e9},
            "delay_ms takes an integer from 0 to 600000, not 1000000000.0",
        ),
        (
            {**FAULT, "probability": 0.5},
            "probability: not known here; known are after, delay_ms, kind, operation, status, times, vendor",
        ),
    ],
)
def test_a_fault_that_could_not_strike_is_refused(boxed: Client, given: dict[str, Any], detail: str) -> None:
    assert problem(boxed.control("POST", FAULTS, given), 422) == detail
    assert boxed.control("GET", FAULTS).json == {"faults": []}


@pytest.mark.parametrize("call", [("GET", ""), ("POST", ""), ("DELETE", ""), ("DELETE", "/f1")])
def test_a_sandbox_that_there_is_not_has_no_faults(client: Client, call: tuple[str, str]) -> None:
    assert problem(client.control(call[0], FAULTS + call[1]), 404) == "there is no sandbox box"
