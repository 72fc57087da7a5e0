"""$leftJoin and $innerJoin: rows of an entity that no property links to, under an alias.

The printed form of a join is lost (ALM-Q25). `read_join` is the only place that knows the one that is guessed:
`CallHistory as LastAction on (LastAction.Ref==Ref)(LastAction.LastHistoryOrder==LastHistoryOrder)`.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from simulator.core.call import Call as AnyCall
from simulator.core.store import Record
from simulator.vendors.alemba import access
from simulator.vendors.alemba.entities import MODEL, Entity
from simulator.vendors.alemba.rules import Settings
from simulator.vendors.alemba.search.paths import (
    JOINED,
    Environment,
    Get,
    PathError,
    Resolved,
    getter,
    kind_of,
    resolve,
    searchable,
)

Call = AnyCall[Settings]
Row = tuple[Entity, Record]  # with the entity that the record really is
MAX_JOINS = 4
MAX_CLAUSES = 8
MAX_LENGTH = 2_000  # characters
_COPY = 8  # steps: a joined row is a new one
_JOIN = re.compile(
    r"\s*(?P<entity>[A-Za-z]+)\s+as\s+(?P<alias>[A-Za-z][A-Za-z0-9_]*)\s+on\s*(?P<clauses>(?:\([^()]*\)\s*)+)",
    re.ASCII,
)
_CLAUSE = re.compile(r"\(\s*(?P<left>[A-Za-z0-9_.]+)\s*==?\s*(?P<right>[A-Za-z0-9_.]+)\s*\)", re.ASCII)


class JoinError(Exception):
    """A join that is refused; the message says why."""


@dataclass(frozen=True, slots=True)
class Join:
    """`pairs` are what must be equal: something of the joined row, something of the row it is joined to. `steps`: what
    it takes to read them of a row."""

    entity: Entity
    alias: str
    keeps_unmatched: bool
    pairs: tuple[tuple[Get, Get], ...]
    steps: int

    @property
    def option(self) -> str:
        return "$leftJoin" if self.keeps_unmatched else "$innerJoin"


def read_join(text: str, entity: Entity, known: Mapping[str, str], *, keeps_unmatched: bool) -> Join:
    """A join to an entity; `known` are the entities by alias that were joined before. Raises JoinError."""
    if len(text) > MAX_LENGTH:
        raise JoinError(f"a join of more than {MAX_LENGTH:,} characters")
    match = _JOIN.fullmatch(text)
    if match is None:
        raise JoinError("a join is written: Entity as Alias on (Alias.Property==Property)...")
    target, alias = MODEL.by_name.get(match["entity"]), match["alias"]
    if target is None or not target.resource:
        raise JoinError(f"there is no entity {match['entity'][:40]}")
    if alias in known or alias in entity.properties:
        raise JoinError(f"the alias {alias[:40]} is taken")
    clauses = [found.groups() for found in _CLAUSE.finditer(match["clauses"])]
    if len(clauses) != match["clauses"].count("(") or len(clauses) > MAX_CLAUSES:
        raise JoinError("a clause of a join is written: (Alias.Property==Property)")
    pairs = [_pair(each, target, alias, entity, known) for each in clauses]
    getters = tuple((getter(left), getter(right)) for left, right in pairs)
    steps = sum(max(left.steps, right.steps) for left, right in pairs)
    return Join(target, alias, keeps_unmatched, getters, steps)


def _pair(
    clause: tuple[str, ...], target: Entity, alias: str, entity: Entity, known: Mapping[str, str]
) -> tuple[Resolved, Resolved]:
    own = [path for path in clause if path.startswith(f"{alias}.")]
    others = [path for path in clause if path not in own]
    if len(own) != 1 or len(others) != 1:
        raise JoinError(f"a clause compares a property of {alias} with one of something else")
    try:
        left = resolve(target, tuple(own[0].split(".")[1:]), {})
        right = resolve(entity, tuple(others[0].split(".")), known)
        searchable(left)
        searchable(right)
    except PathError as error:
        raise JoinError(error.why) from None
    kinds = {kind_of(left.prop), kind_of(right.prop)}
    if left.prop.many or right.prop.many or "Binary" in kinds:
        raise JoinError(f"{own[0]} and {others[0]} cannot be compared")
    if len(kinds - {"Link", "Number"}) != (0 if kinds & {"Link", "Number"} else 1):
        raise JoinError(f"a {kind_of(left.prop)} is never equal to a {kind_of(right.prop)}")
    return left, right


def join(call: Call, env: Environment, rows: list[Row], wanted: Join) -> list[Row]:
    """The rows with what is joined to each under the alias; a row that fits several comes once for each. Raises
    TooMuch."""
    sees = {each: access.sight(call, MODEL.by_resource[each]) for each in wanted.entity.collections}
    stored = list(access.rows(call, wanted.entity))
    env.take((len(rows) + len(stored)) * wanted.steps)
    by_key: dict[Hashable, list[Record]] = {}
    for of, record in stored:
        if not access.is_deleted(record) and sees[of.resource](record):
            by_key.setdefault(_key(wanted, env, record, 0), []).append(record)
    found: list[Row] = []
    for really, row in rows:
        key = _key(wanted, env, row, 1)
        # As in SQL, nothing is not equal to nothing.
        matches = by_key.get(key, []) if None not in key else []
        env.take(_COPY * (len(matches) or 1))
        found += [(really, {**row, JOINED + wanted.alias: match}) for match in matches]
        if not matches and wanted.keeps_unmatched:
            found.append((really, {**row, JOINED + wanted.alias: None}))
    return found


def _key(wanted: Join, env: Environment, record: Record, side: int) -> tuple[Hashable, ...]:
    return tuple(pair[side](env, record) for pair in wanted.pairs)
