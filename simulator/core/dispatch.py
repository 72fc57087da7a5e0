"""One request, top to bottom: the whole path from a vendor's address to its answer stands in `dispatch`.

The order, each step an early return (a Refusal raised) when it fails:

 1. the vendor's spelling of the path is folded, and timers that are due happen
 2. routing: an unknown path is the vendor's 404 and a wrong method its 405, with or without a credential
 3. a `status` or `drop` fault answers, or does not, touching nothing; a vendor's rate limit may refuse the call, which
    has cost a token by then, whatever becomes of it
 4. authentication, before anything of the request's content is looked at; the vendor may refuse to admit the call
 5. parameters and body are read and validated; an operation that collects its problems gets them in `call.problems`
 6. the handler runs in a transaction
 7. its reply is checked against the document and written: one that breaks it is our bug, rolled back, the vendor's 500
 8. commit; or, after a refusal anywhere above, rollback (unless it keeps what was written) and the vendor's own error
 9. the journal, with the statements that decided the answer
"""

from __future__ import annotations

import logging
from typing import Any

from simulator.core.auth import authenticate
from simulator.core.call import Call, Reply, Request, Response
from simulator.core.clock import SECOND, stopwatch
from simulator.core.codec import JSON_BLANKS, read_json, write_json
from simulator.core.document import FORM, JSON, MULTIPART, Body, Operation, ResponseSpec, is_json
from simulator.core.errors import (
    REDACTED,
    Broken,
    EdgeRefusal,
    Injected,
    Invalid,
    Malformed,
    Problem,
    RateLimited,
    Refusal,
)
from simulator.core.faults import REFUSING, Fault
from simulator.core.forms import read_form, read_multipart
from simulator.core.journal import Entry, clean_body, clean_form, clean_headers, clean_query
from simulator.core.limits import take
from simulator.core.parameters import read_parameters, read_query
from simulator.core.sandbox import Sandbox, World
from simulator.core.store import Change

log = logging.getLogger("simulator")

_NO_CHANGES: list[Change] = []


def dispatch(sandbox: Sandbox, vendor: str, request: Request) -> Response:
    """Answer one request to a vendor in a sandbox; never raises but EdgeRefusal, for limits of ours."""
    started = stopwatch()
    world = sandbox.worlds[vendor]
    call: Call[Any] = Call(sandbox, world, request)
    sandbox.run_due(call.now)
    refusal: Refusal | None = None
    fault: Fault | None = None
    try:
        _take_token(call)
        operation = _route(call, world)
        fault = sandbox.faults.choose(vendor, operation.id)
        if fault is not None and fault.kind in REFUSING:
            raise Injected(0 if fault.kind == "drop" else fault.status or 500, fault.id)
        if call.allowance is not None and not call.allowance.granted:
            raise RateLimited(-((call.now - call.allowance.reset_at) // SECOND))
        call.principal = authenticate(call, operation, world.service.vendor.authenticators)
        if world.service.vendor.admit is not None:
            world.service.vendor.admit(call)
        _read(call, operation)
        result = world.service.handlers[operation.id](call)
        reply = result if isinstance(result, Reply) else Reply(result, operation.success)
        spec: ResponseSpec | None = _checked(reply, operation)
        response = _write(call, reply, spec)  # what cannot be written must not have happened
        changes = world.store.commit()
    except EdgeRefusal:
        world.store.rollback()
        if sandbox.faults.all():  # one may have counted the call
            sandbox.arranged()
        raise
    except Refusal as raised:
        refusal, changes = raised, world.store.commit() if raised.keeps else _roll_back(call)
        response, spec = _refused(call, raised)
    except Exception:
        # Our own bug must look like the vendor's own bad day to the client, and like our bug to us.
        log.exception("%s %s: the handler failed", request.method, request.path)
        refusal, changes = Broken("the simulator failed; see its log"), _roll_back(call)
        response, spec = _refused(call, refusal)
    _record(call, response, spec, refusal, fault, changes, started)
    if fault is not None:
        response.delay_ms, response.wire = fault.delay_ms, fault.wire
    return response


def _take_token(call: Call[Any]) -> None:
    """Let the call take a token of the vendor's limit, if it has one."""
    limit = call.world.service.document.rate_limit
    if limit is not None:
        requests, window_s = getattr(call.settings, limit.requests), getattr(call.settings, limit.window_s)
        call.allowance = take(call.store, call.world.service.name, requests, window_s * SECOND, call.now)


def _roll_back(call: Call[Any]) -> list[Change]:
    """Undo everything but the token: a refused call has cost one too. Returns what is left of the call's changes."""
    call.store.rollback()
    if call.allowance is None:
        return _NO_CHANGES
    _take_token(call)
    return call.store.commit()


def _route(call: Call[Any], world: World) -> Operation:
    request = call.request
    path = world.service.vendor.fold_path(request.path, call.settings)
    call.operation, call.params = world.service.router.match(request.method, path)
    if call.operation.status == "stub":
        raise EdgeRefusal(501, f"{call.operation.id} is not simulated")
    return call.operation


def _read(call: Call[Any], operation: Operation) -> None:
    """Parameters and body into the call; what is wrong with them is refused, or collected."""
    problems: list[Problem] = []
    fold_query = call.world.service.vendor.fold_query
    if operation.parameters or operation.unknown_parameters == "reject" or fold_query is not None:
        query = read_query(call.request.query)
        call.texts = query if fold_query is None else fold_query(call, query)
        call.query, problems = read_parameters(operation, call.params, call.texts, call.request)
    if operation.body is not None:
        problems += _read_body(call, operation, operation.body)
    if problems:
        if operation.id not in call.world.service.collecting:
            raise Invalid(problems)
        call.problems = problems


def _read_body(call: Call[Any], operation: Operation, body: Body) -> list[Problem]:
    data = call.request.body
    if len(data) > operation.max_body:
        raise EdgeRefusal(413, f"the body has more than {operation.max_body} bytes")
    content_type = call.request.headers.get(b"content-type", b"").decode("latin-1")
    call.media_type = body.media_type_of(content_type)
    fold_body = call.world.service.vendor.fold_body
    if call.media_type == MULTIPART:
        fields, call.files = read_multipart(content_type, data)
        call.body = {**fields, **dict.fromkeys(call.files, "")}
    elif call.media_type == FORM:
        call.body = fold_body(call, read_form(data))
    else:
        is_blank = not data.strip(JSON_BLANKS)
        call.body = fold_body(call, None if is_blank else read_json(data))
        if call.body is None and is_blank:
            if body.required:
                raise Malformed("the body is empty")
            return []
    schema = body.schemas[call.media_type]
    return [] if schema.accepts(call.body) else schema.problems(call.body)


def _checked(reply: Reply, operation: Operation) -> ResponseSpec:
    """The response the document has for a reply. Raises Broken for one that it does not have."""
    spec = operation.responses.get(reply.status)
    if spec is None:
        raise Broken(f"{operation.id} answered {reply.status}, which its document does not list")
    named = spec.alternatives.get(reply.media_type or "", spec)
    if not (
        isinstance(reply.body, bytes) and named.is_json
    ):  # a file may call itself JSON and is still a file
        spec = named
    if spec.schema is None:
        if reply.body is not None:
            raise Broken(f"{operation.id} {reply.status} has a body, its document has none")
    elif not spec.is_json:
        # A file's bytes are whatever they are; a text may have to be of a kind.
        if not isinstance(reply.body, bytes) and not (
            isinstance(reply.body, str) and spec.schema.accepts(reply.body)
        ):
            raise Broken(f"{operation.id} {reply.status} is not the {spec.media_type} of its document")
    elif not spec.schema.accepts(reply.body):
        found = [problem.describe() for problem in spec.schema.problems(reply.body)]
        raise Broken(f"{operation.id} {reply.status} breaks its document", problems=found)
    return spec


def _refused(call: Call[Any], refusal: Refusal) -> tuple[Response, ResponseSpec | None]:
    """The vendor's words for a refusal; where those break the document, its words for our own bug; where it has none, a
    500 without any."""
    if isinstance(refusal, Injected) and not refusal.status:
        return Response(0, [], b"", call.sandbox.journal.next_id()), None
    render = call.world.service.vendor.render_error
    if isinstance(refusal, Broken):
        log.error("%s %s: %s %s", call.request.method, call.request.path, refusal.reason, refusal.facts)
    try:
        reply = render(refusal, call)
        if call.operation is None:
            return _write(call, reply, None), None
        if isinstance(refusal, Injected):  # a test may ask for a status that the document does not have
            spec = call.operation.responses.get(reply.status)
        else:
            spec = _checked(reply, call.operation)
        return _write(call, reply, spec), spec
    except Broken as raised:
        broken = raised
        log.error("%s: %s %s", call.request.path, broken.reason, broken.facts)
    except Exception:
        broken = Broken("the vendor's words for an error failed; see the log")
        log.exception("%s %s: no words for %r", call.request.method, call.request.path, refusal)
    refusal.facts = {**refusal.facts, "simulator_bug": broken.explain()}
    try:
        return _write(call, render(broken, call), None), None
    except Exception:
        log.exception("%s %s: no words for our own bug", call.request.method, call.request.path)
        return Response(500, [(b"content-length", b"0")], b"", call.sandbox.journal.next_id()), None


def _write(call: Call[Any], reply: Reply, spec: ResponseSpec | None) -> Response:
    headers: list[tuple[bytes, bytes]] = [(b"date", call.sandbox.clock.http_date(call.now))]
    if reply.body is None:
        body = b""
    else:
        media_type = reply.media_type or (
            JSON if spec is None or spec.media_type is None else spec.media_type
        )
        if isinstance(reply.body, bytes):
            body = reply.body
        elif isinstance(reply.body, str) and not is_json(media_type):
            body = reply.body.encode()
        else:
            write_as = call.world.service.vendor.write_as
            written = None if write_as is None else write_as(call, reply.body)
            media_type, body = written or (media_type, write_json(reply.body))
        headers.append((b"content-type", media_type.encode("latin-1")))
    headers.append((b"content-length", b"%d" % len(body)))
    always = call.world.service.vendor.headers
    for name, value in reply.headers if always is None else (*reply.headers, *always(call, reply.status)):
        if not value.isprintable():
            raise Broken(f"the header {name} would hold a control character")
        headers.append((name.lower().encode(), value.encode("latin-1")))
    return Response(reply.status, headers, body, call.sandbox.journal.next_id())


def _record(
    call: Call[Any],
    response: Response,
    spec: ResponseSpec | None,
    refusal: Refusal | None,
    fault: Fault | None,
    changes: list[Change],
    started: float,
) -> None:
    operation, request = call.operation, call.request
    secrets: frozenset[str] = frozenset() if operation is None else operation.secrets
    entry = Entry()
    entry.id = response.entry
    entry.at = call.now
    entry.direction = "in"
    entry.vendor = call.world.service.name
    entry.operation = None if operation is None else operation.id
    entry.method, entry.path = request.method, request.path
    entry.query = clean_query(request.query, secrets)
    entry.request_headers = clean_headers(request.headers, secrets)
    entry.request_body = (
        clean_form(request.body, secrets)
        if call.media_type == FORM
        else clean_body(request.body, secrets, refused=isinstance(refusal, Invalid | Malformed))
    )
    entry.received = len(request.body)
    entry.response_status = response.status
    entry.response_headers = response.headers
    # What the document calls secret is taken out here; what is only named like a secret, when somebody reads it.
    if spec is not None and spec.schema is not None and spec.schema.is_secret:
        entry.response_body = write_json(REDACTED)
    else:
        entry.response_body = clean_body(response.body, secrets) if secrets else response.body
    entry.principal = None if call.principal is None else call.principal.label
    entry.statements = _statements(call, spec, refusal)
    entry.changes = changes
    entry.numbers_before = call.store.numbers_before
    entry.records = call.world.service.document.records
    entry.fault = None if fault is None else fault.id
    entry.explanation = None if refusal is None else refusal.explain()
    entry.duration_ms = (stopwatch() - started) * 1000
    call.sandbox.journal.append(entry)
    recorder = call.sandbox.recorder
    if recorder is not None:
        recorder.committed(call.world, changes, entry)
        if fault is not None or call.sandbox.faults.all():  # one has struck, or counted down
            recorder.arranged(call.sandbox)


def _statements(call: Call[Any], spec: ResponseSpec | None, refusal: Refusal | None) -> tuple[str, ...]:
    """What decided the answer: the document's citations for it, what the handler cited, what the refusal rests on. A
    refusal that shares its status with the success does not rest on what is said of that."""
    if spec is not None and not (refusal is not None and spec.status < 400):
        cited = spec.statements
    else:
        cited = call.operation.statements if call.operation else ()
    if not call.cited and refusal is None:
        return cited
    return tuple(dict.fromkeys([*cited, *call.cited, *(refusal.statements if refusal else ())]))
