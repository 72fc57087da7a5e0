"""POST /api/actions."""

from __future__ import annotations

import re

import pytest

from tests.vendors.cmo.calls import (
    ACTIONS,
    DAN,
    HAPPINESS,
    HIGH,
    KEYS,
    MESSAGE,
    NO_RISK,
    NOT_VALID,
    NOW,
    REQUIRED,
    SAMPLE,
    created,
    error_list,
    errors,
    fetched,
    no_name,
    refused,
    shown,
    without,
)

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def count(client) -> int:
    return len(list(client.world.store.all("actions")))


@pytest.mark.statement("CMO-001", "CMO-112", "CMO-114")
def test_the_printed_body_creates_an_action(cmo) -> None:
    before = count(cmo)
    answer = cmo.post(ACTIONS, SAMPLE)
    assert answer.status == 200
    assert count(cmo) == before + 1
    assert cmo.get(f"{ACTIONS}/{answer.json}").status == 200


@pytest.mark.statement("CMO-006", "CMO-113", "CMO-014", "CMO-015", "CMO-016", "CMO-017", "CMO-Q21")
def test_all_fields_have_the_values_of_the_request(cmo) -> None:
    action = created(cmo)
    assert {name: action[name] for name in shown(SAMPLE)} == shown(SAMPLE)
    assert action["orgUnit"] == {"id": 12481, "name": "North America Operations"}
    assert action["entity"] == {"id": "5b0d6f5e-7c43-4c86-9a54-2f7be6c1a001", "name": "Head Office"}
    assert action["category"] == {"id": 2234, "name": "Emergency Response"}
    assert (action["priority"], action["responsibleUser"]) == (HIGH, DAN)
    record = cmo.world.store.get("actions", action["id"])
    assert (record["attachmentRequired"], record["confidential"]) == (True, False)
    assert record["gpsCoordinates"] == {"x": 1, "y": 2, "z": 3}


@pytest.mark.statement("CMO-043", "CMO-044", "CMO-045", "CMO-127", "CMO-Q17")
def test_the_answer_is_200_with_the_id_as_one_json_string(cmo) -> None:
    answer = cmo.post(ACTIONS, SAMPLE)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert "location" not in answer.headers
    assert isinstance(answer.json, str)
    assert GUID.fullmatch(answer.json)
    assert answer.body == f'"{answer.json}"'.encode()
    assert fetched(cmo, answer.json)["id"] == answer.json
    other = cmo.post(ACTIONS, SAMPLE).json
    assert other != answer.json
    assert cmo.put(f"{ACTIONS}/{other}", {"progress": 1}).status == 200
    assert cmo.delete(f"{ACTIONS}/{other}").status == 200
    assert cmo.get(f"{ACTIONS}/{other}").status == 404


@pytest.mark.statement("CMO-070", "CMO-073", "CMO-074", "CMO-075", "CMO-156")
def test_a_fresh_action_is_pending_without_verifications_and_the_callers(cmo, creator) -> None:
    action = created(cmo)
    assert action["status"] == {"code": 1, "name": "Pending"}
    assert action["verifications"] == []
    assert action["assignorUser"] == DAN
    assert action["createdDateTime"] == NOW
    cmo.advance("PT1.5S")
    id = creator.post(ACTIONS, SAMPLE).json
    later = fetched(cmo, id)
    assert later["assignorUser"]["id"] == 20601
    assert later["createdDateTime"] == "2021-06-29T06:57:38.733Z"


@pytest.mark.statement("CMO-069")
def test_each_action_has_a_unique_id_of_digits(cmo) -> None:
    numbers = [created(cmo)["uniqueID"] for _ in range(3)]
    assert numbers == ["6143", "6144", "6145"]


def test_a_number_that_somebody_has_arranged_is_passed_over(cmo) -> None:
    store = cmo.world.store
    store.replace("actions", {**store.get("actions", fetched(cmo)["id"]), "uniqueID": "6143"})
    store.commit()
    assert created(cmo)["uniqueID"] == "6144"


@pytest.mark.statement("CMO-007")
@pytest.mark.parametrize("body", [[SAMPLE, SAMPLE], [SAMPLE], [], "x", 5, True])
def test_a_call_creates_one_action(cmo, body) -> None:
    before = cmo.state()
    refused(cmo, cmo.post(ACTIONS, body), error_list(("", NOT_VALID)))
    assert cmo.state() == before


@pytest.mark.statement("CMO-008", "CMO-Q9")
def test_a_schedule_is_a_key_that_is_not_known(cmo) -> None:
    before = count(cmo)
    action = created(
        cmo, schedule={"every": "P1D"}, recurrence="daily", status={"code": 3, "name": "Verified"}
    )
    assert list(action) == KEYS
    assert action["status"] == {"code": 1, "name": "Pending"}
    assert count(cmo) == before + 1


@pytest.mark.statement("CMO-012", "CMO-126", "CMO-167")
@pytest.mark.parametrize(
    "body", [b"a=1", b'{"actionText": "cut', b"{,}", b"NaN", b'{"a": "\xff"}', b"<action/>", b"[" * 5000]
)
def test_a_body_that_is_not_json_is_refused(cmo, body) -> None:
    before = cmo.state()
    refused(cmo, cmo.post(ACTIONS, body=body), error_list(("", NOT_VALID)))
    assert cmo.state() == before


@pytest.mark.statement("CMO-Q11")
@pytest.mark.parametrize("body", [b"", b"null", b"  \r\n ", b" null "])
def test_an_empty_body_is_refused_as_the_neighbour_refuses_one(cmo, body) -> None:
    before = cmo.state()
    refused(cmo, cmo.post(ACTIONS, body=body), {"message": "Payload is empty"})
    assert cmo.state() == before


@pytest.mark.statement("CMO-Q11", "CMO-174", "CMO-077")
def test_nothing_is_required(cmo) -> None:
    action = created(cmo, {})
    valued = ("id", "uniqueID", "status", "assignorUser", "createdDateTime")
    assert {name: value for name, value in action.items() if name not in valued} == {
        **dict.fromkeys(name for name in KEYS if name not in valued),
        "verifications": [],
        "residualRisk": NO_RISK,
        "inherentRisk": NO_RISK,
        "customFields": [],
    }


@pytest.mark.statement("CMO-018")
@pytest.mark.parametrize("text", ["Fix the pipes ", "  ", "", "línea\r\n\tzwei 😀", "x" * 10_000, "<b>&amp;"])
def test_texts_come_back_as_they_were_sent(cmo, text) -> None:
    action = created(cmo, actionText=text, guidanceText=text)
    assert (action["actionText"], action["guidanceText"]) == (text, text)


@pytest.mark.statement("CMO-019")
@pytest.mark.parametrize("address", ["test@example.com", "a@example.com; b@example.com", ""])
def test_the_carbon_copy_comes_back_as_it_was_sent(cmo, address) -> None:
    assert created(cmo, carbonCopyEmail=address)["carbonCopyEmail"] == address


@pytest.mark.statement("CMO-020", "CMO-Q6", "CMO-178")
@pytest.mark.parametrize(
    "sent",
    [
        {"X": 1.5, "Y": -2, "Z": 3},
        {"x": 1.5, "y": -2},
        {"X": 1.5, "y": -2, "z": None},
        {"x": 0, "X": 1.5, "Y": -2},
    ],
)
def test_coordinates_are_taken_in_either_case_and_printed_in_lower_case(cmo, sent) -> None:
    assert created(cmo, gpsCoordinates=sent)["gpsCoordinates"] == {"x": 1.5, "y": -2.0}
    text = cmo.get(f"{ACTIONS}/{created(cmo, gpsCoordinates=sent)['id']}").body
    assert b'"gpsCoordinates":{"x":1.5,"y":-2.0}' in text


@pytest.mark.statement("CMO-178", "CMO-166", "CMO-171", "CMO-168")
@pytest.mark.parametrize(
    ("sent", "field", "text"),
    [
        ({"X": 1}, "GpsCoordinates.Y", "The value is required."),
        ({}, "GpsCoordinates.X", "The value is required."),
        ({"X": "1", "Y": 2}, "GpsCoordinates.X", NOT_VALID),
        ({"X": 1, "Y": None}, "GpsCoordinates.Y", NOT_VALID),
        ({"X": 1, "Y": 2, "Z": []}, "GpsCoordinates.Z", NOT_VALID),
        ([1, 2], "GpsCoordinates", NOT_VALID),
        ("1,2", "GpsCoordinates", NOT_VALID),
    ],
)
def test_coordinates_need_two_numbers(cmo, sent, field, text) -> None:
    answer = cmo.post(ACTIONS, {**SAMPLE, "gpsCoordinates": sent})
    assert answer.status == 400
    assert {"field": field, "messages": [text]} in answer.json["errors"]


@pytest.mark.statement("CMO-021")
def test_hours_and_progress_are_integers_and_a_value_is_printed_with_a_fraction(cmo) -> None:
    answer = cmo.get(f"{ACTIONS}/{created(cmo, hoursTaken=15.0, progress=0, actionValue=25)['id']}")
    assert b'"actionValue":25.0,"hoursTaken":15,"progress":0,' in answer.body
    assert created(cmo, actionValue=-0.125)["actionValue"] == -0.125


@pytest.mark.statement("CMO-177", "CMO-168", "CMO-046")
@pytest.mark.parametrize("field", ["hoursTaken", "progress"])
@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 1.5, "15", True, [], {}])
def test_an_integer_that_is_none_is_refused(cmo, field, value) -> None:
    answer = cmo.post(ACTIONS, {**SAMPLE, field: value})
    refused(cmo, answer, errors(**{field[0].upper() + field[1:]: NOT_VALID}))
    assert created(cmo, **{field: 2**31 - 1})[field] == 2**31 - 1


@pytest.mark.statement("CMO-023")
@pytest.mark.parametrize("value", [True, False])
def test_attachment_required_and_confidential_take_both_values(cmo, value) -> None:
    id = created(cmo, attachmentRequired=value, confidential=not value)["id"]
    record = cmo.world.store.get("actions", id)
    assert (record["attachmentRequired"], record["confidential"]) == (value, not value)
    answer = cmo.post(ACTIONS, {"attachmentRequired": "yes", "confidential": 1})
    refused(cmo, answer, errors(AttachmentRequired=NOT_VALID, Confidential=NOT_VALID))


@pytest.mark.statement("CMO-024", "CMO-077")
def test_each_risk_comes_back_independently_of_the_other(cmo) -> None:
    residual, inherent = (
        {"consequenceCode": 3, "likelihoodCode": 1},
        {"consequenceCode": 2, "likelihoodCode": 5},
    )
    action = created(cmo, residualRisk=residual, inherentRisk=inherent)
    assert (action["residualRisk"], action["inherentRisk"]) == (residual, inherent)
    action = created(cmo, without("inherentRisk"))
    assert (action["residualRisk"], action["inherentRisk"]) == (SAMPLE["residualRisk"], NO_RISK)


@pytest.mark.statement("CMO-034", "CMO-035", "CMO-036", "CMO-Q5")
@pytest.mark.parametrize("risk", ["residualRisk", "inherentRisk"])
def test_no_risk_is_passed_in_two_ways(cmo, risk) -> None:
    by_codes, by_null = created(cmo, **{risk: NO_RISK}), created(cmo, **{risk: None})
    assert by_codes[risk] == by_null[risk] == NO_RISK


@pytest.mark.statement("CMO-179", "CMO-166")
@pytest.mark.parametrize("risk", ["residualRisk", "inherentRisk"])
@pytest.mark.parametrize(
    ("sent", "field", "text"),
    [
        ({"consequenceCode": 1}, ".LikelihoodCode", "The value is required."),
        ({"consequenceCode": None, "likelihoodCode": 1}, ".ConsequenceCode", NOT_VALID),
        ({"consequenceCode": 1, "likelihoodCode": "1"}, ".LikelihoodCode", NOT_VALID),
        ("low", "", NOT_VALID),
    ],
)
def test_a_risk_needs_both_codes(cmo, risk, sent, field, text) -> None:
    answer = cmo.post(ACTIONS, {**SAMPLE, risk: sent})
    refused(cmo, answer, error_list((risk[0].upper() + risk[1:] + field, text)))


@pytest.mark.statement("CMO-025", "CMO-118", "CMO-078", "CMO-181")
def test_a_custom_field_is_stored(cmo) -> None:
    assert created(cmo)["customFields"] == [{**HAPPINESS, "value": "very high score"}]
    assert created(cmo, customFields=None)["customFields"] == []
    twice = [{"customFieldName": "happiness", "value": "low"}, {"customFieldId": 3590, "value": "high"}]
    assert created(cmo, customFields=twice)["customFields"] == [{**HAPPINESS, "value": "high"}]


@pytest.mark.statement("CMO-181", "CMO-166", "CMO-052")
def test_a_custom_field_that_is_none_is_refused(cmo) -> None:
    sent = [
        {"customFieldName": "happiness", "value": 5},
        {"value": "of what?"},
        {"customFieldName": 3590, "value": "a number for a name"},
        "happiness",
    ]
    answer = cmo.post(ACTIONS, {**SAMPLE, "customFields": sent})
    refused(
        cmo,
        answer,
        error_list(
            ("CustomFields[0].Value", NOT_VALID),
            ("CustomFields[1].CustomFieldName", REQUIRED),
            ("CustomFields[2].CustomFieldName", NOT_VALID),
            ("CustomFields[3]", NOT_VALID),
        ),
    )
    answer = cmo.post(ACTIONS, {**SAMPLE, "customFields": [{"value": "of what?"}]})
    refused(cmo, answer, error_list(("CustomFields[0].CustomFieldName", "The value is required.")))


@pytest.mark.statement("CMO-053", "CMO-181", "CMO-052")
def test_an_item_that_cannot_be_read_hides_no_unknown_name_of_another(cmo) -> None:
    sent = [
        {"customFieldName": "rage", "value": "low"},
        {"customFieldName": "joy", "value": 5},  # of this item no more is said
        {"customFieldName": "sadness", "value": "low"},
    ]
    answer = cmo.post(ACTIONS, {**SAMPLE, "customFields": sent})
    assert answer.json["errors"] == [
        {"field": "CustomFieldName", "messages": [no_name("rage"), no_name("sadness")]},
        {"field": "CustomFields[1].Value", "messages": [NOT_VALID]},
    ]
    for value in ("happiness", {"customFieldName": "rage"}):
        refused(
            cmo, cmo.post(ACTIONS, {**SAMPLE, "customFields": value}), error_list(("CustomFields", NOT_VALID))
        )


@pytest.mark.statement("CMO-053")
@pytest.mark.parametrize("count", [99, 100, 101, 1_000])
def test_a_list_that_is_wrong_throughout_is_refused(cmo, count) -> None:
    answer = cmo.post(ACTIONS, {"customFields": ["happiness"] * count})
    assert (answer.status, len(answer.json["errors"])) == (400, min(count, 100))


@pytest.mark.statement("CMO-053")
def test_errors_within_a_part_come_in_the_order_of_the_page(cmo) -> None:
    bad = {
        "customFields": [
            {"value": "of what?"},
            {"value": 5, "customFieldId": "x", "customFieldName": 7},
            {"value": "of what?"},
        ],
        "inherentRisk": {"consequenceCode": "low"},
        "residualRisk": {"likelihoodCode": "low", "consequenceCode": None},
        "gpsCoordinates": {"Z": "up", "X": "east"},
    }
    answer = cmo.post(ACTIONS, bad)
    assert [each["field"] for each in answer.json["errors"]] == [
        "GpsCoordinates.X",
        "GpsCoordinates.Y",
        "GpsCoordinates.Z",
        "ResidualRisk.ConsequenceCode",
        "ResidualRisk.LikelihoodCode",
        "InherentRisk.ConsequenceCode",
        "InherentRisk.LikelihoodCode",
        "CustomFields[0].CustomFieldName",
        "CustomFields[1].CustomFieldName",
        "CustomFields[1].CustomFieldId",
        "CustomFields[1].Value",
        "CustomFields[2].CustomFieldName",
    ]


@pytest.mark.statement("CMO-046", "CMO-047", "CMO-048", "CMO-050", "CMO-126", "CMO-Q20")
def test_the_printed_error_comes_where_there_is_no_albama(cmo) -> None:
    cmo.world.store.delete("org_units", 12480)
    cmo.world.store.commit()
    answer = cmo.post(ACTIONS, {**SAMPLE, "orgUnitName": "Albama"})
    refused(
        cmo,
        answer,
        {
            "message": "Model can't be processed due to following errors",
            "errors": [
                {
                    "field": "OrgUnitName",
                    "messages": [
                        "System is unable to find object based on the provided name(s). (Values: Albama)"
                    ],
                }
            ],
        },
    )
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.statement("CMO-051")
@pytest.mark.parametrize("name", ["Zed", "", "(Values: x)", 'Ünit "7"', "x" * 500])
def test_the_message_holds_the_value_that_was_sent(cmo, name) -> None:
    answer = cmo.post(ACTIONS, {**SAMPLE, "orgUnitName": name})
    refused(cmo, answer, errors(OrgUnitName=no_name(name)))


@pytest.mark.statement("CMO-053", "CMO-054")
def test_several_bad_fields_are_refused_at_once_in_the_order_of_the_page(cmo) -> None:
    before = cmo.state()
    bad = {
        "customFields": [
            {"customFieldName": "sadness", "value": "low"},
            {"customFieldName": "rage", "value": "low"},
            {"customFieldName": "sadness", "value": "lower"},
        ],
        "progress": "much",
        "dueDate": "soon",
        "actionPriorityName": "Highest",
        "responsibleUserName": "Nobody Known",
        "actionCategoryName": "Nothing",
        "entityName": "No Office",
        "orgUnitName": "Zed",
        "actionText": 5,
    }
    answer = cmo.post(ACTIONS, bad)
    assert answer.status == 400
    assert answer.json == {
        "message": MESSAGE,
        "errors": [
            {"field": "OrgUnitName", "messages": [no_name("Zed")]},
            {"field": "EntityName", "messages": [no_name("No Office")]},
            {"field": "ActionCategoryName", "messages": [no_name("Nothing")]},
            {"field": "ActionText", "messages": [NOT_VALID]},
            {"field": "ResponsibleUserName", "messages": [no_name("Nobody Known")]},
            {"field": "ActionPriorityName", "messages": [no_name("Highest")]},
            {"field": "DueDate", "messages": [NOT_VALID]},
            {"field": "Progress", "messages": [NOT_VALID]},
            {"field": "CustomFieldName", "messages": [no_name("sadness"), no_name("rage")]},
        ],
    }
    assert cmo.state() == before


@pytest.mark.statement("CMO-054")
def test_a_refusal_gives_no_number_away(cmo) -> None:
    cmo.post(ACTIONS, {"orgUnitName": "Zed"})
    assert created(cmo)["uniqueID"] == "6143"


@pytest.mark.statement("CMO-175", "CMO-Q12")
def test_names_are_taken_in_any_case_and_the_last_spelling_counts(cmo) -> None:
    action = created(
        cmo,
        {
            "ORGUNITNAME": "Albama",
            "ActionText": "first",
            "actiontext": "last",
            "ResidualRisk": {"ConsequenceCode": 4, "LIKELIHOODCODE": 5},
            "CustomFields": [{"CUSTOMFIELDID": 3590, "Value": "fine"}],
        },
    )
    assert action["orgUnit"]["name"] == "Albama"
    assert action["actionText"] == "last"
    assert action["residualRisk"] == {"consequenceCode": 4, "likelihoodCode": 5}
    assert action["customFields"] == [{**HAPPINESS, "value": "fine"}]
    for spelling in ("customFieldId", "customFieldID"):
        assert created(cmo, customFields=[{spelling: 3590, "value": "x"}])["customFields"][0]["value"] == "x"


@pytest.mark.statement("CMO-184", "CMO-109")
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_content_type_is_not_looked_at(cmo, kind) -> None:
    assert cmo.post(ACTIONS, SAMPLE, headers={"Content-Type": kind}).status == 200


@pytest.mark.statement("CMO-114")
@pytest.mark.parametrize("value", [None, "feature-7", {"id": 7, "X": [1]}, 5])
def test_a_geocortex_feature_may_be_anything_and_is_kept(cmo, value) -> None:
    action = created(cmo, geocortexFeature=value)
    assert list(action) == KEYS
    assert cmo.world.store.get("actions", action["id"])["geocortexFeature"] == value
