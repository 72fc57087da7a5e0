"""A vendor as it declares itself, and the same vendor compiled and checked, ready to be served."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from simulator.core import limits, outbox
from simulator.core.auth import Authenticator
from simulator.core.call import Call, Reply
from simulator.core.document import Document, read_document
from simulator.core.errors import Refusal
from simulator.core.routing import Router
from simulator.core.settings import change_settings
from simulator.core.statements import Ledger, read_ledger
from simulator.core.store import CollectionSpec, Record, Store
from simulator.core.validation import Schema

if TYPE_CHECKING:
    from simulator.core.sandbox import World

Handler = Callable[[Call[Any]], Any]
F = TypeVar("F", bound=Handler)
_COLLECTING = "collects_problems"
_SHOWN = 20  # of the things that are wrong with a fixture


class LoadError(Exception):
    """A vendor that does not fit together: the message says which file, what and why."""


def collects_problems(handler: F) -> F:
    """Mark a handler that looks at its problems itself (`call.require_valid`), so that it can answer a missing parent
    first, or add its own to the list."""
    setattr(handler, _COLLECTING, True)
    return handler


@dataclass(frozen=True)
class Vendor:
    """What a vendor's package says of itself; plain values and plain functions.

    `handlers` are by operationId, `authenticators` by the document's security scheme; `start` mints the credentials of
    a fresh sandbox from a fixture's `credentials`; `fold_path` turns the spellings a server takes into the one that
    stands in the document; `fold_query` does the same for the names (and values) of a query string, `fold_body` for a
    JSON or url-encoded body (None: there was none); `admit` may refuse an authenticated call before its content is
    read; `on_timer` is told, in a transaction of its own, when a timer with a `kind` falls due; `headers` are those
    of every answer, by its status; `sends` says that the vendor makes calls of its own, which wait in its outbox;
    `write_as` writes an answer's JSON value, checked as such, in another media type that the request asks for (None:
    as JSON); `check_fixture` raises ValueError, with a sentence for each thing, for records that each are valid and do
    not fit together, and may replace a record of the store by one that says the same as the vendor keeps it;
    `record_schemas` are the JSON Schemas of the collections that the document does not describe, as the vendor has
    them from its own data; `credentials` gives those of a world as they hold now (None: as `start` minted them).
    """

    name: str
    title: str
    prefix: str  # of its statement ids
    handlers: Mapping[str, Handler]
    authenticators: Mapping[str, Authenticator]
    collections: tuple[CollectionSpec, ...]
    settings: type[Any]
    render_error: Callable[[Refusal, Call[Any]], Reply]
    start: Callable[[World, list[Any]], list[dict[str, Any]]]
    fold_path: Callable[[str, Any], str] = lambda path, settings: path
    fold_body: Callable[[Call[Any], Any], Any] = lambda call, body: body
    fold_query: Callable[[Call[Any], dict[str, list[str]]], dict[str, list[str]]] | None = None
    admit: Callable[[Call[Any]], None] | None = None
    on_timer: Callable[[World, Record], None] | None = None
    headers: Callable[[Call[Any], int], Iterable[tuple[str, str]]] | None = None
    sends: bool = False
    write_as: Callable[[Call[Any], Any], tuple[str, bytes] | None] | None = None
    check_fixture: Callable[[Store], None] | None = None
    record_schemas: Mapping[str, Any] = field(default_factory=dict)
    credentials: Callable[[World], list[dict[str, Any]]] | None = None


class Fixture(NamedTuple):
    """A starting state, loaded: its records are shared by every sandbox until one writes."""

    name: str
    store: Store
    settings: Any
    credentials: list[Any]


class Service:
    """A vendor with its document, ledger and fixtures, compiled: what sandboxes serve.

    Raises LoadError when an operation has no handler, a handler no operation, a citation no statement.
    """

    def __init__(
        self,
        vendor: Vendor,
        document: Mapping[str, Any],
        statements: Any,
        fixture: Callable[[str | Path], Any],
    ) -> None:
        self.vendor = vendor
        self.name = vendor.name
        self.document: Document = read_document(document, vendor.record_schemas)
        self.ledger: Ledger = read_ledger(statements, vendor.name)
        self.router = Router(self.document.operations.values())
        self.handlers = vendor.handlers
        self.collecting = frozenset(
            id for id, handler in vendor.handlers.items() if hasattr(handler, _COLLECTING)
        )
        self.max_body = max(operation.max_body for operation in self.document.operations.values())
        self._read_fixture = fixture
        self._fixtures: dict[str | Path, Fixture] = {}
        self._check()

    def _check(self) -> None:
        operations = self.document.operations
        served = {id for id, operation in operations.items() if operation.status != "stub"}
        for what, names in (
            ("operations without a handler", served - self.handlers.keys()),
            ("handlers without an operation", self.handlers.keys() - operations.keys()),
            (
                "statements that the document cites and the ledger lacks",
                self.document.cited - self.ledger.keys(),
            ),
            (
                "statements that settings cite and the ledger lacks",
                self._cited_by_settings() - self.ledger.keys(),
            ),
            (
                "record schemas without a collection",
                self.document.records.keys() - {s.name for s in self._specs},
            ),
            (
                "settings that the document's rate limit names and the vendor lacks",
                set(self.document.rate_limit or ())
                - {each.name for each in dataclasses.fields(self.vendor.settings)},
            ),
            (
                "collections without a record schema",
                {s.name for s in self._specs} - self.document.records.keys(),
            ),
            (
                "security schemes without an authenticator",
                self._schemes() - self.vendor.authenticators.keys(),
            ),
        ):
            if names:
                raise LoadError(f"{self.name}: {what}: {', '.join(sorted(names))}")

    @property
    def _specs(self) -> tuple[CollectionSpec, ...]:
        return self.vendor.collections

    @property
    def _private(self) -> tuple[CollectionSpec, ...]:
        """What the core keeps beside the vendor's collections, and only where it is needed."""
        kept = [TIMERS]
        if self.document.rate_limit is not None:
            kept.append(limits.LIMITS)
        if self.vendor.sends:
            kept.append(outbox.OUTBOX)
        return tuple(kept)

    def _private_schema(self, collection: str) -> Schema | None:
        return _PRIVATE.get(collection) if collection in {spec.name for spec in self._private} else None

    def _schemes(self) -> set[str]:
        alternatives = (
            each for operation in self.document.operations.values() for each in operation.security
        )
        return {scheme for schemes in alternatives for scheme in schemes}

    def _cited_by_settings(self) -> set[str]:
        cited = (item.metadata.get("statement", "") for item in dataclasses.fields(self.vendor.settings))
        return {statement for statement in cited if statement}

    def fixture(self, name: str | Path = "default") -> Fixture:
        """A fixture by name or file, read and checked once. Raises LoadError."""
        if name not in self._fixtures:
            self._fixtures[name] = self._load(str(name), self._read_fixture(name))
        return self._fixtures[name]

    def _load(self, name: str, raw: Any) -> Fixture:
        place = f"fixture {name} of {self.name}"
        allowed = {"format", "vendor", "records", "credentials", "settings"}
        if not isinstance(raw, dict) or raw.get("format") != 1 or raw.get("vendor") != self.name:
            raise LoadError(f'{place}: a fixture starts with "format: 1" and "vendor: {self.name}"')
        if raw.keys() - allowed:
            raise LoadError(f"{place}: unknown keys {', '.join(sorted(raw.keys() - allowed))}")
        for key, kind in (("records", dict), ("settings", dict), ("credentials", list)):
            if not isinstance(raw.get(key, kind()), kind):
                raise LoadError(f"{place}: {key} is a {kind.__name__}")
        store = self.read_store(raw.get("records", {}), place)
        store.commit()
        try:
            settings = change_settings(self.vendor.settings(), raw.get("settings", {}))
        except ValueError as error:
            raise LoadError(f"{place}: settings: {error}") from None
        return Fixture(name, store, settings, raw.get("credentials", []))

    def read_store(self, records: Any, place: str) -> Store:
        """A store with these records by collection, each checked; not committed. Raises LoadError."""
        store = self.empty_store()
        if not isinstance(records, dict):
            raise LoadError(f"{place}: records are given by collection")
        wrong: list[str] = []
        for collection, found in records.items():
            if not isinstance(found, list):
                raise LoadError(f"{place}: {collection} is a list of records")
            wrong += self._fill(store, collection, found, self.record_schema(collection, place))
        if wrong:
            raise LoadError(_all_of(place, wrong))
        self.check_store(store, place)
        return store

    def empty_store(self) -> Store:
        """A store of this vendor's collections without a record."""
        return Store([*self._specs, *self._private])

    def check_store(self, store: Store, place: str) -> None:
        """Whether valid records fit together, as far as the vendor asks for it; it may replace some by what it keeps
        of them, as a part of the open transaction. Raises LoadError."""
        if self.vendor.check_fixture is None:
            return
        try:
            self.vendor.check_fixture(store)
        except ValueError as error:  # with an argument for each thing that does not fit
            raise LoadError(_all_of(place, [str(each) for each in error.args])) from None

    def record_schema(self, collection: str, place: str) -> Schema:
        """The schema of a collection's records. Raises LoadError."""
        schema = self._private_schema(collection) or self.document.records.get(collection)
        if schema is None:
            raise LoadError(
                f"{place}: no collection {collection}; there are {', '.join(self.document.records)}"
            )
        return schema

    def _fill(self, store: Store, collection: str, records: list[Any], schema: Schema) -> Iterator[str]:
        """Put records into a store; what is wrong with those that do not fit."""
        for index, record in enumerate(records):
            if not schema.accepts(record):
                for problem in (each.describe() for each in schema.problems(record)):
                    yield (
                        f"{collection}[{index}] {problem['path']}: expected {problem['expected']!r} "
                        f"({problem['rule']}), got {problem['got']!r}"
                    )
                continue
            try:
                store.insert(collection, record)
            except KeyError as error:
                yield f"{collection}[{index}]: {error.args[0]}"
                continue
            number = record.get("id", record[store.key_of(collection)])
            if isinstance(number, int):
                store.raise_sequence(collection, number)


def _all_of(place: str, wrong: list[str]) -> str:
    """All that is wrong, for whoever mends it, up to what a person reads."""
    if len(wrong) == 1:
        return f"{place}: {wrong[0]}"
    more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
    return "\n  ".join([f"{place}: {len(wrong)} things are wrong:", *wrong[:_SHOWN], *more])


# Timers are records too, so that a rollback, a copy and a snapshot hold them like everything else.
TIMERS = CollectionSpec("_timers", "id")
TIMER_RECORD = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "at", "what", "statement", "kind", "subject"],
        "properties": {
            "id": {"type": "integer"},
            "at": {"type": "integer"},
            "what": {"type": "string"},
            "statement": {"type": "string"},
            "kind": {"type": "string"},
            "subject": {"type": ["integer", "string"]},
        },
    },
    {},
)
_PRIVATE = {
    TIMERS.name: TIMER_RECORD,
    limits.LIMITS.name: limits.LIMIT_RECORD,
    outbox.OUTBOX.name: outbox.DELIVERY_RECORD,
}
