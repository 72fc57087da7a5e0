"""Who calls Mitratech CMO and what they may do: the three types of authorization, and the permissions of roles."""

from __future__ import annotations

import dataclasses
import re
from contextlib import suppress
from typing import Any

from simulator.core.auth import bearer_token, same_secret
from simulator.core.call import Call as AnyCall
from simulator.core.call import ClientCertificate, Principal
from simulator.core.clock import LATEST, SECOND
from simulator.core.errors import Forbidden, NotFound, Unauthenticated
from simulator.core.sandbox import World
from simulator.core.store import Record
from simulator.vendors.cmo import rules, tokens
from simulator.vendors.cmo.rules import Settings

Call = AnyCall[Settings]

CREATE, EDIT, DELETE = "allow_create_via_api", "allow_edit_via_api", "allow_delete_via_api"
CREATE_EVENTS = "allow_create_events_via_api"
_BEARER = re.compile(rb"bearer(?![^ \t])", re.IGNORECASE)
_RIGHTS = {CREATE: "create", EDIT: "edit", DELETE: "delete", CREATE_EVENTS: "create_events"}


# --- the three types --------------------------------------------------------------------------------------------------


def authenticate_jwt(call: Call) -> Principal | None:
    """A token of POST /api/token, until it expires (CMO-093, CMO-096); None with JWT off (CMO-098), and beside another
    scheme, which decides nothing (CMO-186)."""
    settings = call.settings
    if not settings.jwt_enabled or (settings.static_token_use == "beside" and _by_static_token(call)):
        return None
    token = None if _after_bearer(call) is None else bearer_token(call.request.headers)
    if token is None:
        return None
    found = tokens.read(token, signing_secret(call.world))
    if isinstance(found, str) and _by_static_token(call):
        reason = "this is a user's static token, which is used only with JWT and mutual authentication off"
        raise Unauthenticated(reason, part="token", statements=("CMO-106",))
    if isinstance(found, str):
        raise Unauthenticated(found, part="token", statements=("CMO-099", "CMO-188"))
    # In seconds, as exp was reckoned: back in microseconds a float is not always the same instant.
    if call.now / SECOND >= found.exp:
        raise Unauthenticated("the token has expired; get another", part="expiry", statements=("CMO-096",))
    user = call.store.get("users", found.subject)
    if user is None:
        raise Unauthenticated("the token's user is gone", part="user", statements=("CMO-189",))
    return _principal(user)


def authenticate_static(call: Call) -> Principal | None:
    """A user's static token; None while another type is on (CMO-106)."""
    settings = call.settings
    if settings.static_token_use == "alone" and (settings.jwt_enabled or settings.mutual_enabled):
        return None
    if not _after_bearer(call):
        return None
    user = _by_static_token(call)
    if (
        user is None
        and not settings.jwt_enabled
        and tokens.is_shaped(bearer_token(call.request.headers) or "")
    ):
        reason = "no user has this static token, which looks like a JWT; JWT is off (jwt_enabled)"
        raise Unauthenticated(reason, part="token", statements=("CMO-098", "CMO-193"))
    if user is None:
        raise Unauthenticated("no user has this static token", part="token", statements=("CMO-193",))
    return _principal(user)


def _by_static_token(call: Call) -> Record | None:
    """The user whose static token the request presents. It is any text (CMO-107), so all that stands behind the scheme
    is read, blanks and commas too; in UTF-8, or as older clients write a header."""
    presented = _after_bearer(call) or b""
    for encoding in ("utf-8", "latin-1") if presented else ():
        with suppress(UnicodeDecodeError):
            user = call.store.first("users", "static_token", presented.decode(encoding))
            if user is not None:
                return user
    return None


def _after_bearer(call: Call) -> bytes | None:
    """What stands behind the scheme; None where that is not Bearer."""
    header = call.request.headers.get(b"authorization", b"")
    found = _BEARER.match(header)
    return header[found.end() :].strip(b" \t") if found else None


def authenticate_mutual(call: Call) -> Principal | None:
    """The client certificate of the connection, by the user it is mapped to (CMO-102); None while mutual authentication
    is off (CMO-120)."""
    if not call.settings.mutual_enabled:
        return None
    certificate = call.request.client_certificate
    if certificate is None:
        raise Unauthenticated(_why_no_certificate(call.request.scheme), part="certificate")
    _check_trust(certificate, call.settings)
    user = next(
        (found for each in certificate.leaf if (found := call.store.first("users", "certificate", each))),
        None,
    )
    if user is None:
        reason = f"no user has the certificate_thumbprint {certificate.leaf.sha1}"
        raise Unauthenticated(reason, part="mapping", statements=("CMO-121", "CMO-192"))
    return _principal(user)


def _why_no_certificate(scheme: str) -> str:
    if scheme != "https":
        return "the connection is not TLS, so it has no client certificate: serve with --tls-cert and --client-ca"
    return "the connection has no client certificate; a client is asked for one only with --client-ca"


def _check_trust(certificate: ClientCertificate, settings: Settings) -> None:
    """Refuse a certificate of another root, or one that is not listed, where the configuration names them."""
    root = settings.mutual_root_certificate_thumbprint
    if root and (certificate.root is None or rules.thumbprint(root) not in certificate.root):
        found = certificate.root.sha1 if certificate.root else "not known"
        reason = f"the certificate's root is {found}, not that of RootCertificateThumbprint"
        raise Unauthenticated(reason, part="root", statements=("CMO-104", "CMO-192"))
    trusted = {rules.thumbprint(each) for each in settings.mutual_trusted_client_thumbprints}
    if trusted and trusted.isdisjoint(certificate.leaf):
        reason = f"TrustedClientThumbprints does not list {certificate.leaf.sha1}"
        raise Unauthenticated(reason, part="trust", statements=("CMO-105", "CMO-192"))


def _principal(user: Record) -> Principal:
    return Principal(user["id"], f"user {user['id']} ({user['loginName']})", user)


# --- logging in -------------------------------------------------------------------------------------------------------


def signing_secret(world: World) -> str:
    """Authentication.Jwt.Secret, or the sandbox's own (CMO-194)."""
    secret: str | None = world.settings.jwt_secret
    return world.secret("jwt_secret") if secret is None else secret


def create_token(call: Call) -> str:
    """A JWT for a login name and password (CMO-088 to CMO-091)."""
    user = call.store.first("users", "loginName", call.body["login"])
    # The same work for an unknown login as for a wrong password.
    good = same_secret(call.body["password"], user["password"] if user else "")
    if user is None or not good:
        raise Unauthenticated(
            "no user has this login name" if user is None else "the password is wrong",
            part="login" if user is None else "password",
            statements=("CMO-092", "CMO-Q19"),
        )
    expires_at = call.now + call.settings.jwt_expire_minutes * 60 * SECOND
    token = tokens.issue(tokens.Claims(user["id"], expires_at / SECOND), signing_secret(call.world))
    call.sandbox.register_secret(token)
    call.schedule(min(expires_at, LATEST), f"the token of {user['loginName']} expired", "CMO-096")
    return token


def start(world: World, asked: list[Any]) -> list[dict[str, Any]]:
    """The credentials of a fresh sandbox: each user that the fixture names. Who has no static token gets one."""
    if world.settings.jwt_secret is None:  # shown in the settings, for whoever checks a signature
        world.settings = dataclasses.replace(world.settings, jwt_secret=world.secret("jwt_secret"))
    numbers = [int(action["uniqueID"]) for action in world.store.all("actions")]
    world.store.raise_sequence("actions", max(numbers, default=0))
    return [_credential(world, wanted) for wanted in asked]


def _credential(world: World, wanted: Any) -> dict[str, Any]:
    login = wanted.get("login") if isinstance(wanted, dict) else None
    if not isinstance(login, str):
        raise ValueError(f"a credential of the fixture is written {{login: ...}}, not {wanted!r}")  # noqa: TRY004
    user = world.store.first("users", "loginName", login)
    if user is None:
        raise ValueError(f"the fixture has no user with the login {login}")
    if user["static_token"] is None:
        user = world.store.replace("users", {**user, "static_token": world.mint("static_token")})
    return {
        "login": login,
        "password": user["password"],
        "static_token": user["static_token"],
        "rights": [name for right, name in _RIGHTS.items() if _has(world, user, right)],
    }


# --- permissions ------------------------------------------------------------------------------------------------------


def admit(call: Call) -> None:
    """Refuse, before a body is read, whoever lacks the operation's permission (CMO-165); and a login where there is no
    JWT to be had (CMO-Q19)."""
    operation, settings = call.operation, call.settings
    match operation.id if operation else "":
        case "create_token":
            if not settings.jwt_enabled:
                raise NotFound("JWT is off: Authentication.Jwt.Enabled", statements=("CMO-Q19",))
        case "create_action":
            _require(call, CREATE, "CMO-009")
        case "create_event":
            _require(call, CREATE_EVENTS, "CMO-152")
        case "update_action":
            _require(call, EDIT, "CMO-055")
            _require_create_too(call)
        case "delete_action":
            _require(call, DELETE, "CMO-080")
            _require_create_too(call)
        case "read_action":
            _admit_reader(call)


def _require_create_too(call: Call) -> None:
    if call.settings.also_require_create:
        call.cite("CMO-Q1")
        _require(call, CREATE, "CMO-Q1")


def _admit_reader(call: Call) -> None:
    call.cite("CMO-Q2")
    if call.settings.get_permission == "edit":
        _require(call, EDIT, "CMO-079")
    elif call.settings.get_permission == "any_api" and not any(
        _has(call.world, call.caller.record, right) for right in (CREATE, EDIT, DELETE)
    ):
        raise Forbidden("none of the caller's roles has any permission via API", statements=("CMO-Q2",))


def _require(call: Call, right: str, statement: str) -> None:
    if not _has(call.world, call.caller.record, right):
        raise Forbidden(f"none of the caller's roles has {right}", statements=(statement, "CMO-117"))


def _has(world: World, user: Record, right: str) -> bool:
    """Whether at least one of a user's roles has a permission (CMO-010, CMO-152)."""
    roles = (world.store.get("roles", id) for id in user["role_ids"])
    return any(role is not None and role[right] for role in roles)
