"""Hypermedia: links to resources, records as they are answered, the metadata of entities and actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from simulator.core.call import Call as AnyCall
from simulator.core.store import Record
from simulator.vendors.alemba import access, rules
from simulator.vendors.alemba.entities import MODEL, Action, Entity, Part, Property
from simulator.vendors.alemba.rules import Settings
from simulator.vendors.alemba.values import show

Call = AnyCall[Settings]
Json = dict[str, Any]
_ESCAPE = re.compile(r"%[0-9A-F]{2}")


def base(call: Call) -> str:
    """What every link begins with: `api:v1/`, in the version that was asked (ALM-Q10)."""
    return f"api:{rules.version(call.request.path, call.settings)}/"


def encoded(value: str) -> str:
    """A value of a query as the product writes it, with small hexadecimal digits."""
    return _ESCAPE.sub(lambda found: found[0].lower(), quote(value, safe="(),.:@"))


def metadata_link(call: Call, entity: Entity | None) -> str:
    """Where the metadata of an entity, or of the root, is (ALM-Q9)."""
    root = base(call)
    target = call.settings.context_target
    if target == "$options":
        call.cite("ALM-Q9")
        return f"{root}{entity.resource}?$options" if entity else f"{root}?$options"
    return f"{root}{entity.resource}/$metadata" if entity else f"{root}$metadata"


def record_link(call: Call, entity: Entity, record: Record) -> str:
    """Where a record is. One whose key has several columns has no address of its own but a search."""
    if len(entity.keys) == 1:
        return f"{base(call)}{entity.resource}/{record[entity.key]}"
    condition = "&&".join(f"{name}=={record[name]}" for name in entity.keys)
    return f"{base(call)}{entity.resource}?$filter={encoded(f'({condition})')}"


# --- records ---------------------------------------------------------------------------------------------------------


def properties_of(entity: Entity, record: Record) -> Json:
    return {name: show(prop, record) for name, prop in entity.properties.items()}


def whole_record(call: Call, entity: Entity, record: Record) -> Json:
    """A record with all its properties, the actions of its present state and the links that lead on from it."""
    return {
        **properties_of(entity, record),
        "_actions": record_actions(call, entity, record),
        "_links": record_links(call, entity, record),
        "_context": metadata_link(call, entity),
        "_self": record_link(call, entity, record),
    }


def record_actions(call: Call, entity: Entity, record: Record, only: Iterable[str] = ()) -> Json:
    """The actions that can be done with a record now, each with the address to do it at."""
    wanted = frozenset(only)
    found = [
        each
        for each in entity.actions.values()
        if each.on_record
        and (not wanted or each.name in wanted)
        and access.refusal(call, entity, record, each) is None
    ]
    at = record_link(call, entity, record)
    return {
        each.name: [_action_entry(call, entity, each, f"{at}/{each.path}" if each.path else at)]
        for each in found
    }


def _action_entry(call: Call, entity: Entity, action: Action, href: str) -> Json:
    return {
        "methods": _methods(call, action),
        "href": href,
        "_self": f"{base(call)}{entity.resource}/${_wire_name(action)}",
    }


def _methods(call: Call, action: Action) -> list[str]:
    if action.is_complex and call.settings.action_methods != "PUT":
        call.cite("ALM-Q21")
        return [action.method, "POST"]
    return [action.method]


def _wire_name(action: Action) -> str:
    """An action's name as addresses write it: `create`, `forward` (ALM-098)."""
    return action.name[:1].lower() + action.name[1:]


def record_links(call: Call, entity: Entity, record: Record) -> Json:
    """The links of a record: what it is related to, as far as the caller may follow, and what belongs to it."""
    links: Json = {}
    for name, prop in entity.properties.items():
        key = record.get(prop.field)
        if not prop.is_link or prop.many or prop.same_as or key is None:
            continue
        target = access.linked(call, prop.data_type, key)
        if target is not None:
            at = record_link(call, *target)
            links[name] = [{"href": at, "_self": at}]
    if len(entity.keys) == 1:
        at = record_link(call, entity, record)
        for part in _open_parts(call, entity):
            links[part.display_name] = [{"href": f"{at}/{part.name}", "_self": f"{at}/{part.name}"}]
    return links


def _open_parts(call: Call, entity: Entity) -> list[Part]:
    return [each for each in entity.parts.values() if access.may(call, MODEL.by_name[each.entity], "Search")]


# --- metadata --------------------------------------------------------------------------------------------------------


def root_metadata(call: Call) -> Json:
    """What there is: a link to the metadata of each top-level entity (ALM-056)."""
    found = [each for each in MODEL.top() if not access.is_switched_off(call, each)]
    links = {
        each.name: [{"href": metadata_link(call, each), "_self": metadata_link(call, each)}] for each in found
    }
    return {
        "name": "api",
        "description": "The entities of Alemba Service Manager.",
        "children": [{"_self": metadata_link(call, each)} for each in found],
        "_links": links,
        "_self": metadata_link(call, None),
    }


def entity_metadata(call: Call, entity: Entity, record: Record | None = None) -> Json:
    """An entity, or with a record that record's own: the same, with the actions of its state."""
    parent = MODEL.reachable_parent(entity)
    children = [MODEL.by_name[name] for name in entity.children]
    resource = f"{base(call)}{entity.resource}"
    if record is None:
        actions = {each.name: [_entry_of(call, entity, each)] for each in entity.actions.values()}
        links, context, self = _templated_links(call, entity), parent, metadata_link(call, entity)
    else:
        actions, links = record_actions(call, entity, record), record_links(call, entity, record)
        context, self = entity, f"{record_link(call, entity, record)}?$options"
    augmenters = [
        {"name": f"@{each.name}", "type": each.type, "description": each.description}
        for each in entity.augmenters.values()
    ]
    return {
        "name": entity.name,
        "description": entity.description,
        "status": entity.status,
        "href": resource,
        "children": [{"_self": metadata_link(call, each)} for each in children if each.resource],
        "properties": [property_metadata(call, each) for each in entity.properties.values()],
        "augmenters": augmenters,
        "_actions": actions,
        "_links": links,
        "_context": metadata_link(call, context),
        "_self": self,
    }


def property_metadata(call: Call, prop: Property) -> Json:
    """A property with the metadata that the document lists; what does not apply is left out."""
    beside: Json = {"description": prop.description, "usage": prop.usage}
    for name, value in (
        ("isKey", prop.is_key or None),
        ("noSearch", prop.no_search or None),
        ("defaultValue", prop.default),
        ("length", prop.length),
        ("uppercase", prop.uppercase or None),
    ):
        if value is not None:
            beside[name] = value
    kind: Json = {"displayTypes": list(prop.display_types), "dataType": prop.data_type, "class": prop.kind}
    if call.settings.property_metadata == "flat":
        call.cite("ALM-Q8")
        kind = {**kind, **beside}
    return {"name": prop.name, "displayName": prop.display_name, "type": kind, **beside}


def _entry_of(call: Call, entity: Entity, action: Action) -> Json:
    """An action in an entity's metadata: where it is done, templated, and where its own metadata is."""
    return {
        **_action_entry(call, entity, action, _template(call, entity, action)),
        "description": action.description,
    }


def _template(call: Call, entity: Entity, action: Action) -> str:
    resource = f"{base(call)}{entity.resource}"
    if not action.on_record:
        return resource
    return f"{resource}/{{id}}/{action.path}" if action.path else f"{resource}/{{id}}"


def _templated_links(call: Call, entity: Entity) -> Json:
    """Where the related records are: {id} is the key, every other name a property of the entity at `_context`."""
    links: Json = {}
    own = metadata_link(call, entity)
    for name, prop in entity.properties.items():
        if prop.is_link and not prop.many and not prop.same_as:
            target = MODEL.by_name[prop.data_type]
            href = f"{base(call)}{target.resource}/{{{name}}}"
            links[name] = [{"href": href, "_context": own, "_self": metadata_link(call, target)}]
    for part in _open_parts(call, entity) if len(entity.keys) == 1 else ():
        href = f"{base(call)}{entity.resource}/{{id}}/{part.name}"
        target = MODEL.by_name[part.entity]
        links[part.display_name] = [{"href": href, "_context": own, "_self": metadata_link(call, target)}]
    return links


def action_metadata(call: Call, entity: Entity, action: Action, record: Record | None = None) -> Json:
    """An action: how it is called, when it is possible, and what it takes (ALM-097, ALM-099)."""
    taken = [*((name, True) for name in action.mandatory), *((name, False) for name in action.optional)]
    properties = [
        {**property_metadata(call, entity.properties[name]), "mandatory": mandatory}
        for name, mandatory in taken
    ]
    parameters = [
        {**property_metadata(call, each), "path": f"$action.{name}", "mandatory": False}
        for name, each in action.parameters.items()
    ]
    if action.attaches:
        of = MODEL.by_name["Attachment"].properties
        parameters += [
            {**property_metadata(call, of[name]), "path": name, "mandatory": name != "ContentType"}
            for name in ("Name", "ContentType", "Data")
        ]
    if record is None:
        href = _template(call, entity, action)
    else:
        at = record_link(call, entity, record)
        href = f"{at}/{action.path}" if action.path else at
    return {
        "name": action.name,
        "description": action.description,
        "methods": _methods(call, action),
        "href": href,
        "initialState": initial_state(call, action),
        "permissions": {each: each in action.sessions for each in ("Analyst", "User")},
        "properties": properties,
        "parameters": parameters,
        "_context": metadata_link(call, entity),
        "_self": f"{base(call)}{entity.resource}/${_wire_name(action)}",
    }


def initial_state(call: Call, action: Action) -> str:
    """In which states an action is possible, in the product's words: "New, or Open and locked by you" (ALM-X09)."""
    locked = action.locked if call.settings.update_needs_lock else ()
    words = [f"{each} and locked by you" if action.held or each in locked else each for each in action.states]
    return ", or ".join(words) or "Any"


def action_named(entity: Entity, text: str) -> Action | None:
    """The action that `$create` names."""
    for action in entity.actions.values():
        if text == f"${_wire_name(action)}":
            return action
    return None


def search_link(call: Call, resource: str, options: Mapping[str, list[str]], top: int | None) -> str:
    """The address of a search as it was asked, with the row limit it was given (ALM-114)."""
    pairs = [(name, value) for name, values in options.items() for value in values if name != "$top"]
    if top is not None:
        pairs.append(("$top", str(top)))
    query = "&".join(f"{name}={encoded(value)}" for name, value in pairs)
    return f"{base(call)}{resource}?{query}" if query else f"{base(call)}{resource}"
