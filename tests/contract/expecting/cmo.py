"""Mitratech CMO in the contract tests."""

from __future__ import annotations

from simulator.core.clock import SECOND
from simulator.core.sandbox import World
from simulator.vendors.cmo.callers import signing_secret
from simulator.vendors.cmo.tokens import Claims, issue
from tests.contract.expected import Expected, Good

_NO_ACTION = "the path may name no action"
_NOTHING = "a name or an id of the right form may name nothing, and a date may be one that there is not"


def _lifetime_s(world: World) -> int:
    return int(world.settings.jwt_expire_minutes * 60)


def _good(world: World) -> Good:
    """The first user, with a token as POST /api/token would give it now."""
    first = world.credentials[0]
    user = world.store.first("users", "loginName", first["login"])
    assert user is not None
    expires_at = world.sandbox.created / SECOND + _lifetime_s(world)
    return Good(
        first["login"], first["password"], issue(Claims(user["id"], expires_at), signing_secret(world))
    )


EXPECTED = Expected(
    ways={"jwt": lambda world: f"Bearer {_good(world).token}"},
    good=_good,
    lifetime_s=_lifetime_s,
    refusals={
        "create_token": {401: "nobody may have this login and password"},
        "create_action": {400: _NOTHING},
        "read_action": {404: _NO_ACTION},
        "update_action": {404: _NO_ACTION, 400: _NOTHING},
        "delete_action": {404: _NO_ACTION},
    },
    known={
        "path.action_id": "actions.id",
        "body.login": "users.loginName",
        "body.password": "users.password",
        "body.orgUnitName": "org_units.name",
        "body.orgUnitId": "org_units.id",
        "body.entityName": "entities.name",
        "body.entityId": "entities.id",
        "body.actionCategoryName": "categories.name",
        "body.actionCategoryId": "categories.id",
        "body.actionPriorityName": "priorities.name",
        "body.actionPriorityId": "priorities.id",
        "body.responsibleUserLogin": "users.loginName",
        "body.responsibleUserId": "users.id",
    },
    unauthorized=None,
)
