"""--public-url, --cors and --allow-host: links that lead back, pages that may call a vendor, names of one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from simulator.app import create_app, with_cors
from simulator.core.call import Request
from simulator.core.sandbox import Sandboxes
from simulator.http import ASGIApp, Gateway, address
from tests.core import toy
from tests.gateway.asgi import Client, make_app

PUBLIC = "https://sim.example.com/base"
PAGE = "http://localhost:3000"
PART = {"name": "wheel", "weight": 0.07}

Connect = Callable[[ASGIApp], Client]


async def _no_control(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("no control call is made here")


@pytest.fixture
def links(connect: Connect) -> Callable[..., str]:
    """The Location of a created part, at an address, with a public URL or without one."""

    def of(
        target: str, host: str = "127.0.0.1:8090", public_url: str | None = PUBLIC, token: str = ""
    ) -> str:
        sandboxes = Sandboxes({"toy": toy.SERVICE})
        other = sandboxes.create("other")
        client = connect(Gateway(sandboxes, _no_control, public_url=public_url))
        credentials = (other if token or "other" in target + host else sandboxes.default).credentials()
        headers = {"host": host, "authorization": f"Bearer {credentials['toy'][0]['token']}"}
        return client.call("POST", f"{target}/v1/toys/1/parts", PART, headers=headers).headers["location"]

    return of


@pytest.mark.parametrize(
    ("target", "host", "expected"),
    [
        ("/toy", "127.0.0.1:8090", f"{PUBLIC}/toy"),
        ("/s/other/toy", "127.0.0.1:8090", f"{PUBLIC}/s/other/toy"),
        ("", "toy.localhost:8090", f"{PUBLIC}/toy"),
        ("", "other--toy.localhost:8090", f"{PUBLIC}/s/other/toy"),
    ],
)
def test_a_link_begins_with_the_public_address_however_the_call_came(
    links: Callable[..., str], target: str, host: str, expected: str
) -> None:
    assert links(target, host) == f"{expected}/parts/1"


def test_a_link_in_a_sandbox_that_the_credential_chose_leads_to_that_sandbox(
    links: Callable[..., str],
) -> None:
    assert links("/toy", token="the other's") == f"{PUBLIC}/s/other/toy/parts/1"


@pytest.mark.parametrize(
    ("target", "host", "expected"),
    [
        ("/toy", "127.0.0.1:8090", "http://127.0.0.1:8090/toy"),
        ("", "toy.localhost:8090", "http://toy.localhost:8090"),
    ],
)
def test_without_one_a_link_keeps_the_address_that_the_client_used(
    links: Callable[..., str], target: str, host: str, expected: str
) -> None:
    assert links(target, host, public_url=None) == f"{expected}/parts/1"


def test_the_control_api_gives_public_addresses(connect: Connect) -> None:
    client = connect(make_app(public_url=PUBLIC))

    assert client.control("GET", "/sandboxes/default").json["urls"]["kinetic"] == f"{PUBLIC}/kinetic"
    assert client.new_sandbox("a")["urls"]["kinetic"] == f"{PUBLIC}/s/a/kinetic"


def test_an_address_is_the_path_that_leads_to_a_vendor() -> None:
    sandboxes = Sandboxes({"toy": toy.SERVICE})

    assert address(sandboxes.default, "toy") == "/toy"
    assert address(sandboxes.create("a"), "toy") == "/s/a/toy"
    assert Request("GET", "/x", public="https://a.example/toy").origin == "https://a.example/toy"


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def browser(connect: Connect) -> Client:
    return connect(with_cors(make_app(), [PAGE]))


PREFLIGHT = {
    "access-control-request-method": "PUT",
    "access-control-request-headers": "authorization,content-type",
}


def test_a_page_of_an_allowed_origin_may_call_a_vendor(browser: Client) -> None:
    asked = browser.call("OPTIONS", "/kinetic/api/v1/me", headers={"origin": PAGE, **PREFLIGHT})
    answer = browser.call("GET", "/kinetic/api/v1/valid", headers={"origin": PAGE})

    assert asked.status == 200
    assert asked.headers["access-control-allow-origin"] == PAGE
    assert "PUT" in asked.headers["access-control-allow-methods"]
    assert asked.headers["access-control-allow-headers"] == "authorization,content-type"
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == PAGE


def test_a_page_of_another_origin_may_not(browser: Client) -> None:
    other = {"origin": "http://evil.example"}

    assert browser.call("OPTIONS", "/kinetic/api/v1/me", headers={**other, **PREFLIGHT}).status == 400
    answer = browser.call("GET", "/kinetic/api/v1/valid", headers=other)
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("spelling", ["/__simulator/v1/info", "/%5F_simulator/v1/info", "/__simulator"])
def test_no_page_may_call_the_control_api(browser: Client, spelling: str) -> None:
    asked = browser.call("OPTIONS", spelling, headers={"origin": PAGE, **PREFLIGHT})
    answer = browser.call("GET", spelling, headers={"origin": PAGE})

    assert asked.status in {403, 404, 405}
    assert answer.status in {403, 404}
    for each in (asked, answer):
        assert not [name for name in each.headers if name.startswith("access-control")]


def test_without_the_option_no_page_is_let_in(connect: Connect) -> None:
    client = connect(make_app())

    answer = client.call("OPTIONS", "/kinetic/api/v1/me", headers={"origin": PAGE, **PREFLIGHT})
    assert answer.status == 405
    assert "access-control-allow-origin" not in answer.headers


# --- names ------------------------------------------------------------------------------------------------------------


def test_the_control_api_answers_to_the_names_it_was_given(connect: Connect) -> None:
    client = connect(make_app(hosts=["sim.internal"]))

    assert client.control("GET", "/info", headers={"host": "sim.internal:8090"}).status == 200
    refused = client.control("GET", "/info", headers={"host": "sim.external:8090"})
    assert refused.status == 403
    assert "--allow-host NAME" in refused.json["detail"]


def test_a_name_that_was_given_is_no_excuse_for_a_page(connect: Connect) -> None:
    client = connect(make_app(hosts=["sim.internal"]))
    headers = {"host": "sim.internal:8090", "origin": "http://evil.example"}

    assert client.control("GET", "/info", headers=headers).status == 403


def test_an_application_without_options_has_none_of_them() -> None:
    assert isinstance(create_app({"toy": toy.SERVICE}), Gateway)
