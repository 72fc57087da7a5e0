"""Who calls, and what a call may find: credentials, sessions, the parts of an issue."""

from __future__ import annotations

from typing import Any

from simulator.core import crud
from simulator.core.auth import basic_credentials, bearer_token, same_secret
from simulator.core.call import Call as AnyCall
from simulator.core.call import Principal
from simulator.core.clock import LATEST, SECOND
from simulator.core.errors import NotFound, Unauthenticated
from simulator.core.listing import where
from simulator.core.sandbox import World
from simulator.core.store import Record
from simulator.vendors.kinetic.rules import Settings

Call = AnyCall[Settings]


def authenticate_bearer(call: Call) -> Principal | None:
    """A token of POST sessions (KIN-071), until it expires (KIN-069)."""
    token = bearer_token(call.request.headers)
    if token is None:
        return None
    session = call.store.first("sessions", "token", token)
    if session is None:
        raise Unauthenticated("no session has this token", part="token")
    if call.now >= session["expires_at"]:
        raise Unauthenticated("the token has expired; log in again", part="expiry", statements=("KIN-069",))
    return _principal(call.store.get("users", session["user_id"]))


def authenticate_basic(call: Call) -> Principal | None:
    """The e-mail address and password of a user (KIN-073)."""
    given = basic_credentials(call.request.headers)
    if given is None:
        return None
    call.cite("KIN-073")
    return _principal(log_in(call, *given))


def log_in(call: Call, email: str, password: str) -> Record:
    user = call.store.first("users", "email", email.casefold())
    # The same work for an unknown user as for a wrong password.
    good = same_secret(password, user["password"] if user else "")
    if user is None or not good:
        raise Unauthenticated(
            "no user has this e-mail address" if user is None else "the password is wrong",
            part="email" if user is None else "password",
        )
    return user


def _principal(user: Record | None) -> Principal:
    if user is None:
        raise Unauthenticated("the token's user is gone", part="user")
    return Principal(user["id"], f"user {user['id']} ({user['email']})", user)


def start(world: World, asked: list[Any]) -> list[dict[str, Any]]:
    """The credentials of a fresh sandbox: each user that the fixture names, with a session's token."""
    credentials = []
    for wanted in asked:
        email = wanted.get("email") if isinstance(wanted, dict) else None
        if not isinstance(email, str):
            raise ValueError(f"a credential of the fixture is written {{email: ...}}, not {wanted!r}")  # noqa: TRY004
        user = world.store.first("users", "email", email.casefold())
        if user is None:
            raise ValueError(f"the fixture has no user {email}")
        session = open_session(world, user, world.sandbox.created)
        credentials.append({"email": user["email"], "password": user["password"], "token": session["token"]})
    return credentials


def open_session(world: World, user: Record, now: int) -> Record:
    expires_at = min(now + world.settings.token_lifetime_s * SECOND, LATEST)
    world.schedule(expires_at, f"the token of {user['email']} expired", "KIN-069")
    session = {
        "id": world.store.next("sessions"),
        "token": world.mint("session"),
        "user_id": user["id"],
        "created_at": now,
        "expires_at": expires_at,
    }
    return world.store.insert("sessions", session)


# --- finding ---------------------------------------------------------------------------------------------------------


def _by_guid(call: Call, collection: str, guid: str) -> Record | None:
    found = call.store.get(collection, guid)
    if (
        found is None
        and call.settings.numeric_ids_in_routes
        and guid.isascii()
        and guid.isdecimal()
        and len(guid) < 19
    ):
        found = call.store.first(collection, "id", int(guid))
        call.cite("KIN-Q12")
    return found


def sees(call: Call, issue: Record) -> bool:
    """KIN-Q16: only with its switch on does a caller who is no Admin need to participate."""
    caller = call.caller.record
    if not call.settings.participation_required:
        return True
    call.cite("KIN-122", "KIN-Q16")
    if caller["type"] == "Admin":
        return True
    return any(where(call.store.find("participants", "issue_id", issue["id"]), user_id=caller["id"]))


def find_issue(call: Call) -> Record:
    """The issue of the path. Refuses with the 404 of an unknown one."""
    guid = call.params["issue_guid"]
    issue = _by_guid(call, "issues", guid)
    if issue is None:
        raise NotFound("no issue has this guid", collection="issues", key=guid)
    if issue["deleted_at"] is not None:
        deleted = ("KIN-203",)
        raise NotFound(
            "the issue is deleted", collection="issues", key=issue["guid"], removed=True, statements=deleted
        )
    if not sees(call, issue):
        reason = "the caller does not participate in this issue"
        rests_on = ("KIN-122", "KIN-Q16")
        raise NotFound(reason, collection="issues", key=issue["guid"], existed=True, statements=rests_on)
    return issue


def find_action_item(call: Call) -> Record:
    """The action item of the path, which must be an item of the path's issue (KIN-042, KIN-068)."""
    issue, guid = find_issue(call), call.params["action_item_guid"]
    item = _by_guid(call, "action_items", guid)
    if item is None:
        raise NotFound("no action item has this guid", collection="action_items", key=guid)
    found = {"collection": "action_items", "key": item["guid"], "existed": True}
    if item["issue_id"] != issue["id"]:
        raise NotFound("the action item belongs to another issue", statements=("KIN-068",), **found)
    if item["deleted_at"] is not None:
        raise NotFound("the action item is deleted", statements=("KIN-048",), removed=True, **found)
    return item


def _find_part(collection: str, parameter: str, *, by_number: bool = False) -> crud.Find:
    """A finder for a part of an issue, by guid; some also by number, which clients in use send."""

    def find(call: Call) -> Record:
        issue, key = find_issue(call), call.params[parameter]
        part = call.store.get(collection, key)
        if part is None and (by_number or call.settings.numeric_ids_in_routes):
            parts = call.store.find(collection, "issue_id", issue["id"])
            part = next((each for each in parts if str(each["id"]) == key), None)
        if part is None or part["issue_id"] != issue["id"]:
            existed = part is not None
            reason = f"the issue has no such element of {collection}"
            raise NotFound(reason, collection=collection, key=key, existed=existed)
        return part

    return find


find_participant = _find_part("participants", "participant_guid")
find_invite = _find_part("invites", "invite_guid", by_number=True)


def of_issue(collection: str) -> crud.FindAll:
    """All of a collection that belong to the path's issue."""
    return lambda call: call.store.find(collection, "issue_id", find_issue(call)["id"])
