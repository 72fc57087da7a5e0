"""The control API's table of routes; each call in a few lines, errors as application/problem+json."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NoReturn

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from simulator import __version__
from simulator.control.guard import refuse
from simulator.core import clock as time
from simulator.core import outbox, snapshot
from simulator.core.codec import read_json, write_json
from simulator.core.errors import Malformed
from simulator.core.faults import read_fault
from simulator.core.recorder import NotKept, Recorder
from simulator.core.routing import PREFIX
from simulator.core.sandbox import Sandbox, SandboxError, Sandboxes, World
from simulator.core.settings import change_settings
from simulator.core.snapshot import SnapshotError
from simulator.core.statements import BASES
from simulator.core.store import Record
from simulator.core.vendor import LoadError, Service
from simulator.core.verifier import CriterionError, verify
from simulator.data import DataError, fixture_names, read_document
from simulator.outbox import Sender

ROOT = f"/{PREFIX}/v1"
MAX_PAGE = 1000
MAX_BODY = 1_000_000
MAX_SNAPSHOT = 64_000_000  # what a sandbox has given, it takes back
MAX_DETAIL = 2_000  # characters of a problem's sentence, in which names of the caller's may stand
QUERIES = {  # the parameters of the calls that have any; another is refused, for a misspelt filter filters nothing
    "/statements": {"vendor", "basis"},
    "/sandboxes/{sandbox}/journal": {"vendor", "operation", "status", "after", "limit"},
}
_BODY = "simulator.body"  # the scope's word for it
_SHOWN = 80  # characters of a wrong value in a problem


def control_app(
    sandboxes: Sandboxes,
    key: str | None,
    *,
    recorder: Recorder | None = None,
    public_url: str | None = None,
    hosts: frozenset[str] = frozenset(),
    sender: Sender | None = None,
) -> Starlette:
    """The control API as an ASGI application. With a key, every call but `ready` needs it; with a recorder, what a call
    changed is safe when it is answered. `hosts` are names beside the loopback's that it answers to."""
    control = Control(sandboxes, public_url, sender)

    def guarded(path: str, handlers: dict[str, Callable[[Request], Awaitable[Response]]]) -> Any:
        # By the route that was found, not by the path: a sandbox may be called "ready".
        open_to_all = handlers.get("GET") == control.ready

        async def endpoint(request: Request) -> Response:
            refused = refuse(request, key, hosts, open_to_all=open_to_all)
            if refused is not None:
                return problem(*refused)
            try:
                _only(request.query_params.keys(), QUERIES.get(path, set()))
                # Whole before anything is looked up: what a slow body was for may be gone when it has come.
                await _receive(request, MAX_SNAPSHOT if path.endswith("/snapshot") else MAX_BODY)
                handler = handlers["GET" if request.method == "HEAD" else request.method]
                return await (handler(request) if recorder is None else _kept(recorder, handler, request))
            except NotKept as error:
                return problem(507, f"the state cannot be written: {error}")
            except SandboxError as error:
                return problem(error.status, error.reason)
            except (DataError, LoadError, SnapshotError, ValueError, Malformed) as error:
                return problem(422, str(error))

        return endpoint

    routes = [
        # A record's key may hold a slash, sent as %2F, which Starlette has decoded by now.
        Route(
            ROOT + path.replace("{collection}/{id}", "{collection}/{id:path}"),
            guarded(path, handlers),
            methods=list(handlers),
        )
        for path, handlers in control.table().items()
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http_problem, Exception: _our_bug})
    app.router.redirect_slashes = False  # an address has one spelling, and a redirect is no problem+json
    return app


async def _kept(
    recorder: Recorder, handler: Callable[[Request], Awaitable[Response]], request: Request
) -> Response:
    """The answer, once what it changed is safe. Raises NotKept."""
    reads = request.method in {"GET", "HEAD"} or request.url.path.endswith("/verify")
    if recorder.failed is not None and not reads:
        raise NotKept(recorder.failed)
    before = recorder.changes
    response = await handler(request)
    if recorder.changes != before and recorder.failed is None:
        await recorder.durable()
    return response


class Control:
    """The calls, by path and method."""

    def __init__(self, sandboxes: Sandboxes, public_url: str | None, sender: Sender | None = None) -> None:
        self.sandboxes = sandboxes
        self._public_url = public_url
        self.sender = sender or Sender()
        self.services = sandboxes.services

    def table(self) -> dict[str, dict[str, Callable[[Request], Awaitable[Response]]]]:
        sandbox = "/sandboxes/{sandbox}"
        return {
            "/ready": {"GET": self.ready},
            "/info": {"GET": self.info},
            "/openapi/{document}.json": {"GET": self.openapi},
            "/fixtures": {"GET": self.list_fixtures},
            "/statements": {"GET": self.statements},
            "/statements/{id}": {"GET": self.statement},
            "/sandboxes": {"GET": self.list_sandboxes, "POST": self.create_sandbox},
            sandbox: {"GET": self.read_sandbox, "DELETE": self.delete_sandbox},
            f"{sandbox}/reset": {"POST": self.reset},
            f"{sandbox}/snapshot": {"GET": self.read_snapshot, "PUT": self.restore_snapshot},
            f"{sandbox}/fork": {"POST": self.fork},
            f"{sandbox}/state/{{vendor}}": {"GET": self.list_collections},
            f"{sandbox}/state/{{vendor}}/{{collection}}": {"GET": self.list_records},
            f"{sandbox}/state/{{vendor}}/{{collection}}/{{id}}": {
                "GET": self.read_record,
                "PUT": self.put_record,
                "DELETE": self.delete_record,
            },
            f"{sandbox}/changes": {"GET": self.read_changes},
            f"{sandbox}/assumptions": {"GET": self.list_assumptions},
            f"{sandbox}/edges": {"GET": self.list_edges},
            f"{sandbox}/clock": {"GET": self.read_clock, "PUT": self.set_clock},
            f"{sandbox}/clock/advance": {"POST": self.advance_clock},
            f"{sandbox}/outbox/drain": {"POST": self.drain},
            f"{sandbox}/faults": {
                "GET": self.list_faults,
                "POST": self.create_fault,
                "DELETE": self.delete_faults,
            },
            f"{sandbox}/faults/{{id}}": {"DELETE": self.delete_fault},
            f"{sandbox}/journal": {"GET": self.list_journal},
            f"{sandbox}/journal/{{id}}": {"GET": self.read_entry},
            f"{sandbox}/verify": {"POST": self.verify},
            f"{sandbox}/settings/{{vendor}}": {"GET": self.read_settings, "PATCH": self.change_settings},
        }

    # --- what is served

    async def ready(self, request: Request) -> Response:
        return answer({"ready": True, "vendors": sorted(self.services)})

    async def info(self, request: Request) -> Response:
        vendors = {
            name: {
                "title": service.vendor.title,
                "operations": sorted(service.document.operations),
                "statements": service.ledger.counts(),
            }
            for name, service in self.services.items()
        }
        return answer(
            {"version": __version__, "vendors": vendors, "edge_refusals": self.sandboxes.edge_refusals}
        )

    async def openapi(self, request: Request) -> Response:
        name = request.path_params["document"]
        return answer(read_document(name) if name == "control" else self._service(name).document.raw)

    async def list_fixtures(self, request: Request) -> Response:
        return answer({name: fixture_names(name) for name in self.services})

    async def statements(self, request: Request) -> Response:
        vendor, basis = request.query_params.get("vendor"), request.query_params.get("basis")
        if basis is not None and basis not in BASES:
            raise SandboxError(422, f"basis is one of {', '.join(BASES)}")
        services = self.services.values() if vendor is None else [self._service(vendor)]
        found = (statement for service in services for statement in service.ledger.values())
        return answer({"statements": [each.describe() for each in found if basis in {None, each.basis}]})

    async def statement(self, request: Request) -> Response:
        id = request.path_params["id"]
        for service in self.services.values():
            if id in service.ledger:
                return answer(service.ledger[id].describe())
        raise SandboxError(404, f"no vendor served here has a statement {id}")

    # --- sandboxes

    async def list_sandboxes(self, request: Request) -> Response:
        self.sandboxes.sweep()
        return answer({"sandboxes": [self._describe(request, each) for each in self.sandboxes]})

    async def create_sandbox(self, request: Request) -> Response:
        given = _body(
            request, {"name", "fixture", "now", "clock", "seed", "settings", "strict_basis", "ttl_s"}
        )
        options: dict[str, Any] = {"mode": _one_of(given, "clock", ("running", "frozen"), "running")}
        if given.get("now") is not None:
            options["now"] = time.parse_instant(_text(given, "now"))
        if "seed" in given:
            options["seed"] = _integer(given, "seed", -(2**63), 2**63 - 1)
        if "fixture" in given:
            options["fixtures"] = self._fixtures(given["fixture"])
        if "settings" in given:
            options["settings"] = self._by_vendor(given["settings"], dict, "settings")
        if given.get("strict_basis") is not None:
            options["strict_basis"] = _one_of(given, "strict_basis", BASES)
        if given.get("ttl_s") is not None:
            options["ttl_s"] = _integer(given, "ttl_s", 1, 31_536_000)
        name = _text(given, "name") if given.get("name") is not None else None
        return answer(self._describe(request, self.sandboxes.create(name, **options)), 201)

    async def read_sandbox(self, request: Request) -> Response:
        return answer(self._describe(request, self._sandbox(request)))

    async def delete_sandbox(self, request: Request) -> Response:
        described = self._describe(request, self._sandbox(request))
        self.sandboxes.delete(request.path_params["sandbox"])
        return answer(described)

    async def reset(self, request: Request) -> Response:
        sandbox = self._sandbox(request)
        sandbox.reset()
        return answer(self._describe(request, sandbox))

    async def read_snapshot(self, request: Request) -> Response:
        return answer(snapshot.take(self._sandbox(request)))

    async def restore_snapshot(self, request: Request) -> Response:
        sandbox = self._sandbox(request)
        snapshot.restore(sandbox, _body(request))
        return answer(self._describe(request, sandbox))

    async def fork(self, request: Request) -> Response:
        sandbox, given = self._sandbox(request), _body(request, {"name", "at"})
        name = _text(given, "name") if given.get("name") is not None else None
        at = None if given.get("at") is None else _integer(given, "at", 0, 2**63 - 1)
        return answer(self._describe(request, self.sandboxes.fork(sandbox, name, at)), 201)

    # --- state

    async def list_collections(self, request: Request) -> Response:
        collections = self._world(request).store.collections()
        shown = [
            {"name": name, "count": len(rows), "key": rows.spec.key}
            for name, rows in collections.items()
            if name[0] != "_"
        ]
        return answer({"collections": shown})

    async def list_records(self, request: Request) -> Response:
        world, collection = self._collection(request)
        return answer({"records": list(world.store.all(collection))})

    async def read_record(self, request: Request) -> Response:
        world, collection = self._collection(request)
        return answer(self._record(request, world, collection))

    async def put_record(self, request: Request) -> Response:
        world, collection = self._collection(request)
        record = _body(request)
        schema = world.service.record_schema(collection, f"PUT {collection}")
        if not schema.accepts(record):
            problems = [each.describe() for each in schema.problems(record)]
            return problem(422, f"this is no record of {collection}", problems=problems)
        key = record[world.store.key_of(collection)]
        if str(key) != request.path_params["id"]:
            raise SandboxError(
                422, f"the record's key is {key!r}, the address says {request.path_params['id']!r}"
            )
        there = world.store.get(collection, key) is not None
        (world.store.replace if there else world.store.insert)(collection, record)
        if type(record.get("id")) is int:
            world.store.raise_sequence(collection, record["id"])
        _commit(world, f"PUT {collection}")
        return answer(world.store.get(collection, key), 200 if there else 201)

    async def delete_record(self, request: Request) -> Response:
        world, collection = self._collection(request)
        record = self._record(request, world, collection)
        world.store.delete(collection, record[world.store.key_of(collection)])
        _commit(world, f"DELETE {collection}")
        return answer(record)

    async def read_changes(self, request: Request) -> Response:
        return answer(self._sandbox(request).changes())

    async def list_assumptions(self, request: Request) -> Response:
        """The statements weaker than the sandbox's basis (documented, unless it was made with another) on which
        its answers relied."""
        sandbox = self._sandbox(request)
        wanted = sandbox.strict_basis or BASES[0]
        relied: dict[str, list[int]] = {}
        for entry in sandbox.journal:
            ledger = self.services[entry.vendor].ledger
            for id in entry.statements:
                if BASES.index(ledger[id].basis) > BASES.index(wanted):
                    relied.setdefault(id, []).append(entry.id)
        shown = [
            {**service.ledger[id].describe(), "entries": entries}
            for service in self.services.values()
            for id, entries in sorted(relied.items())
            if id in service.ledger
        ]
        return answer({"strict_basis": wanted, "assumptions": shown, "evicted": sandbox.journal.evicted})

    async def list_edges(self, request: Request) -> Response:
        edges = self._sandbox(request).edges
        return answer({"edges": [each.describe() for each in edges], "evicted": edges.evicted})

    # --- clock

    async def read_clock(self, request: Request) -> Response:
        return answer(_clock(self._sandbox(request)))

    async def set_clock(self, request: Request) -> Response:
        sandbox, given = self._sandbox(request), _body(request, {"mode", "now"})
        mode = _one_of(given, "mode", ("running", "frozen"), sandbox.clock.mode)
        now = sandbox.clock.now() if given.get("now") is None else time.parse_instant(_text(given, "now"))
        sandbox.clock.set(now, mode)
        fired = [each.describe() for each in sandbox.fire_all(sandbox.clock.now())]
        sandbox.arranged()
        self.sender.wake(sandbox)
        return answer({**_clock(sandbox), "fired": fired})

    async def advance_clock(self, request: Request) -> Response:
        sandbox, given = self._sandbox(request), _body(request, {"by"})
        fired = sandbox.advance(time.parse_duration(_text(given, "by")))
        sandbox.arranged()
        self.sender.wake(sandbox)
        return answer({**_clock(sandbox), "fired": [each.describe() for each in fired]})

    # --- outbox

    async def drain(self, request: Request) -> Response:
        """Wait for the deliveries that are due: the entries of what was sent since the last drain, and what waits for
        another try."""
        sandbox = self._sandbox(request)
        _body(request, set())
        sent = await self.sender.drain(sandbox)
        left = [each for world in sandbox.worlds.values() for each in outbox.waiting(world)]
        return answer({"sent": sent, "waiting": left})

    # --- faults

    async def list_faults(self, request: Request) -> Response:
        return answer({"faults": [each.describe() for each in self._sandbox(request).faults.all()]})

    async def create_fault(self, request: Request) -> Response:
        sandbox = self._sandbox(request)
        given = _body(request, {"vendor", "operation", "kind", "status", "delay_ms", "times", "after"})
        service = self._service(_text(given, "vendor"), 422)
        if given.get("operation") is not None:
            self._check_names(given)
        fault = sandbox.faults.add(**read_fault({**given, "vendor": service.name}))
        sandbox.arranged()
        return answer(fault.describe(), 201)

    async def delete_faults(self, request: Request) -> Response:
        sandbox = self._sandbox(request)
        removed = [each.describe() for each in sandbox.faults.all()]
        sandbox.faults.remove()
        sandbox.arranged()
        return answer({"faults": removed})

    async def delete_fault(self, request: Request) -> Response:
        sandbox, id = self._sandbox(request), request.path_params["id"]
        if not sandbox.faults.remove(id):
            raise SandboxError(404, f"there is no fault {id}; it may have struck as often as it should")
        sandbox.arranged()
        return Response(status_code=204)

    # --- journal

    async def list_journal(self, request: Request) -> Response:
        sandbox, query = self._sandbox(request), request.query_params
        self._check_names(query)
        after, limit = _number(query.get("after"), "after", 0), _number(query.get("limit"), "limit", 100)
        if not 1 <= limit <= MAX_PAGE:
            raise SandboxError(422, f"limit is from 1 to {MAX_PAGE}; go on with after")
        status = _number(query.get("status"), "status", 0)
        found: list[dict[str, Any]] = []
        more = None
        for entry in sandbox.journal.after(after):
            if (
                query.get("vendor", entry.vendor) == entry.vendor
                and query.get("operation", entry.operation) == entry.operation
                and status in {0, entry.response_status}
            ):
                if len(found) == limit:
                    more = found[-1]["id"]
                    break
                found.append(self._entry(sandbox, entry))
        return answer({"entries": found, "next": more, "evicted": sandbox.journal.evicted})

    async def read_entry(self, request: Request) -> Response:
        sandbox, id = self._sandbox(request), request.path_params["id"]
        entry = sandbox.journal.get(int(id)) if id.isascii() and id.isdecimal() and len(id) < 19 else None
        if entry is None:
            gone = f"; the oldest {sandbox.journal.evicted} are gone" if sandbox.journal.evicted else ""
            raise SandboxError(404, f"the journal of {sandbox.name} has no entry {id}{gone}")
        return answer(self._entry(sandbox, entry))

    async def verify(self, request: Request) -> Response:
        sandbox = self._sandbox(request)
        criterion = _body(request)
        # A misspelt name was never called: without this, "it was called 0 times" would hold for ever.
        self._check_names(criterion)
        for operation in criterion["order"] if isinstance(criterion.get("order"), list) else ():
            self._check_names({"operation": operation})
        entries = [self._entry(sandbox, entry) for entry in sandbox.journal]
        try:
            outcome = verify(criterion, entries, sandbox.journal.evicted)
        except CriterionError as error:
            raise SandboxError(422, str(error)) from None
        if outcome["failed"]:
            return problem(409, outcome["failed"], **{k: v for k, v in outcome.items() if k != "failed"})
        return answer({name: value for name, value in outcome.items() if name != "failed"})

    # --- settings

    async def read_settings(self, request: Request) -> Response:
        return answer(self._settings(request))

    async def change_settings(self, request: Request) -> Response:
        world = self._world(request)
        world.settings = change_settings(world.settings, _body(request))
        world.sandbox.arranged()
        return answer(self._settings(request))

    # --- parts

    def _sandbox(self, request: Request) -> Sandbox:
        name = request.path_params["sandbox"]
        sandbox = self.sandboxes.get(name)
        if sandbox is None:
            raise SandboxError(404, f"there is no sandbox {name}")
        return sandbox

    def _service(self, vendor: str, status: int = 404) -> Service:
        if vendor not in self.services:
            raise SandboxError(
                status, f"{_shown(vendor)} is not served; {', '.join(sorted(self.services))} is"
            )
        return self.services[vendor]

    def _check_names(self, given: Mapping[str, Any]) -> None:
        """Refuse a `vendor` or an `operation` that nothing here has; an absent one is any."""
        services = list(self.services.values())
        if "vendor" in given:
            services = [self._service(_text(given, "vendor"), 422)]
        if "operation" in given:
            operation = _text(given, "operation")
            if not any(operation in service.document.operations for service in services):
                raise SandboxError(422, f"there is no operation {_shown(operation)}; /info has the names")

    def _world(self, request: Request) -> World:
        return self._sandbox(request).worlds[self._service(request.path_params["vendor"]).name]

    def _collection(self, request: Request) -> tuple[World, str]:
        world, name = self._world(request), request.path_params["collection"]
        if name not in world.service.document.records:
            known = ", ".join(world.service.document.records)
            raise SandboxError(404, f"{world.service.name} has no collection {name}; there are {known}")
        return world, name

    def _record(self, request: Request, world: World, collection: str) -> Record:
        id = request.path_params["id"]
        record = world.store.get(collection, id)
        if record is None and id.isascii() and id.isdecimal() and len(id) < 19:
            record = world.store.get(collection, int(id))
        if record is None:
            raise SandboxError(404, f"{collection} has no record {id}")
        return record

    def _settings(self, request: Request) -> dict[str, Any]:
        return dict(vars(self._world(request).settings))

    def _entry(self, sandbox: Sandbox, entry: Any) -> dict[str, Any]:
        described: dict[str, Any] = entry.describe(self.services[entry.vendor].ledger, sandbox.journal)
        return described

    def _describe(self, request: Request, sandbox: Sandbox) -> dict[str, Any]:
        base = self._public_url or f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"
        prefix = "" if sandbox is self.sandboxes.default else f"/s/{sandbox.name}"
        return {
            "name": sandbox.name,
            "urls": {vendor: f"{base}{prefix}/{vendor}" for vendor in sandbox.services},
            "credentials": sandbox.credentials(),
            "now": time.format_instant(sandbox.clock.now()),
        }

    def _fixtures(self, given: Any) -> dict[str, str]:
        fixtures = dict.fromkeys(self.services, given) if isinstance(given, str) else given
        fixtures = self._by_vendor(fixtures, str, "fixture")
        for name in fixtures.values():
            if not name.replace("-", "").replace("_", "").isalnum():
                raise SandboxError(422, f"{_shown(name)} is not the name of a fixture")
        for vendor, name in fixtures.items():
            try:
                self.services[vendor].fixture(name)
            except DataError as error:
                raise SandboxError(422, f"{vendor}'s fixture {_shown(name)}: {error.why}") from None
        return fixtures

    def _by_vendor(self, given: Any, kind: type, what: str) -> dict[str, Any]:
        if not isinstance(given, dict) or not all(isinstance(value, kind) for value in given.values()):
            raise SandboxError(422, f"{what} is given by vendor")
        return {self._service(vendor, 422).name: value for vendor, value in given.items()}


def answer(value: Any, status: int = 200) -> Response:
    return Response(write_json(value), status, media_type="application/json")


def problem(status: int, detail: str, **more: Any) -> Response:
    """An error of RFC 9457."""
    body = {"type": "about:blank", "status": status, "detail": _shown(detail, MAX_DETAIL), **more}
    return Response(write_json(body), status, media_type="application/problem+json")


async def _http_problem(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    response = problem(error.status_code, error.detail)
    headers = dict(error.headers or {})
    if "Allow" in headers:  # Starlette's order is a set's, another in every process
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    response.headers.update(headers)
    return response


async def _our_bug(_: Request, __: Exception) -> Response:
    return problem(500, "a bug of the simulator; its log says more")


async def _receive(request: Request, most: int) -> None:
    """Have the call's body, which `_body` then reads. Raises SandboxError for one that is too large or not whole."""
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > most:
                raise SandboxError(413, f"the body has more than {most} bytes")
    except ClientDisconnect:
        raise SandboxError(400, "the client left before its body was whole") from None
    request.scope[_BODY] = bytes(data)


def _body(request: Request, known: set[str] | None = None) -> dict[str, Any]:
    """The call's JSON object; an absent body is an empty one. Raises SandboxError 422 for names that are not known."""
    data = request.scope[_BODY]
    value = read_json(data) if data.strip() else {}
    if not isinstance(value, dict):
        raise SandboxError(422, "send a JSON object")
    if known is not None:
        _only(value.keys(), known)
    return value


def _only(names: Iterable[str], known: set[str]) -> None:
    unknown = sorted(set(names) - known)
    if unknown:
        there_is = f"known are {', '.join(sorted(known))}" if known else "nothing is"
        raise SandboxError(422, f"{_shown(', '.join(unknown))}: not known here; {there_is}")


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return value if isinstance(value, str) else _wrong(name, "a text", value)


def _integer(given: dict[str, Any], name: str, least: int, most: int, default: int | None = None) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        _wrong(name, f"an integer from {least} to {most}", value)
    return value


def _one_of(given: dict[str, Any], name: str, choices: tuple[str, ...], default: str | None = None) -> Any:
    value = given.get(name, default)
    return value if value in choices else _wrong(name, f"one of {', '.join(choices)}", value)


def _wrong(name: str, expected: str, value: Any) -> NoReturn:
    # As the caller would write it: null, and not None.
    raise SandboxError(422, f"{name} takes {expected}, not {_shown(write_json(value).decode())}")


def _shown(text: str, most: int = _SHOWN) -> str:
    return text if len(text) <= most else f"{text[:most]}..."


def _number(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        _wrong(name, "a whole number", text)
    return int(text)


def _clock(sandbox: Sandbox) -> dict[str, Any]:
    return {"mode": sandbox.clock.mode, "now": time.format_instant(sandbox.clock.now())}


def _commit(world: World, place: str) -> None:
    """Keep an arranged record, if the vendor finds that all of them still fit together."""
    try:
        world.service.check_store(world.store, place)
    except LoadError:
        world.store.rollback()
        raise
    world.commit()
