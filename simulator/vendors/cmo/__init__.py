"""Mitratech CMO: standalone actions, the tokens that authorize, and events as far as they are published."""

from __future__ import annotations

from simulator.core.store import CollectionSpec, by_field
from simulator.core.vendor import Vendor
from simulator.vendors.cmo import callers, rules
from simulator.vendors.cmo import handlers as h
from simulator.vendors.cmo.records import check_fixture

_BY_NAME = by_field("name")

VENDOR = Vendor(
    name="cmo",
    title="Mitratech CMO",
    prefix="CMO",
    handlers={
        "create_token": callers.create_token,
        "create_action": h.create_action,
        "read_action": h.read_action,
        "update_action": h.update_action,
        "delete_action": h.delete_action,
        "create_event": h.create_event,
    },
    authenticators={
        "jwt": callers.authenticate_jwt,
        "staticToken": callers.authenticate_static,
        "mutual": callers.authenticate_mutual,
    },
    collections=(
        CollectionSpec(
            "users",
            "id",
            {
                **by_field("loginName", "static_token"),
                "full_name": lambda user: f"{user['firstName']} {user['lastName']}",
                "certificate": lambda user: (
                    user["certificate_thumbprint"] and rules.thumbprint(user["certificate_thumbprint"])
                ),
            },
        ),
        CollectionSpec("roles"),
        CollectionSpec("org_units", "id", _BY_NAME),
        CollectionSpec("entities", "id", _BY_NAME),
        CollectionSpec("categories", "id", _BY_NAME),
        CollectionSpec("priorities", "id", _BY_NAME),
        CollectionSpec("custom_fields", "id", _BY_NAME),
        CollectionSpec("actions", "id", by_field("uniqueID")),
        CollectionSpec("events"),
    ),
    settings=rules.Settings,
    render_error=h.render_error,
    start=callers.start,
    fold_path=rules.fold_path,
    fold_body=h.fold_body,
    admit=callers.admit,
    check_fixture=check_fixture,
)
