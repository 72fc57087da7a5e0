"""Alloy Navigator Express in the contract tests."""

from __future__ import annotations

from simulator.core.sandbox import World
from tests.contract.expected import Expected, Good

_VENDOR = "326624be-4271-46bd-b070-7a47b0f5ee54"  # V000006, which has an attachment
_GONE = "the path may name no object or attachment, and a download has no envelope to say so in"


def _token(world: World, kind: str) -> str:
    """The token of the first application, or of the first technician, which has every role."""
    name = {"application": "client_id", "technician": "username"}[kind]
    token: str = next(each["token"] for each in world.credentials if name in each)
    return token


def _good(world: World) -> Good:
    first = world.credentials[0]
    return Good(first["client_id"], first["client_secret"], first["token"])


EXPECTED = Expected(
    ways={
        "application": lambda world: f"bearer {_token(world, 'application')}",
        "technician": lambda world: f"Bearer {_token(world, 'technician')}",
    },
    good=_good,
    lifetime_s=lambda world: int(world.settings.token_lifetime_s),
    # Every other business error has status 200 (ALY-Q7).
    refusals={
        "create_token": {400: "nobody may have these credentials"},
        "download_attachment": {404: _GONE},
    },
    known={
        "path.oid": "objects.id",
        "path.actionId": "step_actions.id",
        "path.attachmentId": "attachments.id",
        "path.objectClass": "classes.name",
        "query.objectClass": "classes.name",
        "body.objectClass": "classes.name",
        "body.ActionId": "step_actions.id",
        "header.Impersonating-User-Id": "objects.id",
    },
    known_to={
        "run_action": {"path.oid": [_VENDOR], "path.actionId": ["1631"]},
        "create_object": {"body.ActionId": [330]},
        "query_objects": {"path.objectClass": ["Vendors"]},  # whose first is V000006
        "list_attachments": {"path.oid": [_VENDOR]},
        "query_attachments": {"path.oid": [_VENDOR]},
        "add_attachments": {"path.oid": [_VENDOR]},
    },
    refusing=("success", False),
    unauthorized={"Message": "Authorization has been denied for this request."},
)
