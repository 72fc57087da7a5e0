"""$select: which properties of a row and of what it is linked to are answered, and under which names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.core.call import Call as AnyCall
from simulator.core.store import Record
from simulator.vendors.alemba import access, links
from simulator.vendors.alemba.entities import MODEL, Augmenter, Entity
from simulator.vendors.alemba.rules import Settings
from simulator.vendors.alemba.search import filtering
from simulator.vendors.alemba.search.filtering import Predicate, Readings
from simulator.vendors.alemba.search.paths import Environment, PathError, Resolved, resolve, row_at
from simulator.vendors.alemba.values import show

Call = AnyCall[Settings]
MAX_PATHS = 200
# None begins with _: the links of a row do.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)


class SelectError(Exception):
    """A selection that is refused: why, and the statement that says so."""

    def __init__(self, why: str, statement: str, *, supported: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.statement = statement
        self.supported = supported


@dataclass(frozen=True, slots=True)
class Column:
    """A selected path: with an alias its value stands under that name, else where the path says."""

    names: tuple[str, ...]
    alias: str | None
    found: Resolved


@dataclass(frozen=True, slots=True)
class Computed:
    """A selected extension augmenter: the first of its values whose condition holds."""

    name: str
    choices: tuple[tuple[str, Predicate | None], ...]

    def of(self, env: Environment, row: Record) -> str | None:
        for value, holds in self.choices:
            if holds is None or holds(env, row):
                return value
        return None


@dataclass(frozen=True, slots=True)
class Selection:
    columns: tuple[Column, ...]
    computed: tuple[Computed, ...]

    @property
    def links(self) -> int:
        """How many links are followed to answer a row."""
        return sum(len(column.found.links) for column in self.columns)


def read_selection(text: str, entity: Entity, joins: Mapping[str, str]) -> Selection:
    """The selection of a comma list. Raises SelectError."""
    columns: dict[tuple[str | None, tuple[str, ...]], Column] = {}
    computed: dict[str, Computed] = {}
    items = dict.fromkeys(item.strip() for item in text.split(","))  # a repeated one says nothing new
    for item in items:
        if item.startswith("@"):
            computed[item] = _computed(item[1:], entity)
            continue
        alias, path = (None, "") if item == "*" else _alias(item)
        paths = [(name,) for name in entity.properties] if item == "*" else [tuple(path.split("."))]
        for names in paths:
            columns.setdefault((alias, names), _column(names, alias, entity, joins))
        if len(columns) + len(computed) > MAX_PATHS:
            raise SelectError(f"more than {MAX_PATHS} paths", "ALM-135")
    _require_places(columns.values())
    return Selection(tuple(columns.values()), tuple(computed.values()))


def _require_places(columns: Iterable[Column]) -> None:
    """Refuse an alias under which something else is answered: one of the two would be lost."""
    taken: dict[str, Column] = {}
    for column in sorted(
        columns, key=lambda column: column.alias is None
    ):  # an alias is looked for in all others
        name = column.alias or column.names[0]
        other = taken.setdefault(name, column)
        if other is not column and (other.alias or column.alias):
            raise SelectError(f"two things are selected as {name[:60]}", "ALM-142")


def _alias(item: str) -> tuple[str | None, str]:
    """`Pri:Priority.Name`: the prefix is a guess (ALM-Q26), and this function the only place that knows it."""
    prefix, colon, path = item.partition(":")
    if not colon:
        prefix, path = "", item
    elif not _NAME.fullmatch(prefix.strip()):
        raise SelectError("an alias is a name", "ALM-142")
    if not _PATH.fullmatch(path.strip()):
        raise SelectError(f"{path[:40]!r} is no property path", "ALM-146")
    return prefix.strip() or None, path.strip()


def _column(names: tuple[str, ...], alias: str | None, entity: Entity, joins: Mapping[str, str]) -> Column:
    try:
        return Column(names, alias, resolve(entity, names, joins))
    except PathError as error:
        raise SelectError(error.why, "ALM-146") from None


def _computed(name: str, entity: Entity) -> Computed:
    augmenter: Augmenter | None = entity.augmenters.get(name)
    if augmenter is None:
        raise SelectError(f"there is no augmenter @{name[:40]}", "ALM-219", supported=False)
    if augmenter.type != "Extension":
        raise SelectError(f"@{name} is for $filter", "ALM-212", supported=False)
    choices = tuple(
        (value, None if text is None else filtering.compiled(text, entity.name, (), Readings()).fits)
        for value, text in augmenter.choose.items()
    )
    return Computed(name, choices)


def item(
    call: Call, env: Environment, selection: Selection | None, entity: Entity, row: Record
) -> dict[str, Any]:
    """A row as a search answers it: what was selected, where it is, and what it is (ALM-111)."""
    shown: dict[str, Any] = {}
    if selection is not None:
        for column in selection.columns:
            _place(call, env, shown, column, entity, row)
        for computed in selection.computed:
            shown[computed.name] = computed.of(env, row)
    elif call.settings.search_items == "properties":
        call.cite("ALM-Q22")
        shown = links.properties_of(entity, row)
    only = () if call.settings.search_item_actions == "all" else ("Get",)
    return {
        **shown,
        "_actions": links.record_actions(call, entity, row, only),
        "_context": links.metadata_link(call, entity),
        "_self": links.record_link(call, entity, row),
    }


def _place(
    call: Call, env: Environment, shown: dict[str, Any], column: Column, entity: Entity, row: Record
) -> None:
    """Put a column's value where its path says, with links to the metadata of each entity on the way (ALM-140)."""
    found = column.found
    if column.alias is not None or found.is_plain:
        record = row_at(found.links)(env, row)
        value = None if record is None else show(found.prop, record)
        name = column.alias or column.names[0]
        if isinstance(shown.get(name), dict):  # a property of the linked record was selected before
            return
        shown[name] = value
        return
    at: dict[str, Any] = shown
    for name, link in zip(column.names, found.links, strict=False):
        next_row = row_at((link,))(env, row)
        if next_row is None:
            at.setdefault(name, None)
            return
        row, inner = next_row, at.get(name)
        if not isinstance(inner, dict):
            inner = at[name] = _linked(call, link[1], row)
        at = inner
    at[column.names[-1]] = show(found.prop, row)


def _linked(call: Call, name: str, record: Record) -> dict[str, Any]:
    key = MODEL.by_name[name].key
    stored = access.stored(call, MODEL.by_name[name], record[key])
    really = MODEL.by_name[name] if stored is None else stored[0]
    return {"_context": links.metadata_link(call, really), "_self": links.record_link(call, really, record)}
