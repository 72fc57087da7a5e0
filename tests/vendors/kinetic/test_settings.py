"""The contradictions of the document: for each the reading that is taken, and the other one that a setting selects."""

from __future__ import annotations

import dataclasses
from itertools import combinations

import pytest

from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandbox
from simulator.vendors.kinetic.rules import Settings
from tests.vendors.kinetic.action_items import (
    CLOSED_ITEM,
    DELETED_ITEM,
    ITEMS,
    KEYS,
    MEI,
    NO_ITEMS,
    OPEN_ITEM,
    OPERATIONS,
    OTHER_ITEMS,
    PRINTED,
    PRINTED_EDIT,
    create,
    names,
)
from tests.vendors.kinetic.calls import (
    API,
    BADGES,
    FILE,
    GOOD,
    ISSUE,
    ITEM,
    LOGIN,
    MULTIPART,
    NOT_FOUND,
    NOW,
    OTHER_ISSUE,
    PUMP,
    UNAUTHORIZED,
    multipart,
    unprocessable,
)

BOTH = {"Content-Type": "application/json", "Accept": "application/json"}


def of_the_store(client, collection="action_items"):
    """The records that are kept, shown or not, by their numbers."""
    return {record["id"]: record for record in client.world.store.all(collection)}


def test_every_contradiction_but_the_name_of_the_sample_has_a_setting(service) -> None:
    cited = {field.metadata["statement"] for field in dataclasses.fields(Settings)}
    contradictions = {id for id in service.ledger if id.startswith("KIN-Q")}
    assert len(contradictions) == 16
    assert contradictions - cited == {"KIN-Q11"}


def test_every_setting_says_what_it_switches() -> None:
    fields = {field.name: field.metadata for field in dataclasses.fields(Settings)}
    assert [
        name for name, metadata in fields.items() if not (metadata["meaning"] and metadata["statement"])
    ] == []


# --- KIN-Q1: description or detail -----------------------------------------------------------------------------------

DESCRIBED = {"name": "Close the valve", "description": "The one at gate 4.", "assignee_id": 9}


@pytest.mark.statement("KIN-Q1", "KIN-019")
def test_the_text_of_an_item_is_sent_as_detail(kinetic) -> None:
    answer = kinetic.post(ITEMS, DESCRIBED)
    assert (answer.status, answer.json) == (422, unprocessable("Detail can't be blank"))
    assert create(kinetic, detail="This one.", description="Not this one.")["detail"] == "This one."


@pytest.mark.statement("KIN-Q1", "KIN-039")
def test_on_an_edit_description_is_a_misnamed_field(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, {"description": "Note both gauges."})
    assert (answer.status, answer.json) == (400, {"message": "unknown attribute 'description'"})


@pytest.mark.statement("KIN-Q1")
@pytest.mark.parametrize(
    "wrap", [lambda body: body, lambda body: {"action_item": body}], ids=["flat", "wrapped"]
)
def test_with_description_the_text_is_sent_so_and_answered_as_detail(kinetic, wrap) -> None:
    kinetic.settings(detail_field="description")
    created = kinetic.post(ITEMS, wrap(DESCRIBED))
    assert (created.status, created.json["detail"]) == (200, "The one at gate 4.")
    assert created.json.keys() == KEYS
    edited = kinetic.put(OPEN_ITEM, wrap({"description": "Note both gauges."}))
    assert (edited.status, edited.json["detail"]) == (200, "Note both gauges.")


@pytest.mark.statement("KIN-Q1")
@pytest.mark.parametrize("body", [PRINTED, {**PRINTED, "description": " "}, {**PRINTED, "description": None}])
def test_with_description_a_lone_detail_is_missing_as_the_printed_reason_says(kinetic, body) -> None:
    kinetic.settings(detail_field="description")
    answer = kinetic.post(ITEMS, body)
    assert (answer.status, answer.json) == (422, unprocessable("Detail can't be blank"))


@pytest.mark.statement("KIN-Q1", "KIN-039")
def test_with_description_detail_is_a_name_that_an_edit_does_not_know(kinetic) -> None:
    kinetic.settings(detail_field="description")
    answer = kinetic.put(OPEN_ITEM, {"detail": "Not this one."})
    assert (answer.status, answer.json) == (400, {"message": "unknown attribute 'detail'"})


@pytest.mark.statement("KIN-Q1", "KIN-178")
def test_with_description_an_item_that_is_sent_back_as_it_was_read_is_taken(kinetic) -> None:
    kinetic.settings(detail_field="description")
    answer = kinetic.put(OPEN_ITEM, kinetic.get(OPEN_ITEM).json)
    assert (answer.status, answer.json["detail"]) == (200, "Note the reading of the gauge.")


@pytest.mark.statement("KIN-Q1")
def test_with_description_that_of_an_issue_is_still_its_own(kinetic) -> None:
    kinetic.settings(detail_field="description")
    answer = kinetic.post(f"{API}/issues", {"name": "Leak at gate 4", "description": "In the lower hall."})
    assert (answer.status, answer.json["description"]) == (200, "In the lower hall.")


# --- KIN-Q2: the list of an unknown issue ----------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q2", "KIN-057")
def test_the_list_of_an_unknown_issue_is_empty(kinetic) -> None:
    answer = kinetic.get(NO_ITEMS)
    assert (answer.status, answer.json) == (200, [])


@pytest.mark.statement("KIN-Q2", "KIN-064")
@pytest.mark.parametrize("query", ["", "status=Open"])
def test_with_404_it_is_not_found(kinetic, query) -> None:
    kinetic.settings(unknown_issue_list="404")
    answer = kinetic.get(NO_ITEMS, query=query)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-Q2", "KIN-203")
def test_with_404_a_deleted_issue_is_not_found_either(kinetic) -> None:
    kinetic.settings(unknown_issue_list="404")
    kinetic.put(ISSUE, {"status": "Deleted"})
    assert kinetic.get(ITEMS).status == 404


@pytest.mark.statement("KIN-Q2", "KIN-056")
def test_with_404_an_issue_without_items_still_has_an_empty_list(kinetic) -> None:
    kinetic.settings(unknown_issue_list="404")
    answer = kinetic.get(OTHER_ITEMS)
    assert (answer.status, answer.json) == (200, [])


# --- KIN-Q3: the status of the URL -----------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q3")
@pytest.mark.parametrize(
    ("query", "listed"),
    [("status=Open", ["Look at the pump"]), ("status=Closed", ["Call the supplier"]), ("status=open", [])],
)
def test_the_status_of_the_url_is_an_exact_match(kinetic, query, listed) -> None:
    assert names(kinetic, query) == listed


@pytest.mark.statement("KIN-Q3")
@pytest.mark.parametrize("query", ["status=Open", "status=Closed", "status=open", "status="])
def test_with_ignored_it_selects_nothing(kinetic, query) -> None:
    kinetic.settings(status_filter="ignored")
    assert names(kinetic, query) == ["Look at the pump", "Call the supplier"]


# --- KIN-Q4: the printed answer of an edit ---------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q4", "KIN-034")
def test_an_edit_changes_what_is_sent(kinetic) -> None:
    answer = kinetic.put(OPEN_ITEM, PRINTED_EDIT)
    assert (answer.json["name"], answer.json["assignee"]) == ("Edited Name", MEI)


@pytest.mark.statement("KIN-Q4")
def test_with_edit_ignores_input_only_updated_at_moves_on(kinetic) -> None:
    kinetic.settings(edit_ignores_input=True)
    before = kinetic.get(OPEN_ITEM).json
    answer = kinetic.put(OPEN_ITEM, PRINTED_EDIT)
    assert (answer.status, answer.json) == (200, {**before, "updated_at": NOW})
    assert kinetic.get(OPEN_ITEM).json == answer.json


@pytest.mark.statement("KIN-Q4")
@pytest.mark.parametrize(
    ("body", "status"), [({"titel": "x"}, 400), ({"name": ""}, 422), ({"assignee_id": 9999}, 422)]
)
def test_with_edit_ignores_input_what_is_wrong_is_still_refused(kinetic, body, status) -> None:
    kinetic.settings(edit_ignores_input=True)
    assert kinetic.put(OPEN_ITEM, body).status == status


# --- KIN-Q5: 422 and 400 ---------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q5", "KIN-177", "KIN-179", "KIN-176")
def test_the_tables_are_abridged_a_post_may_answer_400_and_a_put_422(kinetic) -> None:
    assert kinetic.post(ITEMS, body=b"{").status == 400
    assert kinetic.put(OPEN_ITEM, {"name": ""}).status == 422
    assert kinetic.post(ITEMS, {**PRINTED, "titel": "x"}).status == 200
    assert kinetic.put(OPEN_ITEM, {"titel": "x"}).status == 400


@pytest.mark.statement("KIN-Q5", "KIN-302")
@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"5", b'{"name": "\xff"}', b'{"assignee_id": 9223372036854775808}']
)
def test_with_exact_a_post_that_cannot_be_read_answers_422(kinetic, body) -> None:
    kinetic.settings(status_tables="exact")
    before = kinetic.state()
    answer = kinetic.post(ITEMS, body=body)
    assert (answer.status, answer.json) == (422, unprocessable("Body is invalid"))
    assert kinetic.state() == before


@pytest.mark.statement("KIN-Q5", "KIN-302")
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": ""}, "Name can't be blank"),
        ({"status": "Ajar"}, "Status is not included in the list"),
        ({"assignee_id": 9999}, "Assignee can't be blank"),
        ({"detail": None, "name": 5}, "Name is invalid, Detail can't be blank"),
        ({"titel": "x", "name": ""}, "unknown attribute 'titel'"),
    ],
)
def test_with_exact_a_put_answers_400_with_its_reasons_as_the_message(kinetic, body, message) -> None:
    kinetic.settings(status_tables="exact")
    before = kinetic.state()
    answer = kinetic.put(OPEN_ITEM, body)
    assert (answer.status, answer.json) == (400, {"message": message})
    assert kinetic.state() == before


@pytest.mark.statement("KIN-Q5")
def test_with_exact_the_rows_of_the_tables_stay(kinetic) -> None:
    kinetic.settings(status_tables="exact")
    assert kinetic.post(ITEMS, PRINTED).status == 200
    assert kinetic.post(ITEMS, {**PRINTED, "titel": "x"}).status == 200
    assert kinetic.post(ITEMS, {}).json["reasons"][0] == "Name can't be blank"
    assert kinetic.put(OPEN_ITEM, body=b"{").status == 400
    assert kinetic.put(OPEN_ITEM, {"status": "Closed"}).status == 200


@pytest.mark.statement("KIN-Q5")
def test_with_exact_other_operations_answer_as_ever(kinetic) -> None:
    kinetic.settings(status_tables="exact")
    assert kinetic.post(f"{ISSUE}/facts", body=b"{").status == 400
    assert kinetic.put(ISSUE, {"name": ""}).status == 422


@pytest.mark.statement("KIN-Q5", "KIN-052")
@pytest.mark.parametrize("tables", ["abridged", "exact"])
def test_a_deletion_without_a_body_is_never_a_400(kinetic, tables) -> None:
    kinetic.settings(status_tables=tables)
    assert kinetic.delete(OPEN_ITEM).status == 200
    assert kinetic.delete(OPEN_ITEM).status == 404


# --- KIN-Q6: the body of a 401 ---------------------------------------------------------------------------------------

BAD_LOGIN = {"user_login": {"email": "ada.okafor@example.com", "password": "not-a-secret-9"}}


@pytest.mark.statement("KIN-Q6", "KIN-063")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_401_has_the_printed_body(anyone, operation) -> None:
    answer = GOOD[operation].send(anyone)
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)


@pytest.mark.statement("KIN-Q6", "KIN-299")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_with_login_only_the_others_say_what_the_tables_say(anyone, operation) -> None:
    anyone.settings(unauthorized_body="login_only")
    answer = GOOD[operation].send(anyone)
    assert answer.status == 401
    assert answer.json == {"message": "The auth. token is invalid and needs to be refreshed."}


@pytest.mark.statement("KIN-Q6", "KIN-072")
@pytest.mark.parametrize("reading", ["every", "login_only"])
def test_a_failed_login_has_the_printed_body_in_both_readings(anyone, reading) -> None:
    anyone.settings(unauthorized_body=reading)
    answer = anyone.post(f"{API}/sessions", BAD_LOGIN)
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)


@pytest.mark.statement("KIN-Q6", "KIN-301")
def test_with_login_only_an_injected_401_says_so_too(kinetic) -> None:
    kinetic.settings(unauthorized_body="login_only")
    kinetic.fault("list_action_items", 401)
    assert kinetic.get(ITEMS).json == {"message": "The auth. token is invalid and needs to be refreshed."}


# --- KIN-Q7: what a deletion does ------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q7", "KIN-184")
def test_a_deleted_item_stays_in_the_store_with_the_time_of_its_deletion(kinetic) -> None:
    kinetic.delete(OPEN_ITEM)
    assert of_the_store(kinetic)[219]["deleted_at"] == NOW


@pytest.mark.statement("KIN-Q7")
def test_with_hard_it_is_gone_from_the_store(kinetic) -> None:
    kinetic.settings(delete_mode="hard")
    kinetic.delete(OPEN_ITEM)
    assert set(of_the_store(kinetic)) == {220, 221}


@pytest.mark.statement("KIN-Q7", "KIN-047", "KIN-048", "KIN-050")
@pytest.mark.parametrize("mode", ["soft", "hard"])
def test_a_client_cannot_tell_the_two_apart(kinetic, mode) -> None:
    kinetic.settings(delete_mode=mode)
    before = kinetic.get(OPEN_ITEM).json
    assert kinetic.delete(OPEN_ITEM).json == {**before, "deleted_at": NOW}
    assert names(kinetic) == ["Call the supplier"]
    assert [
        kinetic.get(OPEN_ITEM).status,
        kinetic.put(OPEN_ITEM, {}).status,
        kinetic.delete(OPEN_ITEM).status,
    ] == [404] * 3


@pytest.mark.statement("KIN-Q7", "KIN-198")
def test_with_hard_a_number_is_not_used_twice_either(kinetic) -> None:
    kinetic.settings(delete_mode="hard")
    kinetic.delete(f"{ITEMS}/{create(kinetic)['guid']}")
    assert create(kinetic)["id"] == 223


# --- KIN-Q8: the required fields -------------------------------------------------------------------------------------

REASONS = {
    "name": "Name can't be blank",
    "detail": "Detail can't be blank",
    "assignee_id": "Assignee can't be blank",
}
SUBSETS = [subset for size in range(4) for subset in combinations(REASONS, size)]


@pytest.mark.statement("KIN-Q8", "KIN-216", "KIN-217", "KIN-019")
def test_name_detail_and_assignee_are_required_alike(kinetic) -> None:
    answer = kinetic.post(ITEMS, {})
    assert (answer.status, answer.json) == (422, unprocessable(*REASONS.values()))


@pytest.mark.statement("KIN-Q8")
@pytest.mark.parametrize("required", SUBSETS, ids=lambda subset: "+".join(subset) or "none")
@pytest.mark.parametrize(
    "blank", [{}, dict.fromkeys(REASONS), dict.fromkeys(REASONS, " ")], ids=["absent", "null", "blank"]
)
def test_only_what_required_fields_names_has_to_be_there(kinetic, required, blank) -> None:
    kinetic.settings(required_fields=list(required))
    answer = kinetic.post(ITEMS, blank)
    if required:
        assert (answer.status, answer.json) == (422, unprocessable(*(REASONS[name] for name in required)))
    else:
        assert (answer.status, answer.json["assignee"]) == (200, None)
        assert [answer.json["name"], answer.json["detail"]] == [blank.get("name"), blank.get("detail")]


@pytest.mark.statement("KIN-Q8")
@pytest.mark.parametrize(
    ("field", "key"), [("name", "name"), ("detail", "detail"), ("assignee_id", "assignee")]
)
def test_what_need_not_be_there_can_be_taken_away(kinetic, field, key) -> None:
    kinetic.settings(required_fields=[name for name in REASONS if name != field])
    before = kinetic.get(OPEN_ITEM).json
    answer = kinetic.put(OPEN_ITEM, {field: None})
    assert (answer.status, answer.json) == (200, {**before, key: None, "updated_at": NOW})
    assert kinetic.get(ITEMS).json[0] == answer.json
    assert kinetic.get(ISSUE).json["action_items"][0] == answer.json


@pytest.mark.statement("KIN-Q8", "KIN-172", "KIN-174")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"assignee_id": 9999}, "Assignee can't be blank"),
        ({"assignee_id": "nine"}, "Assignee can't be blank"),
        ({"name": 5}, "Name is invalid"),
        ({"detail": ["x"]}, "Detail is invalid"),
    ],
)
def test_what_need_not_be_there_is_still_checked_when_it_is(kinetic, body, reason) -> None:
    kinetic.settings(required_fields=[])
    answers = [kinetic.post(ITEMS, body), kinetic.put(OPEN_ITEM, body)]
    assert [(each.status, each.json) for each in answers] == [(422, unprocessable(reason))] * 2


# --- KIN-Q9: 200 or 201 ----------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q9", "KIN-007")
@pytest.mark.parametrize(
    ("changes", "status"), [({}, 200), ({"create_status": 200}, 200), ({"create_status": 201}, 201)]
)
def test_a_creation_answers_200_unless_create_status_says_201(kinetic, changes, status) -> None:
    kinetic.settings(**changes)
    answer = kinetic.post(ITEMS, PRINTED)
    assert (answer.status, answer.json.keys()) == (status, KEYS)
    assert kinetic.get(f"{ITEMS}/{answer.json['guid']}").json == answer.json


@pytest.mark.statement("KIN-Q9")
def test_create_status_is_that_of_action_items_alone(kinetic) -> None:
    kinetic.settings(create_status=201)
    assert kinetic.post(f"{API}/issues", {"name": "Leak at gate 4"}).status == 200
    assert kinetic.put(OPEN_ITEM, {"name": "New"}).status == 200


# --- KIN-Q10: the leading slash --------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q10", "KIN-070")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("reading", "doubled"), [("same", 200), ("strict", 404)])
def test_a_doubled_slash_is_the_same_url_unless_strict(kinetic, operation, reading, doubled) -> None:
    kinetic.settings(leading_slash=reading)
    method, path, body = OPERATIONS[operation]
    assert kinetic.call(method, "/" + path, body).status == doubled
    assert kinetic.get(f"{API}//valid").status == doubled


@pytest.mark.statement("KIN-Q10", "KIN-130", "KIN-193")
@pytest.mark.parametrize("path", [ITEMS, f"/kinetic-response{ITEMS}", f"{ITEMS}/"])
def test_with_strict_the_other_spellings_stay(kinetic, path) -> None:
    kinetic.settings(leading_slash="strict")
    assert kinetic.get(path).status == 200


# --- KIN-Q11: the name of the sample ---------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q11")
def test_that_the_printed_item_is_called_an_issue_has_no_effect(kinetic) -> None:
    issues = of_the_store(kinetic, "issues")
    first, second = create(kinetic, name="Created Issue"), create(kinetic, name="Close the valve")
    own = {"id", "guid", "name"}
    assert {key for key in KEYS if first[key] != second[key]} == own
    assert of_the_store(kinetic, "issues") == issues


# --- KIN-Q12: numbers in routes --------------------------------------------------------------------------------------

BY_NUMBER = [
    OPEN_ITEM.replace(PUMP, "376"),
    OPEN_ITEM.replace(ITEM, "219"),
    OPEN_ITEM.replace(PUMP, "376").replace(ITEM, "219"),
]


@pytest.mark.statement("KIN-Q12", "KIN-187")
@pytest.mark.parametrize("path", BY_NUMBER)
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", PRINTED_EDIT), ("DELETE", None)])
@pytest.mark.parametrize(("numeric", "status"), [(False, 404), (True, 200)])
def test_only_a_guid_works_in_a_route_unless_numbers_are_taken(
    kinetic, path, method, body, numeric, status
) -> None:
    kinetic.settings(numeric_ids_in_routes=numeric)
    assert kinetic.call(method, path, body).status == status


@pytest.mark.statement("KIN-Q12")
def test_with_numbers_a_list_and_a_creation_take_that_of_the_issue(kinetic) -> None:
    kinetic.settings(numeric_ids_in_routes=True)
    item = create(kinetic, ITEMS.replace(PUMP, "376"))
    assert kinetic.get(ITEMS.replace(PUMP, "376")).json[-1] == item
    assert kinetic.get(f"{ITEMS}/222").json == item


@pytest.mark.statement("KIN-Q12", "KIN-068", "KIN-048")
@pytest.mark.parametrize(
    "path",
    [
        OPEN_ITEM.replace(PUMP, "385").replace(ITEM, "219"),
        f"{OTHER_ISSUE}/action_items/219",
        f"{ITEMS}/221",
        DELETED_ITEM,
        f"{ITEMS}/222",
        f"{ITEMS}/-219",
        f"{ITEMS}/219.0",
        f"{ITEMS}/%D9%A2%D9%A1%D9%A9",
        f"{ITEMS}/{'9' * 30}",
        f"{ITEMS}/{'9' * 5000}",
        OPEN_ITEM.replace(PUMP, "377"),
    ],
)
def test_with_numbers_what_is_not_there_is_still_not_there(kinetic, path) -> None:
    kinetic.settings(numeric_ids_in_routes=True)
    answer = kinetic.get(path)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


# --- KIN-Q13: another status -----------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q13", "KIN-173")
def test_another_status_is_refused(kinetic) -> None:
    answers = [kinetic.post(ITEMS, {**PRINTED, "status": "Ajar"}), kinetic.put(OPEN_ITEM, {"status": "Ajar"})]
    expected = unprocessable("Status is not included in the list")
    assert [(each.status, each.json) for each in answers] == [(422, expected)] * 2


@pytest.mark.statement("KIN-Q13")
def test_with_accept_another_status_is_kept_and_can_be_listed(kinetic) -> None:
    kinetic.settings(other_status="accept")
    created = create(kinetic, status="Ajar")
    edited = kinetic.put(OPEN_ITEM, {"status": "Ajar"}).json
    assert (created["status"], edited["status"]) == ("Ajar", "Ajar")
    assert kinetic.get(ITEMS, query="status=Ajar").json == [edited, created]


@pytest.mark.statement("KIN-Q13", "KIN-173")
@pytest.mark.parametrize("status", [5, None, True, ["Open"], {"is": "Open"}], ids=repr)
def test_with_accept_a_status_is_a_text_all_the_same(kinetic, status) -> None:
    kinetic.settings(other_status="accept")
    answers = [kinetic.post(ITEMS, {**PRINTED, "status": status}), kinetic.put(OPEN_ITEM, {"status": status})]
    expected = unprocessable("Status is not included in the list")
    assert [(each.status, each.json) for each in answers] == [(422, expected)] * 2


@pytest.mark.statement("KIN-Q13")
def test_with_accept_what_else_is_wrong_is_still_refused(kinetic) -> None:
    kinetic.settings(other_status="accept")
    answer = kinetic.post(ITEMS, {**PRINTED, "status": "Ajar", "name": "", "assignee_id": 9999})
    assert (answer.status, answer.json) == (
        422,
        unprocessable("Name can't be blank", "Assignee can't be blank"),
    )


# --- KIN-Q14: where the exception message stands ---------------------------------------------------------------------


def failures(client):
    """One failure of each status whose body the document does not print."""
    client.fault("delete_action_item", 500)
    return {
        400: client.put(OPEN_ITEM, {"titel": "x"}),
        404: client.get(f"{ITEMS}/{BADGES}"),
        405: client.call("PATCH", ITEMS),
        500: client.delete(OPEN_ITEM),
    }


@pytest.mark.statement("KIN-Q14", "KIN-185")
@pytest.mark.parametrize("key", ["message", "error"])
def test_the_exception_message_stands_under_message_unless_told_otherwise(kinetic, key) -> None:
    kinetic.settings(error_message_key=key)
    for status, answer in failures(kinetic).items():
        assert (answer.status, list(answer.json)) == (status, [key])
        assert isinstance(answer.json[key], str)


@pytest.mark.statement("KIN-Q14", "KIN-024", "KIN-063")
def test_with_error_the_printed_bodies_stay(kinetic, anyone) -> None:
    kinetic.settings(error_message_key="error")
    assert kinetic.post(ITEMS, {**PRINTED, "detail": ""}).json == unprocessable("Detail can't be blank")
    assert anyone.get(ITEMS).json == UNAUTHORIZED


# --- KIN-Q15: the required headers -----------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q15", "KIN-186")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_only_authorization_is_required(kinetic, operation) -> None:
    assert GOOD[operation].send(kinetic).status == 200


@pytest.mark.statement("KIN-Q15", "KIN-300")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("headers", "missing"),
    [
        ({}, "content-type"),
        ({"Content-Type": "application/json"}, "accept"),
        ({"Accept": "application/json"}, "content-type"),
        ({"Content-Type": "text/plain", "Accept": "application/json"}, "content-type"),
        ({"Content-Type": "application/json", "Accept": "*/*; q=0.5, application/xml"}, "accept"),
    ],
)
def test_with_all_the_other_two_are_required_on_every_verb(kinetic, operation, headers, missing) -> None:
    kinetic.settings(required_headers="all")
    before = kinetic.state()
    answer = GOOD[operation].send(kinetic, headers=headers)
    assert answer.status == 400
    assert answer.json == {"message": f"The {missing} header must be application/json."}
    assert kinetic.state() == before


@pytest.mark.statement("KIN-Q15", "KIN-005", "KIN-090", "KIN-260", "KIN-261")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("more", ["", "; charset=utf-8"])
def test_with_all_the_printed_headers_are_enough(kinetic, operation, more) -> None:
    kinetic.settings(required_headers="all")
    headers = {name: value + more for name, value in BOTH.items()}
    assert GOOD[operation].send(kinetic, headers=headers).status == 200


@pytest.mark.statement("KIN-Q15", "KIN-192")
def test_with_all_a_credential_is_still_looked_at_first(anyone) -> None:
    anyone.settings(required_headers="all")
    assert anyone.get(ITEMS).status == 401


@pytest.mark.statement("KIN-Q15")
def test_with_all_what_is_not_about_action_items_is_as_ever(kinetic, anyone) -> None:
    kinetic.settings(required_headers="all")
    assert kinetic.post(f"{ISSUE}/uploads", body=multipart(FILE), headers=MULTIPART).status == 200
    assert anyone.post(f"{API}/sessions", LOGIN).status == 200
    assert kinetic.get(ISSUE).status == 200


# --- KIN-Q16: participation ------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-Q16")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_user_sees_every_issue(eleven, operation) -> None:
    assert GOOD[operation].send(eleven).status == 200


@pytest.mark.statement("KIN-Q16", "KIN-122")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_with_participation_required_who_does_not_participate_finds_no_item(
    kinetic, eleven, operation
) -> None:
    kinetic.settings(participation_required=True)
    before = kinetic.state()
    answer = GOOD[operation].send(eleven)
    expected = (200, []) if operation == "list_action_items" else (404, NOT_FOUND)
    assert (answer.status, answer.json) == expected
    assert kinetic.state() == before


@pytest.mark.statement("KIN-Q16", "KIN-Q2")
def test_with_both_switches_on_the_list_is_not_found_either(eleven) -> None:
    eleven.settings(participation_required=True, unknown_issue_list="404")
    answer = eleven.get(ITEMS)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-Q16", "KIN-122")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_with_participation_required_participants_and_admins_find_it(kinetic, nine, operation) -> None:
    kinetic.settings(participation_required=True)
    assert GOOD[operation].send(nine).status == 200
    assert kinetic.get(OTHER_ITEMS).status == 200  # Ada does not participate there
    assert kinetic.post(OTHER_ITEMS, PRINTED).status == 200


@pytest.mark.statement("KIN-Q16", "KIN-122")
def test_with_participation_required_a_host_sees_only_its_own_issues(kinetic, nine) -> None:
    kinetic.settings(participation_required=True)
    issue = kinetic.post(f"{API}/issues", {"name": "Leak at gate 4"}).json
    assert nine.post(f"{API}/issues/{issue['guid']}/action_items", PRINTED).status == 404
    assert kinetic.post(f"{API}/issues/{issue['guid']}/action_items", PRINTED).status == 200


@pytest.mark.statement("KIN-Q16")
def test_to_be_an_item_s_assignee_is_not_to_participate(kinetic, eleven) -> None:
    kinetic.settings(participation_required=True)
    assert kinetic.get(CLOSED_ITEM).json["assignee"] == MEI
    assert eleven.get(CLOSED_ITEM).status == 404


# --- settings of a sandbox -------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-182", "KIN-215")
def test_a_sandbox_can_begin_with_other_settings(service) -> None:
    changes = {"kinetic": {"token_lifetime_s": 60, "server_time_zone": "+01:00"}}
    sandbox = Sandbox("test", {"kinetic": service}, now=parse_instant(NOW), mode="frozen", settings=changes)
    session = next(iter(sandbox.worlds["kinetic"].store.all("sessions")))
    assert session["expires_at"] - session["created_at"] == 60_000_000
    assert sandbox.worlds["kinetic"].settings.server_time_zone == "+01:00"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token_lifetime_s", 0),
        ("token_lifetime_s", 3_155_760_001),
        ("token_lifetime_s", True),
        ("detail_field", "text"),
        ("unknown_issue_list", 404),
        ("edit_ignores_input", 1),
        ("required_fields", ["status"]),
        ("required_fields", "name"),
        ("create_status", 204),
        ("create_status", 200.0),
    ],
)
def test_a_value_that_is_no_reading_is_refused(kinetic, name, value) -> None:
    before = kinetic.world.settings
    with pytest.raises(ValueError, match=name):
        kinetic.settings(**{name: value})
    assert kinetic.world.settings == before
