"""core/clock.py: one clock a sandbox, which only a test or the machine's monotonic clock moves."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.clock import (
    EARLIEST,
    LATEST,
    SECOND,
    Clock,
    format_instant,
    parse_duration,
    parse_instant,
    real_now,
    stopwatch,
    to_datetime,
)

instants = st.integers(EARLIEST, LATEST)
HOUR = 3600 * SECOND


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The machine's monotonic clock in nanoseconds, for the test to move."""
    at = [5_000_000_000]
    monkeypatch.setattr(time, "monotonic_ns", lambda: at[0])
    return at


def test_a_frozen_clock_stands_still(monotonic: list[int]) -> None:
    clock = Clock(1000, "frozen")

    monotonic[0] += 10**12

    assert clock.now() == 1000


def test_a_running_clock_goes_on_with_the_monotonic_clock(monotonic: list[int]) -> None:
    clock = Clock(1000, "running")

    monotonic[0] += 2_000_000_000

    assert clock.now() == 1000 + 2 * SECOND


def test_setting_the_machines_time_of_day_moves_nothing(
    monotonic: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    before = clock.now()

    monkeypatch.setattr(time, "time_ns", lambda: 0)

    assert clock.now() == before


def test_a_clock_that_is_told_nothing_begins_at_the_machines_time() -> None:
    earlier = real_now()

    now = Clock().now()

    assert earlier <= now <= real_now() + SECOND


def test_a_clock_may_be_set_back(monotonic: list[int]) -> None:
    clock = Clock(HOUR, "running")

    clock.set(0)

    assert clock.now() == 0


def test_a_clock_keeps_its_mode_unless_told(monotonic: list[int]) -> None:
    clock = Clock(0, "frozen")

    clock.set(5)
    monotonic[0] += 10**9
    assert (clock.now(), clock.mode) == (5, "frozen")

    clock.set(5, "running")
    monotonic[0] += 10**9
    assert (clock.now(), clock.mode) == (5 + SECOND, "running")


@pytest.mark.parametrize("instant", [EARLIEST - 1, LATEST + 1, -(10**18), 10**18])
def test_an_instant_outside_of_the_years_1_to_9999_is_refused_and_changes_nothing(instant: int) -> None:
    clock = Clock(7, "frozen")

    with pytest.raises(ValueError, match="0001-01-02 and 9999-12-30"):
        clock.set(instant)

    assert clock.now() == 7


@pytest.mark.parametrize("instant", [EARLIEST, LATEST])
def test_the_first_and_the_last_instant_can_be_set(instant: int) -> None:
    clock = Clock(0, "frozen")

    clock.set(instant)

    assert clock.now() == instant == parse_instant(format_instant(instant))


def test_a_running_clock_stops_at_the_end_of_time(monotonic: list[int]) -> None:
    clock = Clock(LATEST, "running")

    monotonic[0] += 10**15

    assert clock.now() == LATEST


@given(instants)
def test_the_date_header_is_that_of_rfc_9110(instant: int) -> None:
    whole = to_datetime(instant - instant % SECOND)

    assert Clock(0, "frozen").http_date(instant).decode() == format_datetime(whole, usegmt=True)


def test_the_date_header_follows_the_clock_in_both_directions() -> None:
    clock = Clock(0, "frozen")

    assert clock.http_date(0) == b"Thu, 01 Jan 1970 00:00:00 GMT"
    assert clock.http_date(SECOND - 1) == b"Thu, 01 Jan 1970 00:00:00 GMT"
    assert clock.http_date(SECOND) == b"Thu, 01 Jan 1970 00:00:01 GMT"
    assert clock.http_date(0) == b"Thu, 01 Jan 1970 00:00:00 GMT"


@given(instants)
def test_an_instant_is_read_as_it_is_written_to_the_millisecond(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant - instant % 1000


@pytest.mark.parametrize("offset", [0, 60, -300, 840, -840])
@pytest.mark.parametrize("instant", [EARLIEST, 0, LATEST])
def test_every_instant_can_be_written_in_every_zone(instant: int, offset: int) -> None:
    moment = to_datetime(instant, offset)

    assert moment.utcoffset() == timedelta(minutes=offset)
    assert (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("1969-12-31T23:59:59Z", -SECOND),
        ("2024-02-29T12:00:00.5-05:00", 1_709_226_000_500_000),
    ],
)
def test_an_instant_is_read_in_its_own_zone(text: str, instant: int) -> None:
    assert parse_instant(text) == instant


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "0", "1e9", "NaN", "1970-01-01", "1970-01-01T00:00:00"),
        *("1970-13-01T00:00:00Z", "1970-02-30T00:00:00Z", "1970-01-01T24:00:01Z", "1970-01-01T23:59:60Z"),
        *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"),
        *("1970-01-01T00:00:00+25:00", "1970-01-01T00:00:00Zx", "١٩٧٠-01-01T00:00:00Z"),
    ],
)
def test_what_is_no_instant_is_refused_as_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("PT11M", 11 * 60 * SECOND),
        ("PT0.5S", SECOND // 2),
        ("PT0.000001S", 1),
        ("P1D", 24 * HOUR),
        ("P2W", 14 * 24 * HOUR),
        ("P1W1DT1H1M1S", (7 * 24 + 24 + 1) * HOUR + 61 * SECOND),
        ("PT0S", 0),
        ("-PT1S", -SECOND),
        ("-PT1.5S", -3 * SECOND // 2),
        ("P36525D", 36525 * 24 * HOUR),
    ],
)
def test_a_duration_is_read(text: str, micros: int) -> None:
    assert parse_duration(text) == micros


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "P",
            "PT",
            "-P",
            "-PT",
            "P1DT",
            "11M",
            "T11M",
            "PT11",
            "P11M",
            "P1Y",
            "PT1M1H",
            "PT1S1S",
            "pt1s",
        ),
        *(
            "PT1,5S",
            "PT.5S",
            "PT1.S",
            "PT1.0000001S",
            "PT1e3S",
            "PTNaNS",
            "+PT1S",
            "PT-1S",
            " PT1S",
            "PT1S\n",
            "PT٣S",
        ),
        *("P10000000D", "PT1234567890123S"),
    ],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='written like "PT11M"'):
        parse_duration(text)


@given(
    st.from_regex(r"-?P([0-9]{1,7}W)?([0-9]{1,7}D)?T[0-9]{1,9}M[0-9]{1,12}(\.[0-9]{1,6})?S", fullmatch=True)
)
def test_a_duration_that_is_well_written_is_read_however_long(text: str) -> None:
    assert (parse_duration(text) <= 0) is (text[0] == "-" or not set(text) & set("123456789"))


def test_the_stopwatch_never_goes_back() -> None:
    assert stopwatch() <= stopwatch()
