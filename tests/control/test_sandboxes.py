"""Sandboxes: made with options, listed, read and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.core import sandbox as sandboxes
from simulator.core.clock import stopwatch
from tests.control.problems import problem
from tests.gateway.asgi import ADA, HOST, NOW, PUMP, Client

KEYS = {"name", "urls", "credentials", "now"}


def test_a_sandbox_tells_where_it_is_and_who_may_enter(client: Client) -> None:
    made = client.control("POST", "/sandboxes", {"name": "box", "now": NOW, "clock": "frozen"})

    assert made.status == 201
    assert made.headers["content-type"] == "application/json"
    assert set(made.json) == KEYS
    assert made.json["name"] == "box"
    assert made.json["urls"] == {"kinetic": f"http://{HOST}/s/box/kinetic"}
    assert made.json["now"] == "2026-01-31T09:00:00.000Z"
    first, second, *_ = made.json["credentials"]["kinetic"]
    assert set(first) == {"email", "password", "token"}
    assert {name: first[name] for name in ADA} == ADA
    assert second["token"] != first["token"]


def test_its_address_and_its_credentials_work(client: Client) -> None:
    made = client.control("POST", "/sandboxes", {"name": "box"}).json
    url = made["urls"]["kinetic"].removeprefix(f"http://{HOST}")

    for credential in made["credentials"]["kinetic"]:
        me = client.call(
            "GET", f"{url}/api/v1/me", headers={"authorization": f"Bearer {credential['token']}"}
        )
        assert me.json["email"] == credential["email"]


def test_the_default_sandbox_is_at_the_plain_address(client: Client) -> None:
    found = client.control("GET", "/sandboxes/default").json

    assert found["urls"] == {"kinetic": f"http://{HOST}/kinetic"}


def test_urls_keep_the_host_that_the_client_used(client: Client) -> None:
    found = client.control("GET", "/sandboxes/default", headers={"host": "localhost:1234"}).json

    assert found["urls"] == {"kinetic": "http://localhost:1234/kinetic"}


def test_a_sandbox_without_a_name_gets_one(client: Client) -> None:
    client.control("POST", "/sandboxes", {"name": "sandbox-2"})

    names = [client.control("POST", "/sandboxes", body).json["name"] for body in ({}, {"name": None}, None)]

    assert names == ["sandbox-1", "sandbox-3", "sandbox-4"]


def test_a_sandbox_is_listed_and_read_until_it_is_deleted(client: Client) -> None:
    made = client.new_sandbox("box")

    assert client.control("GET", "/sandboxes/box").json == made
    listed = client.control("GET", "/sandboxes").json["sandboxes"]
    assert [each["name"] for each in listed] == ["default", "box"]
    assert listed[1] == made

    assert client.control("DELETE", "/sandboxes/box").json == made
    assert [each["name"] for each in client.control("GET", "/sandboxes").json["sandboxes"]] == ["default"]
    for method in ("GET", "DELETE"):
        assert problem(client.control(method, "/sandboxes/box"), 404) == "there is no sandbox box"


def test_a_taken_name_is_409_and_changes_nothing(client: Client) -> None:
    made = client.new_sandbox("box")

    assert "exists" in problem(client.control("POST", "/sandboxes", {"name": "box", "seed": 5}), 409)
    assert client.control("GET", "/sandboxes/box").json == made
    assert client.call("GET", "/s/box/kinetic/api/v1/me", headers=client.bearer("box")).status == 200


def test_the_default_sandbox_stays(client: Client) -> None:
    problem(client.control("DELETE", "/sandboxes/default"), 409)

    assert client.control("GET", "/sandboxes/default").status == 200


@pytest.mark.parametrize("name", ["a", "7", "a-b", "0-9", "x" * 32, "ready", "s", "kinetic"])
def test_a_name_of_small_letters_digits_and_hyphens_is_taken(client: Client, name: str) -> None:
    made = client.new_sandbox(name)

    assert client.call("GET", f"/s/{name}/kinetic/api/v1/valid").status == 200
    assert made["name"] == name


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "a--b", "A", "a_b", "a.b", "a b", "x" * 33, "é", "a\n", "..", "a/b", "\0", "CON"]
)
def test_any_other_name_is_refused(client: Client, name: str) -> None:
    assert "a sandbox name has" in problem(client.control("POST", "/sandboxes", {"name": name}), 422)


def test_the_clock_of_a_sandbox_starts_where_it_is_told(client: Client) -> None:
    client.control(
        "POST", "/sandboxes", {"name": "still", "now": "2001-02-03T04:05:06+02:00", "clock": "frozen"}
    )
    client.control("POST", "/sandboxes", {"name": "runs", "now": "2001-02-03T04:05:06Z", "clock": "running"})

    still, runs = (client.control("GET", f"/sandboxes/{name}/clock").json for name in ("still", "runs"))

    assert still == {"mode": "frozen", "now": "2001-02-03T02:05:06.000Z"}
    assert runs["mode"] == "running"
    assert runs["now"].startswith("2001-02-03T04:0")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(client: Client) -> None:
    def guid(name: str, seed: int) -> str:
        client.new_sandbox(name, seed=seed)
        made = client.call(
            "POST", f"/s/{name}/kinetic/api/v1/issues", {"name": "Leak"}, headers=client.bearer(name)
        )
        return str(made.json["guid"])

    assert guid("one", 7) == guid("two", 7) != guid("three", 8)
    assert client.token("one") != client.token("two"), "a token finds its sandbox, so no two share one"


def test_settings_can_be_given_at_birth(client: Client) -> None:
    client.new_sandbox("box", settings={"kinetic": {"create_status": 201}})

    body = {"name": "Close valve", "detail": "The one at gate 4.", "assignee_id": 9}
    made = client.call(
        "POST", f"/s/box/kinetic/api/v1/issues/{PUMP}/action_items", body, headers=client.bearer("box")
    )

    assert made.status == 201
    assert client.control("GET", "/sandboxes/default/settings/kinetic").json["create_status"] == 200


@pytest.mark.parametrize("fixture", ["default", {"kinetic": "default"}, {}])
def test_a_fixture_is_chosen_by_name_for_all_vendors_or_for_each(client: Client, fixture: Any) -> None:
    client.new_sandbox("box", fixture=fixture)

    assert (
        client.call("GET", f"/s/box/kinetic/api/v1/issues/{PUMP}", headers=client.bearer("box")).status == 200
    )


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        (
            {"nam": "box"},
            "nam: not known here; known are clock, fixture, name, now, seed, settings, strict_basis, ttl_s",
        ),
        (
            {"a": 1, "b": 2},
            "a, b: not known here; known are clock, fixture, name, now, seed, settings, strict_basis, ttl_s",
        ),
        ({"name": 5}, "name takes a text, not 5"),
        ({"name": ["box"]}, 'name takes a text, not ["box"]'),
        ({"clock": "stopped"}, 'clock takes one of running, frozen, not "stopped"'),
        ({"clock": None}, "clock takes one of running, frozen, not null"),
        ({"clock": ["frozen"]}, 'clock takes one of running, frozen, not ["frozen"]'),
        ({"now": 5}, "now takes a text, not 5"),
        ({"now": "today"}, "Invalid isoformat string: 'today'"),
        ({"now": "2026-01-31T09:00:00"}, "an instant needs an offset, such as Z or +02:00"),
        ({"now": "9999-12-31T00:00:00Z"}, "an instant lies between 0001-01-02 and 9999-12-30"),
        ({"now": "0001-01-01T00:00:00+14:00"}, "an instant lies between 0001-01-02 and 9999-12-30"),
        ({"seed": "7"}, 'seed takes an integer from -9223372036854775808 to 9223372036854775807, not "7"'),
        ({"seed": True}, "seed takes an integer from -9223372036854775808 to 9223372036854775807, not true"),
        ({"seed": 1.0}, "seed takes an integer from -9223372036854775808 to 9223372036854775807, not 1.0"),
        ({"fixture": 5}, "fixture is given by vendor"),
        ({"fixture": {"kinetic": 5}}, "fixture is given by vendor"),
        ({"fixture": {"nothing": "default"}}, "nothing is not served; kinetic is"),
        ({"fixture": "nothing"}, "kinetic's fixture nothing: no such file; there are: default"),
        ({"fixture": "../kinetic/default"}, "../kinetic/default is not the name of a fixture"),
        ({"fixture": ""}, " is not the name of a fixture"),
        ({"settings": []}, "settings is given by vendor"),
        ({"settings": {"kinetic": 5}}, "settings is given by vendor"),
        ({"settings": {"nothing": {}}}, "nothing is not served; kinetic is"),
        ({"settings": {"kinetic": {"create_status": 202}}}, "create_status takes one of 200, 201, not 202"),
    ],
)
def test_a_wrong_option_is_refused_by_name(client: Client, given: dict[str, Any], detail: str) -> None:
    assert problem(client.control("POST", "/sandboxes", given), 422) == detail
    assert len(client.sandboxes) == 1


def test_a_refused_sandbox_leaves_its_name_free(client: Client) -> None:
    problem(client.control("POST", "/sandboxes", {"name": "box", "settings": {"kinetic": {"x": 1}}}), 422)

    client.new_sandbox("box")
    assert client.call("GET", "/s/box/kinetic/api/v1/me", headers=client.bearer("box")).status == 200


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"[]", "send a JSON object"),
        (b"5", "send a JSON object"),
        (b"null", "send a JSON object"),
        (b'"box"', "send a JSON object"),
        (b"{", "not JSON: unexpected end of data: line 1 column 2 (char 1)"),
        (b'{"seed": 9223372036854775808}', "an integer beyond 64 bits"),
        (
            b'{"seed": NaN}',
            "not JSON: unexpected character, expected a JSON value: line 1 column 10 (char 9)",
        ),
    ],
)
def test_a_body_that_is_no_object_is_refused(client: Client, body: bytes, detail: str) -> None:
    assert problem(client.control("POST", "/sandboxes", body=body), 422) == detail


def test_a_body_beyond_a_megabyte_is_refused(client: Client) -> None:
    parts = [b'{"name": "', *[b"x" * 100_000] * 10, b'"}']

    assert (
        problem(client.control("POST", "/sandboxes", body=parts), 413)
        == "the body has more than 1000000 bytes"
    )


def test_a_sandbox_whose_lease_has_ended_is_not_listed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.new_sandbox("short", ttl_s=1)
    client.new_sandbox("long", ttl_s=1000)
    later = stopwatch() + 5
    monkeypatch.setattr(sandboxes, "stopwatch", lambda: later)

    listed = client.control("GET", "/sandboxes").json["sandboxes"]
    assert [each["name"] for each in listed] == ["default", "long"]
