"""Who calls: tokens and the accounts behind them, on whose behalf, and what they may see and change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.core.auth import bearer_token, same_secret
from simulator.core.call import Call as AnyCall
from simulator.core.call import Principal
from simulator.core.clock import LATEST, SECOND
from simulator.core.errors import Forbidden, NotFound, Unauthenticated
from simulator.core.sandbox import World
from simulator.core.store import Record, Store
from simulator.vendors.alloy.classes import EXCLUDED, name_of, object_of
from simulator.vendors.alloy.rules import Settings, guid_of

Call = AnyCall[Settings]

PORTAL = "Self Service Portal"  # the role of a person for whom somebody else calls
IMPERSONATING = "Impersonating-User-Id"


# --- accounts and tokens ---------------------------------------------------------------------------------------------


def application_of(store: Store, client_id: Any, secret: Any) -> Record | None:
    """The application with this ID and secret."""
    account = store.get("applications", client_id) if isinstance(client_id, str) else None
    return _with_secret(account, "client_secret", secret)


def technician_of(store: Store, username: Any, password: Any) -> Record | None:
    """The technician with this name, in any case, and password."""
    name = username.casefold() if isinstance(username, str) else None
    account = None if name is None else store.first("technicians", "username", name)
    return _with_secret(account, "password", password)


def _with_secret(account: Record | None, field: str, secret: Any) -> Record | None:
    # The same work for an unknown account as for a wrong secret.
    good = same_secret(secret if isinstance(secret, str) else "", account[field] if account else "")
    return account if good and isinstance(secret, str) else None


def open_token(world: World, kind: str, account: Record, now: int) -> Record:
    """A new token of an application or technician; the clock says when it expires (ALY-X03)."""
    expires_at = min(now + world.settings.token_lifetime_s * SECOND, LATEST)
    subject, name = (
        (account["client_id"], account["client_id"])
        if kind == "application"
        else (account["id"], account["username"])
    )
    world.schedule(expires_at, f"the token of {name} expired", "ALY-039")
    token = {
        "id": world.store.next("tokens"),
        "token": world.mint("token"),
        "kind": kind,
        "subject": subject,
        "created_at": now,
        "expires_at": expires_at,
    }
    return world.store.insert("tokens", token)


def authenticate_bearer(call: Call) -> Principal | None:
    """A token of /api/token, until it expires (ALY-038, ALY-039)."""
    presented = bearer_token(call.request.headers)
    if presented is None:
        return None
    token = call.store.first("tokens", "token", presented)
    if token is None:
        raise Unauthenticated("nobody has this token", part="token", statements=("ALY-060",))
    if call.now >= token["expires_at"]:
        raise Unauthenticated("the token has expired; get another", part="expiry", statements=("ALY-039",))
    account = call.store.get(f"{token['kind']}s", token["subject"])
    if account is None:
        raise Unauthenticated("the token's account is gone", part="account", statements=("ALY-121",))
    label = account["client_id"] if token["kind"] == "application" else account["username"]
    return Principal(token["subject"], f"{token['kind']} {label}", account)


def start(world: World, asked: list[Any]) -> list[dict[str, Any]]:
    """The credentials of a fresh sandbox: each application and technician that the fixture names, with a token."""
    return [_credential(world, wanted) for wanted in asked]


def _credential(world: World, wanted: Any) -> dict[str, Any]:
    entry: Mapping[str, Any] = wanted if isinstance(wanted, dict) else {}
    client_id, username = entry.get("client_id"), entry.get("username")
    if isinstance(client_id, str):
        application = world.store.get("applications", client_id)
        if application is None:
            raise ValueError(f"the fixture has no application {client_id}")
        token = open_token(world, "application", application, world.sandbox.created)
        secret = application["client_secret"]
        return {"client_id": client_id, "client_secret": secret, "token": token["token"]}
    if isinstance(username, str):
        technician = world.store.first("technicians", "username", username.casefold())
        if technician is None:
            raise ValueError(f"the fixture has no technician {username}")
        token = open_token(world, "technician", technician, world.sandbox.created)
        return {
            "username": technician["username"],
            "password": technician["password"],
            "rights": list(technician["roles"]),
            "token": token["token"],
        }
    raise ValueError(
        f"a credential of the fixture is written {{client_id: ...}} or {{username: ...}}, not {wanted!r}"
    )


# --- actors and what they may ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Actor:
    """On whose behalf a call is made. `roles` is None for an application, which may do everything (ALY-X53); `portal`
    is whether somebody else calls for the person."""

    name: str
    person: Record | None
    roles: frozenset[str] | None
    portal: bool = False

    def has_one_of(self, roles: Any) -> bool:
        return roles is None or self.roles is None or not self.roles.isdisjoint(roles)


def caller(call: Call) -> Actor:
    """Who calls, whatever the impersonation header says (ALY-140)."""
    account = call.caller.record
    if "client_id" in account:
        return Actor(account["name"], None, None)
    person = object_of(call.store, account["person"])
    name = account["username"] if person is None else name_of(call.store, person)
    return Actor(name, person, frozenset(account["roles"]))


def actor(call: Call) -> Actor:
    """Who calls, or the person whom the impersonation header names (ALY-X10)."""
    named = call.query[IMPERSONATING]
    if named is None:
        return caller(call)
    guid = guid_of(named.strip())
    person = None if guid is None else call.store.get("objects", guid)
    if person is None or not _is_person(call.store, person):
        raise NotFound("nobody has this ID", collection="objects", key=named, statements=("ALY-122",))
    call.cite("ALY-X10", "ALY-123")
    return Actor(name_of(call.store, person), person, frozenset({PORTAL}), portal=True)


def _is_person(store: Store, thing: Record) -> bool:
    """Whether technicians or requesters are of the object's class."""
    people = {field.get("class") for kind in store.all("classes") for field in kind["fields"]
              if field["name"] == kind.get("requester_field")}  # fmt: skip
    technicians = (object_of(store, each["person"]) for each in store.all("technicians"))
    return thing["class"] in people | {each["class"] for each in technicians if each is not None}


def may_view(store: Store, who: Actor, thing: Record) -> bool:
    """Whether the roles allow it, and of tickets, acting for a person, whether they are the person's own (ALY-X70)."""
    kind = store.get("classes", thing["class"]) or {}
    if not _views(store, who, thing):
        return False
    field = kind.get("requester_field")
    if not who.portal or field is None or who.person is None:
        return True
    requester = object_of(store, str(thing["fields"].get(field) or ""))
    return requester is not None and requester["id"] == who.person["id"]


def _views(store: Store, who: Actor, thing: Record) -> bool:
    """Whether the roles of an actor allow to view an object (ALY-041)."""
    kind = store.get("classes", thing["class"]) or {}
    return who.has_one_of(kind.get("viewers")) and who.has_one_of(thing.get("viewers"))


def find_object(call: Call, identifier: str, who: Actor) -> Record:
    """The object that an identifier names. Refuses with the second and fourth error of the document (ALY-041, ALY-044),
    in the order of ALY-Q16."""
    oid_only = call.settings.oid_takes == "oid"
    if oid_only:
        call.cite("ALY-Q15")
    thing = object_of(call.store, identifier, oid_only=oid_only)
    kind = None if thing is None else call.store.get("classes", thing["class"])
    if thing is None or kind is None:
        reason = "no object has this OID or GUID"
        raise NotFound(reason, collection="objects", key=identifier, statements=("ALY-044",))
    if kind.get("section") in EXCLUDED:
        reason, rests_on = (
            f"objects of the {kind['section']} are not reached so",
            ("ALY-010", "ALY-011", "ALY-Q14"),
        )
        if call.settings.excluded_sections == "permission":
            raise Forbidden(reason, statements=rests_on)
        raise NotFound(reason, collection="objects", key=identifier, existed=True, statements=rests_on)
    if not may_view(call.store, who, thing):
        if who.portal and _views(call.store, who, thing):
            raise Forbidden("it is the ticket of somebody else", statements=("ALY-125", "ALY-X70"))
        whose = "of the person who is acted for" if who.portal else "of the caller"
        raise Forbidden(f"no role {whose} may view the object", statements=("ALY-041",))
    return thing


def require_modify(call: Call, who: Actor, thing: Record) -> None:
    """Attachments are added and removed by who may modify the object (ALY-X46)."""
    kind = call.store.get("classes", thing["class"]) or {}
    if not who.has_one_of(kind.get("modifiers")):
        raise Forbidden("no role of the caller may modify the object", statements=("ALY-139", "ALY-X46"))
