"""core/statements.py: the ledger of a vendor's statements, each with its source and basis."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.core.statements import BASES, LedgerError, read_ledger
from tests.core import toy


def raw(**statements: Any) -> dict[str, Any]:
    ids = {id.replace("_", "-"): entry for id, entry in statements.items()}
    return {"format": 1, "vendor": "toy", "statements": ids}


ENTRY = {"text": "A toy has a name.", "source": "toy box, line 1", "basis": "documented"}


def test_a_statement_is_found_by_its_id() -> None:
    ledger = read_ledger(raw(TOY_001={**ENTRY, "check": "leave it out"}), "toy")

    assert ledger["TOY-001"].describe() == {"id": "TOY-001", **ENTRY, "check": "leave it out"}
    assert (len(ledger), list(ledger), "TOY-002" in ledger) == (1, ["TOY-001"], False)


@pytest.mark.parametrize("id", ["TOY-001", "TOY-01", "TOY-X01", "TOY-X001", "TOY-Q1", "TOY-Q12"])
def test_an_id_names_its_vendor_and_its_number(id: str) -> None:
    assert id in read_ledger({**raw(), "statements": {id: ENTRY}}, "toy")


@pytest.mark.parametrize(
    "id",
    [
        "TOY-1",
        "TOY1",
        "toy-001",
        "TO-001",
        "TOYS-001",
        "TOY-Y01",
        "TOY-0001",
        "TOY-\u0660\u0660\u0661",
        "",
        "TOY-001\n",
    ],
)
def test_another_id_is_refused(id: str) -> None:
    with pytest.raises(LedgerError, match="an id looks like"):
        read_ledger({**raw(), "statements": {id: ENTRY}}, "toy")


@pytest.mark.parametrize(
    "entry",
    [
        None,
        "text",
        {},
        {"text": "a", "source": "b"},
        {"text": "a", "basis": "assumed"},
        {"source": "b", "basis": "assumed"},
        {**ENTRY, "why": "because"},
    ],
)
def test_an_entry_needs_its_three_words_and_takes_one_more(entry: Any) -> None:
    with pytest.raises(LedgerError, match="TOY-001: needs text, source and basis"):
        read_ledger(raw(TOY_001=entry), "toy")


@pytest.mark.parametrize("basis", ["guessed", "Documented", "", None, 1])
def test_a_basis_is_one_of_five(basis: Any) -> None:
    with pytest.raises(
        LedgerError, match="TOY-001: basis is one of documented, published, observed, inferred, assumed"
    ):
        read_ledger(raw(TOY_001={**ENTRY, "basis": basis}), "toy")


@pytest.mark.parametrize(
    "file", [None, [], {}, {"format": 1}, {**raw(), "format": 2}, {**raw(), "vendor": "joy"}]
)
def test_a_file_says_its_format_and_vendor(file: Any) -> None:
    with pytest.raises(LedgerError, match="starts with"):
        read_ledger(file, "toy")


@pytest.mark.parametrize("statements", [None, [], "TOY-001"])
def test_a_file_without_statements_is_refused(statements: Any) -> None:
    with pytest.raises(LedgerError):
        read_ledger({"format": 1, "vendor": "toy", "statements": statements}, "toy")
    with pytest.raises(LedgerError):
        read_ledger({"format": 1, "vendor": "toy"}, "toy")


def test_the_weakest_of_statements_decides() -> None:
    ledger = read_ledger(toy.STATEMENTS, "toy")

    assert ledger.weakest(["TOY-002", "TOY-010", "TOY-001"]) == "inferred"
    assert ledger.weakest(["TOY-002"]) == "documented"
    assert ledger.weakest(["TOY-031", "TOY-002"]) == "assumed"
    assert ledger.weakest([]) is None
    assert ledger.weakest(["ALL-999"]) is None


def test_statements_are_counted_by_basis_the_strongest_first() -> None:
    counts = read_ledger(toy.STATEMENTS, "toy").counts()

    assert counts == {"documented": 7, "published": 1, "observed": 0, "inferred": 1, "assumed": 1}
    assert tuple(counts) == BASES
