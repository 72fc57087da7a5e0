"""Classes of objects, their fields and the values of those, as a fixture declares them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from simulator.core.store import Record, Store
from simulator.vendors.alloy.rules import (
    Settings,
    guid_of,
    is_empty,
    read_boolean,
    read_date,
    read_number,
    scalar_text,
    write_date,
)

ACTIVITIES = "Activities"  # the class whose fields an activity has
SERVICE_REQUESTS = "Service Requests"  # the section whose objects are made by an action alone (ALY-X41)
EXCLUDED = frozenset({"Software Catalog", "Stock Room"})

Field = Mapping[str, Any]  # a FieldRecord, or a VirtualField with its `virtual` as `name`
Names = tuple[str | None, str | None, str | None]  # a physical name, a form name and a label; None: not taken
T = TypeVar("T")


def class_named(store: Store, name: str) -> Record | None:
    """A class by its name in any case (ALY-130)."""
    return store.first("classes", "folded", name.casefold())


def field_of(kind: Record, name: str) -> Field | None:
    """A field of a class by its physical name."""
    return next((field for field in kind["fields"] if field["name"] == name), None)


def names_of(field: Field, settings: Settings, *, virtual: bool = False) -> Names:
    """What a field answers to (ALY-Q10): one of the object to its physical name, form name and label, a virtual one to
    its form name, which is `name` here, and its label."""
    form_name = None if virtual else field.get("form_name")
    names, labels = settings.field_names != "labels", settings.field_names != "names"
    return (
        field["name"] if names else None,
        form_name if names else None,
        field["label"] if labels else None,
    )


def by_name(named: Iterable[tuple[Names, T]]) -> dict[str, T]:
    """Things by every name they answer to. A physical name counts before a form name and that before a label, whichever
    stands first; of equal ones the first counts."""
    named = list(named)
    found: dict[str, T] = {}
    for rank in range(3):
        for names, thing in named:
            name = names[rank]
            if name is not None:
                found.setdefault(name, thing)
    return found


# --- objects ---------------------------------------------------------------------------------------------------------


def object_of(store: Store, identifier: str, *, oid_only: bool = False) -> Record | None:
    """An object by its OID or GUID."""
    found = store.first("objects", "oid", identifier)
    guid = None if found or oid_only else guid_of(identifier)
    return found if guid is None else store.get("objects", guid)


def objects_of(store: Store, kind: Record) -> Iterator[Record]:
    """The objects of a class, oldest first."""
    return store.find("objects", "class", kind["name"])


def name_of(store: Store, thing: Record) -> str:
    """What a reference shows of an object: its name, else its OID, else its GUID."""
    kind = store.get("classes", thing["class"])
    field = None if kind is None else kind.get("name_field")
    name = None if field is None else thing["fields"].get(field)
    return str(name or thing.get("oid") or thing["id"])


def referenced(store: Store, class_name: str, text: str) -> Record | None:
    """The object of a class that a text names: by OID, by GUID, or by a name that no other object has (ALY-080)."""
    found = object_of(store, text)
    if found is not None and found["class"] == class_name:
        return found
    kind = store.get("classes", class_name)
    field = None if kind is None else kind.get("name_field")
    if kind is None or field is None:
        return None
    named = [each for each in objects_of(store, kind) if each["fields"].get(field) == text]
    return named[0] if len(named) == 1 else None


# --- values ----------------------------------------------------------------------------------------------------------


def read_value(store: Store, field: Field, value: Any, zone: str) -> Any:
    """A JSON value as a field keeps it; an empty one is None (ALY-076). Raises ValueError for one it does not take."""
    if is_empty(value):
        return None
    match field["type"]:
        case "number":
            number = read_number(value)
            if field.get("whole") and not isinstance(number, int):
                raise ValueError("not a whole number")
            return number
        case "boolean":
            return read_boolean(value)
        case "date":
            return write_date(read_date(scalar_text(value)), zone)
        case "reference":
            found = referenced(store, field["class"], scalar_text(value))
            if found is None:
                raise ValueError(f"no object of {field['class']} has this OID, GUID or name")
            return found["id"]
        case "classification":
            text = scalar_text(value)
            if text not in field["values"]:
                raise ValueError(f"not one of {', '.join(field['values'])}")
            return text
    return scalar_text(value)


def expected(field: Field) -> str:
    """What a field takes, for explanations."""
    words = {
        "number": "a whole number" if field.get("whole") else "a number",
        "boolean": "true, false, 1 or 0",
        "date": "a date like 2022-10-25T11:11:16-07:00",
        "reference": f"the OID, GUID or name of an object of {field.get('class')}",
        "classification": f"one of {', '.join(field.get('values', ()))}",
    }
    return words.get(field["type"], "a text")


def show_value(store: Store, field: Field, value: Any, zone: str) -> str:
    """A value as GET shows it: always a text (ALY-X21, ALY-089, ALY-090)."""
    if is_empty(value):
        return ""
    if field["type"] == "boolean":
        return "Yes" if value else "No"
    if field["type"] == "reference":
        found = object_of(store, str(value))
        return "" if found is None else name_of(store, found)
    if field["type"] == "date":
        return show_date(value, zone)
    return scalar_text(value)


def show_date(value: str, zone: str) -> str:
    """A stored date in the offset of the server, whatever offset a fixture writes it in (ALY-090)."""
    return write_date(read_date(value), zone)


def same(store: Store, field: Field, one: Any, other: Any) -> bool:
    """Whether two values of a field mean the same: a reference may be written by OID, GUID or name."""

    def meant(value: Any) -> Any:
        try:
            return read_value(store, field, value, "+00:00")
        except ValueError:
            return value

    return bool(meant(one) == meant(other))


def next_oid(store: Store, kind: Record) -> str | None:
    """The next OID of a class (ALY-105); None where its objects have none."""
    prefix = kind.get("prefix")
    if prefix is None:
        return None
    sequence = f"oid of {kind['name']}"
    if sequence not in store.sequences():
        store.raise_sequence(sequence, max(_numbers(objects_of(store, kind), prefix), default=0))
    while True:
        oid = f"{prefix}{store.next(sequence):0{kind.get('digits', 6)}}"
        if store.first("objects", "oid", oid) is None:
            return oid


def _numbers(things: Iterable[Record], prefix: str) -> Iterator[int]:
    for thing in things:
        oid = thing.get("oid") or ""
        digits = oid.removeprefix(prefix)
        if oid.startswith(prefix) and digits.isascii() and digits.isdecimal() and len(digits) < 16:
            yield int(digits)
