"""An ASGI application that remembers what it has executed."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

MEGABYTE = 1024 * 1024
_TENANT: contextvars.ContextVar[str] = contextvars.ContextVar("tenant")


@dataclass
class Counting:
    """Answers with what it has received. It executes a request when it has read the whole of the body."""

    executed: list[tuple[str, str, bytes]] = field(default_factory=list)
    left: int = 0  # clients that left before their body was whole
    may_go_on: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope["path"]
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode()))
        if path == "/unread":  # refused before the body has been read
            await _answer(send, 401, b"{}")
            return
        body = b""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left += 1
                return
            body += message["body"]
            more = message["more_body"]
        if path == "/guarded" and headers.get("authorization") != "Bearer good":
            await _answer(send, 401, json.dumps({"headers": headers}).encode())
            return
        self.executed.append((scope["method"], path, body))
        await self._perform(path, query, scope, send, headers, body)

    async def _perform(
        self, path: str, query: dict[str, str], scope: Any, send: Any, headers: Any, body: bytes
    ) -> None:
        wire = scope["extensions"]["simulator.wire"]
        match path:
            case "/drop":
                wire.drop(reset="reset" in query)
            case "/truncate":
                wire.truncate(int(query["after"]))
                await _answer(send, 200, b"x" * 1000)
            case "/slow":
                await self._wait()
                await _answer(send, 200, b"slow")
            case "/stream":
                await send({"type": "http.response.start", "status": 200, "headers": []})
                await self._wait()
                await send({"type": "http.response.body", "body": b"event", "more_body": True})
                await send({"type": "http.response.body"})
            case "/large":
                await _answer(send, 200, bytes(int(query["megabytes"]) * MEGABYTE))
            case "/fails":
                raise ZeroDivisionError
            case "/short":
                await send(
                    {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]}
                )
                await send({"type": "http.response.body", "body": b"short"})
            case "/injects":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"a\r\nx: b")]})
            case "/tenant":
                before = _TENANT.get("nobody")
                _TENANT.set(query["is"])
                await _answer(send, 200, before.encode())
            case _:
                said = {
                    "method": scope["method"],
                    "path": path,
                    "headers": headers,
                    "body": body.decode("latin-1"),
                }
                await _answer(send, 200, json.dumps(said).encode())

    async def _wait(self) -> None:
        while not self.may_go_on.is_set():  # noqa: ASYNC110 - the test that sets it is in another thread
            await asyncio.sleep(0.005)

    def of(self, path: str) -> list[bytes]:
        """The bodies that were executed at a path."""
        return [body for _, at, body in self.executed if at == path]


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
