"""The starting state: every link in it leads somewhere, and it has what tests of integrations need."""

from __future__ import annotations

import base64

import pytest

from simulator.data import read_fixture
from simulator.vendors.alemba.entities import MODEL, NUMBERS
from simulator.vendors.alemba.values import TRUE


@pytest.fixture(scope="module")
def records():
    return read_fixture("alemba")["records"]


def keys_of(records, name):
    entity = MODEL.by_name[name]
    return {each[entity.key] for collection in entity.collections for each in records.get(collection, ())}


def test_every_link_leads_to_a_record(records) -> None:
    dead = []
    for resource, entity in MODEL.by_resource.items():
        for record in records.get(resource, ()):
            for name, prop in entity.properties.items():
                value = record.get(name)
                if not prop.is_link or value is None:
                    continue
                there = keys_of(records, prop.data_type)
                dead += [
                    f"{resource} {name} {key}"
                    for key in (value if prop.many else [value])
                    if key not in there
                ]
    assert dead == []


@pytest.mark.parametrize(("data", "is_one"), [("", True), ("eA==", True), ("eHl6" * 250_000, True), (None, True),
                                              ("not base64", False), ("eA=", False), ("eA==\n", False)])  # fmt: skip
def test_a_file_in_a_record_is_in_base64(service, data, is_one) -> None:
    schema = service.document.records["person"]
    assert schema.accepts({"Ref": 1, "Image": data}) is is_one


def test_entities_that_share_numbers_share_none(records) -> None:
    for entity in MODEL.by_resource.values():
        if entity.key != "_key":
            found = [
                each[entity.key] for collection in entity.collections for each in records.get(collection, ())
            ]
            assert len(found) == len(set(found)), entity.name


def test_every_collection_of_an_entity_has_records_but_that_of_assets(records) -> None:
    assert MODEL.by_resource.keys() - records.keys() == {"asset"}


def test_there_are_calls_of_every_kind(records) -> None:
    calls = records["call"]
    assert len(calls) >= 150
    assert {each.get("Partition") for each in calls} == {None, 1, 2}
    assert {each["Status"] for each in calls} == {0, 1, 2, 3}
    assert {each.get("Breached") for each in calls} == {None, "Y", "N"}
    assert {each.get("Escalated") for each in calls} >= TRUE
    assert sum(each.get("Signature") is not None for each in calls) == 1
    assert "" in {each["Description"] for each in calls}
    assert None in {each["Description"] for each in calls}
    for name, prop in MODEL.by_name["Call"].properties.items():
        if prop.data_type in NUMBERS and not prop.same_as:
            assert any(each.get(name) for each in calls), name
    for name in ("CustomString1", "CustomNumber1", "CustomDate1", "CustomFlag1"):
        assert any(each.get(name) is not None for each in calls)


def test_the_people_are_those_that_the_document_sorts_and_some_more(records) -> None:
    names = [each["Name"] for each in records["person"]]
    assert {"Andrew Anderson", "John Smith", "John Jones"} <= set(names)
    assert {each["Organization"] for each in records["person"]} == {1, 2}
    assert all(each["EmailAddress"].endswith("@example.com") for each in records["person"])


def test_services_are_in_partition_1_and_elsewhere(records) -> None:
    assert {each.get("Partition") for each in records["service"]} == {None, 1, 2}


def test_clients_are_enabled_and_not(records) -> None:
    assert {each["enabled"] for each in records["clients"]} == {True, False}
    assert {each["session_type"] for each in records["clients"]} == {"Any", "User", "Analyst"}


def test_files_are_as_long_as_they_say(records) -> None:
    for each in records["attachment"]:
        assert len(base64.b64decode(each["Data"])) == each["FileSize"]


def test_the_numbers_of_histories_end_with_what_their_calls_say(records) -> None:
    last: dict[int, int] = {}
    for each in records["call-history"]:
        assert each["_key"] == f"{each['Ref']}-{each['LastHistoryOrder']}"
        last[each["Ref"]] = max(each["LastHistoryOrder"], last.get(each["Ref"], 0))
    assert last == {
        each["Ref"]: each["LastHistoryOrder"] for each in records["call"] if each["LastHistoryOrder"]
    }
