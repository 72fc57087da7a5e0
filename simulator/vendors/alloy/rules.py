"""Alloy Navigator's own ways, as pure functions: its switches, spellings of paths and names, and its values."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import inf
from typing import Any, Literal
from urllib.parse import unquote

from simulator.core.clock import Instant, offset_minutes, parse_instant, to_datetime
from simulator.core.codec import INT64
from simulator.core.settings import setting

DENIED = "Authorization has been denied for this request."
NO_PERMISSION = "You do not have enough permissions to access this item."
NOT_SATISFIED = "This action cannot be executed because the action's condition is not satisfied."
NOT_AVAILABLE = "Requested action is not available."
UNKNOWN_CLASS = "Requested object is of unknown class."

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_GUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,19}(\.[0-9]{1,19})?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_VERSION = re.compile(r"v[0-9.]+", re.ASCII | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<br ?/?>|</p>", re.IGNORECASE)


@dataclass(frozen=True)
class Settings:
    """The switches of Alloy Navigator; each contradiction of its document is one, with the reading we take."""

    token_lifetime_s: int = setting(28_800, "seconds until a token expires", "ALY-X03")
    server_time_zone: str = setting("-07:00", "the offset in which the server writes dates", "ALY-090")
    succeed_false: tuple[int, ...] = setting(
        (),
        "the step actions that run without updating the record: Succeed is false; one that creates always creates",
        "ALY-Q2",
    )
    object_id_form: Literal["by_place", "plain", "braced"] = setting(
        "by_place",
        "how GUIDs are written: by_place is plain in answers of actions, braced in reads",
        "ALY-Q4",
    )
    role_refusal: Literal["condition", "permission"] = setting(
        "condition", "the text for a caller whose role may not use the action", "ALY-Q5"
    )
    unavailable_action: Literal["any", "unknown"] = setting(
        "any", "unknown: a disabled action, or one of another class, gets the text of the condition", "ALY-Q6"
    )
    error_status: Literal["200", "4xx"] = setting("200", "the status of business errors", "ALY-Q7")
    authorization_error: Literal["message", "envelope"] = setting(
        "message", "envelope: the authorization error has the form of a business error", "ALY-Q7"
    )
    error_code: int = setting(1, "the errorCode of a failure, not 0", "ALY-Q8")
    mandatory_text: str = setting(
        "Field {name} is mandatory.", "the errorText for a mandatory field that is not filled", "ALY-Q9"
    )
    field_names: Literal["both", "names", "labels"] = setting(
        "both", "names: no display labels; labels: no physical and form names", "ALY-Q10"
    )
    fields_off_form: Literal["refuse", "accept"] = setting(
        "refuse", "a field of the object that is not on the form", "ALY-Q11"
    )
    value_types: Literal["any", "text"] = setting(
        "any", "text: values that are no texts are refused", "ALY-Q12"
    )
    excluded_sections: Literal["not_found", "permission"] = setting(
        "not_found", "the error for objects of the Software Catalog and the Stock Room", "ALY-Q14"
    )
    oid_takes: Literal["both", "oid"] = setting("both", "oid: a GUID in the path names nothing", "ALY-Q15")

    def __post_init__(self) -> None:
        offset_minutes(self.server_time_zone, "server_time_zone")
        if not 1 <= self.token_lifetime_s <= 3_155_760_000:
            raise ValueError("token_lifetime_s takes 1 second to 100 years")
        if self.error_code == 0 or self.error_code not in INT64:
            raise ValueError("error_code takes any 64-bit integer but 0, which means success")
        if not self.mandatory_text:
            raise ValueError("mandatory_text takes a text that is not empty")


def write_date(instant: Instant, zone: str) -> str:
    """An instant as a W3C date and time with the server's offset (ALY-X65)."""
    return to_datetime(instant, offset_minutes(zone)).isoformat(timespec="seconds")


def read_date(text: str) -> Instant:
    """A W3C date and time that says its offset. Raises ValueError."""
    if _DATE.fullmatch(text) is None:
        raise ValueError("a date is written like 2022-10-25T11:11:16-07:00")
    return parse_instant(text)


def guid_of(text: str) -> str | None:
    """A GUID in lower case and without braces, whichever way it is written; None if it is none (ALY-091)."""
    match = _GUID.fullmatch(text)
    return match[1].lower() if match and text.startswith("{") == text.endswith("}") else None


def braced(guid: str) -> str:
    return f"{{{guid.upper()}}}"


def read_number(value: Any) -> int | float:
    """A JSON number or the text of one. Raises ValueError."""
    if isinstance(value, str):
        if _NUMBER.fullmatch(value) is None:
            raise ValueError("not a number")
        value = int(value) if value.lstrip("-").isdecimal() else float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("not a number")  # noqa: TRY004  whoever calls tells every bad value by one kind of error
    if not abs(value) < inf or (isinstance(value, int) and value not in INT64):
        raise ValueError("no number that can be kept")
    return int(value) if isinstance(value, float) and value.is_integer() and int(value) in INT64 else value


# As a field takes one (ALY-025 to ALY-028, and in quotes); a filter also takes what GET shows.
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_SHOWN_BOOLEANS = {**_BOOLEANS, "yes": True, "no": False}


def read_boolean(value: Any, *, as_shown: bool = False) -> bool:
    """Raises ValueError for anything but a boolean, 1 or 0, also in quotes."""
    words = _SHOWN_BOOLEANS if as_shown else _BOOLEANS
    if isinstance(value, float) and value.is_integer():  # 1.0 is an integer to JSON Schema
        value = int(value)
    found = words.get(str(value).lower()) if isinstance(value, (bool, int, str)) else None
    if found is None:
        raise ValueError("a boolean is true, false, 1 or 0")
    return found


def scalar_text(value: Any) -> str:
    """A JSON scalar as a text field keeps it. Raises ValueError for an object or a list."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return format(Decimal(repr(read_number(value))), "f")  # as a person writes it, without an exponent
    raise ValueError("not a text")


def is_empty(value: Any) -> bool:
    return value is None or value == ""


def to_html(text: str) -> str:
    """A plain text as v2 shows it (ALY-131)."""
    return html.escape(text, quote=False).replace("\r\n", "\n").replace("\n", "<br>")


def to_plain(text: str) -> str:
    """An HTML text as v1 shows it (ALY-131). The end of the last paragraph is no line of its own."""
    plain = html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))
    return plain.removesuffix("\n") if text.rstrip().lower().endswith("</p>") else plain


# --- paths -----------------------------------------------------------------------------------------------------------

# The words of the document's paths by their place, lower case first; what stands elsewhere is somebody's name.
_WORDS = {
    2: {"object": "object", "activities": "Activities", "dictionary": "Dictionary", "profile": "profile"},
    4: {"action": "action", "attachments": "Attachments"},
    6: {"check": "check", "content": "content", "download": "download"},
}


def _word(segment: str) -> str:
    return (unquote(segment) if "%" in segment else segment).lower()


def _after_api(path: str) -> list[str] | None:
    """The segments behind /api; None for a path that is not below it."""
    if len(path) > 1 and path.endswith("/"):
        path = path[:-1]
    first, _, rest = path[1:].partition("/")
    if _word(first) != "api":
        return None
    return rest.split("/") if rest else []


def api_version(path: str) -> str:
    """The version that a path names, "v2" if it names none (ALY-X01)."""
    segments = _after_api(path)
    named = _word(segments[0]) if segments else ""
    return named if _VERSION.fullmatch(named) else "v2"


def fold_path(path: str, settings: Any) -> str:
    """The path as the document writes it: with v2, its words in the document's case, no slash at the end."""
    segments = _after_api(path)
    version = api_version(path)
    if segments is None or version not in {"v1", "v2"}:
        return path
    if segments and _VERSION.fullmatch(_word(segments[0])):
        segments = segments[1:]
    if len(segments) == 1 and _word(segments[0]) == "token":
        return "/api/token"
    parts = ["api", "v2", *segments]
    for place, words in _WORDS.items():
        if place < len(parts):
            parts[place] = words.get(_word(parts[place]), parts[place])
    return "/" + "/".join(parts)


# --- names -----------------------------------------------------------------------------------------------------------


def fold_keys(body: Any, names: Iterable[str]) -> Any:
    """An object with these names in the case of the document, whatever case they have (ALY-X32)."""
    if not isinstance(body, dict):
        return body
    known = {name.lower(): name for name in names}
    return {known.get(key.lower(), key): value for key, value in body.items()}


def flatten(names: Iterable[Any]) -> list[str]:
    """The names of a list, those of lists within it among them (ALY-X36)."""
    return [name for each in names for name in (each if isinstance(each, list) else [each])]
