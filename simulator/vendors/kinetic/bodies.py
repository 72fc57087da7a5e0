"""How a body is read before it is checked: unwrapped, under the names of the reading that is on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from simulator.core.codec import read_json
from simulator.core.document import names_json
from simulator.core.errors import Invalid, Malformed, Problem
from simulator.vendors.kinetic import rules
from simulator.vendors.kinetic.access import Call
from simulator.vendors.kinetic.rules import ON_ACTION_ITEMS

# Of an action item; its other keys are ignored.
_EDITED = {"name", "detail", "description", "status", "assignee_id"}


def fold_body(call: Call, body: Any) -> Any:
    """The body as the document writes it: unwrapped, under the names of the reading that is on. An absent body of a
    POST has no fields, and so lacks the required ones; anywhere else it stays absent."""
    operation = call.operation.id if call.operation else ""
    if body is None and call.request.method == "POST":
        return {}
    if body is None:
        raise Malformed("the body is empty, or null", statements=("KIN-181",))
    sent, fields = body, _fields(call)
    body = rules.unwrap(operation, sent, fields)
    if isinstance(body, dict):
        call.cite(*_readings(operation, sent, body, fields))
    if (
        call.settings.detail_field == "description"
        and operation in ON_ACTION_ITEMS
        and isinstance(body, dict)
    ):
        call.cite("KIN-Q1")
        return _under_description(operation, body)
    return body


def _readings(
    operation: str, sent: dict[str, Any], body: dict[str, Any], fields: Collection[str]
) -> Iterator[str]:
    """What we took a body to say where the document does not."""
    wrapper = rules.WRAPPERS.get(operation)
    if body is not sent:
        yield "KIN-171"
    elif isinstance(sent.get(wrapper or ""), dict):
        yield "KIN-307"
    if body.keys() - fields and operation.startswith("create_"):
        yield "KIN-176"
    if operation == "update_action_item":
        if body.keys() - _EDITED:
            yield "KIN-178"
        if not body:
            yield "KIN-290"


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
    path = request.path
    if request.query or request.method == "HEAD" or path[-1:] == "/" or "//" in path or path[:5] != "/api/":
        call.cite(*_spellings(call))  # most addresses are written as the document does
    unexpected = operation is not None and operation.body is None and operation.method != "GET"
    if unexpected and names_json(request.headers.get(b"content-type", b"")) and request.body.strip():
        read_json(request.body)
    if call.settings.required_headers != "all" or operation is None or operation.id not in ON_ACTION_ITEMS:
        return
    for header in (b"content-type", b"accept"):
        if not names_json(request.headers.get(header, b"")):
            words = f"The {header.decode()} header must be application/json."
            raise Malformed(words, statements=("KIN-Q15", "KIN-300"), words=words)


def _spellings(call: Call) -> Iterator[str]:
    """What an address was taken for, where the document has another."""
    request, path = call.request, call.request.path
    if request.method == "HEAD":
        yield "KIN-191"
    if "//" in path or (path.endswith("/") and path != "/"):
        yield "KIN-193"
    if rules.mount(rules.single_slashes(path)):
        yield "KIN-130"
    if request.query and call.operation is not None:
        names = {pair.partition("=")[0] for pair in request.query.split("&")}
        if names - {"", *(each.name for each in call.operation.parameters)}:
            yield "KIN-292"
