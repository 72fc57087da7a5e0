"""A vendor that exists nowhere, with a document, ledger, fixture and handlers of its own, and a client for it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import orjson

from simulator.core import crud
from simulator.core.auth import basic_credentials, bearer_token, same_secret
from simulator.core.call import Call as AnyCall
from simulator.core.call import Principal, Reply, Request, Response
from simulator.core.clock import SECOND, parse_instant
from simulator.core.dispatch import dispatch
from simulator.core.errors import (
    Conflict,
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
)
from simulator.core.listing import page
from simulator.core.sandbox import Sandbox, World
from simulator.core.settings import setting
from simulator.core.store import CollectionSpec, Record, by_field
from simulator.core.vendor import Handler, Service, Vendor, collects_problems

NAME = "toy"
NOW = parse_instant("2024-05-06T07:08:09Z")
PASSWORD = "correct-horse"
HOUR = 3600 * SECOND

_TEXT = {"type": "string", "pattern": r"[^\s]"}
_SECRET = {"type": "string", "format": "password"}
_ERROR = {
    "description": "Refused.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def _answer(schema: Any, *statements: str) -> dict[str, Any]:
    answer = {"description": "Done.", "content": {"application/json": {"schema": schema}}}
    return {**answer, "x-sim-statements": list(statements)} if statements else answer


def _errors(*statuses: str) -> dict[str, Any]:
    return dict.fromkeys(statuses, _ERROR)


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def _query(name: str, schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, **more}


_TOY_ID = {"name": "toy_id", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Toy", "version": "1"},
    "security": [{"bearer": []}, {"basic": []}],
    "paths": {
        "/v1/sessions": {
            "post": {
                "operationId": "create_session",
                "security": [],
                "x-sim-statements": ["TOY-001"],
                "requestBody": _body(
                    {
                        "type": "object",
                        "properties": {"name": {"type": "string"}, "password": _SECRET, "pin": _ref("Pin")},
                        "required": ["name", "password"],
                    }
                ),
                "responses": {
                    "200": _answer(
                        {
                            "type": "object",
                            "properties": {"auth_token": _SECRET},
                            "required": ["auth_token"],
                        },
                        "TOY-002",
                    ),
                    **_errors("400", "401", "422", "500"),
                },
            },
        },
        "/v1/toys": {
            "get": {
                "operationId": "list_toys",
                "x-sim-statements": ["TOY-010"],
                "parameters": [
                    _query("color", {"type": "string", "enum": ["red", "blue"]}),
                    _query("limit", _ref("Limit")),
                    _query("offset", {"type": "integer", "minimum": 0}),
                ],
                "responses": {
                    "200": _answer({"type": "array", "items": _ref("Toy")}, "TOY-011"),
                    **_errors("400", "401", "403", "405", "422", "500"),
                },
            },
            "post": {
                "operationId": "create_toy",
                "x-sim-statements": ["TOY-020"],
                "requestBody": _body(_ref("NewToy")),
                "responses": {
                    "201": _answer(_ref("Toy"), "TOY-021"),
                    **_errors("400", "401", "403", "409", "422", "429", "500"),
                },
            },
        },
        "/v1/toys/newest": {
            "get": {
                "operationId": "read_newest_toy",
                "responses": {"200": _answer(_ref("Toy")), **_errors("401", "403", "404", "500")},
            },
        },
        "/v1/toys/{toy_id}": {
            "parameters": [_TOY_ID],
            "get": {
                "operationId": "read_toy",
                "responses": {
                    "200": _answer(_ref("Toy")),
                    **_errors("401", "403", "404", "500"),
                },
            },
            "put": {
                "operationId": "update_toy",
                "requestBody": _body(_ref("NewToy")),
                "responses": {"200": _answer(_ref("Toy")), **_errors("400", "401", "403", "404", "422", "500")},
            },
            "delete": {
                "operationId": "delete_toy",
                "responses": {
                    "204": {"description": "Gone."},
                    "404": {**_ERROR, "x-sim-statements": ["TOY-031"]},
                    **_errors("401", "403", "500"),
                },
            },
        },
        "/v1/toys/{toy_id}/parts": {
            "parameters": [_TOY_ID],
            "post": {
                "operationId": "create_part",
                "requestBody": _body(
                    {
                        "type": "object",
                        "properties": {
                            "name": {**_TEXT, "x-sim-statements": ["TOY-040"]},
                            "weight": {"type": "number", "multipleOf": 0.01, "exclusiveMinimum": 0},
                        },
                        "required": ["name", "weight"],
                        "additionalProperties": False,
                    }
                ),
                "responses": {"201": _answer(_ref("Part")), **_errors("400", "401", "403", "404", "422", "500")},
            },
        },
        "/v1/toys/{toy_id}/pictures": {
            "parameters": [_TOY_ID],
            "post": {
                "operationId": "create_picture",
                "x-sim-max-body": 2000,
                "requestBody": _body(
                    {
                        "type": "object",
                        "properties": {"file": {"type": "string"}, "title": _TEXT},
                        "required": ["file"],
                    },
                    "multipart/form-data",
                ),
                "responses": {
                    "201": _answer({"type": "object", "properties": {"bytes": {"type": "integer"}}}),
                    **_errors("400", "401", "403", "404", "422", "500"),
                },
            },
        },
        "/v1/toys/{toy_id}/loan": {
            "parameters": [_TOY_ID],
            "post": {
                "operationId": "lend_toy",
                "responses": {
                    "200": _answer({"type": "object", "properties": {"code": _SECRET}, "required": ["code"]}),
                    **_errors("401", "403", "404", "409", "500"),
                },
            },
        },
        "/v1/status": {
            "get": {
                "operationId": "read_status",
                "security": [],
                "x-sim-unknown-parameters": "reject",
                "parameters": [
                    _query("verbose", {"type": "boolean", "default": False}),
                    _query("ratio", {"type": "number"}),
                    _query("tag", {"type": "array", "items": {"type": "integer"}}),
                    _query("pin", _ref("Pin")),
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
                ],
                "responses": {"200": _answer({}), **_errors("400", "422", "500")},
            },
        },
        "/v1/dreams": {
            "get": {
                "operationId": "list_dreams",
                "x-sim-status": "stub",
                "responses": {"200": _answer({}), **_errors("401")},
            },
        },
    },
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "basic": {"type": "http", "scheme": "basic"},
        },
        "schemas": {
            "Error": {
                "type": "object",
                "properties": {"error": {"type": "string"}, "details": {"type": "array", "items": {"type": "string"}}},
                "required": ["error"],
                "additionalProperties": False,
            },
            "Limit": {"type": "integer", "minimum": 1, "maximum": 50},
            # A secret whose name does not give it away: only the document knows.
            "Pin": {"type": "string", "format": "password", "pattern": "^[0-9]{4}$"},
            "NewToy": {
                "type": "object",
                "properties": {
                    "name": {**_TEXT, "x-sim-statements": ["TOY-022"]},
                    "color": {"type": "string", "enum": ["red", "blue"]},
                    "pin": _ref("Pin"),
                    "serial_token": {"type": "string", "maxLength": 4},
                },
                "required": ["name"],
            },
            "Toy": {
                "x-sim-collection": "toys",
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "guid": {"type": "string"},
                    "name": {"type": "string"},
                    "color": {"type": "string"},
                    "pin": _ref("Pin"),
                    "owner_id": {"type": "integer"},
                    "lent": {"type": "boolean"},
                },
                "required": ["id", "name", "color", "owner_id", "lent"],
            },
            "Part": {
                "x-sim-collection": "parts",
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "toy_id": {"type": "integer"},
                    "name": {"type": "string"},
                    "weight": {"type": "number"},
                },
                "required": ["id", "toy_id", "name", "weight"],
                "additionalProperties": False,
            },
            "User": {
                "x-sim-collection": "users",
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "name": {"type": "string"},
                    "password": _SECRET,
                    "admin": {"type": "boolean"},
                },
                "required": ["id", "name", "password", "admin"],
            },
            "Session": {
                "x-sim-collection": "sessions",
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "user_id": {"type": "integer"},
                    "token": _SECRET,
                },
            },
        },
    },
}  # fmt: skip

_BASES = {"TOY-001": "published", "TOY-010": "inferred", "TOY-031": "assumed"}
STATEMENTS: dict[str, Any] = {
    "format": 1,
    "vendor": NAME,
    "statements": {
        f"TOY-{number:03}": {
            "text": f"Sentence {number}.",
            "source": f"toy box, line {number}",
            "basis": _BASES.get(f"TOY-{number:03}", "documented"),
        }
        for number in (1, 2, 10, 11, 20, 21, 22, 31, 40, 50)
    },
}

FIXTURE: dict[str, Any] = {
    "format": 1,
    "vendor": NAME,
    "records": {
        "users": [
            {"id": 1, "name": "ada", "password": PASSWORD, "admin": True},
            {"id": 2, "name": "bob", "password": "battery-staple", "admin": False},
        ],
        "toys": [
            {"id": 1, "name": "bear", "color": "red", "owner_id": 1, "lent": False},
            {"id": 2, "name": "boat", "color": "blue", "owner_id": 1, "lent": False},
            {"id": 7, "name": "ball", "color": "red", "owner_id": 2, "lent": False},
        ],
    },
    "credentials": [{"user": 1}, {"user": 2}],
}


@dataclass(frozen=True)
class Settings:
    page_size: int = setting(20, "how many toys a list answers without a limit")
    loan_hours: float = setting(1.0, "how long a toy stays away")
    wording: Literal["plain", "polite"] = setting("plain", "the tone of errors", "TOY-050")
    colors: tuple[str, ...] = setting(("red", "blue"), "the colours there are")
    cap: int | None = setting(None, "the greatest number of toys")
    closed: bool = setting(False, "whether only administrators get in")
    mood: Literal["good", "bad"] | None = setting(None, "nothing at all")

    def __post_init__(self) -> None:
        if self.page_size < 1:
            raise ValueError("page_size takes 1 or more")


Call = AnyCall[Settings]


# --- behaviour -------------------------------------------------------------------------------------------------------


def authenticate_bearer(call: Call) -> Principal | None:
    token = bearer_token(call.request.headers)
    if token is None:
        return None
    session = call.store.first("sessions", "token", token)
    if session is None:
        raise Unauthenticated("no session has this token", part="token")
    return _principal(call.store.get("users", session["user_id"]))


def authenticate_basic(call: Call) -> Principal | None:
    given = basic_credentials(call.request.headers)
    return None if given is None else _principal(_login(call, *given))


def _login(call: Call, name: str, password: str) -> Record:
    user = call.store.first("users", "name", name)
    good = same_secret(password, user["password"] if user else "")
    if user is None or not good:
        raise Unauthenticated("the name or the password is wrong", part="password")
    return user


def _principal(user: Record | None) -> Principal:
    if user is None:
        raise Unauthenticated("the user is gone", part="user")
    return Principal(user["id"], user["name"], user)


def admit(call: Call) -> None:
    if call.settings.closed and call.principal is not None and not call.principal.record["admin"]:
        raise Forbidden("the box is closed", statements=("TOY-050",))


def create_session(call: Call) -> Any:
    user = _login(call, call.body["name"], call.body["password"])
    token = call.mint("token")
    call.store.insert("sessions", {"id": call.next_id("sessions"), "user_id": user["id"], "token": token})
    return {"auth_token": token}


def list_toys(call: Call) -> Any:
    color = call.query["color"]
    toys = call.store.all("toys") if color is None else call.store.find("toys", "color", color)
    return page(toys, call.query["offset"], call.query["limit"] or call.settings.page_size)


def create_toy(call: Call) -> Any:
    if call.settings.cap is not None and len(list(call.store.all("toys"))) >= call.settings.cap:
        raise RateLimited(60)
    toy = {"color": "red", **call.body, "owner_id": call.caller.id, "lent": False}
    toy = {**toy, "id": call.next_id("toys")}
    toy["guid"] = call.guid("toys", toy["id"])
    call.store.insert("toys", toy)
    if call.body["name"] == "taken":
        raise Conflict("a toy has this name", name="taken")
    return toy


def _toy(call: Call) -> Record:
    key = call.params["toy_id"]
    toy = call.store.get("toys", int(key)) if key.isdecimal() and len(key) < 10 else None
    if toy is None:
        raise NotFound("no toy has this id", collection="toys", key=key)
    return toy


def update_toy(call: Call) -> Any:
    return call.store.replace("toys", {**_toy(call), **call.body})


def delete_toy(call: Call) -> None:
    call.store.delete("toys", _toy(call)["id"])


def read_newest_toy(call: Call) -> Any:
    toys = list(call.store.all("toys"))
    if not toys:
        raise NotFound("there is no toy")
    call.cite("TOY-050")
    return toys[-1]


@collects_problems
def create_part(call: Call) -> Any:
    toy = _toy(call)
    names = [part["name"] for part in call.store.find("parts", "toy_id", toy["id"])]
    twice = isinstance(call.body, dict) and call.body.get("name") in names
    call.require_valid(
        *([Problem("body", ("name",), "unique", "a new name", call.body["name"])] if twice else [])
    )
    part = {"id": call.next_id("parts"), "toy_id": toy["id"], **call.body}
    return Reply(
        call.store.insert("parts", part), 201, (("Location", f"{call.request.origin}/parts/{part['id']}"),)
    )


def create_picture(call: Call) -> Any:
    _toy(call)
    return {"bytes": len(call.files["file"].data), "title": call.body.get("title")}


def lend_toy(call: Call) -> Any:
    toy = _toy(call)
    if toy["lent"]:
        raise Conflict("the toy is lent")
    call.store.replace("toys", {**toy, "lent": True})
    due = call.now + int(call.settings.loan_hours * HOUR)
    call.schedule(due, f"toy {toy['id']} comes home", "TOY-050", "loan", toy["id"])
    return {"code": call.mint("code")}


def read_status(call: Call) -> Any:
    return {name: value for name, value in call.query.items() if value is not None and name != "pin"}


def render_error(refusal: Refusal, call: Call) -> Reply:
    sorry = "Sorry: " if call.settings.wording == "polite" else ""
    match refusal:
        case Unauthenticated():
            return Reply({"error": sorry + "who are you?"}, 401)
        case Invalid():
            details = [f"{problem.name} {problem.keyword}" for problem in refusal.problems]
            return Reply({"error": sorry + "wrong", "details": details}, 422)
        case Malformed():
            return Reply({"error": sorry + "unreadable"}, 400)
        case NotFound():
            return Reply({"error": sorry + "not here"}, 404)
        case Forbidden():
            return Reply({"error": sorry + "not yours"}, 403)
        case Conflict():
            return Reply({"error": sorry + "taken"}, 409)
        case RateLimited():
            retry = (("Retry-After", str(refusal.retry_after_s)),)
            return Reply({"error": sorry + "too many"}, 429, retry)
        case MethodNotAllowed():
            return Reply({"error": sorry + "not so"}, 405, (("Allow", ", ".join(refusal.allowed)),))
        case Injected():
            return Reply({"error": sorry + f"injected {refusal.status}"}, refusal.status)
    return Reply({"error": sorry + "we broke it"}, 500)


def start(world: World, asked: list[Any]) -> list[dict[str, Any]]:
    """A session for each user of the fixture's credentials."""
    credentials = []
    for each in asked:
        user = world.store.get("users", each["user"])
        if user is None:
            raise ValueError(f"no user {each['user']}")
        token = world.mint("token")
        world.store.insert(
            "sessions", {"id": world.store.next("sessions"), "user_id": user["id"], "token": token}
        )
        credentials.append({"name": user["name"], "password": user["password"], "token": token})
    return credentials


def fold_path(path: str, settings: Settings) -> str:
    """`/api/v1/...` is `/v1/...`."""
    return path.removeprefix("/api")


def fold_body(call: Call, body: Any) -> Any:
    """Keys in any case."""
    return {key.lower(): value for key, value in body.items()} if isinstance(body, dict) else body


HANDLERS: dict[str, Handler] = {
    "create_session": create_session,
    "list_toys": list_toys,
    "create_toy": create_toy,
    "read_newest_toy": read_newest_toy,
    "read_toy": crud.read(_toy, lambda call, toy: toy),
    "update_toy": update_toy,
    "delete_toy": delete_toy,
    "create_part": create_part,
    "create_picture": create_picture,
    "lend_toy": lend_toy,
    "read_status": read_status,
}

COLLECTIONS = (
    CollectionSpec("toys", "id", by_field("color", "owner_id")),
    CollectionSpec("parts", "id", by_field("toy_id")),
    CollectionSpec("users", "id", by_field("name")),
    CollectionSpec("sessions", "id", by_field("token")),
)


# --- making one ------------------------------------------------------------------------------------------------------


def vendor(**changes: Any) -> Vendor:
    declared: dict[str, Any] = {
        "name": NAME,
        "title": "Toy",
        "prefix": "TOY",
        "handlers": HANDLERS,
        "authenticators": {"bearer": authenticate_bearer, "basic": authenticate_basic},
        "collections": COLLECTIONS,
        "settings": Settings,
        "render_error": render_error,
        "start": start,
        "fold_path": fold_path,
        "fold_body": fold_body,
        "admit": admit,
    }
    return Vendor(**{**declared, **changes})


def document() -> dict[str, Any]:
    """A copy of the document, to change."""
    return deepcopy(DOCUMENT)


def service(
    *,
    handlers: Mapping[str, Handler] | None = None,
    document: Mapping[str, Any] = DOCUMENT,
    statements: Any = STATEMENTS,
    fixtures: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Service:
    """The toy vendor, with other handlers for some operations, or another part altogether."""
    read = {"default": FIXTURE, **(fixtures or {})}
    if handlers:
        changes["handlers"] = {**HANDLERS, **handlers}
    return Service(vendor(**changes), document, statements, lambda name: deepcopy(read[str(name)]))


SERVICE = service()


def sandbox(name: str = "default", *, served: Service = SERVICE, **options: Any) -> Sandbox:
    """A sandbox whose clock stands still."""
    options = {"now": NOW, "mode": "frozen", **options}
    return Sandbox(name, {NAME: served}, **options)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    response: Response

    @property
    def json(self) -> Any:
        return orjson.loads(self.body) if self.body else None


class Client:
    """Calls through `dispatch`, with the first credential unless told otherwise."""

    def __init__(self, sandbox: Sandbox, headers: Mapping[str, str | bytes] | None = None) -> None:
        self.sandbox = sandbox
        self.world = sandbox.worlds[NAME]
        first = {"Authorization": f"Bearer {self.world.credentials[0]['token']}"}
        self.headers: Mapping[str, str | bytes] = first if headers is None else headers

    def call(
        self, method: str, path: str, json: Any = None, *, body: bytes | None = None, query: str = "",
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Answer:  # fmt: skip
        data = body if body is not None else b"" if json is None else orjson.dumps(json)
        sent = {
            name.lower().encode(): value if isinstance(value, bytes) else value.encode("latin-1")
            for name, value in {**self.headers, **(headers or {})}.items()
        }
        response = dispatch(self.sandbox, NAME, Request(method, path, query, sent, data))
        received = {name.decode(): value.decode("latin-1") for name, value in response.headers}
        return Answer(response.status, received, response.body, response)

    def as_(self, headers: Mapping[str, str | bytes]) -> Client:
        """The same sandbox, with other headers and no credential but theirs."""
        return Client(self.sandbox, headers)

    def get(self, path: str, **options: Any) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.call("POST", path, json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.call("PUT", path, json, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.call("DELETE", path, **options)

    def toys(self) -> list[Record]:
        return list(self.world.store.all("toys"))

    def entry(self, answer: Answer | None = None) -> dict[str, Any]:
        """The journal's entry of an answer, or the last one, as the control API shows it."""
        journal = self.sandbox.journal
        id = journal.next_id() - 1 if answer is None else answer.response.entry
        found = journal.get(id)
        if found is None:
            raise LookupError(f"no entry {id}")
        return found.describe(self.world.service.ledger, journal)


def client(**options: Any) -> Client:
    """A client of a new sandbox; options as for `sandbox`, and `handlers` as for `service`."""
    if "handlers" in options:
        options["served"] = service(handlers=options.pop("handlers"))
    return Client(sandbox(**options))


def everything(sandbox: Sandbox) -> Any:
    """The whole state of a sandbox that a refused call must not change."""
    world = sandbox.worlds[NAME]
    collections = {name: list(rows) for name, rows in world.store.collections().items()}
    numbers = world.store.copy()
    return collections, {name: numbers.next(name) for name in [*collections, "_minted"]}
