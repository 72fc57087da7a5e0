"""GET action_items: which items of an issue are listed, in which order, and how."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.action_items import (
    CLOSED_ITEM,
    DELETED_ITEM,
    ITEMS,
    KEYS,
    NO_ITEMS,
    OPEN_ITEM,
    OTHER_ITEMS,
    create,
    names,
)
from tests.vendors.kinetic.calls import ISSUE, PUMP

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


@pytest.mark.statement("KIN-053", "KIN-090")
def test_a_list_takes_the_printed_headers_and_answers_a_bare_array(kinetic) -> None:
    answer = kinetic.get(ITEMS, headers=HEADERS)
    assert (answer.status, answer.entry["operation"]) == (200, "list_action_items")
    assert isinstance(answer.json, list)


@pytest.mark.statement("KIN-089")
@pytest.mark.parametrize("items", [ITEMS, OTHER_ITEMS, NO_ITEMS])
def test_a_list_is_answered_in_json(kinetic, items) -> None:
    assert kinetic.get(items).headers["content-type"] == "application/json"


@pytest.mark.statement("KIN-054")
def test_each_element_has_the_keys_of_an_item(kinetic) -> None:
    create(kinetic)
    listed = kinetic.get(ITEMS).json
    assert len(listed) == 3
    assert all(item.keys() == KEYS for item in listed)


@pytest.mark.statement("KIN-055")
def test_two_issues_have_no_item_in_common(kinetic) -> None:
    here, there = create(kinetic), create(kinetic, OTHER_ITEMS)
    assert [item["guid"] for item in kinetic.get(OTHER_ITEMS).json] == [there["guid"]]
    assert here["guid"] in [item["guid"] for item in kinetic.get(ITEMS).json]
    assert there["guid"] not in [item["guid"] for item in kinetic.get(ITEMS).json]
    assert {item["issue_id"] for item in kinetic.get(ITEMS).json} == {376}


@pytest.mark.statement("KIN-056")
def test_an_issue_without_items_has_an_empty_list(kinetic) -> None:
    answer = kinetic.get(OTHER_ITEMS)
    assert (answer.status, answer.json) == (200, [])


@pytest.mark.statement("KIN-057", "KIN-Q2")
@pytest.mark.parametrize("query", ["", "status=Open", "status=x"])
def test_an_issue_that_is_not_there_has_an_empty_list(kinetic, query) -> None:
    answer = kinetic.get(NO_ITEMS, query=query)
    assert (answer.status, answer.json) == (200, [])
    assert "KIN-057" in answer.statements


@pytest.mark.statement("KIN-057", "KIN-187")
@pytest.mark.parametrize("key", ["376", "x", PUMP.upper(), "%20", "..", PUMP + "0"])
def test_a_text_that_is_no_guid_is_just_an_unknown_issue(kinetic, key) -> None:
    answer = kinetic.get(ITEMS.replace(PUMP, key))
    assert (answer.status, answer.json) == (200, [])


@pytest.mark.statement("KIN-057", "KIN-203")
def test_a_deleted_issue_has_an_empty_list(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Deleted"})
    answer = kinetic.get(ITEMS)
    assert (answer.status, answer.json) == (200, [])


@pytest.mark.statement("KIN-291")
def test_a_closed_issue_still_lists_its_items(kinetic) -> None:
    before = kinetic.get(ITEMS).json
    kinetic.put(ISSUE, {"status": "Closed"})
    assert kinetic.get(ITEMS).json == before


@pytest.mark.statement("KIN-059", "KIN-Q3")
@pytest.mark.parametrize(
    ("status", "listed"), [("Open", ["Look at the pump"]), ("Closed", ["Call the supplier"])]
)
def test_a_status_selects_the_items_that_have_it(kinetic, status, listed) -> None:
    assert names(kinetic, f"status={status}") == listed


@pytest.mark.statement("KIN-059", "KIN-045")
def test_an_item_moves_between_the_statuses_as_it_is_edited(kinetic) -> None:
    kinetic.put(OPEN_ITEM, {"status": "Closed"})
    assert names(kinetic, "status=Open") == []
    assert names(kinetic, "status=Closed") == ["Look at the pump", "Call the supplier"]


@pytest.mark.statement("KIN-060")
@pytest.mark.parametrize(("status", "gone"), [("Closed", CLOSED_ITEM), ("Open", OPEN_ITEM)])
def test_when_nothing_has_the_status_the_list_is_empty(kinetic, status, gone) -> None:
    kinetic.delete(gone)
    answer = kinetic.get(ITEMS, query=f"status={status}")
    assert (answer.status, answer.json) == (200, [])


@pytest.mark.statement("KIN-096", "KIN-Q3")
@pytest.mark.parametrize(
    "status",
    ["Nonsense", "open", "CLOSED", "Deleted", "", "%20Open", "Open+", "Open,Closed", "*", "null", "%00", "٩", "x" * 99],
)  # fmt: skip
def test_a_status_that_no_item_has_matches_nothing(kinetic, status) -> None:
    answer = kinetic.get(ITEMS, query=f"status={status}")
    assert (answer.status, answer.json) == (200, [])


@pytest.mark.statement("KIN-061")
def test_without_a_status_open_and_closed_items_are_listed(kinetic) -> None:
    assert [item["status"] for item in kinetic.get(ITEMS).json] == ["Open", "Closed"]


@pytest.mark.statement("KIN-047", "KIN-061")
def test_items_that_were_deleted_before_are_not_listed(kinetic) -> None:
    assert DELETED_ITEM.rpartition("/")[2] not in [item["guid"] for item in kinetic.get(ITEMS).json]


@pytest.mark.statement("KIN-276")
def test_items_are_listed_in_the_order_of_their_creation(kinetic) -> None:
    for name in ("third", "fourth"):
        create(kinetic, name=name)
        kinetic.advance("PT1M")
    kinetic.put(OPEN_ITEM, {"detail": "Edited last."})
    assert names(kinetic) == ["Look at the pump", "Call the supplier", "third", "fourth"]


@pytest.mark.statement("KIN-276")
def test_the_order_of_creation_holds_under_a_frozen_clock(kinetic) -> None:
    for name in "zyx":
        create(kinetic, OTHER_ITEMS, name=name)
    assert names(kinetic, items=OTHER_ITEMS) == ["z", "y", "x"]


@pytest.mark.statement("KIN-277", "KIN-292")
@pytest.mark.parametrize(
    "query", ["limit=1", "limit=x", "offset=1", "Status=Closed", "page=2&per_page=1", "x", "&&="]
)
def test_a_list_is_whole_and_ignores_parameters_that_it_does_not_know(kinetic, query) -> None:
    answer = kinetic.get(ITEMS, query=query)
    assert (answer.status, answer.json) == (200, kinetic.get(ITEMS).json)
    assert len(answer.json) == 2


@pytest.mark.statement("KIN-053")
def test_a_long_list_is_answered_whole(kinetic) -> None:
    for number in range(120):
        create(kinetic, OTHER_ITEMS, name=str(number))
    assert names(kinetic, items=OTHER_ITEMS) == [str(number) for number in range(120)]


@pytest.mark.statement("KIN-053")
def test_a_list_changes_nothing(kinetic) -> None:
    before = kinetic.state()
    kinetic.get(ITEMS, query="status=Closed")
    assert kinetic.state() == before
