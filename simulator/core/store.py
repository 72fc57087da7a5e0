"""The records of one vendor in one sandbox: collections with indexes, atomic transactions, cheap copies."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Key = int | str
Record = Mapping[str, Any]  # never changed in place: a change is a new record


class Change(NamedTuple):
    """What one write did; `before` is None for an insert, `after` for a delete. `place` is where it returns to."""

    collection: str
    key: Key
    before: Record | None
    after: Record | None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class CollectionSpec:
    """What a vendor says of a collection: its key field, and an index for each way its lists look records up.

    An index is a field's name, or a name with a function of the record (None: not in this index).
    """

    name: str
    key: str = "id"
    indexes: Mapping[str, Callable[[Record], Hashable]] = field(default_factory=dict)


def by_field(*names: str) -> dict[str, Callable[[Record], Hashable]]:
    """Indexes on plain fields."""

    def of(name: str) -> Callable[[Record], Hashable]:
        return lambda record: record.get(name)

    return {name: of(name) for name in names}


class Collection:
    """Records by key in the order of their insertion. A copy shares everything until one side writes."""

    __slots__ = ("_buckets", "_next", "_order", "_rows", "_shared", "_unsorted", "spec")

    def __init__(self, spec: CollectionSpec) -> None:
        self.spec = spec
        self._rows: dict[Key, Record] = {}
        self._order: dict[Key, int] = {}  # a record's place, kept over updates and undone deletes
        self._next = 0
        self._buckets: dict[str, dict[Hashable, dict[Key, None]]] = {name: {} for name in spec.indexes}
        # A key that comes back to a dict lands at its end; such dicts are sorted again before they are read.
        self._unsorted: set[tuple[str, Hashable]] = set()
        self._shared = False

    def copy(self) -> Collection:
        twin = Collection.__new__(Collection)
        twin.spec = self.spec
        twin._rows, twin._order, twin._next = self._rows, self._order, self._next
        twin._buckets, twin._unsorted = self._buckets, self._unsorted
        twin._shared = self._shared = True
        return twin

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, key: Key) -> Record | None:
        return self._rows.get(key)

    def __iter__(self) -> Iterator[Record]:
        if ("", None) in self._unsorted:
            self._own()
            self._rows = {key: self._rows[key] for key in sorted(self._rows, key=self._order.__getitem__)}
            self._unsorted.discard(("", None))
        return iter(self._rows.values())

    def find(self, index: str, value: Hashable, *, latest_first: bool = False) -> Iterator[Record]:
        """The records whose index has this value, in the order of their insertion or against it; what is not read
        costs nothing."""
        if (index, value) in self._unsorted:
            self._own()
            bucket = self._buckets[index].get(value, {})
            self._buckets[index][value] = dict.fromkeys(sorted(bucket, key=self._order.__getitem__))
            self._unsorted.discard((index, value))
        keys = self._buckets[index].get(value, {})
        return map(self._rows.__getitem__, reversed(keys) if latest_first else keys)

    def put(self, key: Key, record: Record | None, order: int | None = None) -> int | None:
        """Set or (with None) remove a record and return the place it had or got; `order` puts it back where it was."""
        if self._shared:
            self._own()
        before = self._rows.get(key)
        for name, of in self.spec.indexes.items():
            was = None if before is None else of(before)
            now = None if record is None else of(record)
            if was != now:
                self._move(name, key, was, now, order is not None or before is not None)
        if record is None:
            self._rows.pop(key, None)
            return self._order.pop(key, None)
        if before is None:
            if order is None:
                order = self._next
                self._next += 1
            else:
                self._unsorted.add(("", None))
            self._order[key] = order
        self._rows[key] = record
        return self._order[key]

    def pass_place(self, place: int | None) -> None:
        """Let no later record take a place up to this one."""
        if place is not None:
            self._next = max(self._next, place + 1)

    def _move(self, name: str, key: Key, was: Hashable, now: Hashable, returning: bool) -> None:
        buckets = self._buckets[name]
        if was is not None:
            del buckets[was][key]
            if not buckets[was]:
                del buckets[was]
        if now is not None:
            buckets.setdefault(now, {})[key] = None
            if returning:
                self._unsorted.add((name, now))

    def difference(self, base: Collection) -> dict[str, Any] | None:
        """What turns `base`, of which this began as a copy, into this: rows of key, record (None: gone) and place, and
        the next place; None where nothing was ever written."""
        if self._rows is base._rows:
            return None
        rows: list[tuple[Key, Record | None, int | None]] = [
            (key, None, None) for key in base._rows if key not in self._rows
        ]
        for key, record in self._rows.items():
            place = self._order[key]
            if base._rows.get(key) is not record or base._order.get(key) != place:
                rows.append((key, record, place))
        return {"rows": rows, "next": self._next}

    def restore(self, rows: Iterable[tuple[Key, Record | None, int | None]], next_place: int) -> None:
        """Apply what `difference` gave."""
        for key, record, place in rows:
            if record is not None and key in self._rows and self._order[key] != place:
                self.put(key, None)  # it went and came back: its place is another
            self.put(key, record, place)
        self._next = next_place

    def _own(self) -> None:
        if self._shared:
            self._rows, self._order = dict(self._rows), dict(self._order)
            self._buckets = {
                name: {value: dict(keys) for value, keys in buckets.items()}
                for name, buckets in self._buckets.items()
            }
            self._unsorted = set(self._unsorted)
            self._shared = False


class Store:
    """A vendor's collections and number sequences. Reads see the open transaction's writes."""

    __slots__ = ("_changes", "_collections", "_own", "_sequences", "_sequences_before", "numbers_before")

    def __init__(self, specs: Iterable[CollectionSpec]) -> None:
        self._collections = {spec.name: Collection(spec) for spec in specs}
        # The collections no other store has; the others are copied before they are written. Ten thousand sandboxes
        # that wrote little are then little more than ten thousand dicts of names.
        self._own: frozenset[str] = frozenset(self._collections)
        self._sequences: dict[str, int] = {}
        self._sequences_before: dict[str, int] | None = None
        # The numbers before the transaction that ended last; None where it gave none out, or was rolled back.
        self.numbers_before: Mapping[str, int] | None = None
        self._changes: list[Change] = []

    def copy(self) -> Store:
        """An independent copy that costs nothing until one of the two writes. Not inside a transaction."""
        twin = Store.__new__(Store)
        twin._collections = dict(self._collections)
        self._own = twin._own = frozenset()
        twin._sequences, twin._sequences_before, twin.numbers_before = dict(self._sequences), None, None
        twin._changes = []
        return twin

    def collections(self) -> Mapping[str, Collection]:
        return self._collections

    def sequences(self) -> dict[str, int]:
        """The last number given out of each sequence."""
        return dict(self._sequences)

    def restore(self, records: Mapping[str, Mapping[str, Any]], sequences: Mapping[str, int]) -> None:
        """Apply what each collection's `difference` gave, and the numbers given out."""
        for name, found in records.items():
            self._writable(name).restore(found["rows"], found["next"])
        self.set_sequences(sequences)

    def redo(self, collection: str, key: Key, after: Record | None, place: int | None) -> Change:
        """Make a change again that was committed elsewhere; returns it with what was there before."""
        rows = self._writable(collection)
        before = rows.get(key)
        if before is None and after is not None:
            rows.put(key, after, place)
            rows.pass_place(place)
        else:
            rows.put(key, after)
        return Change(collection, key, before, after, place)

    def undo(self, changes: Iterable[Change]) -> None:
        """Take changes back, given latest first; a record that returns takes its place again."""
        for change in changes:
            self._writable(change.collection).put(change.key, change.before, change.place)

    def set_sequences(self, sequences: Mapping[str, int]) -> None:
        """Let the numbers go on from these."""
        self._sequences = dict(sequences)

    def key_of(self, collection: str) -> str:
        """The name of a collection's key field."""
        return self._collections[collection].spec.key

    def get(self, collection: str, key: Key) -> Record | None:
        return self._collections[collection].get(key)

    def find(
        self, collection: str, index: str, value: Hashable, *, latest_first: bool = False
    ) -> Iterator[Record]:
        return self._collections[collection].find(index, value, latest_first=latest_first)

    def first(self, collection: str, index: str, value: Hashable) -> Record | None:
        return next(self._collections[collection].find(index, value), None)

    def all(self, collection: str) -> Iterator[Record]:
        return iter(self._collections[collection])

    def insert(self, collection: str, record: Record) -> Record:
        rows = self._writable(collection)
        key = record[rows.spec.key]
        if rows.get(key) is not None:
            raise KeyError(f"{collection} already holds {key!r}")
        self._write(rows, key, None, record)
        return record

    def replace(self, collection: str, record: Record) -> Record:
        """Put a new record in the place of the one with its key, which must be there."""
        rows = self._writable(collection)
        key = record[rows.spec.key]
        before = rows.get(key)
        if before is None:
            raise KeyError(f"{collection} does not hold {key!r}")
        self._write(rows, key, before, record)
        return record

    def delete(self, collection: str, key: Key) -> Record:
        """Remove a record, which must be there, and return it."""
        rows = self._writable(collection)
        before = rows.get(key)
        if before is None:
            raise KeyError(f"{collection} does not hold {key!r}")
        self._write(rows, key, before, None)
        return before

    def next(self, sequence: str) -> int:
        """The next number of a sequence; numbers are never used twice, unless a transaction is rolled back."""
        self._begin_numbers()
        number = self._sequences.get(sequence, 0) + 1
        self._sequences[sequence] = number
        return number

    def raise_sequence(self, sequence: str, at_least: int) -> None:
        """Let the next number be beyond `at_least`."""
        self._begin_numbers()
        self._sequences[sequence] = max(self._sequences.get(sequence, 0), at_least)

    def commit(self) -> list[Change]:
        """End the transaction and return its changes, in order."""
        self.numbers_before, self._sequences_before = self._sequences_before, None
        if not self._changes:
            return []  # never the list that the next transaction fills: the journal keeps what is returned
        changes = self._changes
        self._changes = []
        return changes

    def rollback(self) -> None:
        """Undo everything since the last commit; nothing remains, neither a record nor a number nor an order."""
        self.undo(reversed(self._changes))
        self.numbers_before = None
        if self._sequences_before is not None:
            self._sequences, self._sequences_before = self._sequences_before, None
        self._changes = []

    def _begin_numbers(self) -> None:
        """The dict of before is never written to again: a journal may keep it."""
        if self._sequences_before is None:
            self._sequences_before, self._sequences = self._sequences, dict(self._sequences)

    def _writable(self, collection: str) -> Collection:
        if collection not in self._own:
            self._collections[collection] = self._collections[collection].copy()
            self._own |= {collection}
        return self._collections[collection]

    def _write(self, rows: Collection, key: Key, before: Record | None, after: Record | None) -> None:
        place = rows.put(key, after)
        self._changes.append(Change(rows.spec.name, key, before, after, place))
