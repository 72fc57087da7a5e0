"""An application as one under test: it knows an address and a token, and nothing of the simulator."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

PATIENCE_S = 20
PUMP = "2f1c7d88-9a35-4d5e-b1f0-64c2a8e03760"  # an issue of the fixture
ITEMS = f"/api/v1/issues/{PUMP}/action_items"
NEW_ITEM = {"name": "Close valve", "detail": "The one at gate 4.", "assignee_id": 9}


def call(
    method: str, url: str, body: Any = None, token: str | None = None, **headers: str
) -> tuple[int, Any]:
    """The status and JSON of an answer, also of a refusal."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        sent["Content-Type"] = "application/json"
    request = urllib.request.Request(url, data, sent, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=PATIENCE_S)
    except urllib.error.HTTPError as refused:
        answer = refused
    with answer:
        text = answer.read()
        return answer.status, json.loads(text) if text else None


class Application:
    """Writes action items into the issue of the fixture."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url
        self.token = token

    def create(self, **fields: Any) -> tuple[int, Any]:
        return call("POST", self.base_url + ITEMS, {**NEW_ITEM, **fields}, self.token)

    def list(self, query: str = "", **headers: str) -> tuple[int, Any]:
        return call("GET", self.base_url + ITEMS + query, None, self.token, **headers)

    def read_me(self) -> tuple[int, Any]:
        return call("GET", f"{self.base_url}/api/v1/me", None, self.token)
