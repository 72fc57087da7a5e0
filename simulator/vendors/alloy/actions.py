"""The workflow engine: what a Step Action's form takes, when the action may run, and what it then does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from simulator.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from simulator.core.store import Record, Store
from simulator.core.validation import shown
from simulator.vendors.alloy import attachments
from simulator.vendors.alloy.access import Actor, Call
from simulator.vendors.alloy.classes import (
    ACTIVITIES,
    Field,
    by_name,
    class_named,
    expected,
    field_of,
    name_of,
    names_of,
    next_oid,
    read_value,
    same,
)
from simulator.vendors.alloy.rules import Settings, api_version, is_empty, to_html, write_date

ATTACHMENTS = "Attachments"
OF_ACTIVITY = (
    f"{ACTIVITIES.removesuffix('ies')}y."  # "Activity.": the names of an activity's fields on a form
)


class Slot(NamedTuple):
    """A place on a form. `name` is the physical name of a field of the object, or the form name of a virtual one."""

    name: str
    field: Field
    virtual: bool
    mandatory: bool
    default: Any  # None: there is none


# --- which action ----------------------------------------------------------------------------------------------------


def action_of(store: Store, text: Any) -> Record | None:
    """A Step Action by its number."""
    if isinstance(text, float) and text.is_integer():  # 250.0 is an integer to JSON Schema
        text = int(text)
    digits = str(text)
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 16):
        return None
    return store.get("step_actions", int(digits))


def require_available(call: Call, number: Any, who: Actor, thing: Record | None) -> Record:
    """The action of this number, if it may be run on the object (None: it creates one), by the errors in the order of
    ALY-Q16."""
    action = action_of(call.store, number)
    if action is None:
        raise NotFound(
            "no step action has this number",
            collection="step_actions",
            key=str(number),
            there_are=_numbers(call.store, thing, who),
            statements=("ALY-045",),
        )
    reason = _unavailable(call.store, action, who, thing)
    if reason is not None:
        rests_on = (
            ("ALY-124", "ALY-X70")
            if who.portal and not action.get("portal", False)
            else ("ALY-085", "ALY-Q6")
        )
        if call.settings.unavailable_action == "unknown":
            raise Conflict(reason, statements=("ALY-Q6",))
        there_are = _numbers(call.store, thing, who)
        raise NotFound(
            reason,
            collection="step_actions",
            key=action["id"],
            existed=True,
            there_are=there_are,
            statements=rests_on,
        )
    for condition in action.get("condition", ()):
        _require(call, condition, who, thing)
    return action


def _numbers(store: Store, thing: Record | None, who: Actor) -> list[str]:
    """The actions that there are for an object, or that create one, for explanations."""
    wanted = None if thing is None else thing["class"]
    enabled = (
        each
        for each in store.all("step_actions")
        if each.get("enabled", True) and (not who.portal or each.get("portal", False))
    )
    return [f"{each['id']} ({each['name']})" for each in enabled if each["class"] == wanted]


def _unavailable(store: Store, action: Record, who: Actor, thing: Record | None) -> str | None:
    if not action.get("enabled", True):
        return "the action is disabled"
    if thing is None:
        made = action.get("creates")
        if action["class"] is not None or made is None:
            return "the action creates nothing by itself"
        kind = store.get("classes", made)
    else:
        if action["class"] != thing["class"]:
            return f"the object is of {thing['class']}, the action is not"
        kind = store.get("classes", action.get("creates") or action["class"])
    if kind is None:
        return "the action's class is gone"
    return (
        "the action is not of the Self Service Portal"
        if who.portal and not action.get("portal", False)
        else None
    )


def _require(call: Call, condition: Mapping[str, Any], who: Actor, thing: Record | None) -> None:
    if "role_in" in condition:
        if not who.has_one_of(condition["role_in"]):
            reason = f"the action is for {', '.join(condition['role_in'])}"
            if call.settings.role_refusal == "permission":
                raise Forbidden(reason, statements=("ALY-042", "ALY-Q5"))
            raise Conflict(reason, statements=("ALY-042", "ALY-Q5"), condition=condition)
        return
    if thing is None or not _holds(call.store, condition, thing):
        found = None if thing is None else thing["fields"].get(condition["field"])
        raise Conflict(
            "the object is not in a state for the action", statements=("ALY-043", "ALY-Q5"),
            condition=condition, found=shown(found),
        )  # fmt: skip


def _holds(store: Store, condition: Mapping[str, Any], thing: Record) -> bool:
    kind = store.get("classes", thing["class"])
    field = None if kind is None else field_of(kind, condition["field"])
    if field is None:
        return False
    value = thing["fields"].get(field["name"])
    if "empty" in condition:
        return is_empty(value) is condition["empty"]
    wanted = condition["in"] if "in" in condition else [condition["equals"]]
    return any(same(store, field, value, each) for each in wanted)


# --- what the form takes ---------------------------------------------------------------------------------------------


def slots_of(action: Record, kind: Record) -> Iterator[Slot]:
    """The form of an action on objects of a class, in order."""
    for each in action["form"]:
        mandatory, default = each.get("mandatory", False), each.get("default")
        if "virtual" in each:
            field = {**each, "name": each["virtual"], "type": each.get("type", "text")}
            yield Slot(each["virtual"], field, True, mandatory, default)
        elif (field_or_none := field_of(kind, each["field"])) is not None:
            yield Slot(each["field"], field_or_none, False, mandatory, default)


def _lookup(slots: list[Slot], kind: Record, settings: Settings) -> dict[str, Slot]:
    """The slots by every name they answer to."""
    if settings.fields_off_form == "accept":
        slots = [*slots, *(Slot(each["name"], each, False, False, None) for each in kind["fields"])]
    return by_name((names_of(slot.field, settings, virtual=slot.virtual), slot) for slot in slots)


class Filled(NamedTuple):
    """A form that holds: the values by the names of its slots, and the attachments."""

    values: dict[str, Any]
    slots: list[Slot]
    attached: list[attachments.New]


def fill(
    call: Call, action: Record, kind: Record, before: Mapping[str, Any], body: Mapping[str, Any]
) -> Filled:
    """The form of an action with what a body says, else its defaults. Refuses unknown fields, then values that do not
    fit, then mandatory fields that nothing fills (ALY-084)."""
    slots = list(slots_of(action, kind))
    lookup = _lookup(slots, kind, call.settings)
    takes_files = ATTACHMENTS not in lookup and action.get("attachments") is not None
    known = [*lookup, ATTACHMENTS] if takes_files else [*lookup]
    unknown = [name for name in body if name not in lookup and not (takes_files and name == ATTACHMENTS)]
    if unknown:
        raise Invalid(Problem("body", (name,), "unknown_field", known, "a name that is not known", ("ALY-046",))
                      for name in unknown)  # fmt: skip
    values, problems = _read(call, body, lookup)
    given = {lookup[name].name for name in body if name in lookup}
    attached: list[attachments.New] = []
    if takes_files and ATTACHMENTS in body:
        attached, wrong = attachments.read_list(body[ATTACHMENTS], action["attachments"])
        problems += wrong
    if problems:
        raise Invalid(problems)
    for slot in slots:
        if slot.name not in given and slot.default is not None:
            call.cite("ALY-003", "ALY-072")
            values[slot.name] = read_value(
                call.store, slot.field, slot.default, call.settings.server_time_zone
            )
    problems = list(_unfilled(slots, values, given, before))
    if problems:
        raise Invalid(problems)
    return Filled(values, slots, attached)


def _read(
    call: Call, body: Mapping[str, Any], lookup: Mapping[str, Slot]
) -> tuple[dict[str, Any], list[Problem]]:
    values, problems = {}, []
    plain = api_version(call.request.path) == "v1"
    for name, value in body.items():
        if name not in lookup:
            continue
        slot = lookup[name]
        try:
            if call.settings.value_types == "text" and not isinstance(value, str):
                call.cite("ALY-Q12")
                raise ValueError("not a text")
            read = read_value(call.store, slot.field, value, call.settings.server_time_zone)
        except ValueError:
            rests_on = ("ALY-075",)
            text_only = call.settings.value_types == "text" and not isinstance(value, str)
            wanted = "a text" if text_only else expected(slot.field)
            problems.append(Problem("body", (name,), "value", wanted, shown(value), rests_on))
            continue
        if plain and is_plain(slot.field) and read is not None:
            call.cite("ALY-X14")
            read = to_html(read)
        values[slot.name] = read
    return values, problems


def is_plain(field: Field) -> bool:
    """Whether v1 shows and takes a field as plain text (ALY-X14)."""
    return bool(field["type"] == "html" and field["name"] == "Description")


def _unfilled(
    slots: list[Slot], values: Mapping[str, Any], given: set[str], before: Mapping[str, Any]
) -> Iterator[Problem]:
    for slot in slots:
        has = slot.name in values or slot.name in given
        current = values.get(slot.name) if has or slot.virtual else before.get(slot.name)
        if slot.mandatory and is_empty(current):
            got, rests_on = ("an empty value", "ALY-073") if has else ("nothing", "ALY-005")
            yield Problem("body", (slot.name,), "mandatory", expected(slot.field), got, (rests_on, "ALY-Q9"))


# --- what it does ----------------------------------------------------------------------------------------------------


def run(
    call: Call, action: Record, who: Actor, thing: Record, body: Mapping[str, Any]
) -> tuple[Record, bool]:
    """Run an action on an object: the object that was updated or created, and whether its record was written."""
    made = action.get("creates")
    if made is not None:
        return create(call, action, who, body), True
    kind = call.store.get("classes", thing["class"]) or {}
    filled = fill(call, action, kind, thing["fields"], body)
    updated = action["id"] not in call.settings.succeed_false
    after = _apply(call, action, who, thing, filled)
    if updated:
        thing = call.store.replace("objects", after)
        attachments.attach(call, thing, filled.attached)
    else:
        call.cite("ALY-Q2", "ALY-133")
    return thing, updated


def create(call: Call, action: Record, who: Actor, body: Mapping[str, Any]) -> Record:
    """A new object of the class that an action creates (ALY-X39)."""
    kind = call.store.get("classes", action["creates"]) or {}
    filled = fill(call, action, kind, {}, body)
    new = {
        "id": call.guid("objects", call.next_id("objects")),
        "oid": next_oid(call.store, kind),
        "class": kind["name"],
        "fields": {field["name"]: None for field in kind["fields"]},
    }
    made = _apply(call, action, who, new, filled)
    field = field_of(kind, kind.get("requester_field") or "")
    if who.portal and field is not None and is_empty(made["fields"][field["name"]]):
        call.cite("ALY-142")
        made["fields"][field["name"]] = _person(who, field)
    thing = call.store.insert("objects", made)
    attachments.attach(call, thing, filled.attached)
    return thing


def _apply(call: Call, action: Record, who: Actor, thing: Record, filled: Filled) -> dict[str, Any]:
    """The object with the form's values and the effects on it, in order; its activities are written."""
    kind = call.store.get("classes", thing["class"]) or {}
    virtual = {slot.name for slot in filled.slots if slot.virtual}
    fields = {
        **thing["fields"],
        **{name: value for name, value in filled.values.items() if name not in virtual},
    }
    for effect in action["effects"]:
        if "activity" in effect:
            _write_activity(call, action, who, thing, filled, effect)
        elif "status" in effect:
            fields[kind["status_field"]] = effect["status"]
        else:
            field = field_of(kind, effect["set"])
            value = None if field is None else _source(call, effect, field, who, filled)
            if value is None and effect.get("computed") == "caller":
                call.cite("ALY-141")
            else:
                fields[effect["set"]] = value
    return {**thing, "fields": fields}


def _source(call: Call, source: Mapping[str, Any], field: Field, who: Actor, filled: Filled) -> Any:
    """What a source gives for a field; nothing for a caller who is no person of the field's class."""
    zone = call.settings.server_time_zone
    computed: dict[str, Callable[[], Any]] = {
        "now": lambda: write_date(call.now, zone),
        "caller": lambda: _person(who, field),
    }
    if "computed" in source:
        if source["computed"] == "caller" and field["type"] != "reference":
            return who.name
        value = computed[source["computed"]]()
    else:
        value = source["to"] if "to" in source else _taken(call, filled, source["from"], field)
    return read_value(call.store, field, value, zone)


def _person(who: Actor, field: Field) -> str | None:
    """The GUID of who calls, for a reference field; None where it is no person of the field's class."""
    person = who.person
    return str(person["id"]) if person is not None and person["class"] == field["class"] else None


def _taken(call: Call, filled: Filled, name: str, into: Field) -> Any:
    """What the form got for a slot, for a field that takes it: a text takes the name of a referenced object."""
    value = filled.values.get(name)
    kind = next((slot.field["type"] for slot in filled.slots if slot.name == name), None)
    found = call.store.get("objects", value) if kind == "reference" and value is not None else None
    return value if found is None or into["type"] == "reference" else name_of(call.store, found)


def _write_activity(
    call: Call, action: Record, who: Actor, thing: Record, filled: Filled, effect: Mapping[str, Any]
) -> None:
    kind: Mapping[str, Any] = class_named(call.store, ACTIVITIES) or {"fields": []}
    fields = {}
    for field in kind["fields"]:
        taken = _taken(call, filled, f"{OF_ACTIVITY}{field['name']}", field)
        fields[field["name"]] = read_value(call.store, field, taken, call.settings.server_time_zone)
    for name, source in effect.get("fields", {}).items():
        declared = field_of(kind, name)
        if declared is not None:
            fields[name] = _source(call, source, declared, who, filled)
    id = call.next_id("activities")
    call.store.insert(
        "activities",
        {
            "id": id,
            "guid": call.guid("activities", id),
            "object": thing["id"],
            "type": effect["activity"],
            "action": action["name"],
            "person": who.name,
            "date": write_date(call.now, call.settings.server_time_zone),
            "fields": fields,
        },
    )
