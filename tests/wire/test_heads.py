"""Which request lines and headers are taken."""

from __future__ import annotations

import contextlib
import time

import pytest

from simulator.serving import ServerThread
from tests.wire.client import Answer, Client, each_byte, request, until
from tests.wire.conftest import Connect
from tests.wire.counting import MEGABYTE, Counting

LIMIT_TARGET = 60 * 1024
LIMIT_HEAD = 68 * 1024
GOOD = request()


def refusal(client: Client, app: Counting) -> Answer:
    """The edge refusal that is all there is to read."""
    (answer,) = client.answers()
    assert answer.edge
    assert app.executed == []
    return answer


@pytest.fixture(params=["new connection", "used connection"])
def client(request: pytest.FixtureRequest, connect: Connect, app: Counting) -> Client:
    """A connection, also one that has carried a request: what was found well-formed there vouches for nothing."""
    client = connect()
    if request.param == "used connection":
        client.send(GOOD)
        assert client.answer().status == 200
        app.executed.clear()
    return client


def test_a_refusal_is_recognisable(connect: Connect, app: Counting, refusals: list[tuple[int, str]]) -> None:
    refusals.clear()
    client = connect()
    client.send(b"GET / HTTP/1.1\r\n\r\n")
    answer = refusal(client, app)
    assert answer.json() == {"edge": "the request has no Host header"}
    assert answer.headers == {
        "content-type": "application/json",
        "simulator-edge": "the request has no Host header",
        "content-length": str(len(answer.body)),
        "connection": "close",
    }
    assert refusals == [(400, "the request has no Host header")]


def test_a_refused_head_has_no_body(connect: Connect, app: Counting) -> None:
    client = connect()
    client.send(b"HEAD / HTTP/1.1\r\n\r\n")
    assert client.answer(to_head=True).status == 400
    assert client.read_all() == b""


HOSTS = {
    "missing": b"GET / HTTP/1.1\r\nAccept: */*\r\n\r\n",
    "two": b"GET / HTTP/1.1\r\nHost: example.com\r\nHost: example.org\r\n\r\n",
    "twice the same": b"GET / HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\nhost: example.com\r\n\r\n",
    "two, HTTP/1.0": b"GET / HTTP/1.0\r\nHost: example.com\r\nHost: example.org\r\n\r\n",
    "empty": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "a path (CVE-2026-48710)": b"GET / HTTP/1.1\r\nHost: a/../x?y#z@evil\r\n\r\n",
    "a user": b"GET / HTTP/1.1\r\nHost: user@example.com\r\n\r\n",
    "a blank": b"GET / HTTP/1.1\r\nHost: example.com example.org\r\n\r\n",
    "a port that is none": b"GET / HTTP/1.1\r\nHost: example.com:http\r\n\r\n",
    "not ASCII": b"GET / HTTP/1.1\r\nHost: ex\xe4mple.com\r\n\r\n",
}


@pytest.mark.parametrize("data", HOSTS.values(), ids=HOSTS.keys())
@pytest.mark.parametrize("cut", [lambda data: [data], each_byte], ids=["whole", "each byte"])
def test_a_request_has_one_host(client: Client, app: Counting, data: bytes, cut) -> None:
    """P6"""
    client.send(*cut(data))
    assert refusal(client, app).status == 400


@pytest.mark.parametrize(
    "host", ["example.com", "example.com:8090", "[::1]:8090", "127.0.0.1", "a--kinetic.localhost:1", "my_app"]
)
def test_hosts_that_clients_send(connect: Connect, app: Counting, host: str) -> None:
    """P6, the other side"""
    client = connect()
    client.send(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    assert client.answer().json()["headers"]["host"] == host


def test_the_older_version_needs_no_host(connect: Connect, app: Counting) -> None:
    """P6; load balancers probe so. It is answered and the connection closed, whatever they ask."""
    client = connect()
    client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    (answer,) = client.answers()
    assert (answer.status, answer.headers["connection"]) == (200, "close")


TARGETS = {
    "absolute": b"GET http://evil/get HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "absolute, own host": b"GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "authority (CVE-2026-54282)": b"GET @google.com HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "CONNECT": b"CONNECT example.com:80 HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "CONNECT to a path": b"CONNECT /x HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "empty": b"GET  HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "a query alone": b"GET ?x=1 HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "a fragment": b"GET /a#b HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "a blank": b"GET /a b HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "not ASCII": b"GET /\xff HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "not ASCII in the query": b"GET /?\xc3\xa9 HTTP/1.1\r\nHost: example.com\r\n\r\n",
}


@pytest.mark.parametrize("data", TARGETS.values(), ids=TARGETS.keys())
def test_a_target_is_a_path(client: Client, app: Counting, data: bytes) -> None:
    """P7"""
    client.send(data)
    assert refusal(client, app).status == 400


def test_a_path_is_handed_on_as_it_was_sent(connect: Connect, app: Counting) -> None:
    """P7, the other side; the query begins at the first question mark, and two slashes begin no authority."""
    client = connect()
    client.send(request("GET", "//a%2Fb/./%zz?x=1?y"))
    assert client.answer().json()["path"] == "//a/b/./%zz"


LINES = {
    "folded header": b"GET / HTTP/1.1\r\nHost: example.com\r\nX: a\r\n b\r\n\r\n",
    "blank before the colon": b"GET / HTTP/1.1\r\nHost: example.com\r\nX : a\r\n\r\n",
    "blank before the first name": b"GET / HTTP/1.1\r\n X: y\r\nHost: example.com\r\n\r\n",
    "NUL in a value": b"GET / HTTP/1.1\r\nHost: example.com\r\nX: a\0b\r\n\r\n",
    "carriage return in a value": b"GET / HTTP/1.1\r\nHost: example.com\r\nX: a\rb\r\n\r\n",
    "line feed only": b"GET / HTTP/1.1\nHost: example.com\n\n",
    "line feed in the headers": b"GET / HTTP/1.1\r\nHost: example.com\r\nX: a\nY: b\r\n\r\n",
    "no name": b"GET / HTTP/1.1\r\nHost: example.com\r\n: a\r\n\r\n",
    "no colon": b"GET / HTTP/1.1\r\nHost: example.com\r\nabc\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "HTTP/0.9": b"GET / HTTP/0.9\r\nHost: example.com\r\n\r\n",
    "HTTP/1.2": b"GET / HTTP/1.2\r\nHost: example.com\r\n\r\n",
    "HTTP/2.0": b"GET / HTTP/2.0\r\nHost: example.com\r\n\r\n",
    "HTTP/9.9": b"GET / HTTP/9.9\r\nHost: example.com\r\n\r\n",
    "RTSP": b"OPTIONS / RTSP/1.0\r\n\r\n",
    "ICE": b"SOURCE / ICE/1.0\r\n\r\n",
    "method in lower case": b"get / HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "method with a colon": b"G:T / HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "byte order mark": b"\xef\xbb\xbfGET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "HTTP/2 without asking (P25)": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("data", LINES.values(), ids=LINES.keys())
@pytest.mark.parametrize("cut", [lambda data: [data], each_byte], ids=["whole", "each byte"])
def test_what_is_not_http_1_1_is_refused(client: Client, app: Counting, data: bytes, cut) -> None:
    """P9"""
    client.send(*cut(data))
    assert refusal(client, app).status == 400


def test_lines_before_a_request_are_passed_over(connect: Connect, app: Counting) -> None:
    """P9, the other side; some clients end a body with a line that they do not count."""
    client = connect()
    client.send(b"\r\n", b"\r\n" + request())
    assert client.answer().status == 200


SIZES = {
    "a header of ten megabytes": (b"GET / HTTP/1.1\r\nHost: example.com\r\nX: " + b"x" * 10 * MEGABYTE, 431),
    "a million headers": (b"GET / HTTP/1.1\r\nHost: example.com\r\n" + b"a:b\r\n" * 1_000_000, 431),
    "101 headers": (request("GET", "/", *["X: y"] * 100), 431),
    "a header of 68 KB": (request("GET", "/", "X: " + "x" * LIMIT_HEAD), 431),
    "headers of 70 KB and a body": (request("POST", "/", *["X: " + "x" * 1000] * 70, body=b"x" * 1000), 431),
    "a target of 64 KB": (request("GET", "/" + "x" * 64 * 1024), 414),
    "a target of 60 KB and a byte": (request("GET", "/" + "x" * LIMIT_TARGET), 414),
    "a method of 20 KB": (b"G" * 20 * 1024 + b" / HTTP/1.1\r\nHost: example.com\r\n\r\n", 400),
}


@pytest.mark.parametrize(("data", "status"), SIZES.values(), ids=SIZES.keys())
def test_a_head_beyond_the_limits_is_refused_soon(
    client: Client, app: Counting, data: bytes, status: int
) -> None:
    """P10"""
    began = time.monotonic()
    with contextlib.suppress(ConnectionError):  # beyond what is listened to after a refusal
        client.send(data)
    answer = client.answer()
    assert (answer.status, answer.edge is not None) == (status, True)
    assert app.executed == []
    assert time.monotonic() - began < 25


@pytest.mark.parametrize("size", ["a header of 68 KB", "a target of 60 KB and a byte", "a target of 64 KB"])
def test_a_head_beyond_the_limits_is_refused_in_pieces(client: Client, app: Counting, size: str) -> None:
    """P10; there is no need to wait for its end."""
    data, status = SIZES[size]
    client.send(*(data[i : i + 1000] for i in range(0, len(data) - 1, 1000)))
    assert refusal(client, app).status == status


SIZES_WITHIN = {
    "100 headers": request("GET", "/", *["X: y"] * 99),
    "headers of 67 KB": request("GET", "/", *["X: " + "x" * 1000] * 67),
    "a target of 60 KB": request("GET", "/" + "x" * (LIMIT_TARGET - 1)),
    "a small head and a body of 40 KB": request("POST", "/", body=b"x" * 40 * 1024),
}


@pytest.mark.parametrize("data", SIZES_WITHIN.values(), ids=SIZES_WITHIN.keys())
def test_a_head_within_the_limits_is_taken(connect: Connect, app: Counting, data: bytes) -> None:
    """P10, the other side"""
    client = connect()
    client.send(data)
    assert client.answer().status == 200


def test_the_limits_are_for_each_request(connect: Connect, app: Counting) -> None:
    """P10: not for all that were sent together, also where a segment ends inside of one."""
    many = request("GET", "/", "X: " + "x" * 5000) * 40
    client = connect()
    client.send(*(many[i : i + 23_000] for i in range(0, len(many), 23_000)))
    assert [client.answer().status for _ in range(40)] == [200] * 40


def test_an_expectation_is_met_when_the_body_is_wanted(connect: Connect, app: Counting) -> None:
    """P18"""
    client = connect()
    client.send(request("POST", "/", "Expect: 100-continue", "Content-Length: 4"))
    assert client.answer().status == 100
    client.send(b"abcd")
    assert client.answer().status == 200
    assert app.of("/") == [b"abcd"]


def test_a_request_refused_unread_saves_its_client_the_body(
    server: ServerThread, connect: Connect, app: Counting
) -> None:
    """P18; what comes of the body all the same is not taken for a request."""
    client = connect()
    client.send(request("POST", "/unread", "Expect: 100-continue", "Content-Length: 1000"))
    answer = client.answer()
    assert (answer.status, answer.headers["connection"]) == (401, "close")
    client.send(request("DELETE", "/follower"))
    assert client.read_all() == b""
    client.finish()
    until(lambda: not server._server.server_state.connections)
    assert app.executed == []


def test_an_expectation_is_that_of_one_request(connect: Connect, app: Counting) -> None:
    """P18"""
    client = connect()
    client.send(
        request("POST", "/", "Expect: 100-continue", body=b"abcd") + request("POST", "/", "Content-Length: 4")
    )
    assert [client.answer().status for _ in range(2)] == [100, 200]
    client.send(b"abcd")
    assert client.answer().status == 200


def test_an_older_client_expects_nothing(connect: Connect, app: Counting) -> None:
    """P18; to HTTP/1.0 a 100 would be the answer."""
    client = connect()
    client.send(b"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nabcd")
    assert [answer.status for answer in client.answers()] == [200]


def test_any_other_expectation_is_refused(connect: Connect, app: Counting) -> None:
    """P18"""
    client = connect()
    client.send(request("POST", "/", "Expect: foo", body=b"abcd"))
    assert refusal(client, app).status == 417


def test_head_is_get_without_the_body(connect: Connect, app: Counting) -> None:
    """P19"""
    client = connect()
    client.send(
        request("GET", "/large?bytes=1048576"), request("HEAD", "/large?bytes=1048576"), request("GET", "/")
    )
    get, head, after = client.answer(), client.answer(to_head=True), client.answer()
    assert head.headers == get.headers
    assert len(get.body) == MEGABYTE
    assert after.json()["method"] == "GET"


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "QUERY", "BREW", "M-SEARCH", "X" * 32, "GE", "GETT"])
@pytest.mark.parametrize("cut", [lambda data: [data], each_byte], ids=["whole", "each byte"])
def test_a_method_that_nobody_knows_reaches_the_application(
    connect: Connect, app: Counting, method: str, cut
) -> None:
    """P19: to refuse it is the vendor's, in its own words."""
    client = connect()
    client.send(*cut(request(method, "/", body=b"abcd")), *cut(request("GET", "/next")))
    assert [client.answer().json()["method"], client.answer().json()["method"]] == [method, "GET"]
    assert app.of("/") == [b"abcd"]


def test_a_method_is_one_word_wherever_it_is_cut(connect: Connect, app: Counting) -> None:
    """P19"""
    client = connect()
    client.send(b"TAR", request("GET", "/"))
    assert client.answer().json()["method"] == "TARGET"


WEBSOCKET = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: eA==",
]
H2C = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"]


@pytest.mark.parametrize("headers", [WEBSOCKET, H2C], ids=["websocket", "h2c"])
@pytest.mark.parametrize("cut", [lambda data: [data], each_byte], ids=["whole", "each byte"])
def test_an_upgrade_is_not_made(connect: Connect, app: Counting, headers: list[str], cut) -> None:
    """P25: it is answered as if it had not been asked for, and the connection goes on."""
    client = connect()
    client.send(*cut(request("GET", "/first", *headers) + request("GET", "/second")))
    answers = [client.answer(), client.answer()]
    assert [(answer.status, answer.json()["path"]) for answer in answers] == [
        (200, "/first"),
        (200, "/second"),
    ]
    assert "upgrade" not in answers[0].headers


@pytest.mark.parametrize("cut", [lambda data: [data], each_byte], ids=["whole", "each byte"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_comes_with_an_upgrade_is_read(
    connect: Connect, app: Counting, chunked: bool, cut
) -> None:
    """P25: Java's HttpClient offers h2c with every request to plain http. Its body is neither lost nor a request."""
    smuggled = request("DELETE", "/smuggled")
    if chunked:
        post = request("POST", "/", *H2C, "Transfer-Encoding: chunked")
        post += b"%x\r\n%b\r\n0\r\n\r\n" % (len(smuggled), smuggled)
    else:
        post = request("POST", "/", *H2C, body=smuggled)
    client = connect()
    client.send(*cut(post * 2 + request("GET", "/after")))
    assert [client.answer().status for _ in range(3)] == [200] * 3
    assert [path for _, path, _ in app.executed] == ["/", "/", "/after"]
    assert app.of("/") == [smuggled] * 2
