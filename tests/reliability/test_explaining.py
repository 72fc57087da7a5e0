"""What a refusal leaves behind: a journal that can be read, and an explanation that somebody would read."""

from __future__ import annotations

import orjson
import pytest

from simulator.core.call import Request
from simulator.core.dispatch import dispatch
from tests.gateway.asgi import GAUGE, PUMP, services
from tests.reliability.writing import Box

ITEMS = f"/api/v1/issues/{PUMP}/action_items"
MOST = 100  # problems that an explanation lists

TOO_DEEP = pytest.mark.xfail(
    reason="core/journal.py reads bodies with orjson alone, which takes 1024 levels and writes 254",
    raises=(TypeError, RecursionError),
)
TOO_MANY = pytest.mark.xfail(
    reason="core/validation.py explains every error of a body: 490,000 wrong tags take half a minute",
    raises=AssertionError,
)

DEPTHS = [64, 65, 200, pytest.param(300, marks=TOO_DEEP), pytest.param(1000, marks=TOO_DEEP), 1025, 5000]


@pytest.mark.parametrize(
    "inner", [b"1", b'{"token":1}', b'"\\u0041"'], ids=["plain", "named like a secret", "escaped"]
)
@pytest.mark.parametrize("depth", DEPTHS)
def test_a_body_that_is_too_deep_is_refused_and_can_be_read_in_the_journal(depth: int, inner: bytes) -> None:
    box = Box()
    body = b"[" * depth + inner + b"]" * depth

    response = dispatch(box.sandbox, "kinetic", Request("POST", ITEMS, "", box.headers, body))

    assert response.status == 400
    (entry,) = box.sandbox.journal
    described = entry.describe(services()["kinetic"].ledger, box.sandbox.journal)
    assert len(orjson.dumps(described)) < 20_000


@TOO_MANY
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"{ITEMS}/{GAUGE}", {str(number): 0 for number in range(2000)}),
        (
            "PUT",
            f"/api/v1/issues/{PUMP}",
            {"tag_list": [0] * 2000, **{str(number): 0 for number in range(2000)}},
        ),
    ],
    ids=["names", "names and values"],
)
def test_an_explanation_lists_as_many_problems_as_somebody_would_read(
    method: str, path: str, body: dict
) -> None:
    refused = Box().call(method, path, orjson.dumps(body))

    assert refused.status in {400, 422}
    assert 0 < len(refused.entry["explanation"]["problems"]) <= MOST
