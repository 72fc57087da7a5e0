"""What one would write by hand for one test: a bearer check, validation, a dict of items and a list of them by issue.

It has what costs time in any honest double (the credential, the schema, the store, the encoding) and nothing of what
makes a simulator: no sandboxes, clock, faults or journal, no check of its own answers, the operations of this benchmark
alone. Times are constants and GUIDs are counted; a test double need do no better.
"""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import orjson

TOKEN = "bench-token"
_AUTHORIZATION = f"Bearer {TOKEN}".encode()
_ITEM = jsonschema_rs.validator_for(
    {
        "type": "object",
        "required": ["name", "detail", "assignee_id"],
        "properties": {
            "name": {"type": "string", "minLength": 1},
            "detail": {"type": "string", "minLength": 1},
            "status": {"enum": ["Open", "Closed"]},
            "assignee_id": {"enum": [9, 11, 71]},
        },
    }
)
_PEOPLE = {
    9: {"id": 9, "email": "ida.brandt@example.com", "name": "Ida Brandt"},
    11: {"id": 11, "email": "tomas.okafor@example.com", "name": "Tomas Okafor"},
    71: {"id": 71, "email": "mira.lindqvist@example.com", "name": "Mira Lindqvist Admin"},
}
_WHEN = "2015-04-01T15:20:18.105-05:00"

_items: dict[str, dict[str, Any]] = {}
_items_by_issue: dict[str, list[dict[str, Any]]] = {}

_UNAUTHORIZED = (401, {"success": False, "message": "Error with your login or password"})
_NOT_FOUND = (404, {"message": "Not found"})
_UNPROCESSABLE = (422, {"message": "Unprocessable attributes", "reasons": []})


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    body = await _read(receive) if scope["method"] == "POST" else b""
    status, value = _answer(scope, body)
    data = orjson.dumps(value)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(data))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


async def _read(receive: Any) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def _answer(scope: dict[str, Any], body: bytes) -> tuple[int, Any]:
    if not any(name == b"authorization" and value == _AUTHORIZATION for name, value in scope["headers"]):
        return _UNAUTHORIZED
    match (scope["method"], *scope["path"].split("/")[3:]):
        case ("GET", "issues", issue, "action_items", guid):
            item = _items.get(guid)
            return (200, item) if item is not None and issue in _items_by_issue else _NOT_FOUND
        case ("GET", "issues", issue, "action_items"):
            return 200, _items_by_issue.get(issue, [])
        case ("POST", "issues", issue, "action_items"):
            return _create_item(issue, body)
        case ("POST", "issues"):
            return _create_issue(body)
    return _NOT_FOUND


def _create_issue(body: bytes) -> tuple[int, Any]:
    guid = f"{len(_items_by_issue):08x}-0000-4000-8000-000000000001"
    _items_by_issue[guid] = []
    return 200, {"guid": guid, "name": orjson.loads(body)["name"]}


def _create_item(issue: str, body: bytes) -> tuple[int, Any]:
    items = _items_by_issue.get(issue)
    if items is None:
        return _NOT_FOUND
    sent = orjson.loads(body)
    if not _ITEM.is_valid(sent):
        return _UNPROCESSABLE
    id = len(_items) + 1
    item = {
        "id": id,
        "issue_id": 376,
        "name": sent["name"],
        "detail": sent["detail"],
        "created_at": _WHEN,
        "updated_at": _WHEN,
        "status": sent.get("status", "Open"),
        "deleted_at": None,
        "guid": f"{id:08x}-0000-4000-8000-000000000002",
        "assignee": _PEOPLE[sent["assignee_id"]],
        "creator": _PEOPLE[71],
    }
    _items[item["guid"]] = item
    items.append(item)
    return 200, item
