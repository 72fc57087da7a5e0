"""Forms of Step Actions: mandatory fields, defaults, and the names that fields answer to."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import (
    ANGELINA,
    CLOSE,
    COMMENT,
    ESCALATE,
    HAND_OUT,
    NEW,
    RESOLVE,
    STARTED,
    VENDOR,
    WORK,
    activities,
    bad_value,
    fields,
    refused,
    result,
    run,
    unknown,
)


def mandatory(name):
    return f"Field {name} is mandatory."


@pytest.fixture
def resolved(alloy):
    """The ticket T000002, resolved: its priority is High, and closing it takes one, Low unless told otherwise."""
    result(run(alloy, STARTED, RESOLVE, {"Resolution": "Done."}))
    return alloy


# --- the options of a field ------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-002")
@pytest.mark.parametrize("name", ["Category", "UDF_Cost_Center"])
def test_a_field_that_people_may_not_fill_takes_a_value(alloy, name) -> None:
    """On the form the first is read-only, the second hidden."""
    result(run(alloy, NEW, WORK, {name: "Given"}))
    assert fields(alloy, NEW)[name] == "Given"


@pytest.mark.statement("ALY-003", "ALY-072")
def test_a_mandatory_field_that_is_left_out_gets_its_default(resolved) -> None:
    assert fields(resolved, STARTED)["Priority"] == "High"
    result(run(resolved, STARTED, CLOSE, {}))
    assert fields(resolved, STARTED)["Priority"] == "Low"


@pytest.mark.statement("ALY-003")
def test_a_default_gives_way_to_a_value(resolved) -> None:
    result(run(resolved, STARTED, CLOSE, {"Priority": "Medium"}))
    assert fields(resolved, STARTED)["Priority"] == "Medium"


@pytest.mark.statement("ALY-003")
def test_a_virtual_field_has_a_default_too(alloy) -> None:
    result(run(alloy, STARTED, ESCALATE, {}))
    assert activities(alloy, STARTED)[-1]["Comment"] == "Not said"


@pytest.mark.statement("ALY-055")
def test_a_mandatory_field_with_a_current_value_may_be_left_out(alloy) -> None:
    before = fields(alloy, STARTED)["Summary"]
    result(run(alloy, STARTED, RESOLVE, {"Resolution": "Done."}))
    assert fields(alloy, STARTED)["Summary"] == before


@pytest.mark.statement("ALY-005", "ALY-074", "ALY-Q9", "ALY-048")
def test_a_mandatory_field_that_nothing_fills_is_an_error(alloy) -> None:
    before = alloy.state()
    assert refused(run(alloy, STARTED, RESOLVE, {})) == mandatory("Resolution")
    assert alloy.state() == before


@pytest.mark.statement("ALY-073")
@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize("body", [{"Resolution": "Done.", "Summary": None}, {"Resolution": None}])
def test_a_mandatory_field_that_is_sent_empty_is_not_filled(alloy, body, empty) -> None:
    (name,) = [name for name, value in body.items() if value is None]
    assert refused(run(alloy, STARTED, RESOLVE, {**body, name: empty})) == mandatory(name)


@pytest.mark.statement("ALY-073")
@pytest.mark.parametrize("empty", [None, ""])
def test_not_even_a_default_fills_a_field_that_is_sent_empty(resolved, empty) -> None:
    assert refused(run(resolved, STARTED, CLOSE, {"Priority": empty})) == mandatory("Priority")


@pytest.mark.statement("ALY-Q9")
def test_the_text_for_a_mandatory_field_is_a_setting(alloy) -> None:
    alloy.settings(mandatory_text="{name} fehlt ({name}).")
    assert refused(run(alloy, STARTED, RESOLVE, {})) == "Resolution fehlt (Resolution)."


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-X61", "ALY-X62", "ALY-Q10")
@pytest.mark.parametrize("name", ["Assignee", "Assignee_ID", "Assigned To"])
def test_a_field_of_the_object_answers_to_three_names(alloy, name) -> None:
    """Its physical name, its name on forms and its label."""
    result(run(alloy, NEW, WORK, {name: ANGELINA}))
    assert fields(alloy, NEW)["Assignee"] == "Angelina Reyes"


@pytest.mark.statement("ALY-X61", "ALY-X62", "ALY-087")
@pytest.mark.parametrize("name", ["Activity.Time_Spent", "Time Spent"])
def test_a_virtual_field_answers_to_its_form_name_and_label(alloy, name) -> None:
    result(run(alloy, VENDOR, COMMENT, {name: 12}))
    assert activities(alloy, VENDOR)[-1]["Time_Spent"] == "12"


@pytest.mark.statement("ALY-087", "ALY-X61", "ALY-046")
@pytest.mark.parametrize(
    "name", ["Time_Spent", "Activity", "Activity.", "Activity.Billable", "Activity.Time Spent"]
)
def test_a_virtual_field_has_no_other_name(alloy, name) -> None:
    assert refused(run(alloy, VENDOR, COMMENT, {name: 12})) == unknown(name)


@pytest.mark.statement("ALY-086", "ALY-046")
@pytest.mark.parametrize("name", ["comment", "COMMENT", " Comment", "Comment ", "activity.time_spent", ""])
def test_names_are_exact(alloy, name) -> None:
    assert refused(run(alloy, VENDOR, COMMENT, {name: "x"})) == unknown(name)


@pytest.mark.statement("ALY-X63")
def test_a_field_of_the_user_s_own_is_like_any_other(alloy) -> None:
    result(run(alloy, NEW, WORK, {"UDF_Cost_Center": "K-4"}))
    assert fields(alloy, NEW)["UDF_Cost_Center"] == "K-4"


@pytest.mark.statement("ALY-083")
def test_of_two_names_of_one_field_the_last_counts(alloy) -> None:
    result(run(alloy, NEW, WORK, {"Assigned To": ANGELINA, "Assignee": "PN000018"}))
    assert fields(alloy, NEW)["Assignee"] == "Tove Lindgren"


# --- what is told first ----------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-082")
def test_of_several_unknown_fields_the_first_is_named(alloy) -> None:
    body = {"Comment": "x", "Zebra": 1, "Ape": 2}
    answer = run(alloy, VENDOR, COMMENT, body)
    assert refused(answer) == unknown("Zebra")
    problems = answer.entry["explanation"]["problems"]
    assert [each["path"] for each in problems] == ["$.Zebra", "$.Ape"]
    assert "Activity.Time_Spent" in problems[0]["expected"]


@pytest.mark.statement("ALY-084", "ALY-Q16")
def test_names_come_before_values_and_values_before_what_is_missing(alloy) -> None:
    value, name = {"Assigned_To": "Nobody"}, {"Nonsense": 1}
    assert refused(run(alloy, "C000010", HAND_OUT, {})) == mandatory("Assigned_To")
    assert refused(run(alloy, "C000010", HAND_OUT, {"Memory_GB": "x"})) == bad_value("Memory_GB")
    assert refused(run(alloy, "C000010", HAND_OUT, {**value, **name})) == unknown("Nonsense")


def test_the_journal_says_what_a_field_takes(alloy) -> None:
    answer = run(alloy, NEW, WORK, {"Priority": "Urgent"})
    (problem,) = answer.entry["explanation"]["problems"]
    assert (problem["path"], problem["got"]) == ("$.Priority", "Urgent")
    assert problem["expected"] == "one of Immediate, High, Medium, Low"


@pytest.mark.statement("ALY-141")
def test_an_escalation_keeps_what_is_sent_and_has_its_caller(alloy, angelina) -> None:
    due = "2022-11-01T09:00:00-07:00"
    result(run(alloy, STARTED, ESCALATE, {"Due_Date": due}))
    shown = fields(alloy, STARTED)
    assert (shown["Due_Date"], shown["Assignee"]) == (
        due,
        "Angelina Reyes",
    )  # as it was: no person has called
    result(run(angelina, NEW, ESCALATE, {"Due_Date": due}))
    assert fields(alloy, NEW)["Assignee"] == "Angelina Reyes"
    assert "ALY-141" in run(alloy, STARTED, ESCALATE).statements
