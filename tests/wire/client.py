"""A client that sends exactly the bytes it is given."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

PATIENCE_S = 10  # a test that waits so long for the server has failed
PAUSE_S = 0.0002  # between segments that must arrive one by one


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def edge(self) -> str | None:
        return self.headers.get("simulator-edge")

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection."""

    def __init__(self, address: tuple[str, int], *, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_S)
        try:
            self.socket.connect(address)
        except OSError:
            self.socket.close()
            raise
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *segments: bytes) -> None:
        for position, segment in enumerate(segments):
            if position:
                time.sleep(PAUSE_S)
            self.socket.sendall(segment)

    def finish(self) -> None:
        """Send no more (FIN), but go on reading."""
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Close with RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()

    def read_all(self) -> bytes:
        """Everything until the server closes."""
        while part := self.socket.recv(65536):
            self._buffer += part
        data, self._buffer = self._buffer, b""
        return data

    def answer(self, *, to_head: bool = False) -> Answer:
        """The next answer. Raises EOFError where there is none."""
        head = self._read_past(b"\r\n\r\n")
        line, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        version, status, _ = line.split(" ", 2)
        assert version == "HTTP/1.1"
        headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        return Answer(int(status), headers, self._read_body(int(status), headers, to_head))

    def answers(self) -> list[Answer]:
        """Every answer until the server closes."""
        return list(self._answers())

    def _answers(self) -> Iterator[Answer]:
        with contextlib.suppress(EOFError):
            while True:
                yield self.answer()
        assert self._buffer == b"", "the server closed in the middle of an answer"

    def _read_body(self, status: int, headers: dict[str, str], to_head: bool) -> bytes:
        if to_head or status in (100, 204, 304):
            return b""
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(self._read_past(b"\r\n"), 16):
                body += self._read(size + 2)[:-2]
            self._read(2)
            return body
        return self._read(int(headers["content-length"]))

    def _read(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    def _read_past(self, end: bytes) -> bytes:
        while end not in self._buffer:
            self._fill()
        return self._read(self._buffer.index(end) + len(end))

    def _fill(self) -> None:
        part = self.socket.recv(65536)
        if not part:
            raise EOFError
        self._buffer += part


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    by = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < by
        time.sleep(0.002)


def each_byte(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]


def request(method: str = "GET", target: str = "/", *headers: str, body: bytes | None = None) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: example.com", *headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")
