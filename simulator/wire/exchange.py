"""One request and its answer, and the order in which answers leave."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any, Literal

from simulator.wire.edge import STATUS_LINES

if TYPE_CHECKING:
    from simulator.wire.protocol import WireProtocol

_log = logging.getLogger("simulator.wire")

_NOT_IN_A_NAME = re.compile(rb"[^!#$%&'*+.^_`|~0-9A-Za-z-]")
_NOT_IN_A_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_JOIN_BYTES = 16 * 1024  # below this, copying a body behind its head is cheaper than a second write


class Wire:
    """What an application may do to its own connection: `scope["extensions"]["simulator.wire"]`.

    Good while its request is being answered; the connection's next request has the same one.
    """

    __slots__ = ("_protocol",)

    def __init__(self, protocol: WireProtocol) -> None:
        self._protocol = protocol

    def drop(self, *, reset: bool = False) -> None:
        """Close now, without the rest of the answer: in order (FIN), or with `reset` (RST)."""
        self._protocol.drop(reset=reset)

    def truncate(self, after: int) -> None:
        """Close in order as soon as the answer's head and `after` bytes of its body are out."""
        self._protocol.truncate(after)


class Exchange:
    """One request and its answer, as an application sees them."""

    def __init__(
        self, protocol: WireProtocol, scope: dict[str, Any], *, keep_alive: bool, awaits_continue: bool
    ) -> None:
        self._protocol = protocol
        self.scope = scope
        self.keep_alive = keep_alive
        self.task: asyncio.Task[None] | None = None
        self.gone = False  # nobody will read the answer

        self._awaits_continue = awaits_continue
        self._body: bytes | bytearray = b""  # what the application has not read yet
        self.more_body = True
        self._end_read = False
        self._waiter: asyncio.Future[None] | None = None

        self._started = False
        self._head = b""  # held back, to leave with the body
        # How the end of the body is known: by its length, by a last chunk, by the connection's end, or it has none.
        self._framing: Literal["length", "chunked", "close", "none"] = "length"
        self._left = 0
        self._cut: int | None = None
        self._complete = False

    @property
    def on_the_wire(self) -> bool:
        """Something of the answer has been written, so there cannot be another one."""
        return self._started and not self._head

    def take(self, part: bytes) -> int:
        """Add to the body; returns how many bytes the application has still to read."""
        if not self._body:
            self._body = part
        else:
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += part
        self._wake()
        return len(self._body)

    def end_body(self) -> None:
        self.more_body = False
        self._wake()

    def abandon(self) -> None:
        self.gone = True
        self._wake()

    def cut(self, after: int) -> None:
        self._cut = after

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def run(self, app: Any) -> None:
        try:
            if self.gone:  # refused in the breath it came in: not executed at all
                return
            await app(self.scope, self.receive, self.send)
            if not (self._complete or self.gone):
                raise RuntimeError("the application returned without a complete answer")
        except asyncio.CancelledError:
            self._protocol.drop()
            raise
        except Exception:  # noqa: BLE001 - whatever it is, one request fails and the server goes on
            _log.exception("%s %s failed", self.scope["method"], self.scope["path"])
            self._protocol.fail(self)
        finally:
            if self.task is not None:
                self._protocol.tasks.discard(self.task)
                self.task = None

    async def receive(self) -> dict[str, Any]:
        protocol = self._protocol
        if self._awaits_continue and not self.gone:
            # Not before somebody wants the body: an answer made without it (401, 413) spares the client the upload.
            self._awaits_continue = False
            protocol.write(_CONTINUE)
        while not (self.gone or self._complete):
            if self._body or not (self.more_body or self._end_read):
                body, self._body = self._body, b""
                self._end_read = not self.more_body
                return {"type": "http.request", "body": bytes(body), "more_body": self.more_body}
            if self.more_body:
                protocol.resume_reading()
            self._waiter = protocol.loop.create_future()
            await self._waiter
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        protocol = self._protocol
        if protocol.flow.write_paused and not self.gone:
            await protocol.flow.drain()
        if self.gone:
            return
        expected = "http.response.body" if self._started else "http.response.start"
        if self._complete or message["type"] != expected:
            raise RuntimeError(f"{message['type']} out of its turn")
        if not self._started:
            head = self._compose_head(message["status"], message.get("headers", ()))
            self._started = True
            self._awaits_continue = False
            if self._framing == "length":
                self._head = head
            else:
                # An event stream's client wants to see the head before the first event.
                protocol.write(head)
            return
        more = message.get("more_body", False)
        self._write_body(message.get("body", b""), more)
        if self._cut == 0:
            protocol.drop()
        elif not more:
            self._complete = True
            protocol.on_answer_complete(self)

    def _compose_head(self, status: int, headers: Any) -> bytes:
        lines = [STATUS_LINES.get(status) or b"HTTP/1.1 %d \r\n" % status]
        length: int | None = None
        closes = False
        for given, value in headers:
            # A line break in a value would begin a header, or an answer, that nobody has decided on.
            if not given or _NOT_IN_A_NAME.search(given) or _NOT_IN_A_VALUE.search(value):
                raise RuntimeError(f"not a header: {given!r}: {value!r}")
            name = given.lower()
            if name == b"transfer-encoding":  # the server's to choose, as ASGI has it
                continue
            if name == b"content-length":
                length = int(value)
            elif name == b"connection":
                closes = closes or b"close" in value.lower()
            lines += (name, b": ", value, b"\r\n")
        # With a part of the body still to come, that part must not be taken for the next request.
        if closes or self.more_body:
            self.keep_alive = False
        if not self.keep_alive and not closes:
            lines.append(b"connection: close\r\n")
        if self.scope["method"] == "HEAD" or status in (204, 304):
            self._framing = "none"  # whatever the application sends
        elif length is not None:
            self._left = length
        elif self.scope["http_version"] == "1.0":
            self._framing = "close"
        else:
            self._framing = "chunked"
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        return b"".join(lines)

    def _write_body(self, body: bytes, more: bool) -> None:
        if self._framing == "length":
            self._left -= len(body)
            if self._left < 0 or (self._left and not more):
                raise RuntimeError("the body's length is not its Content-Length")
        elif self._framing == "chunked":
            if body:
                body = b"%x\r\n%b\r\n" % (len(body), body)
            if not more:
                body += b"0\r\n\r\n"
        elif self._framing == "none":
            body = b""
        if self._cut is not None:
            body, self._cut = body[: self._cut], max(self._cut - len(body), 0)
        protocol = self._protocol
        if self._head:
            head, self._head = self._head, b""
            if len(body) < _JOIN_BYTES:
                protocol.outbox.put(protocol.transport, head + body)
                return
            protocol.write(head)
        if body:
            protocol.write(body)


class Outbox:
    """Small answers of all connections, written together once the requests at hand are answered.

    The transport writes at once, and each write may wake a client that sleeps: that costs as much as answering it. So
    sixteen clients that asked together are answered together.
    """

    __slots__ = ("_loop", "_waiting")

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: list[tuple[asyncio.Transport, bytes]] = []

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def put(self, transport: asyncio.Transport, data: bytes) -> None:
        if not self._waiting and self._loop is not None:
            self._loop.call_soon(self.flush)
        self._waiting.append((transport, data))

    def flush(self) -> None:
        """Write what waits; called too before anything else is done to a connection, so that nothing is overtaken."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for transport, data in waiting:
                if not transport.is_closing():
                    transport.write(data)
