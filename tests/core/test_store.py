"""core/store.py: a dict in order, with transactions that leave nothing behind and copies that share nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from simulator.core.store import Change, CollectionSpec, Record, Store, by_field

GROUPS = [None, "a", "b"]
SPECS = (
    CollectionSpec("things", "id", {**by_field("group"), "even": lambda thing: thing["size"] % 2 == 0}),
    CollectionSpec("others", "name"),
)
keys = st.integers(1, 6)


def thing(id: int, group: str | None = "a", size: int = 0) -> Record:
    return {"id": id, "group": group, "size": size}


def store(*records: Record) -> Store:
    made = Store(SPECS)
    for record in records:
        made.insert("things", record)
    made.commit()
    return made


def ids(records: Any) -> list[Any]:
    return [record["id"] for record in records]


@dataclass
class Model:
    """What a store should hold: plain dicts, which keep their order, and a copy of them for the way back."""

    rows: dict[int, Record] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    kept_rows: dict[int, Record] = field(default_factory=dict)
    kept_sequences: dict[str, int] = field(default_factory=dict)

    def change(self, key: int, after: Record | None) -> None:
        self.changes.append(Change("things", key, self.rows.get(key), after))
        if after is None:
            del self.rows[key]
        else:
            self.rows[key] = after

    def end(self, *, keep: bool) -> list[Change]:
        if keep:
            self.kept_rows, self.kept_sequences = dict(self.rows), dict(self.sequences)
        else:
            self.rows, self.sequences = dict(self.kept_rows), dict(self.kept_sequences)
        changes, self.changes = self.changes, []
        return changes


class StoreMachine(RuleBasedStateMachine):
    """A few stores that are copies of one another, each beside its model; any of them may be in a transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[Store, Model]] = [(Store(SPECS), Model())]
        self.returned: list[tuple[list[Change], list[Change]]] = []

    def pair(self, which: int) -> tuple[Store, Model]:
        return self.pairs[which % len(self.pairs)]

    @rule(which=st.integers(0, 3), key=keys, group=st.sampled_from(GROUPS), size=st.integers(0, 1))
    def write(self, which: int, key: int, group: str | None, size: int) -> None:
        real, model = self.pair(which)
        record = thing(key, group, size)
        if key in model.rows:
            real.replace("things", record)
        else:
            real.insert("things", record)
        model.change(key, record)

    @rule(which=st.integers(0, 3), key=keys)
    def delete(self, which: int, key: int) -> None:
        real, model = self.pair(which)
        if key in model.rows:
            assert real.delete("things", key) == model.rows[key]
            model.change(key, None)
        else:
            with pytest.raises(KeyError):
                real.delete("things", key)

    @rule(which=st.integers(0, 3), sequence=st.sampled_from(["x", "y"]))
    def count(self, which: int, sequence: str) -> None:
        real, model = self.pair(which)
        model.sequences[sequence] = model.sequences.get(sequence, 0) + 1
        assert real.next(sequence) == model.sequences[sequence]

    @rule(which=st.integers(0, 3), at_least=st.integers(0, 9))
    def raise_sequence(self, which: int, at_least: int) -> None:
        real, model = self.pair(which)
        real.raise_sequence("x", at_least)
        model.sequences["x"] = max(model.sequences.get("x", 0), at_least)

    @rule(which=st.integers(0, 3))
    def commit(self, which: int) -> None:
        real, model = self.pair(which)
        # Held until the end: what was returned once must not change any more.
        self.returned.append((real.commit(), model.end(keep=True)))

    @rule(which=st.integers(0, 3))
    def rollback(self, which: int) -> None:
        real, model = self.pair(which)
        real.rollback()
        model.end(keep=False)

    @precondition(lambda self: len(self.pairs) < 4)
    @rule(which=st.integers(0, 3))
    def copy(self, which: int) -> None:
        real, model = self.pair(which)
        self.commit(which)
        twin = Model(rows=dict(model.rows), sequences=dict(model.sequences))
        twin.end(keep=True)
        self.pairs.append((real.copy(), twin))

    @rule(which=st.integers(0, 3))
    def read_all(self, which: int) -> None:
        real, model = self.pair(which)
        assert list(real.all("things")) == list(model.rows.values())
        assert len(real.collections()["things"]) == len(model.rows)

    @rule(which=st.integers(0, 3), group=st.sampled_from(GROUPS))
    def find(self, which: int, group: str | None) -> None:
        real, model = self.pair(which)
        members = [record for record in model.rows.values() if record["group"] == group]
        expected = [] if group is None else members
        assert list(real.find("things", "group", group)) == expected
        assert real.first("things", "group", group) == (expected[0] if expected else None)

    @rule(which=st.integers(0, 3), even=st.booleans())
    def find_by_function(self, which: int, even: bool) -> None:
        real, model = self.pair(which)
        expected = [record for record in model.rows.values() if (record["size"] == 0) is even]
        assert list(real.find("things", "even", even)) == expected

    @rule(which=st.integers(0, 3), key=keys)
    def get(self, which: int, key: int) -> None:
        real, model = self.pair(which)
        assert real.get("things", key) == model.rows.get(key)

    def teardown(self) -> None:
        for which in range(len(self.pairs)):
            self.read_all(which)
            for group in GROUPS:
                self.find(which, group)
            for even in (True, False):
                self.find_by_function(which, even)
            for sequence in ("x", "y"):
                self.count(which, sequence)
        for returned, expected in self.returned:
            assert [change[:4] for change in returned] == [change[:4] for change in expected]


TestStoreAgainstADict = StoreMachine.TestCase
TestStoreAgainstADict.settings = settings(max_examples=80, stateful_step_count=40)


def test_an_update_keeps_its_place() -> None:
    real = store(thing(1), thing(2), thing(3))

    real.replace("things", thing(1, size=5))

    assert ids(real.all("things")) == [1, 2, 3]
    assert ids(real.find("things", "group", "a")) == [1, 2, 3]


def test_a_record_that_changes_its_group_stands_there_by_its_age() -> None:
    real = store(thing(1, "a"), thing(2, "b"), thing(3, "b"))

    real.replace("things", thing(1, "b"))

    assert ids(real.find("things", "group", "b")) == [1, 2, 3]
    assert ids(real.find("things", "group", "a")) == []


def test_a_deleted_record_that_is_inserted_again_is_the_youngest() -> None:
    real = store(thing(1), thing(2))

    real.delete("things", 1)
    real.insert("things", thing(1))

    assert ids(real.all("things")) == [2, 1]
    assert ids(real.find("things", "group", "a")) == [2, 1]


def test_an_undone_delete_returns_a_record_to_its_place() -> None:
    real = store(thing(1), thing(2), thing(3))

    real.delete("things", 1)
    real.rollback()

    assert ids(real.all("things")) == [1, 2, 3]
    assert ids(real.find("things", "group", "a")) == [1, 2, 3]


def test_a_record_without_a_value_is_in_no_index() -> None:
    real = store(thing(1, None))

    assert list(real.find("things", "group", None)) == []


def test_a_write_returns_the_record_it_wrote_or_removed() -> None:
    real, old, new = store(), thing(1), thing(1, size=1)

    assert real.insert("things", old) is old
    assert real.replace("things", new) is new
    assert real.delete("things", 1) is new


def test_inserting_a_key_twice_is_refused() -> None:
    real = store(thing(1))

    with pytest.raises(KeyError, match="already holds 1"):
        real.insert("things", thing(1))


def test_replacing_what_is_not_there_is_refused() -> None:
    real = store()

    with pytest.raises(KeyError, match="does not hold 9"):
        real.replace("things", thing(9))


def test_deleting_what_is_not_there_is_refused() -> None:
    real = store()

    with pytest.raises(KeyError, match="does not hold 9"):
        real.delete("things", 9)


def test_a_refused_write_is_no_change() -> None:
    real = store(thing(1))

    with pytest.raises(KeyError):
        real.insert("things", thing(1))

    assert real.commit() == []


def test_a_commit_returns_what_was_done_in_order() -> None:
    real = store(thing(1))

    real.insert("things", thing(2))
    real.replace("things", thing(1, size=1))
    real.delete("things", 2)

    assert [change[:4] for change in real.commit()] == [
        ("things", 2, None, thing(2)),
        ("things", 1, thing(1), thing(1, size=1)),
        ("things", 2, thing(2), None),
    ]


def test_what_an_empty_commit_returned_stays_empty() -> None:
    real = store()

    nothing = real.commit()
    real.insert("things", thing(1))

    assert list(nothing) == []


def test_a_rolled_back_number_is_given_again() -> None:
    real = store()
    real.next("tickets")
    real.commit()

    assert real.next("tickets") == 2
    real.rollback()

    assert real.next("tickets") == 2


def test_a_committed_number_is_never_given_again() -> None:
    real = store()

    real.next("tickets")
    real.commit()
    real.rollback()

    assert real.next("tickets") == 2


def test_a_sequence_that_was_raised_in_a_transaction_falls_back_with_it() -> None:
    real = store()

    real.raise_sequence("tickets", 40)
    real.rollback()

    assert real.next("tickets") == 1


def test_a_sequence_is_never_lowered() -> None:
    real = store()
    real.raise_sequence("tickets", 40)

    real.raise_sequence("tickets", 3)

    assert real.next("tickets") == 41


def test_a_copy_does_not_see_what_its_origin_writes_later() -> None:
    real = store(thing(1))
    twin = real.copy()

    real.insert("things", thing(2))
    real.delete("things", 1)
    real.next("tickets")

    assert ids(twin.all("things")) == [1]
    assert twin.next("tickets") == 1


def test_an_origin_does_not_see_what_its_copy_writes() -> None:
    real = store(thing(1))
    twin = real.copy()

    twin.replace("things", thing(1, "b"))

    assert ids(real.find("things", "group", "a")) == [1]
    assert ids(twin.find("things", "group", "b")) == [1]


def test_collections_know_their_own_keys() -> None:
    real = store()

    real.insert("others", {"name": "ada"})

    assert real.key_of("others") == "name"
    assert real.get("others", "ada") == {"name": "ada"}
