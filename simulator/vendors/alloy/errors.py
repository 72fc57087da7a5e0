"""The words of Alloy Navigator for each neutral refusal."""

from __future__ import annotations

from typing import Any

from simulator.core.call import Reply
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
    phrase,
)
from simulator.vendors.alloy import rules
from simulator.vendors.alloy.access import Call

TOKEN = "create_token"
DOWNLOAD = "download_attachment"  # its success is no JSON, so it has no envelope to be refused in

_COMBINATION = "Invalid combination: IsLink cannot be true when Data is not empty."


def render_error(refusal: Refusal, call: Call) -> Reply:
    """Business errors in the envelope, others with a Message, as ASP.NET Web API has it."""
    operation = "" if call.operation is None else call.operation.id
    match refusal:
        case Invalid() | Malformed() | Unauthenticated() if operation == TOKEN:
            return Reply({"error": refusal.facts.get("code", "unsupported_grant_type")}, 400)
        case Injected(status=400) if operation == TOKEN:
            return Reply({"error": "invalid_grant"}, 400)
        case Unauthenticated() | Injected(status=401):
            return _denied(call)
        case NotFound(facts={"collection": collection}):
            asked = refusal.facts.get("asked", refusal.facts["key"])
            return _failure(call, _not_found(collection, asked), 404)
        case NotFound():
            return _message(404, f"No HTTP resource was found that matches the request URI '{_uri(call)}'.")
        case Forbidden():
            return _failure(call, rules.NO_PERMISSION, 403)
        case Conflict():
            return _failure(call, rules.NOT_SATISFIED, 400)
        case Invalid():
            words = _words(refusal.problems[0], call)
            return _message(400, "The request is invalid.") if words is None else _failure(call, words, 400)
        case Malformed():
            return _message(400, "The request is invalid.")
        case MethodNotAllowed():
            words = f"The requested resource does not support http method '{call.request.method}'."
            return Reply({"Message": words}, 405, (("allow", ", ".join(refusal.allowed)),))
        case Injected():
            return _message(refusal.status, phrase(refusal.status))
    return _message(500, "An error has occurred.")


def _uri(call: Call) -> str:
    query = f"?{call.request.query}" if call.request.query else ""
    return f"{call.request.origin}{call.request.path}{query}"


def _message(status: int, words: str) -> Reply:
    return Reply({"Message": words}, status)


def _failure(call: Call, words: str, status: int) -> Reply:
    """A business error; its status counts only by the other reading of ALY-Q7, and for a download."""
    download = call.operation is not None and call.operation.id == DOWNLOAD
    if call.settings.error_status != "4xx" and not download:
        status = 200
    call.cite("ALY-114" if download else "ALY-Q7")
    body: dict[str, Any] = {
        "success": False,
        "errorCode": call.settings.error_code,
        "errorText": words,
        "responseObject": None,
    }
    return Reply(body, status)


def _denied(call: Call) -> Reply:
    """The authorization error (ALY-038): stock 401, or by the other reading of ALY-Q7 in the envelope."""
    if call.settings.authorization_error == "envelope" and (
        call.operation is None or call.operation.id != TOKEN
    ):
        reply = _failure(call, rules.DENIED, 401)
        return Reply(reply.body, 401) if reply.status != 200 else reply
    return _message(401, rules.DENIED)


def _not_found(collection: str, key: Any) -> str:
    match collection:
        case "step_actions":
            return rules.NOT_AVAILABLE
        case "classes":
            return rules.UNKNOWN_CLASS
        case "attachments":
            return f"Attachment {key} not found."
    return f"Object {key} not found."


def _words(problem: Problem, call: Call) -> str | None:
    """The errorText for a business rule; None for what breaks the document's schema."""
    # Of a name within a list of attachments the list's own is told.
    name = str(problem.path[0]) if problem.path else ""
    match problem.keyword:
        case "unknown_field":
            return f"Field {name} is unknown."
        case "value" | "attachment":
            return f"Field {name} has an invalid value."
        case "mandatory":
            return call.settings.mandatory_text.replace("{name}", name)
        case "combination":
            return _COMBINATION
        case "sort":
            return "Only one of par_sort_asc and par_sort_desc can be specified."
        case "operation":
            return f"Operation {problem.got} is not supported for field {name}."
        case "dictionary":
            return f"Field {name} has no dictionary."
    return None
