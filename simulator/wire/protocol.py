"""The protocol class: what comes in and what is refused, answers in their order, deadlines."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import re
import socket
import struct
from collections import deque
from collections.abc import Callable, MutableSequence
from math import inf
from typing import Any, Final
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

from simulator.tls import tls_extension
from simulator.wire.edge import INTERNAL_ERROR, Limits, Refusal, edge_bytes
from simulator.wire.exchange import Exchange, Outbox, Wire

_log = logging.getLogger("simulator.wire")

_HOST = re.compile(rb"(?:[A-Za-z0-9._~%!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?")
_METHOD = re.compile(rb"[A-Z][A-Z0-9_-]{0,31}")

# What begins so goes to the parser as it is, all else by `_respell`. CONNECT stays itself to be refused.
_PARSED_METHODS = (b"GET ", b"POST ", b"PUT ", b"PATCH ", b"DELETE ", b"HEAD ", b"CONNECT ")
# Request headers on which something depends: Host is counted, the others make a request unusual.
_WATCHED = frozenset((b"host", b"transfer-encoding", b"expect", b"content-encoding", b"upgrade"))
_NOWHERE: Final[MutableSequence[tuple[bytes, bytes]]] = deque(maxlen=0)  # takes trailers and keeps none
_ASGI = {"version": "3.0", "spec_version": "2.3"}
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, zero seconds: closing sends RST

_BETWEEN, _HEAD, _BODY = 0, 1, 2  # where in a message the reading is; `_BETWEEN` is false on purpose


class _Refused(Exception):
    """Leaves the parser in the middle of its input; `WireProtocol._verdict` says why."""


class WireProtocol(HttpToolsProtocol):
    """uvicorn's protocol interface with deadlines, limits and edge refusals.

    One timer a connection serves all deadlines. Moving a deadline to a later time is a store, for the timer sets
    itself again when it fires too early; so a request that arrives in one piece sets no timer at all.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: Limits | None = None,
        on_refusal: Callable[[int, str], None] | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.outbox = outbox or Outbox()
        self.outbox.attach(self.loop)
        # uvicorn has the parser say nothing of bytes behind `Connection: close`. That can also stand in a trailer,
        # where it means nothing; whoever goes on after it must be told that nobody listens.
        self.parser.set_dangerous_leniencies(lenient_data_after_close=False)
        self.limits = limits or Limits()
        self.on_refusal = on_refusal
        self.extensions: dict[str, Any] = {}
        self._context = contextvars.Context()

        # the message being read
        self._reading = _BETWEEN
        self._held = b""  # its first bytes, until its method is whole
        self._method = b""  # as it was sent, where the parser was given another
        self._hosts = 0
        self._host = b""
        self._known_host: bytes | None = None  # the last one that was well-formed
        self._unusual: list[tuple[bytes, bytes]] = []  # its watched headers, but Host
        self._awaits_continue = False
        self._upgrade_framing = (
            b""  # the header that frames an upgrade request's body, until that is being parsed
        )
        self._verdict: Refusal | None = None
        self._in_hand = 0  # bytes of the segment being parsed
        self._earlier = 0  # bytes of the message in segments before
        self._body_bytes = 0
        self._messages = 0  # read to their ends
        self._incoming: Exchange | None = None

        # the messages being answered
        self._running: Exchange | None = None
        self._queue: deque[Exchange] = deque()
        self._last_words = b""  # an edge refusal, behind the answers that are owed before it

        # the end
        self._deaf = False  # nothing more is parsed
        self._eof = False  # nothing more will come
        self._discarded = 0

        # deadlines
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf
        self._read_by = inf
        self._write_by = inf
        self._timed = _HEAD  # what `_read_by` was last set for; the first head's time runs from accept

    # What the transport calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.connections.add(self)
        self.transport = transport
        self.flow = FlowControl(transport)
        self.server = get_local_addr(transport)
        self.client = get_remote_addr(transport)
        self.scheme = "https" if is_ssl(transport) else "http"
        self.extensions["simulator.wire"] = Wire(self)
        if self.scheme == "https":
            self.extensions["tls"] = tls_extension(transport.get_extra_info("ssl_object"))
        self._context = contextvars.copy_context()
        self._read_within(self.limits.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self.connections.discard(self)
        # uvicorn lets its timer run when a client resets, and the connection stays in memory until it has fired.
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._read_by = self._write_by = inf
        self._abandon_all()
        self.flow.resume_writing()
        self.extensions = {}
        self.parser = None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if self._deaf:
            self._discard(data)
            return
        if not self._reading and (self._held or not data.startswith(_PARSED_METHODS)):
            data = self._respell(data)
        messages = self._messages
        self._in_hand = len(data)
        rest: bytes | memoryview = data
        while rest:
            try:
                self.parser.feed_data(rest)
                break
            except httptools.HttpParserUpgrade as upgrade:
                # Only HTTP/1.1 is spoken here, so the request is answered as if it had not asked. To the parser all
                # behind the head is another protocol's. If that is a body (Java's HttpClient offers h2c with every
                # POST), it gets a head of which nothing counts but the framing.
                rest = memoryview(rest)[upgrade.args[0] :]
                if self._upgrade_framing:
                    self.parser.feed_data(b"POST / HTTP/1.1\r\n" + self._upgrade_framing + b"\r\n")
            except httptools.HttpParserError as error:
                self._give_up(error)
                return
        if self._reading:
            self._expect_rest(messages)

    def eof_received(self) -> bool:  # type: ignore[override]
        self._eof = True
        if self._reading or self._held:
            # Half a request is none. Those before it are answered.
            self._withdraw_incoming()
            self._deaf = True
        # Who has finished sending may still read: `printf ... | nc` gets its answer. TLS has no such state.
        if self._last() is not None and self.scheme == "http":
            return True
        self._shut()
        return False

    def pause_writing(self) -> None:
        self.flow.pause_writing()
        self._write_within(self.limits.write_s)

    def resume_writing(self) -> None:
        self.flow.resume_writing()
        self._write_by = inf
        self._go_on()

    def shutdown(self) -> None:
        last = self._last()
        if last is None:
            self._shut()
        else:
            last.keep_alive = False

    # What the parser calls

    def on_message_begin(self) -> None:
        self._reading = _HEAD
        self.url = b""
        self.headers = []
        self._hosts = 0
        self._earlier = 0
        self._body_bytes = 0
        if self._unusual:
            self._unusual = []

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name in _WATCHED:
            if name == b"host":
                self._hosts += 1
                self._host = value
            else:
                self._unusual.append((name, value))
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._upgrade_framing:  # the head that `data_received` made up
            self._upgrade_framing = b""
            self._reading = _BODY
            return
        target, version = self.url, self.parser.get_http_version()
        method = self._method or self.parser.get_method()
        if (  # what clients send passes these in passing; anything else is looked at closely
            self._unusual
            or self._hosts != 1
            or self._host != self._known_host
            or version != "1.1"
            or method == b"CONNECT"
            or not target.startswith(b"/")
            or b"#" in target
            or len(target) > self.limits.target_bytes
            or len(self.headers) > self.limits.headers
            or self._earlier + self._in_hand > self.limits.head_bytes
        ):
            self._verdict = (
                self._judge_line(method, target, version)
                or self._judge_headers(len(target))
                or self._judge_host(version)
                or self._judge_unusual(version)
            )
            if self._verdict:
                self._method = method
                raise _Refused
        path, _, query = target.partition(b"?")
        text = path.decode("ascii")  # the parser has let nothing else pass
        scope = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": method.decode("ascii"),
            "root_path": "",
            "path": unquote(text) if "%" in text else text,
            "raw_path": path,
            "query_string": query,
            "headers": self.headers,
            "extensions": self.extensions,
        }
        exchange = self._incoming = Exchange(
            self,
            scope,
            keep_alive=version == "1.1" and self.parser.should_keep_alive(),
            awaits_continue=self._awaits_continue,
        )
        self._reading = _BODY
        self._method = b""
        self._awaits_continue = False
        self.headers = _NOWHERE  # type: ignore[assignment]  # a trailer is no header
        if self._running is None and not self._queue and not self.flow.write_paused:
            self._start(exchange)
        else:
            self.flow.pause_reading()
            self._queue.append(exchange)

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        if self._incoming is not None and self._incoming.take(body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        if self._upgrade_framing:  # only its head is: the body is parsed next
            return
        self._reading = self._timed = _BETWEEN
        self._messages += 1
        if self._incoming is not None:
            self._incoming.end_body()
            self._incoming = None

    # Reading

    def resume_reading(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def _respell(self, data: bytes) -> bytes:
        """Put a method that the parser knows in the place of any that it might not: a method that a vendor does not
        have is the vendor's to refuse (405, with its Allow). OPTIONS is replaced too, because the parser lets it begin
        an RTSP request. Returns nothing while the method is not whole."""
        data = (self._held + data).lstrip(b"\r\n")
        self._held = b""
        method, space, rest = data.partition(b" ")
        if space and not data.startswith(_PARSED_METHODS) and _METHOD.fullmatch(method):
            self._method = method
            return b"TRACE " + rest
        if not space and _METHOD.fullmatch(data):
            self._held = data
            self._expect(_HEAD, self.limits.head_s)
            return b""
        return data

    def _judge_line(self, method: bytes, target: bytes, version: str) -> Refusal | None:
        if version not in ("1.1", "1.0"):
            return 400, f"HTTP/{version} is not spoken here; HTTP/1.1 is"
        if len(target) > self.limits.target_bytes:
            return self._target_too_long()
        if method == b"CONNECT" or not target.startswith(b"/"):
            return 400, "the request's target is not a path; this is no proxy"
        if b"#" in target:
            return 400, "the request's target has a fragment"
        return None

    def _judge_headers(self, target_bytes: int) -> Refusal | None:
        if len(self.headers) > self.limits.headers:
            return 431, f"the request has more than {self.limits.headers} headers"
        size = target_bytes + sum(len(name) + len(value) + 4 for name, value in self.headers)
        return self._head_too_large() if size > self.limits.head_bytes else None

    def _judge_host(self, version: str) -> Refusal | None:
        if self._hosts > 1:
            return 400, "the request has more than one Host header"
        if not self._hosts:
            return None if version == "1.0" else (400, "the request has no Host header")
        if not _HOST.fullmatch(self._host):
            return 400, "the Host header is not a host and port"
        self._known_host = self._host
        return None

    def _judge_unusual(self, version: str) -> Refusal | None:
        framing = b""
        for name, given in self._unusual:
            value = given.strip(b" \t").lower()
            if name == b"transfer-encoding":
                # The parser also takes `gzip, chunked`, and hands the gzip on as if it were the body.
                if value != b"chunked" or version == "1.0":
                    return 400, "the only Transfer-Encoding is chunked, in HTTP/1.1"
                framing = b"transfer-encoding: chunked\r\n"
            elif name == b"expect":
                if value != b"100-continue":
                    return 417, "the only Expect is 100-continue"
                self._awaits_continue = version == "1.1"
            elif name == b"content-encoding" and value not in (b"", b"identity"):
                return 415, "a request's body is taken without Content-Encoding only"
        if self.parser.should_upgrade():
            for name, value in self.headers:
                if name == b"content-length":
                    framing = b"content-length: " + value + b"\r\n"
            self._upgrade_framing = framing
        return None

    def _target_too_long(self) -> Refusal:
        return 414, f"the request's target has more than {self.limits.target_bytes} bytes"

    def _head_too_large(self) -> Refusal:
        return 431, f"the request's head has more than {self.limits.head_bytes} bytes"

    def _expect_rest(self, messages: int) -> None:
        """A segment has ended inside of a message."""
        limits = self.limits
        if self._messages == messages:
            # Else the message began somewhere in the segment, and how much of it is its own is not known. Not to
            # count that segment is to be lenient by one segment.
            self._earlier += self._in_hand
        if self._reading == _HEAD:
            if len(self.url) > limits.target_bytes:
                self._refuse(self._target_too_long())
            elif self._earlier > limits.head_bytes:
                self._refuse(self._head_too_large())
            else:
                self._expect(_HEAD, limits.head_s)
        elif self._earlier - self._body_bytes > limits.head_bytes + limits.framing_bytes:
            self._refuse((413, f"chunks and trailers add more than {limits.framing_bytes} bytes to the body"))
        else:
            self._expect(_BODY, limits.body_s)

    def _expect(self, part: int, seconds: float) -> None:
        """Set the deadline for a part of a message, once."""
        if self._timed != part:
            self._timed = part
            self._read_within(seconds)

    def _give_up(self, error: httptools.HttpParserError) -> None:
        """The parser has stopped, by our verdict or by its own."""
        if self._verdict is not None:
            self._refuse(self._verdict)
            return
        if isinstance(error, httptools.HttpParserCallbackError):
            _log.error("a callback of the parser failed", exc_info=error.__context__ or error)
            self._refuse(INTERNAL_ERROR)
            return
        last = self._last()
        if not self._reading and last is not None and not last.keep_alive:
            # Behind a request that said `Connection: close`: not read, as it has announced.
            self._deaf = True
        else:
            self._refuse((400, f"not well-formed HTTP/1.1: {error}"))

    def _refuse(self, refusal: Refusal) -> None:
        """Refuse the message being read. It is not executed, and the answers owed before it come first."""
        answered = self._incoming is not None and self._incoming.on_the_wire
        self._withdraw_incoming()
        self._deaf = True
        if answered:  # before its body was whole; there cannot be a second answer
            self._close()
            return
        self._last_words = self._word(refusal, self._method)
        if self._last() is None:
            self._say_last_words()
        else:
            self.flow.pause_reading()

    def _word(self, refusal: Refusal, method: bytes) -> bytes:
        _log.info("%s: edge refusal %d, %s", self.client, *refusal)
        if self.on_refusal is not None:
            self.on_refusal(*refusal)
        return edge_bytes(refusal, method)

    def _withdraw_incoming(self) -> None:
        """The message being read will not be whole; to its application that looks like a client that has left."""
        exchange, self._incoming = self._incoming, None
        if exchange is not None:
            exchange.abandon()
            if exchange is self._running:
                self._running = None
            else:
                self._queue.remove(exchange)

    # Answering

    def _start(self, exchange: Exchange, context: contextvars.Context | None = None) -> None:
        self._running = exchange
        task = exchange.task = self.loop.create_task(exchange.run(self.app), context=context)
        self.tasks.add(task)

    def _last(self) -> Exchange | None:
        return self._queue[-1] if self._queue else self._running

    def on_answer_complete(self, exchange: Exchange) -> None:
        self.server_state.total_requests += 1
        self._running = None
        if exchange is self._incoming:  # answered before its body was whole
            self._incoming = None
        if not exchange.keep_alive:
            self._close()
            return
        if not (self._reading or self._held):  # else the deadline of the next request is running
            self._read_by = self.loop.time() + self.limits.idle_s
        late = self._timer is None or self._read_by < self._timer_at
        if late or self._queue or self._last_words or self._eof or self.flow.read_paused:
            self._go_on()

    def _go_on(self) -> None:
        """Behind an answer: another, the last words, the end, or more to read."""
        if self._running is not None or self.transport.is_closing():
            return
        if self._queue:
            # Only when the client has taken the one before, or it could order any amount and take nothing.
            if not self.flow.write_paused:
                exchange = self._queue.popleft()
                if exchange.more_body:  # it was we who did not read on
                    self._read_within(self.limits.body_s)
                # In the connection's context: here we are in that of the answer before, with what it has set.
                self._start(exchange, self._context.copy())
        elif self._last_words:
            self._say_last_words()
        elif self._eof:
            self._close()
        elif not self._deaf:
            self.flow.resume_reading()
            if self._read_by < inf:
                self._set_timer(self._read_by)

    def fail(self, exchange: Exchange) -> None:
        """An application has raised: our bug."""
        if exchange is not self._running:
            return
        if exchange.on_the_wire:
            self.drop()
            return
        self._abandon_all()
        self._last_words = self._word(INTERNAL_ERROR, exchange.scope["method"].encode())
        self._say_last_words()

    def drop(self, *, reset: bool = False) -> None:
        self._abandon_all()
        self._last_words = b""
        if reset and not self.transport.is_closing():
            connection: socket.socket = self.transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.transport.abort()
        else:
            self._shut()

    def truncate(self, after: int) -> None:
        if self._running is not None:
            self._running.cut(after)

    def _abandon_all(self) -> None:
        if self._running is not None:
            self._running.abandon()
            self._running = None
        for exchange in self._queue:
            exchange.abandon()
        self._queue.clear()
        self._incoming = None

    # The end of a connection

    def _say_last_words(self) -> None:
        words, self._last_words = self._last_words, b""
        self._deaf = True
        if not self.transport.is_closing():
            self.write(words)
            self._close()

    def _close(self) -> None:
        """Close when all that was written is out.

        To close while bytes are unread makes the system send a reset, which can take the answer away from a client
        that has not read it yet. So where more may come, we say that we have finished and listen a little longer.
        """
        unread = bool(self._deaf or self._reading or self._held or self._queue)
        self._queue.clear()  # not one of them has been started
        if not unread or self._eof or self.transport.is_closing() or not self.transport.can_write_eof():
            self._shut()
            return
        self._deaf = True
        self.flow.resume_reading()
        self.outbox.flush()
        self.transport.write_eof()
        self._read_within(self.limits.linger_s)

    def write(self, data: bytes) -> None:
        """Write now, behind what waits."""
        self.outbox.flush()
        self.transport.write(data)

    def _shut(self) -> None:
        self.outbox.flush()
        self._deaf = True  # under TLS, a closing transport may still hand on what it has deciphered
        if not self.transport.is_closing():
            self.transport.close()
            if self.transport.get_write_buffer_size():
                self._write_within(self.limits.write_s)

    def _discard(self, data: bytes) -> None:
        self._discarded += len(data)
        if self._discarded > self.limits.linger_bytes:
            self._shut()

    # Deadlines

    def _read_within(self, seconds: float) -> None:
        self._read_by = self.loop.time() + seconds
        self._set_timer(self._read_by)

    def _write_within(self, seconds: float) -> None:
        self._write_by = self.loop.time() + seconds
        self._set_timer(self._write_by)

    def _set_timer(self, at: float) -> None:
        if self._timer is not None:
            if self._timer_at <= at:
                return
            self._timer.cancel()
        self._timer_at = at
        self._timer = self.loop.call_at(at, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        now = (
            self.loop.time() + 0.002
        )  # the loop's clock ticks in milliseconds, and a timer may come one early
        if now >= self._write_by:
            self.transport.abort()
            return
        if now >= self._read_by:
            self._read_by = inf
            self._on_late_read()
        at = min(self._read_by, self._write_by)
        if at < inf:
            self._set_timer(at)

    def _on_late_read(self) -> None:
        answering = self._last() is not None
        if self._deaf:
            if not answering:
                self._shut()
        elif self._reading and self.flow.read_paused:
            self._read_by = self.loop.time() + self.limits.body_s  # it is we who have not read
        elif self._reading == _BODY:
            self._refuse((408, f"the body was not whole after {self.limits.body_s:g} seconds"))
        elif self._reading or self._held:
            self._refuse((408, f"the request's head was not whole after {self.limits.head_s:g} seconds"))
        elif not answering:
            self._shut()
