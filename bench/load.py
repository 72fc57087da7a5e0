"""The load generator: keep-alive connections in a closed loop, in a process of its own on a core of its own.

Each connection sends its next request when it has read the whole answer to the last. Requests are bytes made
beforehand; of an answer only the status line and Content-Length are read, and any status but the expected one ends the
benchmark. `busy` is the share of the time in which the generator itself had work: near 1 it was the limit, not the
server.
"""

from __future__ import annotations

import gc
import multiprocessing
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import TYPE_CHECKING, NamedTuple

from bench.cores import pin_to

if TYPE_CHECKING:
    from multiprocessing.connection import Connection as Pipe

PATIENCE = 10.0  # seconds without any answer before the server counts as stuck
_LENGTH = b"\r\ncontent-length: "


class WrongAnswer(Exception):
    """A server answered otherwise than the benchmark relies on; its figures would mean nothing."""


class Work(NamedTuple):
    """What to send: the requests in turn, over so many connections, until the time or the limit is reached."""

    port: int
    requests: tuple[bytes, ...]
    connections: int
    seconds: float
    limit: int = sys.maxsize
    status: int = 200


class Slice(NamedTuple):
    """What came back."""

    answers: int
    seconds: float
    p50_ms: float
    p99_ms: float
    busy: float

    @property
    def rps(self) -> float:
        return self.answers / self.seconds


class Load:
    """The generator's process, as its owner sees it."""

    def __init__(self, pipe: Pipe) -> None:
        self._pipe = pipe

    def run(self, work: Work) -> Slice:
        """Drive a server. Raises WrongAnswer."""
        self._pipe.send(work)
        result: Slice | WrongAnswer = self._pipe.recv()
        if isinstance(result, WrongAnswer):
            raise result
        return result


@contextmanager
def load_on(core: int | None) -> Iterator[Load]:
    """A generator on a core, for as long as the context lasts."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(theirs, core), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Load(ours)
    finally:
        ours.close()  # ends its loop
        process.join(timeout=5)


def _serve(pipe: Pipe, core: int | None) -> None:
    pin_to(core)
    gc.disable()  # a collection in the middle of a slice would be the server's p99
    while True:
        try:
            work: Work = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            pipe.send(drive(work))
        except (WrongAnswer, OSError) as error:
            pipe.send(WrongAnswer(str(error)))
        gc.collect()


class _Connection:
    __slots__ = ("part", "sent", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.part = b""  # of an answer that is not whole yet
        self.sent = 0.0


def drive(work: Work) -> Slice:
    """Send the work and time its answers. Raises WrongAnswer."""
    connections = [_Connection(work.port) for _ in range(min(work.connections, work.limit))]
    try:
        cpu = time.process_time()
        latencies, seconds = _exchange(work, connections)
        cpu = time.process_time() - cpu
    finally:
        for connection in connections:
            connection.socket.close()
    latencies.sort()
    count = len(latencies)
    p50, p99 = latencies[count // 2] * 1000, latencies[count * 99 // 100] * 1000
    return Slice(count, seconds, p50, p99, cpu / seconds)


def _exchange(work: Work, connections: list[_Connection]) -> tuple[list[float], float]:
    requests = cycle(work.requests)
    expected = b"HTTP/1.1 %d " % work.status
    latencies: list[float] = []
    left = work.limit - len(connections)
    waiting = len(connections)
    clock = time.perf_counter
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        now = began = clock()
        until = began + work.seconds
        for connection in connections:
            connection.sent = clock()
            connection.socket.sendall(next(requests))
        while waiting:
            ready = selector.select(PATIENCE)
            if not ready:
                raise WrongAnswer(f"port {work.port}: no answer within {PATIENCE:.0f} s")
            for key, _ in ready:
                connection = key.data
                if not _has_answered(connection, expected):
                    continue
                now = clock()
                latencies.append(now - connection.sent)
                if now < until and left > 0:
                    left -= 1
                    connection.sent = now
                    connection.socket.sendall(next(requests))
                else:
                    waiting -= 1
        return latencies, now - began


def _has_answered(connection: _Connection, expected: bytes) -> bool:
    """Read what is there; whether the answer is whole now. Raises WrongAnswer."""
    data = connection.socket.recv(262_144)
    if not data:
        raise WrongAnswer(f"the server closed a connection after {connection.part[:200]!r}")
    if connection.part:
        data = connection.part + data
    size = _size(data)
    if size is None or len(data) < size:
        connection.part = data
        return False
    if len(data) > size or not data.startswith(expected):
        raise WrongAnswer(f"expected {expected.decode().strip()}, got {data[:1000].decode('latin-1')}")
    connection.part = b""
    return True


def _size(data: bytes) -> int | None:
    """How long the answer is that begins here; None while its head is not whole. Raises WrongAnswer."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    at = data.find(_LENGTH, 0, end)
    if at < 0:  # names are written in small letters by every server here, so this is for a stranger
        at = data[:end].lower().find(_LENGTH)
        if at < 0:
            raise WrongAnswer(f"an answer without Content-Length: {data[:end].decode('latin-1')}")
    at += len(_LENGTH)
    return end + 4 + int(data[at : data.find(b"\r\n", at)])
