"""What the lists of an issue have in common: their order, and that they are whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.kinetic.calls import API, FILE, MULTIPART, NEW_ITEM, OTHER_ISSUE, multipart

# Each list, and the bodies of two additions.
ADDED: dict[str, list[dict[str, Any]]] = {
    "action_items": [{**NEW_ITEM, "name": "z"}, {**NEW_ITEM, "name": "a"}],
    "invites": [{"email": "z@example.com"}, {"email": "a@example.com"}],
    "facts": [{"body": "z"}, {"body": "a"}],
}


@pytest.mark.statement("KIN-276")
@pytest.mark.parametrize("part", ADDED)
def test_a_list_is_in_the_order_of_creation(kinetic, part) -> None:
    created = []
    for body in ADDED[part]:
        created.append(kinetic.post(f"{OTHER_ISSUE}/{part}", body).json)
        kinetic.advance("PT1S")
    assert kinetic.get(f"{OTHER_ISSUE}/{part}").json == created


@pytest.mark.statement("KIN-276")
def test_uploads_are_in_the_order_of_creation(kinetic) -> None:
    created = [
        kinetic.post(f"{OTHER_ISSUE}/uploads", body=multipart(FILE), headers=MULTIPART).json for _ in range(3)
    ]
    assert kinetic.get(f"{OTHER_ISSUE}/uploads").json == created


@pytest.mark.statement("KIN-276")
def test_participants_are_in_the_order_in_which_they_came(kinetic) -> None:
    for owner in (71, 11):
        kinetic.put(OTHER_ISSUE, {"owner_id": owner})
    names = [each["name"] for each in kinetic.get(f"{OTHER_ISSUE}/participants").json]
    assert names == ["Jonas Brandt", "Ada Okafor Admin", "Mei Tanaka"]


@pytest.mark.statement("KIN-276")
def test_an_element_that_changes_keeps_its_place(kinetic, nine) -> None:
    items = [kinetic.post(f"{OTHER_ISSUE}/action_items", body).json["guid"] for body in ADDED["action_items"]]
    kinetic.put(f"{OTHER_ISSUE}/action_items/{items[0]}", {"name": "changed"})
    assert [each["guid"] for each in kinetic.get(f"{OTHER_ISSUE}/action_items").json] == items
    kinetic.put(OTHER_ISSUE, {"owner_id": 71})
    nine.get(f"{OTHER_ISSUE}/present")
    present = [each["present"] for each in kinetic.get(f"{OTHER_ISSUE}/participants").json]
    assert present == [True, False]


@pytest.mark.statement("KIN-277", "KIN-269")
def test_without_a_limit_the_messages_are_answered_whole(kinetic) -> None:
    for number in range(150):
        kinetic.post(f"{OTHER_ISSUE}/messages", {"body": str(number)})
    bodies = [int(each["body"]) for each in kinetic.get(f"{OTHER_ISSUE}/messages").json]
    assert bodies == list(reversed(range(150)))


@pytest.mark.statement("KIN-277")
def test_without_a_limit_my_open_issues_and_a_search_are_answered_whole(eleven) -> None:
    for number in range(60):
        eleven.post(f"{API}/issues", {"name": f"Leak {number}"})
    names = [each["name"] for each in eleven.get(f"{API}/issues/my_open_issues").json]
    found = eleven.post(
        f"{API}/issues/search", {"query": {"name_or_description_or_tags_name_cont": "Leak"}}
    ).json
    assert names == [f"Leak {number}" for number in range(60)]
    assert ([each["name"] for each in found["issues"]], found["total_count"]) == (names, 60)
