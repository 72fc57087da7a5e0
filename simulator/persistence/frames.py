"""The bytes of the log: frames that say how long they are and what they sum to.

A crash leaves a beginning of what was written, or blocks of zeros where the disk had not come to writing them. Such a
tail was never acknowledged and is cut off. Anything else that does not sum up is damage, and nobody's to repair.
"""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

_HEAD = 27  # bytes: the body's length, its sum, the sum of those two, in hexadecimal
_UNWRITTEN = b"\0" * 8  # a JSON text holds no NUL: these are a block that was never written


class Damaged(Exception):
    """Bytes that were written whole and are not what was written; `offset` is the frame's."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"damaged at byte {offset}")
        self.offset = offset


def frame(body: bytes) -> bytes:
    head = b"%08x %08x " % (len(body), crc32(body))
    return head + b"%08x\n" % crc32(head) + body


def frames(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The bodies of whole frames, each with the offset behind it; ends before a torn tail. Raises Damaged."""
    at = 0
    while at < len(data):
        head = data[at : at + _HEAD]
        length = _length(head)
        if length is None:
            if len(head) < _HEAD or _UNWRITTEN in data[at:]:
                return
            raise Damaged(at)
        body = data[at + _HEAD : at + _HEAD + length]
        if len(body) < length:
            return
        if crc32(body) != int(head[9:17], 16):
            if _UNWRITTEN in body:
                return
            raise Damaged(at)
        at += _HEAD + length
        yield at, body


def _length(head: bytes) -> int | None:
    """The body's length, or None for what is no head."""
    if len(head) < _HEAD or head[18:] != b"%08x\n" % crc32(head[:18]):
        return None
    return int(head[:8], 16)
