"""Kinetic Response: action items of an issue, and what stands around them."""

from __future__ import annotations

from simulator.core.store import CollectionSpec, by_field
from simulator.core.vendor import Vendor
from simulator.vendors.kinetic import access, bodies, errors, rules
from simulator.vendors.kinetic import handlers as h

_PART = by_field("issue_id")

VENDOR = Vendor(
    name="kinetic",
    title="Kinetic Response",
    prefix="KIN",
    handlers={
        "create_session": h.create_session,
        "check_valid": h.check_valid,
        "read_me": h.read_me,
        "read_user": h.read_user,
        "create_user": h.create_user,
        "create_issue": h.create_issue,
        "read_issue": h.read_issue,
        "update_issue": h.update_issue,
        "list_my_open_issues": h.list_my_open_issues,
        "search_issues": h.search_issues,
        "keep_present": h.keep_present,
        "keep_present_by_post": h.keep_present,
        "keep_present_by_put": h.keep_present,
        "keep_present_by_patch": h.keep_present,
        "keep_present_by_delete": h.keep_present,
        "list_participants": h.list_participants,
        "remove_participant": h.remove_participant,
        "list_invites": h.list_invites,
        "create_invite": h.create_invite,
        "resend_invite": h.resend_invite,
        "delete_invite": h.delete_invite,
        "list_messages": h.list_messages,
        "create_message": h.create_message,
        "list_facts": h.list_facts,
        "create_fact": h.create_fact,
        "list_uploads": h.list_uploads,
        "create_upload": h.create_upload,
        "list_action_items": h.list_action_items,
        "create_action_item": h.create_action_item,
        "read_action_item": h.read_action_item,
        "update_action_item": h.update_action_item,
        "delete_action_item": h.delete_action_item,
    },
    authenticators={"bearerAuth": access.authenticate_bearer, "basicAuth": access.authenticate_basic},
    collections=(
        CollectionSpec("users", "id", {"email": lambda user: user["email"].casefold()}),
        CollectionSpec("issues", "guid", by_field("id")),
        CollectionSpec("action_items", "guid", by_field("issue_id", "id")),
        CollectionSpec("participants", "guid", by_field("issue_id", "user_id")),
        CollectionSpec("invites", "guid", _PART),
        CollectionSpec("messages", "guid", _PART),
        CollectionSpec("facts", "guid", _PART),
        CollectionSpec("uploads", "guid", _PART),
        CollectionSpec("sessions", "id", by_field("token")),
    ),
    settings=rules.Settings,
    render_error=errors.render_error,
    start=access.start,
    fold_path=rules.fold_path,
    fold_body=bodies.fold_body,
    admit=bodies.admit,
)
