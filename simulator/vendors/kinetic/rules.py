"""Kinetic Response's own ways, as pure functions: its switches, spellings, timestamps and error texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from simulator.core.clock import Instant, offset_minutes, to_datetime
from simulator.core.errors import Problem
from simulator.core.settings import setting

_MOUNT = re.compile(r"(?:/[^/]+)?/kinetic-response(?=/)")
_SLASHES = re.compile(r"/{2,}")

URL_NOT_FOUND = "The provided URL was not found on this server."
BAD_LOGIN = "Error with your login or password"
ON_ACTION_ITEMS = frozenset(
    f"{verb}_action_item{plural}"
    for verb, plural in (("list", "s"), ("create", ""), ("read", ""), ("update", ""), ("delete", ""))
)
NOT_BLANK = r"[^\s]"  # the document's pattern of a text: what breaks it is blank


@dataclass(frozen=True)
class Settings:
    """The switches of Kinetic Response; each contradiction of its document is one, with the reading we take."""

    token_lifetime_s: int = setting(86_400, "seconds until a token of POST sessions expires", "KIN-182")
    server_time_zone: str = setting("-05:00", "the offset in which the server writes timestamps", "KIN-215")
    detail_field: Literal["detail", "description"] = setting(
        "detail", "the wire name of an action item's text in a request", "KIN-Q1"
    )
    unknown_issue_list: Literal["empty", "404"] = setting(
        "empty", "the list of action items of an issue that does not exist", "KIN-Q2"
    )
    status_filter: Literal["exact", "ignored"] = setting("exact", "what ?status= does to the list", "KIN-Q3")
    edit_ignores_input: bool = setting(
        False, "the printed answer of an edit shows none of the sent values", "KIN-Q4"
    )
    status_tables: Literal["abridged", "exact"] = setting(
        "abridged", "exact: POST never answers 400 (but 422), PUT never 422 (but 400)", "KIN-Q5"
    )
    unauthorized_body: Literal["every", "login_only"] = setting(
        "every", "which 401 answers have the printed body", "KIN-Q6"
    )
    delete_mode: Literal["soft", "hard"] = setting(
        "soft", "whether a deleted item stays in the store", "KIN-Q7"
    )
    required_fields: tuple[Literal["name", "detail", "assignee_id"], ...] = setting(
        ("name", "detail", "assignee_id"), "the fields that a new action item must have", "KIN-Q8"
    )
    create_status: Literal[200, 201] = setting(200, "the status of a created action item", "KIN-Q9")
    leading_slash: Literal["same", "strict"] = setting(
        "same", "strict: a doubled slash, as from joining a base URL, is another URL", "KIN-Q10"
    )
    numeric_ids_in_routes: bool = setting(
        False, "whether a numeric id works where the route says guid", "KIN-Q12"
    )
    other_status: Literal["refuse", "accept"] = setting(
        "refuse", "a status other than Open or Closed on an action item", "KIN-Q13"
    )
    error_message_key: Literal["message", "error"] = setting(
        "message", "the key that carries the exception message of a 400, 404, 405 or 500", "KIN-Q14"
    )
    required_headers: Literal["authorization", "all"] = setting(
        "authorization",
        "all: Content-Type and Accept of a call on action items must be application/json, else 400",
        "KIN-Q15",
    )
    participation_required: bool = setting(
        False, "whether a caller who is no Admin sees only the issues it participates in", "KIN-Q16"
    )

    def __post_init__(self) -> None:
        offset_minutes(self.server_time_zone, "server_time_zone")
        if not 1 <= self.token_lifetime_s <= 3_155_760_000:
            raise ValueError("token_lifetime_s takes 1 second to 100 years")


def timestamp(now: Instant, settings: Settings) -> str:
    """An instant as the document prints it: milliseconds and a numeric offset, never Z (KIN-014)."""
    return to_datetime(now, offset_minutes(settings.server_time_zone)).isoformat(timespec="milliseconds")


def mount(path: str) -> str:
    """What stands before /api/v1 in a path: "/kinetic-response", "/<space>/kinetic-response" or nothing (KIN-130)."""
    found = _MOUNT.match(path)
    return found[0] if found else ""


def single_slashes(path: str) -> str:
    """A path in which doubled slashes make no difference (KIN-193)."""
    return _SLASHES.sub("/", path)


def fold_path(path: str, settings: Settings) -> str:
    """The path as the document writes it: the product's mount taken off, doubled and trailing slashes gone."""
    if "//" in path and settings.leading_slash == "same":
        path = single_slashes(path)
    if not path.startswith("/api/"):
        path = path[len(mount(path)) :]
    return path[:-1] if len(path) > 1 and path.endswith("/") else path


# Rails wraps a flat JSON body under the resource's name and takes either form; clients in use send both.
WRAPPERS = {
    "create_action_item": "action_item",
    "update_action_item": "action_item",
    "create_issue": "issue",
    "update_issue": "issue",
    "create_message": "message",
    "create_fact": "fact",
    "create_invite": "invite",
}


def unwrap(operation: str, body: Any, fields: Collection[str]) -> Any:
    """The flat body of a wrapped one. Where a field of the operation stands flat beside the wrapper, that one counts:
    the wrapper is then one of the names that are ignored, and the document's schema says what is taken."""
    wrapper = WRAPPERS.get(operation)
    if wrapper is None or not isinstance(body, dict) or not isinstance(body.get(wrapper), dict):
        return body
    return body[wrapper] if body.keys().isdisjoint(fields) else body


def split_tags(tags: Any) -> list[str]:
    """ "t1, t2" or ["t1", "t2"] as a list without blanks."""
    parts = tags.split(",") if isinstance(tags, str) else tags or []
    return [tag.strip() for tag in parts if tag.strip()]


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


_ATTRIBUTES = {
    "assignee_id": "Assignee",
    "owner_id": "Owner",
    "upload[file]": "File",
    "upload[description]": "Description",
}


def lacks_value(problem: Problem) -> bool:
    """Whether a value is not there or blank. What was got is asked last: of a long text it is but the beginning."""
    return problem.keyword == "required" or problem.expected == NOT_BLANK or is_blank(problem.got)


def reason(problem: Problem) -> str:
    """A problem as a Rails full message: attribute, blank, text."""
    name = problem.name or "body"
    attribute = _ATTRIBUTES.get(name, name.replace("_", " ").capitalize())
    if problem.keyword == "enum":
        return f"{attribute} is not included in the list"
    if problem.keyword == "taken":
        return f"{attribute} has already been taken"
    if problem.keyword == "owner":
        return "Owner can't be removed"
    # An id that names nobody leaves the association empty, and that is what Rails then says.
    missing = problem.keyword in {"unknown", "minLength"} or lacks_value(problem)
    return (
        f"{attribute} can't be blank"
        if missing or name in {"assignee_id", "owner_id"}
        else f"{attribute} is invalid"
    )


def reasons(problems: Iterable[Problem]) -> list[str]:
    return list(dict.fromkeys(reason(problem) for problem in problems))


def misnamed(problems: Iterable[Problem]) -> str | None:
    """What a 400 says of a body that has a name it should not have, or is no object at all; None if neither is so."""
    for problem in problems:
        if problem.where != "body" and problem.keyword != "owner":  # the path is well-formed; a rule refuses
            return f"{problem.name} is invalid"
        if problem.keyword == "additionalProperties":
            return f"unknown attribute '{problem.name}'"
        if not problem.path:
            return "The request body must be a JSON object."
    return None
