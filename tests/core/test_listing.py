"""core/listing.py: filters and pages that build only what is answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.listing import containing, page, where
from simulator.core.store import Record

TOYS: list[Record] = [
    {"id": 1, "name": "Bear", "note": None, "lent": False},
    {"id": 2, "name": "Straße", "note": "a BEAR too", "lent": True},
    {"id": 3, "name": "boat", "lent": False},
]


def ids(records: list[Record]) -> list[int]:
    return [record["id"] for record in records]


@given(st.lists(st.integers(), max_size=20), st.none() | st.integers(0, 25), st.none() | st.integers(0, 25))
def test_a_page_is_a_slice(numbers: list[int], offset: int | None, limit: int | None) -> None:
    records = [{"id": number} for number in numbers]
    start = offset or 0

    assert page(records, offset, limit) == records[start : None if limit is None else start + limit]


def test_a_page_reads_no_further_than_its_end() -> None:
    def endless() -> Iterator[Record]:
        number = 0
        while True:
            yield {"id": number}
            number += 1

    assert ids(page(endless(), 3, 2)) == [3, 4]


def test_records_are_chosen_by_the_values_of_their_fields() -> None:
    assert ids(list(where(TOYS, lent=False))) == [1, 3]
    assert ids(list(where(TOYS, lent=False, name="boat"))) == [3]
    assert ids(list(where(TOYS))) == [1, 2, 3]
    assert ids(list(where(TOYS, note=None))) == [1, 3]


@pytest.mark.parametrize(
    ("text", "found"),
    [("bear", [1, 2]), ("BEAR", [1, 2]), ("strasse", [2]), ("", [1, 2, 3]), ("x", []), ("a", [1, 2, 3])],
)
def test_a_text_is_found_in_any_case_and_in_any_of_the_fields(text: str, found: list[int]) -> None:
    assert ids(containing(TOYS, text, lambda toy: (toy["name"], toy.get("note")))) == found


def test_what_is_not_there_holds_no_text() -> None:
    assert containing(TOYS, "a", lambda toy: (None, "")) == []
