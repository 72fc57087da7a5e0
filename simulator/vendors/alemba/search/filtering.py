"""$filter checked against the metadata and compiled, once, into functions over rows."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from simulator.core.clock import EARLIEST, LATEST
from simulator.core.store import Record
from simulator.vendors.alemba.entities import MODEL, TEXTS, Entity
from simulator.vendors.alemba.search import language
from simulator.vendors.alemba.search.language import (
    Augmented,
    BareDate,
    Both,
    Compare,
    FilterError,
    Literal,
    Method,
    Node,
    Not,
    Path,
)
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
from simulator.vendors.alemba.values import TRUE, parse_date

Rows = list[Record]
Narrow = Callable[[Environment, Rows], Rows]
Predicate = Callable[[Environment, Record], bool]

FLAGGED = TRUE | {True}
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_OFFSETS = re.compile(r"\s*(-?\d{1,9})\s*,\s*(-?\d{1,9})\s*,\s*(-?\d{1,9})\s*", re.ASCII)
_MINUTE = 60_000_000
_KINDS: Mapping[type, str] = {bool: "Boolean", int: "Number", float: "Number", str: "Text"}
ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


class Refused(Exception):
    """A filter that is refused: why, with which SubStatus, and the statement that says so."""

    def __init__(self, why: str, statement: str, *, supported: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.statement = statement
        self.supported = supported


@dataclass(frozen=True, slots=True)
class Readings:
    """What the settings say of filters; a part of the key under which a compiled one is kept."""

    bare_dates: bool = False
    dates_need_zone: bool = False
    partition_everywhere: bool = True
    offset: int = 0


class Value(NamedTuple):
    """A part of an expression that has a value. `field`: it is just that field of the row. `constant`: it is the same
    for every row."""

    kind: str  # Number, Text, Boolean, DateTime, Binary, Link or Null
    get: Get
    field: str | None = None
    constant: bool = False
    path: Resolved | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A compiled filter. `narrow` gives the rows that fit, in their order; `keyed` are fields that must equal a value,
    for an index; `mentions_deleted`: it says itself what it wants of deleted rows."""

    narrow: Narrow
    fits: Predicate
    keyed: tuple[tuple[str, Get], ...]
    mentions_deleted: bool


@lru_cache(maxsize=1024)
def compiled(text: str, entity: str, joins: tuple[tuple[str, str], ...], readings: Readings) -> Filter:
    """The filter that a text means for an entity. Raises Refused. It depends on its arguments alone, so it is kept."""
    try:
        tree = language.parse(text)
    except FilterError as error:
        raise Refused(str(error), "ALM-147") from None
    return _Compiler(MODEL.by_name[entity], dict(joins), readings).compile(tree)


class _Compiler:
    def __init__(self, entity: Entity, joins: Mapping[str, str], readings: Readings) -> None:
        self.entity = entity
        self.joins = joins
        self.readings = readings
        self.mentions_deleted = False
        self._values: dict[int, Value] = {}  # by the identity of their nodes, which the tree keeps alive
        self._paths: dict[tuple[str, ...], Value] = {}
        self._conditions: dict[str, Predicate] = {}

    def compile(self, tree: Node) -> Filter:
        conjuncts = tuple(_conjuncts(tree))
        predicates = tuple(self.predicate(each) for each in conjuncts)
        narrow = _in_turn([self.narrow(*each) for each in zip(conjuncts, predicates, strict=True)])
        keyed = tuple(found for each in conjuncts if (found := self._keyed(each)) is not None)
        return Filter(narrow, _all(predicates), keyed, self.mentions_deleted)

    def _keyed(self, node: Node) -> tuple[str, Get] | None:
        """The field of a link or a key that a row must have equal to something that no row decides."""
        if not isinstance(node, Compare) or node.operator != "==":
            return None
        left, right = self.value(node.left), self.value(node.right)
        if left.constant:
            left, right = right, left
        found = left.path
        if found is None or not right.constant or right.kind == "Null":
            return None
        if found.is_plain:  # by its own name or another: UserId is User
            prop = self.entity.properties.get(found.field, found.prop)
            return (found.field, right.get) if prop.is_key or prop.is_link else None
        (field, entity), *further = found.links
        if further or field[0] == JOINED or found.field != MODEL.by_name[entity].key:
            return None
        return field, right.get  # User.Ref is User, where the user is there and seen

    # --- whole rows at once: what is asked most is written as a loop without calls ---

    def narrow(self, node: Node, fits: Predicate) -> Narrow:
        """The rows that fit a conjunct, which is compiled already."""
        if isinstance(node, Compare):
            left, right = self.value(node.left), self.value(node.right)
            if left.field is not None and right.constant and left.kind != "Boolean":
                return _loop(node.operator, left.field, right)
        if isinstance(node, Method):
            found = self._text_path(node.path)
            if found.is_plain:
                return _text_loop(node.name, found.field, node.argument)
        entity = self.entity

        def row_by_row(env: Environment, rows: Rows) -> Rows:
            env.take((_steps(entity, node) - 1) * len(rows))
            return [row for row in rows if fits(env, row)]

        return row_by_row

    # --- a row at a time ---

    def predicate(self, node: Node) -> Predicate:
        match node:
            case Not(inner=inner):
                holds = self.predicate(inner)
                return lambda env, row: not holds(env, row)
            case Both(operator=op, parts=parts):
                each = tuple(self.predicate(part) for part in parts)
                if op == "&&":
                    return _all(each)
                return lambda env, row: any(holds(env, row) for holds in each)
            case Compare():
                return self._comparison(node)
            case Method(path=path, name=name, argument=argument):
                return _text_test(name, getter(self._text_path(path)), argument)
            case Augmented(name=name, argument=None) if name in self.entity.augmenters:
                return self._condition(name)
        value = self.value(node)
        if value.kind != "Boolean":
            raise Refused("a condition must be true or false of a row", "ALM-158")
        get = value.get
        return lambda env, row: bool(get(env, row))

    def _condition(self, name: str) -> Predicate:
        if name in self._conditions:
            return self._conditions[name]
        augmenter = self.entity.augmenters[name]
        if augmenter.type != "Condition":
            raise Refused(f"@{name} is for $select", "ALM-143", supported=False)
        self.mentions_deleted |= name == "IsDeleted"
        tree = _parsed(augmenter.filter)
        return self._conditions.setdefault(name, self.predicate(tree))

    def _comparison(self, node: Compare) -> Predicate:
        left, right = self.value(node.left), self.value(node.right)
        _check_kinds(node.operator, left.kind, right.kind)
        one, other = left.get, right.get
        if node.operator in ORDERS:
            order = ORDERS[node.operator]

            def ordered(env: Environment, row: Record) -> bool:
                a, b = one(env, row), other(env, row)
                return a is not None and b is not None and order(a, b)

            return ordered
        equal = node.operator == "=="
        if left.kind == right.kind == "Boolean":
            # A flag without a value is no true one: !X, X==false and X!=true stay the same (ALM-160).
            return lambda env, row: (bool(one(env, row)) == bool(other(env, row))) is equal
        if "Null" not in {left.kind, right.kind} and (left.constant or right.constant):
            # @UserId of a session without a person is equal to nothing, a row without a value included.
            return lambda env, row: ((a := one(env, row)) is not None and a == other(env, row)) is equal
        return lambda env, row: (one(env, row) == other(env, row)) is equal

    def value(self, node: Node) -> Value:
        found = self._values.get(id(node))
        if found is None:
            found = self._values[id(node)] = self._value(node)
        return found

    def _value(self, node: Node) -> Value:
        match node:
            case Literal(value=value):
                return _literal(value)
            case BareDate(text=text):
                return self._date(text, bare=True)
            case Path(names=names):
                if names not in self._paths:
                    self._paths[names] = self._path(names)
                return self._paths[names]
            case Augmented(name=name, argument=argument) if (
                argument is not None or name not in self.entity.augmenters
            ):
                return self._augmented(name, argument)
        return Value("Boolean", self.predicate(node))

    def _path(self, names: tuple[str, ...]) -> Value:
        if names == ("Partition",) and "Partition" not in self.entity.properties:
            if not self.readings.partition_everywhere:
                raise Refused(f"{self.entity.name} has no property Partition", "ALM-Q16")
            # Applied all the same: no row has the value (ALM-198), or only rows of a child that is partitioned.
            return Value("Link", lambda env, row: row.get("Partition"))
        found = self._resolved(names)
        self.mentions_deleted |= names == ("Deleted",)
        return Value(kind_of(found.prop), getter(found), found.field if found.is_plain else None, path=found)

    def _resolved(self, names: tuple[str, ...]) -> Resolved:
        try:
            found = resolve(self.entity, names, self.joins)
            searchable(found)
        except PathError as error:
            raise Refused(
                error.why, "ALM-301" if error.supported else "ALM-073", supported=error.supported
            ) from None
        if found.prop.many:
            raise Refused(f"{found.prop.name} has several values", "ALM-073", supported=False)
        return found

    def _text_path(self, path: Path) -> Resolved:
        found = self._resolved(path.names)
        if found.prop.data_type not in TEXTS:
            raise Refused(f"{found.prop.name} is no text", "ALM-302")
        return found

    def _augmented(self, name: str, argument: str | None) -> Value:
        if name in language.TOKENS and argument is None:
            if name == "Now":
                return Value("DateTime", lambda env, row: env.now, constant=True)
            if name == "UserId":
                return Value("Number", lambda env, row: env.person, constant=True)
            return Value("Number", lambda env, row: env.organization, constant=True)
        if name == "DateTime" and argument is not None:
            return self._date(argument, bare=False)
        if name == "Guid" and argument is not None:
            guid = argument.lower()
            if not _GUID.fullmatch(guid):
                raise Refused("@Guid takes a GUID", "ALM-223")
            return Value("Text", lambda env, row: guid, constant=True)
        if name == "NowOffset" and argument is not None:
            return _offset(argument)
        raise Refused(f"there is no augmenter @{name[:40]} of this form", "ALM-219", supported=False)

    def _date(self, text: str, *, bare: bool) -> Value:
        if bare and not self.readings.bare_dates:
            raise Refused("a date must be made by an augmenter: @DateTime(...)", "ALM-161", supported=False)
        try:
            date = parse_date(text, None if self.readings.dates_need_zone else self.readings.offset)
        except ValueError as error:
            raise Refused(str(error), "ALM-163") from None
        return Value("DateTime", lambda env, row: date, constant=True)


_parsed = lru_cache(maxsize=None)(
    language.parse
)  # of the conditions of entities alone: they are data, and few


def _conjuncts(node: Node) -> Iterator[Node]:
    """What must all hold, however it is put in parentheses."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Both) and node.operator == "&&":
            waiting += reversed(node.parts)
        else:
            yield node


def _steps(entity: Entity, node: Node) -> int:
    """How many parts a row by row look at a node has."""
    match node:
        case Not(inner=inner):
            return 1 + _steps(entity, inner)
        case Both(parts=parts):
            return 1 + sum(_steps(entity, part) for part in parts)
        case Compare(left=left, right=right):
            return 1 + _steps(entity, left) + _steps(entity, right)
        case Path(names=names) | Method(path=Path(names=names)):
            return len(names)
        case Augmented(name=name, argument=None) if name in entity.augmenters:
            return 1 + _steps(entity, _parsed(entity.augmenters[name].filter))
    return 1


def _all(predicates: tuple[Predicate, ...]) -> Predicate:
    if len(predicates) == 1:
        return predicates[0]
    return lambda env, row: all(holds(env, row) for holds in predicates)


def _literal(value: Any) -> Value:
    return Value(_KINDS.get(type(value), "Null"), lambda env, row: value, constant=True)


def _offset(argument: str) -> Value:
    match = _OFFSETS.fullmatch(argument)
    if match is None:
        raise Refused("@NowOffset takes days, hours and minutes", "ALM-225")
    days, hours, minutes = (int(each) for each in match.groups())
    by = (days * 1440 + hours * 60 + minutes) * _MINUTE
    if abs(by) > LATEST - EARLIEST:
        raise Refused("@NowOffset beyond the years 1 to 9999", "ALM-225")

    return Value("DateTime", lambda env, row: env.from_now(by), constant=True)


@cache  # of the kinds that there are, which are few; a refusal is not kept
def _check_kinds(op: str, left: str, right: str) -> None:
    """Refuse a comparison of two kinds that means nothing. Raises Refused."""
    kinds = {left, right}
    if "Null" in kinds:
        if op in ORDERS:
            raise Refused(f"null is neither more nor less: {op}", "ALM-303")
        return
    if "Binary" in kinds:
        raise Refused("a Binary can only be compared with null", "ALM-156", supported=False)
    if kinds in ({"DateTime", "Text"}, {"DateTime", "Number"}):
        raise Refused("a date must be made by an augmenter: @DateTime(...)", "ALM-161", supported=False)
    if op in ORDERS:
        if kinds not in ({"Number"}, {"DateTime"}):
            raise Refused(f"{op} is for numbers and dates", "ALM-303")
    elif kinds not in ({"Number"}, {"Text"}, {"Boolean"}, {"DateTime"}, {"Link"}, {"Link", "Number"}):
        raise Refused(f"a {left} is never equal to a {right}", "ALM-303")


def _looks(characters: int, argument: str) -> int:
    """The steps that it takes to look for a text: at worst each of its characters is held against each that there is,
    five thousand in the time of a step."""
    return characters * max(len(argument), 10) // 5_000


def _text_test(name: str, get: Get, argument: str) -> Predicate:
    if name == "Contains":

        def contains(env: Environment, row: Record) -> bool:
            value = get(env, row)
            if value is None:
                return False
            env.take(_looks(len(value), argument))
            return argument in value

        return contains
    if name == "StartsWith":
        return lambda env, row: (value := get(env, row)) is not None and value.startswith(argument)
    return lambda env, row: (value := get(env, row)) is not None and value.endswith(argument)


def _in_turn(steps: list[Narrow]) -> Narrow:
    def narrow(env: Environment, rows: Rows) -> Rows:
        for step in steps:
            env.take(len(rows))
            rows = step(env, rows)
        return rows

    return narrow


def _loop(op: str, field: str, right: Value) -> Narrow:
    """The rows whose field compares so with a value that is the same for all."""
    get, is_null = right.get, right.kind == "Null"

    def equal(env: Environment, rows: Rows) -> Rows:
        wanted = get(env, {})
        if wanted is None and not is_null:
            return []
        return [row for row in rows if row.get(field) == wanted]

    def different(env: Environment, rows: Rows) -> Rows:
        wanted = get(env, {})
        if wanted is None and not is_null:
            return rows
        return [row for row in rows if row.get(field) != wanted]

    def ordered(env: Environment, rows: Rows) -> Rows:
        bound, order = get(env, {}), ORDERS[op]
        if bound is None:
            return []
        return [row for row in rows if (value := row.get(field)) is not None and order(value, bound)]

    return equal if op == "==" else different if op == "!=" else ordered


def _text_loop(name: str, field: str, argument: str) -> Narrow:
    def contains(env: Environment, rows: Rows) -> Rows:
        texts = [row.get(field) for row in rows]
        env.take(_looks(sum(map(len, filter(None, texts))), argument))  # before anything is looked through
        return [row for row, text in zip(rows, texts, strict=True) if text is not None and argument in text]

    def starts(env: Environment, rows: Rows) -> Rows:
        return [row for row in rows if (value := row.get(field)) is not None and value.startswith(argument)]

    def ends(env: Environment, rows: Rows) -> Rows:
        return [row for row in rows if (value := row.get(field)) is not None and value.endswith(argument)]

    return {"Contains": contains, "StartsWith": starts}.get(name, ends)
