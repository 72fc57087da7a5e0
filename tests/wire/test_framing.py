"""Where a message ends is never a matter of opinion."""

from __future__ import annotations

import time

import pytest

from tests.wire.client import Client, each_byte, request
from tests.wire.conftest import Connect
from tests.wire.counting import MEGABYTE, Counting

FOLLOWER = request("DELETE", "/follower")
CHUNKED = "Transfer-Encoding: chunked"


def refused(client: Client, app: Counting, status: int = 400) -> None:
    """One edge refusal, the end of the connection, and nothing executed."""
    answers = client.answers()
    assert [(answer.status, answer.edge is not None) for answer in answers] == [(status, True)]
    assert app.executed == []


BOTH_LENGTHS = [
    request("POST", "/", "Content-Length: 4", CHUNKED) + b"0\r\n\r\n",
    request("POST", "/", CHUNKED, "Content-Length: 4") + b"0\r\n\r\n",
    request("POST", "/", CHUNKED, "Content-Length: 0") + b"4\r\nabcd\r\n0\r\n\r\n",
]


@pytest.mark.parametrize("data", BOTH_LENGTHS)
def test_two_ways_to_tell_the_length_are_refused_with_all_that_follows(
    connect: Connect, app: Counting, data: bytes
) -> None:
    """P1"""
    client = connect()
    client.send(data + FOLLOWER)
    refused(client, app)


@pytest.mark.parametrize("data", BOTH_LENGTHS)
def test_two_ways_to_tell_the_length_are_refused_byte_by_byte(
    connect: Connect, app: Counting, data: bytes
) -> None:
    """P1; the follower comes later too, when the refusal is out."""
    client = connect()
    client.send(*each_byte(data[: data.index(b"\r\n\r\n") + 4]))
    client.send(FOLLOWER)
    refused(client, app)


LENGTHS = [
    "4, 4",
    "+4",
    "-1",
    "1_0",
    "12345678901234567890123",
    "4 4",
    "0x4",
    "",
    "four",
    "4\r\nContent-Length: 5",
]


@pytest.mark.parametrize("length", [*LENGTHS, "4\r\nContent-Length: 4"])
def test_a_length_that_is_not_one_number_is_refused(connect: Connect, app: Counting, length: str) -> None:
    """P2"""
    client = connect()
    client.send(request("POST", "/", f"Content-Length: {length}") + b"abcd" + FOLLOWER)
    refused(client, app)


CHUNKS = {
    "hexadecimal prefix": b"0x4\r\nabcd\r\n0\r\n\r\n",
    "not a number": b"zz\r\nabcd\r\n0\r\n\r\n",
    "empty size": b"\r\nabcd\r\n0\r\n\r\n",
    "sign": b"+4\r\nabcd\r\n0\r\n\r\n",
    "blank behind the size": b"4 \r\nabcd\r\n0\r\n\r\n",
    "line feeds only": b"4\nabcd\n0\n\n",
    "no end of chunk (CVE-2025-43859)": b"4\r\nabcdXX0\r\n\r\n",
    "size beyond 64 bits": b"f" * 18 + b"\r\nabcd\r\n0\r\n\r\n",
    "line feed in an extension": b"4;a\nb\r\nabcd\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS.keys())
@pytest.mark.parametrize("cut", [lambda data: [data], each_byte], ids=["whole", "each byte"])
def test_a_chunk_that_is_not_well_formed_is_refused(
    connect: Connect, app: Counting, chunks: bytes, cut
) -> None:
    """P3"""
    client = connect()
    client.send(request("POST", "/", CHUNKED), *cut(chunks))
    refused(client, app)


def test_a_request_refused_with_its_first_segment_is_not_even_begun(connect: Connect, app: Counting) -> None:
    """P3"""
    for chunks in CHUNKS.values():
        client = connect()
        client.send(request("POST", "/", CHUNKED) + chunks)
        refused(client, app)
    client = connect()
    client.send(request())
    assert (client.answer().status, app.left) == (200, 0)


def test_well_formed_chunks_are_joined(connect: Connect, app: Counting) -> None:
    """P3, the other side: the refusals above are not of chunks as such."""
    client = connect()
    client.send(*each_byte(request("POST", "/", CHUNKED) + b"4;name=value\r\nabcd\r\n3\r\nefg\r\n0\r\n\r\n"))
    assert client.answer().status == 200
    assert app.of("/") == [b"abcdefg"]


@pytest.mark.parametrize(
    "coding", ["gzip, chunked", "gzip", "xchunked", "identity", "chunked\r\nTransfer-Encoding: chunked"]
)
def test_no_transfer_coding_but_chunked_is_taken(connect: Connect, app: Counting, coding: str) -> None:
    """P3"""
    client = connect()
    client.send(request("POST", "/", f"Transfer-Encoding: {coding}") + b"4\r\nabcd\r\n0\r\n\r\n")
    refused(client, app)


def test_an_older_version_has_no_chunks(connect: Connect, app: Counting) -> None:
    """P3"""
    client = connect()
    client.send(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n")
    refused(client, app)


@pytest.mark.parametrize(
    "chunks",
    [b"1;" + b"x" * MEGABYTE + b"\r\na\r\n0\r\n\r\n", b"1\r\na\r\n" * 300_000 + b"0\r\n\r\n"],
    ids=["an extension of a megabyte", "a chunk for each byte"],
)
def test_more_framing_than_body_is_refused_early(connect: Connect, app: Counting, chunks: bytes) -> None:
    """P4"""
    client = connect()
    began = time.monotonic()
    client.send(request("POST", "/", CHUNKED), chunks)
    refused(client, app, 413)
    assert time.monotonic() - began < 25


def test_a_client_may_write_in_small_chunks(connect: Connect, app: Counting) -> None:
    """P4, the other side"""
    client = connect()
    client.send(request("POST", "/", CHUNKED) + b"5\r\nabcde\r\n" * 20_000 + b"0\r\n\r\n")
    assert client.answer().status == 200
    assert app.of("/") == [b"abcde" * 20_000]


@pytest.mark.parametrize("segments", [1, 2])
def test_a_trailer_is_no_header(connect: Connect, app: Counting, segments: int) -> None:
    """P5: neither of its own request, nor of the next."""
    parts = [
        request("POST", "/guarded", CHUNKED) + b"4\r\nabcd\r\n0\r\n",
        b"Authorization: Bearer good\r\nX-Tenant: other\r\nHost: example.org\r\n\r\n"
        + request("GET", "/guarded"),
    ]
    client = connect()
    client.send(*(parts if segments == 2 else [b"".join(parts)]))
    for answer in (client.answer(), client.answer()):
        assert answer.status == 401
        assert {"authorization", "x-tenant"}.isdisjoint(answer.json()["headers"])
        assert answer.json()["headers"]["host"] == "example.com"
    assert app.executed == []


def test_a_trailer_that_ends_the_connection_is_not_obeyed_in_silence(connect: Connect, app: Counting) -> None:
    """P5: the parser takes no more after it, which must not leave the client waiting."""
    client = connect()
    client.send(request("POST", "/", CHUNKED) + b"0\r\nConnection: close\r\n\r\n", FOLLOWER)
    assert [answer.status for answer in client.answers()] == [200, 400]
    assert app.of("/follower") == []


@pytest.mark.parametrize("trailer", [b"Content-Length: 9", b"Transfer-Encoding: chunked"])
def test_a_trailer_that_would_frame_the_message_is_refused(
    connect: Connect, app: Counting, trailer: bytes
) -> None:
    """P5"""
    client = connect()
    client.send(request("POST", "/", CHUNKED) + b"4\r\nabcd\r\n0\r\n" + trailer + b"\r\n\r\n" + FOLLOWER)
    refused(client, app)


@pytest.mark.parametrize("header", ["gzip", "br", "gzip, gzip", "identity\r\nContent-Encoding: gzip", "GZIP"])
def test_a_compressed_body_is_refused_and_not_inflated(connect: Connect, app: Counting, header: str) -> None:
    """P22"""
    client = connect()
    client.send(request("POST", "/", f"Content-Encoding: {header}", body=b"\x1f\x8b\x08"))
    refused(client, app, 415)


def test_an_encoding_that_changes_nothing_is_taken(connect: Connect, app: Counting) -> None:
    """P22, the other side"""
    client = connect()
    client.send(request("POST", "/", "Content-Encoding: identity", body=b"abcd"))
    assert client.answer().status == 200
    assert app.of("/") == [b"abcd"]
