"""The Gateway behind the real server: what only a connection shows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.http import Gateway
from simulator.serving import ServerThread
from tests.gateway.asgi import PUMP, make_app
from tests.wire.client import Client, request

ITEMS = f"/kinetic/api/v1/issues/{PUMP}/action_items"


@pytest.fixture(scope="module")
def app() -> Gateway:
    return make_app()


@pytest.fixture(scope="module")
def server(app: Gateway) -> Iterator[ServerThread]:
    with ServerThread(app) as running:
        yield running


@pytest.fixture(scope="module")
def bearer(app: Gateway) -> str:
    return f"Authorization: Bearer {app.sandboxes.default.worlds['kinetic'].credentials[0]['token']}"


@pytest.fixture
def client(server: ServerThread) -> Iterator[Client]:
    with Client(server.address) as connected:
        yield connected


@pytest.mark.parametrize("target", [ITEMS, "/", "/kinetic/nothing", "/__simulator/v1/info", "/nothing"])
def test_a_head_is_the_get_without_its_body(client: Client, bearer: str, target: str) -> None:
    client.send(
        request("GET", target, bearer) + request("HEAD", target, bearer) + request("GET", target, bearer)
    )

    get, head, again = client.answer(), client.answer(to_head=True), client.answer()

    changing = {"simulator-entry", "date"}
    assert head.status == get.status
    assert {n: v for n, v in head.headers.items() if n not in changing} == {
        n: v for n, v in get.headers.items() if n not in changing
    }
    assert int(head.headers["content-length"]) == len(get.body)
    assert again.body == get.body


@pytest.mark.parametrize("name", ["%1b", "%0d%0aX-Injected:%201"])
def test_an_address_with_control_characters_is_refused_and_the_connection_goes_on(
    client: Client, name: str
) -> None:
    client.send(request("GET", f"/s/{name}/kinetic") + request("GET", "/kinetic/api/v1/valid"))

    refused, served = client.answer(), client.answer()

    assert refused.status == 404
    assert refused.edge is not None
    assert refused.edge.startswith("there is no sandbox")
    assert "x-injected" not in refused.headers
    assert served.json() == {"success": True}


@pytest.mark.parametrize("framing", ["Content-Length: 20000000", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_long_is_refused_and_what_follows_is_not_run(
    app: Gateway, client: Client, bearer: str, framing: str
) -> None:
    before = len(app.sandboxes.default.journal)
    client.send(request("POST", ITEMS, bearer, framing))
    if "chunked" in framing:
        for _ in range(11):
            client.send(b"100000\r\n" + bytes(0x100000) + b"\r\n")

    (refused,) = client.answers()

    assert (refused.status, refused.headers["connection"]) == (413, "close")
    assert refused.edge == "the body has more than 10485760 bytes"
    assert len(app.sandboxes.default.journal) == before


def test_a_patch_of_the_vendor_is_the_vendors_to_refuse(client: Client, bearer: str) -> None:
    client.send(request("BREW", ITEMS, bearer))

    answer = client.answer()

    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.edge is None
