"""What a vendor may answer to a well-formed request besides success, and why, and how the contract tests authenticate:
the shape of it. Each vendor's own part stands in `expecting/<vendor>.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple

import orjson

from simulator.core.sandbox import World
from simulator.vendors import VENDORS


class Good(NamedTuple):
    """A login and a token that hold. A vendor that knows only one of them takes the other for nothing."""

    login: str
    password: str
    token: str


@dataclass(frozen=True)
class Expected:
    """A vendor's part of the contract tests.

    `ways`: the Authorization headers by which a caller with every right is known, by a name for each way; the run over
    HTTP takes the first, the one in process the last. `good`: what those are made from. `lifetime_s`: how long the
    token of `good` holds, None if it holds for ever. `settings`: those of the contract tests' sandboxes.
    `refusals`: statuses of a business rule that refuses well-formed data. The thorough run reports one that never
    occurs. `rejections`: statuses for malformed data beyond the usual 400, 404 and 422. `known`: where the records of
    the fixture are put into requests, as `collection.field`. `known_to`: the values that one operation is given there
    instead, so that it succeeds often enough for the links behind its answers to be followed. `words`: values, written
    out, that are put into requests. `prepare`: what is put into a fresh world before anything is asked of it, such as a
    login. `removals`: an operation that takes its resource away when its answer has this value in this field.
    `outlives`: operations that answer with success below a resource that is gone. `unauthorized`: the body of every
    401, None where it is empty. `samples`: the content type and body for an operation whose document cannot write an
    example down. `texts`: the optional fields of a form that take any text: whatever is sent for one arrives as a text,
    or not at all. `refusing`: the field, and its value, by which the body of a 2xx says that the call was refused.
    """

    ways: Mapping[str, Callable[[World], str]]
    good: Callable[[World], Good]
    unauthorized: Any
    lifetime_s: Callable[[World], int] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    refusals: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    rejections: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    known_to: Mapping[str, Mapping[str, list[Any]]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prepare: Callable[[World], None] = lambda world: None
    removals: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    outlives: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    refusing: tuple[str, Any] | None = None

    def refuses(self, status: int, body: bytes) -> bool:
        """Whether an answer is a refusal, by its status or by what its body says."""
        if status >= 400 or self.refusing is None:
            return status >= 400
        name, value = self.refusing
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:  # a file
            return False
        return isinstance(said, dict) and said.get(name) == value


EXPECTED: Mapping[str, Expected] = {
    vendor: import_module(f"tests.contract.expecting.{vendor}").EXPECTED for vendor in VENDORS
}
