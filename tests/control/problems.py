"""The shape of a control API's error."""

from __future__ import annotations

from tests.gateway.asgi import Answer


def problem(answer: Answer, status: int) -> str:
    """The detail of an RFC 9457 problem, after a look at its shape."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["type"] == "about:blank"
    assert answer.json["status"] == status
    detail = answer.json["detail"]
    assert isinstance(detail, str)
    assert detail
    return detail
