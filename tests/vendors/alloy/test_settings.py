"""Each contradiction of the document is a setting: by the other reading the vendor answers otherwise."""

from __future__ import annotations

import dataclasses

import pytest

from simulator.vendors.alloy.rules import Settings
from tests.vendors.alloy.calls import (
    ANGELINA,
    API,
    ATTACHMENT,
    CLOSE,
    COMMENT,
    DENIED,
    DISABLED,
    ESCALATE,
    NEW,
    NEW_TICKET,
    NO_PERMISSION,
    NOT_AVAILABLE,
    NOT_SATISFIED,
    NOTE,
    OBJECT,
    ONE,
    ORDER,
    RESOLVE,
    SECRET,
    SOFTWARE,
    STARTED,
    STOCK,
    VENDOR,
    VENDOR_ID,
    WORK,
    activities,
    bad_value,
    column,
    fields,
    not_found,
    refused,
    result,
    rows,
    run,
    unknown,
)


def cited(answer, statement):
    assert statement in answer.statements
    return answer


@pytest.mark.statement("ALY-Q2", "ALY-133")
def test_an_action_may_run_without_updating_the_record(alloy) -> None:
    alloy.settings(succeed_false=[COMMENT])
    before = fields(alloy, VENDOR)
    answer = cited(run(alloy, VENDOR, COMMENT, {"Comment": "x", "Activity.Time_Spent": 5}), "ALY-Q2")
    assert answer.json == {
        "success": True, "errorCode": 0, "errorText": "",
        "responseObject": {"Succeed": False, "ObjectID": VENDOR_ID, "ObjectOID": VENDOR},
    }  # fmt: skip
    assert fields(alloy, VENDOR) == before
    assert activities(alloy, VENDOR)[-1]["Time_Spent"] == "5"
    assert result(run(alloy, NEW, WORK))["Succeed"] is True


@pytest.mark.statement("ALY-133")
def test_such_an_action_adds_no_attachment_and_refuses_as_ever(alloy) -> None:
    alloy.settings(succeed_false=[254])
    assert result(run(alloy, NEW, 254, {"Attachments": [NOTE]}))["Succeed"] is False
    assert result(alloy.get(f"{OBJECT}/{NEW}/Attachments"))["Data"] == []
    assert refused(run(alloy, NEW, 254, {"Zebra": 1})) == unknown("Zebra")


@pytest.mark.statement("ALY-Q4")
@pytest.mark.parametrize(
    ("form", "in_action", "in_read"),
    [
        ("by_place", VENDOR_ID, f"{{{VENDOR_ID.upper()}}}"),
        ("plain", VENDOR_ID, VENDOR_ID),
        ("braced", f"{{{VENDOR_ID.upper()}}}", f"{{{VENDOR_ID.upper()}}}"),
    ],
)
def test_guids_may_have_one_form_everywhere(alloy, form, in_action, in_read) -> None:
    alloy.settings(object_id_form=form)
    assert result(run(alloy, VENDOR, COMMENT))["ObjectID"] == in_action
    assert fields(alloy, VENDOR)["ID"] == in_read
    assert column(alloy, "ID", "Vendors", f"ID={VENDOR_ID}") == [in_read]
    (row,) = rows(result(alloy.get(f"{ONE}/Attachments")))
    assert row["ID"] == (ATTACHMENT if form == "plain" else f"{{{ATTACHMENT.upper()}}}")


@pytest.mark.statement("ALY-Q5")
def test_a_role_may_be_refused_as_a_lack_of_permission(tove, angelina) -> None:
    tove.settings(role_refusal="permission")
    assert refused(cited(run(tove, NEW, ESCALATE), "ALY-Q5")) == NO_PERMISSION
    assert refused(run(angelina, NEW, CLOSE)) == NOT_SATISFIED
    assert result(tove.get(f"{OBJECT}/{NEW}/action/{ESCALATE}/check")) == {"Result": False}


@pytest.mark.statement("ALY-Q6")
def test_only_an_unknown_action_may_be_not_available(alloy) -> None:
    alloy.settings(unavailable_action="unknown")
    assert refused(run(alloy, NEW, 99999)) == NOT_AVAILABLE
    assert refused(cited(run(alloy, NEW, DISABLED), "ALY-Q6")) == NOT_SATISFIED
    assert refused(run(alloy, NEW, COMMENT)) == NOT_SATISFIED


@pytest.mark.statement("ALY-Q7")
@pytest.mark.parametrize(
    ("who", "oid", "action", "body", "status", "text"),
    [
        ("tove", SECRET, WORK, {}, 403, NO_PERMISSION),
        ("tove", NEW, ESCALATE, {}, 400, NOT_SATISFIED),
        ("tove", "T9", WORK, {}, 404, not_found("T9")),
        ("tove", NEW, 99999, {}, 404, NOT_AVAILABLE),
        ("tove", NEW, WORK, {"Zebra": 1}, 400, unknown("Zebra")),
        ("tove", NEW, WORK, {"Priority": 1}, 400, bad_value("Priority")),
        ("tove", STARTED, RESOLVE, {}, 400, "Field Resolution is mandatory."),
    ],
)
def test_business_errors_may_have_a_status(request, who, oid, action, body, status, text) -> None:
    client = request.getfixturevalue(who)
    client.settings(error_status="4xx")
    before = client.state()
    answer = cited(run(client, oid, action, body), "ALY-Q7")
    assert (answer.status, answer.json["errorText"], answer.json["success"]) == (status, text, False)
    assert client.state() == before


@pytest.mark.statement("ALY-Q7", "ALY-038")
@pytest.mark.parametrize(("error_status", "status"), [("200", 200), ("4xx", 401)])
def test_the_authorization_error_may_stand_in_the_envelope(anyone, error_status, status) -> None:
    anyone.settings(authorization_error="envelope", error_status=error_status)
    answer = run(anyone, VENDOR, COMMENT)
    assert answer.status == status
    assert list(answer.json) == ["success", "errorCode", "errorText", "responseObject"]
    assert (answer.json["success"], answer.json["errorText"]) == (False, DENIED)
    assert anyone.get(f"{ONE}/Attachments/{ATTACHMENT}/download").status == 401
    assert anyone.post("/api/token", {}).json == {"error": "unsupported_grant_type"}


@pytest.mark.statement("ALY-Q8")
@pytest.mark.parametrize("code", [-1, 404, 9_223_372_036_854_775_807])
def test_the_code_of_a_failure_is_what_is_wanted(alloy, code) -> None:
    alloy.settings(error_code=code)
    assert run(alloy, "x", COMMENT).json["errorCode"] == code


@pytest.mark.statement("ALY-Q10")
@pytest.mark.parametrize(
    ("reading", "taken", "unknown_names"),
    [
        ("names", ["Assignee", "Assignee_ID"], ["Assigned To"]),
        ("labels", ["Assigned To"], ["Assignee", "Assignee_ID"]),
    ],
)
def test_fields_may_answer_to_one_kind_of_name(alloy, reading, taken, unknown_names) -> None:
    alloy.settings(field_names=reading)
    for name in taken:
        result(run(alloy, NEW, WORK, {name: ANGELINA}))
    for name in unknown_names:
        assert refused(run(alloy, NEW, WORK, {name: ANGELINA})) == unknown(name)


@pytest.mark.statement("ALY-Q10")
def test_a_virtual_field_follows_the_reading_too(alloy) -> None:
    for reading, name in (("names", "Activity.Time_Spent"), ("labels", "Time Spent")):
        alloy.settings(field_names=reading)
        result(run(alloy, VENDOR, COMMENT, {name: 1}))
        other = {"Activity.Time_Spent": "Time Spent"}.get(name, "Activity.Time_Spent")
        assert refused(run(alloy, VENDOR, COMMENT, {other: 1})) == unknown(other)


@pytest.mark.statement("ALY-Q11")
def test_a_field_that_is_not_on_the_form_may_be_taken(alloy) -> None:
    alloy.settings(fields_off_form="accept")
    result(run(alloy, VENDOR, COMMENT, {"Web_Site": "https://x.example.com"}))
    assert fields(alloy, VENDOR)["Web_Site"] == "https://x.example.com"
    assert refused(run(alloy, VENDOR, COMMENT, {"Zebra": 1})) == unknown("Zebra")
    assert refused(run(alloy, VENDOR, COMMENT, {"Status": "Gone"})) == bad_value("Status")


@pytest.mark.statement("ALY-Q12")
@pytest.mark.parametrize("value", [84, 84.5, True, None])
def test_only_texts_may_be_taken(alloy, value) -> None:
    alloy.settings(value_types="text")
    assert refused(cited(run(alloy, NEW, WORK, {"Summary": value}), "ALY-Q12")) == bad_value("Summary")
    result(run(alloy, NEW, WORK, {"Affected_Seats": "84", "Major": "1"}))


@pytest.mark.statement("ALY-Q14")
@pytest.mark.parametrize("guid", [SOFTWARE, STOCK])
def test_the_excluded_sections_may_be_a_matter_of_permission(alloy, guid) -> None:
    alloy.settings(excluded_sections="permission")
    assert refused(cited(run(alloy, guid, COMMENT), "ALY-Q14")) == NO_PERMISSION


@pytest.mark.statement("ALY-Q15")
def test_a_guid_may_name_nothing(alloy) -> None:
    alloy.settings(oid_takes="oid")
    assert refused(cited(run(alloy, VENDOR_ID, COMMENT), "ALY-Q15")) == not_found(VENDOR_ID)
    result(run(alloy, VENDOR, COMMENT))


@pytest.mark.statement("ALY-090")
def test_dates_are_written_in_the_offset_of_the_server(alloy) -> None:
    alloy.settings(server_time_zone="+02:00")
    result(run(alloy, NEW, WORK, {"Due_Date": "2022-10-25T11:11:16-07:00"}))
    assert fields(alloy, NEW)["Due_Date"] == "2022-10-25T20:11:16+02:00"
    assert activities(alloy, NEW)[-1]["Activity_Date"] == "2022-10-25T20:11:16+02:00"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"server_time_zone": "west"}, 'an offset like "-05:00"'),
        ({"server_time_zone": "+15:00"}, 'an offset like "-05:00"'),
        ({"token_lifetime_s": 0}, "1 second to 100 years"),
        ({"error_code": 0}, "any 64-bit integer but 0"),
        ({"error_code": 2**63}, "any 64-bit integer but 0"),
        ({"mandatory_text": ""}, "a text that is not empty"),
        ({"succeed_false": ["1631"]}, "a list of an integer"),
        ({"error_status": 200}, "one of '200', '4xx'"),
    ],
)
def test_a_setting_takes_only_what_it_can_mean(alloy, changes, why) -> None:
    before = alloy.world.settings
    with pytest.raises(ValueError, match=why):
        alloy.settings(**changes)
    assert alloy.world.settings == before


# ALY-Q1 is a misprint, ALY-Q3, Q16 and Q17 are silences with one default, ALY-Q13 has no behaviour.
WITHOUT_SETTING = {"ALY-Q1", "ALY-Q3", "ALY-Q13", "ALY-Q16", "ALY-Q17"}


def test_every_contradiction_with_two_readings_is_a_setting(service) -> None:
    switched = {field.metadata["statement"] for field in dataclasses.fields(Settings)}
    contradictions = {id for id in service.ledger if id.startswith("ALY-Q")}
    assert contradictions - switched == WITHOUT_SETTING
    assert len(contradictions) == 17


def test_a_setting_changes_nothing_of_what_creates(alloy) -> None:
    alloy.settings(succeed_false=[ORDER, NEW_TICKET])
    made = result(alloy.post(API, {"ActionId": NEW_TICKET, "Fields": {"Summary": "x"}}))
    assert made["Succeed"] is True
    assert fields(alloy, made["ObjectOID"])["Summary"] == "x"
