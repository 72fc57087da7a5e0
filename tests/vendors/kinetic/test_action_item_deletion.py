"""DELETE of an action item: what is answered, and that the item is then gone."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.action_items import CLOSED_ITEM, DELETED_ITEM, ITEMS, OPEN_ITEM, OTHER_ITEMS, names
from tests.vendors.kinetic.calls import ISSUE, ITEM, NOT_FOUND, NOW, NOWHERE

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


@pytest.mark.statement("KIN-046", "KIN-260")
def test_a_deletion_takes_the_printed_headers_and_answers_200(kinetic) -> None:
    answer = kinetic.delete(OPEN_ITEM, headers=HEADERS)
    assert (answer.status, answer.entry["operation"]) == (200, "delete_action_item")


@pytest.mark.statement("KIN-052")
@pytest.mark.parametrize("body", [b"", b"{}", b'{"titel": "x"}', b"{"])
def test_a_deletion_needs_no_body_and_looks_at_none(kinetic, body) -> None:
    assert kinetic.delete(OPEN_ITEM, body=body).status == 200


@pytest.mark.statement("KIN-240", "KIN-051")
def test_a_body_that_is_announced_as_json_has_to_be_json(kinetic) -> None:
    before = kinetic.state()
    answer = kinetic.delete(OPEN_ITEM, body=b"{", headers=HEADERS)
    assert (answer.status, list(answer.json)) == (400, ["message"])
    assert kinetic.state() == before


@pytest.mark.statement("KIN-087")
def test_a_deletion_is_answered_in_json(kinetic) -> None:
    answer = kinetic.delete(OPEN_ITEM)
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json, dict)


@pytest.mark.statement("KIN-184", "KIN-Q7")
def test_a_deletion_answers_the_item_with_the_time_of_its_deletion(kinetic) -> None:
    before = kinetic.get(OPEN_ITEM).json
    assert before["deleted_at"] is None
    assert kinetic.delete(OPEN_ITEM).json == {**before, "deleted_at": NOW}


@pytest.mark.statement("KIN-047")
@pytest.mark.parametrize("query", ["", "status=Open", "status=Closed"])
def test_a_deleted_item_is_no_longer_listed(kinetic, query) -> None:
    kinetic.put(OPEN_ITEM, {"status": query.rpartition("=")[2] or "Open"})
    assert "Look at the pump" in names(kinetic, query)
    kinetic.delete(OPEN_ITEM)
    assert "Look at the pump" not in names(kinetic, query)


@pytest.mark.statement("KIN-047")
def test_a_deletion_leaves_the_other_items(kinetic) -> None:
    kinetic.delete(OPEN_ITEM)
    assert names(kinetic) == ["Call the supplier"]
    assert kinetic.get(CLOSED_ITEM).status == 200


@pytest.mark.statement("KIN-048", "KIN-093")
def test_a_deleted_item_answers_404_to_a_single_fetch(kinetic) -> None:
    kinetic.delete(OPEN_ITEM)
    answer = kinetic.get(OPEN_ITEM)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-050")
def test_a_second_deletion_answers_404(kinetic) -> None:
    kinetic.delete(OPEN_ITEM)
    before = kinetic.state()
    answer = kinetic.delete(OPEN_ITEM)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert kinetic.state() == before


@pytest.mark.statement("KIN-050", "KIN-068", "KIN-030", "KIN-187")
@pytest.mark.parametrize(
    "path",
    [
        f"{ITEMS}/{NOWHERE}",
        f"{OTHER_ITEMS}/{ITEM}",
        DELETED_ITEM,
        OPEN_ITEM.replace(ISSUE, f"{ISSUE[:-36]}{NOWHERE}"),
        f"{ITEMS}/219",
        OPEN_ITEM.replace(ISSUE, f"{ISSUE[:-36]}376"),
    ],
    ids=[
        "an unknown one",
        "of another issue",
        "a deleted one",
        "of no issue",
        "by number",
        "of an issue by number",
    ],
)
def test_what_the_issue_does_not_have_cannot_be_deleted(kinetic, path) -> None:
    before = kinetic.state()
    answer = kinetic.delete(path)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert kinetic.state() == before


@pytest.mark.statement("KIN-203", "KIN-050")
def test_an_item_of_a_deleted_issue_cannot_be_deleted(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Deleted"})
    assert kinetic.delete(OPEN_ITEM).status == 404


@pytest.mark.statement("KIN-046")
def test_anybody_may_delete_an_item(eleven) -> None:
    assert eleven.delete(OPEN_ITEM).status == 200
