"""Answers as XML, for who asks for it by Accept; the shape is assumed (ALY-116)."""

from __future__ import annotations

import re
from typing import Any
from xml.sax.saxutils import escape

MEDIA_TYPES = ("application/xml", "text/xml")

_JSON = ("application/json", "text/json", "*/*", "application/*")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WEIGHT = re.compile(r"q=([01](?:\.[0-9]{0,3})?)", re.ASCII)


def wanted(accept: str) -> str | None:
    """The XML media type that an Accept header prefers to JSON; None for JSON (ALY-117)."""
    best, found = 0.0, None
    for each in accept.split(","):
        name, *parameters = (part.strip().lower() for part in each.split(";"))
        if name in MEDIA_TYPES or name in _JSON or name == "text/*":
            weight = next((float(match[1]) for part in parameters if (match := _WEIGHT.fullmatch(part))), 1.0)
            if weight > best:
                best, found = weight, name if name in MEDIA_TYPES else None
    return found


def write(value: Any) -> bytes:
    """An answer as an XML document of UTF-8."""
    root = "Error" if isinstance(value, dict) and value.keys() == {"Message"} else "Response"
    return f'<?xml version="1.0" encoding="utf-8"?>{_element(root, value)}'.encode()


def _element(name: str, value: Any) -> str:
    if value is None:
        return f"<{name} />"
    if isinstance(value, dict):
        inner = "".join(_element(key, each) for key, each in value.items())
    elif isinstance(value, list):
        inner = "".join(_element("Item", each) for each in value)
    elif isinstance(value, bool):
        inner = "true" if value else "false"
    else:  # a line end as a reference, for a reader makes another of it
        inner = escape(_FORBIDDEN.sub("\ufffd", str(value)), {"\r": "&#13;"})
    return f"<{name}>{inner}</{name}>"
