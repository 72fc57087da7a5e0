"""The addresses of the action items, what one looks like, and a call of each of the five operations on them."""

from __future__ import annotations

from typing import Any

from tests.vendors.client import Client
from tests.vendors.kinetic.calls import ISSUE, ITEM, NEW_ITEM, NOWHERE, OTHER_ISSUE

ITEMS = f"{ISSUE}/action_items"
OTHER_ITEMS = f"{OTHER_ISSUE}/action_items"  # of an issue that has none
NO_ITEMS = ITEMS.replace(ISSUE.rpartition("/")[2], NOWHERE)  # of an issue that is not there

# The items of issue 376 in the starting state.
OPEN_ITEM = f"{ITEMS}/{ITEM}"  # 219, assigned to Jonas
CLOSED_ITEM = f"{ITEMS}/7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0220"  # 220, assigned to Mei
DELETED_ITEM = f"{ITEMS}/7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0221"  # 221

KEYS = {
    "id", "issue_id", "name", "detail", "created_at", "updated_at", "status", "deleted_at", "guid", "assignee",
    "creator",
}  # fmt: skip

# The bodies that the page prints.
PRINTED = {"name": "Created Issue", "detail": "This is a detail.", "status": "Open", "assignee_id": 9}
PRINTED_EDIT = {"name": "Edited Name", "detail": "Edited Detail", "assignee_id": 11, "status": "Closed"}

ADA = {"id": 71, "email": "ada.okafor@example.com", "name": "Ada Okafor Admin"}
JONAS = {"id": 9, "email": "jonas.brandt@example.com", "name": "Jonas Brandt"}
MEI = {"id": 11, "email": "mei.tanaka@example.com", "name": "Mei Tanaka"}

OPERATIONS: dict[str, tuple[str, str, Any]] = {
    "create_action_item": ("POST", ITEMS, PRINTED),
    "update_action_item": ("PUT", OPEN_ITEM, PRINTED_EDIT),
    "delete_action_item": ("DELETE", OPEN_ITEM, None),
    "list_action_items": ("GET", ITEMS, None),
    "read_action_item": ("GET", OPEN_ITEM, None),
}


def create(client: Client, items: str = ITEMS, **fields: Any) -> dict[str, Any]:
    """A new item, the call having succeeded."""
    answer = client.post(items, {**NEW_ITEM, **fields})
    assert answer.status == 200, answer.json
    return dict(answer.json)


def names(client: Client, query: str = "", items: str = ITEMS) -> list[str]:
    """The names of the items that are listed."""
    return [item["name"] for item in client.get(items, query=query).json]
