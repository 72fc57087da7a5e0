"""PUT /api/actions/{action-id}."""

from __future__ import annotations

import pytest

from tests.vendors.cmo.calls import (
    ACTION,
    ACTIONS,
    CHANGED,
    DAN,
    HAPPINESS,
    HIGH,
    NO_RISK,
    NOT_VALID,
    NOWHERE,
    PRINTED,
    SAMPLE,
    changed,
    created,
    error_list,
    errors,
    fetched,
    no_name,
    refused,
    shown,
)


@pytest.mark.statement("CMO-002", "CMO-062", "CMO-Q17")
def test_an_update_answers_200_with_nothing_and_get_shows_it(cmo) -> None:
    answer = cmo.put(ACTION, {"actionText": "Another text"})
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")
    assert "content-type" not in answer.headers
    assert fetched(cmo)["actionText"] == "Another text"


@pytest.mark.statement("CMO-057", "CMO-114", "CMO-Q20", "CMO-Q21")
def test_the_printed_body_is_taken_and_every_field_of_it_shows(cmo) -> None:
    action = changed(cmo, CHANGED)
    assert {name: action[name] for name in shown(CHANGED)} == shown(CHANGED)
    assert action["orgUnit"] == {"id": 12480, "name": "Albama"}
    assert action["entity"]["name"] == "ActionEntity"
    assert action["category"] == {"id": 2233, "name": "Act"}
    assert (action["priority"], action["responsibleUser"]) == (HIGH, DAN)


@pytest.mark.statement("CMO-065", "CMO-Q9")
def test_an_update_keeps_what_the_server_gave(cmo, editor) -> None:
    before = fetched(cmo)
    cmo.advance("PT10M")
    own = {
        "id": "0656ef56-f3e2-418b-9f47-1de3c889dd6f",
        "uniqueID": "1",
        "createdDateTime": "2001-01-01T00:00:00.000Z",
        "status": {"code": 2, "name": "Completed"},
        "statusCode": 2,
        "assignorUser": {"id": 20601},
        "verifications": [{"done": True}],
    }
    editor.put(ACTION, {**CHANGED, **own})
    after = fetched(cmo)
    for name in ("id", "uniqueID", "createdDateTime", "status", "assignorUser", "verifications"):
        assert after[name] == before[name], name
    assert after["actionText"] == CHANGED["actionText"]


@pytest.mark.statement("CMO-Q8")
def test_what_is_not_sent_stays(cmo) -> None:
    before = fetched(cmo)
    assert changed(cmo, {}) == before
    assert changed(cmo, {"progress": 50}) == {**before, "progress": 50}


@pytest.mark.statement("CMO-Q8", "CMO-174")
def test_null_clears(cmo) -> None:
    cleared = {name: None for name in CHANGED if name != "customFields"}
    action = changed(cmo, {**cleared, "customFields": None})
    for name in (
        "actionText", "guidanceText", "carbonCopyEmail", "orgUnit", "entity", "category", "priority",
        "responsibleUser", "dueDate", "gpsCoordinates", "actionValue", "hoursTaken", "progress",
    ):  # fmt: skip
        assert action[name] is None, name
    assert action["residualRisk"] == action["inherentRisk"] == NO_RISK
    assert action["customFields"] == []
    record = cmo.world.store.get("actions", PRINTED)
    assert (record["attachmentRequired"], record["confidential"]) == (None, None)


@pytest.mark.statement("CMO-060", "CMO-Q5")
@pytest.mark.parametrize("risk", ["residualRisk", "inherentRisk"])
@pytest.mark.parametrize("value", [NO_RISK, None], ids=["codes", "null"])
def test_no_risk_is_passed_in_two_ways(cmo, risk, value) -> None:
    other = {"residualRisk": "inherentRisk", "inherentRisk": "residualRisk"}[risk]
    changed(cmo, {name: {"consequenceCode": 3, "likelihoodCode": 4} for name in (risk, other)})
    action = changed(cmo, {risk: value})
    assert (action[risk], action[other]) == (NO_RISK, {"consequenceCode": 3, "likelihoodCode": 4})


@pytest.mark.statement("CMO-180")
def test_custom_fields_that_are_not_named_stay(cmo) -> None:
    contact = {**HAPPINESS, "customFieldID": 3591, "customFieldName": "site contact"}
    both = [{**HAPPINESS, "value": "not so high score"}, {**contact, "value": "Ines"}]
    assert (
        changed(cmo, {"customFields": [{"customFieldName": "site contact", "value": "Ines"}]})["customFields"]
        == both
    )
    assert changed(cmo, {"customFields": []})["customFields"] == both
    assert (
        changed(cmo, {"customFields": [{"customFieldId": 3590, "value": None}]})["customFields"] == both[1:]
    )
    assert changed(cmo, {"customFields": [{"customFieldId": 3591}]})["customFields"] == []


@pytest.mark.statement("CMO-063", "CMO-047", "CMO-048", "CMO-050", "CMO-126", "CMO-Q20")
def test_the_printed_error_comes_where_there_is_no_albama(cmo) -> None:
    cmo.world.store.delete("org_units", 12480)
    cmo.world.store.commit()
    answer = cmo.put(ACTION, CHANGED)
    refused(cmo, answer, errors(OrgUnitName=no_name("Albama")))


@pytest.mark.statement("CMO-064")
def test_an_update_that_is_refused_changes_nothing(cmo) -> None:
    before, state = fetched(cmo), cmo.state()
    answer = cmo.put(ACTION, {**CHANGED, "progress": "much", "entityName": "Zed"})
    refused(cmo, answer, errors(EntityName=no_name("Zed"), Progress=NOT_VALID))
    assert cmo.state() == state
    assert fetched(cmo) == before


@pytest.mark.statement("CMO-012", "CMO-063", "CMO-167", "CMO-Q11", "CMO-Q18")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", {"message": "Payload is empty"}),
        (b"null", {"message": "Payload is empty"}),
        (b"a=1", error_list(("", NOT_VALID))),
        (b"[]", error_list(("", NOT_VALID))),
        (b'{"actionText": "cut', error_list(("", NOT_VALID))),
    ],
)
def test_a_body_that_is_no_object_is_refused(cmo, body, expected) -> None:
    before = cmo.state()
    refused(cmo, cmo.put(ACTION, body=body), expected)
    assert cmo.state() == before


@pytest.mark.statement("CMO-Q16", "CMO-162")
@pytest.mark.parametrize(
    "address", [NOWHERE, f"{ACTIONS}/6142", f"{ACTIONS}/%7B{PRINTED}%7D", f"{ACTIONS}/x"]
)
def test_an_action_that_there_is_not_is_404_without_a_body(cmo, address) -> None:
    before = cmo.state()
    for answer in (
        cmo.get(address),
        cmo.put(address, SAMPLE),
        cmo.put(address, {"progress": "x"}),
        cmo.delete(address),
    ):
        assert (answer.status, answer.body) == (404, b"")
        assert answer.entry["explanation"]["kind"] == "not_found"
    assert cmo.state() == before


@pytest.mark.statement("CMO-110")
def test_a_removed_action_cannot_be_updated(cmo) -> None:
    id = created(cmo)["id"]
    cmo.delete(f"{ACTIONS}/{id}")
    answer = cmo.put(f"{ACTIONS}/{id}", SAMPLE)
    assert answer.status == 404
    assert answer.entry["explanation"]["record"]["existed"] is True
