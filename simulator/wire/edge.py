"""What one connection may ask, and the words of a refusal that no vendor has seen."""

from __future__ import annotations

import http
from dataclasses import dataclass

from simulator.tls import HANDSHAKE_S


@dataclass(frozen=True, slots=True)
class Limits:
    """What one connection may ask of us. Deadlines are absolute: a byte now and then buys no time."""

    headers: int = 100
    head_bytes: int = 68 * 1024  # request line and headers together
    target_bytes: int = 60 * 1024  # 16,384 characters, percent-encoded, and something beside them
    framing_bytes: int = 256 * 1024  # what chunk sizes, chunk extensions and trailers may add to a body
    handshake_s: float = HANDSHAKE_S  # of TLS, from accept
    head_s: float = 10.0  # from accept, or from a later request's first byte
    body_s: float = 30.0  # from the end of the head
    write_s: float = 30.0  # for the client to take what has been written
    idle_s: float = 75.0  # between an answer and the next request
    linger_s: float = 2.0  # how long a refused client may go on sending, and
    linger_bytes: int = 8 * 1024 * 1024  # how much, before it is cut off


Refusal = tuple[int, str]  # status and reason of an edge refusal

# Three phrases changed in CPython 3.13; the same call gives the same bytes on every Python.
_PHRASES = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Entity"}
STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {_PHRASES.get(status.value, status.phrase)}\r\n".encode()
    for status in http.HTTPStatus
}
INTERNAL_ERROR: Refusal = (500, "a bug of the simulator; its log says more")


def edge_bytes(refusal: Refusal, method: bytes) -> bytes:
    status, reason = refusal
    quoted = reason.replace("\\", "\\\\").replace('"', '\\"')  # the parser's own words are in some of them
    body = f'{{"edge":"{quoted}"}}'.encode()
    return (
        STATUS_LINES[status]
        + b"content-type: application/json\r\n"
        + b"simulator-edge: %b\r\n" % reason.encode("ascii", "replace")
        + b"content-length: %d\r\n" % len(body)
        + b"connection: close\r\n\r\n"
        + (b"" if method == b"HEAD" else body)
    )
