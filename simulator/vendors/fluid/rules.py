"""Fluid's own ways, as pure functions: its switches, spellings, names, codes and dates."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from simulator.core.clock import Instant, parse_instant, to_datetime
from simulator.core.settings import setting

BULK = 50  # of anything in one call (FLU-098, FLU-138, FLU-216)
PAT_DAYS = 365  # FLU-101
STARTED = parse_instant(
    "2024-02-16T14:45:22Z"
)  # what the tokens of a fresh sandbox name; the first printed time
RETRY_EVERY_S, RETRY_FOR_S, TIMEOUT_S = 3_600, 86_400, 10  # FLU-160

BAD_REQUEST = "Bad Request"
UNAUTHORIZED = "Not an authorised user, username or token is invalid"
FORBIDDEN = "Forbidden, user is not permissioned to perform the operation in this particular context"
INVALID = "Invalid arguments, request, query or body arguments are invalid"
TOO_MANY = "Too many Requests"


@dataclass(frozen=True)
class Settings:
    """The switches of Fluid: its limit, its webhooks, each contradiction of its document with the reading we take."""

    rate_limit: int = setting(1_000, "how many calls the organisation may make in a window", "FLU-171")
    rate_window_s: int = setting(60, "seconds from a window's first call until it is whole again", "FLU-170")
    webhooks_enabled: bool = setting(False, "whether the webhooks of the boards send anything", "FLU-204")
    principal_guid: Literal["optional", "required"] = setting(
        "optional", "required: a new action without principalGuid is refused", "FLU-Q1"
    )
    expand_parameter: Literal["both", "plain", "dollar"] = setting(
        "both", "the name of the query parameter: expand, $expand or either", "FLU-Q2"
    )
    bad_values: Literal[422, 400] = setting(
        422, "the status of readable JSON with values that are refused", "FLU-Q4"
    )
    hidden_read: Literal[404, 403] = setting(
        404, "the status of a GET of an action or board that the caller may not see", "FLU-Q5"
    )
    status_codes: Literal["by_principal", "one_table"] = setting(
        "by_principal",
        "one_table: the printed 4 is an error, and all actions have the codes of a board's",
        "FLU-Q6",
    )
    field_set: Literal["by_principal", "by_query"] = setting(
        "by_principal",
        "by_query: 22 fields for a plain request, 29 for fields=all, whatever the action",
        "FLU-Q7",
    )
    parent_guid: Literal["shown", "hidden"] = setting(
        "shown",
        "whether fields=all shows the sub-board of an action, which the printed answer does not",
        "FLU-Q8",
    )
    guids: Literal["opaque", "hexadecimal"] = setting(
        "opaque",
        "hexadecimal: principalGuid and parentGuid must be proper GUIDs; two printed ones are not",
        "FLU-Q9",
    )
    board_id: Literal["zero", "real"] = setting("zero", "what boardId says", "FLU-Q10")
    rate_limit_reset: Literal["date_time", "seconds"] = setting(
        "date_time",
        "what RateLimit-Reset holds: when the limit is whole again, or in how many seconds",
        "FLU-Q11",
    )
    x_ratelimit_aliases: bool = setting(
        False, "whether x-ratelimit-remaining and x-ratelimit-reset are sent beside the others", "FLU-Q11"
    )
    error_body: Literal["json", "text"] = setting(
        "json", "an error's text as a JSON string or as text/plain", "FLU-Q12"
    )
    definition_keys: Literal["camel", "pascal"] = setting(
        "camel", "the case of the keys of attachments and chat messages", "FLU-Q13"
    )
    unknown_version: Literal["refuse", "accept"] = setting(
        "refuse", "what becomes of a version that is not written as published", "FLU-Q15"
    )
    content_type: Literal["json", "any"] = setting(
        "json", "any: a body is read as JSON, whatever its Content-Type says", "FLU-226"
    )
    put: Literal["full", "delta"] = setting(
        "full", "whether a PUT clears the fields that it leaves out, or keeps them", "FLU-Q18"
    )

    def __post_init__(self) -> None:
        for name in ("rate_limit", "rate_window_s"):
            if not 1 <= getattr(self, name) <= 1_000_000_000:
                raise ValueError(f"{name} takes 1 to 1,000,000,000")


def is_empty(value: Any) -> bool:
    """Whether a custom property has no value: none, a blank text, or a list of nothing else."""
    if isinstance(value, list):
        return all(is_empty(each) for each in value)
    return value is None or (isinstance(value, str) and not value.strip())


# --- names -----------------------------------------------------------------------------------------------------------

USER_FIELDS = (
    "assignee", "attachmentCount", "author", "businessValue", "chatCount", "createDate", "description", "dueDate",
    "endDate", "impediment", "isOwner", "modifiedBy", "modifiedDate", "owners", "priority", "principalGuid",
    "ragStatus", "startDate", "status", "statusCode", "taskType", "title",
)  # fmt: skip
BOARD_FIELDS = (
    "assignee", "attachmentCount", "author", "boardCategory", "boardId", "boardGuid", "boardTitle", "businessValue",
    "chatCount", "contentType", "createDate", "description", "descriptionHtml", "dueDate", "endDate", "isClosed",
    "isCalculated", "isOwner", "modifiedBy", "modifiedDate", "principalGuid", "shortCode", "startDate", "status",
    "statusCode", "taskType", "title", "titleRichText", "titleHtml",
)  # fmt: skip
MORE_FIELDS = ("parentGuid", "theme", "epic")  # shown where they are asked for
ACTION_FIELDS = tuple(dict.fromkeys((*USER_FIELDS, *BOARD_FIELDS, *MORE_FIELDS)))
OF_A_BOARD = (
    "active", "boardCategory", "boardType", "cancelledState", "cardType", "columns", "description", "members",
    "modifiedBy", "modifiedDate", "owners", "principalGuid", "shortCode", "subBoards", "title", "viewers",
)  # fmt: skip
EXPANSIONS = (
    "none", "all", "method", "related", "chat", "customAll", "customReportable", "customReadOnly", "subtask",
    "attachment", "state",
)  # fmt: skip
_BODY_KEYS = (
    *ACTION_FIELDS, "fields", "id", "guid", "url", "methods", "customProperties", "attachments", "chat", "key", "value",
    "name", "userName", "email",
)  # fmt: skip
_QUERY = ("fields", "expand", "version", "skip", "take", "id", "query")


def by_case(names: Iterable[str]) -> dict[str, str]:
    """Names as the document writes them, by what they are in lower case."""
    return {name.lower(): name for name in names}


_KEYS, _NAMES, _EXPANSIONS = by_case(_BODY_KEYS), by_case(_QUERY), by_case(EXPANSIONS)
_VERSION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}(-[A-Za-z]{1,20}(\.[0-9]{1,9})?)?", re.ASCII)


def fold_keys(value: Any) -> Any:
    """A JSON value with the keys we know in the document's case; of keys that differ in case alone the last counts."""
    if isinstance(value, dict):
        return {_KEYS.get(key.lower(), key): fold_keys(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [fold_keys(inner) for inner in value]
    # JSON has one kind of number: 4360.0 is the id 4360.
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def fold_query(query: Mapping[str, list[str]], settings: Settings) -> dict[str, list[str]]:
    """The query with its names, and the words of expand, as the document writes them."""
    folded: dict[str, list[str]] = {}
    for sent, values in query.items():
        folded.setdefault(_parameter(sent, settings), []).extend(values)
    if "expand" in folded:
        folded["expand"] = [
            ",".join(_EXPANSIONS.get(word.lower(), word) for word in split(value))
            for value in folded["expand"]
        ]
    if "version" in folded and settings.unknown_version == "accept":
        folded["version"] = [value for value in folded["version"] if _VERSION.fullmatch(value)]
    return folded


def _parameter(sent: str, settings: Settings) -> str:
    """A parameter's name as the document writes it; one that the setting of FLU-Q2 does not take is nobody's."""
    name = sent.lower()
    if name in {"expand", "$expand"}:
        untaken = {"both": "", "plain": "$expand", "dollar": "expand"}[settings.expand_parameter]
        return f"({name})" if name == untaken else "expand"
    return _NAMES.get(name, sent)


def split(text: str) -> list[str]:
    """What stands between commas, without the spaces around it; a tab is no space, and belongs to the word."""
    return [word for part in text.split(",") if (word := part.strip(" "))]


def fold_path(path: str, settings: Settings) -> str:
    """The path as the document writes it: without the slash at its end, which may be there or not (FLU-Q2)."""
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


def pascal(record: Mapping[str, Any]) -> dict[str, Any]:
    """The keys as the definitions list them: Id, TopicId (FLU-Q13)."""
    return {name[0].upper() + name[1:]: value for name, value in record.items()}


# --- values ----------------------------------------------------------------------------------------------------------

STATUSES = ("Not Started", "In Progress", "On Hold", "Completed", "Cancelled")
CLOSED = frozenset({"Completed", "Cancelled"})
CARD_TYPES = ("Task", "Bug", "Story", "Epic", "Issue", "Risk")
_FIRST_CODE = {"board": 1, "user": 4}  # FLU-028, FLU-064; the codes after them are assigned here (FLU-184)
# What a new action has where nothing is sent, and what a PUT puts in the place of what it leaves out.
DEFAULTS: Mapping[str, Any] = {
    "description": None,
    "status": "Not Started",
    "taskType": "Task",
    "priority": "Medium",
    "ragStatus": "Green",
    "businessValue": 0,
    "impediment": 0,
    "startDate": None,
    "dueDate": None,
    "endDate": None,
    "theme": None,
    "epic": None,
}
DATES = ("startDate", "dueDate", "endDate")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)


def status_code(status: str, kind: str, settings: Settings) -> int:
    """The code of a status: of boards, or of everything else."""
    table = "board" if kind == "board" or settings.status_codes == "one_table" else "user"
    return _FIRST_CODE[table] + STATUSES.index(status)


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None


def timestamp(now: Instant) -> str:
    """An instant as the document prints it: UTC, seven decimals, no zone (FLU-027, FLU-Q16)."""
    return _printed(to_datetime(now))


def reset_time(instant: Instant) -> str:
    """The same with its zone, as a header that stands alone needs it."""
    return f"{timestamp(instant)}Z"


def read_date(text: str) -> str | None:
    """A date that was sent, as it is printed; None for a text that is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return _printed(moment if moment.tzinfo is None else moment.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _printed(moment: datetime) -> str:
    return f"{moment.replace(tzinfo=None).isoformat(timespec='microseconds')}0"


def pat(secret: str, user_name: str, now: Instant) -> str:
    """A token in the published form: base64 of user name, time and nine digits (FLU-131)."""
    made = to_datetime(now).replace(tzinfo=None)
    half = "AM" if made.hour < 12 else "PM"
    digits = int.from_bytes(secret.encode()[:16], "big") % 1_000_000_000
    clock = f"{made.hour % 12 or 12:02}:{made.minute:02}:{made.second:02} {half}"
    time = f"{made.year:04}/{made.month:02}/{made.day:02} {clock}"
    return base64.b64encode(f"{user_name}|{time}|{digits:09}".encode()).decode()


def fits(value: Any, data_type: str) -> bool:
    """Whether one value of a custom property is of its type."""
    match data_type:
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "datetime":
            return isinstance(value, str) and read_date(value) is not None
    return isinstance(value, str)
