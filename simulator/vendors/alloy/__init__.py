"""Alloy Navigator Express: objects updated by workflow Step Actions, which a fixture declares."""

from __future__ import annotations

from simulator.core.store import CollectionSpec, by_field
from simulator.core.vendor import Vendor
from simulator.vendors.alloy import access, rules
from simulator.vendors.alloy import handlers as h
from simulator.vendors.alloy.declaration import check_fixture
from simulator.vendors.alloy.errors import render_error

VENDOR = Vendor(
    name="alloy",
    title="Alloy Navigator Express",
    prefix="ALY",
    handlers={
        "create_token": h.create_token,
        "create_object": h.create_object,
        "read_profile": h.read_profile,
        "list_dictionary": h.list_dictionary,
        "query_dictionary": h.query_dictionary,
        "list_activities": h.list_activities,
        "query_activities": h.query_activities,
        "read_object": h.read_object,
        "run_action": h.run_action,
        "check_action": h.check_action,
        "list_attachments": h.list_attachments,
        "query_attachments": h.query_attachments,
        "add_attachments": h.add_attachments,
        "remove_attachment": h.remove_attachment,
        "describe_attachment": h.describe_attachment,
        "read_attachment": h.read_attachment,
        "download_attachment": h.download_attachment,
        "list_objects": h.list_objects,
        "query_objects": h.query_objects,
    },
    authenticators={"bearerAuth": access.authenticate_bearer},
    collections=(
        CollectionSpec("classes", "name", {"folded": lambda kind: kind["name"].casefold()}),
        CollectionSpec("objects", "id", by_field("class", "oid")),
        CollectionSpec("step_actions", "id"),
        CollectionSpec("technicians", "id", {"username": lambda record: record["username"].casefold()}),
        CollectionSpec("applications", "client_id"),
        CollectionSpec("activities", "id", by_field("object")),
        CollectionSpec("attachments", "id", by_field("object")),
        CollectionSpec("tokens", "id", by_field("token")),
    ),
    settings=rules.Settings,
    render_error=render_error,
    start=access.start,
    fold_path=rules.fold_path,
    fold_body=h.fold_body,
    fold_query=h.fold_query,
    write_as=h.write_as,
    check_fixture=check_fixture,
)
