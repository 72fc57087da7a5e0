"""Alemba Service Manager: sessions, entities that are declared as data, their actions, and how to find them."""

from __future__ import annotations

from simulator.core.store import CollectionSpec, by_field
from simulator.core.vendor import Vendor
from simulator.vendors.alemba import handlers as h
from simulator.vendors.alemba import oauth, rules
from simulator.vendors.alemba.entities import MODEL, Entity
from simulator.vendors.alemba.values import RECORDS


def _collection(entity: Entity) -> CollectionSpec:
    """The collection of an entity, with an index for every link: what is asked by a link does not scan."""
    links = [
        name
        for name, each in entity.properties.items()
        if each.is_link and not each.many and each.same_as is None
    ]
    return CollectionSpec(entity.resource, entity.key, by_field(*links))


VENDOR = Vendor(
    name="alemba",
    title="Alemba Service Manager",
    prefix="ALM",
    handlers={
        "login": h.login,
        "authorize": h.authorize,
        "logout": h.logout,
        "read_root": h.read_root,
        "read_root_metadata": h.read_root_metadata,
        "search_records": h.search_records,
        "create_record": h.create_record,
        "read_metadata": h.read_metadata,
        "read_record": h.read_record,
        "update_record": h.update_record,
        "delete_record": h.delete_record,
        "read_image": h.read_image,
        "update_image": h.update_image,
        "delete_image": h.delete_image,
        "read_part": h.read_part,
        "create_part": h.create_part,
        "perform_action": h.perform_action,
        "read_part_record": h.read_part_record,
        "delete_part_record": h.delete_part_record,
    },
    authenticators={"bearerAuth": h.authenticate},
    collections=(
        CollectionSpec("clients", "client_id"),
        CollectionSpec("users", "username"),
        CollectionSpec("sessions", "id", by_field("username")),
        CollectionSpec("access_tokens", "id", by_field("token", "session_id")),
        CollectionSpec("refresh_tokens", "id", by_field("token", "session_id")),
        CollectionSpec("codes", "id", by_field("code")),
        *(_collection(entity) for entity in MODEL.by_resource.values()),
    ),
    settings=rules.Settings,
    render_error=h.render_error,
    start=oauth.start,
    fold_path=rules.fold_path,
    fold_query=h.fold_query,
    admit=h.admit,
    on_timer=oauth.on_timer,
    record_schemas=RECORDS,
)
