"""Replays the exchange that the vendor's page prints, kept in `exchanges/` as it is printed."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from simulator import strict_yaml
from tests.vendors.alloy.calls import activities, fields

PRINTED = strict_yaml.parse((Path(__file__).parent / "exchanges" / "run_action.yaml").read_bytes())
REQUEST, RESPONSE = PRINTED["request"], PRINTED["response"]


def replay(client, **options):
    path = urlsplit(REQUEST["url"]).path
    return client.call(REQUEST["method"], path, body=REQUEST["body"].encode(), **options)


def shape(value):
    """A value with its keys, their order and its types."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    return type(value), value


@pytest.mark.statement("ALY-061", "ALY-030", "ALY-032", "ALY-058", "ALY-062")
def test_the_printed_request_has_the_printed_answer(alloy) -> None:
    answer = replay(alloy)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert shape(answer.json) == shape(json.loads(RESPONSE["body"]))


@pytest.mark.statement("ALY-061")
def test_the_printed_answer_comes_byte_for_byte_but_for_the_white_space(alloy) -> None:
    assert replay(alloy).body == "".join(RESPONSE["body"].split()).encode()


@pytest.mark.statement("ALY-050", "ALY-051", "ALY-052", "ALY-001", "ALY-017", "ALY-063")
def test_the_printed_request_updates_the_vendor_and_writes_an_activity(alloy) -> None:
    assert "V000006" in [row["OID"] for row in vendors(alloy)]
    replay(alloy)
    assert fields(alloy, "V000006")["Comment"] == "Updated with the API"
    last = activities(alloy, "V000006")[-1]
    assert (last["Time_Spent"], last["Comment"]) == ("84", "Updated with the API")


def vendors(client):
    table = client.get("/api/v2/Vendors").json["responseObject"]
    names = [column["Name"] for column in table["Fields"]]
    return [dict(zip(names, row, strict=True)) for row in table["Data"]]


@pytest.mark.statement("ALY-X76", "ALY-X71")
def test_the_printed_request_works_for_another_person_too(alloy) -> None:
    person = {"Impersonating-User-Id": "7A1D0C55-3C0B-4A9E-8F31-0D5B2E770020"}
    assert shape(replay(alloy, headers=person).json) == shape(json.loads(RESPONSE["body"]))
    assert activities(alloy, "V000006")[-1]["Performed_By"] == "Sam Okoro"


def test_the_exchange_names_statements_of_the_ledger(service) -> None:
    assert set(PRINTED["statements"]) <= service.ledger.keys()
