"""Time: the only file that reads the machine's clocks, and the one clock that each sandbox has."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Literal

Instant = int  # microseconds since 1970-01-01T00:00:00Z
Mode = Literal["running", "frozen"]

SECOND = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# One day inside the range of datetime, so that every instant can be written in any zone.
EARLIEST: Instant = (datetime(1, 1, 2, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
LATEST: Instant = (datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)

_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<weeks>\d{1,7})W)?(?:(?P<days>\d{1,7})D)?"
    r"(?:T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,12}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)


_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})", re.ASCII)


def real_now() -> Instant:
    """The machine's time of day."""
    return time.time_ns() // 1000


def stopwatch() -> float:
    """Seconds on a clock that only goes forward, for durations."""
    return time.perf_counter()


class Clock:
    """A sandbox's clock. A running one is carried by the machine's monotonic clock, so that setting the machine's
    time of day moves no token and no timer."""

    __slots__ = ("_anchor", "_http_date", "_http_second", "_started", "mode")

    def __init__(self, now: Instant | None = None, mode: Mode = "running") -> None:
        self.mode: Mode = mode
        self._http_second: int | None = None
        self._http_date = b""
        self.set(real_now() if now is None else now)

    def now(self) -> Instant:
        if self.mode == "frozen":
            return self._anchor
        return min(self._anchor + (time.monotonic_ns() - self._started) // 1000, LATEST)

    def set(self, now: Instant, mode: Mode | None = None) -> None:
        """Move to any instant, also an earlier one. Raises ValueError for one that is out of reach."""
        if not EARLIEST <= now <= LATEST:
            raise ValueError("an instant lies between 0001-01-02 and 9999-12-30")
        self._anchor = now
        self._started = time.monotonic_ns()
        self.mode = mode or self.mode

    def http_date(self, now: Instant) -> bytes:
        """The `Date` header of RFC 9110; written once a second."""
        second = now // SECOND
        if second != self._http_second:
            moment = to_datetime(second * SECOND)
            self._http_second = second
            self._http_date = (
                f"{_DAYS[moment.weekday()]}, {moment.day:02} {_MONTHS[moment.month - 1]} {moment.year:04} "
                f"{moment.hour:02}:{moment.minute:02}:{moment.second:02} GMT"
            ).encode()
        return self._http_date


# Not strftime: its names follow the machine's locale.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def to_datetime(instant: Instant, offset_minutes: int = 0) -> datetime:
    zone = UTC if offset_minutes == 0 else timezone(timedelta(minutes=offset_minutes))
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(zone)


@cache
def offset_minutes(zone: str, name: str = "a time zone") -> int:
    """ "-05:00" as -300. Raises ValueError, in which `name` is what was to be one."""
    match = _OFFSET.fullmatch(zone)
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        raise ValueError(f'{name} is an offset like "-05:00", not {zone!r}')
    minutes = int(match[2]) * 60 + int(match[3])
    return -minutes if match[1] == "-" else minutes


def format_instant(instant: Instant) -> str:
    """ISO 8601 in UTC with milliseconds, for the control API and the journal."""
    return to_datetime(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> Instant:
    """An ISO 8601 instant that says its offset. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("an instant needs an offset, such as Z or +02:00")
    instant = (moment - _EPOCH) // timedelta(microseconds=1)
    if not EARLIEST <= instant <= LATEST:
        raise ValueError("an instant lies between 0001-01-02 and 9999-12-30")
    return instant


def parse_duration(text: str) -> int:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds ("PT11M"), in microseconds. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    parts = {} if match is None else {k: v for k, v in match.groupdict().items() if v and k != "sign"}
    if match is None or not parts or text.endswith("T"):
        raise ValueError('a duration is written like "PT11M", "P1D" or "PT0.5S"')
    seconds, _, fraction = parts.pop("seconds", "0").partition(".")
    whole = timedelta(**{unit: int(value) for unit, value in parts.items()}, seconds=int(seconds))
    micros = whole // timedelta(microseconds=1) + int(fraction.ljust(6, "0") or "0")
    return -micros if match["sign"] else micros
