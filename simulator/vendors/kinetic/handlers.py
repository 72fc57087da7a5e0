"""What each operation of Kinetic Response does; a function a piece, named after its operationId."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from simulator.core import crud
from simulator.core.call import Reply
from simulator.core.errors import Invalid, NotFound, Problem
from simulator.core.listing import containing, page, where
from simulator.core.store import Record
from simulator.core.vendor import collects_problems
from simulator.vendors.kinetic import rules
from simulator.vendors.kinetic.access import (
    Call,
    find_action_item,
    find_invite,
    find_issue,
    find_participant,
    log_in,
    of_issue,
    open_session,
    sees,
)
from simulator.vendors.kinetic.rules import timestamp
from simulator.vendors.kinetic.showing import (
    person,
    show_action_item,
    show_fact,
    show_invite,
    show_issue,
    show_message,
    show_participant,
    show_upload,
    show_user,
)

# --- sessions and users ----------------------------------------------------------------------------------------------


def create_session(call: Call) -> dict[str, Any]:
    login = call.body["user_login"]
    user = log_in(call, login["email"], login["password"])
    session = open_session(call.world, user, call.now)
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
        if field == "assignee_id":
            call.cite("KIN-175")
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
    seen = (each for each in where(call.store.all("issues"), deleted_at=None) if sees(call, each))
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
    _say(call, issue, "participant", id, f"{person(call, user_id)['name']} was added as a participant")


list_participants = crud.list_all(of_issue("participants"), show_participant)


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


list_invites = crud.list_all(of_issue("invites"), show_invite)


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


list_facts = crud.list_all(of_issue("facts"), show_fact)


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


list_uploads = crud.list_all(of_issue("uploads"), show_upload)


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
    except NotFound as refusal:
        if call.settings.unknown_issue_list == "404":
            call.cite("KIN-Q2")
            raise
        call.cite("KIN-057", *refusal.statements)
        if call.params["issue_guid"].isdecimal():
            call.cite("KIN-187")
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
    if issue["status"] == "Closed":
        call.cite("KIN-291")
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
