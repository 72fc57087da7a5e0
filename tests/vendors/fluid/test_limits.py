"""The rate limit: a bucket of calls, three headers on every answer, and a 429 that changes nothing."""

from __future__ import annotations

import pytest

from simulator.core.snapshot import restore, take
from tests.vendors.client import Answer
from tests.vendors.fluid.calls import ACTION, BAD_REQUEST, PUMP, TOO_MANY, Client, basic, body
from tests.vendors.fluid.conftest import client_of, make_sandbox

NAMES = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
RESET = "2024-02-16T14:46:22.0000000Z"  # a minute after the clock of every test


def limits(answer: Answer) -> tuple[str, ...]:
    """The three headers."""
    return tuple(answer.headers[name] for name in NAMES)


def exhaust(client: Client, limit: int = 3) -> None:
    client.settings(rate_limit=limit)
    for _ in range(limit):
        client.get(PUMP)


@pytest.mark.statement("FLU-052", "FLU-053", "FLU-054", "FLU-171")
def test_the_headers_tell_what_is_allowed_and_what_is_left(fluid) -> None:
    answers = [fluid.get(PUMP) for _ in range(3)]
    assert [limits(each) for each in answers] == [("1000", left, RESET) for left in ("999", "998", "997")]


@pytest.mark.statement("FLU-050", "FLU-051", "FLU-054", "FLU-116")
def test_one_call_too_many_is_429_with_the_headers(fluid) -> None:
    exhaust(fluid)
    answer = fluid.get(PUMP)
    assert (answer.status, answer.json) == (429, TOO_MANY)
    assert limits(answer) == ("3", "0", RESET)
    assert answer.entry["explanation"]["kind"] == "rate_limited"
    assert fluid.get(PUMP).status == 429


@pytest.mark.statement("FLU-056")
def test_a_429_creates_changes_and_deletes_nothing(fluid) -> None:
    exhaust(fluid)
    before = fluid.state()  # the bucket among it: what gets no token takes none
    assert [
        each.status for each in (fluid.post(ACTION, body()), fluid.put(PUMP, body()), fluid.delete(PUMP))
    ] == [429] * 3
    assert fluid.state() == before


@pytest.mark.statement("FLU-055", "FLU-170")
def test_at_the_instant_of_the_reset_the_bucket_is_whole_again(fluid) -> None:
    exhaust(fluid)
    fluid.advance("PT59.999S")
    assert fluid.get(PUMP).status == 429
    fluid.advance("PT0.001S")
    answer = fluid.get(PUMP)
    assert answer.status == 200
    assert limits(answer) == ("3", "2", "2024-02-16T14:47:22.0000000Z")


@pytest.mark.statement("FLU-170", "FLU-050", "FLU-053", "FLU-054", "FLU-055")
def test_a_thousand_calls_against_a_hundred_a_minute(fluid) -> None:
    fluid.settings(rate_limit=100)
    first = [fluid.get(PUMP) for _ in range(1000)]
    assert [each.status for each in first] == [200] * 100 + [429] * 900
    assert [each.headers["ratelimit-remaining"] for each in first[:101]] == [
        str(99 - n) for n in range(100)
    ] + ["0"]
    assert {each.headers["ratelimit-limit"] for each in first} == {"100"}
    fluid.advance("PT1M")
    again = [fluid.get(PUMP) for _ in range(101)]
    assert [each.status for each in again] == [200] * 100 + [429]


@pytest.mark.statement("FLU-172", "FLU-Q11")
def test_every_answer_takes_a_token_and_has_the_headers(fluid, anyone) -> None:
    fluid.fault("read_board", 503)
    answers = {
        401: anyone.get(PUMP),
        403: client_of(fluid.sandbox, "kofi").delete(PUMP),
        404: fluid.get("/nowhere"),
        405: fluid.call("PATCH", PUMP),
        400: fluid.post(ACTION, body=b"{"),
        422: fluid.get(PUMP, query="expand=x"),
        503: fluid.get("/rest/api/board/630"),
        200: fluid.get("/docs"),
    }
    assert {status: each.status for status, each in answers.items()} == {status: status for status in answers}
    assert [limits(each) for each in answers.values()] == [("1000", str(999 - n), RESET) for n in range(8)]


@pytest.mark.statement("FLU-172")
def test_our_own_bug_has_the_headers_too(fluid, monkeypatch) -> None:
    def fail(call):
        raise RuntimeError("a bug")

    monkeypatch.setattr(
        fluid.world.service, "handlers", {**fluid.world.service.handlers, "read_action": fail}
    )
    answer = fluid.get(PUMP)
    assert (answer.status, answer.json) == (500, "Internal Server Error")
    assert limits(answer) == ("1000", "999", RESET)
    assert limits(fluid.get("/docs"))[1] == "998"


@pytest.mark.statement("FLU-173")
def test_an_unknown_address_is_404_and_a_missing_credential_429_when_nothing_is_left(fluid, anyone) -> None:
    exhaust(fluid)
    assert [fluid.get("/nowhere").status, fluid.call("PATCH", PUMP).status] == [404, 405]
    assert [anyone.get(PUMP).status, fluid.post(ACTION, body=b"{").status] == [429, 429]


@pytest.mark.statement("FLU-170")
def test_the_bucket_is_the_organisation_s(fluid, omar) -> None:
    exhaust(fluid)
    assert omar.get(PUMP).status == 429


@pytest.mark.statement("FLU-053")
def test_a_limit_that_is_raised_counts_at_once(fluid) -> None:
    exhaust(fluid)
    fluid.settings(rate_limit=5)
    assert limits(fluid.get(PUMP))[:2] == ("5", "1")
    fluid.settings(rate_limit=2)
    assert limits(fluid.get(PUMP))[:2] == ("2", "0")


@pytest.mark.statement("FLU-170")
def test_the_window_is_a_setting(fluid) -> None:
    fluid.settings(rate_limit=1, rate_window_s=3600)
    assert limits(fluid.get(PUMP))[2] == "2024-02-16T15:45:22.0000000Z"
    fluid.advance("PT59M")
    assert fluid.get(PUMP).status == 429
    fluid.advance("PT1M")
    assert fluid.get(PUMP).status == 200


def test_a_clock_that_is_set_back_makes_no_window_longer(fluid) -> None:
    exhaust(fluid)
    fluid.sandbox.clock.set(fluid.sandbox.clock.now() - 86_400_000_000)
    assert limits(fluid.get(PUMP)) == ("3", "2", "2024-02-15T14:46:22.0000000Z")


def test_a_snapshot_and_a_fork_hold_the_bucket_and_a_reset_fills_it(service) -> None:
    sandbox = make_sandbox(service)
    client = client_of(sandbox, "dana")
    exhaust(client)
    kept = take(sandbox)
    credential = sandbox.worlds["fluid"].credentials[0]
    twin = Client(
        sandbox.fork("twin"), "fluid", {"Authorization": basic(credential["username"], credential["pat"])}
    )
    assert twin.get(PUMP).status == 429
    client.advance("PT1M")
    assert client.get(PUMP).status == 200
    restore(sandbox, kept)
    assert client_of(sandbox, "dana").get(PUMP).status == 429
    sandbox.reset()
    assert limits(client_of(sandbox, "dana").get(PUMP))[:2] == ("1000", "999")


def test_a_fork_at_an_entry_has_what_was_left_then(fluid) -> None:
    for _ in range(3):
        last = fluid.get("/docs")
    fluid.get("/docs")
    twin = Client(fluid.sandbox.fork("twin", last.entry["id"]), "fluid")
    assert limits(twin.get("/docs"))[1] == "996"


def test_the_journal_shows_no_token_among_the_changes(fluid) -> None:
    assert fluid.get(PUMP).entry["changes"] == []
    assert fluid.get(f"{ACTION}/1").entry["changes"] == []
    assert fluid.sandbox.changes() == {}


@pytest.mark.statement("FLU-Q11")
def test_the_reset_can_be_a_span_of_time(fluid) -> None:
    fluid.settings(rate_limit_reset="seconds")
    assert limits(fluid.get(PUMP))[2] == "60"
    fluid.advance("PT59.5S")
    assert limits(fluid.get(PUMP))[2] == "1"


@pytest.mark.statement("FLU-Q11")
def test_the_other_names_are_sent_beside_them_only_if_asked_for(fluid) -> None:
    others = {"x-ratelimit-remaining", "x-ratelimit-reset"}
    assert not others & fluid.get(PUMP).headers.keys()
    fluid.settings(x_ratelimit_aliases=True)
    answer = fluid.get(PUMP)
    assert (answer.headers["x-ratelimit-remaining"], answer.headers["x-ratelimit-reset"]) == limits(answer)[
        1:
    ]


@pytest.mark.statement("FLU-218")
def test_two_changes_in_one_instant_are_two_changes(fluid) -> None:
    assert [fluid.put(PUMP, body()).status, fluid.put(PUMP, body(title="Again")).status] == [200, 200]


@pytest.mark.statement("FLU-054")
def test_an_injected_429_has_the_words_and_the_headers(fluid) -> None:
    fluid.fault("read_action", 429)
    answer = fluid.get(PUMP)
    assert (answer.status, answer.json, limits(answer)[:2]) == (429, TOO_MANY, ("1000", "0"))
    assert limits(fluid.get(f"{ACTION}/4207"))[1] == "998"  # the limit itself is as it was
    assert fluid.post(ACTION, body=b"").json == BAD_REQUEST


@pytest.mark.parametrize("name", ["rate_limit", "rate_window_s"])
@pytest.mark.parametrize("value", [0, -1, 2_000_000_000])
def test_a_limit_that_makes_no_sense_is_refused(fluid, name, value) -> None:
    with pytest.raises(ValueError, match=name):
        fluid.settings(**{name: value})
