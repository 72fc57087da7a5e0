"""The bucket of tokens: on the clock it is given, in the store it is given, whole again after its window."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.call import Call, Reply
from simulator.core.clock import LATEST
from simulator.core.document import DocumentError
from simulator.core.limits import LIMITS, Allowance, take
from simulator.core.sandbox import Sandbox
from simulator.core.settings import setting
from simulator.core.store import Store
from simulator.core.vendor import LoadError
from tests.core import toy

WINDOW = 60_000_000


def store() -> Store:
    return Store([LIMITS])


def test_a_bucket_gives_its_tokens_and_then_none_until_its_window_ends() -> None:
    kept = store()
    assert take(kept, "a", 2, WINDOW, 100) == Allowance(2, 1, 100 + WINDOW, granted=True)
    assert take(kept, "a", 2, WINDOW, 200) == Allowance(2, 0, 100 + WINDOW, granted=True)
    assert take(kept, "a", 2, WINDOW, 99 + WINDOW) == Allowance(2, 0, 100 + WINDOW, granted=False)
    assert take(kept, "a", 2, WINDOW, 100 + WINDOW) == Allowance(2, 1, 100 + 2 * WINDOW, granted=True)


def test_no_window_ends_later_than_a_clock_can_be() -> None:
    assert take(store(), "a", 2, WINDOW, LATEST - 1).reset_at == LATEST


def test_a_call_without_a_token_writes_nothing() -> None:
    kept = store()
    take(kept, "a", 1, WINDOW, 0)
    kept.commit()
    take(kept, "a", 1, WINDOW, 1)
    assert kept.commit() == []


def test_buckets_know_nothing_of_each_other() -> None:
    kept = store()
    assert [take(kept, name, 1, WINDOW, 0).granted for name in ("a", "b", "a")] == [True, True, False]


@given(
    st.integers(1, 5), st.integers(1, 50), st.lists(st.integers(0, 200), max_size=60)
)  # what a limit promises, whatever the times: also on a clock that is set back
def test_in_no_window_there_are_more_calls_than_the_limit(limit: int, window: int, times: list[int]) -> None:
    kept, since, granted = store(), None, 0
    for now in times:
        found = take(kept, "a", limit, window, now)
        assert now < found.reset_at <= now + window
        if found.reset_at != since:
            since, granted = found.reset_at, 0
        granted += found.granted
        assert found.remaining == limit - granted
        assert granted <= limit


# --- in dispatch -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Limited(toy.Settings):
    """The toy's settings with a limit."""

    calls: int = setting(2, "how many calls", "TOY-001")
    seconds: int = setting(60, "in how many seconds", "TOY-001")


def limited(**changes: Any) -> toy.Client:
    document = deepcopy(toy.DOCUMENT)
    document["x-sim-rate-limit"] = {"requests": "calls", "window_s": "seconds"}

    def headers(call: Call[Any], status: int) -> list[tuple[str, str]]:
        assert call.allowance is not None
        return [("X-Left", str(call.allowance.remaining)), ("X-Status", str(status))]

    return toy.client(served=toy.service(document=document, settings=Limited, headers=headers, **changes))


def test_every_answer_has_the_vendor_s_headers_and_has_cost_a_token() -> None:
    client = limited()
    answers = [client.get("/v1/nowhere"), client.get("/v1/toys", headers={"Authorization": "Bearer x"})]
    assert [(each.status, each.headers["x-left"]) for each in answers] == [(404, "1"), (401, "0")]
    assert [each.headers["x-status"] for each in answers] == ["404", "401"]


def test_a_call_without_a_token_is_refused_before_its_credential_is_looked_at() -> None:
    client = limited()
    for _ in range(2):
        client.get("/v1/toys")
    answer = client.post("/v1/toys", {"name": "kite"}, headers={"Authorization": "Bearer x"})
    assert answer.status == 429
    assert client.entry(answer)["explanation"]["retry_after_s"] == 60
    assert client.get("/v1/nowhere").status == 404


def test_a_token_survives_the_refusal_and_nothing_else_does() -> None:
    client = limited()
    before = len(list(client.world.store.all("toys")))
    assert client.post("/v1/toys", {"name": ""}).status >= 400
    assert len(list(client.world.store.all("toys"))) == before
    assert next(client.world.store.all("_limits"))["used"] == 1
    entry = list(client.sandbox.journal)[-1]
    assert [change.collection for change in entry.changes] == ["_limits"]
    assert client.sandbox.changes() == {}


def test_a_bug_of_ours_has_the_headers_unless_they_are_the_bug() -> None:
    def broken(call: Call[Any]) -> Reply:
        raise RuntimeError("a bug")

    client = limited(handlers={"list_toys": broken})
    answer = client.get("/v1/toys")
    assert (answer.status, answer.headers["x-left"]) == (500, "1")


def test_headers_that_fail_leave_a_bare_500() -> None:
    def headers(call: Call[Any], status: int) -> list[tuple[str, str]]:
        raise RuntimeError("a bug")

    client = toy.client(served=toy.service(headers=headers))
    assert client.get("/v1/toys").status == 500


def test_a_vendor_without_a_limit_keeps_no_bucket() -> None:
    client = toy.client()
    assert "_limits" not in client.world.store.collections()
    assert "_outbox" not in client.world.store.collections()


@pytest.mark.parametrize(
    "node", [5, {}, {"requests": "calls"}, {"requests": "calls", "window_s": "s", "burst": 1}]
)
def test_a_limit_that_is_not_two_settings_refuses_to_load(node) -> None:
    with pytest.raises(DocumentError, match="names two settings"):
        toy.service(document={**toy.DOCUMENT, "x-sim-rate-limit": node})


def test_a_limit_of_settings_that_are_not_there_refuses_to_load() -> None:
    with pytest.raises(LoadError, match="rate limit names"):
        toy.service(
            document={**toy.DOCUMENT, "x-sim-rate-limit": {"requests": "calls", "window_s": "seconds"}}
        )


def test_a_limit_of_one_operation_refuses_to_load() -> None:
    document = deepcopy(toy.DOCUMENT)
    document["paths"]["/v1/toys"]["get"]["x-sim-rate-limit"] = {"requests": "a", "window_s": "b"}
    with pytest.raises(DocumentError, match="one x-sim-rate-limit"):
        toy.service(document=document)


def test_two_sandboxes_have_a_bucket_each() -> None:
    one = limited()
    twin = Sandbox("twin", one.sandbox.services, now=toy.NOW, mode="frozen")
    one.get("/v1/toys")
    assert list(twin.worlds[toy.NAME].store.all("_limits")) == []
