"""How Fluid shows what it keeps: actions, boards, and what is expanded on them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from typing import Any

from simulator.core.errors import Invalid, Problem
from simulator.core.store import Record
from simulator.vendors.fluid import rules
from simulator.vendors.fluid.access import Call, definitions, manages, may, principal_of
from simulator.vendors.fluid.rules import ACTION_FIELDS, BOARD_FIELDS, OF_A_BOARD, USER_FIELDS


def show_user(call: Call, id: int | None) -> dict[str, Any] | None:
    """A user in exactly five keys (FLU-108)."""
    user = None if id is None else call.store.get("users", id)
    return (
        None if user is None else {name: user[name] for name in ("id", "guid", "name", "userName", "email")}
    )


def _users(call: Call, ids: Iterable[int]) -> list[Any]:
    return [shown for shown in (show_user(call, id) for id in ids) if shown is not None]


def asked_fields(call: Call, known: Iterable[str]) -> list[str] | None:
    """The names of `fields`; None for all, or where none are named. Refuses a name that nothing has (FLU-198)."""
    names = rules.split(call.query.get("fields") or "")
    if not names:
        return None
    if [name.lower() for name in names] == ["all"]:
        return None
    folded = rules.by_case(known)
    unknown = [name for name in names if name.lower() not in folded]
    if unknown:
        raise Invalid(
            [Problem("query", ("fields",), "enum", ["all", *known], unknown[0], ("FLU-048", "FLU-198"))]
        )
    return [folded[name.lower()] for name in names]


def wants_all(call: Call) -> bool:
    return (call.query.get("fields") or "").strip(" ").lower() == "all"


def expansions(call: Call) -> frozenset[str]:
    """What is to be expanded; `none` hides everything beside it, `all` stands for all that there is."""
    asked = frozenset(rules.split(call.query.get("expand") or ""))
    if "none" in asked:
        return frozenset()
    return frozenset(rules.EXPANSIONS) if "all" in asked else asked


# --- actions ---------------------------------------------------------------------------------------------------------


def action_url(call: Call, action: Record) -> str:
    return f"{call.request.origin}/rest/api/action/{action['id']}"


def show_action(call: Call, action: Record) -> dict[str, Any]:
    """An action with the fields and expansions that the query asks for."""
    wanted = asked_fields(call, ACTION_FIELDS)
    kind, principal = principal_of(call, action["principalGuid"]) or ("user", {})
    names = tuple(wanted) if wanted is not None else _default_fields(call, action, kind)
    shown: dict[str, Any] = {
        "fields": {name: _FIELDS[name](call, action, kind, principal) for name in names},
        "id": action["id"],
    }
    shown |= _expanded(call, action)
    return {**shown, "guid": action["guid"], "url": action_url(call, action)}


def _default_fields(call: Call, action: Record, kind: str) -> tuple[str, ...]:
    """The printed sets: 22 fields of a user's action, 29 of a board's (FLU-Q7); beside all of them the sub-board of an
    action that is in one (FLU-Q8)."""
    if call.settings.field_set == "by_query":
        call.cite("FLU-Q7")
        names = BOARD_FIELDS if wants_all(call) else USER_FIELDS
    else:
        names = BOARD_FIELDS if kind == "board" else USER_FIELDS
    if wants_all(call) and action["parentGuid"] is not None and call.settings.parent_guid == "shown":
        return (*names, "parentGuid")
    return names


def _expanded(call: Call, action: Record) -> dict[str, Any]:
    asked = expansions(call)
    shown: dict[str, Any] = {}
    if "method" in asked:
        shown["methods"] = _methods(call, action)
    properties = _properties(call, action, asked)
    if properties is not None:
        shown["customProperties"] = properties
    case = rules.pascal if call.settings.definition_keys == "pascal" else dict
    if "attachment" in asked:
        found = call.store.find("attachments", "actionId", action["id"])
        shown["attachments"] = [case(_attachment(call, each)) for each in found]
    if "chat" in asked:
        messages = call.store.find("chat_messages", "actionId", action["id"])
        shown["chat"] = [case(_message(call, each)) for each in messages]
    return shown


def _methods(call: Call, action: Record) -> list[dict[str, Any]]:
    """What the caller can do next (FLU-077 to FLU-079); what they may not do is no method of theirs (FLU-221)."""
    url = action_url(call, action)
    methods: list[dict[str, Any]] = [
        {
            "type": "PermaLink",
            "httpMethod": "GET",
            "url": f"{call.request.origin}/Action/EditFull/{action['guid']}",
        }
    ]
    if may(call, action, manages):
        payload = {"fields": {"description": "<Description>", "title": "<Title>"}, "customProperties": []}
        update = {
            "type": "Update",
            "httpMethod": "PUT",
            "url": url,
            "description": "Update Action",
            "payload": payload,
        }
        methods += [update, {"type": "Delete", "httpMethod": "DELETE", "url": url}]
    return methods


def _properties(call: Call, action: Record, asked: frozenset[str]) -> list[dict[str, Any]] | None:
    """The custom properties of the kinds that are asked for; None where none are (FLU-089)."""
    kinds = asked & {"customAll", "customReportable", "customReadOnly"}
    if not kinds:
        return None
    names = ("guid", "dataType", "isAdminLocked", "isCatalogType", "isMultiple", "isSubType", "key", "required",
             "reportable", "readOnly")  # fmt: skip
    return [
        {
            **{name: each[name] for name in names},
            "value": action["custom"].get(each["key"], each["defaultValue"]),
        }
        for each in definitions(call, action["principalGuid"])
        if "customAll" in kinds
        or ("customReportable" in kinds and each["reportable"])
        or ("customReadOnly" in kinds and each["readOnly"])
    ]


def _attachment(call: Call, attachment: Record) -> dict[str, Any]:
    names = ("id", "guid", "title", "modifiedDate", "type", "status", "filename")
    return {
        **{name: attachment[name] for name in names},
        "url": f"{call.request.origin}/rest/api/attachment/{attachment['guid']}",
        "modifiedBy": show_user(call, attachment["modifiedBy"]),
    }


def _message(call: Call, message: Record) -> dict[str, Any]:
    shown = {name: message[name] for name in ("id", "content", "topicId", "display")}
    initiator = show_user(call, message["initiator"])
    return {**shown, "initiator": initiator, "timestamp": message["timestamp"], "title": message["title"]}


Show = Callable[[Call, Record, str, Record], Any]


def _stored(name: str) -> Show:
    return lambda call, action, kind, principal: action[name]


def _of_board(name: str) -> Show:
    return lambda call, action, kind, principal: principal[name] if kind == "board" else None


def _count(collection: str) -> Show:
    return lambda call, action, kind, principal: sum(
        1 for _ in call.store.find(collection, "actionId", action["id"])
    )


def _board_id(call: Call, action: Record, kind: str, principal: Record) -> int | None:
    if kind != "board":
        return None
    if call.settings.board_id == "zero":
        return 0
    call.cite("FLU-Q10")
    return int(principal["id"])


def _short_code(call: Call, action: Record, kind: str, principal: Record) -> str | None:
    return f"{principal['shortCode']}-{action['number']}" if kind == "board" else None


_FIELDS: dict[str, Show] = {
    **{
        name: _stored(name)
        for name in (
            "businessValue", "createDate", "description", "dueDate", "endDate", "impediment", "modifiedDate",
            "parentGuid", "principalGuid", "priority", "ragStatus", "startDate", "status", "taskType", "title", "theme",
            "epic",
        )
    },
    "assignee": lambda call, action, kind, principal: _users(call, action["assignee"]),
    "attachmentCount": _count("attachments"),
    "author": lambda call, action, kind, principal: show_user(call, action["author"]),
    "boardCategory": _of_board("boardCategory"),
    "boardId": _board_id,
    "boardGuid": _of_board("guid"),
    "boardTitle": _of_board("title"),
    "chatCount": _count("chat_messages"),
    "contentType": lambda call, action, kind, principal: "Process" if kind == "board" else None,
    "descriptionHtml": _stored("description"),
    "isClosed": lambda call, action, kind, principal: action["status"] in rules.CLOSED,
    "isCalculated": lambda call, action, kind, principal: False,
    "isOwner": lambda call, action, kind, principal: call.caller.record["id"] in action["owners"],
    "modifiedBy": lambda call, action, kind, principal: show_user(call, action["modifiedBy"]),
    "owners": lambda call, action, kind, principal: _users(call, action["owners"]),
    "shortCode": _short_code,
    "statusCode": lambda call, action, kind, principal: rules.status_code(action["status"], kind, call.settings),
    "titleRichText": _stored("title"),
    "titleHtml": _stored("title"),
}  # fmt: skip


def delivered(call: Call, action: Record) -> dict[str, Any]:
    """An action as a webhook tells of it: a board's fields, without assignees and with impediment (FLU-161)."""
    kind, principal = principal_of(call, action["principalGuid"]) or ("user", {})
    names = sorted({*BOARD_FIELDS, "impediment"}, key=str.lower)
    fields = {name: _FIELDS[name](call, action, kind, principal) for name in names}
    return {
        "fields": {**fields, "assignee": None},
        "id": action["id"],
        "guid": action["guid"],
        "url": action_url(call, action),
    }


# --- boards ----------------------------------------------------------------------------------------------------------


def show_board(call: Call, board: Record) -> dict[str, Any]:
    wanted = asked_fields(call, OF_A_BOARD)
    sub_boards = call.store.find("sub_boards", "boardGuid", board["guid"].casefold())
    fields = {
        **{name: board[name] for name in OF_A_BOARD if name in board},
        "cardType": [{"cardType": each} for each in rules.CARD_TYPES],
        "columns": [{"name": each} for each in rules.STATUSES],
        "cancelledState": "Cancelled",
        **{name: _users(call, board[name]) for name in ("members", "owners", "viewers")},
        "modifiedBy": show_user(call, board["modifiedBy"]),
        "principalGuid": board["guid"],
        "subBoards": [{name: each[name] for name in ("id", "guid", "title")} for each in sub_boards],
    }
    shown: dict[str, Any] = {
        "fields": {name: fields[name] for name in wanted or OF_A_BOARD},
        "id": board["id"],
    }
    asked = expansions(call)
    if "method" in asked:
        link = f"{call.request.origin}/Process/Board/{board['guid']}"
        shown["methods"] = [{"type": "PermaLink", "httpMethod": "GET", "url": link}]
    if "chat" in asked:
        shown["chat"] = []
    return {**shown, "guid": board["guid"], "url": f"{call.request.origin}/rest/api/board/{board['id']}"}


# --- pages -----------------------------------------------------------------------------------------------------------


def page(title: str, *lines: str) -> str:
    """A page of the product, of which no more is simulated than that it is there (FLU-202)."""
    body = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    head = html.escape(title)
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{head}</title><h1>{head}</h1>{body}</html>"
    )
