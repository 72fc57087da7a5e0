"""core/verifier.py: a match is an empty difference, and a failure shows the nearest calls and what separates them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.verifier import NEAREST, CriterionError, difference, verify
from tests.core import toy


def entry(id: int = 1, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": id,
        "vendor": "toy",
        "operation": "create_toy",
        "direction": "in",
        "request": {
            "method": "POST",
            "path": "/v1/toys",
            "query": "dry=1&tag=a%20b",
            "headers": {"x-trace": "7", "accept": "*/*"},
            "body": {"name": "kite", "size": 3, "tags": ["a", {"b": None}], "lent": False},
        },
        "response": {"status": 201},
        "explanation": None,
        "statements": ["TOY-020"],
    }
    request = {name: changes.pop(name) for name in list(changes) if name in made["request"]}
    return {**made, **changes, "request": {**made["request"], **request}}


MATCHES: list[dict[str, Any]] = [
    {"vendor": "toy"},
    {"operation": "create_toy"},
    {"path": "/v1/toys"},
    {"status": 201},
    {"query": {"dry": "1"}},
    {"query": {"tag": "a b"}},
    {"headers": {"X-Trace": "7"}},
    {"json": {"name": "kite", "size": 3, "tags": ["a", {"b": None}], "lent": False}},
    {"json": {"lent": False, "tags": ["a", {"b": None}], "size": 3.0, "name": "kite"}},
    {"json_contains": {}},
    {"json_contains": {"name": "kite"}},
    {"json_contains": {"tags": ["a", {"b": None}]}},
    {"json_contains": {"tags": ["a", {}]}},
    {"vendor": "toy", "operation": "create_toy", "status": 201, "json_contains": {"size": 3}},
]


@pytest.mark.parametrize("criterion", MATCHES, ids=str)
def test_a_call_that_is_as_expected_matches(criterion: dict[str, Any]) -> None:
    assert difference(criterion, entry()) == []
    assert verify(criterion, [entry()]) == {"failed": "", "matched": [1], "evicted": 0}


DIFFERENCES: list[tuple[dict[str, Any], list[dict[str, Any]]]] = [
    ({"vendor": "joy"}, [{"in": "vendor", "path": "$", "expected": "joy", "got": "toy"}]),
    (
        {"operation": "read_toy"},
        [{"in": "operation", "path": "$", "expected": "read_toy", "got": "create_toy"}],
    ),
    ({"path": "/v1"}, [{"in": "path", "path": "$", "expected": "/v1", "got": "/v1/toys"}]),
    ({"status": 200}, [{"in": "status", "path": "$", "expected": 200, "got": 201}]),
    ({"query": {"dry": "2"}}, [{"in": "query", "path": "$.dry", "expected": "2", "got": "1"}]),
    ({"query": {"wet": "1"}}, [{"in": "query", "path": "$.wet", "expected": "1", "missing": True}]),
    ({"headers": {"x-trace": "8"}}, [{"in": "headers", "path": "$['x-trace']", "expected": "8", "got": "7"}]),
    (
        {"headers": {"X-Other": "8"}},
        [{"in": "headers", "path": "$['x-other']", "expected": "8", "missing": True}],
    ),
    (
        {"json_contains": {"name": "boat"}},
        [{"in": "json", "path": "$.name", "expected": "boat", "got": "kite"}],
    ),
    ({"json_contains": {"no": None}}, [{"in": "json", "path": "$.no", "expected": None, "missing": True}]),
    ({"json_contains": {"lent": 0}}, [{"in": "json", "path": "$.lent", "expected": 0, "got": False}]),
    ({"json_contains": {"size": True}}, [{"in": "json", "path": "$.size", "expected": True, "got": 3}]),
    ({"json_contains": {"size": "3"}}, [{"in": "json", "path": "$.size", "expected": "3", "got": 3}]),
    (
        {"json_contains": {"tags": ["a"]}},
        [{"in": "json", "path": "$.tags", "expected": ["a"], "got": ["a", {"b": None}]}],
    ),
    (
        {"json_contains": {"tags": ["a", {"c": 1}]}},
        [{"in": "json", "path": "$.tags[1].c", "expected": 1, "missing": True}],
    ),
    (
        {"json": {**entry()["request"]["body"], "tags": ["a", {}]}},
        [{"in": "json", "path": "$.tags[1].b", "unexpected": None}],
    ),
    (
        {"json_contains": {"tags": ["a", {"b": 1}]}},
        [{"in": "json", "path": "$.tags[1].b", "expected": 1, "got": None}],
    ),
    (
        {"json_contains": ["a"]},
        [{"in": "json", "path": "$", "expected": ["a"], "got": entry()["request"]["body"]}],
    ),
    (
        {"json": {"name": "kite", "size": 3, "tags": ["a", {"b": None}]}},
        [{"in": "json", "path": "$.lent", "unexpected": False}],
    ),
    (
        {"status": 200, "json_contains": {"name": "boat", "size": 4}},
        [
            {"in": "status", "path": "$", "expected": 200, "got": 201},
            {"in": "json", "path": "$.name", "expected": "boat", "got": "kite"},
            {"in": "json", "path": "$.size", "expected": 4, "got": 3},
        ],
    ),
]


@pytest.mark.parametrize(("criterion", "expected"), DIFFERENCES, ids=str)
def test_what_separates_a_call_from_the_criterion_is_named_by_its_path(
    criterion: dict[str, Any], expected: list[dict[str, Any]]
) -> None:
    assert difference(criterion, entry()) == expected
    assert verify(criterion, [entry()])["failed"]


leaves = st.sampled_from([None, True, False, 0, 1, 1.0, "", "1", "a"])
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


def strictly(value: Any) -> Any:
    """A form in which two values are equal when JSON calls them so: True is not 1, but 1 is 1.0."""
    if isinstance(value, dict):
        return {name: strictly(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [strictly(inner) for inner in value]
    return (type(value) is bool, value)


@given(values, values)
def test_a_body_matches_when_it_is_equal_and_only_then(expected: Any, got: Any) -> None:
    same = strictly(expected) == strictly(got)

    assert (difference({"json": expected}, entry(body=got)) == []) is same
    assert difference({"json": got}, entry(body=got)) == []


@given(st.dictionaries(st.sampled_from("abc"), values), values)
def test_a_body_contains_what_it_was_made_from(expected: dict[str, Any], more: Any) -> None:
    assert difference({"json_contains": expected}, entry(body={"d": more, **expected})) == []


# --- how often -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "found", "failed"),
    [
        ({}, 1, ""),
        ({}, 2, ""),
        ({}, 0, "expected at least 1 matching call, found 0"),
        ({"times": 2}, 2, ""),
        ({"times": 2}, 1, "expected 2 matching calls, found 1"),
        ({"times": 2}, 3, "expected 2 matching calls, found 3"),
        ({"times": 0}, 0, ""),
        ({"times": 0}, 1, "expected 0 matching calls, found 1"),
        ({"at_least": 2}, 1, "expected at least 2 matching calls, found 1"),
        ({"at_least": 0}, 0, ""),
        ({"at_most": 1}, 0, ""),
        ({"at_most": 1}, 1, ""),
        ({"at_most": 1}, 2, "expected at most 1 matching call, found 2"),
        ({"at_least": 1, "at_most": 2}, 3, "expected at most 2 matching calls, found 3"),
        ({"at_least": 1, "at_most": 2}, 0, "expected at least 1 matching call, found 0"),
    ],
)
def test_calls_are_counted(count: dict[str, int], found: int, failed: str) -> None:
    entries = [entry(id) for id in range(1, found + 1)] + [entry(9, operation="read_toy")]

    outcome = verify({"operation": "create_toy", **count}, entries)

    assert outcome["failed"] == failed
    assert outcome["matched"] == list(range(1, found + 1))


@pytest.mark.parametrize("count", [{"times": 1}, {"at_most": 2}])
def test_a_count_is_not_proven_when_entries_are_gone(count: dict[str, int]) -> None:
    outcome = verify({"operation": "create_toy", **count}, [entry()], evicted=5)

    assert outcome["failed"] == "incomplete: 5 older entries are gone"
    assert outcome["evicted"] == 5


@pytest.mark.parametrize(
    ("criterion", "said"),
    [
        ({"status": 500}, "expected at least 1 matching call, found 0; 5 older entries are gone"),
        (
            {"status": 201, "at_least": 2},
            "expected at least 2 matching calls, found 1; 5 older entries are gone",
        ),
        ({"status": 201, "times": 2}, "expected 2 matching calls, found 1; 5 older entries are gone"),
        (
            {"order": ["a"]},
            "a was not called after 0 of 1; the calls were: create_toy; 5 older entries are gone",
        ),
        # Older ones could not mend these.
        ({"status": 201, "times": 0}, "expected 0 matching calls, found 1"),
        ({"status": 201, "at_most": 0}, "expected at most 0 matching calls, found 1"),
    ],
    ids=str,
)
def test_a_call_that_is_missing_may_be_among_the_entries_that_are_gone(
    criterion: dict[str, Any], said: str
) -> None:
    assert verify(criterion, [entry()], evicted=5)["failed"] == said


def test_one_entry_that_is_gone_is_one() -> None:
    assert verify({"status": 500}, [entry()], evicted=1)["failed"].endswith("; 1 older entry is gone")


def test_what_was_found_is_proven_though_entries_are_gone() -> None:
    assert verify({"operation": "create_toy"}, [entry()], evicted=5)["failed"] == ""


# --- the nearest -----------------------------------------------------------------------------------------------------


def test_a_failure_shows_the_nearest_calls_with_what_separates_them() -> None:
    entries = [
        entry(1, operation="read_toy", response={"status": 404}, body=None),
        entry(2, response={"status": 422}, explanation={"kind": "invalid"}, statements=["TOY-022"]),
        entry(3, vendor="joy", response={"status": 404}, body=None),
    ]

    outcome = verify({"vendor": "toy", "operation": "create_toy", "status": 201}, entries)

    assert [near["entry"] for near in outcome["nearest"]] == [2, 3, 1]
    assert outcome["nearest"][0] == {
        "entry": 2,
        "operation": "create_toy",
        "status": 422,
        "differences": [{"in": "status", "path": "$", "expected": 201, "got": 422}],
        "explanation": {"kind": "invalid"},
        "statements": ["TOY-022"],
    }


def test_a_call_of_another_operation_is_further_away_than_any_content_of_the_right_one() -> None:
    right = entry(1, body={"name": "boat", "size": 4, "lent": True})
    other = entry(2, operation="list_toys", body=None)

    outcome = verify(
        {"operation": "create_toy", "json_contains": {"name": "kite", "size": 3, "lent": False}},
        [right, other],
    )

    assert [each["entry"] for each in outcome["nearest"]] == [1, 2]


class Anything:
    """A matcher that equals whatever it is compared with, as those of dirty-equals may."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def test_a_matcher_may_equal_any_value_but_not_what_is_not_there() -> None:
    for field in ("name", "lent", "tags"):
        assert difference({"json_contains": {field: Anything()}}, entry()) == []
    for criterion in (
        {"vendor": Anything()},
        {"path": Anything()},
        {"status": Anything()},
        {"json": Anything()},
    ):
        assert difference(criterion, entry()) == []

    (different,) = difference({"json_contains": {"colour": Anything()}}, entry())
    assert different["missing"]


def test_only_a_few_of_the_nearest_are_shown_the_latest_first() -> None:
    outcome = verify({"status": 500}, [entry(id) for id in range(1, 9)])

    assert [near["entry"] for near in outcome["nearest"]] == [8, 7, 6][:NEAREST]


def test_calls_that_matched_are_not_among_the_nearest() -> None:
    outcome = verify({"status": 201, "times": 2}, [entry(1), entry(2, response={"status": 500})])

    assert [near["entry"] for near in outcome["nearest"]] == [2]


def test_without_any_call_there_is_nothing_near() -> None:
    assert verify({"vendor": "toy"}, [])["nearest"] == []


# --- order -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "wanted", "matched"),
    [
        ("abc", "abc", [1, 2, 3]),
        ("abc", "ac", [1, 3]),
        ("aab", "ab", [1, 3]),
        ("abab", "ba", [2, 3]),
        ("aa", "aa", [1, 2]),
        ("xaxbx", "ab", [2, 4]),
    ],
)
def test_calls_in_order_match_whatever_lies_between(made: str, wanted: str, matched: list[int]) -> None:
    entries = [entry(id, operation=name) for id, name in enumerate(made, 1)]

    assert verify({"order": list(wanted)}, entries) == {"failed": "", "matched": matched, "evicted": 0}


def test_calls_out_of_order_say_which_was_missing_and_what_was_made() -> None:
    entries = [entry(id, operation=name) for id, name in enumerate("ba", 1)]

    outcome = verify({"order": ["a", "b"]}, entries)

    assert outcome["failed"] == "b was not called after 1 of 2; the calls were: b, a"
    assert outcome["matched"] == [2]


def test_no_call_at_all_is_said() -> None:
    assert verify({"order": ["a"]}, [])["failed"] == "a was not called after 0 of 1; the calls were: none"


# --- criteria that are none ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "criterion",
    [
        {},
        {"times": 1},
        {"operations": "a"},
        {"vendor": "toy", "colour": "red"},
        {"vendor": "toy", "times": -1},
        {"vendor": "toy", "times": True},
        {"vendor": "toy", "times": "1"},
        {"vendor": "toy", "times": None},
        {"vendor": "toy", "at_most": 1.5},
        {"order": []},
        {"order": "a"},
        {"order": ["a"], "vendor": "toy"},
        {"order": ["a"], "times": 1},
        {"headers": "x"},
        {"headers": ["x"]},
        {"query": "dry=1"},
        {"path": "http://127.0.0.1:8090/toy/v1/toys"},
        {"path": "v1/toys"},
        {"path": ""},
    ],
    ids=str,
)
def test_a_criterion_that_asks_for_nothing_we_know_is_refused(criterion: dict[str, Any]) -> None:
    with pytest.raises(CriterionError):
        verify(criterion, [entry()])


def test_a_whole_address_is_told_from_a_path() -> None:
    with pytest.raises(CriterionError, match=r"path is the vendor's own, such as /api/v1/me"):
        verify({"path": "http://127.0.0.1:8090/toy/v1/toys", "times": 0}, [entry()])


# --- on a real journal -----------------------------------------------------------------------------------------------


def test_calls_that_were_made_are_found_in_the_journal(client: toy.Client) -> None:
    client.post("/v1/toys", {"name": "kite"}, query="dry=1")
    client.post("/v1/toys", {"name": ""})
    journal = client.sandbox.journal
    entries = [each.describe(client.world.service.ledger, journal) for each in journal]

    assert verify({"operation": "create_toy", "status": 201, "query": {"dry": "1"}}, entries)["matched"] == [
        1
    ]
    failed = verify({"operation": "create_toy", "status": 201, "times": 2}, entries)
    assert failed["nearest"][0]["explanation"]["problems"][0]["path"] == "$.name"


@pytest.mark.parametrize(
    "criterion",
    [
        {"status": "200"},
        {"status": True},
        {"status": None},
        {"query": {"page": 1}},
        {"query": {"page": True}},
        {"json": '{"name": "a"}'},
        {"json_contains": ' [{"name": "a"}]'},
    ],
)
def test_what_no_call_can_have_is_refused_and_not_found_missing(criterion: dict[str, Any]) -> None:
    """With `times=0` it would hold for ever."""
    with pytest.raises(CriterionError):
        verify({**criterion, "times": 0}, [entry()])


@pytest.mark.parametrize("count", [{"times": 0}, {"at_most": 0}])
def test_that_a_secret_was_not_sent_is_not_to_be_told(count: dict[str, int]) -> None:
    made = {**entry(), "request": {**entry()["request"], "body": {"name": "Ada", "password": "[redacted]"}}}
    wanted = {"json_contains": {"name": "Ada", "password": "not-a-secret"}}
    assert "hides" in verify({**wanted, **count}, [made])["failed"]
    other = {"json_contains": {"name": "Bea", "password": "not-a-secret"}}
    assert verify({**other, **count}, [made])["failed"] == ""


def test_a_matcher_may_stand_for_a_status_and_a_value_of_the_query() -> None:
    class Anything:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    assert verify({"status": Anything(), "query": {}}, [entry()])["failed"] == ""
