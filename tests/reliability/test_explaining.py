"""What a refusal leaves behind: a journal that can be read, and an explanation that somebody would read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from jsonschema.exceptions import ValidationError

from simulator.core.call import Request
from simulator.core.dispatch import dispatch
from tests.gateway.asgi import GAUGE, PUMP, services
from tests.reliability.writing import Box

ITEMS = f"/api/v1/issues/{PUMP}/action_items"
MOST = 100  # problems that an explanation lists


@pytest.mark.parametrize(
    "inner", [b"1", b'{"token":1}', b'"\\u0041"'], ids=["plain", "named like a secret", "escaped"]
)
@pytest.mark.parametrize("depth", [64, 65, 200, 255, 300, 1000, 1025, 5000])
def test_a_body_that_is_too_deep_is_refused_and_can_be_read_in_the_journal(depth: int, inner: bytes) -> None:
    box = Box()
    body = b"[" * depth + inner + b"]" * depth

    response = dispatch(box.sandbox, "kinetic", Request("POST", ITEMS, "", box.headers, body))

    assert response.status == 400
    (entry,) = box.sandbox.journal
    described = entry.describe(services()["kinetic"].ledger, box.sandbox.journal)
    assert len(orjson.dumps(described)) < 20_000


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"{ITEMS}/{GAUGE}", {str(number): 0 for number in range(5000)}),
        ("PUT", f"/api/v1/issues/{PUMP}", {"tag_list": [0] * 5000}),
        ("POST", "/api/v1/issues", {"name": "a", "tag_list": [0] * 5000}),
    ],
    ids=["names", "values of an edit", "values"],
)
def test_explaining_looks_no_further_than_somebody_would_read(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: dict[str, Any]
) -> None:
    """Counted and not timed: how many errors the explainer makes of a body with thousands."""
    made: list[str] = []
    make = ValidationError.__init__

    def counting(self: ValidationError, message: str, *rest: Any, **more: Any) -> None:
        made.append(message)
        make(self, message, *rest, **more)

    monkeypatch.setattr(ValidationError, "__init__", counting)
    refused = Box().call(method, path, orjson.dumps(body))

    assert refused.status in {400, 422}
    assert 0 < len(refused.entry["explanation"]["problems"]) <= MOST
    assert 0 < len(made) <= 10 * MOST
