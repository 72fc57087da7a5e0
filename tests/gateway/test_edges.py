"""Edge refusals: what no vendor was asked about is refused in our own words, and can be told from a vendor's answer."""

from __future__ import annotations

import pytest

from simulator.core.routing import PREFIX
from tests.gateway.asgi import NEW_ITEM, PUMP, Answer, Client, Leaves, services

ITEMS = f"/kinetic/api/v1/issues/{PUMP}/action_items"
LIMIT = max(each.max_body for each in services()["kinetic"].document.operations.values())


def refused(answer: Answer, status: int) -> str:
    """The reason of an edge refusal, after a look at its shape."""
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json) == ["edge"]
    assert answer.edge
    assert "simulator-entry" not in answer.headers
    return str(answer.json["edge"])


@pytest.mark.parametrize(
    ("target", "status", "reason"),
    [
        ("/nothing", 404, "nothing is mounted here; the vendors served are kinetic"),
        ("/nothing/kinetic/api/v1/valid", 404, "nothing is mounted here; the vendors served are kinetic"),
        ("//", 404, "nothing is mounted here; the vendors served are kinetic"),
        ("/Kinetic/api/v1/valid", 404, "nothing is mounted here; the vendors served are kinetic"),
        ("/s/default/nothing/api", 404, "nothing is not served; kinetic is"),
        ("/s/default", 404, "the address names no vendor; the vendors served are kinetic"),
        ("/s", 404, "there is no sandbox "),
        ("/s/", 404, "there is no sandbox "),
        ("/s//kinetic/api/v1/valid", 404, "there is no sandbox "),
        ("/s/nobody/kinetic/api/v1/valid", 404, "there is no sandbox nobody"),
        (f"/s/{'x' * 4000}/kinetic", 404, f"there is no sandbox {'x' * 60}..."),
        ("/%00", 400, "the path has a % that begins no escape, or a NUL"),
        ("/kinetic/%00", 400, "the path has a % that begins no escape, or a NUL"),
        ("/kinetic/api/v1/issues/%zz", 400, "the path has a % that begins no escape, or a NUL"),
        ("/kinetic/api/v1/issues/%4", 400, "the path has a % that begins no escape, or a NUL"),
        ("/kinetic/api/v1/issues/%", 400, "the path has a % that begins no escape, or a NUL"),
        ("/kinetic/api/v1/issues/%ff", 400, "the path is not UTF-8"),
        ("/kinetic/nowhere/%c3%28", 400, "the path is not UTF-8"),
        ("/kinetic/api/v1/issues/%ed%a0%80", 400, "the path is not UTF-8"),
        (f"/{PREFIX}/v1/sandboxes/%ff", 400, "the path is not UTF-8"),
        (f"/{PREFIX}/v1/sandboxes/%00", 400, "the path has a % that begins no escape, or a NUL"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_at_the_edge(
    client: Client, target: str, status: int, reason: str
) -> None:
    assert refused(client.call("GET", target), status) == reason


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("nobody--kinetic.localhost", "there is no sandbox nobody"),
        ("nothing.localhost", "nothing is not served; kinetic is"),
        ("default--nothing.localhost:8090", "nothing is not served; kinetic is"),
    ],
)
def test_a_host_name_that_leads_nowhere_is_refused_at_the_edge(
    client: Client, host: str, reason: str
) -> None:
    assert refused(client.call("GET", "/api/v1/valid", headers={"host": host}), 404) == reason


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_page_is_only_to_be_read(client: Client, method: str) -> None:
    assert "only a page" in refused(client.call(method, "/"), 404)


@pytest.mark.parametrize("name", ["%1b[31m", "%0d%0aX-Injected:%201", "%7f", "caf%C3%A9", "%F0%9F%9A%B0"])
def test_a_reason_is_a_header_whatever_the_address_had_in_it(client: Client, name: str) -> None:
    """A control character in it would be refused by the server: the client would see our bug."""
    answer = client.call("GET", f"/s/{name}/kinetic/api/v1/valid")

    refused(answer, 404)
    assert set(answer.headers) == {"content-type", "simulator-edge", "content-length"}
    assert answer.edge is not None
    assert answer.edge.isascii()
    assert answer.edge.isprintable()


def test_a_refusal_at_the_edge_is_counted_and_not_journalled(client: Client) -> None:
    client.call("GET", "/nothing")
    client.call("GET", "/kinetic/%ff")
    client.call("POST", ITEMS, body=[b"{", Leaves()])

    assert client.sandboxes.edge_refusals == 3
    assert len(client.sandboxes.default.journal) == 0


def test_a_body_that_says_it_is_too_long_is_refused_unread(client: Client) -> None:
    answer = client.call("POST", ITEMS, headers={"content-length": str(LIMIT + 1), **client.bearer()})

    reads = client.reads
    assert refused(answer, 413) == f"the body has more than {LIMIT} bytes"
    client.call("POST", ITEMS, headers={"content-length": str(LIMIT + 1)})
    assert client.reads == reads


def test_a_body_without_a_length_is_refused_as_soon_as_it_is_too_long(client: Client) -> None:
    half = bytes(LIMIT // 2)

    answer = client.call("POST", ITEMS, body=[half, half, b"xx", b"never read", b"either"])

    assert refused(answer, 413) == f"the body has more than {LIMIT} bytes"
    assert client.reads == 3


def test_an_operation_has_a_limit_of_its_own(client: Client) -> None:
    """An upload may have ten megabytes; an action item may not, and says so before its JSON is looked at."""
    operation = services()["kinetic"].document.operations["create_action_item"]
    assert operation.max_body < LIMIT

    at_most = client.call("POST", ITEMS, body=b" " * operation.max_body, headers=client.bearer())
    more = client.call("POST", ITEMS, body=b" " * (operation.max_body + 1), headers=client.bearer())

    assert at_most.edge is None
    assert refused(more, 413) == f"the body has more than {operation.max_body} bytes"


def test_a_credential_is_asked_for_before_a_body_is_too_long(client: Client) -> None:
    operation = services()["kinetic"].document.operations["create_action_item"]

    assert client.call("POST", ITEMS, body=b" " * (operation.max_body + 1)).status == 401


@pytest.mark.parametrize("parts", [[], [b'{"name": "Half'], [b"{", b'"name"']])
def test_a_client_that_leaves_before_its_body_is_whole_has_done_nothing(
    client: Client, parts: list[bytes]
) -> None:
    before = client.call("GET", ITEMS, headers=client.bearer()).body

    answer = client.call("POST", ITEMS, body=[*parts, Leaves()], headers=client.bearer())

    assert refused(answer, 400) == "the client left before its body was whole"
    assert client.call("GET", ITEMS, headers=client.bearer()).body == before


def test_a_body_may_come_in_any_number_of_parts(client: Client) -> None:
    whole = client.call("POST", ITEMS, NEW_ITEM, headers=client.bearer())
    parts = [
        bytes([byte]) for byte in b'{"name": "Close valve", "detail": "The one at gate 4.", "assignee_id": 9}'
    ]

    parted = client.call("POST", ITEMS, body=parts, headers=client.bearer())

    assert (whole.status, parted.status) == (200, 200)
    assert {**parted.json, "id": 0, "guid": ""} == {**whole.json, "id": 0, "guid": ""}


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
def test_nothing_but_http_is_served(client: Client, kind: str) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("nothing is said")

    with pytest.raises(RuntimeError, match=f"{kind} is not served here"):
        client._runner.run(client.app({"type": kind}, never, never))  # type: ignore[arg-type]


def listed(client: Client, sandbox: str) -> list[tuple[str, str]]:
    edges = client.control("GET", f"/sandboxes/{sandbox}/edges").json["edges"]
    return [(each["path"], each["reason"]) for each in edges]


def test_a_refusal_stands_with_the_sandbox_that_the_address_names(client: Client) -> None:
    client.new_sandbox("box")

    client.call("GET", "/s/box/knetic/api/v1/valid?token=secret")
    client.call("GET", "/api/v1/valid", headers={"host": "box--knetic.localhost"})

    assert listed(client, "box") == [
        ("/s/box/knetic/api/v1/valid", "knetic is not served; kinetic is"),
        ("/api/v1/valid", "knetic is not served; kinetic is"),
    ]
    assert listed(client, "default") == []


def test_a_refusal_stands_with_the_sandbox_that_the_credential_names(client: Client) -> None:
    client.new_sandbox("box")

    client.call("GET", "/knetic/api/v1/valid", headers=client.bearer("box"))

    assert listed(client, "box") == [
        ("/knetic/api/v1/valid", "nothing is mounted here; the vendors served are kinetic")
    ]


def test_a_refusal_that_names_no_sandbox_stands_with_the_default_one(client: Client) -> None:
    client.new_sandbox("box")

    client.call("GET", "/s/bx/kinetic/api/v1/valid")
    client.call("GET", "/nothing")

    assert listed(client, "box") == []
    assert [path for path, _ in listed(client, "default")] == ["/s/bx/kinetic/api/v1/valid", "/nothing"]


def test_a_limit_of_ours_stands_with_the_sandbox_too(client: Client) -> None:
    client.new_sandbox("box")

    client.call("POST", f"/s/box{ITEMS}", headers={"content-length": str(LIMIT + 1)})

    assert listed(client, "box") == [(f"/s/box{ITEMS}", f"the body has more than {LIMIT} bytes")]
