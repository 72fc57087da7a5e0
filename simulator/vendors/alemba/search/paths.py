"""Property paths: `Priority`, `User.Organization.Name`, `LastAction.Description`, checked against the metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from simulator.core.call import Call as AnyCall
from simulator.core.clock import EARLIEST, LATEST, Instant, offset_minutes
from simulator.core.store import Record
from simulator.vendors.alemba import access
from simulator.vendors.alemba.entities import MODEL, NUMBERS, TEXTS, Entity, Property
from simulator.vendors.alemba.rules import Settings
from simulator.vendors.alemba.values import is_true, stored_instant

Call = AnyCall[Settings]
MAX_STEPS = 200_000  # of all filtering, ordering and joining in one request: about 50 ms
MAX_NAMES = 32  # in a path: what is answered along it is nested as deep
JOINED = "@"  # what stands before an alias in a joined row: no property begins so


class PathError(Exception):
    """A path that leads nowhere: why, and whether the API knows the thing and does not support it."""

    def __init__(self, why: str, *, supported: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.supported = supported


class TooMuch(Exception):
    """A search that looks at more than one request may."""

    def __init__(self) -> None:
        super().__init__(
            f"more than {MAX_STEPS:,} steps: each part of a filter, an order or a join takes one in each row, and a "
            "text more by its length"
        )


class Environment:
    """What an expression may know besides the row: who asks, when, and how links are followed. `steps`: how many the
    request has taken so far."""

    __slots__ = (
        "_call",
        "_dates",
        "_found",
        "_sights",
        "instant",
        "offset",
        "organization",
        "person",
        "steps",
    )

    def __init__(self, call: Call) -> None:
        self._call = call
        self._found: dict[tuple[str, int], Record | None] = {}
        self._sights: dict[str, access.Sees] = {}
        self._dates: dict[int | None, str] = {}  # by how far they are from now; @Now is by None
        self.steps = 0
        self.instant: Instant = call.now
        self.offset = offset_minutes(call.settings.server_time_zone)
        self.person: int | None = access.caller(call)["person"]
        own = None if self.person is None else call.store.get("person", self.person)
        self.organization: int | None = None if own is None else own.get("Organization")

    def take(self, steps: int) -> None:
        """Take some more steps. Raises TooMuch, before anything is done, where a request would hold up all others."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise TooMuch

    @property
    def now(self) -> str:
        """@Now, as dates are kept; in the other reading of ALM-Q7 the beginning of the day."""
        found = self._dates.get(None)
        if found is None:
            found = stored_instant(self.instant)
            if self._call.settings.now_is == "date":
                self._call.cite("ALM-Q7")
                found = f"{found[:10]}T00:00:00.000Z"
            self._dates[None] = found
        return found

    def from_now(self, by: Instant) -> str:
        """The present instant and so much more, within the years 1 to 9999."""
        found = self._dates.get(by)
        if found is None:
            found = self._dates[by] = stored_instant(min(max(self.instant + by, EARLIEST), LATEST))
        return found

    def follow(self, entity: str, key: int) -> Record | None:
        """The record that a link leads to; nothing when it is deleted, or the caller does not see it or has no right
        to read what it is."""
        place = (entity, key)
        if place not in self._found:
            self._found[place] = self._fetch(entity, key)
        return self._found[place]

    def _fetch(self, name: str, key: int) -> Record | None:
        found = access.stored(self._call, MODEL.by_name[name], key)
        if found is None:
            return None
        really, record = found
        if really.name not in self._sights:
            readable = access.may(self._call, really, "Get")
            self._sights[really.name] = access.sight(self._call, really) if readable else _nothing_is_seen
        return record if self._sights[really.name](record) and not access.is_deleted(record) else None


def _nothing_is_seen(record: Record) -> bool:
    return False


Get = Callable[[Environment, Record], Any]


class Resolved(NamedTuple):
    """A path that was found. `links` are the fields to follow with the entity each leads to; `field` is read from the
    last record."""

    prop: Property
    entity: Entity  # that has the property
    links: tuple[tuple[str, str], ...]
    field: str

    @property
    def is_plain(self) -> bool:
        return not self.links

    @property
    def steps(self) -> int:
        """What it takes to read it from a row."""
        return len(self.links) + 1


def resolve(entity: Entity, names: tuple[str, ...], joins: Mapping[str, str]) -> Resolved:
    """The property at the end of a path; `joins` are entities by alias. Raises PathError."""
    if len(names) > MAX_NAMES:
        raise PathError(f"a path has up to {MAX_NAMES} names")
    links: list[tuple[str, str]] = []
    for place, name in enumerate(names):
        last = place == len(names) - 1
        if place == 0 and name in joins:
            if last:
                raise PathError(f"{name} is a joined entity and no property")
            links.append((JOINED + name, joins[name]))
            entity = MODEL.by_name[joins[name]]
            continue
        prop = entity.properties.get(name)
        if prop is None:
            raise PathError(f"{entity.name} has no property {name[:60]}")
        if last:
            return Resolved(prop, entity, tuple(links), prop.field)
        if not prop.is_link or prop.many:
            raise PathError(f"{entity.name}.{name} leads to no entity")
        links.append((prop.field, prop.data_type))
        entity = MODEL.by_name[prop.data_type]
    raise PathError("an empty path")


def row_at(links: tuple[tuple[str, str], ...]) -> Callable[[Environment, Record], Record | None]:
    """What finds the record at the end of some links."""

    def find(env: Environment, row: Record) -> Record | None:
        record: Record | None = row
        for field, entity in links:
            value = record.get(field) if record is not None else None
            if value is None:
                return None
            record = value if field[0] == JOINED else env.follow(entity, value)
        return record

    return find


def getter(found: Resolved) -> Get:
    """What reads a path's value from a row; nothing where a link on the way leads nowhere. A flag reads as one."""
    field, flag = found.field, found.prop.data_type == "Boolean"
    if found.is_plain:
        return (lambda env, row: is_true(row.get(field))) if flag else (lambda env, row: row.get(field))
    find = row_at(found.links)

    def get(env: Environment, row: Record) -> Any:
        record = find(env, row)
        value = None if record is None else record.get(field)
        return is_true(value) if flag else value

    return get


def kind_of(prop: Property) -> str:
    """What a property's values are compared as: Number, Text, Boolean, DateTime, Binary or Link."""
    if prop.is_link:
        return "Link"
    return "Number" if prop.data_type in NUMBERS else "Text" if prop.data_type in TEXTS else prop.data_type


def searchable(found: Resolved) -> None:
    """Refuse a property that searches do not support (ALM-073). Raises PathError."""
    if found.prop.no_search or found.prop.is_secret:
        raise PathError(
            f"{found.entity.name}.{found.prop.name} is not supported in searches", supported=False
        )
