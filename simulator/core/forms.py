"""Reading the bodies of HTML forms: url-encoded fields, and multipart ones with their files."""

from __future__ import annotations

import io
from urllib.parse import parse_qsl

from multipart import MultipartError, MultipartParser, parse_options_header

from simulator.core.call import Upload
from simulator.core.errors import Malformed

MAX_PARTS = 100
MAX_FIELDS = 1000


def read_form(body: bytes) -> dict[str, str]:
    """The fields of an url-encoded form by name; an empty body has none. Raises Malformed for what is not UTF-8, for
    too many fields and for a field that stands twice, of which nobody could say which one counts."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Malformed("the form is not UTF-8, or has too many fields") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed("a field of the form stands twice")
    return fields


def read_multipart(content_type: str, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    """The fields and files by name. Raises Malformed for anything but well-formed multipart/form-data in UTF-8."""
    kind, options = parse_options_header(content_type)
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not boundary:
        raise Malformed("the body is not multipart/form-data with a boundary")
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    try:
        parts = MultipartParser(
            io.BytesIO(body),
            boundary,
            content_length=len(body),
            part_limit=MAX_PARTS,
            memory_limit=len(body) + 1,
            spool_limit=len(body) + 1,
            header_limit=16,
            headersize_limit=8192,
            strict=True,
        )
        for part in parts:
            if part.filename:
                files[part.name] = Upload(
                    part.filename, part.content_type or "application/octet-stream", part.raw
                )
            else:
                fields[part.name] = part.raw.decode()
    except (MultipartError, UnicodeError) as error:
        raise Malformed(f"not multipart: {error}") from None
    return fields, files
