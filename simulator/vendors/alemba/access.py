"""Who sees which records, and what may be done with a record as it is now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from simulator.core.call import Call as AnyCall
from simulator.core.errors import Conflict, Forbidden, NotFound, Refusal
from simulator.core.store import Record
from simulator.vendors.alemba.entities import MODEL, Action, Entity
from simulator.vendors.alemba.rules import Settings
from simulator.vendors.alemba.values import is_true, show

Call = AnyCall[Settings]
Sees = Callable[[Record], bool]


def caller(call: Call) -> Record:
    """Who calls: session_type, person (a Ref or null), partitions, read_only."""
    return call.caller.record


# --- what there is ---------------------------------------------------------------------------------------------------


def entity_of(call: Call, resource: str) -> Entity:
    """The entity at an address. Refuses with ResourceNotFound."""
    entity = MODEL.by_resource.get(resource)
    if entity is None or is_switched_off(call, entity):
        cited = ("ALM-X12",) if entity is not None else ("ALM-232",)
        raise NotFound("no entity has this resource name", sub_status="ResourceNotFound", statements=cited)
    return entity


def is_switched_off(call: Call, entity: Entity) -> bool:
    """Whether a setting gives the address to another entity instead (ALM-X12)."""
    return bool(entity.setting) and getattr(call.settings, entity.setting) != entity.resource


def stored(call: Call, entity: Entity, key: int | str) -> tuple[Entity, Record] | None:
    """A record by its key, with the entity it really is, whoever may see it."""
    for collection in entity.collections:
        record = call.store.get(collection, key)
        if record is not None:
            return MODEL.by_resource[collection], record
    return None


def linked(call: Call, name: str, key: int) -> tuple[Entity, Record] | None:
    """The record that a link of this data type leads to, if the caller may follow it: as at its own address, not to one
    that is deleted."""
    found = stored(call, MODEL.by_name[name], key)
    if found is None or is_deleted(found[1]) or not may(call, found[0], "Get"):
        return None
    return found if sight(call, found[0])(found[1]) else None


def rows(call: Call, entity: Entity) -> Iterator[tuple[Entity, Record]]:
    """Every stored record of an entity and its descendants, with the entity each really is."""
    for collection in entity.collections:
        really = MODEL.by_resource[collection]
        for record in call.store.all(collection):
            yield really, record


# --- who sees what ---------------------------------------------------------------------------------------------------


def may(call: Call, entity: Entity, action: str) -> bool:
    """Whether the caller's kind of session has the right to an action at all."""
    found = entity.actions.get(action)
    return found is not None and has_right(call, found)


def has_right(call: Call, action: Action) -> bool:
    who = caller(call)
    return who["session_type"] in action.sessions and (action.method == "GET" or not who["read_only"])


def sight(call: Call, entity: Entity) -> Sees:
    """Whether the caller sees a record: it is in a partition of the session (ALM-196), is the caller's own where a user
    session sees no others, was submitted or is the caller's new one (ALM-X04), and what it is a part of is seen."""
    who = caller(call)
    person, partitions = who["person"], frozenset(who["partitions"])
    checks: list[Sees] = []
    if entity.partitioned:
        checks.append(lambda record: record.get("Partition") is None or record["Partition"] in partitions)
    if entity.owned_by is not None and who["session_type"] != "Analyst":
        owner = entity.owned_by
        checks.append(lambda record: person is not None and record.get(owner) == person)
    if entity.lifecycle is not None:
        stage = entity.lifecycle.property
        checks.append(lambda record: bool(record.get(stage)) or _is_own(record, person))
    if entity.through:
        checks.append(lambda record: _parent_is_seen(call, entity, record))
    if len(checks) == 1:
        return checks[0]
    return lambda record: all(check(record) for check in checks)


def seen(call: Call, entity: Entity, records: list[Record]) -> list[Record]:
    """The records that the caller sees. For what is asked most, the same as `sight` without a call for each record."""
    who = caller(call)
    if entity.through or (entity.owned_by is not None and who["session_type"] != "Analyst"):
        sees = sight(call, entity)
        return [record for record in records if sees(record)]
    person = who["person"]
    if entity.partitioned:
        mine = frozenset([None, *who["partitions"]])
        records = [record for record in records if record.get("Partition") in mine]
    if entity.lifecycle is not None:
        stage = entity.lifecycle.property
        records = [record for record in records if record.get(stage) or _is_own(record, person)]
    return records


def _is_own(record: Record, person: int | None) -> bool:
    return person is not None and record.get("LoggedBy") == person


def _parent_is_seen(call: Call, entity: Entity, record: Record) -> bool:
    for name in entity.through:
        prop, key = entity.properties[name], record.get(name)
        if key is not None:
            return linked(call, prop.data_type, key) is not None
    return False


def is_deleted(record: Record) -> bool:
    return bool(is_true(record.get("Deleted")))


def find(call: Call, entity: Entity, key: str) -> tuple[Entity, Record]:
    """The record of an address, with the entity it really is. Refuses with RecordNotFound what is not there, what is
    deleted, and what the caller does not see: the three look alike from outside."""
    number = int(key) if key.isascii() and key.isdecimal() and len(key) < 11 else key
    found = stored(call, entity, number)
    facts: dict[str, Any] = {"sub_status": "RecordNotFound", "statements": ("ALM-233",)}
    if found is None:
        raise NotFound("no record has this key", collection=entity.resource, key=number, **facts)
    really, record = found
    where: dict[str, Any] = {"collection": really.resource, "key": number}
    if is_deleted(record):
        raise NotFound("the record is deleted", removed=True, **where, **facts)
    if not sight(call, really)(record):
        raise NotFound("the caller does not see this record", existed=True, **where, **facts)
    return found


# --- what may be done ------------------------------------------------------------------------------------------------


def state(entity: Entity, record: Record) -> str:
    """The stage of a record's life: New, Open... An entity without one has none."""
    if entity.lifecycle is None:
        return ""
    return entity.lifecycle.states.get(record.get(entity.lifecycle.property) or 0, "")


def refusal(call: Call, entity: Entity, record: Record, action: Action) -> Refusal | None:
    """Why an action cannot be done with a record as it is now; None when it can."""
    if not has_right(call, action):
        return Forbidden(f"a session of type {caller(call)['session_type']} has no right to {action.name}",
                         statements=("ALM-244",), sub_status="NotAllowed")  # fmt: skip
    if action.needs and record.get(action.needs) is None:
        reason = f"the record has no {action.needs}"
        return NotFound(reason, statements=("ALM-051",), sub_status="RecordNotFound")
    if action.method == "GET":
        return None
    if action.method == "DELETE" and entity.through:
        kept = _owner_s_refusal(call, entity, record)
        if kept is not None:
            return kept
    person, lock = caller(call)["person"], entity.lifecycle and entity.lifecycle.lock
    holder = record.get(lock) if lock else None
    if holder is not None and holder != person:
        name = _name_of(call, holder)
        return Conflict(
            f"locked by {name}", statements=("ALM-X03", "ALM-Q13"), sub_status="NotAllowed", locked_by=name
        )
    now = state(entity, record)
    if action.states and now not in action.states:
        facts: dict[str, Any] = {"state": now, "possible_in": list(action.states), "sub_status": "NotAllowed"}
        return Forbidden(
            f"{action.name} is not possible in the state {now}", statements=("ALM-104",), **facts
        )
    must_hold = action.held or (now in action.locked and call.settings.update_needs_lock)
    if must_hold and holder is None:
        reason = f"{action.name} needs the record to be locked by the caller"
        return Forbidden(reason, statements=("ALM-X09",), sub_status="NotAllowed", state=now)
    return None


def _owner_s_refusal(call: Call, entity: Entity, record: Record) -> Refusal | None:
    """Why what belongs to a record cannot be taken from it: for the reasons for which nothing could be added to it."""
    for name in entity.through:
        key = record.get(name)
        owner = None if key is None else linked(call, entity.properties[name].data_type, key)
        for adding in owner[0].actions.values() if owner else ():
            if adding.attaches == name and owner is not None:
                return refusal(call, *owner, adding)
    return None


def _name_of(call: Call, person: int) -> str:
    record = call.store.get("person", person)
    name = record and show(MODEL.by_name["Person"].properties["Name"], record)
    return name or f"person {person}"
