"""POST action_items: what a new item is made of, what is answered, and what is refused."""

from __future__ import annotations

import re

import pytest

from tests.vendors.kinetic.action_items import (
    ADA,
    ITEMS,
    JONAS,
    KEYS,
    MEI,
    NO_ITEMS,
    OTHER_ITEMS,
    PRINTED,
    create,
    names,
)
from tests.vendors.kinetic.calls import ISSUE, NEW_ITEM, NOT_FOUND, NOW, PUMP, unprocessable

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
REQUIRED = {
    "name": "Name can't be blank",
    "detail": "Detail can't be blank",
    "assignee_id": "Assignee can't be blank",
}


def without(*fields):
    return {name: value for name, value in NEW_ITEM.items() if name not in fields}


# --- the new item ----------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-001")
def test_an_item_is_in_its_issue_s_list_and_in_no_other_s(kinetic) -> None:
    item = create(kinetic)
    assert item in kinetic.get(ITEMS).json
    assert kinetic.get(OTHER_ITEMS).json == []


@pytest.mark.statement("KIN-002")
def test_an_item_can_be_added_edited_fetched_listed_and_deleted(kinetic) -> None:
    created = kinetic.post(ITEMS, PRINTED)
    item = f"{ITEMS}/{created.json['guid']}"
    answers = [
        created,
        kinetic.put(item, {"name": "New"}),
        kinetic.get(item),
        kinetic.get(ITEMS),
        kinetic.delete(item),
    ]
    assert [each.status for each in answers] == [200] * 5


@pytest.mark.statement("KIN-003")
@pytest.mark.parametrize("person", [JONAS, MEI, ADA], ids=["9", "11", "71"])
def test_an_item_is_assigned_to_the_person_that_was_sent(kinetic, person) -> None:
    assert create(kinetic, assignee_id=person["id"])["assignee"] == person


@pytest.mark.statement("KIN-005", "KIN-078")
def test_a_creation_is_a_post_with_the_printed_headers(kinetic) -> None:
    answer = kinetic.post(ITEMS, PRINTED, headers=HEADERS)
    assert (answer.status, answer.entry["operation"]) == (200, "create_action_item")


@pytest.mark.statement("KIN-006", "KIN-Q11")
def test_the_printed_body_is_accepted_and_its_name_is_just_a_name(kinetic) -> None:
    answer = kinetic.post(ITEMS, PRINTED)
    assert answer.status == 200
    assert {name: answer.json[name] for name in ("name", "detail", "status")} == {
        "name": "Created Issue",
        "detail": "This is a detail.",
        "status": "Open",
    }
    assert kinetic.get(ISSUE).json["name"] == "Cooling pump fails"


@pytest.mark.statement("KIN-007")
def test_a_creation_answers_200_and_not_201(kinetic) -> None:
    assert kinetic.post(ITEMS, NEW_ITEM).status == 200


@pytest.mark.statement("KIN-008")
def test_a_creation_is_answered_in_json(kinetic) -> None:
    assert kinetic.post(ITEMS, NEW_ITEM).headers["content-type"] == "application/json"


@pytest.mark.statement("KIN-009")
def test_a_new_item_has_exactly_eleven_keys(kinetic) -> None:
    assert create(kinetic).keys() == KEYS
    assert len(KEYS) == 11


@pytest.mark.statement("KIN-010")
@pytest.mark.parametrize("status", ["Open", "Closed"])
@pytest.mark.parametrize(
    "text", ["Close the valve", " kept as it is ", "Größe 4 \U0001f527", '"\\\n', "0", "x" * 5000]
)
def test_name_detail_and_status_are_those_that_were_sent(kinetic, text, status) -> None:
    item = create(kinetic, name=text, detail=text[::-1], status=status)
    assert (item["name"], item["detail"], item["status"]) == (text, text[::-1], status)


@pytest.mark.statement("KIN-011", "KIN-264")
def test_the_id_is_a_number_and_issue_id_the_issue_s(kinetic) -> None:
    here, there = create(kinetic), create(kinetic, OTHER_ITEMS)
    assert [type(here[name]) for name in ("id", "issue_id")] == [int, int]
    assert (here["issue_id"], there["issue_id"]) == (376, 385)
    assert here["id"] != there["id"]


@pytest.mark.statement("KIN-264", "KIN-016")
def test_the_values_of_an_item_have_the_printed_types(kinetic) -> None:
    item = create(kinetic)
    texts = [item[name] for name in ("name", "detail", "status", "guid", "created_at", "updated_at")]
    people = [item[name] for name in ("assignee", "creator")]
    assert {type(each) for each in texts} == {str}
    assert [{name: type(value) for name, value in each.items()} for each in people] == [
        {"id": int, "email": str, "name": str}
    ] * 2


@pytest.mark.statement("KIN-012")
def test_the_guid_is_one_and_leads_to_the_item(kinetic) -> None:
    first, second = create(kinetic), create(kinetic)
    assert GUID.fullmatch(first["guid"])
    assert first["guid"] != second["guid"]
    assert kinetic.get(f"{ITEMS}/{first['guid']}").json == first


@pytest.mark.statement("KIN-014")
@pytest.mark.parametrize("by", ["PT0.749S", "PT0.75S", "PT0.85S", "PT23H"])
def test_timestamps_have_milliseconds_and_a_numeric_offset(kinetic, by) -> None:
    kinetic.advance(by)
    item = create(kinetic)
    assert TIMESTAMP.fullmatch(item["created_at"])
    assert TIMESTAMP.fullmatch(item["updated_at"])


@pytest.mark.statement("KIN-263", "KIN-014")
def test_a_new_item_is_of_now_and_was_never_edited(kinetic) -> None:
    item = create(kinetic)
    assert item["created_at"] == item["updated_at"] == NOW


@pytest.mark.statement("KIN-215")
@pytest.mark.parametrize(
    ("zone", "now"),
    [
        ("-05:00", NOW),
        ("+00:00", "2015-04-06T17:00:00.250+00:00"),
        ("+05:45", "2015-04-06T22:45:00.250+05:45"),
        ("+14:00", "2015-04-07T07:00:00.250+14:00"),
    ],
)
def test_timestamps_have_the_server_s_offset(kinetic, zone, now) -> None:
    kinetic.settings(server_time_zone=zone)
    assert create(kinetic)["created_at"] == now


@pytest.mark.statement("KIN-215")
@pytest.mark.parametrize(
    "zone", ["Z", "UTC", "-5", "-05", "-0500", "-15:00", "-05:60", "America/Chicago", ""]
)
def test_the_server_s_offset_is_hours_and_minutes(kinetic, zone) -> None:
    with pytest.raises(ValueError, match="server_time_zone is an offset"):
        kinetic.settings(server_time_zone=zone)


@pytest.mark.statement("KIN-015")
def test_a_new_item_is_not_deleted(kinetic) -> None:
    assert create(kinetic)["deleted_at"] is None


@pytest.mark.statement("KIN-016")
def test_assignee_and_creator_have_exactly_id_email_and_name(kinetic) -> None:
    item = create(kinetic)
    assert item["assignee"].keys() == item["creator"].keys() == {"id", "email", "name"}


@pytest.mark.statement("KIN-017")
def test_the_creator_is_who_called(kinetic, nine, eleven) -> None:
    assert [create(each)["creator"] for each in (kinetic, nine, eleven)] == [ADA, JONAS, MEI]


@pytest.mark.statement("KIN-076", "KIN-077")
def test_a_new_item_is_open_unless_told_otherwise(kinetic) -> None:
    answer = kinetic.post(ITEMS, without("status"))
    assert (answer.status, answer.json["status"]) == (200, "Open")


@pytest.mark.statement("KIN-023")
def test_a_new_item_may_be_closed(kinetic) -> None:
    item = create(kinetic, status="Closed")
    assert item["status"] == "Closed"
    assert kinetic.get(f"{ITEMS}/{item['guid']}").json["status"] == "Closed"


@pytest.mark.statement("KIN-198")
def test_numbers_go_on_from_the_highest_over_all_issues_and_are_not_used_twice(kinetic) -> None:
    first = create(kinetic, OTHER_ITEMS)
    second = create(kinetic)
    kinetic.delete(f"{ITEMS}/{second['guid']}")
    assert [first["id"], second["id"], create(kinetic)["id"]] == [222, 223, 224]


@pytest.mark.statement("KIN-291")
def test_a_closed_issue_takes_new_items(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Closed"})
    assert create(kinetic)["status"] == "Open"


@pytest.mark.statement("KIN-203", "KIN-030")
def test_a_deleted_issue_takes_none(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Deleted"})
    answer = kinetic.post(ITEMS, NEW_ITEM)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


# --- ways to send it -------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-171")
def test_a_new_item_may_be_wrapped_under_its_name(kinetic) -> None:
    answer = kinetic.post(ITEMS, {"action_item": PRINTED})
    assert (answer.status, answer.json["name"]) == (200, "Created Issue")


@pytest.mark.statement("KIN-307")
def test_what_stands_flat_beside_a_wrapper_counts(kinetic) -> None:
    assert create(kinetic, action_item={**PRINTED, "name": "Inside"})["name"] == NEW_ITEM["name"]
    answer = kinetic.post(ITEMS, {"name": "Outside", "action_item": NEW_ITEM})
    assert answer.json["reasons"] == ["Detail can't be blank", "Assignee can't be blank"]


@pytest.mark.statement("KIN-171", "KIN-307")
def test_a_wrapper_counts_beside_names_that_are_no_fields(kinetic) -> None:
    answer = kinetic.post(ITEMS, {"utf8": "x", "action_item": {**PRINTED, "name": "Inside"}})
    assert (answer.status, answer.json["name"]) == (200, "Inside")


@pytest.mark.statement("KIN-171")
@pytest.mark.parametrize("value", [5, "x", None, [PRINTED]])
def test_what_is_no_object_wraps_nothing(kinetic, value) -> None:
    assert create(kinetic, action_item=value)["name"] == NEW_ITEM["name"]


@pytest.mark.statement("KIN-176")
def test_keys_that_are_not_known_are_ignored(kinetic) -> None:
    sent = {"titel": "x", "id": 1, "guid": "x", "creator": MEI, "deleted_at": NOW, "issue_id": 385, "": None}
    item = kinetic.post(ITEMS, {**NEW_ITEM, **sent}).json
    assert item.keys() == KEYS
    assert GUID.fullmatch(item["guid"])
    assert (item["id"], item["issue_id"], item["creator"], item["deleted_at"]) == (222, 376, ADA, None)


@pytest.mark.statement("KIN-292")
def test_parameters_of_the_url_are_ignored(kinetic) -> None:
    answer = kinetic.post(ITEMS, NEW_ITEM, query="name=Other&status=Closed&x")
    assert (answer.status, answer.json["name"], answer.json["status"]) == (200, NEW_ITEM["name"], "Open")


@pytest.mark.statement("KIN-209")
def test_of_equal_keys_the_last_one_counts(kinetic) -> None:
    body = b'{"name": "x", "detail": "first", "assignee_id": 9, "detail": "last"}'
    answer = kinetic.post(ITEMS, body=body)
    assert (answer.status, answer.json["detail"]) == (200, "last")


@pytest.mark.statement("KIN-175")
@pytest.mark.parametrize("assignee", [9, "9", "009", "9".zfill(30), 9.0])
def test_an_assignee_may_be_a_text_of_digits(kinetic, assignee) -> None:
    assert create(kinetic, assignee_id=assignee)["assignee"] == JONAS


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-018", "KIN-216")
def test_an_item_needs_a_name(kinetic) -> None:
    answer = kinetic.post(ITEMS, without("name"))
    assert (answer.status, answer.json) == (422, unprocessable("Name can't be blank"))


@pytest.mark.statement("KIN-019", "KIN-024", "KIN-262")
def test_an_item_needs_a_detail(kinetic) -> None:
    answer = kinetic.post(ITEMS, without("detail"))
    assert answer.status == 422
    assert answer.json == {"message": "Unprocessable attributes", "reasons": ["Detail can't be blank"]}


@pytest.mark.statement("KIN-021", "KIN-217")
def test_an_item_needs_an_assignee(kinetic) -> None:
    answer = kinetic.post(ITEMS, without("assignee_id"))
    assert (answer.status, answer.json) == (422, unprocessable("Assignee can't be blank"))


BLANKS = {
    "nothing": "",
    "a space": " ",
    "white space": "\t\r\n ",
    "a space that does not break": "\u00a0",
    "a wide space": "\u3000",
    "many spaces": " " * 500,
}


@pytest.mark.statement("KIN-020", "KIN-197", "KIN-018")
@pytest.mark.parametrize("field", ["name", "detail"])
@pytest.mark.parametrize("blank", BLANKS.values(), ids=BLANKS)
def test_a_blank_text_is_a_missing_one(kinetic, field, blank) -> None:
    answer = kinetic.post(ITEMS, {**NEW_ITEM, field: blank})
    assert (answer.status, answer.json) == (422, unprocessable(REQUIRED[field]))


@pytest.mark.statement("KIN-271")
@pytest.mark.parametrize("field", REQUIRED)
def test_null_is_a_missing_value(kinetic, field) -> None:
    answer = kinetic.post(ITEMS, {**NEW_ITEM, field: None})
    assert (answer.status, answer.json) == (422, unprocessable(REQUIRED[field]))


@pytest.mark.statement("KIN-174")
@pytest.mark.parametrize("field", ["name", "detail"])
@pytest.mark.parametrize("value", [5, 0.5, True, False, ["x"], [], {"text": "x"}, {}], ids=repr)
def test_a_text_of_the_wrong_type_is_invalid(kinetic, field, value) -> None:
    answer = kinetic.post(ITEMS, {**NEW_ITEM, field: value})
    assert (answer.status, answer.json) == (422, unprocessable(f"{field.capitalize()} is invalid"))


NOBODY = [
    9999,
    "9999",
    0,
    -9,
    "0",
    "9" * 25,
    "9" * 5000,
    1e300,
    "",
    " ",
    "nine",
    "9a",
    "-9",
    " 9",
    "٩",
    9.5,
    True,
    [9],
    {},
]


@pytest.mark.statement("KIN-172", "KIN-174")
@pytest.mark.parametrize("assignee", NOBODY, ids=lambda assignee: repr(assignee)[:12])
def test_an_assignee_that_names_nobody_is_a_missing_one(kinetic, assignee) -> None:
    answer = kinetic.post(ITEMS, {**NEW_ITEM, "assignee_id": assignee})
    assert (answer.status, answer.json) == (422, unprocessable("Assignee can't be blank"))


@pytest.mark.statement("KIN-173", "KIN-174")
@pytest.mark.parametrize(
    "status", ["open", "CLOSED", "Deleted", "Open ", "", None, 1, True, ["Open"], {}], ids=repr
)
def test_a_status_is_open_or_closed(kinetic, status) -> None:
    answer = kinetic.post(ITEMS, {**NEW_ITEM, "status": status})
    assert (answer.status, answer.json) == (422, unprocessable("Status is not included in the list"))


@pytest.mark.statement("KIN-025")
@pytest.mark.parametrize(
    "missing",
    [
        ("name", "detail"),
        ("name", "assignee_id"),
        ("detail", "assignee_id"),
        ("name", "detail", "assignee_id"),
    ],
)
def test_each_thing_that_is_wrong_has_its_reason(kinetic, missing) -> None:
    answer = kinetic.post(ITEMS, without(*missing))
    assert (answer.status, answer.json["reasons"]) == (422, [REQUIRED[field] for field in missing])


@pytest.mark.statement("KIN-218", "KIN-025")
@pytest.mark.parametrize("assignee", [9999, None, "nine"])
def test_reasons_come_in_the_order_name_detail_status_assignee(kinetic, assignee) -> None:
    answer = kinetic.post(ITEMS, {"assignee_id": assignee, "status": "Ajar", "detail": "", "name": 5})
    assert answer.json["reasons"] == [
        "Name is invalid",
        "Detail can't be blank",
        "Status is not included in the list",
        "Assignee can't be blank",
    ]


@pytest.mark.statement("KIN-270", "KIN-024", "KIN-165")
@pytest.mark.parametrize("field", ["name", "detail", "status", "assignee_id"])
@pytest.mark.parametrize("value", ["", 5.5, [], {"a": 1}])
def test_a_422_has_exactly_a_message_and_reasons_that_begin_with_their_attribute(
    kinetic, field, value
) -> None:
    answer = kinetic.post(ITEMS, {**NEW_ITEM, field: value})
    assert answer.json.keys() == {"message", "reasons"}
    assert answer.json["message"] == "Unprocessable attributes"
    attribute = field.removesuffix("_id").capitalize()
    assert [reason.partition(" ")[0] for reason in answer.json["reasons"]] == [attribute]


@pytest.mark.statement("KIN-026", "KIN-198")
@pytest.mark.parametrize(
    "body", [without("name"), {}, {**NEW_ITEM, "assignee_id": 9999}, {**NEW_ITEM, "status": 1}]
)
def test_a_refused_creation_creates_nothing(kinetic, body) -> None:
    before, listed = kinetic.state(), names(kinetic)
    assert kinetic.post(ITEMS, body).status == 422
    assert kinetic.state() == before
    assert names(kinetic) == listed
    assert create(kinetic)["id"] == 222


@pytest.mark.statement("KIN-181")
@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"action_item": null}', b'{"action_item": {}}'])
def test_an_absent_body_has_no_fields(kinetic, body) -> None:
    answer = kinetic.post(ITEMS, body=body)
    assert (answer.status, answer.json) == (422, unprocessable(*REQUIRED.values()))


@pytest.mark.statement("KIN-030", "KIN-188")
@pytest.mark.parametrize("body", [NEW_ITEM, {}])
def test_an_issue_that_is_not_there_takes_no_item(kinetic, body) -> None:
    before = kinetic.state()
    answer = kinetic.post(NO_ITEMS, body)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert kinetic.state() == before


@pytest.mark.statement("KIN-187", "KIN-030")
@pytest.mark.parametrize("key", ["376", PUMP.upper(), PUMP[:-1], PUMP.replace("-", ""), f"{{{PUMP}}}"])
def test_nothing_but_its_guid_leads_to_the_issue_of_an_item(kinetic, key) -> None:
    answer = kinetic.post(ITEMS.replace(PUMP, key), NEW_ITEM)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
