"""Who calls Fluid, and what they may see and change: users, principals and actions, found by number or guid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.core.auth import basic_credentials, same_secret
from simulator.core.call import Call as AnyCall
from simulator.core.call import Principal
from simulator.core.clock import LATEST, SECOND, format_instant
from simulator.core.errors import Forbidden, Invalid, NotFound, Problem, Unauthenticated
from simulator.core.sandbox import World
from simulator.core.store import Record
from simulator.vendors.fluid import rules
from simulator.vendors.fluid.rules import Settings

Call = AnyCall[Settings]


# --- who calls -------------------------------------------------------------------------------------------------------


def authenticate(call: Call) -> Principal | None:
    """The user name and personal access token of HTTP Basic (FLU-130)."""
    given = basic_credentials(call.request.headers)
    if given is None:
        return None
    name, token = given
    user = call.store.first("users", "userName", name.casefold())
    # The same work for an unknown user as for a wrong token.
    good = same_secret(token, (user["pat"] or "") if user else "")
    if user is None or not user["pat"] or not good:
        known = user is not None
        part, reason = (
            ("token", "the token is not this user's") if known else ("user", "no user has this name")
        )
        raise Unauthenticated(reason, part=part, statements=("FLU-043" if known else "FLU-044",))
    if call.now >= expires_at(user):
        reason = (
            "the token has expired; a reset gives another, or a new pat and patIssuedAt in the user's record"
        )
        raise Unauthenticated(reason, part="expiry", statements=("FLU-101", "FLU-175"))
    return Principal(user["id"], f"user {user['id']} ({user['userName']})", user)


def expires_at(user: Record) -> int:
    issued: int = user["patIssuedAt"]
    return min(issued + rules.PAT_DAYS * 86_400 * SECOND, LATEST)


def start(world: World, asked: list[Any]) -> list[dict[str, Any]]:
    """The credentials of a fresh sandbox: each user that the fixture names, with a token made now."""
    credentials = []
    for wanted in asked:
        name = wanted.get("username") if isinstance(wanted, dict) else None
        if not isinstance(name, str):
            raise ValueError(f"a credential of the fixture is written {{username: ...}}, not {wanted!r}")  # noqa: TRY004
        user = world.store.first("users", "userName", name.casefold())
        if user is None:
            raise ValueError(f"the fixture has no user {name}")
        # Not the sandbox's own beginning: a reset, and the next run, mint the same.
        user = issue_pat(world, user, world.sandbox.created, dated=rules.STARTED)
        credentials.append({"username": user["userName"], "pat": user["pat"]})
    return credentials


def issue_pat(world: World, user: Record, now: int, dated: int | None = None) -> Record:
    """Give a user a new token; the one before holds no more (FLU-101). `dated` is the instant that the token's text
    names, where it is another than the one from which it holds."""
    written = now if dated is None else dated
    token = world.mint("pat", lambda secret: rules.pat(secret, user["userName"], written))
    user = world.store.replace("users", {**user, "pat": token, "patIssuedAt": now})
    # Of this token, whatever became of it since: the user may have another by then.
    what = f"365 days since {user['userName']} was given a token at {format_instant(now)}"
    world.schedule(expires_at(user), what, "FLU-101")
    return user


def current(world: World) -> list[dict[str, Any]]:
    """The credentials with the tokens that hold now: another may have been made since (FLU-174)."""
    named = (
        world.store.first("users", "userName", each["username"].casefold()) for each in world.credentials
    )
    return [{"username": user["userName"], "pat": user["pat"]} for user in named if user and user["pat"]]


# --- finding ---------------------------------------------------------------------------------------------------------


def by_key(call: Call, collection: str, key: int | str) -> Record | None:
    """A record by its number or its guid, which can be interchanged (FLU-081); a guid in any case (FLU-Q9)."""
    if isinstance(key, int):
        return call.store.get(collection, key)
    found = call.store.first(collection, "guid", key.casefold())
    if found is None and key.isascii() and key.isdecimal() and len(key) < 19:
        found = call.store.get(collection, int(key))
    return found


def principal_of(call: Call, guid: str) -> tuple[str, Record] | None:
    """The board, other principal or user that has a guid, with its kind: board, project, meeting or user."""
    for collection in ("boards", "principals", "users"):
        found = call.store.first(collection, "guid", guid.casefold())
        if found is not None:
            kind = {"boards": "board", "users": "user"}.get(collection) or str(found["type"]).lower()
            return kind, found
    return None


def user_named(call: Call, given: Any) -> Record | None:
    """The user that an object of a body names by id, guid, userName or email, whichever is there first (FLU-191)."""
    for name, collection_index in (("guid", "guid"), ("userName", "userName"), ("email", "email")):
        if name == "guid" and given.get("id") is not None:
            return call.store.get("users", int(given["id"]))
        if given.get(name) is not None:
            return call.store.first("users", collection_index, given[name].casefold())
    return None


# --- what a caller may do --------------------------------------------------------------------------------------------


def manages(user: Record, kind: str, principal: Record) -> bool:
    """Owners and members manage a board, project or meeting; a user manages only themselves (FLU-178, FLU-180)."""
    if kind == "user":
        return bool(user["id"] == principal["id"])
    return user["id"] in principal["owners"] or user["id"] in principal["members"]


def views(user: Record, kind: str, principal: Record) -> bool:
    return manages(user, kind, principal) or (kind != "user" and user["id"] in principal["viewers"])


def _has_part_in(user: Record, action: Record) -> bool:
    return user["id"] == action["author"] or user["id"] in (*action["owners"], *action["assignee"])


def may(call: Call, action: Record, right: Any) -> bool:
    """Whether the caller has a right (`manages`, `views`) to an action: through its principal, or for a user's action
    by having a part in it (FLU-181)."""
    found = principal_of(call, action["principalGuid"])
    user = call.caller.record
    if found is None or found[0] == "user":
        return _has_part_in(user, action)
    return bool(right(user, *found))


def require_managed(call: Call, kind: str, principal: Record) -> None:
    """Refuse a caller who does not manage a principal (FLU-103)."""
    if not manages(call.caller.record, kind, principal):
        cited = "FLU-180" if kind == "user" else "FLU-104"
        raise Forbidden(
            f"the caller does not manage this {kind}",
            statements=(cited, "FLU-178"),
            principal=principal["guid"],
        )


def visible_action(call: Call, key: int | str) -> Record | None:
    """An action that is not archived and that the caller may see."""
    action = by_key(call, "actions", key)
    if action is None or action["archivedAt"] is not None or not may(call, action, views):
        return None
    return action


def find_action(call: Call, key: int | str) -> Record:
    """The same; refuses with the published text when there is none (FLU-095)."""
    found = by_key(call, "actions", key)
    action = visible_action(call, key)
    if action is not None:
        return action
    if found is None:
        raise _not_found("action", key, "no action has this id or guid", key)
    if found["archivedAt"] is not None:
        raise _not_found("action", key, "the action is archived", found["id"], "FLU-097", removed=True)
    _refuse_hidden(call)
    raise _not_found("action", key, "the caller may not see this action", found["id"], "FLU-Q5", existed=True)


def find_managed_action(call: Call, key: int | str) -> Record:
    """An action that the caller may change; 404 where they do not even see it (FLU-182)."""
    action = find_action(call, key)
    if not may(call, action, manages):
        raise Forbidden("the caller sees this action and does not manage it", statements=("FLU-182",))
    return action


def find_board(call: Call, key: str) -> Record:
    board = by_key(call, "boards", key)
    if board is None:
        raise _not_found("board", key, "no board has this id or guid", key)
    if not views(call.caller.record, "board", board):
        _refuse_hidden(call)
        raise _not_found(
            "board", key, "the caller may not view this board", board["id"], "FLU-Q5", existed=True
        )
    return board


def nothing_found(noun: str, asked: str) -> NotFound:
    """That a list or a search found nothing is a 404 as well (FLU-220)."""
    return NotFound(f"nothing is found for {asked}", statements=("FLU-220",), words=_words(noun, asked))


def _refuse_hidden(call: Call) -> None:
    """The other reading of FLU-Q5 answers 403 for what the caller may not see, also on a GET."""
    if call.settings.hidden_read == 403:
        raise Forbidden("the caller may not see this", statements=("FLU-Q5",))


def _not_found(
    noun: str, asked: int | str, reason: str, key: int | str, *cited: str, **facts: Any
) -> NotFound:
    return NotFound(
        reason, collection=f"{noun}s", key=key, statements=cited, words=_words(noun, asked), **facts
    )


def _words(noun: str, asked: int | str) -> str:
    return f"{noun.capitalize()} Not Found for {asked}"


# --- custom properties -----------------------------------------------------------------------------------------------


def definitions(call: Call, principal_guid: str) -> Iterator[Record]:
    """The custom properties that actions of a principal have."""
    return call.store.find("custom_properties", "principalGuid", principal_guid.casefold())


def refuse(*path: str | int, rule: str, expected: Any, got: Any, statements: tuple[str, ...]) -> Invalid:
    """A 422 for one thing in the body."""
    return Invalid([Problem("body", path, rule, expected, got, statements)])
