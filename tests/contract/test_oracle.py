"""The oracle and the counts are what the contract tests rest on: each thing that they must notice is planted here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from simulator.core.sandbox import Sandbox
from simulator.http import Receive, Scope, Send
from simulator.vendors import VENDORS
from tests.contract.counting import label, shortfall
from tests.contract.oracle import Oracle, watched

Act = Callable[[Sandbox], None]


@pytest.fixture(params=VENDORS)
def oracle(request: pytest.FixtureRequest) -> Oracle:
    return watched(request.param)


class Meddler:
    """In the place of the Gateway: lets it answer, and then does something that no call may do."""

    def __init__(self, oracle: Oracle, act: Act) -> None:
        self._gateway = oracle.gateway
        self._act = act
        self.sandboxes = oracle.gateway.sandboxes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._gateway(scope, receive, send)
        self._act(self.sandboxes.default)


def _call(oracle: Oracle, path: str) -> int:
    """The status of a GET without a credential below the vendor's address."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    path = f"/{oracle.vendor}{path}"
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(oracle({**scope, "raw_path": path.encode()}, receive, send))
    status: int = sent[0]["status"]
    return status


def _complaints(oracle: Oracle, act: Act, path: str = "/nowhere") -> str:
    oracle.gateway = Meddler(oracle, act)  # type: ignore[assignment]
    _call(oracle, path)
    return "\n".join(oracle.take_complaints())


def _first(sandbox: Sandbox, oracle: Oracle) -> tuple[str, dict[str, Any]]:
    """A record of the fixture with its collection."""
    store = sandbox.worlds[oracle.vendor].store
    return next((name, dict(record)) for name, rows in store.collections().items() for record in rows)


def test_an_ordinary_refusal_is_no_cause_for_complaint(oracle):
    assert _call(oracle, "/nowhere") == 404
    assert _call(oracle, "/%FF") == 400  # an edge refusal at the vendor's address, or the vendor's own
    oracle.reset()
    assert oracle.take_complaints() == []


def test_a_refusal_that_writes_is_noticed(oracle):
    def write(sandbox: Sandbox) -> None:
        store = sandbox.worlds[oracle.vendor].store
        name, record = _first(sandbox, oracle)
        store.delete(name, record[store.key_of(name)])
        store.commit()

    assert "refused, and yet records changed" in _complaints(oracle, write)


def test_a_record_that_is_changed_in_place_is_noticed(oracle):
    def change(sandbox: Sandbox) -> None:
        rows = sandbox.worlds[oracle.vendor].store.collections()
        record: Any = next(record for of in rows.values() for record in of)
        record["planted"] = 1  # the fixture was loaded for this oracle alone

    assert "the changes in the journal are not what happened" in _complaints(oracle, change)


def test_a_call_with_more_than_one_entry_is_noticed(oracle):
    def repeat(sandbox: Sandbox) -> None:
        (entry,) = sandbox.journal
        sandbox.journal.append(entry)

    assert "2 journal entries for one call" in _complaints(oracle, repeat)


def test_an_entry_with_another_answer_is_noticed(oracle):
    def rewrite(sandbox: Sandbox) -> None:
        (entry,) = sandbox.journal
        entry.response_status = 200

    assert "the journal says 200" in _complaints(oracle, rewrite)


def test_a_server_error_is_noticed(oracle):
    operations = oracle.sandbox.worlds[oracle.vendor].service.document.operations.values()
    fetched = next(each for each in operations if each.method == "GET")
    oracle.sandbox.faults.add(oracle.vendor, fetched.id, "status", status=500)
    assert _call(oracle, re.sub(r"\{\w+\}", "any", fetched.path)) == 500
    assert "a server error" in "\n".join(oracle.take_complaints())


def test_a_change_between_two_calls_is_noticed(oracle):
    store = oracle.sandbox.worlds[oracle.vendor].store
    name, record = _first(oracle.sandbox, oracle)
    store.delete(name, record[store.key_of(name)])
    store.commit()
    oracle.reset()
    assert oracle.take_complaints() == ["a record changed between two calls"]


def test_a_lost_case_is_noticed(oracle):
    document = oracle.sandbox.worlds[oracle.vendor].service.document
    enough = {
        label(each): {"examples": 1, "coverage": 1, "fuzzing": 7} for each in document.operations.values()
    }
    assert shortfall(document, enough, asked=7) == []
    wanting = next(each for each in document.operations.values() if each.body is not None)
    assert shortfall(
        document, {**enough, label(wanting): {"examples": 1, "coverage": 1, "fuzzing": 6}}, asked=7
    ) == [f"{wanting.id}, fuzzing: 6 of 7"]
    for bare in document.operations.values():
        if not bare.parameters and bare.body is None:  # there is but one case of it
            once = {"examples": 1, "coverage": 1, "fuzzing": 1}
            assert shortfall(document, {**enough, label(bare): once}, asked=7) == []
