"""The vendor's words for each refusal."""

from __future__ import annotations

from simulator.core.call import Reply
from simulator.core.errors import (
    Injected,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Refusal,
    Unauthenticated,
    phrase,
)
from simulator.vendors.kinetic import rules
from simulator.vendors.kinetic.access import Call
from simulator.vendors.kinetic.rules import ON_ACTION_ITEMS


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
            return _message(call, refusal.status, phrase(refusal.status))
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
