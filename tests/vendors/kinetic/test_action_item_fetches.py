"""GET of one action item: the same as the list shows, and only through its own issue."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.action_items import (
    CLOSED_ITEM,
    DELETED_ITEM,
    ITEMS,
    KEYS,
    OPEN_ITEM,
    OTHER_ITEMS,
    create,
)
from tests.vendors.kinetic.calls import ISSUE, ITEM, NOT_FOUND, NOWHERE

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


@pytest.mark.statement("KIN-065", "KIN-261")
def test_a_single_fetch_takes_the_printed_headers_and_answers_one_object(kinetic) -> None:
    answer = kinetic.get(OPEN_ITEM, headers=HEADERS)
    assert (answer.status, answer.entry["operation"]) == (200, "read_action_item")
    assert isinstance(answer.json, dict)
    assert answer.json["guid"] == ITEM


@pytest.mark.statement("KIN-095")
def test_a_single_fetch_is_answered_in_json(kinetic) -> None:
    assert kinetic.get(OPEN_ITEM).headers["content-type"] == "application/json"


@pytest.mark.statement("KIN-066", "KIN-009")
def test_a_single_fetch_shows_what_the_list_shows(kinetic) -> None:
    create(kinetic)
    listed = kinetic.get(ITEMS).json
    fetched = [kinetic.get(f"{ITEMS}/{item['guid']}").json for item in listed]
    assert fetched == listed
    assert all(item.keys() == KEYS for item in fetched)


@pytest.mark.statement("KIN-066")
def test_a_closed_item_can_be_fetched(kinetic) -> None:
    answer = kinetic.get(CLOSED_ITEM)
    assert (answer.status, answer.json["status"], answer.json["id"]) == (200, "Closed", 220)


@pytest.mark.statement("KIN-068")
def test_an_item_is_found_only_through_its_own_issue(kinetic) -> None:
    there = create(kinetic, OTHER_ITEMS)["guid"]
    assert kinetic.get(f"{OTHER_ITEMS}/{there}").status == 200
    answers = [kinetic.get(f"{ITEMS}/{there}"), kinetic.get(f"{OTHER_ITEMS}/{ITEM}")]
    assert [(each.status, each.json) for each in answers] == [(404, NOT_FOUND)] * 2


@pytest.mark.statement("KIN-093", "KIN-048", "KIN-187", "KIN-030")
@pytest.mark.parametrize(
    "path",
    [
        f"{ITEMS}/{NOWHERE}",
        DELETED_ITEM,
        OPEN_ITEM.replace(ISSUE, f"{ISSUE[:-36]}{NOWHERE}"),
        f"{ITEMS}/219",
        OPEN_ITEM.replace(ISSUE, f"{ISSUE[:-36]}376"),
        f"{ITEMS}/{ITEM.upper()}",
        f"{ITEMS}/{ITEM}.json",
        f"{ITEMS}/{ITEM}%20",
        f"{ITEMS}/{ITEM}/detail",
    ],
    ids=[
        "an unknown one", "a deleted one", "of no issue", "by number", "of an issue by number", "in capitals",
        "with an ending", "with a blank", "a part of it",
    ],
)  # fmt: skip
def test_what_is_not_there_answers_404(kinetic, path) -> None:
    answer = kinetic.get(path)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-203", "KIN-030")
def test_an_item_of_a_deleted_issue_answers_404(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Deleted"})
    answer = kinetic.get(OPEN_ITEM)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-065")
def test_a_single_fetch_changes_nothing(kinetic) -> None:
    before = kinetic.state()
    kinetic.get(OPEN_ITEM)
    assert kinetic.state() == before
