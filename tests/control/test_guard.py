"""Who may drive the control API: programs of this machine, or who holds the key; never a page in a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from simulator.control.routes import Control
from simulator.core.sandbox import Sandboxes
from simulator.http import ASGIApp
from tests.control.problems import problem
from tests.gateway.asgi import HOST, Client, make_app, services

KEY = "correct-horse"


@pytest.fixture
def keyed(connect: Callable[[ASGIApp], Client]) -> Client:
    return connect(make_app(control_key=KEY))


def calls() -> list[tuple[str, str]]:
    """Every call there is, on a sandbox that exists."""
    table = Control(Sandboxes(services()), None).table()
    named = {"{vendor}": "kinetic", "{sandbox}": "default", "{id}": "1"}
    found = []
    for path, handlers in table.items():
        for name, value in named.items():
            path = path.replace(name, value)  # noqa: PLW2901 - a step at a time
        found += [(method, path) for method in handlers]
    return found


CALLS = calls()
GUARDED = [call for call in CALLS if call != ("GET", "/ready")]
PAGES = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://127.0.0.1"},
    {"origin": "https://127.0.0.1:8090"},
    {"origin": "http://127.0.0.1:8090.evil.example"},
    {"origin": "http://localhost:8090"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none, cross-site"},
    {"origin": f"http://{HOST}", "sec-fetch-site": "cross-site"},
    {"host": "rebound.example"},
    {"host": "rebound.example:8090"},
    {"host": "127.0.0.1.rebound.example"},
    {"host": "localhost.rebound.example"},
    {"host": "notlocalhost"},
    {"host": "192.0.2.1:8090"},
    {"host": "[2001:db8::1]"},
    {"host": "[:::]"},
    {"host": "[127.0.0.1"},
    {"host": ""},
]


@pytest.mark.parametrize("headers", PAGES)
def test_a_page_in_a_browser_drives_nothing(client: Client, headers: Mapping[str, str]) -> None:
    for method, path in CALLS:
        json: Any = {} if method in {"POST", "PUT", "PATCH"} else None
        problem(client.control(method, path, json, headers=headers), 403)
    assert len(client.sandboxes) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1"},
        {"host": "127.0.0.2:1"},
        {"host": "localhost"},
        {"host": "LOCALHOST:8090"},
        {"host": "[::1]:8090"},
        {"origin": f"http://{HOST}"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "same-origin", "origin": f"http://{HOST}"},
    ],
)
def test_a_program_of_this_machine_and_the_own_page_are_served(
    client: Client, headers: Mapping[str, str]
) -> None:
    assert client.control("GET", "/info", headers=headers).status == 200


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
        "application/jsonx",
    ],
)
def test_what_a_form_can_send_is_refused(client: Client, kind: str) -> None:
    for method, path in CALLS:
        if method in {"POST", "PUT", "PATCH"}:
            answer = client.control(method, path, body=b'{"name":"formed"}', headers={"content-type": kind})
            assert problem(answer, 415) == "send application/json"
    assert client.sandboxes.get("formed") is None


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken(client: Client, kind: str) -> None:
    assert client.control("POST", "/sandboxes", body=b"{}", headers={"content-type": kind}).status == 201


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"simulator-control-key": "wrong"},
        {"simulator-control-key": ""},
        {"simulator-control-key": KEY.upper()},
        {"simulator-control-key": f"{KEY} "},
        {"simulator-control-key": "caf\u00e9"},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {KEY}"},
        {"simulator-control-key": "wrong", "authorization": f"Bearer {KEY}"},
    ],
)
def test_without_the_key_nothing_is_served(keyed: Client, headers: Mapping[str, str]) -> None:
    for method, path in GUARDED:
        json: Any = {} if method in {"POST", "PUT", "PATCH"} else None
        answer = keyed.control(method, path, json, headers=headers)
        assert problem(answer, 401) == "send the control key as simulator-control-key, or as a bearer token"
        assert KEY.encode() not in answer.body
    assert len(keyed.sandboxes) == 1


def test_only_ready_needs_no_key(keyed: Client) -> None:
    """Not by how the path ends: a sandbox, too, may be called ready."""
    assert keyed.control("GET", "/ready").status == 200
    key = {"simulator-control-key": KEY}
    assert keyed.control("POST", "/sandboxes", {"name": "ready"}, headers=key).status == 201

    for method in ("GET", "DELETE"):
        problem(keyed.control(method, "/sandboxes/ready"), 401)
    problem(keyed.control("GET", "/statements/ready"), 401)
    assert keyed.sandboxes.get("ready") is not None


@pytest.mark.parametrize("headers", [{"simulator-control-key": KEY}, {"authorization": f"Bearer {KEY}"}])
def test_who_holds_the_key_is_served_under_any_host(keyed: Client, headers: Mapping[str, str]) -> None:
    for host in (HOST, "sim.example.com"):
        assert keyed.control("GET", "/info", headers={"host": host, **headers}).status == 200
        made = keyed.control("POST", "/sandboxes", {}, headers={"host": host, **headers})
        assert made.status == 201


@pytest.mark.parametrize("page", [each for each in PAGES if "host" not in each])
def test_a_page_that_has_the_key_is_refused_all_the_same(keyed: Client, page: Mapping[str, str]) -> None:
    problem(keyed.control("GET", "/info", headers={"simulator-control-key": KEY, **page}), 403)


def test_the_key_is_in_no_journal_and_opens_no_vendor(keyed: Client) -> None:
    headers = {"simulator-control-key": KEY, "authorization": f"Bearer {KEY}"}

    assert keyed.call("GET", "/kinetic/api/v1/me", headers=headers).status == 401
    journal = keyed.control("GET", "/sandboxes/default/journal", headers={"simulator-control-key": KEY})
    assert len(journal.json["entries"]) == 1
    assert KEY.encode() not in journal.body


def test_the_vendors_are_open_to_pages_and_need_no_key(keyed: Client) -> None:
    headers = {"origin": "http://app.example", "host": "sim.example.com", "sec-fetch-site": "cross-site"}

    assert keyed.call("GET", "/kinetic/api/v1/valid", headers=headers).status == 200
