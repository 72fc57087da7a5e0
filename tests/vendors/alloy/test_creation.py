"""Creating objects: POST on /api/v2 with an action that creates, and Step 131 on an item of the Service Catalog."""

from __future__ import annotations

import re

import pytest

from tests.vendors.alloy.calls import (
    API,
    CATALOG_ITEM,
    COMMENT,
    INVALID,
    NEW_INCIDENT,
    NEW_TICKET,
    NEW_VENDOR,
    NOT_AVAILABLE,
    NOT_SATISFIED,
    ORDER,
    TOVE_ID,
    VENDOR,
    activities,
    bad_value,
    column,
    fields,
    refused,
    result,
    run,
    unknown,
)

NEW_ONE = {"Summary": "The door of the lab does not close"}


def create(client, action, values=None, path=API, **options):
    return client.post(path, {"ActionId": action, "Fields": values or {}}, **options)


@pytest.mark.statement("ALY-X39", "ALY-105", "ALY-106", "ALY-033")
def test_a_created_object_is_answered_like_an_updated_one(alloy) -> None:
    made = result(create(alloy, NEW_TICKET, NEW_ONE))
    assert list(made) == ["Succeed", "ObjectID", "ObjectOID"]
    assert (made["Succeed"], made["ObjectOID"]) == (True, "T000005")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["ObjectID"])
    shown = fields(alloy, made["ObjectID"])
    assert shown == fields(alloy, "T000005")
    assert shown["ID"] == f"{{{made['ObjectID'].upper()}}}"


@pytest.mark.statement("ALY-X39", "ALY-X19", "ALY-003")
def test_a_created_object_has_what_was_sent_the_defaults_and_the_effects(alloy) -> None:
    values = {**NEW_ONE, "Requester": "Tove Lindgren", "Impact": "Multiple People", "Category": "Doors"}
    result(create(alloy, NEW_TICKET, values))
    shown = fields(alloy, "T000005")
    assert {name: shown[name] for name in values} == values
    assert (shown["Status"], shown["Urgency"], shown["Priority"]) == ("New", "Medium", "Medium")
    assert shown["Created_Date"] == "2022-10-25T11:11:16-07:00"
    assert [each["Activity_Type"] for each in activities(alloy, "T000005")] == ["Creation"]


@pytest.mark.statement("ALY-105")
def test_the_oids_go_on_and_are_never_used_twice(alloy) -> None:
    made = [result(create(alloy, NEW_TICKET, NEW_ONE))["ObjectOID"] for _ in range(3)]
    assert made == ["T000005", "T000006", "T000007"]
    refused(create(alloy, NEW_TICKET, {"Nonsense": 1}))
    assert result(create(alloy, NEW_TICKET, NEW_ONE))["ObjectOID"] == "T000008"
    assert result(create(alloy, NEW_VENDOR, {"Vendor_Name": "Third"}))["ObjectOID"] == "V000008"


def test_an_oid_that_was_arranged_in_between_is_passed_over(alloy) -> None:
    first = result(create(alloy, NEW_TICKET, NEW_ONE))
    record = dict(alloy.world.store.get("objects", first["ObjectID"]))
    arranged = {**record, "id": "00000000-0000-4000-a000-000000000006", "oid": "T000006"}
    alloy.world.store.insert("objects", arranged)
    alloy.world.store.commit()
    assert result(create(alloy, NEW_TICKET, NEW_ONE))["ObjectOID"] == "T000007"


@pytest.mark.statement("ALY-X40", "ALY-X39")
@pytest.mark.parametrize("number", [NEW_INCIDENT, str(NEW_INCIDENT), 310.0])
def test_the_number_may_stand_in_quotes_and_the_observed_values_are_taken(alloy, number) -> None:
    """As a program sends it, to an object class with numbered elements."""
    values = {
        "Summary": "x", "Description": "<p>y</p>", "Category": "Building", "Requester_ID": TOVE_ID,
        "Urgency": "1 - Immediate", "Impact": "2 - Multiple People",
    }  # fmt: skip
    assert result(create(alloy, number, values))["ObjectOID"] == "I000002"
    assert fields(alloy, "I000002")["Requester"] == "Tove Lindgren"


@pytest.mark.statement("ALY-X32", "ALY-X01")
@pytest.mark.parametrize("path", ["/api/v2", "/api/v2/", "/api", "/api/", "/API/V1", "/Api/v2/"])
def test_the_address_and_the_keys_have_many_spellings(alloy, path) -> None:
    assert result(alloy.post(path, {"actionid": NEW_TICKET, "FIELDS": NEW_ONE}))["ObjectOID"] == "T000005"


@pytest.mark.statement("ALY-104", "ALY-X41", "ALY-Q6")
@pytest.mark.parametrize("number", [COMMENT, 250, 99999, "x", "", ORDER, 256, -1])
def test_an_action_that_creates_nothing_is_not_available(alloy, number) -> None:
    before = alloy.state()
    assert refused(create(alloy, number, NEW_ONE)) == NOT_AVAILABLE
    assert alloy.state() == before


@pytest.mark.statement("ALY-046", "ALY-048", "ALY-005")
@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({**NEW_ONE, "Status": "New"}, unknown("Status")),
        ({**NEW_ONE, "Requester": "Nobody"}, bad_value("Requester")),
        ({"Category": "x"}, "Field Summary is mandatory."),
        ({"Summary": ""}, "Field Summary is mandatory."),
    ],
)
def test_a_refused_creation_creates_nothing(alloy, values, text) -> None:
    before = alloy.state()
    assert refused(create(alloy, NEW_TICKET, values)) == text
    assert alloy.state() == before


@pytest.mark.statement("ALY-042", "ALY-X53", "ALY-X54")
def test_a_creation_has_its_condition_on_the_role(alloy, tove) -> None:
    assert refused(create(tove, NEW_VENDOR, {"Vendor_Name": "x"})) == NOT_SATISFIED
    result(create(alloy, NEW_VENDOR, {"Vendor_Name": "x"}))


@pytest.mark.statement("ALY-066")
@pytest.mark.parametrize(
    "body", [{}, [], {"Fields": NEW_ONE}, {"ActionId": None}, {"ActionId": NEW_TICKET, "Fields": []}]
)
def test_a_creation_without_its_parts_is_refused(alloy, body) -> None:
    answer = alloy.post(API, body)
    assert (answer.status, answer.json) == (400, INVALID)


@pytest.mark.statement("ALY-X39")
def test_the_fields_may_be_left_out(alloy) -> None:
    assert refused(alloy.post(API, {"ActionId": NEW_TICKET})) == "Field Summary is mandatory."


# --- Step 131 --------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-X12", "ALY-X42", "ALY-107")
def test_step_131_on_a_catalog_item_creates_a_service_request(alloy) -> None:
    item = fields(alloy, CATALOG_ITEM)
    made = result(run(alloy, CATALOG_ITEM, ORDER, {"Requester_ID": TOVE_ID}))
    assert made["ObjectOID"] == "SR000002"
    shown = fields(alloy, "SR000002")
    assert (shown["Requester"], shown["Status"], shown["Summary"]) == ("Tove Lindgren", "New", "Order")
    assert shown["ID"] == f"{{{made['ObjectID'].upper()}}}"
    assert column(alloy, "Ticket", "Service%20Requests") == ["SR000001", "SR000002"]
    assert fields(alloy, CATALOG_ITEM) == item


@pytest.mark.statement("ALY-X12")
def test_step_131_is_for_catalog_items_alone(alloy) -> None:
    assert refused(run(alloy, VENDOR, ORDER, {"Requester_ID": TOVE_ID})) == NOT_AVAILABLE


@pytest.mark.statement("ALY-X12", "ALY-005", "ALY-048")
def test_an_order_without_a_requester_is_refused(alloy) -> None:
    before = alloy.state()
    assert refused(run(alloy, CATALOG_ITEM, ORDER, {})) == "Field Requester is mandatory."
    assert alloy.state() == before
