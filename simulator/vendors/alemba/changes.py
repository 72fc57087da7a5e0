"""How records come to be and change: inputs taken as the metadata says, effects as the actions declare them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from simulator.core.call import Call as AnyCall
from simulator.core.call import Upload
from simulator.core.clock import offset_minutes
from simulator.core.errors import MOST_PROBLEMS, Invalid, Problem
from simulator.core.store import Record
from simulator.vendors.alemba import access
from simulator.vendors.alemba.entities import MODEL, Action, Entity, Property
from simulator.vendors.alemba.rules import Settings
from simulator.vendors.alemba.values import Wrong, default_of, keep, stored_instant, take

Call = AnyCall[Settings]
Json = Mapping[str, Any]
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}", re.ASCII)
NO_KNOWN_TYPE = "application/octet-stream"
_SHOWN = 120


def media_type(text: str) -> str:
    """A media type that may stand in a header; anything else is a file of no known type."""
    named = text.partition(";")[0].strip()
    return named if _MEDIA_TYPE.fullmatch(named) else NO_KNOWN_TYPE


# --- inputs ----------------------------------------------------------------------------------------------------------


def _inputs(call: Call, entity: Entity, action: Action, body: Json) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that a body sets, as they are kept, and the action's parameters. Raises Invalid with all that is
    wrong: names it does not take, values that their properties do not take, mandatory ones that are missing."""
    taken = (*action.mandatory, *action.optional)
    given = {name: value for name, value in body.items() if not (name == "action" and action.parameters)}
    known, unknown = sorted(taken), (name for name in given if name not in taken)
    problems = [_problem(name, "unknown", known, "a name that it does not take", "ALM-250")
                for name in islice(unknown, MOST_PROBLEMS)]  # fmt: skip
    fields: dict[str, Any] = {}
    for name in (each for each in taken if each in given):
        _take_field(call, entity, entity.properties[name], given[name], fields, problems)
    set_fields = {name for name in fields if fields[name] not in (None, "")}
    for name in _needed(entity, action, given):
        missing = entity.properties[name].field not in set_fields
        if missing and not any(each.path == (name,) for each in problems):
            problems.append(_problem(name, "required", "a value", "nothing", "ALM-097"))
    parameters = (
        _parameters(call, entity, action, body.get("action", {}), problems) if action.parameters else {}
    )
    if problems:
        raise Invalid(problems)
    return fields, parameters


def _needed(entity: Entity, action: Action, given: Json) -> list[str]:
    """What must have a value: what the action says, and of what else is given that without which there would be no
    record."""
    create = entity.actions.get("Create")
    kept = create.mandatory if create is not None else ()
    return [*action.mandatory, *(name for name in kept if name in given and name not in action.mandatory)]


def _problem(name: str, rule: str, expected: Any, got: Any, *statements: str) -> Problem:
    return Problem("body", (name[:_SHOWN],), rule, expected, got, statements)


def _shown(value: Any) -> Any:
    return value if isinstance(value, (int, float, bool, type(None))) else f"{value!r}"[:_SHOWN]


def _take_field(
    call: Call, entity: Entity, prop: Property, value: Any, fields: dict[str, Any], problems: list[Problem]
) -> None:
    try:
        kept = take(prop, value, offset_minutes(call.settings.server_time_zone))
    except Wrong as wrong:
        got = "a secret" if prop.is_secret else _shown(value)
        problems.append(_problem(prop.name, wrong.rule, wrong.expected, got, "ALM-055"))
        return
    # A key under a second name leads where the link of the first leads.
    target = prop if prop.same_as is None or prop.is_link else entity.properties[prop.same_as]
    if target.is_link and kept is not None:
        for key in kept if isinstance(kept, list) else [kept]:
            if access.linked(call, target.data_type, key) is None:
                expected = f"the key of a {target.data_type}"
                problems.append(_problem(prop.name, "linked", expected, key, "ALM-234", "ALM-251"))
    if prop.field in fields and fields[prop.field] != kept:
        problems.append(_problem(prop.name, "same", fields[prop.field], _shown(kept), "ALM-055"))
    fields[prop.field] = kept


def _parameters(
    call: Call, entity: Entity, action: Action, given: Any, problems: list[Problem]
) -> dict[str, Any]:
    """The values of an action's own parameters, which stand below `action` in the body (ALM-X14)."""
    if not isinstance(given, dict):
        problems.append(_problem("action", "type", "an object", _shown(given), "ALM-X14"))
        return {}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if len(problems) >= MOST_PROBLEMS:
            break
        if name not in action.parameters:
            problems.append(
                _problem(name, "unknown", sorted(action.parameters), "a name it does not take", "ALM-X14")
            )
        else:
            _take_field(call, entity, action.parameters[name], value, values, problems)
    return values


# --- effects ---------------------------------------------------------------------------------------------------------


def _value(call: Call, entity: Entity, name: str, declared: Any) -> Any:
    """A declared effect as it is kept: @Now, @UserId and @Partition are the call's own."""
    if declared == "@Now":
        return stored_instant(call.now)
    who = access.caller(call)
    if declared == "@UserId":
        return who["person"]
    if declared == "@Partition":
        return who["partitions"][0] if who["partitions"] else None
    return keep(entity.properties[name], declared)


def create(call: Call, entity: Entity, action: Action, body: Json) -> Record:
    """A new record of an entity. Who sees only own records creates only own ones (ALM-252)."""
    fields, _ = _inputs(call, entity, action, body or {})
    record: dict[str, Any] = {entity.key: _next_number(call, entity)}
    for name, prop in entity.properties.items():
        if prop.same_as is None and (default := default_of(prop)) is not None:
            record[name] = default
    if "Id" in entity.properties:
        record["Id"] = call.guid(entity.numbers, record[entity.key])
    for name, declared in action.defaults.items():
        record[name] = _value(call, entity, name, declared)
    record.update(fields)
    for name, declared in action.sets.items():
        record[name] = _value(call, entity, name, declared)
    if entity.owned_by is not None and access.caller(call)["session_type"] != "Analyst":
        record[entity.owned_by] = access.caller(call)["person"]
    if record.get("Partition") is not None and record["Partition"] not in access.caller(call)["partitions"]:
        problem = _problem(
            "Partition", "partition", "a partition of the session", record["Partition"], "ALM-253"
        )
        raise Invalid([problem])
    if "Name" in entity.properties and "FirstName" in record:
        record.setdefault("Name", f"{record['FirstName']} {record['LastName']}"[:100])
    record = _with_history(call, entity, record, action, {})
    return call.store.insert(entity.resource, record)


def _next_number(call: Call, entity: Entity) -> int:
    """The next number that neither the entity nor what it shares its numbers with has."""
    family = MODEL.by_resource[entity.numbers]
    while True:
        number = call.next_id(entity.numbers)
        if access.stored(call, family, number) is None:
            return number


def perform(call: Call, entity: Entity, record: Record, action: Action, body: Json) -> Record:
    """A record after an action: what it is given, then what the action itself sets."""
    fields, parameters = _inputs(call, entity, action, body)
    changed = dict(record)
    for name, declared in action.sets.items():
        changed[name] = _value(call, entity, name, declared)
    changed.update(fields)
    for name, source in action.copies.items():
        if changed.get(name) is None:
            changed[name] = record.get(source)
    if action.adds:
        changed[action.adds] = (record.get(action.adds) or 0) + 1
    changed = _with_history(call, entity, changed, action, parameters)
    if changed == record:
        return record
    return call.store.replace(entity.resource, changed)


def _with_history(
    call: Call, entity: Entity, record: dict[str, Any], action: Action, parameters: Json
) -> dict[str, Any]:
    """The record with its number of the latest history entry, which is written (ALM-X19)."""
    if entity.history is None or not action.event:
        return record
    of = MODEL.by_name[entity.history].resource
    # A record that was seeded, or changed behind the API's back, may count fewer entries than it has.
    before = [each["LastHistoryOrder"] for each in call.store.find(of, "Ref", record[entity.key])]
    number = max([record.get("LastHistoryOrder") or 0, *before]) + 1
    entry = {
        "_key": f"{record[entity.key]}-{number}",
        "Ref": record[entity.key],
        "LastHistoryOrder": number,
        "ActionTitle": action.event,
        "ActionDescription": parameters.get("Description"),
        "ActionDate": stored_instant(call.now),
        "ActionedBy": access.caller(call)["person"],
    }
    call.store.insert(of, entry)
    return {**record, "LastHistoryOrder": number}


def attach(call: Call, entity: Entity, record: Record, action: Action, file: Upload) -> Record:
    """A new attachment of a record."""
    attachment = MODEL.by_name["Attachment"]
    ref = _next_number(call, attachment)
    longest = attachment.properties["Name"].length or 255
    if not file.filename or len(file.filename) > longest:
        raise Invalid([_problem("Name", "length", longest, _shown(file.filename), "ALM-055")])
    kept = {
        "Ref": ref,
        "Name": file.filename,
        "FileSize": len(file.data),
        "ContentType": media_type(file.content_type),
        "Data": base64.b64encode(file.data).decode(),
        action.attaches: record[entity.key],
        "CreatedDate": stored_instant(call.now),
    }
    return call.store.insert(attachment.resource, kept)
