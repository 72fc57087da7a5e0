"""The physical limit: an ASGI app that answers everything with one stored JSON body of 400 bytes."""

from __future__ import annotations

from typing import Any

BODY = b'{"detail":"' + b"x" * 387 + b'"}'
assert len(BODY) == 400

_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))],
}
_BODY = {"type": "http.response.body", "body": BODY}


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["method"] == "POST":
        while (await receive()).get("more_body"):
            pass
    await send(_START)
    await send(_BODY)
