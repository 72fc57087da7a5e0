"""Whether records that are each valid fit together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from simulator.core.store import Record, Store
from simulator.vendors.cmo.rules import thumbprint

Of = Callable[[Record], Any]

# What one record has and no other: by it a caller is known, or an action is told from the rest (CMO-069).
_OWN: tuple[tuple[str, str, Of], ...] = (
    ("users", "loginName", lambda user: user["loginName"]),
    ("users", "static_token", lambda user: user["static_token"]),
    ("users", "certificate_thumbprint", lambda user: thumbprint(user["certificate_thumbprint"])),
    ("actions", "uniqueID", lambda action: action["uniqueID"]),
)


def check_fixture(store: Store) -> None:
    """Raises ValueError with a sentence for each value that two records have."""
    found = [sentence for collection, name, of in _OWN for sentence in _shared(store, collection, name, of)]
    if found:
        raise ValueError(*found)


def _shared(store: Store, collection: str, name: str, of: Of) -> Iterator[str]:
    owners: dict[Any, Any] = {}
    for record in store.all(collection):
        if record[name] is None:
            continue
        owner = owners.setdefault(of(record), record["id"])
        if owner != record["id"]:
            yield f"{collection} {record['id']} has the {name} of {owner}"
