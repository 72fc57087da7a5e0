"""Calls an ASGI application in this thread, without a socket, as the server would."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

import orjson

from simulator.app import create_app, load_services
from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandboxes
from simulator.core.vendor import Service
from simulator.http import ASGIApp, Gateway

HOST = "127.0.0.1:8090"
NOW = "2026-01-31T09:00:00Z"
ADA = {"email": "ada.okafor@example.com", "password": "not-a-secret-71"}
PUMP = "2f1c7d88-9a35-4d5e-b1f0-64c2a8e03760"  # an issue of the fixture
GAUGE = "7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0219"  # an action item in it
NEW_ITEM = {"name": "Close valve", "detail": "The one at gate 4.", "assignee_id": 9}


@cache
def services() -> Mapping[str, Service]:
    """What is served, compiled once for all tests: one vendor, so that what the Gateway says of them stays the same."""
    return load_services(["kinetic"])


def make_app(**options: Any) -> Gateway:
    """A fresh application whose default sandbox stands still at NOW, unless told otherwise."""
    return create_app(services(), **{"now": parse_instant(NOW), "mode": "frozen", **options})


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def edge(self) -> str | None:
        return self.headers.get("simulator-edge")

    @property
    def entry(self) -> int:
        return int(self.headers["simulator-entry"])


class Leaves:
    """In the place of a part of a body: the client leaves here."""


class Client:
    """Sends whole requests; `reads` counts how often the application has asked for a part of a body."""

    def __init__(self, app: ASGIApp, runner: asyncio.Runner) -> None:
        self.app = app
        self.reads = 0
        self._runner = runner

    def call(
        self,
        method: str,
        target: str,
        json: Any = None,
        *,
        body: bytes | Iterable[bytes | Leaves] = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """`body` in parts is one without a length, as a chunked one is."""
        path, _, query = target.partition("?")
        sent = {"host": HOST, **{name.lower(): value for name, value in (headers or {}).items()}}
        if json is not None:
            body = orjson.dumps(json)
            sent.setdefault("content-type", "application/json")
        if not isinstance(body, bytes):
            sent.setdefault("transfer-encoding", "chunked")
            parts = list(body)
        else:
            parts = [body]
            if body:
                sent.setdefault("content-length", str(len(body)))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "root_path": "",
            "path": unquote(path),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
            "server": ("127.0.0.1", 8090),
            "client": ("127.0.0.1", 50_000),
            "extensions": {},
        }
        return self._runner.run(self._call(scope, parts))

    async def _call(self, scope: dict[str, Any], parts: list[Any]) -> Answer:
        told: list[Any] = []

        async def receive() -> dict[str, Any]:
            self.reads += 1
            if not parts or isinstance(parts[0], Leaves):
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: Any) -> None:
            told.append(message)

        await self.app(scope, receive, send)
        start, *rest = told
        headers = [(name.decode(), value.decode("latin-1")) for name, value in start["headers"]]
        assert len(dict(headers)) == len(headers), "a header stands twice"
        return Answer(start["status"], dict(headers), b"".join(message.get("body", b"") for message in rest))

    @property
    def sandboxes(self) -> Sandboxes:
        """What is behind the application: for what no answer tells."""
        assert isinstance(self.app, Gateway)
        return self.app.sandboxes

    # What most tests begin with

    def control(self, method: str, path: str, json: Any = None, **options: Any) -> Answer:
        return self.call(method, f"/__simulator/v1{path}", json, **options)

    def new_sandbox(self, name: str, **options: Any) -> dict[str, Any]:
        made = self.control("POST", "/sandboxes", {"name": name, "now": NOW, "clock": "frozen", **options})
        assert made.status == 201, made.body
        described: dict[str, Any] = made.json
        return described

    def token(self, sandbox: str = "default", place: int = 0) -> str:
        described = self.control("GET", f"/sandboxes/{sandbox}").json
        return str(described["credentials"]["kinetic"][place]["token"])

    def bearer(self, sandbox: str = "default", place: int = 0) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(sandbox, place)}"}

    def entries(self, sandbox: str = "default") -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = self.control("GET", f"/sandboxes/{sandbox}/journal?limit=1000").json[
            "entries"
        ]
        return listed
