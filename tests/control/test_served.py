"""ready, info, openapi and statements: what is served, said by the server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator import __version__
from simulator.core.statements import BASES
from simulator.data import read_document
from simulator.http import ASGIApp
from tests.control.problems import problem
from tests.gateway.asgi import Client, make_app


def test_ready_says_what_is_served(client: Client) -> None:
    answer = client.control("GET", "/ready")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {"ready": True, "vendors": ["kinetic"]}


def test_info_counts_what_the_documents_hold(client: Client) -> None:
    info = client.control("GET", "/info").json

    assert set(info) == {"version", "vendors", "edge_refusals"}
    assert info["version"] == __version__
    (name, kinetic), *more = info["vendors"].items()
    assert (name, more) == ("kinetic", [])
    assert set(kinetic) == {"title", "operations", "statements"}
    assert "create_action_item" in kinetic["operations"]
    assert kinetic["operations"] == sorted(kinetic["operations"])
    assert set(kinetic["statements"]) == set(BASES)
    assert sum(kinetic["statements"].values()) == len(client.control("GET", "/statements").json["statements"])


def test_info_counts_what_was_refused_at_the_edge(client: Client) -> None:
    assert client.control("GET", "/info").json["edge_refusals"] == 0

    client.call("GET", "/nothing")
    client.call("GET", "/s/nobody/kinetic/api/v1/valid")
    client.call("GET", "/kinetic/nothing")  # the vendor's own 404

    assert client.control("GET", "/info").json["edge_refusals"] == 2


def test_the_document_is_the_one_that_is_served(client: Client) -> None:
    answer = client.control("GET", "/openapi/kinetic.json")

    assert answer.json == read_document("kinetic")


@pytest.mark.parametrize("path", ["/openapi/nothing.json", "/openapi/kinetic", "/openapi/..%2fkinetic.json"])
def test_there_is_no_document_of_what_is_not_served(client: Client, path: str) -> None:
    problem(client.control("GET", path), 404)


def test_a_statement_tells_its_source_and_basis(client: Client) -> None:
    found = client.control("GET", "/statements/KIN-019").json

    assert found["id"] == "KIN-019"
    assert found["basis"] == "documented"
    assert "detail" in found["text"]
    assert found["source"]


def test_an_unknown_statement_is_404(client: Client) -> None:
    assert problem(client.control("GET", "/statements/KIN-9999"), 404) == (
        "no vendor served here has a statement KIN-9999"
    )


@pytest.mark.parametrize("basis", BASES)
def test_statements_are_found_by_basis(client: Client, basis: str) -> None:
    everything = client.control("GET", "/statements").json["statements"]

    found = client.control("GET", f"/statements?basis={basis}").json["statements"]

    assert found == [each for each in everything if each["basis"] == basis]
    assert found == client.control("GET", f"/statements?vendor=kinetic&basis={basis}").json["statements"]


@pytest.mark.parametrize(
    ("query", "status", "detail"),
    [
        ("basis=rumoured", 422, "basis is one of documented, published, observed, inferred, assumed"),
        ("vendor=nothing", 404, "nothing is not served; kinetic is"),
        ("bases=documented", 422, "bases: not known here; known are basis, vendor"),
    ],
)
def test_a_question_about_statements_with_an_unknown_name_is_refused(
    client: Client, query: str, status: int, detail: str
) -> None:
    assert problem(client.control("GET", f"/statements?{query}"), status) == detail


def test_the_control_api_is_made_at_its_first_call_and_once(connect: Callable[[ASGIApp], Client]) -> None:
    client = connect(make_app())

    assert client.control("GET", "/ready").status == 200
    client.control("POST", "/sandboxes", {"name": "box"})
    assert client.control("GET", "/sandboxes/box").status == 200


@pytest.mark.parametrize("path", ["", "/", "/nothing", "/sandboxes/default/nothing", "/ready/now", "/READY"])
def test_a_call_that_there_is_not_is_404(client: Client, path: str) -> None:
    problem(client.control("GET", path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("POST", "/ready", "GET, HEAD"),
        ("PUT", "/sandboxes", "GET, HEAD, POST"),
        ("PATCH", "/sandboxes/default", "DELETE, GET, HEAD"),
        ("GET", "/sandboxes/default/clock/advance", "POST"),
        ("GET", "/sandboxes/default/verify", "POST"),
        ("PUT", "/sandboxes/default/settings/kinetic", "GET, HEAD, PATCH"),
        ("OPTIONS", "/info", "GET, HEAD"),
        ("TRACE", "/info", "GET, HEAD"),
    ],
)
def test_a_method_that_a_call_does_not_take_is_405(
    client: Client, method: str, path: str, allow: str
) -> None:
    answer = client.control(method, path)

    problem(answer, 405)
    assert answer.headers["allow"] == allow


def test_a_head_is_answered_like_its_get(client: Client) -> None:
    get, head = client.control("GET", "/info"), client.control("HEAD", "/info")

    assert (head.status, head.headers) == (get.status, get.headers)
