"""The addresses and people of the starting state, the printed key sets and texts, and the calls tests make most."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, ClassVar

from tests.vendors import client
from tests.vendors.client import Answer

NOW = "2024-02-16T14:45:22Z"  # where the clock of every test stands; that of the first printed answer

ACTION = "/rest/api/action"
BOARD = "/rest/api/board"

BULK_EDIT = "7505a102-93fc-4465-a23b-2eb6303f7f71"  # board 630
HARBOUR = "c07hed88-10h0-4hc4-hec5-h57073b8e036"  # board 710
QUAYS = "58c0kk41-2ekf-41k9-9kc3-27dke10bkadd"  # sub-boards of 710
SHEDS = "9a41f0c7-5b2d-4c7e-8f13-0d6b7a25e032"
PROJECT = "2d7e9b30-4a1c-4f6d-b8e5-93c0f1a70811"
MEETING = "2d7e9b30-4a1c-4f6d-b8e5-93c0f1a70812"
NOBODY = "00000000-0000-4000-a000-000000000000"

PUMP = f"{ACTION}/4206"  # on board 630, with an attachment and a chat message
PUMP_GUID = "3a6f0c52-7d1b-4e8f-9a20-c5d4e3f24206"
BOLLARDS = f"{ACTION}/4207"  # on the quays of board 710
CRANE = f"{ACTION}/4208"  # archived
TENDER = f"{ACTION}/4359"  # Omar's own, which Kofi is assigned to
PUMP_SHEET = "/rest/api/attachment/5b0c9d1e-33a4-4f7e-9d0a-6f1d2c3b0901"

DANA: dict[str, Any] = {
    "id": 603,
    "guid": "f1cb6467-0262-4539-9148-7b869defd817",
    "name": "Dana Birch",
    "userName": "dana.birch",
    "email": "dana.birch@example.com",
}
OMAR: dict[str, Any] = {
    "id": 604,
    "guid": "f1cb6467-0262-4539-9148-7b869defd818",
    "name": "Omar Haddad",
    "userName": "omar.haddad",
    "email": "omar.haddad@example.com",
}

# As the document prints them.
SAMPLE = {
    "title": "Sample Title",
    "description": "Sample Description",
    "status": "Not Started",
    "taskType": "Task",
}
USER_KEYS = [
    "assignee", "attachmentCount", "author", "businessValue", "chatCount", "createDate", "description", "dueDate",
    "endDate", "impediment", "isOwner", "modifiedBy", "modifiedDate", "owners", "priority", "principalGuid",
    "ragStatus", "startDate", "status", "statusCode", "taskType", "title",
]  # fmt: skip
BOARD_KEYS = [
    "assignee", "attachmentCount", "author", "boardCategory", "boardId", "boardGuid", "boardTitle", "businessValue",
    "chatCount", "contentType", "createDate", "description", "descriptionHtml", "dueDate", "endDate", "isClosed",
    "isCalculated", "isOwner", "modifiedBy", "modifiedDate", "principalGuid", "shortCode", "startDate", "status",
    "statusCode", "taskType", "title", "titleRichText", "titleHtml",
]  # fmt: skip

BAD_REQUEST = "Bad Request"
UNAUTHORIZED = "Not an authorised user, username or token is invalid"
FORBIDDEN = "Forbidden, user is not permissioned to perform the operation in this particular context"
INVALID = "Invalid arguments, request, query or body arguments are invalid"
TOO_MANY = "Too many Requests"


class Client(client.Client):
    """A client that says what it sends, as every printed request does."""

    with_a_body: ClassVar[Mapping[str, str | None]] = {"Content-Type": "application/json"}


def basic(username: str, pat: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{pat}".encode()).decode()


def body(**fields: Any) -> dict[str, Any]:
    """A body that creates an action: the printed one with these fields changed."""
    return {"fields": {**SAMPLE, **fields}}


def post(client: Client, query: Any = "", /, **fields: Any) -> Answer:
    return client.post(ACTION, body(**fields), query=query)


def create(client: Client, query: Any = "", /, **fields: Any) -> dict[str, Any]:
    """A new action, the call having succeeded."""
    answer = post(client, query, **fields)
    assert answer.status == 200, answer.entry["explanation"]
    return dict(answer.json)


def fields(answer: Answer) -> dict[str, Any]:
    """The fields of the action that was answered, the call having succeeded."""
    assert answer.status == 200, answer.entry["explanation"]
    return dict(answer.json["fields"])


def state(client: Client) -> dict[str, Any]:
    """Everything a refusal must leave as it was: all but the token that every call takes."""
    kept = client.state()
    del kept["records"]["_limits"]
    return kept


def actions(client: Client) -> list[Any]:
    """The stored actions."""
    return list(client.world.store.all("actions"))


def path_of(url: str) -> str:
    """The path of an absolute link."""
    return "/" + url.split("/", 3)[3]
