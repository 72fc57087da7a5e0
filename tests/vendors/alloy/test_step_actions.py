"""Updating objects with Step Actions: the call, its parameters, and what it answers."""

from __future__ import annotations

import re

import pytest

from tests.vendors.alloy.calls import (
    API,
    COMMENT,
    COMPUTER,
    HAND_OUT,
    INVALID,
    NEW,
    OBJECT,
    OTHER_VENDOR,
    SOFTWARE,
    STARTED,
    STOCK,
    VENDOR,
    VENDOR_ID,
    WORK,
    activities,
    fields,
    not_found,
    refused,
    result,
    run,
    unknown,
)

SAID = {"Comment": "Called."}


@pytest.mark.statement("ALY-001", "ALY-X19")
def test_an_action_updates_the_object(alloy) -> None:
    result(run(alloy, NEW, WORK, {"Summary": "The printer is mended"}))
    assert fields(alloy, NEW)["Summary"] == "The printer is mended"


@pytest.mark.statement("ALY-X19")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_an_object_is_not_written_directly(alloy, method) -> None:
    answer = alloy.call(method, f"{OBJECT}/{NEW}", {"Summary": "x"})
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


@pytest.mark.statement("ALY-006")
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_the_method_is_post(alloy, method) -> None:
    before = alloy.state()
    answer = alloy.call(method, f"{OBJECT}/{VENDOR}/action/{COMMENT}", SAID)
    assert (answer.status, answer.headers["allow"], alloy.state()) == (405, "POST", before)


@pytest.mark.statement("ALY-007", "ALY-069")
@pytest.mark.parametrize(
    "path",
    [
        f"{API}/objects/{VENDOR}/action/{COMMENT}",
        f"{OBJECT}/{VENDOR}/actions/{COMMENT}",
        f"{OBJECT}/{VENDOR}/{COMMENT}",
        f"{OBJECT}/{VENDOR}/action/{COMMENT}/run",
        f"/rest/v2/object/{VENDOR}/action/{COMMENT}",
    ],
)
def test_another_url_is_none(alloy, path) -> None:
    before = alloy.state()
    answer = alloy.post(path, SAID)
    assert (answer.status, alloy.state()) == (404, before)
    uri = f"http://localhost{path}"
    assert answer.json == {"Message": f"No HTTP resource was found that matches the request URI '{uri}'."}


@pytest.mark.statement("ALY-007")
def test_the_url_is_that_of_the_document(alloy) -> None:
    result(alloy.post(f"/api/v2/object/{VENDOR}/action/{COMMENT}", SAID))


@pytest.mark.statement("ALY-008")
def test_of_two_objects_only_the_addressed_one_changes(alloy) -> None:
    other = fields(alloy, OTHER_VENDOR)
    result(run(alloy, VENDOR, COMMENT, SAID))
    assert fields(alloy, VENDOR)["Comment"] == "Called."
    assert fields(alloy, OTHER_VENDOR) == other


@pytest.mark.statement("ALY-009", "ALY-Q15", "ALY-091")
@pytest.mark.parametrize(
    "oid", [VENDOR, VENDOR_ID, VENDOR_ID.upper(), f"{{{VENDOR_ID}}}", f"%7B{VENDOR_ID.upper()}%7D"]
)
def test_an_object_is_found_by_oid_and_by_guid(alloy, oid) -> None:
    assert result(run(alloy, oid, COMMENT, SAID))["ObjectOID"] == VENDOR
    assert fields(alloy, oid)["Comment"] == "Called."


@pytest.mark.statement("ALY-091", "ALY-136")
@pytest.mark.parametrize(
    "oid", [f"{{{VENDOR_ID}", f"{VENDOR_ID}}}", VENDOR_ID[:-1], VENDOR.lower(), f"{VENDOR}%20"]
)
def test_what_is_nearly_an_identifier_is_none(alloy, oid) -> None:
    assert refused(run(alloy, oid, COMMENT, SAID)).startswith("Object ")


@pytest.mark.statement("ALY-010", "ALY-011", "ALY-Q14")
@pytest.mark.parametrize("guid", [SOFTWARE, STOCK])
def test_the_software_catalog_and_the_stock_room_are_not_reached(alloy, guid) -> None:
    before = alloy.state()
    assert refused(run(alloy, guid, COMMENT, SAID)) == not_found(guid)
    assert alloy.state() == before


@pytest.mark.statement("ALY-012")
def test_the_number_selects_the_action(alloy) -> None:
    result(run(alloy, NEW, "250", {}))
    assert fields(alloy, NEW)["Status"] == "In Progress"
    result(run(alloy, STARTED, 251, {"Resolution": "Done."}))
    assert fields(alloy, STARTED)["Status"] == "Resolved"


@pytest.mark.statement("ALY-014")
def test_fields_in_the_query_do_nothing(alloy) -> None:
    before = fields(alloy, VENDOR)
    result(alloy.post(f"{OBJECT}/{VENDOR}/action/{COMMENT}", {}, query="Comment=Queried&Nonsense=1"))
    assert fields(alloy, VENDOR) == before


@pytest.mark.statement("ALY-015", "ALY-066")
@pytest.mark.parametrize(
    "body", [b"{", b"Comment=Called", b"[]", b'"Comment"', b"5", b"null", b"<Comment/>", b"\xff", b"\x0c"]
)
def test_what_is_no_json_object_is_refused_and_changes_nothing(alloy, body) -> None:
    before = alloy.state()
    answer = alloy.post(f"{OBJECT}/{VENDOR}/action/{COMMENT}", body=body)
    assert (answer.status, answer.json, alloy.state()) == (400, INVALID, before)


@pytest.mark.statement("ALY-015")
def test_a_json_object_is_taken(alloy) -> None:
    result(alloy.post(f"{OBJECT}/{VENDOR}/action/{COMMENT}", body=b' {"Comment" : "Called."}'))


@pytest.mark.statement("ALY-067")
@pytest.mark.parametrize("body", [b"", b"  ", b"{}"])
def test_without_fields_the_form_is_run_as_it_is(alloy, body) -> None:
    result(alloy.post(f"{OBJECT}/{VENDOR}/action/{COMMENT}", body=body))
    assert len(activities(alloy, VENDOR)) == 1


@pytest.mark.statement("ALY-016")
def test_the_body_has_no_wrapper(alloy) -> None:
    assert refused(run(alloy, VENDOR, COMMENT, {"Fields": SAID})) == unknown("Fields")


@pytest.mark.statement("ALY-017")
def test_several_fields_are_updated_together(alloy) -> None:
    result(run(alloy, NEW, WORK, {"Category": "Paper", "Priority": "Low"}))
    shown = fields(alloy, NEW)
    assert (shown["Category"], shown["Priority"]) == ("Paper", "Low")


@pytest.mark.statement("ALY-018", "ALY-Q11")
def test_a_field_that_is_not_on_the_form_is_unknown(alloy) -> None:
    before = fields(alloy, VENDOR)
    assert refused(run(alloy, VENDOR, COMMENT, {"Web_Site": "https://x.example.com"})) == unknown("Web_Site")
    assert fields(alloy, VENDOR) == before


# --- the answer ------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-030", "ALY-032", "ALY-058", "ALY-059", "ALY-062", "ALY-X66")
def test_the_envelope_of_a_success(alloy) -> None:
    answer = run(alloy, VENDOR, COMMENT, SAID)
    body = answer.json
    assert list(body) == ["success", "errorCode", "errorText", "responseObject"]
    assert body["success"] is True
    assert (body["errorCode"], body["errorText"]) == (0, "")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.statement("ALY-033")
def test_the_keys_of_a_success(alloy) -> None:
    assert list(result(run(alloy, VENDOR, COMMENT, SAID))) == ["Succeed", "ObjectID", "ObjectOID"]


@pytest.mark.statement("ALY-034", "ALY-Q2")
@pytest.mark.parametrize("body", [SAID, {}])
def test_succeed_is_true_whenever_the_call_succeeds(alloy, body) -> None:
    assert result(run(alloy, VENDOR, COMMENT, body))["Succeed"] is True


@pytest.mark.statement("ALY-035", "ALY-053", "ALY-Q4")
@pytest.mark.parametrize(
    ("oid", "action", "body"), [(VENDOR, COMMENT, {}), (NEW, WORK, {}), (COMPUTER, HAND_OUT, {})]
)
def test_the_object_id_is_the_id_that_get_shows(alloy, oid, action, body) -> None:
    given = result(run(alloy, oid, action, body))["ObjectID"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", given)
    assert fields(alloy, oid)["ID"] == f"{{{given.upper()}}}"


@pytest.mark.statement("ALY-036")
@pytest.mark.parametrize(("oid", "action"), [(VENDOR, COMMENT), (OTHER_VENDOR, COMMENT), (NEW, WORK)])
def test_the_object_oid_is_that_of_the_path(alloy, oid, action) -> None:
    assert result(run(alloy, oid, action))["ObjectOID"] == oid


@pytest.mark.statement("ALY-037", "ALY-Q3")
def test_two_calls_answer_the_same_object(alloy) -> None:
    first, second = (result(run(alloy, VENDOR, COMMENT, {"Comment": text})) for text in ("one", "two"))
    assert first == second
    assert first["ObjectID"] == VENDOR_ID


@pytest.mark.statement("ALY-054", "ALY-Q1", "ALY-044")
def test_the_identifier_with_a_digit_more_is_another(alloy) -> None:
    assert refused(run(alloy, "V0000006", COMMENT, SAID)) == "Object V0000006 not found."


@pytest.mark.statement("ALY-050", "ALY-057", "ALY-Q12", "ALY-051")
@pytest.mark.parametrize("spent", [84, "84", 84.0])
def test_a_dotted_name_is_a_field_of_the_activity(alloy, spent) -> None:
    result(run(alloy, VENDOR, COMMENT, {"Activity.Time_Spent": spent}))
    assert activities(alloy, VENDOR)[-1]["Time_Spent"] == "84"


@pytest.mark.statement("ALY-052")
def test_the_comment_is_on_the_object_and_in_its_activity(alloy) -> None:
    result(run(alloy, VENDOR, COMMENT, SAID))
    assert fields(alloy, VENDOR)["Comment"] == "Called."
    assert activities(alloy, VENDOR)[-1]["Comment"] == "Called."


@pytest.mark.statement("ALY-088")
def test_an_activity_says_what_was_done_by_whom_and_when(angelina) -> None:
    result(run(angelina, VENDOR, COMMENT, SAID))
    last = activities(angelina, VENDOR)[-1]
    assert last["Activity_Type"] == "Comment"
    assert (last["Action"], last["Performed_By"]) == ("Add comment", "Angelina Reyes")
    assert last["Activity_Date"] == "2022-10-25T11:11:16-07:00"
    assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", last["ID"])


@pytest.mark.statement("ALY-132")
def test_the_limits_of_a_body_are_these(service) -> None:
    limits = {name: each.max_body for name, each in service.document.operations.items()}
    larger = {name for name, limit in limits.items() if limit == 10_485_760}
    assert larger == {"run_action", "create_object", "add_attachments", "query_attachments"}
    assert {limit for name, limit in limits.items() if name not in larger} == {1_000_000}
