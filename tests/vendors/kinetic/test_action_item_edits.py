"""PUT of an action item: what an edit changes, what it keeps, and what is refused."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.action_items import (
    ADA,
    CLOSED_ITEM,
    DELETED_ITEM,
    ITEMS,
    JONAS,
    KEYS,
    MEI,
    OPEN_ITEM,
    OTHER_ITEMS,
    PRINTED_EDIT,
    create,
    names,
)
from tests.vendors.kinetic.calls import ISSUE, ITEM, NOT_FOUND, NOW, NOWHERE, unprocessable

HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
KEPT = ["id", "guid", "issue_id", "created_at", "creator"]

# Each key an edit can change: what is sent, and the key and value of the answer.
CHANGES = {
    "name": ("name", "Look again", "Look again"),
    "detail": ("detail", "Note both gauges.", "Note both gauges."),
    "status": ("status", "Closed", "Closed"),
    "assignee_id": ("assignee", 11, MEI),
}


# --- what an edit changes --------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-032", "KIN-033")
def test_an_edit_is_a_put_on_the_item_s_url_with_the_printed_headers(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, PRINTED_EDIT, headers=HEADERS)
    assert (answer.status, answer.entry["operation"]) == (200, "update_action_item")


@pytest.mark.statement("KIN-080", "KIN-034")
def test_the_printed_body_is_accepted_and_changes_all_four(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, PRINTED_EDIT)
    assert answer.status == 200
    changed = {name: answer.json[name] for name in ("name", "detail", "status", "assignee")}
    assert changed == {"name": "Edited Name", "detail": "Edited Detail", "status": "Closed", "assignee": MEI}


@pytest.mark.statement("KIN-033")
def test_an_edit_answers_the_keys_of_an_item(kinetic) -> None:
    assert kinetic.put(OPEN_ITEM, PRINTED_EDIT).json.keys() == KEYS


@pytest.mark.statement("KIN-083")
def test_an_edit_is_answered_in_json(kinetic) -> None:
    assert kinetic.put(OPEN_ITEM, PRINTED_EDIT).headers["content-type"] == "application/json"


@pytest.mark.statement("KIN-035")
def test_an_edit_keeps_what_tells_who_made_it_when_and_where(kinetic, nine) -> None:
    before = kinetic.get(OPEN_ITEM).json
    after = nine.put(OPEN_ITEM, PRINTED_EDIT).json
    assert {name: after[name] for name in KEPT} == {name: before[name] for name in KEPT}
    assert after["creator"] == ADA


@pytest.mark.statement("KIN-036")
def test_an_edit_moves_updated_at_on(kinetic) -> None:
    item = create(kinetic)
    kinetic.advance("PT19M35.716S")
    edited = kinetic.put(f"{ITEMS}/{item['guid']}", {"name": "Again"}).json
    assert (edited["created_at"], edited["updated_at"]) == (NOW, "2015-04-06T12:19:35.966-05:00")
    assert edited["updated_at"] > edited["created_at"]


@pytest.mark.statement("KIN-290")
def test_an_edit_without_any_key_moves_updated_at_on_and_nothing_else(kinetic) -> None:
    before = kinetic.get(OPEN_ITEM).json
    answer = kinetic.put(OPEN_ITEM, {})
    assert (answer.status, answer.json) == (200, {**before, "updated_at": NOW})


@pytest.mark.statement("KIN-037")
def test_an_edit_is_kept(kinetic) -> None:
    edited = kinetic.put(OPEN_ITEM, PRINTED_EDIT).json
    assert kinetic.get(OPEN_ITEM).json == edited
    assert edited in kinetic.get(ITEMS).json


@pytest.mark.statement("KIN-037")
def test_an_edit_changes_no_other_item(kinetic) -> None:
    before = kinetic.get(CLOSED_ITEM).json
    kinetic.put(OPEN_ITEM, PRINTED_EDIT)
    assert kinetic.get(CLOSED_ITEM).json == before


@pytest.mark.statement("KIN-038", "KIN-034")
@pytest.mark.parametrize("field", CHANGES)
def test_what_is_not_sent_stays(kinetic, field) -> None:
    key, sent, shown = CHANGES[field]
    before = kinetic.get(OPEN_ITEM).json
    assert before[key] != shown
    assert kinetic.put(OPEN_ITEM, {field: sent}).json == {**before, key: shown, "updated_at": NOW}


@pytest.mark.statement("KIN-044")
@pytest.mark.parametrize(("item", "status"), [(OPEN_ITEM, "Open"), (CLOSED_ITEM, "Closed")])
def test_an_edit_without_a_status_keeps_it(kinetic, item, status) -> None:
    answer = kinetic.put(item, {"name": "Renamed"})
    assert (answer.status, answer.json["status"]) == (200, status)


@pytest.mark.statement("KIN-045")
def test_a_closed_item_can_be_opened_again(kinetic) -> None:
    assert kinetic.get(CLOSED_ITEM).json["status"] == "Closed"
    answer = kinetic.put(CLOSED_ITEM, {"status": "Open"})
    assert (answer.status, answer.json["status"]) == (200, "Open")
    assert kinetic.get(CLOSED_ITEM).json["status"] == "Open"


@pytest.mark.statement("KIN-175")
@pytest.mark.parametrize("assignee", [11, "11", "0011", 11.0])
def test_an_assignee_may_be_a_text_of_digits(kinetic, assignee) -> None:
    assert kinetic.put(OPEN_ITEM, {"assignee_id": assignee}).json["assignee"] == MEI


@pytest.mark.statement("KIN-171")
def test_an_edit_may_be_wrapped_under_the_item_s_name(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, {"action_item": {"name": "Wrapped"}})
    assert (answer.status, answer.json["name"]) == (200, "Wrapped")


@pytest.mark.statement("KIN-307")
def test_a_wrapper_beside_a_field_is_a_name_that_an_edit_does_not_know(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, {"action_item": {"name": "Inside"}, "name": "Outside"})
    assert (answer.status, answer.json) == (400, {"message": "unknown attribute 'action_item'"})


@pytest.mark.statement("KIN-209")
def test_of_equal_keys_the_last_one_counts(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, body=b'{"name": "first", "name": "last"}')
    assert (answer.status, answer.json["name"]) == (200, "last")


@pytest.mark.statement("KIN-178")
@pytest.mark.parametrize("item", [OPEN_ITEM, CLOSED_ITEM])
def test_who_sends_back_what_it_read_has_misnamed_no_field(kinetic, item) -> None:
    read = kinetic.get(item).json
    answer = kinetic.put(item, read)
    assert (answer.status, answer.json) == (200, {**read, "updated_at": NOW})


@pytest.mark.statement("KIN-178", "KIN-035")
def test_the_other_keys_of_an_item_are_ignored_whatever_they_hold(kinetic) -> None:
    before = kinetic.get(OPEN_ITEM).json
    sent = {
        "id": 1, "issue_id": 385, "guid": NOWHERE, "created_at": "x", "updated_at": None, "deleted_at": NOW,
        "assignee": MEI, "creator": [],
    }  # fmt: skip
    assert kinetic.put(OPEN_ITEM, sent).json == {**before, "updated_at": NOW}


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-039", "KIN-195", "KIN-185")
@pytest.mark.parametrize(
    "field", ["titel", "Name", "description", "assigneeId", "action_items", "two words", ""]
)
def test_a_field_that_is_named_incorrectly_answers_400(kinetic, field) -> None:
    before = kinetic.state()
    answer = kinetic.put(OPEN_ITEM, {"name": "New", field: "x"})
    assert (answer.status, answer.json) == (400, {"message": f"unknown attribute '{field}'"})
    assert kinetic.state() == before


@pytest.mark.statement("KIN-039", "KIN-171")
def test_a_wrapped_field_may_be_named_incorrectly_too(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, {"action_item": {"titel": "x"}})
    assert (answer.status, answer.json) == (400, {"message": "unknown attribute 'titel'"})


@pytest.mark.statement("KIN-039")
def test_a_misnamed_field_is_said_before_a_bad_value(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, {"name": "", "assignee_id": 9999, "titel": "x"})
    assert (answer.status, answer.json) == (400, {"message": "unknown attribute 'titel'"})


@pytest.mark.statement("KIN-042", "KIN-050", "KIN-188")
@pytest.mark.parametrize(
    "path",
    [
        f"{ITEMS}/{NOWHERE}",
        f"{OTHER_ITEMS}/{ITEM}",
        DELETED_ITEM,
        OPEN_ITEM.replace(ISSUE, f"{ISSUE[:-36]}{NOWHERE}"),
    ],
    ids=["an unknown one", "of another issue", "a deleted one", "of no issue"],
)
@pytest.mark.parametrize("body", [PRINTED_EDIT, {"titel": "x"}, {"name": ""}])
def test_what_the_issue_does_not_have_cannot_be_edited(kinetic, path, body) -> None:
    before = kinetic.state()
    answer = kinetic.put(path, body)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert kinetic.state() == before


@pytest.mark.statement("KIN-187")
@pytest.mark.parametrize("key", ["219", ITEM.upper(), ITEM[:-1]])
def test_nothing_but_its_guid_leads_to_an_item(kinetic, key) -> None:
    answer = kinetic.put(f"{ITEMS}/{key}", {"name": "New"})
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-177", "KIN-197", "KIN-271", "KIN-018", "KIN-020")
@pytest.mark.parametrize("field", ["name", "detail"])
@pytest.mark.parametrize("blank", ["", "  ", "\t\n", "\u00a0", " " * 500, None])
def test_an_edit_cannot_make_a_text_blank(kinetic, field, blank) -> None:
    before = kinetic.state()
    answer = kinetic.put(OPEN_ITEM, {field: blank})
    assert (answer.status, answer.json) == (422, unprocessable(f"{field.capitalize()} can't be blank"))
    assert kinetic.state() == before


@pytest.mark.statement("KIN-174", "KIN-177")
@pytest.mark.parametrize("field", ["name", "detail"])
@pytest.mark.parametrize("value", [5, True, ["x"], {"text": "x"}], ids=repr)
def test_a_text_of_the_wrong_type_is_invalid(kinetic, field, value) -> None:
    answer = kinetic.put(OPEN_ITEM, {field: value})
    assert (answer.status, answer.json) == (422, unprocessable(f"{field.capitalize()} is invalid"))


@pytest.mark.statement("KIN-172", "KIN-271", "KIN-174")
@pytest.mark.parametrize(
    "assignee", [9999, "9999", 0, -9, "9" * 25, "", "nine", 9.5, True, None, [11]], ids=repr
)
def test_an_assignee_that_names_nobody_is_refused(kinetic, assignee) -> None:
    answer = kinetic.put(OPEN_ITEM, {"assignee_id": assignee})
    assert (answer.status, answer.json) == (422, unprocessable("Assignee can't be blank"))
    assert kinetic.get(OPEN_ITEM).json["assignee"] == JONAS


@pytest.mark.statement("KIN-173", "KIN-174")
@pytest.mark.parametrize("status", ["open", "Done", "", None, 1, ["Open"]], ids=repr)
def test_a_status_is_open_or_closed(kinetic, status) -> None:
    answer = kinetic.put(OPEN_ITEM, {"status": status})
    assert (answer.status, answer.json) == (422, unprocessable("Status is not included in the list"))
    assert kinetic.get(OPEN_ITEM).json["status"] == "Open"


@pytest.mark.statement("KIN-218", "KIN-177")
def test_reasons_come_in_the_order_name_detail_status_assignee(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, {"assignee_id": 9999, "status": "Ajar", "detail": "", "name": None})
    assert answer.json["reasons"] == [
        "Name can't be blank",
        "Detail can't be blank",
        "Status is not included in the list",
        "Assignee can't be blank",
    ]


@pytest.mark.statement("KIN-181", "KIN-180")
@pytest.mark.parametrize("body", [b"", b" ", b"null", b"[]", b'"name"', b"7", b"false"])
def test_what_is_no_object_is_no_edit(kinetic, body) -> None:
    before = kinetic.state()
    answer = kinetic.put(OPEN_ITEM, body=body)
    assert (answer.status, list(answer.json)) == (400, ["message"])
    assert kinetic.state() == before


@pytest.mark.statement("KIN-203", "KIN-042")
def test_an_item_of_a_deleted_issue_cannot_be_edited(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Deleted"})
    answer = kinetic.put(OPEN_ITEM, {"name": "New"})
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-291")
def test_an_item_of_a_closed_issue_can_be_edited(kinetic) -> None:
    kinetic.put(ISSUE, {"status": "Closed"})
    assert kinetic.put(OPEN_ITEM, {"name": "New"}).status == 200
    assert "New" in names(kinetic)
