"""The addresses of the starting state, how to read its answers, and of every operation one call that succeeds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.vendors.client import Answer, Client

NOW = "2022-10-25T11:11:16-07:00"  # where the clock of every test stands

API = "/api/v2"
OBJECT = f"{API}/object"

VENDOR = "V000006"  # Northwind Office Supplies, of the document's example
VENDOR_ID = "326624be-4271-46bd-b070-7a47b0f5ee54"
OTHER_VENDOR = "V000007"
NEW = "T000001"  # a ticket in the state New, of Mirela Kovac
STARTED = "T000002"  # in progress, of a Sam Okoro, assigned to Angelina Reyes
CLOSED = "T000003"  # closed, of the other Sam Okoro
SECRET = "T000004"  # for administrators alone, of Angelina Reyes
WORK_ORDER = "W000001"
COMPUTER = "C000009"
CATALOG_ITEM = "SC000001"
SOFTWARE = "2a9d4c10-3e5b-4f78-8b62-9f1c0e5d0001"
STOCK = "6c5b0a37-1d82-4e9f-a4c7-0b3e8f290001"

ANGELINA, ANGELINA_ID = "PN000017", "7a1d0c55-3c0b-4a9e-8f31-0d5b2e770017"
TOVE, TOVE_ID = "PN000018", "7a1d0c55-3c0b-4a9e-8f31-0d5b2e770018"
MIRELA, MIRELA_ID = "PN000019", "7a1d0c55-3c0b-4a9e-8f31-0d5b2e770019"
SAM_ID = "7a1d0c55-3c0b-4a9e-8f31-0d5b2e770020"
ATTACHMENT = "5b0c9a51-7d1e-4c64-a8f2-3e9d1b7c0001"  # of the vendor V000006

WORK, RESOLVE, CLOSE, ESCALATE, ATTACH, ATTACH_TO, DISABLED, REOPEN = 250, 251, 252, 253, 254, 255, 256, 257
COMMENT, CHANGE_VENDOR, ORDER, NEW_TICKET, NEW_INCIDENT, NEW_VENDOR = 1631, 1632, 131, 300, 310, 320
HAND_OUT, APPROVE = 400, 410

DENIED = "Authorization has been denied for this request."
NO_PERMISSION = "You do not have enough permissions to access this item."
NOT_SATISFIED = "This action cannot be executed because the action's condition is not satisfied."
NOT_AVAILABLE = "Requested action is not available."
INVALID = {"Message": "The request is invalid."}


def run(client: Client, oid: str, action: int | str, body: Any = None, **options: Any) -> Answer:
    """A step action, run on an object."""
    return client.post(f"{OBJECT}/{oid}/action/{action}", {} if body is None else body, **options)


def result(answer: Answer) -> Any:
    """What a call answered that succeeded."""
    assert answer.status == 200, answer.body
    assert answer.json["success"] is True, answer.json
    return answer.json["responseObject"]


def refused(answer: Answer) -> str:
    """The text of a business error, whose form is as it must be."""
    assert answer.status == 200, answer.body
    body = answer.json
    assert (body["success"], body["responseObject"]) == (False, None), body
    assert body["errorCode"] != 0
    assert answer.entry["changes"] == []
    text: str = body["errorText"]
    return text


def not_found(oid: str) -> str:
    return f"Object {oid} not found."


def unknown(name: str) -> str:
    return f"Field {name} is unknown."


def bad_value(name: str) -> str:
    return f"Field {name} has an invalid value."


def fields(client: Client, oid: str, path: str = OBJECT) -> dict[str, str]:
    """The fields of an object by their names, as GET shows them."""
    return {item["name"]: item["value"] for item in result(client.get(f"{path}/{oid}"))["Items"]}


def rows(table: Any) -> list[dict[str, str]]:
    """The rows of Data by the names of Fields."""
    names = [column["Name"] for column in table["Fields"]]
    return [dict(zip(names, row, strict=True)) for row in table["Data"]]


def activities(client: Client, oid: str) -> list[dict[str, str]]:
    return rows(result(client.get(f"{API}/Activities/{oid}")))


def column(client: Client, name: str, kind: str = "Tickets", query: str = "") -> list[str]:
    """One column of a list by GET."""
    asked = f"par_fields={name}&{query}"
    return [row[0] for row in result(client.get(f"{API}/{kind}", query=asked))["Data"]]


NOTE = {"FileName": "note.txt", "Description": "A note", "Data": "SGVsbG8="}
LOGIN = {"grant_type": "client_credentials", "client_id": "desk-portal", "client_secret": "not-a-secret-desk"}


@dataclass(frozen=True)
class Good:
    """A call that succeeds in the starting state; `malformed` is a body that breaks the document."""

    method: str
    path: str
    json: Any = None
    query: str = ""
    malformed: bytes = b""

    def send(self, client: Client, **changes: Any) -> Answer:
        options = {"json": self.json, "query": self.query, **changes}
        # Without a type the token endpoint takes a body for a form.
        options["headers"] = {"Content-Type": "application/json", **changes.get("headers", {})}
        return client.call(options.pop("method", self.method), options.pop("path", self.path), **options)


ONE = f"{OBJECT}/{VENDOR}"
FILE = f"{ONE}/Attachments/{ATTACHMENT}"

GOOD = {
    "create_token": Good("POST", "/api/token", LOGIN, malformed=b"[]"),
    "create_object": Good("POST", API, {"ActionId": NEW_TICKET, "Fields": {"Summary": "x"}}, malformed=b"{}"),
    "read_profile": Good("GET", f"{API}/profile"),
    "list_dictionary": Good("GET", f"{API}/Dictionary", query="objectClass=Tickets&refField=Priority"),
    "query_dictionary": Good(
        "POST", f"{API}/Dictionary", {"objectClass": "Tickets", "refField": "Priority"}, malformed=b"{}"
    ),
    "list_activities": Good("GET", f"{API}/Activities/{STARTED}"),
    "query_activities": Good("POST", f"{API}/Activities/{STARTED}", {"limit": 1}, malformed=b'{"limit": -1}'),
    "read_object": Good("GET", ONE),
    "run_action": Good("POST", f"{ONE}/action/{COMMENT}", {"Comment": "Called."}, malformed=b"[]"),
    "check_action": Good("GET", f"{ONE}/action/{COMMENT}/check"),
    "list_attachments": Good("GET", f"{ONE}/Attachments"),
    "query_attachments": Good("POST", f"{ONE}/Attachments", {"limit": 1}, malformed=b'{"limit": -1}'),
    "add_attachments": Good("PUT", f"{ONE}/Attachments", NOTE, malformed=b"{}"),
    "remove_attachment": Good("DELETE", FILE),
    "describe_attachment": Good("PATCH", FILE, {"Description": "Newer"}, malformed=b"{}"),
    "read_attachment": Good("GET", f"{FILE}/content"),
    "download_attachment": Good("GET", f"{FILE}/download"),
    "list_objects": Good("GET", f"{API}/Tickets", query="par_limit=1"),
    "query_objects": Good("POST", f"{API}/Tickets", {"limit": 1}, malformed=b'{"filters": 5}'),
}
PROTECTED = [name for name in GOOD if name != "create_token"]
