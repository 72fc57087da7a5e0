"""Fluid: actions of users, boards, projects and meetings, and what stands around them."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from simulator.core.store import CollectionSpec, Record, by_field
from simulator.core.vendor import Vendor
from simulator.vendors.fluid import access, rules
from simulator.vendors.fluid import handlers as h


def _folded(*names: str) -> dict[str, Callable[[Record], Hashable]]:
    """Indexes on texts whose case does not matter."""

    def of(name: str) -> Callable[[Record], Hashable]:
        return lambda record: record[name].casefold()

    return {name: of(name) for name in names}


VENDOR = Vendor(
    name="fluid",
    title="Fluid",
    prefix="FLU",
    handlers={
        "list_actions": h.list_actions,
        "create_action": h.create_action,
        "update_actions": h.update_actions,
        "delete_actions": h.delete_actions,
        "create_actions_in_bulk": h.create_actions,
        "update_actions_in_bulk": h.update_actions,
        "delete_actions_in_bulk": h.delete_actions,
        "find_actions": h.find_actions,
        "read_action": h.read_action,
        "update_action": h.update_action,
        "delete_action": h.delete_action,
        "list_boards": h.list_boards,
        "find_boards": h.find_boards,
        "read_board": h.read_board,
        "read_attachment": h.read_attachment,
        "regenerate_pat": h.regenerate_pat,
        "read_docs": h.read_docs,
        "open_action": h.open_action,
        "open_board": h.open_board,
        "open_sub_board": h.open_sub_board,
    },
    authenticators={"basicAuth": access.authenticate},
    collections=(
        CollectionSpec("users", "id", _folded("guid", "userName", "email")),
        CollectionSpec("boards", "id", _folded("guid")),
        CollectionSpec("sub_boards", "id", _folded("guid", "boardGuid")),
        CollectionSpec("principals", "id", _folded("guid")),
        CollectionSpec("actions", "id", _folded("guid")),
        CollectionSpec("custom_properties", "id", _folded("principalGuid")),
        CollectionSpec("attachments", "id", {**_folded("guid"), **by_field("actionId")}),
        CollectionSpec("chat_messages", "id", by_field("actionId")),
        CollectionSpec("webhooks", "id", _folded("boardGuid")),
    ),
    settings=rules.Settings,
    render_error=h.render_error,
    start=access.start,
    fold_path=rules.fold_path,
    admit=h.admit,
    fold_body=h.fold_body,
    fold_query=h.fold_query,
    headers=h.headers,
    sends=True,
    credentials=access.current,
)
