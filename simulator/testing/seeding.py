"""Records for a test to begin with: what it gives, and the rest as in the first record of the collection."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from simulator.client import ControlError

if TYPE_CHECKING:
    from simulator.testing.vendor import VendorHandle

__tracebackhide__ = True  # of pytest: what is wrong is in the test, not here

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# Fields that tell one record from another, whatever the vendor: a copy of the example's would be another record's.
_TELLING = re.compile(
    r"id|guid|uuid|ref|e_?mail(_?address)?|login(_?name)?|user_?name|pat|\w*token|\w*secret|\w*thumbprint",
    re.IGNORECASE,
)


class Seed:
    """`kinetic.seed.issue(name="Leak")`: a record of the collection `issues`, checked by the server and put into the
    sandbox without a call to the vendor. The name may be the collection's or the singular of it.

    What is not given is as in the collection's first record, but for what tells records apart (its key, `id`, `guid`,
    addresses, logins, tokens): those are new. Returns the whole record.
    """

    def __init__(self, vendor: VendorHandle) -> None:
        self._vendor = vendor

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        if name.startswith("__"):
            raise AttributeError(name)
        keys = self._keys()
        collection = _collection(name, keys)
        if collection is None:
            near = difflib.get_close_matches(name, [*keys, *map(singular, keys)], 1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise AttributeError(
                f"{self._vendor.name} has no collection {name}; {meant}there are {', '.join(keys)}"
            )

        def seed(**fields: Any) -> dict[str, Any]:
            for field, value in fields.items():
                self._require_json(f"{name}({field}=...)", value)
            return self._put(collection, keys[collection], fields)

        seed.__name__ = name
        seed.__doc__ = f"Put a record into {collection} and return it."
        return seed

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *map(singular, self._keys())})

    def _keys(self) -> dict[str, str]:
        """The key field of each collection."""
        found = self._vendor.get("/state/{vendor}")["collections"]
        return {each["name"]: each["key"] for each in found}

    def _require_json(self, what: str, value: Any) -> None:
        try:
            json.dumps(value)
        except (TypeError, ValueError, RecursionError):
            raise TypeError(
                f"{self._vendor.name}.seed.{what}: {value!r} is no JSON; give it as the vendor writes it"
            ) from None

    def _put(self, collection: str, key: str, fields: dict[str, Any]) -> dict[str, Any]:
        there = self._vendor.records(collection)
        record = {**_fresh(collection, key, there), **fields}
        if key not in record:
            raise ValueError(
                f"{collection} is empty, so there is no record to take the rest from; give {key} at least"
            )
        place = f"/state/{{vendor}}/{collection}/{quote(str(record[key]), safe='')}"
        try:
            put: dict[str, Any] = self._vendor.call("PUT", place, record)
        except ControlError as error:
            wrong = [
                f"\n  {each['path']}: expected {each['expected']}, got {each['got']} ({each['rule']})"
                for each in error.body.get("problems", ())
            ]
            raise ValueError(f"{self._vendor.name}.seed: {error.detail}{''.join(wrong)}") from None
        return put


def singular(name: str) -> str:
    """`action_items` -> `action_item`, `entities` -> `entity`, `statuses` -> `status`."""
    for ending, instead in (
        ("ies", "y"),
        ("sses", "ss"),
        ("ses", "s"),
        ("xes", "x"),
        ("ches", "ch"),
        ("s", ""),
    ):
        if name.endswith(ending) and not name.endswith("ss"):
            return name.removesuffix(ending) + instead
    return name


def _collection(name: str, known: Iterable[str]) -> str | None:
    """The collection of that name, or of that singular, in whatever case."""
    wanted = name.casefold()
    for spelt in (str.casefold, lambda each: singular(each.casefold())):
        for each in known:
            if spelt(each) == wanted:
                return each
    return None


def _fresh(collection: str, key: str, there: list[dict[str, Any]]) -> dict[str, Any]:
    """The first record with new values in what tells records apart; {} where there is none."""
    return {
        name: _another(f"{collection}/{name}", value, [record.get(name) for record in there])
        if name == key or _TELLING.fullmatch(name)
        else value
        for name, value in (there[0] if there else {}).items()
    }


def _another(where: str, value: Any, taken: list[Any]) -> Any:
    """A value like this one that no record has. It depends on what is there alone: two runs seed the same."""
    if isinstance(value, bool) or not isinstance(value, (int, str)) or value == "":
        return value
    if isinstance(value, int):
        return max(each for each in taken if isinstance(each, int)) + 1
    number = len(taken) + 1
    while (new := _text(where, value, number)) in taken:
        number += 1
    return new


def _text(where: str, like: str, number: int) -> str:
    digest = hashlib.blake2b(f"{where}/{number}".encode(), digest_size=16).hexdigest()
    if _GUID.fullmatch(like):
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}"
    if "@" in like:
        return f"seeded-{number}@example.com"
    if re.fullmatch(r"[0-9A-Fa-f]{32,}", like):  # a thumbprint
        return (digest * (len(like) // len(digest) + 1))[: len(like)]
    return f"seeded-{number}"
