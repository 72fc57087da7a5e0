"""verify: whether the expected calls were made; if not, what was nearest and in what it differs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.control.problems import problem
from tests.gateway.asgi import NEW_ITEM, PUMP, Client

VERIFY = "/sandboxes/box/verify"
ROOT = "/s/box/kinetic/api/v1"
PATH = f"/api/v1/issues/{PUMP}/action_items"
OTHER = {"name": "Open valve", "detail": "The one at gate 5.", "assignee_id": 11}


@pytest.fixture
def called(client: Client) -> Client:
    """A client that has made five calls."""
    client.new_sandbox("box")
    bearer = client.bearer("box")
    client.call("GET", f"{ROOT}/valid")  # 1
    client.call("POST", f"/s/box/kinetic{PATH}", NEW_ITEM, headers={**bearer, "X-Trace": "abc"})  # 2
    client.call("POST", f"/s/box/kinetic{PATH}", OTHER, headers=bearer)  # 3
    client.call("POST", f"/s/box/kinetic{PATH}", {"name": "No detail", "assignee_id": 9}, headers=bearer)  # 4
    client.call("GET", f"/s/box/kinetic{PATH}?status=Open&x=", headers=bearer)  # 5
    return client


@pytest.mark.parametrize(
    ("criterion", "matched"),
    [
        ({"vendor": "kinetic"}, [1, 2, 3, 4, 5]),
        ({"operation": "create_action_item"}, [2, 3, 4]),
        ({"operation": "create_action_item", "status": 200}, [2, 3]),
        ({"path": PATH}, [2, 3, 4, 5]),
        ({"query": {"status": "Open"}}, [5]),
        ({"query": {"x": ""}}, [5]),
        ({"headers": {"x-trace": "abc"}}, [2]),
        ({"headers": {"X-TRACE": "abc"}}, [2]),
        ({"json": NEW_ITEM}, [2]),
        ({"json_contains": {"name": "Open valve"}}, [3]),
        ({"json_contains": {}}, [2, 3, 4]),
        ({"operation": "create_action_item", "times": 3}, [2, 3, 4]),
        ({"operation": "create_action_item", "at_least": 2, "at_most": 4}, [2, 3, 4]),
        ({"operation": "delete_action_item", "times": 0}, []),
        ({"operation": "delete_action_item", "at_most": 1}, []),
        ({"operation": "delete_action_item", "at_least": 0}, []),
        ({"order": ["check_valid", "create_action_item", "list_action_items"]}, [1, 2, 5]),
        ({"order": ["create_action_item", "create_action_item"]}, [2, 3]),
    ],
)
def test_calls_that_were_made_are_found(
    called: Client, criterion: dict[str, Any], matched: list[int]
) -> None:
    answer = called.control("POST", VERIFY, criterion)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {"matched": matched, "evicted": 0}


def test_a_wrong_field_is_named_with_what_was_expected_and_what_came(called: Client) -> None:
    answer = called.control(
        "POST",
        VERIFY,
        {"operation": "create_action_item", "json_contains": {"name": "Close valve", "assignee_id": 11}},
    )

    assert problem(answer, 409) == "expected at least 1 matching call, found 0"
    assert (answer.json["matched"], answer.json["evicted"]) == ([], 0)
    nearest = answer.json["nearest"]
    assert len(nearest) == 3
    two = next(each for each in nearest if each["entry"] == 2)
    assert two["differences"] == [{"in": "json", "path": "$.assignee_id", "expected": 11, "got": 9}]
    assert (two["operation"], two["status"]) == ("create_action_item", 200)
    assert [len(each["differences"]) for each in nearest] == sorted(
        len(each["differences"]) for each in nearest
    )


def test_a_refused_call_is_near_and_says_why_it_was_refused(called: Client) -> None:
    answer = called.control(
        "POST",
        VERIFY,
        {"operation": "create_action_item", "status": 200, "json_contains": {"name": "No detail"}},
    )

    near = next(each for each in answer.json["nearest"] if each["entry"] == 4)
    assert near["differences"] == [{"in": "status", "path": "$", "expected": 200, "got": 422}]
    assert near["explanation"]["problems"][0]["path"] == "$.detail"
    assert "KIN-019" in near["statements"]


def test_a_field_that_was_not_sent_is_missing(called: Client) -> None:
    answer = called.control("POST", VERIFY, {"json_contains": {"name": "No detail", "detail": "x"}})

    near = next(each for each in answer.json["nearest"] if each["entry"] == 4)
    assert near["differences"] == [{"in": "json", "path": "$.detail", "expected": "x", "missing": True}]


@pytest.mark.parametrize(
    ("criterion", "detail"),
    [
        ({"operation": "create_action_item", "times": 2}, "expected 2 matching calls, found 3"),
        ({"operation": "create_action_item", "at_least": 4}, "expected at least 4 matching calls, found 3"),
        ({"operation": "create_action_item", "at_most": 2}, "expected at most 2 matching calls, found 3"),
        ({"operation": "create_action_item", "times": 0}, "expected 0 matching calls, found 3"),
        ({"operation": "delete_action_item"}, "expected at least 1 matching call, found 0"),
        (
            {"order": ["list_action_items", "check_valid"]},
            (
                "check_valid was not called after 1 of 2; the calls were: check_valid, "
                "create_action_item, create_action_item, create_action_item, list_action_items"
            ),
        ),
    ],
)
def test_a_wrong_count_or_order_is_409(called: Client, criterion: dict[str, Any], detail: str) -> None:
    assert problem(called.control("POST", VERIFY, criterion), 409) == detail


@pytest.mark.parametrize("name", ["times", "at_least", "at_most"])
@pytest.mark.parametrize("count", [-1, 1.5, "1", True, None, [], {}])
def test_a_count_is_a_whole_number(called: Client, name: str, count: Any) -> None:
    criterion = {"operation": "check_valid", name: count}

    assert problem(called.control("POST", VERIFY, criterion), 422) == f"{name} takes a whole number"


@pytest.mark.parametrize(
    ("criterion", "detail"),
    [
        ({}, "a criterion needs at least one of"),
        ({"times": 1}, "a criterion needs at least one of"),
        ({"opeartion": "check_valid"}, "opeartion: not a criterion"),
        ({"operation": "chek_valid", "times": 0}, "there is no operation chek_valid"),
        ({"operation": ["check_valid"]}, "operation takes a text"),
        ({"operation": None}, "operation takes a text"),
        ({"vendor": "nothing", "times": 0}, "nothing is not served"),
        ({"vendor": {"kinetic": 1}}, "vendor takes a text"),
        ({"query": 5}, "query is an object"),
        ({"headers": ["x"]}, "headers is an object"),
        ({"order": []}, "order is a list of operations"),
        ({"order": "check_valid"}, "order is a list of operations"),
        ({"order": ["check_valid"], "times": 1}, "order is a list of operations"),
        ({"order": ["chek_valid"]}, "there is no operation chek_valid"),
        ({"order": [5]}, "operation takes a text"),
        ({"order": [None]}, "operation takes a text"),
    ],
)
def test_a_criterion_that_proves_nothing_is_refused(
    called: Client, criterion: dict[str, Any], detail: str
) -> None:
    """A misspelt name would never match: 'it was called 0 times' would hold whatever the client did."""
    assert problem(called.control("POST", VERIFY, criterion), 422).startswith(detail)


@pytest.mark.parametrize("value", [None, True, 0, 1.5, "text", [], {}, [[]], {"a": {"b": []}}])
@pytest.mark.parametrize("name", ["status", "path", "json", "json_contains"])
def test_a_value_of_any_kind_can_be_asked_for(called: Client, name: str, value: Any) -> None:
    answer = called.control("POST", VERIFY, {name: value})

    assert answer.status in {200, 409, 422}


def test_true_is_not_one(called: Client) -> None:
    called.call("POST", f"/s/box/kinetic{PATH}", {"name": True}, headers=called.bearer("box"))

    assert called.control("POST", VERIFY, {"json_contains": {"name": 1}}).status == 409
    assert called.control("POST", VERIFY, {"json_contains": {"name": True}}).status == 200


def test_an_absence_is_not_proven_by_a_journal_that_has_forgotten(called: Client) -> None:
    sandbox = called.sandboxes.get("box")
    assert sandbox is not None
    sandbox.journal.max_bytes = 4_000
    called.call("GET", f"{ROOT}/valid")
    evicted = sandbox.journal.evicted
    assert evicted

    answer = called.control("POST", VERIFY, {"operation": "delete_action_item", "times": 0})

    assert problem(answer, 409) == f"incomplete: {evicted} older entries are gone"
    assert answer.json["evicted"] == evicted
    found = called.control("POST", VERIFY, {"operation": "check_valid"})
    assert (found.status, found.json["evicted"]) == (200, evicted)


def test_calls_in_another_sandbox_do_not_count(called: Client) -> None:
    called.new_sandbox("other")

    answer = called.control("POST", "/sandboxes/other/verify", {"operation": "check_valid"})

    assert problem(answer, 409) == "expected at least 1 matching call, found 0"
    assert answer.json["nearest"] == []


def test_a_sandbox_that_there_is_not_proves_nothing(client: Client) -> None:
    assert problem(client.control("POST", VERIFY, {"status": 200}), 404) == "there is no sandbox box"
