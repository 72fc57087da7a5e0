"""What each operation of Alemba Service Manager does; the entities' data files say what there is to do."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from simulator.core.call import Call as AnyCall
from simulator.core.call import Reply, Upload
from simulator.core.codec import write_json
from simulator.core.document import JSON
from simulator.core.errors import (
    Conflict,
    Forbidden,
    Injected,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    Refusal,
    Unauthenticated,
    UnsupportedMediaType,
    phrase,
)
from simulator.core.store import Record
from simulator.core.vendor import collects_problems
from simulator.vendors.alemba import access, changes, links, oauth, rules
from simulator.vendors.alemba.entities import MODEL, Action, Entity, Part
from simulator.vendors.alemba.rules import Settings
from simulator.vendors.alemba.search.searching import search

Call = AnyCall[Settings]
OAUTH = frozenset({"login", "authorize"})

login, authorize, logout, authenticate = oauth.login, oauth.authorize, oauth.logout, oauth.authenticate


def admit(call: Call) -> None:
    """Before a body is looked at: the entity must be there, take the method and grant the right to it.

    A body of a kind that the API does not take is a 415 (ALM-242). An empty body has no kind: clients in use send a PUT
    of nothing as a form (ALM-X17).
    """
    operation = call.operation
    if operation is None or operation.body is None:
        return
    if operation.id == "create_record":
        _allow_entity(call, access.entity_of(call, call.params["entity"]), "Create", "POST")
    elif "id" in call.params:
        _allow_record(
            call, operation.method, call.params.get("part", "image" if "image" in operation.id else "")
        )
    if not call.request.body.strip():
        return
    content_type = call.request.headers.get(b"content-type", b"").decode("latin-1").lower()
    named, _, parameters = content_type.partition(";")
    named = named.strip()
    charset = parameters.partition("charset=")[2].strip(' "')
    if named not in operation.body.schemas or (charset not in {"", "utf-8", "utf8"} and named == JSON):
        taken = sorted(operation.body.schemas)
        raise UnsupportedMediaType("the body is of another media type", statements=("ALM-242",), taken=taken)


def fold_query(call: Call, query: dict[str, list[str]]) -> dict[str, list[str]]:
    folded = rules.fold_query(query, call.settings)
    for name in folded:
        if name.startswith("$") and name not in rules.OPTIONS:
            problem = Problem(
                "query", (name[:60],), "NotSupported", list(rules.OPTIONS), "an option that there is not"
            )
            raise Invalid([problem], statements=("ALM-255",))
    return folded


def _wants_metadata(call: Call) -> bool:
    return "$options" in call.texts or "$metadata" in call.texts


# --- hypermedia and search -------------------------------------------------------------------------------------------


def read_root(call: Call) -> Any:
    """The root metadata, whatever stands behind it (ALM-057)."""
    if call.settings.root_metadata == "options" and not _wants_metadata(call):
        raise NotFound(
            "the address names no resource", sub_status="ResourceNotFound", statements=("ALM-Q28",)
        )
    call.cite("ALM-Q28")
    return links.root_metadata(call)


def read_metadata(call: Call) -> Any:
    call.cite("ALM-Q9")
    return links.entity_metadata(call, access.entity_of(call, call.params["entity"]))


def read_root_metadata(call: Call) -> Any:
    return links.root_metadata(call)


def search_records(call: Call) -> Any:
    entity = access.entity_of(call, call.params["entity"])
    if _wants_metadata(call):
        return links.entity_metadata(call, entity)
    _allow_entity(call, entity, "Search", "GET")
    return search(call, entity, entity.resource)


def _allow_entity(call: Call, entity: Entity, name: str, method: str) -> Action:
    """The action of an entity as a whole. Refuses one that it does not have, and who has no right to it."""
    action = entity.actions.get(name)
    if action is None or action.method != method:
        raise MethodNotAllowed(
            sorted({"GET", *(each.method for each in entity.actions.values() if not each.on_record)})
        )
    return _with_right(call, action)


def create_record(call: Call) -> Any:
    entity = access.entity_of(call, call.params["entity"])
    action = _allow_entity(call, entity, "Create", "POST")
    record = changes.create(call, entity, action, call.body)
    call.cite("ALM-Q13", "ALM-Q21")
    status = 201 if call.settings.statuses == "usual" else 200
    return Reply(links.whole_record(call, entity, record), status)


# --- records ---------------------------------------------------------------------------------------------------------


def _named(call: Call) -> tuple[Entity, Action | None]:
    """The entity of the path, and the action where `$create` stands in the place of a key. Refuses a `$` that names
    no action."""
    entity, id = access.entity_of(call, call.params["entity"]), call.params["id"]
    action = links.action_named(entity, id)
    if action is None and id.startswith("$"):
        raise NotFound(
            "the entity has no such action", sub_status="ResourceNotFound", statements=("ALM-100",)
        )
    return entity, action


def _no_such_address() -> NotFound:
    reason = "the entity has no such address"
    return NotFound(reason, sub_status="ResourceNotFound", statements=("ALM-232",))


def _allow_record(call: Call, method: str, path: str) -> tuple[Entity, Action]:
    """The action that a method at an address of a record is. Refuses, in this order, an entity that there is not, an
    address and a method that it does not have, and who has no right to it."""
    entity, named = _named(call)
    found = [each for each in entity.actions.values() if each.on_record and each.path == path]
    methods = {each.method: each for each in found}
    if call.settings.action_methods != "PUT":
        for each in found:
            if each.is_complex:
                methods.setdefault("POST", each)
    if path in entity.parts:
        methods.setdefault("GET", entity.actions["Get"])
    if not methods:
        raise _no_such_address()
    if named is not None or method not in methods:
        raise MethodNotAllowed(["GET"] if named is not None else sorted(methods))
    return entity, _with_right(call, methods[method])


def _with_right(call: Call, action: Action) -> Action:
    if not access.has_right(call, action):
        kind = access.caller(call)["session_type"]
        reason = f"a session of type {kind} has no right to {action.name}"
        raise Forbidden(reason, statements=("ALM-244",), sub_status="NotAllowed")
    return action


def _record(call: Call, method: str, path: str = "") -> tuple[Entity, Record, Action]:
    """The record of the path with the action that a method at it is. Refuses what `_allow_record` does, then a record
    that there is not, and an action that is not possible with it now."""
    entity, action = _allow_record(call, method, path)
    really, record = access.find(call, entity, call.params["id"])
    own = really.actions.get(action.name, action)
    refusal = access.refusal(call, really, record, own)
    if refusal is not None:
        raise refusal
    return really, record, own


def read_record(call: Call) -> Any:
    entity, action = _named(call)
    if action is not None:
        return links.action_metadata(call, entity, action)
    if _wants_metadata(call):
        return links.entity_metadata(call, *access.find(call, entity, call.params["id"]))
    really, record, _ = _record(call, "GET")
    return _with_etag(call, links.whole_record(call, really, record))


def _with_etag(call: Call, shown: dict[str, Any]) -> Reply:
    """A record with its ETag, or a 304 when the client has it already (ALM-Q14)."""
    if not call.settings.etags:
        call.cite("ALM-Q14")
        return Reply(shown, 200)
    tag = f'"{hashlib.blake2b(write_json(shown), digest_size=12).hexdigest()}"'
    asked = call.request.headers.get(b"if-none-match", b"").decode("latin-1")
    held = {each.strip().removeprefix("W/") for each in asked.split(",")}
    if tag in held:
        call.cite("ALM-245", "ALM-Q14")
        return Reply(None, 304, (("ETag", tag),))
    return Reply(shown, 200, (("ETag", tag),))


def update_record(call: Call) -> Any:
    really, record, action = _record(call, "PUT")
    changed = changes.perform(call, really, record, action, call.body or {})
    return links.whole_record(call, really, changed)


def delete_record(call: Call) -> Any:
    """Answers the record as it was (ALM-Q13); one with a life of its own is kept and only called deleted (ALM-221)."""
    really, record, action = _record(call, "DELETE")
    shown = {**links.properties_of(really, record), "_context": links.metadata_link(call, really)}
    if action.sets:
        changes.perform(call, really, record, action, {})
    else:
        call.store.delete(really.resource, record[really.key])
    return {**shown, "_self": links.record_link(call, really, record), "_actions": {}, "_links": {}}


# --- actions and parts -----------------------------------------------------------------------------------------------


def perform_action(call: Call) -> Any:
    really, record, action = _record(call, "PUT", call.params["part"])
    return _performed(call, really, record, action)


def _performed(call: Call, really: Entity, record: Record, action: Action) -> Any:
    if action.stub:
        raise Invalid(
            [Problem("path", (action.name,), "NotImplemented", "another action", "a stub", ("ALM-236",))]
        )
    changed = changes.perform(call, really, record, action, call.body or {})
    call.cite("ALM-096", "ALM-Q21")
    return links.whole_record(call, really, changed)


def _part(call: Call, entity: Entity) -> Part | None:
    return entity.parts.get(call.params["part"])


def read_part(call: Call) -> Any:
    """The records that belong to a record; with $options the metadata of an action, or of those records."""
    entity, _ = _named(call)
    path = call.params["part"]
    part = _part(call, entity)
    if _wants_metadata(call):
        return _part_metadata(call, entity, part, path)
    if part is None:
        _allow_record(call, "GET", path)  # refuses: an action is not read
        raise _no_such_address()
    really, record = access.find(call, entity, call.params["id"])
    of = MODEL.by_name[part.entity]
    _allow_entity(call, of, "Search", "GET")
    call.cite("ALM-X10")
    address = f"{really.resource}/{record[really.key]}/{part.name}"
    return search(call, of, address, (part.by, record[really.key]))


def _part_metadata(call: Call, entity: Entity, part: Part | None, path: str) -> Any:
    found = [each for each in entity.actions.values() if each.path == path and path]
    if not found and part is None:
        raise _no_such_address()
    really, record = access.find(call, entity, call.params["id"])
    if found:
        return links.action_metadata(call, really, found[0], record)
    return links.entity_metadata(call, MODEL.by_name[part.entity if part else ""])


@collects_problems
def create_part(call: Call) -> Any:
    """Attach a file: one part named `file` of a multipart body, or Name and base64 Data in JSON (ALM-X05, ALM-X18). In
    the other reading of ALM-Q21 it is also another way to do an action, whose inputs are not those of a file."""
    really, record, action = _record(call, "POST", call.params["part"])
    if not action.attaches and isinstance(call.body, dict | None):
        return _performed(call, really, record, action)
    call.require_valid()
    upload = _upload(call)
    attachment = changes.attach(call, really, record, action, upload)
    shown = links.whole_record(call, MODEL.by_name["Attachment"], attachment)
    return Reply(shown, 201 if call.settings.statuses == "usual" else 200)


def _upload(call: Call) -> Upload:
    if call.media_type == "multipart/form-data":
        file = call.files.get("file")
        if file is None or len(call.files) != 1:
            got = f"files named {', '.join(sorted(call.files)) or 'nothing'}"
            raise Invalid([Problem("body", ("file",), "required", "one part named file", got, ("ALM-X05",))])
        return file
    body = call.body or {}
    name, data = str(body.get("Name", "")), str(body.get("Data", ""))
    wrong = [
        each for each, there in (("Name", name), ("Data", "Data" in body)) if not there
    ]  # a file may be empty
    if wrong:
        raise Invalid(
            [Problem("body", (each,), "required", "a text", "nothing", ("ALM-X18",)) for each in wrong]
        )
    try:
        content = base64.b64decode(data, validate=True)
    except ValueError:
        raise Invalid(
            [Problem("body", ("Data",), "base64", "base64", "something else", ("ALM-X18",))]
        ) from None
    kind = body.get("ContentType")
    return Upload(name, kind if isinstance(kind, str) else changes.NO_KNOWN_TYPE, content)


def read_part_record(call: Call) -> Any:
    """One record of a part at its own place below the record."""
    really, record = _part_record(call)
    _require(call, really, record, "GET")
    return _with_etag(call, links.whole_record(call, really, record))


def delete_part_record(call: Call) -> Any:
    really, record = _part_record(call)
    _require(call, really, record, "DELETE")
    shown = {**links.properties_of(really, record), "_context": links.metadata_link(call, really)}
    call.store.delete(really.resource, record[really.key])
    return {**shown, "_self": links.record_link(call, really, record), "_actions": {}, "_links": {}}


def _part_record(call: Call) -> tuple[Entity, Record]:
    entity, _ = _named(call)
    part = _part(call, entity)
    if part is None or len(MODEL.by_name[part.entity].keys) != 1:
        raise _no_such_address()
    owner, record = access.find(call, entity, call.params["id"])
    found = access.find(call, MODEL.by_name[part.entity], call.params["part_id"])
    if found[1].get(part.by) != record[owner.key]:
        facts = {"sub_status": "RecordNotFound", "statements": ("ALM-233",)}
        raise NotFound("it belongs to another record", collection=found[0].resource, key=call.params["part_id"],
                       existed=True, **facts)  # fmt: skip
    return found


def _require(call: Call, entity: Entity, record: Record, method: str) -> None:
    action = entity.action_at(method, "")
    if action is None:
        raise MethodNotAllowed(entity.methods_at(""))
    refusal = access.refusal(call, entity, record, action)
    if refusal is not None:
        raise refusal


# --- images ----------------------------------------------------------------------------------------------------------


def read_image(call: Call) -> Any:
    """The picture; with $options the metadata of reading it, also where there is none (ALM-092)."""
    if _wants_metadata(call):
        entity, _ = _named(call)
        return Reply(_part_metadata(call, entity, None, "image"), 200, media_type=JSON)
    entity, record = _with_image(call, "GET")
    data, kind = entity.image or ("", "")
    media_type = changes.media_type(record.get(kind) or "")
    return Reply(base64.b64decode(str(record[data])), 200, media_type=media_type)


def update_image(call: Call) -> Any:
    """Set the picture: a file whose type is that of an image, or is not said (ALM-254)."""
    entity, record = _with_image(call, "PUT")
    data, kind = entity.image or ("", "")
    file = _upload(call)
    media_type = changes.media_type(file.content_type)
    if not media_type.lower().startswith("image/") and media_type != changes.NO_KNOWN_TYPE:
        raise Invalid([Problem("body", ("ContentType",), "type", "image/*", media_type, ("ALM-254",))])
    changed = {**record, data: base64.b64encode(file.data).decode(), kind: media_type}
    return links.whole_record(call, entity, call.store.replace(entity.resource, changed))


def delete_image(call: Call) -> Any:
    entity, record = _with_image(call, "DELETE")
    data, kind = entity.image or ("", "")
    return links.whole_record(
        call, entity, call.store.replace(entity.resource, {**record, data: None, kind: None})
    )


def _with_image(call: Call, method: str) -> tuple[Entity, Record]:
    entity, _ = _named(call)
    if entity.image is None:
        raise _no_such_address()
    really, record, _ = _record(call, method, "image")
    return really, record


# --- errors ----------------------------------------------------------------------------------------------------------


def render_error(refusal: Refusal, call: Call) -> Reply:
    """The vendor's words for each neutral refusal: the authorization service's, the API's, and none elsewhere."""
    if _is_oauth(call):
        return _oauth_error(refusal)
    if call.operation is None and isinstance(refusal, NotFound) and not rules.is_api(call.request.path):
        call.cite("ALM-Q11")
        return Reply(None, 404)
    match refusal:
        case Unauthenticated():
            return _error(call, 401, "UnauthorizedException", "Not authorized.", "None")
        case Invalid():
            return _invalid(refusal, call)
        case Malformed():
            return _error(call, 400, "BadRequestException", "The request could not be read.", "None")
        case UnsupportedMediaType():
            return _error(
                call, 415, "UnsupportedMediaTypeException", "The media type is not supported.", "NotSupported"
            )
        case Forbidden():
            return _error(call, 403, "NotAllowedException", "The action is not allowed.", "NotAllowed")
        case Conflict():
            return _conflict(refusal, call)
        case NotFound():
            return _not_found(refusal, call)
        case MethodNotAllowed():
            reply = _error(call, 405, "NotSupportedException", "The method is not supported.", "NotSupported")
            return Reply(reply.body, 405, (("Allow", ", ".join(refusal.allowed)),))
        case Injected():
            return _error(call, refusal.status, "Exception", phrase(refusal.status), "None")
    return _error(call, 500, "Exception", "An error has occurred.", "None")


def _is_oauth(call: Call) -> bool:
    if call.operation is None:  # a wrong method
        return rules.fold_path(call.request.path, call.settings) in {f"{rules.WEB}/{each}" for each in OAUTH}
    return call.operation.id in OAUTH


def _error(call: Call, status: int, type: str, message: str, sub_status: str) -> Reply:
    body = {"Message": message, "Type": type, "SubStatus": sub_status}
    if not call.settings.error_message:
        call.cite("ALM-Q12")
        del body["Message"]
    return Reply(body, status)


def _conflict(refusal: Conflict, call: Call) -> Reply:
    status = 409 if call.settings.statuses == "usual" else 403
    holder = refusal.facts.get("locked_by")
    message = f"The record is locked by {holder}." if holder else "The action is not allowed."
    return _error(call, status, "NotAllowedException", message, "NotAllowed")


def _not_found(refusal: NotFound, call: Call) -> Reply:
    if call.settings.not_found_body == "never":
        call.cite("ALM-Q11")
        return Reply(None, 404)
    sub_status = refusal.facts.get("sub_status", "ResourceNotFound")
    words = {
        "RecordNotFound": "The record was not found.",
        "LinkedRecordNotFound": "A linked record was not found.",
    }
    if call.operation is None:
        call.cite("ALM-232", "ALM-Q11")
    return _error(
        call, 404, f"{sub_status}Exception", words.get(sub_status, "The resource was not found."), sub_status
    )


def _invalid(refusal: Invalid, call: Call) -> Reply:
    """A 400 that names what is wrong; of links that lead nowhere the 404 of a linked record (ALM-234)."""
    rules_broken = [problem.keyword for problem in refusal.problems]
    if "linked" in rules_broken:
        name = next(problem.name for problem in refusal.problems if problem.keyword == "linked")
        return _error(call, 404, "LinkedRecordNotFoundException", f"{name}: the linked record was not found.",
                      "LinkedRecordNotFound")  # fmt: skip
    words = _words(refusal.problems[0])
    for sub_status in ("NotImplemented", "NotSupported"):
        if sub_status in rules_broken:
            return _error(call, 400, f"{sub_status}Exception", words, sub_status)
    return _error(call, 400, "ValidationException", words, "None")


def _words(problem: Problem) -> str:
    """What is wrong, for whoever reads it in a log. Of an option it is said what would have been right."""
    if problem.keyword == "required":
        return f"{problem.name} is missing."
    if problem.where == "query" and isinstance(problem.expected, str):
        return f"{problem.name}: {problem.expected}."
    if problem.keyword == "NotImplemented":
        return f"{problem.name} is not implemented."
    return f"{problem.name} is not valid." if problem.name else "The body is not valid."


def _oauth_error(refusal: Refusal) -> Reply:
    """An error of the authorization service, vague on purpose (ALM-033)."""
    error = refusal.facts.get("oauth")
    match refusal:
        case MethodNotAllowed():
            body = {"error": "invalid_request", "error_description": oauth.DESCRIPTIONS["invalid_request"]}
            return Reply(body, 405, (("Allow", ", ".join(refusal.allowed)),))
        case UnsupportedMediaType():
            status, error = 415, "invalid_request"
        case Unauthenticated():
            status = 401
        case Injected():
            status = refusal.status
            error = {401: "invalid_client", 400: "invalid_grant"}.get(status, "server_error")
        case Invalid() | Malformed():
            status = 400
        case _:
            status, error = 500, "server_error"
    error = error or "invalid_request"
    return Reply({"error": error, "error_description": oauth.DESCRIPTIONS.get(error, phrase(status))}, status)
