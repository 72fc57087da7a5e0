"""The entities of Alemba Service Manager, read from their data files: what they are made of and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.data import read_parts

# The data types of the document (ALM-203); any other name of a type is an entity's.
NUMBERS = ("Integer", "Long", "Float", "Double", "Decimal", "Short")
TEXTS = ("Text", "RichText")
DATA_TYPES = ("Binary", "Boolean", "DateTime", *NUMBERS, *TEXTS)
SESSION_TYPES = ("Analyst", "User", "Anonymous")


class EntityError(Exception):
    """A data file that says something the simulator would not do. The message names the file."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property with its documented metadata. `same_as` names the property whose value it shows under another name;
    `stored` are the spellings of true and false in the table."""

    name: str
    display_name: str
    display_types: tuple[str, ...]
    data_type: str
    kind: str  # "class" on the wire
    description: str
    usage: str = "Public"
    is_key: bool = False
    no_search: bool = False
    default: Any = None
    length: int | None = None
    uppercase: bool = False
    stored: tuple[str, str] | None = None
    same_as: str | None = None
    many: bool = False

    @property
    def field(self) -> str:
        """The field of the record that holds the value."""
        return self.same_as or self.name

    @property
    def is_link(self) -> bool:
        return self.data_type not in DATA_TYPES

    @property
    def is_secret(self) -> bool:
        return "Password" in self.display_types


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done with an entity or, in the listed states, with a record.

    `locked` are the states in which the caller must hold the lock; `held`: in every state. `sets` are fields that it
    sets, `defaults` those it sets when they are not given, `copies` fields filled from others; `adds` counts one up.
    `event` is the title of the entry it leaves in the history; `attaches` names the link of an attachment; `needs` a
    field without which there is nothing to do it with.
    """

    name: str
    method: str
    description: str
    path: str = ""
    sessions: tuple[str, ...] = ("Analyst",)
    states: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    held: bool = False
    mandatory: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    parameters: Mapping[str, Property] = field(default_factory=dict)
    sets: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    adds: str = ""
    event: str = ""
    attaches: str = ""
    needs: str = ""
    stub: bool = False

    @property
    def on_record(self) -> bool:
        """Whether it is done with one record, and not with the entity as a whole."""
        return self.name not in {"Search", "Create"}

    @property
    def is_complex(self) -> bool:
        """Whether it is more than reading, creating, changing or deleting."""
        return self.method == "PUT" and bool(self.path)


@dataclass(frozen=True, slots=True)
class Part:
    """Records of another entity that belong to a record, found by a link of theirs."""

    name: str
    entity: str
    by: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Augmenter:
    """A named condition (a `filter`) or extension (the first of `choose` whose filter holds)."""

    name: str
    type: str
    description: str
    filter: str = ""
    choose: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The field of a record's stage, the name of each stage by that field's value, and the field of the lock."""

    property: str
    states: Mapping[int, str]
    lock: str | None


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity with everything it inherits. Without a `resource` no address leads to it."""

    name: str
    resource: str
    description: str
    status: str
    parent: str | None
    children: tuple[str, ...]
    numbers: str  # the resource whose numbers its records take
    collections: tuple[str, ...]  # where its records lie: its own, then its descendants'
    keys: tuple[str, ...]  # the properties that are its key
    key: str  # the field that is the key of its records in the store
    properties: Mapping[str, Property]
    actions: Mapping[str, Action]
    parts: Mapping[str, Part]
    augmenters: Mapping[str, Augmenter]
    lifecycle: Lifecycle | None
    partitioned: bool
    owned_by: str | None
    through: tuple[str, ...]
    history: str | None
    image: tuple[str, str] | None
    setting: str  # the one that names which of several entities has an address; "" where all have

    def action_at(self, method: str, path: str) -> Action | None:
        """The action on a record that has this method and last segment."""
        for action in self.actions.values():
            if action.path == path and action.method == method and action.on_record:
                return action
        return None

    def methods_at(self, path: str) -> list[str]:
        """The methods of the actions on a record that have this last segment."""
        return sorted({each.method for each in self.actions.values() if each.on_record and each.path == path})


@dataclass(frozen=True, slots=True)
class Model:
    """All entities, by name and by resource."""

    by_name: Mapping[str, Entity]
    by_resource: Mapping[str, Entity]

    def top(self) -> Iterator[Entity]:
        """The entities that stand at the root: those without a parent that has an address."""
        return (each for each in self.by_resource.values() if self.reachable_parent(each) is None)

    def reachable_parent(self, entity: Entity) -> Entity | None:
        """The nearest ancestor that has an address."""
        parent = self.by_name[entity.parent] if entity.parent else None
        while parent is not None and not parent.resource:
            parent = self.by_name[parent.parent] if parent.parent else None
        return parent


_PROPERTY = {
    "displayName": "display_name",
    "displayTypes": "display_types",
    "dataType": "data_type",
    "class": "kind",
    "isKey": "is_key",
    "noSearch": "no_search",
    "defaultValue": "default",
    "sameAs": "same_as",
}
_ENTITY = {
    "format", "name", "resource", "description", "status", "parent", "partitioned", "ownedBy", "lifecycle",
    "properties", "augmenters", "actions", "parts", "through", "history", "image", "setting",
}  # fmt: skip
_LISTS = ("mandatory", "optional")
_MAPS = ("parameters", "sets", "defaults", "copies")


def read_model(files: Mapping[str, Mapping[str, Any]]) -> Model:
    """The model that the data files describe. Raises EntityError."""
    raw: dict[str, Mapping[str, Any]] = {}
    for file, entity in files.items():
        if entity.get("format") != 1 or entity.keys() - _ENTITY or entity.get("resource", file) != file:
            raise EntityError(
                f"{file}: unknown keys {sorted(entity.keys() - _ENTITY)}, or not its own resource"
            )
        raw[entity["name"]] = entity
    by_name = {name: _entity(name, raw) for name in raw}
    for each in by_name.values():
        _check(each, by_name)
    ordered = sorted(by_name.values(), key=lambda each: each.resource)
    return Model(by_name, {each.resource: each for each in ordered if each.resource})


def _ancestry(name: str, raw: Mapping[str, Any]) -> list[str]:
    """The names from the root down to this one."""
    parent = raw[name].get("parent")
    return [*(_ancestry(parent, raw) if parent else ()), name]


def _entity(name: str, raw: Mapping[str, Any]) -> Entity:
    line = _ancestry(name, raw)
    merged: dict[str, Any] = {"properties": {}, "actions": {}, "parts": {}, "augmenters": {}}
    for ancestor in line:
        for key, value in raw[ancestor].items():
            if key == "actions":
                merged[key] = _merged_actions(merged[key], value)
            else:
                merged[key] = (
                    {**merged[key], **value} if key in {"properties", "parts", "augmenters"} else value
                )
    own = raw[name]
    descendants = [each for each in raw if name in _ancestry(each, raw)]
    stored = [raw[each]["resource"] for each in sorted(descendants, key=lambda each: len(_ancestry(each, raw)))
              if "resource" in raw[each]]  # fmt: skip
    properties = {each: _property(each, value) for each, value in merged["properties"].items()}
    keys = tuple(each for each, prop in properties.items() if prop.is_key)
    return Entity(
        name=name,
        resource=own.get("resource", ""),
        description=own["description"],
        status=own["status"],
        parent=own.get("parent"),
        children=tuple(each for each in raw if raw[each].get("parent") == name),
        numbers=next((raw[each]["resource"] for each in line if "resource" in raw[each]), ""),
        collections=tuple(stored),
        keys=keys,
        key=keys[0] if len(keys) == 1 else "_key",
        properties=properties,
        actions={each: _action(each, value) for each, value in merged["actions"].items()},
        parts={
            each: Part(each, value["entity"], value["by"], value["displayName"])
            for each, value in merged["parts"].items()
        },
        augmenters={each: Augmenter(each, **value) for each, value in merged["augmenters"].items()},
        lifecycle=_lifecycle(merged.get("lifecycle")),
        partitioned=merged.get("partitioned", False),
        owned_by=merged.get("ownedBy"),
        through=tuple(merged.get("through", ())),
        history=merged.get("history"),
        image=(merged["image"]["data"], merged["image"]["type"]) if "image" in merged else None,
        setting=own.get("setting", ""),
    )


def _merged_actions(inherited: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Actions with what a child adds to them: its inputs come after, its effects count, its words replace."""
    merged = dict(inherited)
    for name, action in own.items():
        before = merged.get(name, {})
        merged[name] = {**before, **action}
        for key in _LISTS:
            merged[name][key] = [*before.get(key, ()), *action.get(key, ())]
        for key in _MAPS:
            merged[name][key] = {**before.get(key, {}), **action.get(key, {})}
    return merged


def _property(name: str, raw: Mapping[str, Any]) -> Property:
    given = {_PROPERTY.get(key, key): value for key, value in raw.items()}
    given["display_types"] = tuple(given["display_types"])
    if "stored" in given:
        given["stored"] = tuple(given["stored"])
    return Property(name, **given)


def _action(name: str, raw: Mapping[str, Any]) -> Action:
    given = dict(raw)
    for key in ("sessions", "states", "locked", *_LISTS):
        if key in given:
            given[key] = tuple(given[key])
    given["parameters"] = {
        each: _property(each, {"displayName": each, "class": "Parameter", **value})
        for each, value in given["parameters"].items()
    }
    return Action(name, **given)


def _lifecycle(raw: Mapping[str, Any] | None) -> Lifecycle | None:
    if raw is None:
        return None
    return Lifecycle(raw["property"], {value: name for name, value in raw["states"].items()}, raw.get("lock"))


def _check(entity: Entity, by_name: Mapping[str, Entity]) -> None:
    """Refuse a name that nothing has, before a request meets it."""
    known = entity.properties.keys()
    named: list[str] = [*entity.through, *([entity.owned_by] if entity.owned_by else ())]
    for action in entity.actions.values():
        named += [action.needs] if action.needs else []
        named += [*action.mandatory, *action.optional, *action.sets, *action.defaults, *action.copies]
        if set(action.sessions) - set(SESSION_TYPES):
            raise EntityError(f"{entity.name}: {action.name} names a session type that there is not")
    for each in entity.properties.values():
        named += [each.same_as] if each.same_as else []
        if each.is_link and each.data_type not in by_name:
            raise EntityError(
                f"{entity.name}: {each.name} is of the type {each.data_type}, which there is not"
            )
    missing = set(named) - known
    if missing and entity.resource:
        raise EntityError(f"{entity.name}: no property is called {', '.join(sorted(missing))}")


MODEL = read_model(read_parts("alemba"))
