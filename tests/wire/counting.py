"""An ASGI application that remembers what it has executed."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

MEGABYTE = 1024 * 1024
_TENANT: contextvars.ContextVar[str] = contextvars.ContextVar("tenant")


@dataclass
class Call:
    scope: Any
    receive: Any
    send: Any
    body: bytes = b""

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode("latin-1") for name, value in self.scope["headers"]}

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.scope["query_string"].decode(), keep_blank_values=True))

    async def read(self) -> bool:
        """Read the body; false if it never became whole."""
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                return False
            self.body += message["body"]
            more = message["more_body"]
        return True

    async def begin(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, body: bytes, *, more: bool = False) -> None:
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def answer(self, status: int, body: bytes, *more: tuple[bytes, bytes]) -> None:
        length = str(len(body)).encode()
        await self.begin(status, (b"content-type", b"application/json"), (b"content-length", length), *more)
        await self.write(body)


@dataclass
class Counting:
    """Executes a request when it has read the whole of the body, and says what it was."""

    executed: list[tuple[str, str, bytes]] = field(default_factory=list)
    left: int = 0  # requests whose bodies never became whole
    heard: list[str] = field(default_factory=list)  # what came behind a body
    may_go_on: threading.Event = field(default_factory=threading.Event)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        call, path = Call(scope, receive, send), scope["path"]
        if path == "/unread":
            await call.answer(401, b"{}")
            return
        if path == "/reads-late":
            await self.wait()
        if not await call.read():
            self.left += 1
        elif path == "/guarded" and call.headers.get("authorization") != "Bearer good":
            await call.answer(401, json.dumps({"headers": call.headers}).encode())
        else:
            self.executed.append((scope["method"], path, call.body))
            await BEHAVIOURS.get(path, say)(self, call)

    async def wait(self) -> None:
        while not self.may_go_on.is_set():  # noqa: ASYNC110 - the test that sets it is in another thread
            await asyncio.sleep(0.005)

    def of(self, path: str) -> list[bytes]:
        """The bodies that were executed at a path."""
        return [body for _, at, body in self.executed if at == path]


async def say(app: Counting, call: Call) -> None:
    said = {"method": call.scope["method"], "path": call.scope["path"], "headers": call.headers}
    await call.answer(200, json.dumps({**said, "body": call.body.decode("latin-1")}).encode())


async def be_slow(app: Counting, call: Call) -> None:
    await app.wait()
    await call.answer(200, b"slow")


async def be_large(app: Counting, call: Call) -> None:
    await call.answer(200, bytes(int(call.query["bytes"])))


async def be_last(app: Counting, call: Call) -> None:
    await app.wait()
    await call.answer(200, bytes(MEGABYTE), (b"connection", b"close"))


async def say_nothing(app: Counting, call: Call) -> None:
    await call.begin(204)
    await call.write(b"")


async def stream(app: Counting, call: Call) -> None:
    await call.begin(200, (b"transfer-encoding", b"chunked"))
    await app.wait()
    await call.write(b"event", more=True)
    await call.write(b"")


async def listen(app: Counting, call: Call) -> None:
    app.heard.append((await call.receive())["type"])


async def tell_tenant(app: Counting, call: Call) -> None:
    before = _TENANT.get("nobody")
    _TENANT.set(call.query["is"])
    await call.answer(200, before.encode())


async def drop(app: Counting, call: Call) -> None:
    call.scope["extensions"]["simulator.wire"].drop(reset="reset" in call.query)
    await call.answer(200, b"nobody reads this")


async def truncate(app: Counting, call: Call) -> None:
    call.scope["extensions"]["simulator.wire"].truncate(int(call.query["after"]))
    await call.answer(200, b"x" * 1000)


async def fail(app: Counting, call: Call) -> None:
    raise ZeroDivisionError


async def be_silent(app: Counting, call: Call) -> None:
    pass


async def promise_more(app: Counting, call: Call) -> None:
    await call.begin(200, (b"content-length", b"9"))
    await call.write(b"short")


async def inject(app: Counting, call: Call) -> None:
    await call.begin(200, (b"x", b"a\r\nx: b"))


BEHAVIOURS: dict[str, Callable[[Counting, Call], Awaitable[None]]] = {
    "/drop": drop,
    "/fails": fail,
    "/injects": inject,
    "/large": be_large,
    "/last": be_last,
    "/listens": listen,
    "/nothing": say_nothing,
    "/short": promise_more,
    "/silent": be_silent,
    "/slow": be_slow,
    "/stream": stream,
    "/tenant": tell_tenant,
    "/truncate": truncate,
}
