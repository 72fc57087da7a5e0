"""$orderby: several keys, each rising or falling, in the reading that is on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from simulator.core.store import Record
from simulator.vendors.alemba.entities import TEXTS, Entity
from simulator.vendors.alemba.search.paths import Environment, Get, PathError, getter, resolve, searchable

MAX_KEYS = 20
_FOLDING = 3  # steps: a text is compared without its case, and then with it
_CHARACTERS = 16  # of a text that are folded and compared in a step
Row = tuple[Entity, Record]


class OrderError(Exception):
    """An order that is refused: why, and whether the API knows the thing and does not support it."""

    def __init__(self, why: str, *, supported: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.supported = supported


class SortKey(NamedTuple):
    get: Get
    falling: bool
    is_text: bool
    steps: int  # for each row


def read_order(
    text: str, entity: Entity, joins: Mapping[str, str], *, inverted: bool = False
) -> tuple[SortKey, ...]:
    """The keys of a comma list. `inverted` is the other reading of ALM-Q2, in which asc is z-a. Raises OrderError."""
    items = text.split(",")
    if len(items) > MAX_KEYS:
        raise OrderError(f"more than {MAX_KEYS} keys")
    return tuple(_sort_key(item.split(), entity, joins, inverted=inverted) for item in items)


def _sort_key(words: list[str], entity: Entity, joins: Mapping[str, str], *, inverted: bool) -> SortKey:
    if len(words) not in {1, 2} or words[1:] not in ([], ["asc"], ["desc"]):
        raise OrderError("a key of an order is written: Property, Property asc or Property desc")
    try:
        found = resolve(entity, tuple(words[0].split(".")), joins)
        searchable(found)
    except PathError as error:
        raise OrderError(error.why, supported=error.supported) from None
    if found.prop.many or found.prop.data_type == "Binary":
        raise OrderError(f"nothing is ordered by {found.prop.name}", supported=False)
    falling = words[1:] == (["asc"] if inverted else ["desc"])
    is_text = found.prop.data_type in TEXTS
    return SortKey(getter(found), falling, is_text, found.steps + (_FOLDING if is_text else 0))


def ordered(env: Environment, rows: list[Row], keys: tuple[SortKey, ...]) -> list[Row]:
    """The rows in order; of equals the earlier stays earlier. What has no value comes before all that has one. Raises
    TooMuch."""
    for key in reversed(keys):
        env.take(
            len(rows) * (key.steps + len(rows).bit_length() // 3)
        )  # a row is compared so often, and fast
        # Bound to the key of this turn: a sort asks at once.
        rows = sorted(rows, key=_reader(env, key), reverse=key.falling)
    return rows


def _reader(env: Environment, key: SortKey) -> Any:
    get = key.get
    if key.is_text:  # as people read: a before B, and then a before A

        def text(row: Row) -> tuple[bool, str, str]:
            value = get(env, row[1])
            if value is None:
                return False, "", ""
            env.take(len(value) // _CHARACTERS)
            return True, value.casefold(), value

        return text

    def value_of(row: Row) -> tuple[bool, Any]:
        value = get(env, row[1])
        return (False, 0) if value is None else (True, value)

    return value_of
