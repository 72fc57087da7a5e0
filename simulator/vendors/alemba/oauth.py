"""OAuth 2.0: logging in by four grants, tokens that expire, refresh tokens that work once, and logging out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from simulator.core.auth import bearer_token, same_secret
from simulator.core.call import Call as AnyCall
from simulator.core.call import Principal
from simulator.core.clock import LATEST, SECOND, Instant
from simulator.core.errors import Forbidden, Malformed, NotFound, Refusal, Unauthenticated
from simulator.core.sandbox import World
from simulator.core.store import Record
from simulator.core.vendor import collects_problems
from simulator.vendors.alemba.rules import Settings

Call = AnyCall[Settings]
Form = Mapping[str, str]

CODE_LIFETIME_S = 60
SCOPES = {"session-type:Analyst": "Analyst", "session-type:User": "User"}
# Vague on purpose (ALM-033): one text for each error, whatever the reason was.
DESCRIPTIONS = {
    "invalid_client": "The client_id is incorrect or the client is not enabled.",
    "invalid_grant": "The credentials are not correct or the user is not allowed to login.",
    "invalid_scope": "The scope must be session-type:Analyst or session-type:User.",
    "unsupported_grant_type": "The grant_type is not supported.",
    "unauthorized_client": "The client may not use this grant_type.",
    "invalid_request": "The request is malformed.",
}


def _error(error: str, reason: str, *statements: str, **facts: Any) -> Refusal:
    """A 400 of the authorization service."""
    return Malformed(reason, statements=statements, oauth=error, **facts)


# --- who calls -------------------------------------------------------------------------------------------------------


def authenticate(call: Call) -> Principal | None:
    """An access token in the Authorization header, until it or its session ends (ALM-006, ALM-019). One of a session
    that was removed still proves to a logout, and to nothing else, whose refresh token it is (ALM-045)."""
    token = bearer_token(call.request.headers)
    if token is None:
        return None
    access = call.store.first("access_tokens", "token", token)
    if access is None:
        raise Unauthenticated("no session has this access token", part="token", statements=("ALM-009",))
    if call.now >= access["expires_at"]:
        cited = ("ALM-006", "ALM-038")
        raise Unauthenticated(
            "the access token has expired; use the refresh token", part="expiry", statements=cited
        )
    session = call.store.get("sessions", access["session_id"])
    if session is None and call.operation is not None and call.operation.id == "logout":
        refresh = call.store.first("refresh_tokens", "session_id", access["session_id"])
        if refresh is not None:
            label = f"removed session {refresh['session_id']} ({refresh['username']})"
            return Principal(refresh["session_id"], label, {"username": refresh["username"], "removed": True})
    if session is None or call.now >= session["expires_at"]:
        raise Unauthenticated("the session of this token has ended", part="session", statements=("ALM-046",))
    return Principal(session["id"], _label(session), _caller(call, session))


def _label(session: Record) -> str:
    who = session["username"] or f"client {session['client_id']}"
    return f"session {session['id']} ({who}, {session['session_type']})"


def _caller(call: Call, session: Record) -> Record:
    """The session with what its user may see and do."""
    user = call.store.get("users", session["username"])
    if user is None:
        client = call.store.get("clients", session["client_id"])
        seen = client["partitions"] if client else []
        return {**session, "person": None, "partitions": seen, "read_only": True}
    return {
        **session,
        "person": user["person"],
        "partitions": user["partitions"],
        "read_only": user["read_only"],
    }


def start(world: World, asked: list[Any]) -> list[dict[str, Any]]:
    """The credentials of a fresh sandbox: what to log in with. Nobody is logged in: a session takes a licence."""
    credentials = []
    for wanted in asked:
        known = {"client_id", "username", "session_type"}
        if not isinstance(wanted, dict) or wanted.keys() != known:
            raise ValueError(
                f"a credential of the fixture is written {{{', '.join(sorted(known))}}}, not {wanted!r}"
            )
        user = world.store.get("users", wanted["username"])
        if user is None or world.store.get("clients", wanted["client_id"]) is None:
            raise ValueError(
                f"the fixture has no user {wanted['username']} or no client {wanted['client_id']}"
            )
        credentials.append({**wanted, "password": user["password"]})
    return credentials


# --- sessions --------------------------------------------------------------------------------------------------------


def open_session(
    world: World, now: Instant, client: Record, user: Record | None, kind: str, *, lasting: bool = True
) -> Record:
    """A session of a client for a user (None: for nobody), and its first tokens; a lasting one can be refreshed and
    takes a licence. Raises Malformed when there is no licence left (ALM-Q24)."""
    settings = world.settings
    if lasting:
        living = sum(each["lasting"] and each["expires_at"] > now for each in world.store.all("sessions"))
        if living >= settings.licences:
            facts = {"licences": settings.licences, "part": "licence"}
            raise _error("invalid_grant", "no licence is left", "ALM-012", "ALM-Q24", **facts)
    username = "" if user is None else user["username"]
    if settings.single_session and user is not None:
        for other in list(world.store.find("sessions", "username", username)):
            close_session(world, other)
    lifetime = settings.refresh_token_lifetime_s if lasting else settings.access_token_lifetime_s
    session = {
        "id": world.store.next("sessions"),
        "client_id": client["client_id"],
        "username": username,
        "session_type": kind,
        "lasting": lasting,
        "generation": 0,
        "created_at": now,
        "expires_at": min(now + lifetime * SECOND, LATEST),
    }
    return world.store.insert("sessions", session)


def close_session(world: World, session: Record) -> None:
    """End a session: its tokens hold no more, and are kept as removed ones until its refresh token expires."""
    world.store.delete("sessions", session["id"])


def _drop_access_tokens(world: World, session_id: int) -> None:
    for access in list(world.store.find("access_tokens", "session_id", session_id)):
        world.store.delete("access_tokens", access["id"])


def issue_tokens(world: World, now: Instant, session: Record) -> dict[str, Any]:
    """The next tokens of a session, as a login answers them. Each pair has a generation of its own, so that tokens of
    one instant stay distinct."""
    settings, generation = world.settings, session["generation"] + 1
    ends = min(now + settings.access_token_lifetime_s * SECOND, LATEST)
    access = {
        "id": world.store.next("access_tokens"),
        "token": world.mint("access"),
        "session_id": session["id"],
        "generation": generation,
        "expires_at": ends,
    }
    world.store.insert("access_tokens", access)
    whose = session["username"] or session["client_id"]
    world.schedule(ends, f"an access token of {whose} expired", "ALM-006")
    answer: dict[str, Any] = {
        "access_token": access["token"],
        "token_type": "Bearer",
        "expires_in": settings.access_token_lifetime_s,
    }
    changed = {**session, "generation": generation}
    if session["lasting"]:
        until = min(now + settings.refresh_token_lifetime_s * SECOND, LATEST)
        changed["expires_at"] = until
        refresh = {
            "id": world.store.next("refresh_tokens"),
            "token": world.mint("refresh"),
            "session_id": session["id"],
            "client_id": session["client_id"],
            "username": session["username"],
            "generation": generation,
            "expires_at": until,
            "used": False,
        }
        world.store.insert("refresh_tokens", refresh)
        what = f"a refresh token of {whose} expired"
        world.schedule(until, what, "ALM-018", "refresh_token", refresh["id"])
        answer["refresh_token"] = refresh["token"]
    else:
        world.schedule(ends, f"the session of {whose} ended", "ALM-277", "session", session["id"])
    world.store.replace("sessions", changed)
    if session["session_type"] in SCOPES.values():
        answer["scope"] = f"session-type:{session['session_type']}"
    return answer


def on_timer(world: World, timer: Record) -> None:
    """A refresh token that expires takes its session with it, unless the session has gone on with another (ALM-018);
    so does the end of a session that cannot be refreshed. A code that has expired is nobody's any more (ALM-278)."""
    if timer["kind"] == "code":
        if world.store.get("codes", timer["subject"]) is not None:
            world.store.delete("codes", timer["subject"])
        return
    if timer["kind"] == "refresh_token":
        refresh = world.store.get("refresh_tokens", timer["subject"])
        if refresh is None or refresh["expires_at"] > timer["at"]:
            return
        world.store.delete("refresh_tokens", refresh["id"])
        session_id, generation = refresh["session_id"], refresh["generation"]
    else:
        session_id, generation = timer["subject"], 1  # the only one of a session that cannot be refreshed
    session = world.store.get("sessions", session_id)
    if session is not None and session["expires_at"] <= timer["at"]:
        close_session(world, session)
        generation, session = session["generation"], None
    for access in list(world.store.find("access_tokens", "session_id", session_id)):
        # What expired long ago is nobody's any more, nor is what belongs to no session.
        if access["generation"] <= generation and (session is None or access["expires_at"] <= timer["at"]):
            world.store.delete("access_tokens", access["id"])


# --- logging in ------------------------------------------------------------------------------------------------------


@collects_problems
def login(call: Call) -> dict[str, Any]:
    """POST oauth/login: the tokens of one of the four grants. What the document's schema finds wrong with a form has an
    error of its own here, in this order: the grant, the client, and what the grant needs."""
    form: Form = call.body
    grant = form.get("grant_type", "")
    if not grant:
        raise _error("invalid_request", "the form has no grant_type", "ALM-259", part="grant_type")
    if grant not in _GRANTS:
        raise _error("unsupported_grant_type", "there is no such grant_type", "ALM-025", part="grant_type")
    client = _client(call, form)
    if grant not in client["grant_types"]:
        raise _error(
            "unauthorized_client", "the client may not use this grant_type", "ALM-X15", part="grant_type"
        )
    return _GRANTS[grant](call, client, form)


def _client(call: Call, form: Form) -> Record:
    """The client of a form. Refuses an unknown one, one that is not enabled, and a wrong secret, all alike."""
    client = call.store.get("clients", form.get("client_id", ""))
    reason, cited = "", "ALM-034"
    if client is None:
        reason = "no client has this client_id"
    elif not client["enabled"]:
        reason, cited = "the client is not enabled", "ALM-035"
    elif client["secret"] is not None and not same_secret(form.get("client_secret", ""), client["secret"]):
        reason, cited = "the client's secret is missing or wrong", "ALM-X07"
    if client is None or reason:
        raise Unauthenticated(reason, part="client", statements=(cited,), oauth="invalid_client")
    return client


def _session_type(client: Record, form: Form) -> str:
    """The kind of session that scope asks for and the client allows (ALM-X08, ALM-Q19)."""
    scope = form.get("scope", "")
    if scope and scope not in SCOPES:
        raise _error(
            "invalid_scope", "no such scope; it is case sensitive", "ALM-028", "ALM-Q19", part="scope"
        )
    if client["session_type"] != "Any":
        return str(client["session_type"])
    if not scope:
        raise _error("invalid_scope", "the client takes any session type: say which", "ALM-Q19", part="scope")
    return SCOPES[scope]


def _user(call: Call, form: Form) -> Record:
    user = call.store.get("users", form.get("username", ""))
    # The same work for an unknown user as for a wrong password.
    good = same_secret(form.get("password", ""), user["password"] if user else "")
    if user is None or not good:
        reason = "no user has this name" if user is None else "the password is wrong"
        part = "username" if user is None else "password"
        raise _error("invalid_grant", reason, "ALM-036", part=part)
    return user


def _may_have(user: Record, kind: str) -> None:
    if not user["enabled"] or (kind == "Analyst" and not user["analyst"]):
        raise _error("invalid_grant", f"the user may not log in as {kind}", "ALM-037", part="user")


def _by_password(call: Call, client: Record, form: Form) -> dict[str, Any]:
    kind = _session_type(client, form)
    user = _user(call, form)
    _may_have(user, kind)
    call.cite("ALM-023")
    return issue_tokens(call.world, call.now, open_session(call.world, call.now, client, user, kind))


def _by_client(call: Call, client: Record, form: Form) -> dict[str, Any]:
    """Anonymous access, or restricted access as the user whom the client stands for. Without a refresh token."""
    call.cite("ALM-021", "ALM-276")
    user = None if client["acts_as"] is None else call.store.get("users", client["acts_as"])
    if form.get("scope") and form["scope"] not in SCOPES:
        raise _error("invalid_scope", "no such scope; it is case sensitive", "ALM-028", part="scope")
    kind = "Anonymous" if user is None else "User"
    session = open_session(call.world, call.now, client, user, kind, lasting=False)
    return issue_tokens(call.world, call.now, session)


def _by_code(call: Call, client: Record, form: Form) -> dict[str, Any]:
    code = call.store.first("codes", "code", form.get("code", ""))
    wrong = ""
    if code is None:
        wrong = "nobody was given this code"
    elif code["used"]:
        wrong = "the code was used before"
    elif call.now >= code["expires_at"]:
        wrong = "the code has expired"
    elif code["client_id"] != client["client_id"] or form.get("redirect_uri", "") not in {
        "",
        code["redirect_uri"],
    }:
        wrong = "the code was given to another client or another address"
    if code is None or wrong:
        raise _error("invalid_grant", wrong, "ALM-278", part="code")
    user = call.store.get("users", code["username"])
    if user is None:
        raise _error("invalid_grant", "the user of the code is gone", "ALM-278", part="user")
    call.store.replace("codes", {**code, "used": True})
    call.cite("ALM-020")
    session = open_session(call.world, call.now, client, user, code["session_type"])
    return issue_tokens(call.world, call.now, session)


def _dead(call: Call, reason: str, *statements: str, **facts: Any) -> Refusal:
    """A refresh token that does not hold (ALM-Q4)."""
    cited = (*statements, "ALM-039", "ALM-Q4")
    facts = {"part": "refresh_token", "oauth": "invalid_grant", **facts}
    if call.settings.dead_refresh_status == 401:
        return Unauthenticated(reason, statements=cited, **facts)
    return Malformed(reason, statements=cited, **facts)


def _by_refresh(call: Call, client: Record, form: Form) -> dict[str, Any]:
    token = form.get("refresh_token", "")
    refresh = call.store.first("refresh_tokens", "token", token)
    if refresh is None:
        raise _dead(call, "no session has this refresh token")
    if refresh["client_id"] != client["client_id"]:
        raise _dead(call, "the refresh token is another client's", "ALM-279")
    session = call.store.get("sessions", refresh["session_id"])
    if refresh["used"]:
        raise _reused(call, refresh, session)
    if call.now >= refresh["expires_at"]:
        raise _dead(call, "the refresh token has expired", "ALM-007", "ALM-018")
    if session is None:
        raise _dead(call, "the session was removed", "ALM-016")
    if call.now >= session["expires_at"]:
        raise _dead(call, "the session has expired", "ALM-017")
    if form.get("scope") and form["scope"] != f"session-type:{session['session_type']}":
        raise _error("invalid_scope", "a refresh keeps the scope of its session", "ALM-280", part="scope")
    call.store.replace("refresh_tokens", {**refresh, "used": True})
    if call.settings.old_access_token == "dies":
        call.cite("ALM-Q23")
        _drop_access_tokens(call.world, session["id"])
    call.cite("ALM-024")
    return issue_tokens(call.world, call.now, session)


def _reused(call: Call, refresh: Record, session: Record | None) -> Refusal:
    """A refresh token that comes a second time: refused, told in the journal, and if the setting says so the end of
    its session, although the call that brought it is refused (ALM-015, ALM-256)."""
    facts = {"event": "refresh_reuse", "session": refresh["session_id"], "generation": refresh["generation"]}
    if not call.settings.revoke_family_on_reuse or session is None:
        return _dead(call, "the refresh token was used before", "ALM-015", revoked=False, **facts)
    close_session(call.world, session)
    _drop_access_tokens(call.world, session["id"])  # who has stolen one proves nothing with it
    cited = ("ALM-015", "ALM-256")
    return _dead(call, "the refresh token was used before", *cited, revoked=True, keeps=True, **facts)


_GRANTS: Mapping[str, Callable[[Call, Record, Form], dict[str, Any]]] = {
    "authorization_code": _by_code,
    "client_credentials": _by_client,
    "password": _by_password,
    "refresh_token": _by_refresh,
}


@collects_problems
def authorize(call: Call) -> dict[str, Any]:
    """POST oauth/authorize stands in for single sign-on: a user proves who it is and the client gets a code (ALM-020,
    ALM-275)."""
    form: Form = call.body
    client = _client(call, form)
    if "authorization_code" not in client["grant_types"]:
        raise _error(
            "unauthorized_client", "the client may not use this grant_type", "ALM-X15", part="grant_type"
        )
    if form.get("response_type") != "code":
        raise _error("invalid_request", "response_type must be code", "ALM-275", part="response_type")
    allowed = client["redirect_uris"]
    redirect_uri = form.get("redirect_uri") or (allowed[0] if allowed else "")
    if redirect_uri not in allowed:
        raise _error(
            "invalid_request", "the client does not allow this redirect_uri", "ALM-X16", part="redirect_uri"
        )
    kind = _session_type(client, form)
    user = _user(call, form)
    _may_have(user, kind)
    code = {
        "id": call.next_id("codes"),
        "code": call.mint("code"),
        "client_id": client["client_id"],
        "redirect_uri": redirect_uri,
        "username": user["username"],
        "session_type": kind,
        "expires_at": min(call.now + CODE_LIFETIME_S * SECOND, LATEST),
        "used": False,
    }
    call.store.insert("codes", code)
    call.schedule(code["expires_at"], f"a code of {user['username']} expired", "ALM-278", "code", code["id"])
    state = {"state": form["state"]} if "state" in form else {}
    joined = "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri}{joined}{urlencode({'code': code['code'], **state})}"
    return {"code": code["code"], **state, "redirect_uri": location}


# --- logging out -----------------------------------------------------------------------------------------------------


def logout(call: Call) -> dict[str, Any]:
    """POST oauth/logout with the refresh token, by its owner: the session ends (ALM-041 to ALM-046)."""
    token = call.body.get("refresh_token", "")
    if not token:
        raise Malformed("the form has no refresh_token", statements=("ALM-041",), part="refresh_token")
    refresh = call.store.first("refresh_tokens", "token", token)
    if refresh is None:
        raise Malformed("no such refresh token", statements=("ALM-042",), part="refresh_token")
    if refresh["username"] != call.caller.record["username"]:
        raise Forbidden(
            "the refresh token belongs to another user", statements=("ALM-044",), sub_status="NotAllowed"
        )
    session = call.store.get("sessions", refresh["session_id"])
    if session is None or refresh["used"] or call.now >= refresh["expires_at"]:
        reason = "the refresh token is valid but was removed"
        raise NotFound(reason, statements=("ALM-045",), sub_status="RecordNotFound", part="refresh_token")
    if call.caller.record.get("removed"):
        raise Unauthenticated("the session of this token has ended", part="session", statements=("ALM-043",))
    close_session(call.world, session)
    call.cite("ALM-046")
    return {"Message": "Logged out successfully"}
