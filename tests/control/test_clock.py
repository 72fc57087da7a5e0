"""The clock of a sandbox: read, set and advanced; what falls due is said with its statement."""

from __future__ import annotations

from typing import Any

import pytest

from tests.control.problems import problem
from tests.gateway.asgi import ADA, NOW, Client

CLOCK = "/sandboxes/box/clock"


@pytest.fixture
def boxed(client: Client) -> Client:
    client.new_sandbox("box")
    return client


def status_of_me(client: Client, headers: dict[str, str]) -> int:
    return client.call("GET", "/s/box/kinetic/api/v1/me", headers=headers).status


def test_a_clock_is_read(boxed: Client) -> None:
    assert boxed.control("GET", CLOCK).json == {"mode": "frozen", "now": "2026-01-31T09:00:00.000Z"}


@pytest.mark.parametrize(
    ("given", "now"),
    [
        ({"now": "2030-01-01T00:00:00Z"}, "2030-01-01T00:00:00.000Z"),
        ({"now": "1980-01-01T00:00:00+01:00"}, "1979-12-31T23:00:00.000Z"),
        ({"now": None}, "2026-01-31T09:00:00.000Z"),
        ({"mode": "frozen"}, "2026-01-31T09:00:00.000Z"),
        ({}, "2026-01-31T09:00:00.000Z"),
    ],
)
def test_a_clock_is_set_to_any_instant(boxed: Client, given: dict[str, Any], now: str) -> None:
    answer = boxed.control("PUT", CLOCK, given)

    assert answer.status == 200
    assert {name: answer.json[name] for name in ("mode", "now")} == {"mode": "frozen", "now": now}
    assert boxed.control("GET", CLOCK).json["now"] == now


def test_a_clock_runs_and_stands_still_as_it_is_told(boxed: Client) -> None:
    assert boxed.control("PUT", CLOCK, {"mode": "running"}).json["mode"] == "running"
    assert boxed.control("GET", CLOCK).json["mode"] == "running"
    boxed.control("PUT", CLOCK, {"mode": "frozen", "now": NOW})
    assert boxed.control("GET", CLOCK).json == {"mode": "frozen", "now": "2026-01-31T09:00:00.000Z"}


@pytest.mark.parametrize(
    ("by", "now"),
    [
        ("PT11M", "2026-01-31T09:11:00.000Z"),
        ("PT0.25S", "2026-01-31T09:00:00.250Z"),
        ("P1D", "2026-02-01T09:00:00.000Z"),
        ("P1W", "2026-02-07T09:00:00.000Z"),
        ("P1DT1H1M1S", "2026-02-01T10:01:01.000Z"),
        ("PT0S", "2026-01-31T09:00:00.000Z"),
        ("P365000D", "3025-06-03T09:00:00.000Z"),
    ],
)
def test_a_clock_is_advanced_by_a_duration(boxed: Client, by: str, now: str) -> None:
    answer = boxed.control("POST", f"{CLOCK}/advance", {"by": by})

    assert answer.status == 200
    assert set(answer.json) == {"mode", "now", "fired"}
    assert answer.json["now"] == now


def test_a_token_expires_when_its_time_has_passed_and_the_answer_says_so(boxed: Client) -> None:
    bearer = boxed.bearer("box")

    before = boxed.control("POST", f"{CLOCK}/advance", {"by": "PT23H59M59.999S"}).json
    assert before["fired"] == []
    assert status_of_me(boxed, bearer) == 200

    after = boxed.control("POST", f"{CLOCK}/advance", {"by": "PT0.001S"}).json
    assert after["fired"][0] == {
        "what": f"the token of {ADA['email']} expired",
        "statement": "KIN-069",
        "at": "2026-02-01T09:00:00.000Z",
        "vendor": "kinetic",
    }
    assert len(after["fired"]) == len(boxed.control("GET", "/sandboxes/box").json["credentials"]["kinetic"])
    assert status_of_me(boxed, bearer) == 401
    assert boxed.control("GET", f"/statements/{after['fired'][0]['statement']}").status == 200


def test_what_has_fired_does_not_fire_again(boxed: Client) -> None:
    assert boxed.control("POST", f"{CLOCK}/advance", {"by": "P2D"}).json["fired"]

    assert boxed.control("POST", f"{CLOCK}/advance", {"by": "P36500D"}).json["fired"] == []


def test_setting_a_clock_forward_fires_too(boxed: Client) -> None:
    fired = boxed.control("PUT", CLOCK, {"now": "2026-02-01T09:00:00Z"}).json["fired"]

    assert [each["statement"] for each in fired] == ["KIN-069"] * len(fired)
    assert fired


def test_a_token_is_good_again_for_a_clock_that_is_set_back(boxed: Client) -> None:
    boxed.control("POST", f"{CLOCK}/advance", {"by": "P2D"})
    assert status_of_me(boxed, boxed.bearer("box")) == 401

    assert boxed.control("PUT", CLOCK, {"now": NOW}).json["fired"] == []
    assert status_of_me(boxed, boxed.bearer("box")) == 200


def test_tokens_expire_in_the_order_in_which_they_were_made(boxed: Client) -> None:
    boxed.control("POST", f"{CLOCK}/advance", {"by": "PT1H"})
    login = {"email": "mei.tanaka@example.com", "password": "not-a-secret-11"}
    assert boxed.call("POST", "/s/box/kinetic/api/v1/sessions", {"user_login": login}).status == 200

    fired = boxed.control("POST", f"{CLOCK}/advance", {"by": "P3D"}).json["fired"]

    assert [each["at"] for each in fired] == sorted(each["at"] for each in fired)
    assert (fired[-1]["what"], fired[-1]["at"]) == (
        "the token of mei.tanaka@example.com expired",
        "2026-02-01T10:00:00.000Z",
    )


def test_a_clock_moves_in_one_sandbox_alone(boxed: Client) -> None:
    boxed.new_sandbox("other")

    boxed.control("POST", f"{CLOCK}/advance", {"by": "P2D"})

    for name in ("default", "other"):
        assert boxed.control("GET", f"/sandboxes/{name}/clock").json["now"] == "2026-01-31T09:00:00.000Z"
        assert boxed.call("GET", f"/s/{name}/kinetic/api/v1/me", headers=boxed.bearer(name)).status == 200


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"mode": "stopped"}, 'mode takes one of running, frozen, not "stopped"'),
        ({"mode": {}}, "mode takes one of running, frozen, not {}"),
        ({"mode": None}, "mode takes one of running, frozen, not null"),
        ({"now": 0}, "now takes a text, not 0"),
        ({"now": "2026-01-31"}, "an instant needs an offset, such as Z or +02:00"),
        ({"now": "10000-01-01T00:00:00Z"}, "Invalid isoformat string: '10000-01-01T00:00:00Z'"),
        ({"now": "9999-12-31T23:59:59-14:00"}, "an instant lies between 0001-01-02 and 9999-12-30"),
        ({"by": "PT1S"}, "by: not known here; known are mode, now"),
    ],
)
def test_a_wrong_setting_of_the_clock_is_refused(boxed: Client, given: dict[str, Any], detail: str) -> None:
    assert problem(boxed.control("PUT", CLOCK, given), 422) == detail
    assert boxed.control("GET", CLOCK).json == {"mode": "frozen", "now": "2026-01-31T09:00:00.000Z"}


DURATION = 'a duration is written like "PT11M", "P1D" or "PT0.5S"'


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({}, "by takes a text, not null"),
        ({"by": 11}, "by takes a text, not 11"),
        ({"by": ["PT1S"]}, 'by takes a text, not ["PT1S"]'),
        ({"by": ""}, DURATION),
        ({"by": "P"}, DURATION),
        ({"by": "PT"}, DURATION),
        ({"by": "P1DT"}, DURATION),
        ({"by": "11M"}, DURATION),
        ({"by": "P1M"}, DURATION),
        ({"by": "PT1.5H"}, DURATION),
        ({"by": "PT1e9S"}, DURATION),
        ({"by": "PT\u0661S"}, DURATION),
        ({"by": "PT1S\n"}, DURATION),
        ({"by": "PTNaNS"}, DURATION),
        ({"by": "-PT1S"}, "a clock is advanced by a positive duration; set it to go back"),
        ({"by": "P9999999W"}, "an instant lies between 0001-01-02 and 9999-12-30"),
        ({"by": "PT999999999999.999999S"}, "an instant lies between 0001-01-02 and 9999-12-30"),
        ({"for": "PT1S"}, "for: not known here; known are by"),
    ],
)
def test_a_wrong_duration_is_refused_and_nothing_fires(
    boxed: Client, given: dict[str, Any], detail: str
) -> None:
    assert problem(boxed.control("POST", f"{CLOCK}/advance", given), 422) == detail
    assert boxed.control("GET", CLOCK).json["now"] == "2026-01-31T09:00:00.000Z"
    assert status_of_me(boxed, boxed.bearer("box")) == 200


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("PUT", ""), ("POST", "/advance")])
def test_a_sandbox_that_there_is_not_has_no_clock(client: Client, method: str, path: str) -> None:
    assert problem(client.control(method, CLOCK + path, {} if method != "GET" else None), 404)


def test_a_whole_working_day_at_the_end_of_time(boxed: Client) -> None:
    """The last instant that can be written is no reason for a 500."""
    boxed.control("PUT", CLOCK, {"now": "9999-12-30T00:00:00Z"})

    answer = boxed.call("POST", "/s/box/kinetic/api/v1/sessions", {"user_login": ADA})

    assert answer.status == 200
    assert boxed.control("GET", CLOCK).status == 200
    assert boxed.entries("box")[-1]["at"] == "9999-12-30T00:00:00.000Z"
