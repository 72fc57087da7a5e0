"""Issues: created, read, changed, closed and deleted."""

from __future__ import annotations

import re

import pytest

from tests.vendors.kinetic.calls import (
    ADA,
    API,
    BADGES,
    ISSUE,
    ITEM,
    NEW_ITEM,
    NOT_FOUND,
    NOW,
    NOWHERE,
    OTHER_ISSUE,
    unprocessable,
)

ISSUES = f"{API}/issues"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
KEYS = {
    "id", "name", "description", "created_at", "updated_at", "owner_id", "deleted_at", "status", "guid", "conclusion",
    "participants", "invitations", "tag_list", "action_items", "facts", "uploads", "owner",
}  # fmt: skip


def create(client, **fields):
    answer = client.post(ISSUES, {"name": "Leak at gate 4", **fields})
    assert answer.status == 200
    return answer.json


def participants(client, guid):
    return [each["email"].partition(".")[0] for each in client.get(f"{ISSUES}/{guid}/participants").json]


# --- creating --------------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-104", "KIN-105")
def test_a_created_issue_answers_200_and_exactly_the_published_keys(kinetic) -> None:
    answer = kinetic.post(ISSUES, {"name": "Leak at gate 4"})
    assert answer.status == 200
    assert set(answer.json) == KEYS


@pytest.mark.statement("KIN-104", "KIN-103")
def test_a_created_issue_holds_what_was_sent(kinetic) -> None:
    issue = create(kinetic, description="Water in the lower hall.", owner_id=9, tag_list="water,gate")
    assert (issue["name"], issue["description"]) == ("Leak at gate 4", "Water in the lower hall.")
    assert (issue["owner_id"], issue["tag_list"]) == (9, ["water", "gate"])


@pytest.mark.statement("KIN-103", "KIN-105", "KIN-106", "KIN-272")
def test_a_created_issue_is_open_empty_and_of_now(kinetic) -> None:
    issue = create(kinetic)
    assert {
        name: issue[name] for name in KEYS - {"id", "guid", "name", "owner", "owner_id", "participants"}
    } == {
        "description": None,
        "created_at": NOW,
        "updated_at": NOW,
        "deleted_at": None,
        "status": "Open",
        "conclusion": None,
        "invitations": [],
        "tag_list": [],
        "action_items": [],
        "facts": [],
        "uploads": [],
    }


@pytest.mark.statement("KIN-103")
def test_an_issue_is_its_creator_s_unless_told_otherwise(kinetic, nine) -> None:
    assert [create(kinetic)["owner_id"], create(nine)["owner_id"]] == [71, 9]
    assert create(nine, owner_id=11)["owner"] == {
        "id": 11,
        "email": "mei.tanaka@example.com",
        "name": "Mei Tanaka",
    }


@pytest.mark.statement("KIN-107")
def test_an_issue_is_read_by_its_guid(kinetic) -> None:
    issue = create(kinetic)
    assert GUID.fullmatch(issue["guid"])
    assert kinetic.get(f"{ISSUES}/{issue['guid']}").json == issue


@pytest.mark.statement("KIN-107")
@pytest.mark.parametrize(
    "key", ["376", "Cooling%20pump%20fails", NOWHERE, "2F1C7D88-9A35-4D5E-B1F0-64C2A8E03760"]
)
def test_nothing_but_its_guid_leads_to_an_issue(kinetic, key) -> None:
    answer = kinetic.get(f"{ISSUES}/{key}")
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-198")
def test_the_next_issue_has_the_next_number_and_a_guid_of_its_own(kinetic) -> None:
    first, second = create(kinetic), create(kinetic)
    assert [first["id"], second["id"]] == [386, 387]
    assert first["guid"] != second["guid"]


@pytest.mark.statement("KIN-108")
@pytest.mark.parametrize("owner", [71, 9, 11])
def test_the_owner_of_a_new_issue_participates(kinetic, owner) -> None:
    issue = create(kinetic, owner_id=owner)
    emails = [each["email"] for each in issue["participants"]]
    assert emails == [issue["owner"]["email"]]


@pytest.mark.statement("KIN-102", "KIN-216", "KIN-165")
@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": " \t\n"}, {"name": None}, {"description": "No name"}]
)
def test_an_issue_needs_a_name(kinetic, body) -> None:
    answer = kinetic.post(ISSUES, body)
    assert (answer.status, answer.json) == (422, unprocessable("Name can't be blank"))


@pytest.mark.statement("KIN-109", "KIN-139")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("t1,t2", ["t1", "t2"]),
        ("t1, t2 ,", ["t1", "t2"]),
        ("one", ["one"]),
        ("", []),
        (["t1", " t2"], ["t1", "t2"]),
        ([], []),
    ],
)
def test_tags_are_a_text_with_commas_or_an_array_and_come_back_as_an_array(kinetic, sent, kept) -> None:
    issue = create(kinetic, tag_list=sent)
    assert issue["tag_list"] == kept
    assert kinetic.put(f"{ISSUES}/{issue['guid']}", {"tag_list": sent}).json["tag_list"] == kept


@pytest.mark.statement("KIN-141")
@pytest.mark.parametrize("owner", ["9", "009", 9.0])
def test_an_owner_may_be_a_text_of_digits(kinetic, owner) -> None:
    assert create(kinetic, owner_id=owner)["owner_id"] == 9
    assert kinetic.put(ISSUE, {"owner_id": owner}).json["owner_id"] == 9


BAD_OWNERS = [
    9999,
    "9999",
    0,
    -9,
    "0",
    "9" * 25,
    "9" * 5000,
    "",
    "nine",
    "9a",
    "-9",
    "٩",
    9.5,
    None,
    True,
    [9],
]


@pytest.mark.statement("KIN-211", "KIN-165")
@pytest.mark.parametrize("owner", BAD_OWNERS, ids=lambda owner: repr(owner)[:12])
def test_an_owner_that_names_nobody_is_refused(kinetic, owner) -> None:
    created = kinetic.post(ISSUES, {"name": "Leak at gate 4", "owner_id": owner})
    changed = kinetic.put(ISSUE, {"owner_id": owner})
    assert (created.status, created.json) == (422, unprocessable("Owner can't be blank"))
    assert (changed.status, changed.json) == (422, unprocessable("Owner can't be blank"))


@pytest.mark.statement("KIN-165", "KIN-174")
def test_everything_that_is_wrong_with_an_issue_has_its_reason(kinetic) -> None:
    answer = kinetic.post(ISSUES, {"description": 5, "tag_list": [1], "owner_id": 9999})
    assert answer.status == 422
    assert sorted(answer.json["reasons"]) == [
        "Description is invalid",
        "Name can't be blank",
        "Owner can't be blank",
        "Tag list is invalid",
    ]


@pytest.mark.statement("KIN-204")
def test_an_issue_ignores_keys_that_it_does_not_know(kinetic) -> None:
    issue = create(kinetic, titel="x", id=1, guid=NOWHERE, status="Closed")
    assert set(issue) == KEYS
    assert (issue["id"], issue["status"]) == (386, "Open")
    assert kinetic.put(ISSUE, {"titel": "x", "id": 1, "guid": NOWHERE}).json["id"] == 376


@pytest.mark.statement("KIN-171")
def test_an_issue_may_be_wrapped_under_its_name(kinetic) -> None:
    created = kinetic.post(ISSUES, {"issue": {"name": "Wrapped", "tag_list": "a,b"}})
    assert (created.status, created.json["name"], created.json["tag_list"]) == (200, "Wrapped", ["a", "b"])
    changed = kinetic.put(ISSUE, {"issue": {"status": "Closed"}})
    assert (changed.status, changed.json["status"]) == (200, "Closed")


@pytest.mark.statement("KIN-171", "KIN-102")
def test_a_wrapped_issue_needs_a_name_all_the_same(kinetic) -> None:
    answer = kinetic.post(ISSUES, {"issue": {"description": "No name"}, "utf8": "x"})
    assert (answer.status, answer.json) == (422, unprocessable("Name can't be blank"))


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-143", "KIN-105", "KIN-279")
def test_an_issue_is_answered_whole(kinetic) -> None:
    answer = kinetic.get(ISSUE)
    assert answer.status == 200
    assert set(answer.json) == KEYS
    assert (answer.json["id"], answer.json["name"]) == (376, "Cooling pump fails")
    assert answer.json["owner"] == {"id": 71, "email": "ada.okafor@example.com", "name": "Ada Okafor Admin"}


@pytest.mark.statement("KIN-143", "KIN-110")
@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("action_items", "action_items"),
        ("participants", "participants"),
        ("invitations", "invites"),
        ("facts", "facts"),
        ("uploads", "uploads"),
    ],
)
def test_an_issue_shows_each_of_its_lists_as_the_list_s_own_address_does(kinetic, key, path) -> None:
    listed = kinetic.get(f"{ISSUE}/{path}").json
    assert listed
    assert kinetic.get(ISSUE).json[key] == listed
    assert kinetic.get(OTHER_ISSUE).json[key] == kinetic.get(f"{OTHER_ISSUE}/{path}").json


@pytest.mark.statement("KIN-075", "KIN-110")
def test_an_issue_shows_a_new_item_and_no_deleted_one(kinetic) -> None:
    item = kinetic.post(f"{ISSUE}/action_items", NEW_ITEM).json
    kinetic.delete(f"{ISSUE}/action_items/{ITEM}")
    shown = kinetic.get(ISSUE).json["action_items"]
    assert shown[-1] == item
    assert ITEM not in [each["guid"] for each in shown]


@pytest.mark.statement("KIN-231")
def test_the_printed_numbers_are_there(kinetic) -> None:
    assert [kinetic.get(each).json["id"] for each in (ISSUE, OTHER_ISSUE)] == [376, 385]
    assert kinetic.get(f"{API}/me").json["id"] == 71
    item = kinetic.post(f"{ISSUE}/action_items", NEW_ITEM).json
    assert (item["id"], item["issue_id"], item["creator"]["id"]) == (222, 376, 71)


# --- changing --------------------------------------------------------------------------------------------------------

CHANGES = {
    "name": "Cooling pump fails again",
    "description": "It stops at noon.",
    "owner_id": 9,
    "tag_list": ["hall"],
    "status": "Closed",
    "conclusion": "A worn seal.",
}


@pytest.mark.statement("KIN-140")
@pytest.mark.parametrize("field", CHANGES)
def test_a_change_of_one_key_keeps_the_others(kinetic, field) -> None:
    before = kinetic.get(ISSUE).json
    answer = kinetic.put(ISSUE, {field: CHANGES[field]})
    follows = {"updated_at"} | ({"owner", "participants"} if field == "owner_id" else set())
    assert answer.status == 200
    assert answer.json[field] == CHANGES[field]
    assert {key for key in KEYS if answer.json[key] != before[key]} <= {field} | follows


@pytest.mark.statement("KIN-140")
def test_a_change_is_kept_and_dated(kinetic) -> None:
    answer = kinetic.put(ISSUE, CHANGES)
    assert answer.json["updated_at"] == NOW
    assert answer.json["created_at"] == "2015-04-01T14:02:11.310-05:00"
    assert kinetic.get(ISSUE).json == answer.json


@pytest.mark.statement("KIN-140")
def test_a_description_can_be_taken_away(kinetic) -> None:
    assert kinetic.put(ISSUE, {"description": None}).json["description"] is None


@pytest.mark.statement("KIN-140", "KIN-102", "KIN-165")
@pytest.mark.parametrize("name", ["", "  ", None])
def test_a_change_cannot_take_the_name_away(kinetic, name) -> None:
    answer = kinetic.put(ISSUE, {"name": name})
    assert (answer.status, answer.json) == (422, unprocessable("Name can't be blank"))
    assert kinetic.get(ISSUE).json["name"] == "Cooling pump fails"


@pytest.mark.statement("KIN-142")
def test_an_issue_is_closed_by_its_status_and_can_be_opened_again(kinetic) -> None:
    assert kinetic.put(ISSUE, {"status": "Closed"}).json["status"] == "Closed"
    assert kinetic.get(ISSUE).json["status"] == "Closed"
    assert kinetic.put(ISSUE, {"status": "Open"}).json["status"] == "Open"


@pytest.mark.statement("KIN-106")
@pytest.mark.parametrize("status", ["Open", "Closed", "Deleted"])
def test_each_status_of_an_issue_is_taken(kinetic, status) -> None:
    answer = kinetic.put(ISSUE, {"status": status})
    assert (answer.status, answer.json["status"]) == (200, status)


@pytest.mark.statement("KIN-106", "KIN-165")
@pytest.mark.parametrize("status", ["open", "Done", " Closed", 1])
def test_another_status_of_an_issue_is_refused(kinetic, status) -> None:
    answer = kinetic.put(ISSUE, {"status": status})
    assert (answer.status, answer.json) == (422, unprocessable("Status is not included in the list"))
    assert kinetic.get(ISSUE).json["status"] == "Open"


@pytest.mark.statement("KIN-203")
def test_a_deleted_issue_answers_when_it_was_deleted_and_then_404(kinetic) -> None:
    answer = kinetic.put(ISSUE, {"status": "Deleted"})
    assert (answer.status, answer.json["deleted_at"]) == (200, NOW)
    assert (kinetic.get(ISSUE).status, kinetic.get(ISSUE).json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-203")
@pytest.mark.parametrize("part", ["participants", "invites", "messages", "facts", "uploads", "present"])
def test_what_belongs_to_a_deleted_issue_is_gone_with_it(kinetic, part) -> None:
    kinetic.put(ISSUE, {"status": "Deleted"})
    assert kinetic.get(f"{ISSUE}/{part}").status == 404
    assert kinetic.get(f"{OTHER_ISSUE}/{part}").status == 200


@pytest.mark.statement("KIN-203")
def test_a_deleted_issue_cannot_be_opened_again(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Deleted"})
    assert kinetic.put(ISSUE, {"status": "Open"}).status == 404


@pytest.mark.statement("KIN-203")
def test_a_deleted_issue_is_in_no_list(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Deleted"})
    assert kinetic.get(f"{ISSUES}/my_open_issues").json == []
    assert kinetic.post(f"{ISSUES}/search", {"query": {}}).json["total_count"] == 1


@pytest.mark.statement("KIN-233", "KIN-108")
def test_who_becomes_the_owner_becomes_a_participant(kinetic) -> None:
    changed = kinetic.put(ISSUE, {"owner_id": 11}).json
    assert [each["email"] for each in changed["participants"]] == [
        "ada.okafor@example.com",
        "jonas.brandt@example.com",
        "mei.tanaka@example.com",
    ]


@pytest.mark.statement("KIN-233", "KIN-108")
def test_a_participant_who_becomes_the_owner_is_not_there_twice(kinetic) -> None:
    kinetic.put(ISSUE, {"owner_id": 9})
    assert participants(kinetic, ISSUE.rpartition("/")[2]) == ["ada", "jonas"]
    kinetic.put(OTHER_ISSUE, {"owner_id": 71})
    assert participants(kinetic, BADGES) == ["jonas", "ada"]


@pytest.mark.statement("KIN-233")
def test_the_former_owner_stays_a_participant_and_can_then_be_removed(kinetic) -> None:
    kinetic.put(ISSUE, {"owner_id": 9})
    assert kinetic.delete(f"{ISSUE}/participants/{ADA}").status == 200
    assert participants(kinetic, ISSUE.rpartition("/")[2]) == ["jonas"]
