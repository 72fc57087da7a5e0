"""Whether what a fixture declares fits together: classes, fields, Step Actions and records that name each other. The
values are then written as the engine keeps them, so that nothing else has to read what a person wrote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.core.store import Record, Store
from simulator.vendors.alloy.actions import ATTACHMENTS, OF_ACTIVITY, Slot, slots_of
from simulator.vendors.alloy.attachments import size_of
from simulator.vendors.alloy.classes import (
    ACTIVITIES,
    EXCLUDED,
    SERVICE_REQUESTS,
    Field,
    class_named,
    expected,
    field_of,
    object_of,
    read_value,
)
from simulator.vendors.alloy.rules import guid_of, is_empty, read_date

_NOT_CLASSES = {"dictionary", "profile", "token"}  # what else may follow /api/v2/
_OF_ACTIVITIES = {"ID", "Activity_Type", "Action", "Performed_By", "Activity_Date"}


def check_fixture(store: Store) -> None:
    """Raises ValueError with a sentence for each thing that does not fit. Values are replaced by what the fields keep
    of them."""
    for stage in (
        _classes,
        _objects,
        _values,
        _actions,
        _others,
    ):  # each builds on what those before have found good
        findings = list(stage(store))
        if findings:
            raise ValueError(*findings)


def _classes(store: Store) -> Iterator[str]:
    for kind in store.all("classes"):
        yield from _class(store, kind)


def _objects(store: Store) -> Iterator[str]:
    for thing in store.all("objects"):
        yield from (f"{_place(thing)}: {finding}" for finding in _object(store, thing))


def _values(store: Store) -> Iterator[str]:
    for references in (False, True):  # last, since a reference may be written as a name, which is a value too
        for thing in list(store.all("objects")):
            kind = store.get("classes", thing["class"]) or {"fields": ()}
            fields = [each for each in kind["fields"] if (each["type"] == "reference") is references]
            yield from (f"{_place(thing)}: {finding}" for finding in _keep(store, "objects", thing, fields))


def _actions(store: Store) -> Iterator[str]:
    for action in store.all("step_actions"):
        yield from (f"step action {action['id']}: {finding}" for finding in _action(store, action))


def _others(store: Store) -> Iterator[str]:
    for activity in list(store.all("activities")):
        yield from (f"activity {activity['id']}: {finding}" for finding in _activity(store, activity))
    for file in store.all("attachments"):
        yield from (f"attachment {file['id']}: {finding}" for finding in _attachment(store, file))
    for technician in store.all("technicians"):
        if store.first("technicians", "username", technician["username"].casefold()) is not technician:
            yield f"technician {technician['username']}: another has this username, be it in another case"
        if object_of(store, technician["person"]) is None:
            yield f"technician {technician['username']}: there is no object {technician['person']}"


# --- classes ---------------------------------------------------------------------------------------------------------


def _class(store: Store, kind: Record) -> Iterator[str]:
    place = f"class {kind['name']}"
    if kind["name"].casefold() in _NOT_CLASSES:
        yield f"{place}: the name is a word of the vendor's own URLs"
    if class_named(store, kind["name"]) is not kind:
        yield f"{place}: another class has this name but for its case"
    own = _OF_ACTIVITIES if kind["name"] == ACTIVITIES else {"ID", kind.get("oid_field", "OID")}
    for field in kind["fields"]:
        for name in sorted(own.intersection(_names(field))):
            yield f"{place}: {name} is every object's own and cannot be declared"
    yield from (f"{place}: {finding}" for finding in _ambiguous(kind["fields"]))
    for field in kind["fields"]:
        yield from (f"{place}, field {field['name']}: {finding}" for finding in _field(store, field))
    for role, wanted in (
        ("name_field", "text"),
        ("status_field", "classification"),
        ("requester_field", "reference"),
    ):
        name = kind.get(role)
        if name is None:
            continue
        found = field_of(kind, name)
        if found is None:
            yield f"{place}: {role} names {name}, which is no field of it"
        elif found["type"] != wanted:
            yield f"{place}: {role} names {name}, which is no {wanted}"


def _names(field: Field) -> set[str]:
    return {field["name"], field.get("form_name", field["name"])}


def _ambiguous(fields: Iterable[Field]) -> Iterator[str]:
    """Names that two fields have, and labels that are the name of another field: a client would write to the wrong one.
    Two fields may have one label; it means the first."""
    fields = list(fields)
    yield from (
        f"two fields are called {name}" for name in _twice(n for field in fields for n in _names(field))
    )
    owners = {name: field["name"] for field in fields for name in _names(field)}
    for field in fields:
        label, own = field["label"], field["name"]
        if owners.get(label, own) != own:
            yield f"the label {label} of {own} is the name of another field, {owners[label]}"


def _field(store: Store, field: Field) -> Iterator[str]:
    target = field.get("class")
    if field["type"] == "reference" and store.get("classes", str(target)) is None:
        yield f"there is no class {target}"
    if field["type"] != "reference" and target is not None:
        yield f"a {field['type']} field names no class"
    if field["type"] != "classification" and "values" in field:
        yield f"a {field['type']} field has no values"
    yield from (f"the value {value} stands twice" for value in _twice(field.get("values", ())))


# --- step actions ----------------------------------------------------------------------------------------------------


def _action(store: Store, action: Record) -> Iterator[str]:
    run_on, made = action["class"], action.get("creates")
    missing = [name for name in (run_on, made) if name is not None and store.get("classes", name) is None]
    if missing:
        yield f"there is no class {missing[0]}"
        return
    if run_on is None and made is None:
        yield "it needs a class to run on, or one to create"
        return
    if ACTIVITIES in (run_on, made):
        yield f"the class {ACTIVITIES} has no objects"
        return
    kind = store.get("classes", made or run_on) or {}
    section = (store.get("classes", run_on or "") or {}).get("section")
    if section in EXCLUDED:
        yield f"it runs on {run_on}, and objects of the {section} are out of reach of actions"
    if run_on is None and kind.get("section") == SERVICE_REQUESTS:
        yield f"it creates {made}, and {SERVICE_REQUESTS} are created by an action on another object alone"
    areas = action.get("attachments") or ()
    yield from (f"its attachments have the area {area} twice" for area in _twice(areas))
    for condition in action.get("condition", ()):
        yield from _condition(store, None if run_on is None else store.get("classes", run_on), condition)
    yield from _form(store, action, kind)
    slots = {slot.name: slot for slot in slots_of(action, kind)}
    for effect in action["effects"]:
        yield from _effect(store, kind, slots, effect)


def _condition(store: Store, kind: Record | None, condition: Mapping[str, Any]) -> Iterator[str]:
    if "field" not in condition:
        return
    field = None if kind is None else field_of(kind, condition["field"])
    if field is None:
        of = "the action runs on no object" if kind is None else f"{kind['name']} has no such field"
        yield f"its condition names the field {condition['field']}, and {of}"
        return
    wanted = condition.get("in", [condition["equals"]] if "equals" in condition else [])
    for value in wanted:
        yield from (f"its condition: {finding}" for finding in _value(store, field, value))


def _form(store: Store, action: Record, kind: Record) -> Iterator[str]:
    for each in action["form"]:
        if "field" in each and field_of(kind, each["field"]) is None:
            yield f"its form names the field {each['field']}, which {kind['name']} does not have"
        if "virtual" in each:
            yield from _virtual(store, each)
    slots = list(slots_of(action, kind))
    if action.get("attachments") is not None:
        taken = (slot for slot in slots if ATTACHMENTS in {*_names(slot.field), slot.field["label"]})
        yield from (
            f"{slot.name} is called {ATTACHMENTS} on its form, which is the place of the files"
            for slot in taken
        )
    written = any("activity" in effect for effect in action["effects"])
    used = {effect.get("from") for effect in action["effects"]}
    for slot in slots:
        if slot.name.startswith(OF_ACTIVITY) and not written and slot.name not in used:
            yield f"its form has {slot.name}, and it writes no activity"
    twice = _twice(slot.name for slot in slots)
    yield from (f"its form has {name} twice" for name in twice)
    yield from (f"on its form {finding}" for finding in _ambiguous(slot.field for slot in slots))
    for slot in slots:
        if slot.default is not None:
            yield from (f"its default: {finding}" for finding in _value(store, slot.field, slot.default))


def _virtual(store: Store, each: Mapping[str, Any]) -> Iterator[str]:
    if each["virtual"] == ATTACHMENTS:
        yield f"its virtual field is called {ATTACHMENTS}, which is the place of the files"
    name, field = each["virtual"], {**each, "name": each["virtual"], "type": each.get("type", "text")}
    yield from (f"its virtual field {name}: {finding}" for finding in _field(store, field))
    if name.startswith(OF_ACTIVITY):
        kind = class_named(store, ACTIVITIES)
        declared = None if kind is None else field_of(kind, name.removeprefix(OF_ACTIVITY))
        if declared is not None and not _takes(declared, field):
            yield f"its virtual field {name} is of another type than the activity's: {_mismatch(declared, field)}"
        if declared is None:
            yield (
                f"its virtual field {name} is one of the activity, and the class {ACTIVITIES} does not declare "
                f"{name.removeprefix(OF_ACTIVITY)}"
            )


def _effect(
    store: Store, kind: Record, slots: Mapping[str, Slot], effect: Mapping[str, Any]
) -> Iterator[str]:
    if "activity" in effect:
        activities = class_named(store, ACTIVITIES)
        for name, source in effect.get("fields", {}).items():
            field = None if activities is None else field_of(activities, name)
            if field is None:
                yield f"its activity has the field {name}, which the class {ACTIVITIES} does not declare"
            else:
                yield from _source(store, field, slots, source)
        return
    if "status" in effect:
        field = field_of(kind, kind.get("status_field") or "")
        if field is None:
            yield f"it changes the status, and {kind['name']} has no status_field"
        else:
            yield from _value(store, field, effect["status"])
        return
    field = field_of(kind, effect["set"])
    if field is None:
        yield f"it sets the field {effect['set']}, which {kind['name']} does not have"
    else:
        yield from _source(store, field, slots, effect)


def _source(
    store: Store, field: Field, slots: Mapping[str, Slot], source: Mapping[str, Any]
) -> Iterator[str]:
    if "from" in source:
        slot = slots.get(source["from"])
        if slot is None:
            yield f"it takes {field['name']} from {source['from']}, which is not on its form"
        elif not _takes(field, slot.field):
            yield f"it takes {field['name']} from {source['from']}, and {_mismatch(field, slot.field)}"
    if "to" in source:
        yield from _value(store, field, source["to"])
    takes = {"now": {"date", "text"}, "caller": {"reference", "text"}}
    if "computed" in source and field["type"] not in takes[source["computed"]]:
        yield f"the {field['type']} field {field['name']} does not take {source['computed']}"


def _takes(field: Field, source: Field) -> bool:
    """Whether a field takes every value of another."""
    if field["type"] in {"text", "html"}:
        return True
    if field["type"] != source["type"]:
        return False
    match field["type"]:
        case "reference":
            return bool(field["class"] == source["class"])
        case "classification":
            return set(source["values"]) <= set(field["values"])
        case "number":
            return bool(source.get("whole", False) or not field.get("whole", False))
    return True


def _mismatch(field: Field, source: Field) -> str:
    return f"not every {source['type']} of {source['name']} is {expected(field)}"


# --- records ---------------------------------------------------------------------------------------------------------


def _object(store: Store, thing: Record) -> Iterator[str]:
    kind = store.get("classes", thing["class"])
    if kind is None:
        yield f"there is no class {thing['class']}"
        return
    if kind["name"] == ACTIVITIES:
        yield f"the class {ACTIVITIES} has no objects"
    oid = thing.get("oid")
    if oid is not None and store.first("objects", "oid", oid) is not thing:
        yield "another object has this OID"
    guid = None if oid is None else guid_of(oid)
    if guid is not None and guid != thing["id"] and store.get("objects", guid) is not None:
        yield "its OID is the GUID of another object"
    undeclared = (name for name in thing["fields"] if field_of(kind, name) is None)
    yield from (f"{kind['name']} has no field {name}" for name in undeclared)


def _activity(store: Store, activity: Record) -> Iterator[str]:
    yield from _belongs(store, activity)
    yield from _date("date", activity["date"])
    kind = class_named(store, ACTIVITIES) or {"fields": ()}
    for name in activity["fields"]:
        if field_of(kind, name) is None:
            yield f"it has the field {name}, which the class {ACTIVITIES} does not declare"
    yield from _keep(store, "activities", activity, kind["fields"])


def _attachment(store: Store, file: Record) -> Iterator[str]:
    yield from _belongs(store, file)
    yield from _date("Created_Date", file["Created_Date"])
    if file["IsLink"] and file["Data"]:
        yield "it is a link, and has Data"
    try:
        size = size_of(file["Data"])
    except ValueError:
        yield "its Data is no base64"
        return
    if file["Size"] != size:
        yield f"its Size is {file['Size']}, and its Data has {size} bytes"


def _belongs(store: Store, record: Record) -> Iterator[str]:
    if store.get("objects", record["object"]) is None:
        yield f"there is no object {record['object']}"


def _date(name: str, value: str) -> Iterator[str]:
    try:
        read_date(value)
    except ValueError as error:
        yield f"{name}: {error}, not {value!r}"


def _place(thing: Record) -> str:
    return f"object {thing.get('oid') or thing['id']}"


def _keep(store: Store, collection: str, record: Record, fields: Iterable[Field]) -> Iterator[str]:
    """Check the values of these fields of a record, and put what the fields keep of them in their place."""
    kept = dict(record["fields"])
    for field in fields:
        value = kept.get(field["name"])
        if is_empty(value):
            continue
        try:
            read = read_value(store, field, value, "+00:00")
        except ValueError:
            yield _unfitting(field, value)
            continue
        if field["type"] != "date":  # any offset will do, and what was written is easier to find again
            kept[field["name"]] = read
    if repr(kept) != repr(record["fields"]):  # 1 is not True here, nor 9.0 what 9 is
        store.replace(collection, {**record, "fields": kept})


def _value(store: Store, field: Field, value: Any) -> Iterator[str]:
    """Whether a field takes what a Step Action says. A reference is no name there: another object may get that name
    later, and then it would name none."""
    if is_empty(value):
        return
    if field["type"] == "reference":
        found = object_of(store, str(value))
        if found is None or found["class"] != field["class"]:
            yield f"{field['name']} takes the OID or GUID of an object of {field['class']}, not {value!r}"
        return
    try:
        read_value(store, field, value, "+00:00")
    except ValueError:
        yield _unfitting(field, value)


def _unfitting(field: Field, value: Any) -> str:
    return f"{field['name']} takes {expected(field)}, not {value!r}"


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    found = []
    for name in names:
        if name in seen:
            found.append(name)
        seen.add(name)
    return found
