"""The sender: carries what waits in the outboxes of sandboxes to receivers on an allow list, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httptools

from simulator.core import outbox
from simulator.core.clock import stopwatch
from simulator.core.outbox import Outcome
from simulator.core.recorder import NotKept
from simulator.core.sandbox import Sandbox, World
from simulator.core.store import Record

LOOPBACK = ("127.0.0.0/8", "::1/128")
AT_ONCE = 32  # deliveries of a server that are attempted at the same time
PATIENCE_S = 0.5  # how long a delivery waits for the answer to the one before it to the same receiver
MAX_ANSWER = 64_000  # bytes of an answer that are read; a receiver says what it has to say in its status
_PORTS = {"http": 80, "https": 443}
_log = logging.getLogger("simulator")


class NotAllowedError(Exception):
    """An address that no delivery may go to: the message says which and why."""


class Sender:
    """Sends each delivery once it is due, in a task of its own, and lets the outbox note what became of it.

    A delivery goes only to an address of `networks`: the name is resolved first, and the addresses that were looked at
    are those that are tried. Redirects are not followed. A receiver that answers at once hears of things in their
    order; one that does not is not waited for. A delivery is settled on the event loop's thread, like dispatch: between
    two calls and never within one.
    """

    def __init__(self, networks: Iterable[str] = LOOPBACK) -> None:
        self._networks = [ip_network(each) for each in networks]
        self._free = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[_Key, _Flight] = {}
        self._latest: dict[tuple[int, str], _Flight] = {}  # by the identity of a world and the receiver

    def wake(self, sandbox: Sandbox) -> None:
        """Begin with what is due and not under way. Called on the event loop; costs little where nothing waits."""
        for world in sandbox.worlds.values():
            for delivery in outbox.due(world):
                # By the world's identity, not the record's, which a fork shares. The task holds the world.
                key = (id(world), delivery["id"], delivery["attempts"])
                if key not in self._under_way:
                    self._begin(world, delivery, key)

    def _begin(self, world: World, delivery: Record, key: _Key) -> None:
        queue = (id(world), delivery["url"])
        flight = _Flight(world.sandbox, asyncio.Event())
        carrying = self._carry(world, delivery, flight, self._latest.get(queue))
        flight.task = asyncio.get_running_loop().create_task(carrying)
        self._under_way[key] = self._latest[queue] = flight

        def ended(_: asyncio.Task[None]) -> None:
            flight.begun.set()
            del self._under_way[key]
            if self._latest.get(queue) is flight:
                del self._latest[queue]

        flight.task.add_done_callback(ended)

    async def drain(self, sandbox: Sandbox) -> list[int]:
        """Wait until nothing is due in a sandbox; returns the journal's entries of what was sent since the last drain,
        before which it may have been sent already."""
        self.wake(sandbox)
        while tasks := [flight.task for flight in self._under_way.values() if flight.sandbox is sandbox]:
            await asyncio.wait(tasks)
            self.wake(sandbox)
        return sandbox.take_sent()

    async def _carry(self, world: World, delivery: Record, flight: _Flight, before: _Flight | None) -> None:
        recorder = world.sandbox.recorder
        try:
            if recorder is not None:  # nobody hears of what a crash could still take back
                await recorder.durable()
        except NotKept:
            return
        if before is not None:
            await before.begun.wait()
            await asyncio.wait([before.task], timeout=PATIENCE_S)
        async with self._free:
            flight.begun.set()
            if outbox.stands(world, delivery):  # the wait may have been long
                outcome = await self._attempt(delivery)
                outbox.settle(world, delivery, outcome)

    async def _attempt(self, delivery: Record) -> Outcome:
        started = stopwatch()

        def failed(reason: str, *, final: bool = False) -> Outcome:
            return Outcome(0, [], b"", (stopwatch() - started) * 1000, reason, final)

        try:
            async with asyncio.timeout(delivery["timeout_s"]):
                answer = await self._post(delivery)
        except TimeoutError:
            return failed(f"no answer within {delivery['timeout_s']} seconds")
        except (NotAllowedError, ValueError) as error:  # the latter for a URL, or a name, that can be none
            return failed(str(error), final=True)
        except (OSError, EOFError, ssl.SSLError, httptools.HttpParserError) as error:
            return failed(f"{type(error).__name__}: {error}")
        except Exception as error:  # noqa: BLE001  # whatever it is: what is never settled is never done
            _log.exception("delivery %s failed", delivery["id"])
            return failed(f"{type(error).__name__}: {error}")
        return Outcome(answer.status, answer.headers, bytes(answer.body), (stopwatch() - started) * 1000)

    async def _post(self, delivery: Record) -> _Answer:
        url = urlsplit(delivery["url"])
        addresses, port = await self._addresses(url)
        tls = (
            {"ssl": ssl.create_default_context(), "server_hostname": url.hostname}
            if url.scheme == "https"
            else {}
        )
        for address in addresses:
            try:
                reader, writer = await asyncio.open_connection(address, port, **tls)  # type: ignore[arg-type]  # both are optional
                break
            except OSError:  # a name may have an address at which nobody listens
                if address == addresses[-1]:
                    raise
        try:
            writer.write(_request(url, delivery))
            await writer.drain()
            return await _answer(reader)
        finally:
            writer.transport.abort()  # a close would wait for a receiver that does not read

    async def _addresses(self, url: SplitResult) -> tuple[list[str], int]:
        """The allowed ones of the addresses a URL leads to, and its port. Raises NotAllowedError, OSError."""
        try:
            host, port = url.hostname, url.port or _PORTS[url.scheme]
        except KeyError:
            raise NotAllowedError(f"{outbox.shown(url.geturl())} is no http or https address") from None
        except ValueError as error:
            raise NotAllowedError(f"{outbox.shown(url.geturl())}: {error}") from None
        if not host:
            raise NotAllowedError(f"{outbox.shown(url.geturl())} names no host")
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        allowed = [each for each in addresses if self._allows(each)]
        if not allowed:
            raise NotAllowedError(f"{host} is {', '.join(addresses)}, to which nothing may be delivered")
        return allowed, port

    def _allows(self, address: str) -> bool:
        parsed = ip_address(address.partition("%")[0])
        mapped = getattr(parsed, "ipv4_mapped", None)  # ::ffff:10.0.0.1 is 10.0.0.1 to every system
        return any((mapped or parsed) in network for network in self._networks)


_Key = tuple[int, int, int]  # the identity of a world, the number of a delivery, how many attempts were made


class _Flight:
    """A delivery under way. `begun`: its attempt is, or it has none any more."""

    task: asyncio.Task[None]

    def __init__(self, sandbox: Sandbox, begun: asyncio.Event) -> None:
        self.sandbox = sandbox
        self.begun = begun


class _Answer:
    """What httptools reads into: the status, the headers and the beginning of the body."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()
        self.whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True


def _request(url: SplitResult, delivery: Record) -> bytes:
    body: bytes = delivery["body"].encode()
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    host = url.netloc.rpartition("@")[2]
    lines = [f"POST {target} HTTP/1.1", f"Host: {host}", *_lines(delivery["headers"].items())]
    lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace") + body


def _lines(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in headers:
        # What a header is made of may come from a record that somebody arranged: it must not become two headers.
        yield f"{name}: {''.join(part for part in value if part.isprintable())}"


async def _answer(reader: asyncio.StreamReader) -> _Answer:
    """Read an answer until it is whole, or longer than anybody reads. Raises EOFError where there is none."""
    answer = _Answer()
    parser: Any = httptools.HttpResponseParser(answer)
    read = 0
    while not answer.whole and read < MAX_ANSWER:
        chunk = await reader.read(16_384)
        if not chunk:
            break
        read += len(chunk)
        try:
            parser.feed_data(chunk)
        except httptools.HttpParserUpgrade:  # a 101: what follows is another protocol, and nobody speaks it
            answer.whole = True
        except httptools.HttpParserError:
            if not answer.whole:  # what follows a whole answer, as a body behind a 204, is nobody's concern
                raise
        answer.status = parser.get_status_code()
    if not answer.status:
        raise EOFError("the receiver closed the connection without an answer")
    return answer
