"""Over a real socket: what depends on how a body is framed."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import pytest

from simulator.app import create_app
from simulator.serving import ServerThread
from simulator.vendors.alemba.search.language import MAX_LENGTH
from tests.vendors.alemba.calls import FORM, LOGIN, MULTIPART, PASSWORDS, V2, multipart, query


@pytest.fixture
def connection(service) -> Iterator[HTTPConnection]:
    with ServerThread(create_app({"alemba": service})) as server:
        made = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
        yield made
        made.close()


def ask(connection: HTTPConnection, method: str, path: str, **options: Any) -> tuple[int, Any]:
    connection.request(method, f"/alemba{path}", **options)
    answer = connection.getresponse()
    return answer.status, orjson.loads(answer.read())


@pytest.fixture
def bearer(connection) -> dict[str, str]:
    fields = {
        "grant_type": "password",
        "client_id": "integration",
        "scope": "session-type:Analyst",
        "username": "ada.okafor",
        "password": PASSWORDS["ada.okafor"],
    }
    status, tokens = ask(connection, "POST", LOGIN, body=urlencode(fields), headers=FORM)
    assert status == 200
    return {"Authorization": f"Bearer {tokens['access_token']}"}


@pytest.mark.statement("ALM-X05")
@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size", [10, 3_000_000])
def test_a_file_comes_with_a_length_or_in_chunks(connection, bearer, chunked, size) -> None:
    body = multipart(("file", "log.bin", "application/octet-stream", b"\x00\xff" * (size // 2)))
    sent: Any = (body[at : at + 65_536] for at in range(0, len(body), 65_536)) if chunked else body
    status, made = ask(
        connection,
        "POST",
        f"{V2}/call/2/attachment",
        body=sent,
        headers={**bearer, **MULTIPART},
        encode_chunked=chunked,
    )
    assert (status, made["FileSize"]) == (200, size)


@pytest.mark.statement("ALM-X17")
def test_a_put_of_nothing_is_taken(connection, bearer) -> None:
    status, call = ask(
        connection, "PUT", f"{V2}/call/2/lock", headers={**bearer, **FORM, "Content-Length": "0"}
    )
    assert (status, call["LockedBy"]) == (200, 1)


@pytest.mark.statement("ALM-304")
@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("(" * 10_000, "nested deeper than 64"),
        ("(" * MAX_LENGTH, "nested deeper than 64"),
        ("(" * (MAX_LENGTH + 1), "a filter of more than 16384 characters"),
    ],
)
def test_the_longest_filter_comes_to_the_vendor(connection, bearer, wanted, why) -> None:
    status, error = ask(connection, "GET", f"{V2}/call?{query(filter=wanted)}", headers=bearer)
    assert (status, error["SubStatus"]) == (400, "None")
    assert why in error["Message"]
