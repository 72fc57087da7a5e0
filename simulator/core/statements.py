"""The ledger of a vendor's statements: what its documents say, and what we assumed, each with its source and basis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

BASES = ("documented", "published", "observed", "inferred", "assumed")  # strongest first
_ID = re.compile(r"[A-Z]{3}-(?:X?\d{2,3}|Q\d{1,2})", re.ASCII)
_KEYS = {"text", "source", "basis", "check"}


class LedgerError(Exception):
    """A statements file that says something we cannot take."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One testable sentence. `check` says in words how a test proves it."""

    id: str
    text: str
    source: str
    basis: str
    check: str = ""

    def describe(self) -> dict[str, str]:
        return {
            "id": self.id,
            "text": self.text,
            "source": self.source,
            "basis": self.basis,
            "check": self.check,
        }


class Ledger(Mapping[str, Statement]):
    """The statements of one vendor by id."""

    def __init__(self, vendor: str, statements: Iterable[Statement] = ()) -> None:
        self.vendor = vendor
        self._by_id = {statement.id: statement for statement in statements}

    def __getitem__(self, key: str) -> Statement:
        return self._by_id[key]

    def __iter__(self) -> Any:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def weakest(self, ids: Iterable[str]) -> str | None:
        """The weakest basis among these statements; None when there is none."""
        found = [BASES.index(self._by_id[id].basis) for id in ids if id in self._by_id]
        return BASES[max(found)] if found else None

    def counts(self) -> dict[str, int]:
        """How many statements stand on each basis, strongest basis first."""
        bases = [statement.basis for statement in self._by_id.values()]
        return {basis: bases.count(basis) for basis in BASES}


def read_ledger(raw: Any, vendor: str) -> Ledger:
    """The ledger of `openapi/<vendor>.statements.yaml` as read. Raises LedgerError with the statement at fault."""
    if not isinstance(raw, dict) or raw.get("format") != 1 or raw.get("vendor") != vendor:
        raise LedgerError(f'a statements file starts with "format: 1" and "vendor: {vendor}"')
    if not isinstance(raw.get("statements"), dict):
        raise LedgerError('a statements file has "statements", each by its id')
    return Ledger(vendor, (_statement(id, entry) for id, entry in raw["statements"].items()))


def _statement(id: str, entry: Any) -> Statement:
    if not _ID.fullmatch(id):
        raise LedgerError(f"{id}: an id looks like KIN-019 or ALY-X01")
    if not isinstance(entry, dict) or not {"text", "source", "basis"} <= entry.keys() <= _KEYS:
        raise LedgerError(f"{id}: needs text, source and basis; may have check")
    if entry["basis"] not in BASES:
        raise LedgerError(f"{id}: basis is one of {', '.join(BASES)}, not {entry['basis']!r}")
    return Statement(id, entry["text"], entry["source"], entry["basis"], entry.get("check", ""))
