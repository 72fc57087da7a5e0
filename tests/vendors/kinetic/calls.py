"""The addresses of the starting state, and of every operation one call that succeeds and what would spoil it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.vendors.client import Answer, Client

NOW = "2015-04-06T12:00:00.250-05:00"  # where the clock of every test stands

API = "/api/v1"
PUMP = "2f1c7d88-9a35-4d5e-b1f0-64c2a8e03760"  # issue 376, of Ada, with something of everything
BADGES = "2f1c7d88-9a35-4d5e-b1f0-64c2a8e03850"  # issue 385, of Jonas, with nothing in it
NOWHERE = "00000000-0000-4000-a000-000000000000"  # nobody's guid

ISSUE = f"{API}/issues/{PUMP}"
OTHER_ISSUE = f"{API}/issues/{BADGES}"

ADA = "5d0e3a52-6c1f-4b0e-9f61-0a7c51f0d301"  # as participants of 376
JONAS = "5d0e3a52-6c1f-4b0e-9f61-0a7c51f0d302"
INVITE = "8b1d6a0e-2f7c-4b5d-8a43-6d1f5a2c4401"
ITEM = "7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0219"

UNAUTHORIZED = {"success": False, "message": "Error with your login or password"}
NOT_FOUND = {"message": "The provided URL was not found on this server."}
SERVER_ERROR = {"message": "There was an unexpected server error."}


def unprocessable(*reasons: str) -> dict[str, Any]:
    return {"message": "Unprocessable attributes", "reasons": list(reasons)}


BOUNDARY = "the-edge-of-a-part"
MULTIPART = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
JSON = {"Content-Type": "application/json"}


def multipart(*parts: tuple[str, str, bytes]) -> bytes:
    """A body of parts: the rest of each Content-Disposition, its Content-Type or "", its bytes."""
    body = b""
    for disposition, kind, data in parts:
        body += f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n".encode()
        body += f"Content-Type: {kind}\r\n".encode() if kind else b""
        body += b"\r\n" + data + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


FILE = ('name="upload[file]"; filename="valve.txt"', "text/plain", b"The valve is closed.")


@dataclass(frozen=True)
class Good:
    """A call that succeeds in the starting state. `item` is the part of the path that names something within the issue;
    `invalid` is a body that can be read and whose content is refused."""

    method: str
    path: str
    json: Any = None
    body: bytes | None = None
    headers: dict[str, str] | None = None
    item: str = ""
    invalid: Any = None
    paged: bool = False

    def send(self, client: Client, **changes: Any) -> Answer:
        options = {"json": self.json, "body": self.body, "headers": self.headers, **changes}
        return client.call(options.pop("method", self.method), options.pop("path", self.path), **options)

    @property
    def takes_json(self) -> bool:
        return self.json is not None


LOGIN = {"user_login": {"email": "ada.okafor@example.com", "password": "not-a-secret-71"}}
NEW_USER = {"name": "Noor Haddad", "email": "noor.haddad@example.com", "password": "not-a-secret-noor"}
NEW_ITEM = {"name": "Close the valve", "detail": "The one at gate 4.", "assignee_id": 9}

GOOD = {
    "create_session": Good("POST", f"{API}/sessions", LOGIN, invalid={"user_login": {}}),
    "check_valid": Good("GET", f"{API}/valid"),
    "read_me": Good("GET", f"{API}/me"),
    "create_user": Good("POST", f"{API}/users", {"user": NEW_USER}, invalid={"user": {}}),
    "read_user": Good("GET", f"{API}/users/jonas.brandt@example.com"),
    "create_issue": Good("POST", f"{API}/issues", {"name": "Leak at gate 4"}, invalid={"name": ""}),
    "list_my_open_issues": Good("GET", f"{API}/issues/my_open_issues", paged=True),
    "search_issues": Good("POST", f"{API}/issues/search", {"query": {"limit": 5}}, invalid={"query": 5}),
    "read_issue": Good("GET", ISSUE),
    "update_issue": Good("PUT", ISSUE, {"status": "Closed"}, invalid={"status": "Ajar"}),
    "keep_present": Good("GET", f"{ISSUE}/present"),
    "keep_present_by_post": Good("POST", f"{ISSUE}/present"),
    "keep_present_by_put": Good("PUT", f"{ISSUE}/present"),
    "keep_present_by_patch": Good("PATCH", f"{ISSUE}/present"),
    "keep_present_by_delete": Good("DELETE", f"{ISSUE}/present"),
    "list_participants": Good("GET", f"{ISSUE}/participants"),
    "remove_participant": Good("DELETE", f"{ISSUE}/participants/{JONAS}", item=JONAS),
    "list_invites": Good("GET", f"{ISSUE}/invites"),
    "create_invite": Good("POST", f"{ISSUE}/invites", {"email": "sam.lowe@example.com"}, invalid={"email": "sam"}),
    "resend_invite": Good("POST", f"{ISSUE}/invites/{INVITE}", item=INVITE),
    "delete_invite": Good("DELETE", f"{ISSUE}/invites/{INVITE}", item=INVITE),
    "list_messages": Good("GET", f"{ISSUE}/messages", paged=True),
    "create_message": Good("POST", f"{ISSUE}/messages", {"body": "Under way."}, invalid={"body": ""}),
    "list_facts": Good("GET", f"{ISSUE}/facts"),
    "create_fact": Good("POST", f"{ISSUE}/facts", {"body": "It is dry."}, invalid={"body": ""}),
    "list_uploads": Good("GET", f"{ISSUE}/uploads"),
    "create_upload": Good("POST", f"{ISSUE}/uploads", body=multipart(FILE), headers=MULTIPART),
    "list_action_items": Good("GET", f"{ISSUE}/action_items"),
    "create_action_item": Good("POST", f"{ISSUE}/action_items", NEW_ITEM, invalid={"name": "No more"}),
    "read_action_item": Good("GET", f"{ISSUE}/action_items/{ITEM}", item=ITEM),
    "update_action_item": Good(
        "PUT", f"{ISSUE}/action_items/{ITEM}", {"status": "Closed"}, item=ITEM, invalid={"name": ""}
    ),
    "delete_action_item": Good("DELETE", f"{ISSUE}/action_items/{ITEM}", item=ITEM),
}  # fmt: skip

OPEN = frozenset({"create_session", "check_valid"})  # need no credential
PROTECTED = [operation for operation in GOOD if operation not in OPEN]
