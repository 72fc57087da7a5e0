"""What lists have in common: filters and pages that build only what is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from simulator.core.store import Record


def where(records: Iterable[Record], **fields: Any) -> Iterable[Record]:
    """The records whose fields equal these values."""
    return (record for record in records if all(record.get(name) == value for name, value in fields.items()))


def containing(
    records: Iterable[Record], text: str, read: Callable[[Record], Iterable[str | None]]
) -> list[Record]:
    """The records in one of whose texts `text` occurs, whatever the case."""
    wanted = text.casefold()
    return [record for record in records if any(wanted in part.casefold() for part in read(record) if part)]


def page(records: Iterable[Record], offset: float | None, limit: float | None) -> list[Record]:
    """A slice of a list; the rest is neither copied nor presented. 10.0 is an integer to JSON Schema."""
    start = int(offset or 0)
    return list(islice(records, start, None if limit is None else start + int(limit)))
