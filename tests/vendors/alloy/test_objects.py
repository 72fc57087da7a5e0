"""Reading objects and the profile: Items of name, caption and value."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import (
    API,
    CATALOG_ITEM,
    COMPUTER,
    NEW,
    NO_PERMISSION,
    OBJECT,
    SECRET,
    SOFTWARE,
    STOCK,
    VENDOR,
    VENDOR_ID,
    WORK_ORDER,
    fields,
    not_found,
    refused,
    result,
)


@pytest.mark.statement("ALY-X21")
def test_an_object_is_items_of_name_caption_and_value(alloy) -> None:
    shown = result(alloy.get(f"{OBJECT}/{VENDOR}"))
    assert list(shown) == ["Items"]
    assert all(list(item) == ["name", "caption", "value"] for item in shown["Items"])
    assert all(isinstance(item["value"], str) for item in shown["Items"])
    assert {"name": "Vendor_Name", "caption": "Name", "value": "Northwind Office Supplies"} in shown["Items"]


@pytest.mark.statement("ALY-X21", "ALY-089", "ALY-090", "ALY-X59", "ALY-X65")
def test_every_type_is_shown_as_a_text(alloy) -> None:
    assert fields(alloy, "T000002") == {
        "ID": "{9E2B7D40-5F16-4C8B-A0D3-1C4F6E8A0002}",
        "Ticket": "T000002",
        "Summary": "The mail of the reception comes late",
        "Description": "<p>Half an hour &amp; more.</p>",
        "Status": "In Progress",
        "Priority": "High",
        "Impact": "Department",
        "Urgency": "Medium",
        "Category": "Mail",
        "Requester": "Sam Okoro",
        "Assignee": "Angelina Reyes",
        "Due_Date": "2022-10-26T12:00:00-07:00",
        "Created_Date": "2022-10-24T15:40:00-07:00",
        "Major": "Yes",
        "Resolution": "",
        "Affected_Seats": "4",
        "Cost": "12.5",
        "UDF_Cost_Center": "R-17",
    }


@pytest.mark.statement("ALY-X58", "ALY-Q4")
def test_the_primary_key_is_a_guid_in_braces_and_upper_case(alloy) -> None:
    assert fields(alloy, VENDOR)["ID"] == f"{{{VENDOR_ID.upper()}}}"


@pytest.mark.statement("ALY-X59")
@pytest.mark.parametrize(
    ("oid", "name"),
    [(NEW, "Ticket"), ("I000001", "Ticket"), (VENDOR, "OID"), (COMPUTER, "OID"), (WORK_ORDER, "OID")],
)
def test_the_oid_stands_in_ticket_or_oid(alloy, oid, name) -> None:
    assert fields(alloy, oid)[name] == oid


@pytest.mark.statement("ALY-091", "ALY-X58")
@pytest.mark.parametrize(
    "form", [str.lower, str.upper, "{{{}}}".format, lambda guid: f"%7b{guid.upper()}%7D"]
)
def test_an_object_is_found_by_its_guid_in_any_form(alloy, form) -> None:
    assert fields(alloy, form(VENDOR_ID)) == fields(alloy, VENDOR)


@pytest.mark.statement("ALY-X22")
@pytest.mark.parametrize("oid", ["V0000006", "x", SOFTWARE, STOCK, f"{{{STOCK.upper()}}}"])
def test_what_an_action_does_not_find_is_not_read_either(alloy, oid) -> None:
    assert refused(alloy.get(f"{OBJECT}/{oid}")) == not_found(oid)


@pytest.mark.statement("ALY-X22", "ALY-X54", "ALY-041")
def test_who_may_not_view_an_object_does_not_read_it(tove, angelina) -> None:
    assert refused(tove.get(f"{OBJECT}/{SECRET}")) == NO_PERMISSION
    assert fields(angelina, SECRET)["Summary"] == "The payroll share is open to everybody"


@pytest.mark.statement("ALY-X53")
def test_an_application_reads_everything(alloy) -> None:
    assert fields(alloy, SECRET)["Priority"] == "Immediate"
    assert fields(alloy, CATALOG_ITEM)["Name"] == "New laptop"


# --- the profile -----------------------------------------------------------------------------------------------------


def profile(client, **options):
    return {item["name"]: item["value"] for item in result(client.get(f"{API}/profile", **options))["Items"]}


@pytest.mark.statement("ALY-X20", "ALY-X21", "ALY-089")
def test_the_profile_of_a_technician_is_that_of_the_person(angelina) -> None:
    assert profile(angelina) == {
        "ID": "{7A1D0C55-3C0B-4A9E-8F31-0D5B2E770017}",
        "OID": "PN000017",
        "Full_Name": "Angelina Reyes",
        "First_Name": "Angelina",
        "Last_Name": "Reyes",
        "Primary_Email": "a.reyes@example.com",
        "Organization": "Service Desk",
        "Technician": "1",
        "Available_Now": "No",
    }


@pytest.mark.statement("ALY-126")
def test_the_profile_of_an_application_is_its_id_and_name(alloy) -> None:
    assert profile(alloy) == {"ID": "{3F2E1D0C-9B8A-4765-8432-10FEDCBA0001}", "Name": "Desk Portal"}


def test_a_technician_whose_person_is_gone_still_has_a_name(angelina) -> None:
    angelina.world.store.delete("objects", "7a1d0c55-3c0b-4a9e-8f31-0d5b2e770017")
    angelina.world.store.commit()
    assert profile(angelina) == {"ID": "", "Name": "a.reyes"}


@pytest.mark.statement("ALY-X68")
def test_a_get_may_carry_a_json_content_type(alloy) -> None:
    plain = alloy.get(f"{OBJECT}/{COMPUTER}")
    typed = alloy.get(f"{OBJECT}/{COMPUTER}", headers={"Content-Type": "application/json"})
    assert plain.body == typed.body
