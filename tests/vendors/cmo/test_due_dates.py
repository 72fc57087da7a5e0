"""dueDate: ISO UTC, and the end of a day in the company's time zone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.vendors.cmo.rules import ends_a_day, read_due_date, zone
from tests.vendors.cmo.calls import ACTION, ACTIONS, SAMPLE, changed, created, errors, refused

NOT_VALID = errors(DueDate="The value is not valid.")
IST = "Asia/Kolkata"
JULY_22 = "2021-07-22T18:29:59.997Z"  # in India


@pytest.fixture(params=["POST", "PUT"])
def send(cmo, request):
    """Sends a due date by either verb."""
    return lambda value: cmo.call(
        request.param, ACTIONS if request.param == "POST" else ACTION, {**SAMPLE, "dueDate": value}
    )


@pytest.mark.statement("CMO-037", "CMO-061", "CMO-Q10")
def test_the_printed_due_date_is_taken_and_printed(cmo, send) -> None:
    assert send("2021-07-02T13:59:59.997Z").status == 200
    assert created(cmo, dueDate="2021-07-02T13:59:59.997Z")["dueDate"] == "2021-07-02T13:59:59.997Z"


@pytest.mark.statement("CMO-176", "CMO-037")
@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ("2021-07-02T13:59:59Z", "2021-07-02T13:59:59.000Z"),
        ("2021-07-02T13:59:59.9Z", "2021-07-02T13:59:59.900Z"),
        ("2021-07-02T13:59:59.9999999Z", "2021-07-02T13:59:59.9999999Z"),
        ("2021-07-02T13:59:59.9970000Z", "2021-07-02T13:59:59.997Z"),
        ("2021-07-02T13:59:59.997+00:00", "2021-07-02T13:59:59.997Z"),
        ("2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_the_instant_is_kept_and_printed_with_milliseconds(cmo, sent, printed) -> None:
    assert created(cmo, dueDate=sent)["dueDate"] == printed
    assert changed(cmo, {"dueDate": sent})["dueDate"] == printed


@pytest.mark.statement("CMO-038", "CMO-061", "CMO-168")
@pytest.mark.parametrize(
    "value",
    [
        "02/07/2021",
        "2021-07-02",
        "2021-07-02T13:59:59.997",
        "2021-07-02T13:59:59.997+05:30",
        "2021-07-02T13:59:59.997-00:00",
        "2021-07-02T13:59:59.997z",
        "2021-07-02 13:59:59.997Z",
        "2021-07-02T13:59Z",
        "2021-07-02T13:59:59.Z",
        "2021-07-02T13:59:59.12345678Z",
        "2021-07-02T24:00:00.000Z",
        "2021-07-02T13:60:00.000Z",
        "2021-07-02T23:59:60.000Z",
        "2021-02-29T13:59:59.997Z",
        "2021-13-01T13:59:59.997Z",
        "0000-01-01T00:00:00.000Z",
        "20210702T135959Z",
        "2021-W26-5T13:59:59Z",
        "٢٠٢١-07-02T13:59:59.997Z",
        "2021-07-02T13:59:59.997Z\n",
        " 2021-07-02T13:59:59.997Z",
        "tomorrow",
        "",
        1625234399997,
        {"date": "2021-07-02"},
    ],
)
def test_what_is_no_iso_utc_timestamp_is_refused(cmo, send, value) -> None:
    before = cmo.state()
    refused(cmo, send(value), NOT_VALID)
    assert cmo.state() == before


@pytest.mark.statement("CMO-039", "CMO-061", "CMO-128")
def test_the_example_of_india_standard_time(cmo, send) -> None:
    cmo.settings(company_time_zone=IST)
    assert send(JULY_22).status == 200


@pytest.mark.statement("CMO-041", "CMO-061", "CMO-Q10")
@pytest.mark.parametrize(
    "value", ["2021-07-22T18:29:58.999Z", "2021-07-22T18:30:00.000Z", "2021-07-22T23:59:59.997Z"]
)
def test_outside_the_last_second_of_a_day_is_refused(cmo, send, value) -> None:
    cmo.settings(company_time_zone=IST)
    before = cmo.state()
    answer = send(value)
    refused(cmo, answer, NOT_VALID)
    [problem] = answer.entry["explanation"]["problems"]
    assert problem["expected"] == "the last second of a date in Asia/Kolkata"
    assert cmo.state() == before


@pytest.mark.statement("CMO-041")
@pytest.mark.parametrize(
    "value", ["2021-07-22T18:29:59Z", "2021-07-22T18:29:59.000Z", "2021-07-22T18:29:59.9999999Z"]
)
def test_anywhere_within_the_last_second_is_taken(cmo, send, value) -> None:
    cmo.settings(company_time_zone=IST)
    assert send(value).status == 200


@pytest.mark.statement("CMO-042")
@pytest.mark.parametrize(
    ("company", "accepted"),
    [("UTC", "2021-07-22T23:59:59.997Z"), (IST, JULY_22), ("Australia/Brisbane", "2021-07-02T13:59:59.997Z")],
)
def test_the_companys_time_zone_decides(cmo, send, company, accepted) -> None:
    cmo.settings(company_time_zone=company)
    for value in ("2021-07-22T23:59:59.997Z", JULY_22, "2021-07-02T13:59:59.997Z"):
        assert send(value).status == (200 if value == accepted else 400), value


@pytest.mark.statement("CMO-Q10")
def test_without_a_company_time_zone_any_time_of_day_is_taken(cmo, send) -> None:
    assert cmo.world.settings.company_time_zone is None
    assert send("2021-07-22T12:00:00.000Z").status == 200


@pytest.mark.statement("CMO-Q10")
def test_null_is_no_due_date(cmo, send) -> None:
    cmo.settings(company_time_zone=IST)
    assert send(None).status == 200


@pytest.mark.parametrize(
    ("company", "value", "ends"),
    [
        # Clocks go back at midnight: 23:59:59 comes twice, and the date ends with the second.
        ("America/Havana", "2021-11-07T03:59:59Z", True),
        ("America/Sao_Paulo", "2019-02-17T01:59:59Z", False),
        ("America/Sao_Paulo", "2019-02-17T02:59:59Z", True),
        # Clocks go forward at midnight: there is no 00:00, and the date before ends as always.
        ("America/Sao_Paulo", "2018-11-04T02:59:59Z", True),
        # A whole date is left out.
        ("Pacific/Apia", "2011-12-30T09:59:59Z", True),
        ("UTC", "9999-12-31T23:59:59Z", False),
        ("Pacific/Kiritimati", "9999-12-31T12:00:00Z", False),
        ("America/Los_Angeles", "0001-01-01T00:00:00Z", False),
    ],
)
@pytest.mark.statement("CMO-041")
def test_where_the_clocks_change_the_end_of_the_date_counts(company, value, ends) -> None:
    found = read_due_date(value)
    assert found is not None
    assert ends_a_day(found[0], zone(company)) is ends


@given(
    st.integers(-2_208_988_800, 4_102_444_800),  # from 1900 to 2100
    st.sampled_from([IST, "UTC", "Europe/Berlin", "America/New_York"]),
)
def test_a_second_ends_a_day_exactly_if_the_next_one_has_another_date(second, company) -> None:
    moment = datetime.fromtimestamp(second, UTC)
    local, later = (each.astimezone(zone(company)) for each in (moment, moment + timedelta(seconds=1)))
    assert ends_a_day(moment, zone(company)) == (local.date() != later.date())


@given(st.text())
def test_a_text_is_a_due_date_or_is_not_and_never_fails(text) -> None:
    found = read_due_date(text)
    assert found is None or json.dumps(found[1])
