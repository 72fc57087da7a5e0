"""What each operation of Kinetic Response does; a function a piece, named after its operationId."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from simulator.core import crud
from simulator.core.auth import basic_credentials, bearer_token, same_secret
from simulator.core.call import Call as AnyCall
from simulator.core.call import Principal, Reply
from simulator.core.clock import LATEST, SECOND
from simulator.core.codec import read_json
from simulator.core.errors import (
    Injected,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    Refusal,
    Unauthenticated,
)
from simulator.core.listing import containing, page, where
from simulator.core.sandbox import World
from simulator.core.store import Record
from simulator.core.vendor import collects_problems
from simulator.vendors.kinetic import rules
from simulator.vendors.kinetic.rules import Settings, timestamp

Call = AnyCall[Settings]

ON_ACTION_ITEMS = frozenset(
    f"{verb}_action_item{plural}"
    for verb, plural in (("list", "s"), ("create", ""), ("read", ""), ("update", ""), ("delete", ""))
)

# --- who calls -------------------------------------------------------------------------------------------------------


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
    return None if given is None else _principal(_login(call, *given))


def _login(call: Call, email: str, password: str) -> Record:
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
        session = _open_session(world, user, world.sandbox.created)
        credentials.append({"email": user["email"], "password": user["password"], "token": session["token"]})
    return credentials


def _open_session(world: World, user: Record, now: int) -> Record:
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


def fold_body(call: Call, body: Any) -> Any:
    """The body as the document writes it: unwrapped, under the names of the reading that is on. An absent body of a
    POST has no fields, and so lacks the required ones; anywhere else it stays absent."""
    operation = call.operation.id if call.operation else ""
    if body is None and call.request.method == "POST":
        return {}
    if body is None:
        raise Malformed("the body is empty, or null", statements=("KIN-181",))
    body = rules.unwrap(operation, body, _fields(call))
    if (
        call.settings.detail_field == "description"
        and operation in ON_ACTION_ITEMS
        and isinstance(body, dict)
    ):
        call.cite("KIN-Q1")
        return _under_description(operation, body)
    return body


def _fields(call: Call) -> Collection[str]:
    """The names a JSON body of the called operation may have."""
    body = None if call.operation is None else call.operation.body
    schema = None if body is None else body.schemas.get("application/json")
    return frozenset() if schema is None else schema.fields


def _under_description(operation: str, body: dict[str, Any]) -> dict[str, Any]:
    """A body in the other reading of KIN-Q1. `detail` is then a name that an edit does not know, unless the whole item
    is sent back."""
    if "detail" in body and operation == "update_action_item" and not body.keys() & {"description", "guid"}:
        known = "a name that is not known"
        raise Invalid(
            [Problem("body", ("detail",), "additionalProperties", ["description"], known, ("KIN-039",))]
        )
    renamed = {
        "detail" if name == "description" else name: value for name, value in body.items() if name != "detail"
    }
    return {**renamed, "detail": body["description"]} if "description" in body else renamed


def admit(call: Call) -> None:
    """KIN-240: a body that is announced as JSON and is none is refused, also where no body is expected. And only with
    the switch of KIN-Q15 on are the headers required that the page prints for every verb on action items."""
    request, operation = call.request, call.operation
    unexpected = operation is not None and operation.body is None and operation.method != "GET"
    if unexpected and rules.is_json(request.headers.get(b"content-type", b"")) and request.body.strip():
        read_json(request.body)
    if call.settings.required_headers != "all" or operation is None or operation.id not in ON_ACTION_ITEMS:
        return
    for header in (b"content-type", b"accept"):
        if not rules.is_json(request.headers.get(header, b"")):
            words = f"The {header.decode()} header must be application/json."
            raise Malformed(words, statements=("KIN-Q15", "KIN-300"), words=words)


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
    return found


def _sees(call: Call, issue: Record) -> bool:
    """KIN-Q16: only with its switch on does a caller who is no Admin need to participate."""
    caller = call.caller.record
    if not call.settings.participation_required or caller["type"] == "Admin":
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
    if not _sees(call, issue):
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


def _of_issue(collection: str) -> crud.FindAll:
    """All of a collection that belong to the path's issue."""
    return lambda call: call.store.find(collection, "issue_id", find_issue(call)["id"])


# --- showing ---------------------------------------------------------------------------------------------------------


def _person(call: Call, id: int) -> dict[str, Any]:
    """A user as an action item shows one: exactly id, email, name (KIN-016)."""
    user = call.store.get("users", id)
    return {"id": id, "email": user and user["email"], "name": user and user["name"]}


def show_user(call: Call, user: Record) -> dict[str, Any]:
    return {name: user[name] for name in ("id", "guid", "email", "name", "type")}


def show_action_item(call: Call, item: Record) -> dict[str, Any]:
    """Exactly the eleven keys of the document, in its order (KIN-009)."""
    return {
        "id": item["id"],
        "issue_id": item["issue_id"],
        "name": item["name"],
        "detail": item["detail"],
        "created_at": item["created_at"],
        "updated_at": item["updated_at"],
        "status": item["status"],
        "deleted_at": item["deleted_at"],
        "guid": item["guid"],
        # Nobody only where required_fields says that an item needs no assignee.
        "assignee": None if item["assignee_id"] is None else _person(call, item["assignee_id"]),
        "creator": _person(call, item["creator_id"]),
    }


def show_participant(call: Call, participant: Record) -> dict[str, Any]:
    user = _person(call, participant["user_id"])
    return {
        "id": participant["id"],
        "guid": participant["guid"],
        "email": user["email"],
        "name": user["name"],
        "present": participant["present"],
    }


def show_invite(call: Call, invite: Record) -> dict[str, Any]:
    return {name: invite[name] for name in ("id", "guid", "email", "note", "group_invite", "status")}


def show_fact(call: Call, fact: Record) -> dict[str, Any]:
    shown = {
        name: fact[name]
        for name in ("id", "guid", "issue_id", "body", "confirmed", "created_at", "updated_at")
    }
    return {**shown, "creator": _person(call, fact["creator_id"])}


def show_upload(call: Call, upload: Record) -> dict[str, Any]:
    shown = {name: value for name, value in upload.items() if name != "creator_id"}
    return {**shown, "creator": _person(call, upload["creator_id"])}


def show_message(call: Call, message: Record, issue: Record) -> dict[str, Any]:
    user = call.store.get("users", message["user_id"]) if message["user_id"] is not None else None
    shown = {
        name: message[name] for name in ("id", "guid", "type", "body", "messageable_id", "messageable_type")
    }
    return {
        **shown,
        "url": f"{call.request.origin}{rules.mount(call.request.path)}/api/v1/issues/{issue['guid']}",
        "created_at": message["created_at"],
        "user": user and {name: user[name] for name in ("email", "name", "guid")},
        "issue": {"guid": issue["guid"]},
    }


def show_issue(call: Call, issue: Record) -> dict[str, Any]:
    """The published keys of an issue, with everything that belongs to it (KIN-075)."""

    def parts(collection: str) -> Iterable[Record]:
        return call.store.find(collection, "issue_id", issue["id"])

    plain = {name: value for name, value in issue.items() if name != "tag_list"}
    return {
        **plain,
        "participants": [show_participant(call, each) for each in parts("participants")],
        "invitations": [show_invite(call, each) for each in parts("invites")],
        "tag_list": issue["tag_list"],
        "action_items": [
            show_action_item(call, each) for each in where(parts("action_items"), deleted_at=None)
        ],
        "facts": [show_fact(call, each) for each in parts("facts")],
        "uploads": [show_upload(call, each) for each in parts("uploads")],
        "owner": _person(call, issue["owner_id"]),
    }


# --- sessions and users ----------------------------------------------------------------------------------------------


def create_session(call: Call) -> dict[str, Any]:
    login = call.body["user_login"]
    user = _login(call, login["email"], login["password"])
    session = _open_session(call.world, user, call.now)
    return {
        "success": True,
        "auth_token": session["token"],
        "user": show_user(call, user),
        "session": {
            "created_at": timestamp(session["created_at"], call.settings),
            "expires_at": timestamp(session["expires_at"], call.settings),
        },
    }


def check_valid(call: Call) -> dict[str, Any]:
    return {"success": True}


def read_me(call: Call) -> dict[str, Any]:
    return show_user(call, call.caller.record)


def find_user(call: Call) -> Record:
    email = call.params["email"]
    user = call.store.first("users", "email", email.casefold())
    if user is None:
        raise NotFound("no user has this e-mail address", collection="users", key=email)
    return user


read_user = crud.read(find_user, show_user)


def create_user(call: Call) -> dict[str, Any]:
    given = call.body["user"]
    if call.store.first("users", "email", given["email"].casefold()) is not None:
        raise Invalid(
            [Problem("body", ("user", "email"), "taken", "a free address", given["email"], ("KIN-202",))]
        )
    id = call.next_id("users")
    user = {
        "id": id,
        "guid": call.guid("users", id),
        "email": given["email"],
        "name": given["name"],
        "type": given.get("type", "User"),
        "password": given["password"],
    }
    return show_user(call, call.store.insert("users", user))


# --- issues ----------------------------------------------------------------------------------------------------------


_UNKNOWN_USER = {"assignee_id": ("KIN-172",), "owner_id": ("KIN-211",)}


def _user_id(call: Call, field: str) -> tuple[int | None, list[Problem]]:
    """The user a body's field names, as a number or a text of digits; and the problem when there is no such user."""
    given = call.body.get(field) if isinstance(call.body, dict) else None
    if given is None or isinstance(given, bool) or not isinstance(given, (int, float, str)):
        return None, []
    if isinstance(given, str):
        if not (given.isascii() and given.isdecimal()):
            return None, []  # the schema has refused it already
        given = given.lstrip("0")[:20] or "0"  # no id has 20 digits, and Python refuses to read thousands
    if call.store.get("users", int(given)) is not None:
        return int(given), []
    return None, [Problem("body", (field,), "unknown", "the id of a user", given, _UNKNOWN_USER[field])]


@collects_problems
def create_issue(call: Call) -> dict[str, Any]:
    owner_id, unknown = _user_id(call, "owner_id")
    call.require_valid(*unknown)
    id, now = call.next_id("issues"), timestamp(call.now, call.settings)
    owner_id = call.caller.record["id"] if owner_id is None else owner_id
    issue = call.store.insert(
        "issues",
        {
            "id": id,
            "guid": call.guid("issues", id),
            "name": call.body["name"],
            "description": call.body.get("description"),
            "created_at": now,
            "updated_at": now,
            "owner_id": owner_id,
            "deleted_at": None,
            "status": "Open",
            "conclusion": None,
            "tag_list": rules.split_tags(call.body.get("tag_list")),
        },
    )
    _add_participant(call, issue, owner_id)
    return show_issue(call, issue)


read_issue = crud.read(find_issue, show_issue)


@collects_problems
def update_issue(call: Call) -> dict[str, Any]:
    issue = find_issue(call)
    owner_id, unknown = _user_id(call, "owner_id")
    call.require_valid(*unknown)
    now = timestamp(call.now, call.settings)
    changed = {
        name: call.body[name] for name in ("name", "description", "status", "conclusion") if name in call.body
    }
    if owner_id is not None:
        changed["owner_id"] = owner_id
    if "tag_list" in call.body:
        changed["tag_list"] = rules.split_tags(call.body["tag_list"])
    if changed.get("status") == "Deleted":
        changed["deleted_at"] = now
    issue = call.store.replace("issues", {**issue, **changed, "updated_at": now})
    _add_participant(call, issue, issue["owner_id"])
    _say(call, issue, "issue", issue["id"], f"Issue updated: {issue['name']}")
    return show_issue(call, issue)


def list_my_open_issues(call: Call) -> list[dict[str, Any]]:
    """The open issues the caller participates in, oldest first, as {guid, name}."""
    mine = call.store.find("participants", "user_id", call.caller.record["id"])
    issues = (call.store.first("issues", "id", each["issue_id"]) for each in mine)
    open_ones = (each for each in issues if each and each["status"] == "Open" and each["deleted_at"] is None)
    found = page(open_ones, call.query["offset"], call.query["limit"])
    return [{"guid": issue["guid"], "name": issue["name"]} for issue in found]


def search_issues(call: Call) -> dict[str, Any]:
    query = call.body["query"]
    seen = (each for each in where(call.store.all("issues"), deleted_at=None) if _sees(call, each))
    found = containing(
        seen,
        query.get("name_or_description_or_tags_name_cont") or "",
        lambda issue: (issue["name"], issue["description"], *issue["tag_list"]),
    )
    shown = page(found, query.get("offset"), query.get("limit"))
    return {"issues": [show_issue(call, each) for each in shown], "total_count": len(found)}


def keep_present(call: Call) -> dict[str, Any]:
    """The keep-alive of a client that shows the issue: marks its participant as present."""
    issue, caller = find_issue(call), call.caller.record
    for participant in where(call.store.find("participants", "issue_id", issue["id"]), user_id=caller["id"]):
        if not participant["present"]:
            call.store.replace("participants", {**participant, "present": True})
    return {"present": True}


# --- participants and invites ----------------------------------------------------------------------------------------


def _add_participant(call: Call, issue: Record, user_id: int) -> None:
    """Let a user take part in an issue, who may do so already."""
    if any(where(call.store.find("participants", "issue_id", issue["id"]), user_id=user_id)):
        return
    id = call.next_id("participants")
    participant = {
        "id": id, "guid": call.guid("participants", id), "issue_id": issue["id"], "user_id": user_id, "present": False,
    }  # fmt: skip
    call.store.insert("participants", participant)
    _say(call, issue, "participant", id, f"{_person(call, user_id)['name']} was added as a participant")


list_participants = crud.list_all(_of_issue("participants"), show_participant)


def remove_participant(call: Call) -> dict[str, Any]:
    participant, issue = find_participant(call), find_issue(call)
    if participant["user_id"] == issue["owner_id"]:
        owner = f"user {issue['owner_id']}, who owns the issue"
        rule = Problem("path", ("participant_guid",), "owner", "somebody else", owner, ("KIN-108", "KIN-234"))
        raise Invalid([rule])
    answer = show_participant(call, participant)
    call.store.delete("participants", participant["guid"])
    _say(call, issue, "participant", participant["id"], f"{answer['name']} was removed as a participant")
    return answer


list_invites = crud.list_all(_of_issue("invites"), show_invite)


@collects_problems
def create_invite(call: Call) -> dict[str, Any]:
    issue = find_issue(call)
    call.require_valid()
    id = call.next_id("invites")
    invite = {
        "id": id,
        "guid": call.guid("invites", id),
        "issue_id": issue["id"],
        "email": call.body["email"],
        "note": call.body.get("note"),
        "group_invite": call.body.get("group_invite", False),
        "status": "Unassociated",
    }
    return show_invite(call, call.store.insert("invites", invite))


resend_invite = crud.read(find_invite, show_invite)
delete_invite = crud.remove("invites", find_invite, show_invite)


# --- messages, facts, uploads ----------------------------------------------------------------------------------------


def _say(call: Call, issue: Record, about: str, about_id: int, text: str) -> None:
    """The system's own message, which it writes for each fact, participant and issue change."""
    _add_message(call, issue, "SystemMessage", text, about.capitalize(), about_id, None)


def _add_message(
    call: Call, issue: Record, type: str, text: str, about: str, about_id: int, user_id: int | None
) -> Record:
    id = call.next_id("messages")
    return call.store.insert(
        "messages",
        {
            "id": id,
            "guid": call.guid("messages", id),
            "issue_id": issue["id"],
            "type": type,
            "body": text,
            "messageable_id": about_id,
            "messageable_type": about,
            "user_id": user_id,
            "created_at": timestamp(call.now, call.settings),
        },
    )


def list_messages(call: Call) -> list[dict[str, Any]]:
    """Newest first: readers turn the list around and put older pages before it."""
    issue = find_issue(call)
    found: Iterable[Record] = call.store.find("messages", "issue_id", issue["id"], latest_first=True)
    since = call.query["last_received"]
    if since is not None:
        found = (message for message in found if message["created_at"] > since)
    shown = page(found, call.query["offset"], call.query["limit"])
    return [show_message(call, each, issue) for each in shown]


@collects_problems
def create_message(call: Call) -> dict[str, Any]:
    issue = find_issue(call)
    call.require_valid()
    user_id = call.caller.record["id"]
    message = _add_message(call, issue, "Message", call.body["body"], "Issue", issue["id"], user_id)
    return show_message(call, message, issue)


list_facts = crud.list_all(_of_issue("facts"), show_fact)


@collects_problems
def create_fact(call: Call) -> dict[str, Any]:
    issue = find_issue(call)
    call.require_valid()
    id, now = call.next_id("facts"), timestamp(call.now, call.settings)
    fact = {
        "id": id,
        "guid": call.guid("facts", id),
        "issue_id": issue["id"],
        "body": call.body["body"],
        "confirmed": call.body.get("confirmed", False),
        "created_at": now,
        "updated_at": now,
        "creator_id": call.caller.record["id"],
    }
    call.store.insert("facts", fact)
    _say(call, issue, "fact", id, f"Fact added: {fact['body']}")
    return show_fact(call, fact)


list_uploads = crud.list_all(_of_issue("uploads"), show_upload)


@collects_problems
def create_upload(call: Call) -> dict[str, Any]:
    issue = find_issue(call)
    call.require_valid()
    file = call.files.get("upload[file]")
    if file is None:  # sent as a text field: Rails takes no file from it
        rests_on = ("KIN-118", "KIN-212")
        raise Invalid([Problem("body", ("upload[file]",), "required", "a file", "a text", rests_on)])
    id = call.next_id("uploads")
    upload = {
        "id": id,
        "guid": call.guid("uploads", id),
        "issue_id": issue["id"],
        "description": call.body.get("upload[description]"),
        "file_file_name": file.filename,
        "file_content_type": file.content_type,
        "file_file_size": str(len(file.data)),  # a string on the wire
        "file_processing": True,
        "width": None,
        "height": None,
        "status": "Active",
        "created_at": timestamp(call.now, call.settings),
        "creator_id": call.caller.record["id"],
    }
    return show_upload(call, call.store.insert("uploads", upload))


# --- action items ----------------------------------------------------------------------------------------------------


def _action_item_problems(call: Call) -> list[Problem]:
    """What is wrong with an action item's body: the schema's findings less those a setting waives, and an assignee
    that nobody is."""
    settings = call.settings
    optional = {"name", "detail", "assignee_id"} - set(settings.required_fields)

    def waived(problem: Problem) -> bool:
        if problem.path == ("status",):  # another status is a text all the same
            passed, reading = (
                settings.other_status == "accept" and isinstance(call.body["status"], str),
                "KIN-Q13",
            )
        else:
            passed, reading = problem.name in optional and rules.lacks_value(problem), "KIN-Q8"
        if passed:
            call.cite(reading)
        return passed

    _, unknown = _user_id(call, "assignee_id")
    return [*(each for each in call.problems if not waived(each)), *unknown]


def list_action_items(call: Call) -> list[dict[str, Any]]:
    """The items of an issue that are not deleted; none for an issue that is not there (KIN-057)."""
    try:
        issue = find_issue(call)
    except NotFound:
        if call.settings.unknown_issue_list == "404":
            call.cite("KIN-Q2")
            raise
        call.cite("KIN-057")
        return []
    items = where(call.store.find("action_items", "issue_id", issue["id"]), deleted_at=None)
    status = call.query["status"]
    if status is None:
        call.cite("KIN-061")
    elif call.settings.status_filter == "exact":
        call.cite("KIN-059", "KIN-060", "KIN-096")
        items = where(items, status=status)
    else:
        call.cite("KIN-Q3")
    return [show_action_item(call, item) for item in items]


@collects_problems
def create_action_item(call: Call) -> Any:
    issue = find_issue(call)
    problems = _action_item_problems(call)
    if problems:
        raise Invalid(problems)
    body, now, id = call.body, timestamp(call.now, call.settings), call.next_id("action_items")
    item = {
        "id": id,
        "guid": call.guid("action_items", id),
        "issue_id": issue["id"],
        "name": body.get("name"),
        "detail": body.get("detail"),
        "created_at": now,
        "updated_at": now,
        "status": body.get("status", "Open"),
        "deleted_at": None,
        "assignee_id": _user_id(call, "assignee_id")[0],
        "creator_id": call.caller.record["id"],
    }
    return Reply(show_action_item(call, call.store.insert("action_items", item)), call.settings.create_status)


read_action_item = crud.read(find_action_item, show_action_item)


@collects_problems
def update_action_item(call: Call) -> dict[str, Any]:
    """Changes the keys that are sent and keeps the others (KIN-034, KIN-038)."""
    item = find_action_item(call)
    problems = _action_item_problems(call)
    if problems:
        raise Invalid(problems)
    changed = {name: call.body[name] for name in ("name", "detail", "status") if name in call.body}
    if "assignee_id" in call.body:
        changed["assignee_id"] = _user_id(call, "assignee_id")[0]
    if call.settings.edit_ignores_input:
        call.cite("KIN-Q4")
        changed = {}
    item = {**item, **changed, "updated_at": timestamp(call.now, call.settings)}
    return show_action_item(call, call.store.replace("action_items", item))


def delete_action_item(call: Call) -> dict[str, Any]:
    """Answers the item with `deleted_at` set (KIN-Q7)."""
    item = {**find_action_item(call), "deleted_at": timestamp(call.now, call.settings)}
    if call.settings.delete_mode == "hard":
        call.cite("KIN-Q7")
        call.store.delete("action_items", item["guid"])
    else:
        call.store.replace("action_items", item)
    return show_action_item(call, item)


# --- errors ----------------------------------------------------------------------------------------------------------


def render_error(refusal: Refusal, call: Call) -> Reply:
    """The vendor's words for each neutral refusal."""
    match refusal:
        case Unauthenticated():
            return _unauthorized(call)
        case Invalid():
            return _invalid(refusal, call)
        case Malformed():
            if _exact_tables(call) == "POST":
                return _unprocessable(["Body is invalid"])
            # Our parser's words stay in the journal; the vendor's are not known.
            return _message(call, 400, refusal.facts.get("words", "The request could not be read."))
        case NotFound():
            if call.operation is None:
                call.cite("KIN-188", "KIN-189")
            return _message(call, 404, rules.URL_NOT_FOUND)
        case MethodNotAllowed():
            call.cite("KIN-190")
            reply = _message(call, 405, "The method is not allowed for this URL.")
            return Reply(reply.body, 405, (("allow", ", ".join(refusal.allowed)),))
        case Injected(status=401):
            return _unauthorized(call)
        case Injected(status=422):
            return _unprocessable(["Base is invalid"])
        case Injected():
            return _message(call, refusal.status, rules.phrase(refusal.status))
    return _message(call, 500, "There was an unexpected server error.")


def _exact_tables(call: Call) -> str:
    """The method whose table of status codes holds to the letter: that of an action item, with KIN-Q5's switch on."""
    operation = "" if call.operation is None else call.operation.id
    if call.settings.status_tables != "exact" or operation not in ON_ACTION_ITEMS:
        return ""
    call.cite("KIN-Q5")
    return call.request.method


def _message(call: Call, status: int, text: str) -> Reply:
    if call.settings.error_message_key != "message":
        call.cite("KIN-Q14")
    return Reply({call.settings.error_message_key: text}, status)


def _unprocessable(reasons: list[str]) -> Reply:
    return Reply({"message": "Unprocessable attributes", "reasons": reasons}, 422)


def _unauthorized(call: Call) -> Reply:
    login = call.operation is not None and call.operation.id == "create_session"
    if call.settings.unauthorized_body == "login_only" and not login:
        call.cite("KIN-Q6")
        return _message(call, 401, "The auth. token is invalid and needs to be refreshed.")
    return Reply({"success": False, "message": rules.BAD_LOGIN}, 401)


def _invalid(refusal: Invalid, call: Call) -> Reply:
    operation = call.operation.id if call.operation else ""
    if operation == "create_session" and isinstance(call.body, dict):
        given = call.body.get("user_login")
        missing = {"success": False, "message": "missing user_login parameter"}
        # The recipe asks whether it is blank, and to Rails an object without keys is.
        return _unauthorized(call) if given and isinstance(given, dict) else Reply(missing, 422)
    misnamed = rules.misnamed(refusal.problems)
    if misnamed is not None and _exact_tables(call) != "POST":
        return _message(call, 400, misnamed)
    reasons = rules.reasons(refusal.problems)
    if operation == "create_fact":  # the one text that is published is no usual one
        blank = "Body Fact & Unknown text cannot be blank."
        reasons = [blank if each == "Body can't be blank" else each for each in reasons]
    if _exact_tables(call) == "PUT":
        return _message(call, 400, ", ".join(reasons))
    return _unprocessable(reasons)
