"""Whatever is sent to the control API, the answer is JSON and of a status that a caller can act on: never a 500."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.asgi import NOW, Answer, Client, Leaves, make_app

EXPECTED = {200, 201, 204, 400, 403, 404, 405, 409, 413, 415, 422}

NAMES = ["name", "fixture", "now", "clock", "seed", "settings", "mode", "by", "vendor", "operation", "kind", "status",
         "delay_ms", "times", "after", "path", "query", "headers", "json", "json_contains", "at_least", "at_most",
         "order", "kinetic", "create_status", "required_fields", "server_time_zone", "token_lifetime_s"]  # fmt: skip
TEXTS = ["", "box", "default", "kinetic", "frozen", "running", NOW, "PT1H", "P1D", "status", "delay", "check_valid",
         "-05:00", "+99:99", "..", "\0", "\u2028", "a" * 300]  # fmt: skip
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.sampled_from([0, 1, -1, 200, 404, 500])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(TEXTS)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5)
CALLS = [
    ("POST", "/sandboxes"),
    ("PUT", "/sandboxes/box/clock"),
    ("POST", "/sandboxes/box/clock/advance"),
    ("POST", "/sandboxes/box/faults"),
    ("POST", "/sandboxes/box/verify"),
    ("PATCH", "/sandboxes/box/settings/kinetic"),
]


@pytest.fixture(scope="module")
def box() -> Iterator[Client]:
    """A client of one application for many examples, with a sandbox that has a few exchanges in its journal."""
    with asyncio.Runner() as runner:
        client = Client(make_app(), runner)
        client.new_sandbox("box")
        for path in ("valid", "me", "nothing?status=1"):
            client.call("GET", f"/s/box/kinetic/api/v1/{path}", headers=client.bearer("box"))
        yield client


def check(client: Client, answer: Answer) -> None:
    assert answer.status in EXPECTED, answer.body
    assert answer.status == 204 or isinstance(orjson.loads(answer.body), dict)
    if answer.status >= 400:
        assert answer.headers["content-type"] in {"application/problem+json", "application/json"}
        assert len(answer.body) < 10_000, "an answer is not as long as what was sent"
    if answer.status == 201 and answer.json.get("name") not in {None, "box"}:
        client.control("DELETE", f"/sandboxes/{answer.json['name']}")


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_body_of_known_names_with_any_values(box: Client, method: str, path: str) -> None:
    @settings(max_examples=60)
    @given(OBJECTS)
    def any_values(body: dict[str, Any]) -> None:
        check(box, box.control(method, path, body))

    any_values()
    check(box, box.control("GET", "/sandboxes/box"))
    check(box, box.control("GET", "/sandboxes/box/journal"))


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_body_of_any_bytes(box: Client, method: str, path: str) -> None:
    @settings(max_examples=30)
    @given(
        st.binary(max_size=40)
        | st.text(st.characters(), max_size=20).map(lambda t: t.encode("utf-8", "surrogatepass"))
    )
    def any_bytes(body: bytes) -> None:
        check(box, box.control(method, path, body=body, headers={"content-type": "application/json"}))

    any_bytes()


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"name":' * 100_000,
        b'{"seed":' + b"9" * 100_000 + b"}",
        b'{"name":"' + b"x" * 900_000 + b'"}',
        b'{"operation":"' + b"x" * 900_000 + b'","vendor":"kinetic"}',
        b"{" + b",".join(b'"%d":0' % number for number in range(80_000)) + b"}",
        b'{"name":"\\ud800"}',
        b'{"name":"\xff"}',
        b'\xef\xbb\xbf{"kind":NaN}',
        b'{"json":' + b"[" * 60 + b"]" * 60 + b"}",
    ],
    ids=lambda body: repr(body[:16]),
)
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_body_that_is_out_of_all_proportion(box: Client, method: str, path: str, body: bytes) -> None:
    check(box, box.control(method, path, body=body, headers={"content-type": "application/json"}))


@settings(max_examples=80)
@given(
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12),
    rest=st.sampled_from(
        ["", "/clock", "/faults", "/faults/f1", "/journal", "/journal/1", "/settings/kinetic"]
    ),
    query=st.text(st.characters(codec="ascii", exclude_characters="#"), max_size=12),
)
def test_any_name_in_an_address(box: Client, name: str, rest: str, query: str) -> None:
    escaped = quote(name, safe="")
    check(box, box.control("GET", f"/sandboxes/{escaped}{rest}?{quote(query, safe='=&')}"))
    check(box, box.control("GET", f"/sandboxes/box/journal/{escaped}"))
    check(box, box.control("DELETE", f"/sandboxes/box/faults/{escaped}"))
    check(box, box.control("GET", f"/statements/{escaped}"))
    check(box, box.control("GET", f"/openapi/{escaped}.json"))
    check(box, box.control("GET", f"/sandboxes/box/settings/{escaped}"))


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(
            ["host", "origin", "sec-fetch-site", "content-type", "authorization", "simulator-control-key"]
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
    )
)
def test_any_headers(box: Client, headers: dict[str, str]) -> None:
    check(box, box.control("POST", "/sandboxes/box/clock/advance", {"by": "PT0S"}, headers=headers))


def test_a_client_that_leaves_in_the_middle_changes_nothing(box: Client) -> None:
    before = box.control("GET", "/sandboxes/box/clock").json
    for parts in ([], [b'{"by":']):
        answer = box.control(
            "POST",
            "/sandboxes/box/clock/advance",
            body=[*parts, Leaves()],
            headers={"content-type": "application/json"},
        )
        assert answer.status == 400
    assert box.control("GET", "/sandboxes/box/clock").json == before
