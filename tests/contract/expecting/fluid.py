"""Fluid in the contract tests."""

from __future__ import annotations

from simulator.core.sandbox import World
from simulator.vendors.fluid.rules import PAT_DAYS
from tests.contract.credentials import basic
from tests.contract.expected import Expected, Good

_NO_ACTION = "the path or the body may name no action"
_NOTHING = "nothing may be found"
_FIELDS = "fields may name what no action has"
_CONTENT = f"users, principals, custom properties and dates of the right form may be none; {_FIELDS}"
_SEVERAL = {404: _NO_ACTION, 422: f"an action may be named twice, or by another's guid; {_CONTENT}"}


def _good(world: World) -> Good:
    first = world.credentials[0]
    return Good(first["username"], first["pat"], "there-are-no-other-tokens-than-the-password")


def _authorization(world: World) -> str:
    good = _good(world)
    return basic(good.login, good.password).decode()


EXPECTED = Expected(
    ways={"basic": _authorization},
    good=_good,
    lifetime_s=lambda world: PAT_DAYS * 86_400,
    # A run makes thousands of calls while the clock stands still. The limit has tests of its own.
    settings={"rate_limit": 1_000_000_000},
    refusals={
        "list_actions": {404: _NOTHING, 422: f"neither ids nor a text, or no id between commas; {_FIELDS}"},
        "create_action": {422: _CONTENT},
        "update_actions": _SEVERAL,
        "delete_actions": _SEVERAL,
        "create_actions_in_bulk": {422: _CONTENT},
        "update_actions_in_bulk": _SEVERAL,
        "delete_actions_in_bulk": _SEVERAL,
        "find_actions": {404: _NOTHING, 422: _FIELDS},
        "read_action": {404: _NO_ACTION, 422: _FIELDS},
        "update_action": {404: _NO_ACTION, 422: f"the title may be missing, the id another's; {_CONTENT}"},
        "delete_action": {404: _NO_ACTION, 422: _FIELDS},
        "list_boards": {404: _NOTHING, 422: f"no id may stand between commas; {_FIELDS}"},
        "find_boards": {404: _NOTHING, 422: _FIELDS},
        "read_board": {404: "the path may name no board", 422: _FIELDS},
        "read_attachment": {404: "the path may name no attachment"},
        "open_action": {404: _NO_ACTION},
        "open_board": {404: "the path may name no board"},
        "open_sub_board": {404: "the path may name no board, or no sub-board of it"},
    },
    known={
        "path.action_id": "actions.guid",
        "path.board_id": "boards.guid",
        "path.attachment_id": "attachments.guid",
        "path.sub_board_id": "sub_boards.guid",
        "query.id": "actions.guid",
        "body.principalGuid": "boards.guid",
        "body.id": "actions.id",
        "body.guid": "actions.guid",
        "body.[*].id": "actions.id",  # of every element: a bulk change finds nothing else, and gets no further
        "body.[*].guid": "actions.guid",
    },
    unauthorized="Not an authorised user, username or token is invalid",
)
