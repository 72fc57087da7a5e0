"""No spelling of an address reaches a door that the plain spelling does not: neither past the guard of the control API,
nor into another sandbox, nor across a segment."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.http import Gateway
from tests.gateway.asgi import PUMP, Client, make_app

EVIL = {"origin": "http://evil.example"}
DELETE_BOX = "__simulator/v1/sandboxes/box"


@pytest.mark.parametrize(
    "target",
    [
        "/%5F_simulator/v1/info",
        "/%5f%5fsimulator/v1/info",
        "/__simulato%72/v1/info",
        "/__simulator/v1/%69nfo",
    ],
)
def test_another_spelling_of_the_control_api_is_guarded_like_the_plain_one(
    client: Client, target: str
) -> None:
    assert client.call("GET", target).status == 200
    assert client.call("GET", target, headers=EVIL).status == 403
    assert client.call("GET", target, headers={"host": "rebound.example"}).status == 403


@pytest.mark.parametrize(
    "target",
    [
        "//__simulator/v1/info",
        "/./__simulator/v1/info",
        "/x/../__simulator/v1/info",
        "/kinetic/../__simulator/v1/info",
        "/kinetic/..%2f__simulator/v1/info",
        "/kinetic%2f..%2f__simulator/v1/info",
        "/__simulator%2Fv1%2Finfo",
        "/__simulator;x/v1/info",
        "/__SIMULATOR/v1/info",
        "/%255F_simulator/v1/info",
        "/s/__simulator/v1/info",
        "/s/default/__simulator/v1/info",
        "/s/default/kinetic/__simulator/v1/info",
        "/__simulator/v1/../v1/info",
        "/__simulator/v1//info",
        "/__simulator/v1/info/",
        "/__simulator",
        "/__simulator/",
    ],
)
def test_what_only_resembles_the_control_api_is_not_it(client: Client, target: str) -> None:
    answer = client.call("GET", target)

    assert answer.status == 404
    assert b"version" not in answer.body


@pytest.fixture(scope="module")
def guarded() -> Gateway:
    """An application with a sandbox, for many calls that must not touch it."""
    app = make_app()
    app.sandboxes.create("box")
    return app


def spelled(text: str, choices: list[int]) -> str:
    """The text with some of its characters percent-encoded: 1 in lower case, 2 in upper case."""
    return "".join(
        character if not choice else f"%{ord(character):02x}" if choice == 1 else f"%{ord(character):02X}"
        for character, choice in zip(text, choices, strict=True)
    )


@given(st.lists(st.integers(0, 2), min_size=len(DELETE_BOX), max_size=len(DELETE_BOX)))
@example([2] * len(DELETE_BOX))
def test_no_spelling_passes_the_guard(guarded: Gateway, choices: list[int]) -> None:
    with asyncio.Runner() as runner:
        answer = Client(guarded, runner).call("DELETE", "/" + spelled(DELETE_BOX, choices), headers=EVIL)

    assert answer.status in {403, 404}
    assert guarded.sandboxes.get("box") is not None


@pytest.mark.parametrize(
    "path",
    [
        f"api/v1/issues/{PUMP}%2Faction_items",
        f"api/v1/issues%2F{PUMP}",
        "api%2Fv1%2Fme",
        f"api/v1/issues/{PUMP}/../{PUMP}",
        f"api/v1/issues/{PUMP}/%2e",
    ],
)
def test_an_encoded_slash_never_crosses_a_segment(client: Client, path: str) -> None:
    answer = client.call("GET", f"/kinetic/{path}", headers=client.bearer())

    assert answer.status == 404
    assert answer.json == {"message": "The provided URL was not found on this server."}


@pytest.mark.parametrize("name", ["box%2Fkinetic", "box%20", "%20box", "BOX", "box%00", "..", "box--x", ""])
def test_a_name_that_is_not_quite_a_sandboxs_is_nobodys(client: Client, name: str) -> None:
    client.new_sandbox("box")

    answer = client.call("GET", f"/s/{name}/kinetic/api/v1/valid")

    assert answer.status in {400, 404}
    assert answer.edge


def test_an_escaped_segment_means_what_it_spells(client: Client) -> None:
    plain = client.call("GET", f"/kinetic/api/v1/issues/{PUMP}", headers=client.bearer())
    escaped = client.call("GET", f"/kinetic/%61pi/v1/issues/%32{PUMP[1:]}", headers=client.bearer())

    assert plain.status == 200
    assert escaped.body == plain.body
