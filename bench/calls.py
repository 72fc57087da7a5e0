"""The three calls that are timed, and the issue with twenty action items that they are made on."""

from __future__ import annotations

from typing import Any

from bench.api import Api
from bench.load import WrongAnswer

GET_ONE, LIST, POST = KINDS = ("GET one", "list of 20", "POST")
ITEMS = 20
ITEM = {"name": "Check the valve at gate 4", "detail": "It leaks when the pump starts.", "assignee_id": 9}

Requests = dict[str, tuple[bytes, ...]]


def arrange(api: Api) -> Requests:
    """Make one issue to read and one to post to; return the requests. Raises WrongAnswer."""
    read, written = (api.post("/api/v1/issues", {"name": name})["guid"] for name in ("To read", "To write"))
    for _ in range(ITEMS):
        api.post(f"/api/v1/issues/{read}/action_items", ITEM)
    items = api.get(f"/api/v1/issues/{read}/action_items")
    _check_items(items)
    return requests(api, [(read, item["guid"]) for item in items], [read], written)


def requests(api: Api, items: list[tuple[str, str]], issues: list[str], written: str) -> Requests:
    """The bytes of the calls: GET one in turn over items (issue, item), lists over issues, POST to one issue."""
    return {
        GET_ONE: tuple(
            api.bytes_of("GET", f"/api/v1/issues/{issue}/action_items/{guid}") for issue, guid in items
        ),
        LIST: tuple(api.bytes_of("GET", f"/api/v1/issues/{issue}/action_items") for issue in issues),
        POST: (api.bytes_of("POST", f"/api/v1/issues/{written}/action_items", ITEM),),
    }


def like(api: Api, guids: int = ITEMS) -> Requests:
    """Requests of the same form for a server that answers anything."""
    issue = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    return requests(
        api, [(issue, f"{n:08x}-0000-4000-8000-000000000002") for n in range(guids)], [issue], issue
    )


def check_reads(api: Api, issue: str) -> None:
    """An issue lists exactly twenty items and each can be read. Raises WrongAnswer."""
    items = api.get(f"/api/v1/issues/{issue}/action_items")
    _check_items(items)
    for item in items:
        if api.get(f"/api/v1/issues/{issue}/action_items/{item['guid']}") != item:
            raise WrongAnswer(f"{api.url}: item {item['guid']} reads otherwise than its list shows it")


def _check_items(items: Any) -> None:
    if not isinstance(items, list) or len(items) != ITEMS or len({item["guid"] for item in items}) != ITEMS:
        raise WrongAnswer(f"expected a list of {ITEMS} different items, got {str(items)[:500]}")
