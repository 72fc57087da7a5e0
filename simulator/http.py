"""The Gateway: from ASGI to a sandbox and a vendor and back; the only file that knows both worlds."""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from ssl import PEM_cert_to_DER_cert
from typing import Any
from urllib.parse import unquote

from simulator.core.auth import secrets_in
from simulator.core.call import ClientCertificate, Request, Response, Thumbprints
from simulator.core.codec import write_json
from simulator.core.dispatch import dispatch
from simulator.core.errors import EdgeRefusal
from simulator.core.recorder import NotKept, Recorder
from simulator.core.routing import PREFIX
from simulator.core.sandbox import DEFAULT, Sandbox, Sandboxes
from simulator.outbox import Sender

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

TLS = "tls"  # https://asgi.readthedocs.io/en/latest/specs/tls.html
WIRE = "simulator.wire"  # the extension by which a server lets its connection be broken
_HOST = re.compile(rb"(?:([a-z0-9-]+?)--)?([a-z]+)\.localhost(?::[0-9]+)?", re.IGNORECASE)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")
_NOT_IN_A_VALUE = re.compile(rb"[\x00-\x1f\x7f]")
_AT_A_HOST = ""  # the prefix of a vendor that has a host name of its own
_SHOWN = 60  # characters of a name that is not known, in a reason


class Gateway:
    """The ASGI application. `control` answers everything under `/__simulator`. With a recorder an answer leaves when
    what it changed is safe; other requests may have read the change before."""

    def __init__(
        self,
        sandboxes: Sandboxes,
        control: ASGIApp,
        *,
        show_entry: bool = True,
        recorder: Recorder | None = None,
        public_url: str | None = None,
        sender: Sender | None = None,
    ) -> None:
        self.sandboxes = sandboxes
        self._public_url = public_url
        self._recorder = recorder
        # Only where a vendor sends anything is a look at the outbox worth its time.
        sends = any(service.vendor.sends for service in sandboxes.services.values())
        self._sender = sender if sends else None
        self._control = control
        self._show_entry = show_entry
        self._vendors = frozenset(sandboxes.services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError(f"{scope['type']} is not served here; run without lifespan and websockets")
        headers = _headers(scope)
        sandbox: Sandbox | None = None
        try:
            place = self._place(scope["raw_path"].decode("latin-1"), headers)
            if place is None:
                await self._control(scope, receive, send)
                return
            name, vendor, prefix, path = place
            sandbox = self._sandbox(name, headers)
            if vendor is None:
                if scope["method"] not in {"GET", "HEAD"}:
                    raise EdgeRefusal(404, "nothing is mounted here; there is only a page to GET")
                await _answer(send, 200, [(b"content-type", b"text/html; charset=utf-8")], self._page())
                return
            if vendor not in self._vendors:
                raise EdgeRefusal(404, self._not_served(vendor, prefix))
            limit = self.sandboxes.services[vendor].max_body
            body = await _body(receive, headers, limit)
            if body:  # the sandbox may have gone, and another come, while it arrived
                sandbox = self._sandbox(name, headers)
            request = Request(
                scope["method"],
                path,
                scope["query_string"].decode("latin-1"),
                headers,
                body,
                scheme=scope["scheme"],
                prefix=prefix,
                client_certificate=_client_certificate(scope),
                public=None if self._public_url is None else self._public_url + address(sandbox, vendor),
            )
            response = (
                dispatch(sandbox, vendor, request)
                if self._recorder is None
                else await self._kept(self._recorder, sandbox, vendor, request)
            )
            if self._sender is not None:
                self._sender.wake(sandbox)
            wire = scope.get("extensions", {}).get(WIRE)
        except EdgeRefusal as edge:
            target = scope["raw_path"].decode("latin-1")
            self.sandboxes.refused_at_the_edge(edge.status, edge.reason, scope["method"], target, sandbox)
            await _answer_edge(send, edge)
            return
        await self._send(send, response, wire)

    async def _kept(self, recorder: Recorder, sandbox: Sandbox, vendor: str, request: Request) -> Response:
        """The answer, once what it changed is safe. Raises EdgeRefusal 507 when that cannot be had."""
        if recorder.failed is not None and request.method not in {"GET", "HEAD"}:
            raise EdgeRefusal(507, f"the state cannot be written any more: {recorder.failed}")
        before = recorder.changes
        response = dispatch(sandbox, vendor, request)
        if recorder.changes != before and recorder.failed is None:
            try:
                await recorder.durable()
            except NotKept as error:
                raise EdgeRefusal(507, f"the state could not be written: {error}") from None
        return response

    def _place(
        self, path: str, headers: Mapping[bytes, bytes]
    ) -> tuple[str | None, str | None, str, str] | None:
        """Which sandbox (None: none is named) and vendor a request is for, our own prefix, and the vendor's path; None
        is the control API. The vendor is as it was asked for, served or not, so that its refusal knows the sandbox;
        None is the page. Decided on decoded segments, so that no spelling of an address reaches another door."""
        if "%" in path:
            _check_escapes(path)
        host = headers.get(b"host", b"")
        if b".localhost" in host.lower() and (match := _HOST.fullmatch(host)):
            vendor = match[2].decode().lower()
            name = match[1].decode().lower() if match[1] else None
            return name, vendor, _AT_A_HOST, path
        first, rest = _segment(path)
        if first == PREFIX:
            return None
        if first == "s":
            name, rest = _segment(rest)
            vendor, rest = _segment(rest)
            return name, vendor, f"/s/{name}/{vendor}", rest or "/"
        if not first and not rest:
            return DEFAULT, None, "", ""
        return None, first, f"/{first}", rest or "/"

    def _not_served(self, vendor: str, prefix: str) -> str:
        served = ", ".join(sorted(self._vendors))
        if prefix.startswith("/") and not prefix.startswith("/s/"):
            return f"nothing is mounted here; the vendors served are {served}"
        if not vendor:
            return f"the address names no vendor; the vendors served are {served}"
        return f"{_shown(vendor)} is not served; {served} is"

    def _sandbox(self, name: str | None, headers: Mapping[bytes, bytes]) -> Sandbox:
        # An empty name is one that nobody has: `/s/$SANDBOX/kinetic` with nothing in the variable is a mistake.
        if name is not None:
            sandbox = self.sandboxes.get(name)
            if sandbox is None:
                raise EdgeRefusal(404, f"there is no sandbox {_shown(name)}")
            return sandbox
        if self.sandboxes.selective and b"authorization" in headers:
            for secret in secrets_in(headers[b"authorization"]):
                found = self.sandboxes.of_secret(secret)
                if found is not None:
                    return found
        return self.sandboxes.default

    async def _send(self, send: Send, response: Response, wire: Any) -> None:
        if response.delay_ms:
            await asyncio.sleep(response.delay_ms / 1000)
        headers, body = response.headers, response.body
        if self._show_entry:
            headers = [*headers, (b"simulator-entry", b"%d" % response.entry)]
        if response.wire is not None:
            if wire is None:
                raise RuntimeError(f"a {response.wire} fault needs the simulator's own server")
            if response.wire in {"drop", "lose_response"}:
                wire.drop()
                return
            if response.wire == "truncate":
                wire.truncate(len(body) // 2)
            else:
                headers, body = _malformed(headers, body)
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _page(self) -> bytes:
        """The plain page at `/`."""
        rows = "".join(
            f"<li><a href='/{PREFIX}/v1/openapi/{name}.json'>{html.escape(service.vendor.title)}</a>: "
            f"<code>/{name}</code>, {len(service.document.operations)} operations, "
            f"{len(service.ledger)} statements</li>"
            for name, service in sorted(self.sandboxes.services.items())
        )
        return (
            "<!doctype html><meta charset=utf-8><title>simulator</title>"
            "<style>body{font:1rem/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>"
            f"<h1>simulator</h1><p>Served here:</p><ul>{rows}</ul>"
            f"<p>Control API: <a href='/{PREFIX}/v1/info'><code>/{PREFIX}/v1</code></a></p>"
        ).encode()


def address(sandbox: Sandbox, vendor: str) -> str:
    """The path at which a vendor is found in a sandbox, whatever host name or credential led there."""
    return f"/{vendor}" if sandbox.name == DEFAULT else f"/s/{sandbox.name}/{vendor}"


def _malformed(headers: list[tuple[bytes, bytes]], body: bytes) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """The answer with a brace too many in front: no JSON whatever it was."""
    body = b"{" + body
    rest = [(name, value) for name, value in headers if name != b"content-length"]
    return [*rest, (b"content-length", b"%d" % len(body))], body


def _headers(scope: Scope) -> dict[bytes, bytes]:
    """Headers by lower-case name; of a repeated one all values, joined as RFC 9110 says."""
    headers: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        headers[name] = value if name not in headers else headers[name] + b", " + value
    return headers


def _client_certificate(scope: Scope) -> ClientCertificate | None:
    """What the server verified, by the ASGI extension for TLS: the chain from the client's certificate to the root."""
    tls = scope.get("extensions", {}).get(TLS)
    chain = tls and tls["client_cert_chain"]
    if not chain or tls["client_cert_error"]:
        return None
    return _of_chain(tuple(chain), tls.get("client_cert_chain_verified", False))


@lru_cache(maxsize=256)  # a client sends the same one with every request
def _of_chain(chain: tuple[str, ...], verified: bool) -> ClientCertificate:
    """A certificate alone is its own root if that is the whole chain that was verified; else its root is not known."""
    leaf, *above = map(_thumbprints, chain)
    return ClientCertificate(leaf, above[-1] if above else leaf if verified else None)


def _thumbprints(certificate: str) -> Thumbprints:
    der = PEM_cert_to_DER_cert(certificate)
    # SHA-1 is what other software prints as a thumbprint; the certificate itself was verified by its signature.
    sha1 = hashlib.sha1(der, usedforsecurity=False).hexdigest()
    return Thumbprints(sha1.upper(), hashlib.sha256(der).hexdigest().upper())


def _segment(path: str) -> tuple[str, str]:
    """The first segment of a path, decoded, and what follows it, raw."""
    cut = path.find("/", 1)
    first, rest = (path[1:], "") if cut < 0 else (path[1:cut], path[cut:])
    return (unquote(first) if "%" in first else first), rest


def _check_escapes(path: str) -> None:
    """Refuse a path that no text stands for, wherever it leads: every door would make something else of it."""
    if _BAD_ESCAPE.search(path):
        raise EdgeRefusal(400, "the path has a % that begins no escape, or a NUL")
    try:
        unquote(path, errors="strict")
    except UnicodeDecodeError:
        raise EdgeRefusal(400, "the path is not UTF-8") from None


def _shown(name: str) -> str:
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."


async def _body(receive: Receive, headers: Mapping[bytes, bytes], limit: int) -> bytes:
    """The whole body. Raises EdgeRefusal: 413 beyond the limit, 400 when the client leaves in the middle."""
    length = headers.get(b"content-length")
    if length is None and b"transfer-encoding" not in headers:
        return b""
    if length is not None and int(length) > limit:
        raise EdgeRefusal(413, f"the body has more than {limit} bytes")
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise EdgeRefusal(400, "the client left before its body was whole")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise EdgeRefusal(413, f"the body has more than {limit} bytes")
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def _answer_edge(send: Send, edge: EdgeRefusal) -> None:
    # A part of the address may be in it.
    reason = _NOT_IN_A_VALUE.sub(b" ", edge.reason.encode("ascii", "replace"))
    headers = [(b"content-type", b"application/json"), (b"simulator-edge", reason)]
    await _answer(send, edge.status, headers, write_json({"edge": edge.reason}))


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
