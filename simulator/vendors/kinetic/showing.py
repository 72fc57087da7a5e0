"""Records as they are answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.core.listing import where
from simulator.core.store import Record
from simulator.vendors.kinetic import rules
from simulator.vendors.kinetic.access import Call


def person(call: Call, id: int) -> dict[str, Any]:
    """A user as an action item shows one: exactly id, email, name (KIN-016)."""
    user = call.store.get("users", id)
    return {"id": id, "email": user and user["email"], "name": user and user["name"]}


def show_user(call: Call, user: Record) -> dict[str, Any]:
    return {name: user[name] for name in ("id", "guid", "email", "name", "type")}


def show_action_item(call: Call, item: Record) -> dict[str, Any]:
    """Exactly the eleven keys of the document, in its order (KIN-009)."""
    return {
        "id": item["id"],
        "issue_id": item["issue_id"],
        "name": item["name"],
        "detail": item["detail"],
        "created_at": item["created_at"],
        "updated_at": item["updated_at"],
        "status": item["status"],
        "deleted_at": item["deleted_at"],
        "guid": item["guid"],
        # Nobody only where required_fields says that an item needs no assignee.
        "assignee": None if item["assignee_id"] is None else person(call, item["assignee_id"]),
        "creator": person(call, item["creator_id"]),
    }


def show_participant(call: Call, participant: Record) -> dict[str, Any]:
    user = person(call, participant["user_id"])
    return {
        "id": participant["id"],
        "guid": participant["guid"],
        "email": user["email"],
        "name": user["name"],
        "present": participant["present"],
    }


def show_invite(call: Call, invite: Record) -> dict[str, Any]:
    return {name: invite[name] for name in ("id", "guid", "email", "note", "group_invite", "status")}


def show_fact(call: Call, fact: Record) -> dict[str, Any]:
    shown = {
        name: fact[name]
        for name in ("id", "guid", "issue_id", "body", "confirmed", "created_at", "updated_at")
    }
    return {**shown, "creator": person(call, fact["creator_id"])}


def show_upload(call: Call, upload: Record) -> dict[str, Any]:
    shown = {name: value for name, value in upload.items() if name != "creator_id"}
    return {**shown, "creator": person(call, upload["creator_id"])}


def show_message(call: Call, message: Record, issue: Record) -> dict[str, Any]:
    user = call.store.get("users", message["user_id"]) if message["user_id"] is not None else None
    shown = {
        name: message[name] for name in ("id", "guid", "type", "body", "messageable_id", "messageable_type")
    }
    mount = rules.mount(rules.single_slashes(call.request.path))
    return {
        **shown,
        "url": f"{call.request.origin}{mount}/api/v1/issues/{issue['guid']}",
        "created_at": message["created_at"],
        "user": user and {name: user[name] for name in ("email", "name", "guid")},
        "issue": {"guid": issue["guid"]},
    }


def show_issue(call: Call, issue: Record) -> dict[str, Any]:
    """The published keys of an issue, with everything that belongs to it (KIN-075)."""

    def parts(collection: str) -> Iterable[Record]:
        return call.store.find(collection, "issue_id", issue["id"])

    plain = {name: value for name, value in issue.items() if name != "tag_list"}
    return {
        **plain,
        "participants": [show_participant(call, each) for each in parts("participants")],
        "invitations": [show_invite(call, each) for each in parts("invites")],
        "tag_list": issue["tag_list"],
        "action_items": [
            show_action_item(call, each) for each in where(parts("action_items"), deleted_at=None)
        ],
        "facts": [show_fact(call, each) for each in parts("facts")],
        "uploads": [show_upload(call, each) for each in parts("uploads")],
        "owner": person(call, issue["owner_id"]),
    }
