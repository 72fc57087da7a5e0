"""A vendor in a sandbox by path, by host name and by credential; an address that names nothing reaches nothing."""

from __future__ import annotations

import base64

import pytest

from tests.gateway.asgi import ADA, HOST, PUMP, Client

ME = "/api/v1/me"
MESSAGES = f"/api/v1/issues/{PUMP}/messages"


def says_who(client: Client, target: str, headers: dict[str, str]) -> str:
    """The sandbox in whose journal a call of `read_me` stands."""
    sandboxes = [each["name"] for each in client.control("GET", "/sandboxes").json["sandboxes"]]
    before = {name: len(client.entries(name)) for name in sandboxes}
    client.call("GET", target, headers=headers)
    (reached,) = [name for name in sandboxes if len(client.entries(name)) > before[name]]
    return str(reached)


@pytest.mark.parametrize(
    ("target", "host", "sandbox"),
    [
        (f"/kinetic{ME}", HOST, "default"),
        (f"/kinetic{ME}", "localhost", "default"),
        (f"/kinetic{ME}", "sim.example.com:8090", "default"),
        (f"/%6bineti%63{ME}", HOST, "default"),
        (f"/s/default/kinetic{ME}", HOST, "default"),
        (f"/s/box/kinetic{ME}", HOST, "box"),
        (f"/%73/b%6Fx/kinetic{ME}", HOST, "box"),
        (ME, "kinetic.localhost", "default"),
        (ME, "kinetic.localhost:8090", "default"),
        (ME, "Kinetic.LocalHost:8090", "default"),
        (ME, "default--kinetic.localhost", "default"),
        (ME, "box--kinetic.localhost:8090", "box"),
        (ME, "BOX--kinetic.localhost", "box"),
        (ME, "two-words--kinetic.localhost", "two-words"),
    ],
)
def test_an_address_reaches_its_sandbox(client: Client, target: str, host: str, sandbox: str) -> None:
    client.new_sandbox("box")
    client.new_sandbox("two-words")

    assert says_who(client, target, {"host": host}) == sandbox
    answer = client.call("GET", target, headers={"host": host, **client.bearer(sandbox)})
    assert (answer.status, answer.json["email"]) == (200, ADA["email"])


@pytest.mark.parametrize(
    "target", ["/__simulator/v1/ready", "/s/box/kinetic/api/v1/me", "/kinetic/api/v1/valid"]
)
@pytest.mark.parametrize("host", ["kinetic.localhost", "box--kinetic.localhost"])
def test_at_a_host_address_every_path_is_the_vendors(client: Client, target: str, host: str) -> None:
    client.new_sandbox("box")

    answer = client.call("GET", target, headers={"host": host})

    assert answer.status == 404
    assert answer.json == {"message": "The provided URL was not found on this server."}


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_token_reaches_the_sandbox_that_minted_it(client: Client, scheme: str) -> None:
    client.new_sandbox("box")
    issue = {"name": "Leak at gate 4"}

    made = client.call(
        "POST", "/kinetic/api/v1/issues", issue, headers={"authorization": f"{scheme} {client.token('box')}"}
    )

    place = f"/kinetic/api/v1/issues/{made.json['guid']}"
    assert client.call("GET", f"/s/box{place}", headers=client.bearer("box")).status == 200
    assert client.call("GET", place, headers=client.bearer()).status == 404


def test_a_token_of_a_login_reaches_its_sandbox_too(client: Client) -> None:
    client.new_sandbox("box")
    login = client.call("POST", "/s/box/kinetic/api/v1/sessions", {"user_login": ADA})

    assert says_who(client, f"/kinetic{ME}", {"authorization": f"Bearer {login.json['auth_token']}"}) == "box"


def test_a_password_selects_no_sandbox(client: Client) -> None:
    client.new_sandbox("box")
    basic = base64.b64encode(f"{ADA['email']}:{ADA['password']}".encode()).decode()

    assert says_who(client, f"/kinetic{ME}", {"authorization": f"Basic {basic}"}) == "default"
    assert client.call("GET", f"/kinetic{ME}", headers={"authorization": f"Basic {basic}"}).status == 200


def test_a_named_sandbox_refuses_the_token_of_another(client: Client) -> None:
    client.new_sandbox("one")
    client.new_sandbox("other")

    for address in ("/s/other/kinetic", "/s/default/kinetic"):
        assert client.call("GET", address + ME, headers=client.bearer("one")).status == 401
    assert (
        client.call("GET", ME, headers={"host": "other--kinetic.localhost", **client.bearer("one")}).status
        == 401
    )


def test_the_token_of_a_deleted_sandbox_is_refused(client: Client) -> None:
    client.new_sandbox("box")
    bearer = client.bearer("box")
    client.control("DELETE", "/sandboxes/box")

    assert client.call("GET", f"/kinetic{ME}", headers=bearer).status == 401
    client.new_sandbox("box")
    assert client.call("GET", f"/kinetic{ME}", headers=bearer).status == 200, (
        "a sandbox made again mints the same"
    )


def test_a_token_selects_the_sandbox_also_where_it_has_expired(client: Client) -> None:
    client.new_sandbox("box")
    bearer = client.bearer("box")
    client.control("POST", "/sandboxes/box/clock/advance", {"by": "P2D"})

    assert says_who(client, f"/kinetic{ME}", bearer) == "box"


@pytest.mark.parametrize(
    ("prefix", "host", "origin"),
    [
        ("/kinetic", HOST, f"http://{HOST}/kinetic"),
        ("/s/box/kinetic", HOST, f"http://{HOST}/s/box/kinetic"),
        ("/s/box/kinetic", "sim.example.com", "http://sim.example.com/s/box/kinetic"),
        ("", "box--kinetic.localhost:8090", "http://box--kinetic.localhost:8090"),
    ],
)
def test_links_keep_the_address_that_the_client_used(
    client: Client, prefix: str, host: str, origin: str
) -> None:
    client.new_sandbox("box")
    headers = {"host": host, **client.bearer("box" if "box" in prefix + host else "default")}

    said = client.call("POST", prefix + MESSAGES, {"body": "The valve is closed."}, headers=headers)

    assert said.json["url"] == f"{origin}/api/v1/issues/{PUMP}"
