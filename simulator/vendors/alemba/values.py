"""What a value of each data type looks like: as it arrives, as it is kept, and as it is answered."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from simulator.core.clock import Instant, to_datetime
from simulator.vendors.alemba.entities import MODEL, NUMBERS, Entity, Property

# The spellings of true in the tables (ALM-206); every other text is false.
TRUE = frozenset({"Y", "YES", "T", "TRUE", "ON", "1", "P", "A"})
_RANGES = {
    "Short": (-(2**15), 2**15 - 1),
    "Integer": (-(2**31), 2**31 - 1),
    "Long": (-(2**63), 2**63 - 1),
    "Float": (-3.4028234663852886e38, 3.4028234663852886e38),
    "Double": (-1.7976931348623157e308, 1.7976931348623157e308),
    "Decimal": (-7.9228162514264337e28, 7.9228162514264337e28),
}
WHOLE = ("Short", "Integer", "Long")
STORED_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"
STORED_BINARY = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_DATE = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:T(?P<time>\d{2}:\d{2}(?::\d{2})?)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


def stored_instant(now: Instant) -> str:
    """An instant as the tables hold it: UTC with milliseconds, so that texts sort as instants do."""
    return to_datetime(now).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_date(text: str, offset_minutes: int | None) -> str:
    """An ISO 8601 text as the tables hold it; without a zone it is in that of the server (None: it must have one).
    Raises ValueError in words."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError("a date is written in ISO 8601, such as 2017-01-01T00:00:00+01:00")
    zone = match["zone"]
    if zone is None and offset_minutes is None:
        raise ValueError("a date must include its time zone")
    clock = match["time"] or "00:00"
    clock = clock if len(clock) == 8 else f"{clock}:00"
    try:
        moment = datetime.fromisoformat(f"{match['date']}T{clock}").replace(
            tzinfo=_zone(zone, offset_minutes or 0)
        )
        moment += timedelta(milliseconds=int((match["fraction"] or "0").ljust(3, "0")[:3]))
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("no such date") from None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _zone(text: str | None, offset_minutes: int) -> timezone:
    if text == "Z":
        return UTC
    if text is not None:
        digits = text[1:].replace(":", "")
        hours, minutes = int(digits[:2]), int(digits[2:])
        if hours > 14 or minutes > 59:
            raise ValueError("no such zone")
        offset_minutes = (hours * 60 + minutes) * (-1 if text[0] == "-" else 1)
    return timezone(timedelta(minutes=offset_minutes))


def is_true(value: Any) -> bool | None:
    """A flag as the API answers it (ALM-206)."""
    if value is None or isinstance(value, bool):
        return value
    return value in TRUE


def show(prop: Property, record: Mapping[str, Any]) -> Any:
    """A property of a record as it is answered; a secret never is."""
    if prop.is_secret:
        return None
    value = record.get(prop.field)
    if prop.data_type == "Boolean":
        return is_true(value)
    return value


def default_of(prop: Property) -> Any:
    """The default value as it is kept."""
    return keep(prop, prop.default) if prop.default is not None else None


def keep(prop: Property, value: Any) -> Any:
    """A checked value as it is kept: a flag in the spelling of its table, a capitalised text capitalised."""
    if isinstance(value, bool) and prop.stored is not None:
        return prop.stored[0] if value else prop.stored[1]
    if prop.uppercase and isinstance(value, str):
        return value.upper()
    if prop.data_type in WHOLE and isinstance(value, float):
        return int(value)
    return value


class Wrong(Exception):
    """A value that its property does not take: the rule that refuses it, what was expected."""

    def __init__(self, rule: str, expected: Any) -> None:
        super().__init__(rule)
        self.rule = rule
        self.expected = expected


def take(prop: Property, value: Any, offset_minutes: int) -> Any:
    """A value that arrived, as it is kept; whether a link leads somewhere is not looked at. Raises Wrong."""
    if value is None:
        return None
    if prop.many:
        if not isinstance(value, list) or len(value) > 1000:
            raise Wrong("type", "an array of keys")
        return [_key(each) for each in value]
    if prop.is_link:
        return _key(value)
    if prop.data_type in NUMBERS:
        return keep(prop, _number(prop, value))
    if prop.data_type == "Boolean":
        if not isinstance(value, bool):
            raise Wrong("type", "true or false")
        return keep(prop, value)
    if not isinstance(value, str):
        raise Wrong("type", f"a text ({prop.data_type})")
    return _text(prop, value, offset_minutes)


def _text(prop: Property, value: str, offset_minutes: int) -> Any:
    if prop.data_type == "DateTime":
        try:
            return parse_date(value, offset_minutes)
        except ValueError as error:
            raise Wrong("date", str(error)) from None
    if prop.data_type == "Binary":
        try:
            return base64.b64encode(base64.b64decode(value, validate=True)).decode()
        except (binascii.Error, ValueError):
            raise Wrong("base64", "base64") from None
    if prop.length is not None and len(value) > prop.length:
        raise Wrong("length", prop.length)
    return keep(prop, value)


def _key(value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not (whole or (isinstance(value, float) and value.is_integer())):
        raise Wrong("type", "the key of a record")
    low, high = _RANGES["Integer"]
    if not low <= value <= high:
        raise Wrong("range", "the key of a record")
    return int(value)


def _number(prop: Property, value: Any) -> int | float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise Wrong("type", f"a number ({prop.data_type})")
    if prop.data_type in WHOLE and not (isinstance(value, int) or value.is_integer()):
        raise Wrong("type", f"a whole number ({prop.data_type})")
    low, high = _RANGES[prop.data_type]
    if not low <= value <= high:
        raise Wrong("range", f"{low} to {high}")
    return value


def record_schema(entity: Entity) -> dict[str, Any]:
    """The JSON Schema of an entity's records in the store."""
    fields = {name: _field_schema(prop) for name, prop in entity.properties.items() if prop.same_as is None}
    if entity.key == "_key":
        fields["_key"] = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [entity.key, *(name for name in entity.keys if name != entity.key)],
        "properties": fields,
    }


def _field_schema(prop: Property) -> dict[str, Any]:
    if prop.many:
        return {"type": ["array", "null"], "items": {"type": "integer"}}
    nothing = [] if prop.is_key else ["null"]
    if prop.is_link or prop.data_type in WHOLE:
        low, high = _RANGES["Integer" if prop.is_link else prop.data_type]
        return {"type": ["integer", *nothing], "minimum": low, "maximum": high}
    if prop.data_type in NUMBERS:
        return {"type": ["number", *nothing]}
    if prop.data_type == "Boolean":
        return {"type": ["boolean", "string", *nothing]}
    schema: dict[str, Any] = {"type": ["string", *nothing]}
    if prop.data_type == "DateTime":
        schema["pattern"] = STORED_DATE
    if prop.data_type == "Binary":
        schema["pattern"] = STORED_BINARY
    if prop.length is not None:
        schema["maxLength"] = prop.length
    if prop.is_secret:
        schema["format"] = "password"
    return schema


RECORDS = {resource: record_schema(entity) for resource, entity in MODEL.by_resource.items()}
