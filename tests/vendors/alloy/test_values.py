"""Values of fields: what each type takes, what it refuses, and what GET then shows."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import (
    ANGELINA,
    ANGELINA_ID,
    APPROVE,
    CATALOG_ITEM,
    CHANGE_VENDOR,
    COMPUTER,
    HAND_OUT,
    NEW,
    ORDER,
    STARTED,
    VENDOR,
    WORK,
    WORK_ORDER,
    bad_value,
    fields,
    refused,
    result,
    run,
)


def stored(client, body, name=None, oid=NEW, action=WORK):
    """What GET shows of a field after an action with this body."""
    result(run(client, oid, action, body))
    return fields(client, oid)[name or next(iter(body))]


def keeps(client, body, oid=NEW, action=WORK):
    """The text of a refusal that changed nothing."""
    before = client.state()
    text = refused(run(client, oid, action, body))
    assert client.state() == before
    return text


# --- references ------------------------------------------------------------------------------------------------------


def of(client, oid=NEW):
    """The identifier that is stored for the assignee of a ticket."""
    return next(
        each["fields"]["Assignee"] for each in client.world.store.all("objects") if each["oid"] == oid
    )


@pytest.mark.statement("ALY-019")
def test_a_reference_is_named_by_its_oid(alloy) -> None:
    assert stored(alloy, {"Assignee": ANGELINA}) == "Angelina Reyes"
    assert of(alloy) == ANGELINA_ID


@pytest.mark.statement("ALY-020")
def test_a_reference_is_named_by_its_name(alloy) -> None:
    assert stored(alloy, {"Assignee": "Angelina Reyes"}) == "Angelina Reyes"
    assert of(alloy) == ANGELINA_ID


@pytest.mark.statement("ALY-081")
@pytest.mark.parametrize("guid", [ANGELINA_ID, ANGELINA_ID.upper(), f"{{{ANGELINA_ID.upper()}}}"])
def test_a_reference_is_named_by_its_guid(alloy, guid) -> None:
    assert stored(alloy, {"Assignee": guid}) == "Angelina Reyes"
    assert of(alloy) == ANGELINA_ID


@pytest.mark.statement("ALY-024", "ALY-075", "ALY-048")
@pytest.mark.parametrize(
    "value",
    ["PN999999", "Nobody Known", "angelina reyes", VENDOR, "Northwind Office Supplies", "T000002", 17, True],
)
def test_a_reference_that_names_nothing_is_refused(alloy, value) -> None:
    assert keeps(alloy, {"Assignee": value, "Summary": "Changed"}) == bad_value("Assignee")


@pytest.mark.statement("ALY-080")
def test_a_name_that_two_people_have_names_neither(alloy) -> None:
    assert keeps(alloy, {"Assignee": "Sam Okoro"}) == bad_value("Assignee")
    assert stored(alloy, {"Assignee": "PN000021"}) == "Sam Okoro"


# --- classifications -------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-021")
def test_a_classification_takes_a_display_value(alloy) -> None:
    assert stored(alloy, {"Priority": "Immediate"}) == "Immediate"


@pytest.mark.statement("ALY-056")
def test_an_impact_of_multiple_people_is_taken(alloy) -> None:
    assert stored(alloy, {"Impact": "Multiple People"}, oid=STARTED) == "Multiple People"


@pytest.mark.statement("ALY-023", "ALY-075", "ALY-048")
@pytest.mark.parametrize("value", [1, "1", 0, "immediate", "Immediate ", "Urgent", True, ["Immediate"], {}])
def test_a_classification_takes_nothing_else(alloy, value) -> None:
    assert keeps(alloy, {"Priority": value, "Summary": "Changed"}) == bad_value("Priority")


# --- booleans --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(True, "Yes", marks=pytest.mark.statement("ALY-025")),
        pytest.param(False, "No", marks=pytest.mark.statement("ALY-026")),
        pytest.param(1, "Yes", marks=pytest.mark.statement("ALY-027")),
        pytest.param(0, "No", marks=pytest.mark.statement("ALY-028")),
        *(
            pytest.param(value, shown, marks=pytest.mark.statement("ALY-057", "ALY-065", "ALY-Q12"))
            for value, shown in [("true", "Yes"), ("false", "No"), ("1", "Yes"), ("0", "No"), ("True", "Yes")]
        ),
    ],
)
@pytest.mark.statement("ALY-089")
def test_a_boolean_takes_true_false_1_and_0(alloy, value, shown) -> None:
    opposite = shown != "Yes"
    assert stored(alloy, {"Preferred": opposite}, oid=VENDOR, action=CHANGE_VENDOR) != shown
    assert stored(alloy, {"Preferred": value}, oid=VENDOR, action=CHANGE_VENDOR) == shown


@pytest.mark.statement("ALY-065", "ALY-075")
@pytest.mark.parametrize("value", ["yes", "Yes", 2, -1, 0.5, "2", " true", [], {}, "on"])
def test_a_boolean_takes_nothing_else(alloy, value) -> None:
    body = {"Vendor_Name": "Changed", "Preferred": value}
    assert keeps(alloy, body, VENDOR, CHANGE_VENDOR) == bad_value("Preferred")


# --- texts and HTML --------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-029", "ALY-X16", "ALY-X64", "ALY-Q13")
@pytest.mark.parametrize(
    "html",
    [
        "<p>It <b>prints</b>.</p>",
        "<p class='x'>&lt;&amp;&nbsp;</p>",
        "no tags",
        "<ul><li>1</li></ul>\n",
        "a < b",
    ],
)
def test_an_html_field_keeps_its_tags(alloy, html) -> None:
    assert stored(alloy, {"Description": html}) == html
    assert stored(alloy, {"Description": html}, oid=WORK_ORDER, action=APPROVE) == html


@pytest.mark.statement("ALY-X64")
def test_the_details_of_a_catalog_item_are_html(alloy) -> None:
    assert fields(alloy, CATALOG_ITEM)["Details"] == "<p>Comes with a <i>bag</i>.</p>"
    result(run(alloy, CATALOG_ITEM, ORDER, {"Requester": ANGELINA, "Description": "<b>Soon</b>"}))
    assert fields(alloy, "SR000002")["Description"] == "<b>Soon</b>"


@pytest.mark.statement("ALY-077", "ALY-Q12")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (84, "84"),
        (84.0, "84"),
        (8.5, "8.5"),
        (True, "true"),
        (False, "false"),
        ("ß\n\t☃", "ß\n\t☃"),
    ],
)
@pytest.mark.parametrize("name", ["Summary", "Description"])
def test_a_text_takes_any_scalar(alloy, name, value, text) -> None:
    assert stored(alloy, {name: value}) == text


@pytest.mark.statement("ALY-077", "ALY-075")
@pytest.mark.parametrize("value", [[], {}, ["x"], {"text": "x"}])
@pytest.mark.parametrize("name", ["Summary", "Description"])
def test_a_text_takes_no_object_and_no_list(alloy, name, value) -> None:
    assert keeps(alloy, {name: value}) == bad_value(name)


# --- numbers and dates -----------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-078", "ALY-057", "ALY-Q12")
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7, "7"),
        ("7", "7"),
        (7.5, "7.5"),
        ("7.5", "7.5"),
        ("7.0", "7"),
        (-1, "-1"),
        (0, "0"),
        (1e20, "100000000000000000000"),
        ("1e3", "1000"),
        (1e-7, "0.0000001"),
        ("1E-7", "0.0000001"),
        (1234567890123456, "1234567890123456"),
        ("1234567890123456", "1234567890123456"),
        (1e15, "1000000000000000"),
        ("-9223372036854775808", "-9223372036854775808"),
    ],
)
def test_a_number_may_stand_in_quotes(alloy, value, shown) -> None:
    assert stored(alloy, {"Cost": value}) == shown


@pytest.mark.statement("ALY-078", "ALY-075")
@pytest.mark.parametrize(
    "value",
    ["seven", "7 ", "0x7", "\u0667", "NaN", True, [], {}, "7,5", "+7", "1e999", "9223372036854775808"],
)
def test_a_number_takes_nothing_else(alloy, value) -> None:
    assert keeps(alloy, {"Cost": value}) == bad_value("Cost")


@pytest.mark.statement("ALY-078")
@pytest.mark.parametrize(
    ("value", "taken"), [(12, True), ("12", True), (12.0, True), (12.5, False), ("12.5", False)]
)
def test_a_whole_number_has_no_fraction(alloy, value, taken) -> None:
    if taken:
        assert stored(alloy, {"Affected_Seats": value}) == "12"
    else:
        assert keeps(alloy, {"Affected_Seats": value}) == bad_value("Affected_Seats")


@pytest.mark.statement("ALY-079", "ALY-X65", "ALY-090", "ALY-057")
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2022-10-25T11:11:16-07:00", "2022-10-25T11:11:16-07:00"),
        ("2022-10-25T18:11:16Z", "2022-10-25T11:11:16-07:00"),
        ("2022-10-25T20:11:16.1234567+02:00", "2022-10-25T11:11:16-07:00"),
        ("2022-10-25T11:11-07:00", "2022-10-25T11:11:00-07:00"),
    ],
)
def test_a_date_has_an_offset_and_is_shown_in_the_server_s(alloy, value, shown) -> None:
    assert stored(alloy, {"Due_Date": value}) == shown


@pytest.mark.statement("ALY-079", "ALY-075")
@pytest.mark.parametrize(
    "value",
    [
        "2022-10-25", "2022-10-25T11:11:16", "2022-13-01T00:00:00Z", "25.10.2022", "tomorrow", "2022-10-25 11:11:16Z",
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z", 1666721476, True, [],
    ],
)  # fmt: skip
def test_a_date_without_an_offset_or_none_at_all_is_refused(alloy, value) -> None:
    assert keeps(alloy, {"Due_Date": value}) == bad_value("Due_Date")


# --- nothing ---------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-076", "ALY-089")
@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize(
    "name", ["Summary", "Description", "Priority", "Requester", "Due_Date", "Major", "Affected_Seats"]
)
def test_an_empty_value_clears_a_field(alloy, name, empty) -> None:
    assert fields(alloy, STARTED)[name] != ""
    assert stored(alloy, {name: empty}, oid=STARTED) == ""


@pytest.mark.statement("ALY-090")
def test_a_reference_is_shown_by_the_name_of_its_object(alloy) -> None:
    assert fields(alloy, COMPUTER)["Assigned_To"] == "Mirela Kovac"
    result(run(alloy, COMPUTER, HAND_OUT, {"Assigned_To": ANGELINA}))
    assert fields(alloy, COMPUTER)["Assigned_To"] == "Angelina Reyes"
