"""GET /api/actions/{action-id}."""

from __future__ import annotations

import re

import pytest

from simulator.core.vendor import LoadError
from tests.vendors.cmo.calls import (
    ACTION,
    ACTIONS,
    DAN,
    HAPPINESS,
    HIGH,
    KEYS,
    NO_RISK,
    PRINTED,
    arrange,
    created,
    fetched,
)

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.mark.statement("CMO-003", "CMO-066", "CMO-111")
def test_an_action_is_answered_as_json(cmo) -> None:
    answer = cmo.get(ACTION)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json, dict)


@pytest.mark.statement("CMO-068", "CMO-183")
@pytest.mark.parametrize("id", [PRINTED, PRINTED.upper()])
def test_the_id_is_that_of_the_address(cmo, id) -> None:
    assert cmo.get(f"{ACTIONS}/{id}").json["id"] == PRINTED


@pytest.mark.statement("CMO-Q7")
def test_an_action_has_exactly_the_printed_keys_in_their_order(cmo) -> None:
    assert len(KEYS) == 22
    assert list(fetched(cmo)) == KEYS
    assert list(created(cmo)) == KEYS


@pytest.mark.statement("CMO-071", "CMO-069")
def test_ids_have_the_printed_types(cmo) -> None:
    for action in (fetched(cmo), created(cmo)):
        for name, kind in (("orgUnit", int), ("category", int), ("entity", str), ("priority", str)):
            assert list(action[name]) == ["id", "name"]
            assert type(action[name]["id"]) is kind, name
            assert kind is int or GUID.fullmatch(action[name]["id"])
        assert action["uniqueID"].isdecimal()


@pytest.mark.statement("CMO-072")
def test_a_person_has_exactly_five_keys(cmo) -> None:
    action = fetched(cmo)
    for name in ("assignorUser", "responsibleUser"):
        assert action[name] == DAN
        assert list(action[name]) == ["id", "firstName", "lastName", "loginName", "email"]


@pytest.mark.statement("CMO-077", "CMO-034")
def test_the_risks_are_objects_with_both_codes(cmo) -> None:
    action = fetched(cmo)
    assert action["residualRisk"] == NO_RISK
    assert action["inherentRisk"] == {"consequenceCode": 2, "likelihoodCode": 2}


@pytest.mark.statement("CMO-078", "CMO-118", "CMO-Q12")
def test_the_printed_custom_field(cmo) -> None:
    assert fetched(cmo)["customFields"] == [{**HAPPINESS, "value": "not so high score"}]
    assert list(fetched(cmo)["customFields"][0]) == [
        "customFieldID",
        "customFieldName",
        "customFieldTypeName",
        "value",
    ]


@pytest.mark.statement("CMO-003")
def test_the_printed_action_has_the_printed_values(cmo) -> None:
    action = fetched(cmo)
    assert action["orgUnit"] == {"id": 12480, "name": "Albama"}
    assert action["entity"] == {"id": "3c3e7dd6-469c-4ca6-8962-0c0bc0636ed6", "name": "Abs new test entity"}
    assert action["category"] == {"id": 2233, "name": "Act"}
    assert action["priority"] == HIGH
    assert action["gpsCoordinates"] == {"x": -30.442976, "y": 136.849222}
    assert (action["uniqueID"], action["createdDateTime"]) == ("6142", "2021-06-29T06:57:37.233Z")


@pytest.mark.statement("CMO-070", "CMO-Q9")
def test_another_status_is_arranged_and_not_written(cmo) -> None:
    arrange(cmo, "actions", PRINTED, status={"code": 3, "name": "Verified"})
    assert fetched(cmo)["status"] == {"code": 3, "name": "Verified"}


def test_a_fetch_changes_nothing(cmo) -> None:
    before = cmo.state()
    fetched(cmo)
    assert cmo.state() == before


def test_head_answers_as_get_does(cmo) -> None:
    assert cmo.call("HEAD", ACTION).status == 200


@pytest.mark.parametrize(
    "text", ["2021-13-29T06:57:37.233Z", "2021-06-32T06:57:37.233Z", "2021-06-29T24:57:37.233Z", "0000-00-00"]
)
def test_an_action_that_was_created_at_no_time_is_no_configuration(service, text) -> None:
    action = {**service.fixture().store.get("actions", PRINTED), "createdDateTime": text}
    with pytest.raises(LoadError, match=r"actions\[0\] \$\.createdDateTime"):
        service.read_store({"actions": [action]}, "a fixture")


@pytest.mark.statement("CMO-021", "CMO-077")
def test_what_was_arranged_is_printed_like_what_was_sent(cmo) -> None:
    arrange(cmo, "actions", PRINTED, actionValue=25, hoursTaken=15.0, progress=3.0, residualRisk=None)
    body = cmo.get(ACTION).body
    assert b'"actionValue":25.0,"hoursTaken":15,"progress":3,' in body
    assert fetched(cmo)["residualRisk"] == NO_RISK
