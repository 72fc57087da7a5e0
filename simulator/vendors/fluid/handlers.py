"""What each operation of Fluid does; a function a piece, named after its operationId."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from simulator.core.call import Reply
from simulator.core.codec import write_json
from simulator.core.document import names_json
from simulator.core.documentation import render
from simulator.core.errors import (
    Forbidden,
    Injected,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    RateLimited,
    Refusal,
    Unauthenticated,
    phrase,
)
from simulator.core.listing import containing
from simulator.core.store import Record
from simulator.vendors.fluid import access, rules
from simulator.vendors.fluid.access import (
    Call,
    by_key,
    definitions,
    find_action,
    find_board,
    find_managed_action,
    manages,
    nothing_found,
    principal_of,
    refuse,
    require_managed,
    views,
    visible_action,
)
from simulator.vendors.fluid.showing import asked_fields, page, show_action, show_board
from simulator.vendors.fluid.webhooks import tell


def admit(call: Call) -> None:
    """A body says that it is JSON, as every printed request does (FLU-106, FLU-226)."""
    request, operation = call.request, call.operation
    if operation is None or operation.body is None or not request.body or call.settings.content_type == "any":
        return
    if not names_json(request.headers.get(b"content-type", b"")):
        raise Malformed("the Content-Type is not application/json", statements=("FLU-106", "FLU-226"))


def fold_body(call: Call, body: Any) -> Any:
    return rules.fold_keys(body)


def fold_query(call: Call, query: dict[str, list[str]]) -> dict[str, list[str]]:
    if "$expand" in query:
        call.cite("FLU-Q2")
    return rules.fold_query(query, call.settings)


def headers(call: Call, status: int) -> Iterator[tuple[str, str]]:
    """The limit's headers, on every answer (FLU-052, FLU-Q11); a 429 leaves nothing, also one that a fault makes
    (FLU-054)."""
    allowance, settings = call.allowance, call.settings
    if allowance is None:
        return
    remaining = str(0 if status == 429 else allowance.remaining)
    reset = rules.reset_time(allowance.reset_at)
    if settings.rate_limit_reset == "seconds":
        reset = str(-((call.now - allowance.reset_at) // 1_000_000))
    yield "RateLimit-Limit", str(allowance.limit)
    yield "RateLimit-Remaining", remaining
    yield "RateLimit-Reset", reset
    if settings.x_ratelimit_aliases:
        yield "x-ratelimit-remaining", remaining
        yield "x-ratelimit-reset", reset


Place = tuple[str | int, ...]  # in a body: the path to something


def _within(at: Place, *more: str | int) -> Place:
    return (*at, *more)


# --- what a body says of an action -----------------------------------------------------------------------------------


def _named_users(call: Call, item: Any, field: str, at: Place) -> list[int] | None:
    """The users that a list of a body names; None where the body has none. Refuses one that is nobody (FLU-191)."""
    given = item["fields"].get(field)
    if given is None:
        return None
    ids = []
    for index, each in enumerate(given):
        user = access.user_named(call, each)
        if user is None:
            place = _within(at, "fields", field, index)
            raise refuse(*place, rule="unknown", expected="a user", got="nobody", statements=("FLU-191",))
        ids.append(user["id"])
    return list(dict.fromkeys(ids))


def _content(call: Call, item: Any, at: Place, kind: str, before: Record | None) -> dict[str, Any]:
    """The writable fields of a body: those that are sent; for the others their defaults, or what is kept of before."""
    sent = item["fields"]
    kept = {} if before is None else _kept(call, kind, before)
    if "title" not in sent and "title" not in kept:
        place = _within(at, "fields", "title")
        raise refuse(*place, rule="required", expected="a value", got="nothing", statements=("FLU-189",))
    fields = {
        **rules.DEFAULTS,
        **kept,
        **{name: sent[name] for name in (*rules.DEFAULTS, "title") if name in sent},
    }
    for name in rules.DATES:
        if sent.get(name) is not None:
            fields[name] = rules.read_date(sent[name])
            if fields[name] is None:
                place = _within(at, "fields", name)
                raise refuse(*place, rule="date", expected="a date", got=sent[name], statements=("FLU-192",))
    for name in ("assignee", "owners"):
        users = _named_users(call, item, name, at)
        fields[name] = kept.get(name, [call.caller.record["id"]]) if users is None else users
    return fields


def _kept(call: Call, kind: str, before: Record) -> dict[str, Any]:
    """What a PUT keeps of the fields it leaves out: those that an action of this kind does not show, for nobody could
    send them back (FLU-224); with the other reading of FLU-Q18 all."""
    writable = {*rules.DEFAULTS, "title", "assignee", "owners"}
    if call.settings.put == "full":
        shown = set(rules.BOARD_FIELDS if kind == "board" else rules.USER_FIELDS)
        if call.settings.field_set == "by_query":  # which of the two was read, nobody knows
            shown = set(rules.BOARD_FIELDS) & set(rules.USER_FIELDS)
        writable -= shown
    return {name: before[name] for name in writable}


def _custom(call: Call, item: Any, at: Place, guid: str, before: Record | None) -> dict[str, Any]:
    """The custom properties of a body by key, held against what the principal defines (FLU-087, FLU-088, FLU-203)."""
    known = list(definitions(call, guid))
    # A list replaces what was there, but what is required can only be replaced by a value (FLU-224); a body without one
    # keeps it, like what an answer without it did not show.
    replaced = "customProperties" in item and call.settings.put == "full"
    required = {one["key"] for one in known if one["required"]}
    held: dict[str, Any] = {} if before is None else before["custom"]
    values = {key: value for key, value in held.items() if not replaced or key in required}
    for index, each in enumerate(item.get("customProperties") or ()):
        place = _within(at, "customProperties", index)
        found = [one for one in known if _names(each, one)]
        if not found:
            names = [one["key"] for one in known]
            got = each.get("key") or each.get("guid")
            raise refuse(*place, rule="unknown", expected=names, got=got, statements=("FLU-203",))
        definition, value = found[0], each.get("value")
        if definition["readOnly"]:
            if not _equal(value, definition["defaultValue"]):
                raise refuse(
                    *place, "value", rule="readOnly", expected=definition["defaultValue"], got="another value",
                    statements=("FLU-088",),
                )  # fmt: skip
        elif value is None or _equal(value, definition["defaultValue"]):
            values.pop(definition["key"], None)
        else:
            values[definition["key"]] = _value(definition, value, place)
    for one in known:
        if one["required"] and rules.is_empty(values.get(one["key"], one["defaultValue"])):
            raise refuse(*at, "customProperties", one["key"], rule="required", expected="a value", got="nothing",
                         statements=("FLU-087",))  # fmt: skip
    return values


def _names(given: Any, definition: Record) -> bool:
    """Whether an element of a list of values is of this custom property: by its key, its guid, or both (FLU-203)."""
    key, guid = given.get("key"), given.get("guid")
    return (key is None or key == definition["key"]) and (guid is None or _same(guid, definition["guid"]))


def _equal(one: Any, other: Any) -> bool:
    """As JSON has it: 0 is not false."""
    return write_json(one) == write_json(other)


def _same(one: Any, other: str) -> bool:
    return isinstance(one, str) and one.casefold() == other.casefold()


def _value(definition: Record, value: Any, place: Place) -> Any:
    """A value of a custom property, or a list of them where it takes several (FLU-090)."""
    several = definition["isMultiple"]
    parts = value if several and isinstance(value, list) else [value]
    if not all(rules.fits(each, definition["dataType"]) for each in parts):
        expected = f"{'a list of ' if several else ''}{definition['dataType']}"
        raise refuse(
            *place, "value", rule="type", expected=expected, got="another type", statements=("FLU-203",)
        )
    return parts if several else value


# --- creating --------------------------------------------------------------------------------------------------------


def _place(call: Call, fields: Any, at: Place) -> tuple[str, Record, str | None]:
    """Where a new action goes: the kind of principal, the principal, and the guid of the sub-board, if any."""
    guid, parent = fields.get("principalGuid"), fields.get("parentGuid")
    for name, given in (("principalGuid", guid), ("parentGuid", parent)):
        if given is not None and call.settings.guids == "hexadecimal" and not rules.is_guid(given):
            place = _within(at, "fields", name)
            raise refuse(*place, rule="guid", expected="a GUID", got=given, statements=("FLU-Q9",))
    if guid is None:
        if call.settings.principal_guid == "required":
            place = _within(at, "fields", "principalGuid")
            raise refuse(*place, rule="required", expected="a value", got="nothing", statements=("FLU-Q1",))
        if parent is not None:
            place = _within(at, "fields", "principalGuid")
            raise refuse(*place, rule="required", expected="a board", got="nothing", statements=("FLU-075",))
        return "user", call.caller.record, None
    found = principal_of(call, guid)
    if found is None:
        place = _within(at, "fields", "principalGuid")
        raise refuse(*place, rule="unknown", expected="a principal", got=guid, statements=("FLU-066",))
    kind, principal = found
    require_managed(call, kind, principal)
    return kind, principal, _sub_board(call, principal, parent, at)


def _sub_board(call: Call, principal: Record, parent: Any, at: Place) -> str | None:
    """The guid of the sub-board that a body names, which must be the principal's own (FLU-074)."""
    if parent is None:
        return None
    sub_board = call.store.first("sub_boards", "guid", parent.casefold())
    if sub_board is None or sub_board["boardGuid"].casefold() != principal["guid"].casefold():
        place = _within(at, "fields", "parentGuid")
        raise refuse(*place, rule="unknown", expected="a sub-board", got=parent, statements=("FLU-074",))
    return str(sub_board["guid"])


def _create(call: Call, item: Any, *at: int) -> Record:
    kind, principal, parent = _place(call, item["fields"], at)
    number = None
    if kind == "board":
        number = principal["actionCount"] + 1
        call.store.replace("boards", {**principal, "actionCount": number})
    id, now = call.next_id("actions"), rules.timestamp(call.now)
    action = {
        "id": id,
        "guid": call.guid("actions", id),
        "principalGuid": principal["guid"],
        "parentGuid": parent,
        "number": number,
        **_content(call, item, at, kind, None),
        "custom": _custom(call, item, at, principal["guid"], None),
        "author": call.caller.record["id"],
        "modifiedBy": call.caller.record["id"],
        "createDate": now,
        "modifiedDate": now,
        "archivedAt": None,
    }
    call.store.insert("actions", action)
    tell(call, "Create", action)
    return action


def create_action(call: Call) -> Any:
    """One action; or several, for a body that is an array (FLU-144)."""
    if isinstance(call.body, list):
        return create_actions(call)
    return show_action(call, _create(call, call.body))


def create_actions(call: Call) -> list[Any]:
    return [show_action(call, _create(call, item, index)) for index, item in enumerate(call.body)]


# --- reading ---------------------------------------------------------------------------------------------------------


def read_action(call: Call) -> dict[str, Any]:
    return show_action(call, find_action(call, call.params["action_id"]))


def list_actions(call: Call) -> Any:
    """The actions of `id`, as far as the caller may see them (FLU-136); or what `query` finds (FLU-140)."""
    asked_fields(call, rules.ACTION_FIELDS)  # a name that is none is refused before anything is looked for
    asked = call.query["id"]
    if asked is None:
        if call.query["query"] is None:
            raise Invalid([Problem("query", ("id",), "required", "a value", "nothing", ("FLU-197",))])
        return find_actions(call)
    found = {each["id"]: each for key in _ids(asked) if (each := visible_action(call, key)) is not None}
    if not found:
        raise nothing_found("action", asked)
    return _listed(call, list(found.values()), show_action)


def _ids(asked: str) -> list[str]:
    keys = rules.split(asked)
    if not 1 <= len(keys) <= rules.BULK:
        raise Invalid([Problem("query", ("id",), "maxItems", rules.BULK, f"{len(keys)} ids", ("FLU-216",))])
    return keys


def find_actions(call: Call) -> Any:
    """The visible actions in which a text occurs (FLU-137)."""
    asked_fields(call, rules.ACTION_FIELDS)
    text = call.query["query"]
    live = (
        each
        for each in call.store.all("actions")
        if each["archivedAt"] is None and access.may(call, each, views)
    )
    names = ("title", "description", "principalGuid", "parentGuid", "theme", "epic")
    found = containing(live, text, lambda action: (action[name] for name in names))
    if not found:
        raise nothing_found("action", text)
    return _listed(call, found, show_action)


def _listed(call: Call, found: list[Record], show: Callable[[Call, Record], Any]) -> Reply:
    """A page of 50 at most, with the two counts (FLU-138, FLU-139)."""
    skip, take = call.query.get("skip"), call.query.get("take")
    start = int(skip or 0)
    end = start + (rules.BULK if take is None else min(int(take), rules.BULK))
    shown = [show(call, each) for each in found[start:end]]
    return Reply(shown, 200, (("Item-Count", str(len(shown))), ("Total-Count", str(len(found)))))


# --- changing and deleting -------------------------------------------------------------------------------------------


def _require_named(item: Any, action: Record, *at: int) -> None:
    """Refuse an id or guid of another action (FLU-194)."""
    for name in ("id", "guid"):
        value = item.get(name)
        if value is not None and str(value).casefold() != str(action[name]).casefold():
            raise refuse(*at, name, rule="const", expected=action[name], got=value, statements=("FLU-194",))


def _update(call: Call, action: Record, item: Any, *at: int) -> Record:
    sent = item["fields"]
    moved = sent.get("principalGuid")
    if moved is not None and not _same(moved, action["principalGuid"]):
        place = _within(at, "fields", "principalGuid")
        raise refuse(
            *place, rule="const", expected=action["principalGuid"], got=moved, statements=("FLU-193",)
        )
    parent = action["parentGuid"]
    kind, principal = principal_of(call, action["principalGuid"]) or ("user", action)
    if "parentGuid" in sent:
        parent = (
            _sub_board(call, principal, sent["parentGuid"], at) if sent["parentGuid"] is not None else None
        )
    changed = {
        **action,
        **_content(call, item, at, kind, action),
        "custom": _custom(call, item, at, action["principalGuid"], action),
        "parentGuid": parent,
        "modifiedBy": call.caller.record["id"],
        "modifiedDate": rules.timestamp(call.now),
    }
    call.store.replace("actions", changed)
    tell(call, "Update", changed)
    return changed


def _archive(call: Call, action: Record) -> Record:
    """A deletion is not permanent (FLU-143)."""
    archived = {**action, "archivedAt": rules.timestamp(call.now)}
    call.store.replace("actions", archived)
    tell(call, "Delete", archived)
    return archived


def update_action(call: Call) -> dict[str, Any]:
    action = find_managed_action(call, call.params["action_id"])
    _require_named(call.body, action)
    return show_action(call, _update(call, action, call.body))


def delete_action(call: Call) -> dict[str, Any]:
    return show_action(call, _archive(call, find_managed_action(call, call.params["action_id"])))


def _named_actions(call: Call) -> Iterator[tuple[int, Any, Record]]:
    """The actions that the elements of a body name by id or guid, each once (FLU-195)."""
    seen: set[int] = set()
    for index, item in enumerate(call.body):
        action = find_managed_action(call, item["id"] if item.get("id") is not None else item["guid"])
        if action["id"] in seen:
            raise refuse(
                index, rule="uniqueItems", expected="each action once", got="again", statements=("FLU-195",)
            )
        seen.add(action["id"])
        _require_named(item, action, index)
        yield index, item, action


def update_actions(call: Call) -> list[Any]:
    return [
        show_action(call, _update(call, action, item, index)) for index, item, action in _named_actions(call)
    ]


def delete_actions(call: Call) -> list[Any]:
    # All are found before the first is archived: one that is named twice is named twice, and not gone.
    named = [action for _, _, action in _named_actions(call)]
    return [show_action(call, _archive(call, action)) for action in named]


# --- boards ----------------------------------------------------------------------------------------------------------


def list_boards(call: Call) -> Any:
    """The boards that the caller owns or is a member of (FLU-147); those of `id`; or what `query` finds."""
    asked_fields(call, rules.OF_A_BOARD)
    asked = call.query["id"]
    if asked is not None:
        user = call.caller.record
        named = (by_key(call, "boards", key) for key in _ids(asked))
        found = {each["id"]: each for each in named if each is not None and views(user, "board", each)}
        if not found:
            raise nothing_found("board", asked)
        return _listed(call, list(found.values()), show_board)
    if call.query["query"] is not None:
        return find_boards(call)
    own = [each for each in call.store.all("boards") if manages(call.caller.record, "board", each)]
    return _listed(call, own, show_board)


def find_boards(call: Call) -> Any:
    asked_fields(call, rules.OF_A_BOARD)
    text = call.query["query"]
    viewed = (each for each in call.store.all("boards") if views(call.caller.record, "board", each))
    found = containing(viewed, text, lambda board: (board["title"], board["description"]))
    if not found:
        raise nothing_found("board", text)
    return _listed(call, found, show_board)


def read_board(call: Call) -> dict[str, Any]:
    return show_board(call, find_board(call, call.params["board_id"]))


# --- attachments, tokens and pages -----------------------------------------------------------------------------------


def read_attachment(call: Call) -> Reply:
    """The bytes of an attachment, for whoever sees its action (FLU-092, FLU-200)."""
    key = call.params["attachment_id"]
    attachment = by_key(call, "attachments", key)
    if attachment is None or visible_action(call, attachment["actionId"]) is None:
        words = f"Attachment Not Found for {key}"
        raise NotFound("no attachment the caller may see", collection="attachments", key=key, words=words)
    name = attachment["filename"].replace('"', "")
    disposition = ("Content-Disposition", f'inline; filename="{name}"')
    return Reply(attachment["content"].encode(), 200, (disposition,), attachment["contentType"])


def regenerate_pat(call: Call) -> dict[str, Any]:
    """What the user does on a page of the product (FLU-174)."""
    user = access.issue_pat(call.world, call.caller.record, call.now)
    expires = rules.reset_time(access.expires_at(user))
    return {"userName": user["userName"], "pat": user["pat"], "expires": expires}


def read_docs(call: Call) -> str:
    return render(call.world.service.document.raw, call.request.prefix)


def open_action(call: Call) -> str:
    action = find_action(call, call.params["action_id"])
    return page(action["title"], action["description"] or "", f"{action['status']}, {action['taskType']}")


def open_board(call: Call) -> str:
    board = find_board(call, call.params["board_id"])
    return page(board["title"], board["description"] or "")


def open_sub_board(call: Call) -> str:
    """A sub-board by its own address, of which the document explains the first guid and the last (FLU-119)."""
    board, key = find_board(call, call.params["board_id"]), call.params["sub_board_id"]
    sub_board = by_key(call, "sub_boards", key)
    if sub_board is None or not _same(sub_board["boardGuid"], board["guid"]):
        words = f"Board Not Found for {key}"
        raise NotFound("the board has no such sub-board", collection="sub_boards", key=key, words=words)
    return page(sub_board["title"], board["title"])


# --- errors ----------------------------------------------------------------------------------------------------------


def render_error(refusal: Refusal, call: Call) -> Reply:
    """The vendor's words for each neutral refusal: a text (FLU-111)."""
    match refusal:
        case Unauthenticated() | Injected(status=401):
            return _error(call, 401, rules.UNAUTHORIZED, ("WWW-Authenticate", 'Basic realm="Fluid"'))
        case Forbidden() | Injected(status=403):
            return _error(call, 403, rules.FORBIDDEN)
        case NotFound():
            return _error(call, 404, refusal.facts.get("words", "Not Found"))
        case MethodNotAllowed():
            return _error(call, 405, "Method Not Allowed", ("Allow", ", ".join(refusal.allowed)))
        case Malformed() | Injected(status=400):
            return _error(call, 400, rules.BAD_REQUEST)
        case Invalid() if call.settings.bad_values == 400:
            call.cite("FLU-Q4")
            return _error(call, 400, rules.BAD_REQUEST)
        case Invalid() | Injected(status=422):
            return _error(call, 422, rules.INVALID)
        case RateLimited() | Injected(status=429):
            return _error(call, 429, rules.TOO_MANY)
        case Injected():
            return _error(call, refusal.status, phrase(refusal.status))
    return _error(call, 500, "Internal Server Error")


def _error(call: Call, status: int, words: str, *headers: tuple[str, str]) -> Reply:
    if call.settings.error_body == "text":
        call.cite("FLU-Q12")
        return Reply(words, status, headers, "text/plain; charset=utf-8")
    return Reply(words, status, headers, "application/json")
