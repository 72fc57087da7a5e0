"""What each operation of Alloy Navigator does; a function a piece, named after its operationId."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from simulator.core.call import Reply
from simulator.core.codec import JSON_BLANKS
from simulator.core.errors import Invalid, Malformed, NotFound, Problem, Refusal, Unauthenticated
from simulator.core.store import Record
from simulator.core.vendor import collects_problems
from simulator.vendors.alloy import access, actions, attachments, lists, xml
from simulator.vendors.alloy.access import Call
from simulator.vendors.alloy.classes import (
    ACTIVITIES,
    Field,
    by_name,
    class_named,
    name_of,
    names_of,
    objects_of,
    show_value,
)
from simulator.vendors.alloy.errors import TOKEN
from simulator.vendors.alloy.rules import api_version, braced, fold_keys, to_plain

LIST_KEYS = ("filters", "sort", "fields", "offset", "limit", "searchText")

# --- spellings -------------------------------------------------------------------------------------------------------

_PARTS = {"filters": ("name", "value", "operation"), "sort": ("property", "direction")}
_DICTIONARY_KEYS = ("objectClass", "refField")
_BODY_KEYS = {
    "create_object": ("ActionId", "Fields"),
    "query_objects": LIST_KEYS,
    "query_activities": LIST_KEYS,
    "query_attachments": (*LIST_KEYS, *attachments.KEYS),
    "query_dictionary": (*_DICTIONARY_KEYS, *LIST_KEYS),
    "add_attachments": attachments.KEYS,
    "describe_attachment": ("Description",),
}
_QUERY_ALIASES = {"par_objectclass": "objectClass", "par_reffield": "refField", "objectclass": "objectClass",
                  "reffield": "refField", **{name: name for name in lists.KNOWN}}  # fmt: skip


def fold_body(call: Call, body: Any) -> Any:
    """The body as the document writes it: its own keys in any case (ALY-X32). The names of fields are not among them.
    Where a body may be left out, none at all is an empty one; a null is still a null."""
    operation = call.operation
    if operation is None:
        return body
    if (
        body is None
        and not call.request.body.strip(JSON_BLANKS)
        and operation.body is not None
        and not operation.body.required
    ):
        return {}
    keys = _BODY_KEYS.get(operation.id, ())
    if isinstance(body, list):
        return [fold_keys(each, keys) for each in body]
    folded = fold_keys(body, keys)
    if isinstance(folded, dict):
        for name, parts in _PARTS.items():
            if name in keys and isinstance(folded.get(name), list):
                folded[name] = [fold_keys(each, parts) for each in folded[name]]
    return folded


def fold_query(call: Call, query: dict[str, list[str]]) -> dict[str, list[str]]:
    """The names of a query in the document's case and spelling (ALY-X37); the others are names of fields."""
    # Anywhere else a field may be called like the two of a dictionary.
    dictionary = call.operation is not None and call.operation.id == "list_dictionary"
    aliases = _QUERY_ALIASES if dictionary else {name: name for name in lists.KNOWN}
    folded: dict[str, list[str]] = {}
    for name, values in query.items():
        folded.setdefault(aliases.get(name.lower(), name), []).extend(values)
    return folded


def write_as(call: Call, value: Any) -> tuple[str, bytes] | None:
    """An answer as XML, where Accept asks for it and it is not the token's (ALY-X11, ALY-X67)."""
    if call.operation is not None and call.operation.id == TOKEN:
        return None
    media_type = xml.wanted(call.request.headers.get(b"accept", b"").decode("latin-1"))
    return None if media_type is None else (f"{media_type}; charset=utf-8", xml.write(value))


# --- envelopes -------------------------------------------------------------------------------------------------------


def _envelope(value: Any) -> dict[str, Any]:
    return {"success": True, "errorCode": 0, "errorText": "", "responseObject": value}


def _item(name: str, caption: str, value: str) -> dict[str, str]:
    return {"name": name, "caption": caption, "value": value}


def _show_guid(call: Call, guid: str, *, braces: bool) -> str:
    """A GUID as its place has it (ALY-Q4)."""
    form = call.settings.object_id_form
    if form != "by_place":
        call.cite("ALY-Q4")
        braces = form == "braced"
    return braced(guid) if braces else guid


def _result(call: Call, thing: Record, *, succeed: bool = True) -> dict[str, Any]:
    """The identifiers of an object, as the document prints them (ALY-033)."""
    id = _show_guid(call, thing["id"], braces=False)
    return _envelope({"Succeed": succeed, "ObjectID": id, "ObjectOID": thing.get("oid") or id})


def _table(
    call: Call, columns: list[lists.Column], records: Iterable[Record], query: lists.Query
) -> dict[str, Any]:
    if call.settings.object_id_form == "plain":
        call.cite("ALY-Q4")
        columns = [each._replace(text=each.value) if each.data_type == "guid" else each for each in columns]
    return _envelope(lists.table(columns, records, query))


# --- tokens and the caller -------------------------------------------------------------------------------------------


@collects_problems
def create_token(call: Call) -> dict[str, Any]:
    """A token for an application or a technician (ALY-X02), or one of three codes (ALY-X04)."""
    body: Mapping[str, Any] = call.body if isinstance(call.body, dict) else {}
    match body.get("grant_type"):
        case "client_credentials":
            kind = "application"
            account = access.application_of(call.store, body.get("client_id"), body.get("client_secret"))
            refused = "invalid_client"
        case "password":
            kind = "technician"
            account = access.technician_of(call.store, body.get("username"), body.get("password"))
            refused = "invalid_grant"
        case _:
            reason = "grant_type is client_credentials or password"
            raise Malformed(reason, statements=("ALY-X04", "ALY-119"), code="unsupported_grant_type")
    if account is None:
        reason = f"no {kind} has these credentials"
        raise Unauthenticated(reason, part=kind, statements=("ALY-X04", "ALY-119"), code=refused)
    call.require_valid()
    token = access.open_token(call.world, kind, account, call.now)
    return {
        "access_token": token["token"],
        "token_type": "bearer",
        "expires_in": call.settings.token_lifetime_s,
    }


def read_profile(call: Call) -> dict[str, Any]:
    who = access.actor(call)
    if who.person is not None:
        return _envelope({"Items": _items(call, who.person)})
    account = call.caller.record
    call.cite("ALY-126")
    # A technician whose person is gone has a number and no GUID.
    id = _show_guid(call, account["id"], braces=True) if "client_id" in account else ""
    return _envelope({"Items": [_item("ID", "ID", id), _item("Name", "Name", who.name)]})


# --- objects ---------------------------------------------------------------------------------------------------------


def _items(call: Call, thing: Record) -> list[dict[str, str]]:
    kind = call.store.get("classes", thing["class"]) or {"fields": ()}
    items = [_item("ID", "ID", _show_guid(call, thing["id"], braces=True))]
    if thing.get("oid"):
        name = kind.get("oid_field", "OID")
        items.append(_item(name, name, thing["oid"]))
    for field in kind["fields"]:
        value = thing["fields"].get(field["name"])
        shown = show_value(call.store, field, value, call.settings.server_time_zone)
        items.append(
            _item(field["name"], field["label"], to_plain(shown) if _is_plain(call, field) else shown)
        )
    return items


def _is_plain(call: Call, field: Field) -> bool:
    if api_version(call.request.path) != "v1" or not actions.is_plain(field):
        return False
    call.cite("ALY-X14", "ALY-131")
    return True


def read_object(call: Call) -> dict[str, Any]:
    thing = access.find_object(call, call.params["oid"], access.caller(call))
    return _envelope({"Items": _items(call, thing)})


def _class_of(call: Call, name: str) -> Record:
    kind = class_named(call.store, name)
    if kind is None or kind["name"] == ACTIVITIES:
        there_are = [each["name"] for each in call.store.all("classes") if each["name"] != ACTIVITIES]
        raise NotFound(
            "no class has this name",
            collection="classes",
            key=name,
            there_are=there_are,
            statements=("ALY-X73",),
        )
    return kind


def _list(call: Call, kind: Record, query: lists.Query) -> dict[str, Any]:
    """The objects of a class that the caller may view (ALY-095)."""
    who = access.caller(call)
    oid = kind.get("oid_field", "OID")
    columns = [lists.guid_column(lambda record: record["id"])]
    if kind.get("prefix") is not None:
        columns.append(lists.plain_column(oid, "string", lambda record: record.get("oid")))
    columns += [
        lists.field_column(
            call.store, call.settings, each, lambda record: record["fields"], plain=_is_plain(call, each)
        )
        for each in kind["fields"]
    ]
    records = (each for each in objects_of(call.store, kind) if access.may_view(call.store, who, each))
    return _table(call, columns, records, query)


def list_objects(call: Call) -> dict[str, Any]:
    kind = _class_of(call, call.params["objectClass"])
    return _list(call, kind, lists.read_query(call.query, call.texts))


def query_objects(call: Call) -> dict[str, Any]:
    return _list(call, _class_of(call, call.params["objectClass"]), lists.read_body(call.body))


def create_object(call: Call) -> dict[str, Any]:
    """A new object by an action that creates one from nothing (ALY-X39)."""
    who = access.actor(call)
    action = actions.require_available(call, call.body["ActionId"], who, None)
    return _result(call, actions.create(call, action, who, call.body.get("Fields", {})))


def run_action(call: Call) -> dict[str, Any]:
    """The document's call, its checks in the order of ALY-Q16."""
    who = access.actor(call)
    thing = access.find_object(call, call.params["oid"], who)
    action = actions.require_available(call, call.params["actionId"], who, thing)
    thing, updated = actions.run(call, action, who, thing, call.body)
    return _result(call, thing, succeed=updated)


def check_action(call: Call) -> dict[str, Any]:
    """Whether a run would be refused for the action itself (ALY-X07, ALY-108)."""
    who = access.caller(call)
    thing = access.find_object(call, call.params["oid"], who)
    try:
        actions.require_available(call, call.params["actionId"], who, thing)
    except Refusal as refusal:
        call.cite(*refusal.statements)
        return _envelope({"Result": False})
    return _envelope({"Result": True})


# --- activities and dictionaries -------------------------------------------------------------------------------------


def _activities(call: Call, query: lists.Query) -> dict[str, Any]:
    thing = access.find_object(call, call.params["oid"], access.caller(call))
    columns = lists.activity_columns(call.store, call.settings)
    return _table(call, columns, call.store.find("activities", "object", thing["id"]), query)


def list_activities(call: Call) -> dict[str, Any]:
    return _activities(call, lists.read_query(call.query, call.texts))


def query_activities(call: Call) -> dict[str, Any]:
    return _activities(call, lists.read_body(call.body))


def _dictionary(call: Call, class_name: str, name: str, query: lists.Query) -> dict[str, Any]:
    """What a reference or classification field may hold (ALY-102)."""
    kind = _class_of(call, class_name)
    known = by_name((names_of(each, call.settings), each) for each in kind["fields"])
    if name not in known:
        wrong = "a name that is not known"
        raise Invalid([Problem(query.place, (name,), "unknown_field", [*known], wrong, ("ALY-103",))])
    field = known[name]
    if field["type"] == "classification":
        return _table(call, lists.ELEMENT_COLUMNS, [{"Name": value} for value in field["values"]], query)
    target = call.store.get("classes", field["class"]) if field["type"] == "reference" else None
    if target is None:
        wanted = "a reference or classification field"
        raise Invalid([Problem(query.place, (name,), "dictionary", wanted, field["type"], ("ALY-103",))])
    who = access.caller(call)
    columns = [
        lists.guid_column(lambda record: record["id"]),
        lists.plain_column("Name", "string", lambda record: name_of(call.store, record)),
    ]
    records = (each for each in objects_of(call.store, target) if access.may_view(call.store, who, each))
    return _table(call, columns, records, query)


def list_dictionary(call: Call) -> dict[str, Any]:
    query = lists.read_query(call.query, call.texts, (*lists.KNOWN, *_DICTIONARY_KEYS))
    return _dictionary(call, call.query["objectClass"], call.query["refField"], query)


def query_dictionary(call: Call) -> dict[str, Any]:
    return _dictionary(call, call.body["objectClass"], call.body["refField"], lists.read_body(call.body))


# --- attachments -----------------------------------------------------------------------------------------------------


def _object_of_path(call: Call) -> Record:
    return access.find_object(call, call.params["oid"], access.caller(call))


def list_attachments(call: Call) -> dict[str, Any]:
    records = attachments.attachments_of(call, _object_of_path(call))
    query = lists.read_query(call.query, call.texts)
    return _table(call, lists.attachment_columns(call.settings), records, query)


def query_attachments(call: Call) -> dict[str, Any]:
    """The list; or, where the body names a file, what PUT does (ALY-115)."""
    if isinstance(call.body, list) or "FileName" in call.body:
        return add_attachments(call)
    records = attachments.attachments_of(call, _object_of_path(call))
    return _table(call, lists.attachment_columns(call.settings), records, lists.read_body(call.body))


def add_attachments(call: Call) -> dict[str, Any]:
    thing = _object_of_path(call)
    access.require_modify(call, access.caller(call), thing)
    added, problems = [], []
    for index, each in enumerate(call.body if isinstance(call.body, list) else [call.body]):
        area = each.get("AttachmentArea") or attachments.GENERAL
        read = attachments.read_one(
            each, [area], ("Attachments", index) if isinstance(call.body, list) else ()
        )
        if isinstance(read, Problem):
            problems.append(read)
        else:
            added.append(read)
    if problems:
        raise Invalid(problems)
    return _table(
        call, lists.attachment_columns(call.settings), attachments.attach(call, thing, added), lists.Query()
    )


def remove_attachment(call: Call) -> dict[str, Any]:
    thing = _object_of_path(call)
    access.require_modify(call, access.caller(call), thing)
    call.store.delete("attachments", attachments.find_attachment(call, thing)["id"])
    return _envelope({"Succeed": True})


def describe_attachment(call: Call) -> dict[str, Any]:
    thing = _object_of_path(call)
    access.require_modify(call, access.caller(call), thing)
    found = attachments.find_attachment(call, thing)
    call.store.replace("attachments", {**found, "Description": call.body["Description"]})
    return _envelope({"Succeed": True})


def read_attachment(call: Call) -> dict[str, Any]:
    found = attachments.find_attachment(call, _object_of_path(call))
    return _envelope({name: found[name] for name in ("Data", "FileName", "Description", "Size")})


def download_attachment(call: Call) -> Reply:
    found = attachments.find_attachment(call, _object_of_path(call))
    name = quote(found["FileName"], safe=" !#$&'()+,;=@[]{}~^`")
    return Reply(base64.b64decode(found["Data"]), 200, (("attachment-file-name", name),))
