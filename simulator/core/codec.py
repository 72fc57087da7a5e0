"""Strict JSON in and out: whatever is accepted can be stored, and whatever is stored can be answered."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

import orjson

from simulator.core.errors import Malformed

MAX_DEPTH = 64
INT64 = range(-(2**63), 2**63)
JSON_BLANKS = b" \t\n\r"  # fewer than bytes.strip() takes for blanks

_BOM = b"\xef\xbb\xbf"
_LONG_DIGITS = re.compile(rb"[0-9]{19}")
_STRING = re.compile(
    rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL
)  # a run at a time: ten times quicker than a byte
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_INTEGER = re.compile(rb"(?<![0-9.eE+])(?<![eE]-)-?[0-9]{19,}(?![0-9.eE])")


def read_json(data: bytes) -> Any:
    """The value of a JSON text of UTF-8 bytes; a leading byte order mark is passed over, the last of equal keys wins.

    Raises Malformed for what is not JSON (NaN, lone surrogates, bad UTF-8), for nesting deeper than 64 and for integers
    beyond 64 bits signed: orjson would turn those into floats in silence.
    """
    if data[:3] == _BOM:
        data = data[3:]
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error}") from None
    # Both checks cost a count or a search on ordinary bodies; only a suspicious body pays for the exact answer.
    if too_deep(data):
        raise Malformed(f"JSON nested deeper than {MAX_DEPTH}")
    if _LONG_DIGITS.search(data) and _has_integer_beyond_int64(data):
        raise Malformed("an integer beyond 64 bits")
    return value


def too_deep(data: bytes) -> bool:
    """Whether a text nests deeper than 64, as far as its brackets tell; costs two counts where there are few."""
    return data.count(b"[") + data.count(b"{") > MAX_DEPTH and _deeper_than(data, MAX_DEPTH)


def shown(value: Any, most: int = 80) -> str:
    """A value as the caller would write it (null, and not None), cut to a length that a sentence can hold."""
    text = write_json(value).decode()
    return text if len(text) <= most else f"{text[:most]}..."


def write_json(value: Any) -> bytes:
    """Compact UTF-8 JSON."""
    return orjson.dumps(value)


def _deeper_than(data: bytes, depth: int) -> bool:
    brackets = _STRING.sub(b"", data).translate(None, _NOT_BRACKETS)
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > depth


def _has_integer_beyond_int64(data: bytes) -> bool:
    for match in _INTEGER.finditer(_STRING.sub(b'""', data)):
        digits = match.group()
        # Longer than any 64-bit number: no need to parse (and CPython refuses to, beyond 4,300 digits).
        if len(digits.lstrip(b"-0")) > 19 or int(digits) not in INT64:
            return True
    return False
