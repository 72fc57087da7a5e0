"""A9 to A13 of the catalogue over a real connection: a credential holds in its one form, and everything else is refused
in one and the same way."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from simulator.http import Gateway
from tests.gateway.asgi import ADA
from tests.reliability.writing import operations, writes
from tests.wire.client import Answer, Client

BODY = b'{"success":false,"message":"Error with your login or password"}'
EMAIL, PASSWORD = ADA["email"], ADA["password"]


@pytest.fixture
def token(app: Gateway) -> str:
    return str(app.sandboxes.default.worlds["kinetic"].credentials[0]["token"])


def read_me(client: Client, *headers: bytes) -> Answer:
    lines = [b"GET /kinetic/api/v1/me HTTP/1.1", b"Host: localhost", *headers]
    client.send(b"\r\n".join([*lines, b"", b""]))
    return client.answer()


def basic(text: str | bytes) -> bytes:
    return b"Authorization: Basic " + base64.b64encode(text if isinstance(text, bytes) else text.encode())


GOOD = [
    "Bearer {token}", "bearer {token}", "BEARER {token}", "bEaReR {token}", "Bearer   {token}",
    "Bearer\t{token}", "  Bearer {token}  ",
]  # fmt: skip


@pytest.mark.parametrize("form", GOOD)
def test_a_token_holds_however_its_scheme_is_written(
    connect: Callable[[], Client], token: str, form: str
) -> None:
    answer = read_me(connect(), b"Authorization:" + form.format(token=token).encode())

    assert answer.status == 200
    assert answer.json()["email"] == EMAIL


BAD = [
    "", "Bearer", "Bearer ", "{token}", "Token {token}", "Bearer:{token}", "Bearer: {token}",
    "Bearer{token}", "Bearer={token}", "Bearer {token}x", "Bearer x{token}", "Bearer {token} x",
    "Bearer {token} {token}", "Bearer {token},", "Bearer {token}, Bearer {token}", "Bearer {token};a=b",
    "Bearer {token}=", "Bearer {token}==", 'Bearer "{token}"', "Bearer '{token}'", "Bearer <{token}>",
    "Bearer Bearer {token}", "Basic {token}", "Digest {token}", "Bearer null", "Bearer undefined",
    "Bearer *", "Bearer %00", "Bearer \u00e9", "Bearer {token}\u00e9", "Bearer \u0080",
    "Bearer \u00ff" * 10, "B\u00e9arer {token}", "Bearer [object Object]",
]  # fmt: skip


@pytest.mark.parametrize("form", BAD)
def test_what_is_not_quite_a_token_is_refused(connect: Callable[[], Client], token: str, form: str) -> None:
    for spelled in {form.encode("latin-1"), form.encode()}:
        answer = read_me(connect(), b"Authorization: " + spelled.replace(b"{token}", token.encode()))
        assert (answer.status, answer.body) == (401, BODY), spelled


def test_each_changed_character_of_a_token_is_refused(connect: Callable[[], Client], token: str) -> None:
    client = connect()
    for place, character in enumerate(token):
        other = "B" if character == "A" else "A"
        swapped = character.swapcase() if character.swapcase() != character else other
        for changed in {other, swapped}:
            guess = token[:place] + changed + token[place + 1 :]
            answer = read_me(client, b"Authorization: Bearer " + guess.encode())
            assert (answer.status, answer.body) == (401, BODY), guess
    for guess in (token[:-1], token[1:], token + token, token[::-1]):
        assert read_me(client, b"Authorization: Bearer " + guess.encode()).status == 401


@pytest.mark.parametrize(
    "second", [b"Authorization: Bearer {token}", b"authorization: Bearer x", b"Authorization: "]
)
def test_two_authorization_headers_are_refused(
    connect: Callable[[], Client], token: str, second: bytes
) -> None:
    good = b"Authorization: Bearer " + token.encode()
    second = second.replace(b"{token}", token.encode())

    for headers in ((good, second), (second, good)):
        answer = read_me(connect(), *headers)
        assert (answer.status, answer.body) == (401, BODY)


def test_a_credential_out_of_all_proportion_is_refused_at_the_edge(connect: Callable[[], Client]) -> None:
    for value in (b"Bearer " + b"x" * 1_000_000, b"Basic " + base64.b64encode(b"a:" + b"x" * 65536)):
        client = connect()
        client.send(
            b"GET /kinetic/api/v1/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + value + b"\r\n\r\n"
        )
        answer = client.answer()
        assert answer.status == 431
        assert answer.edge


@pytest.mark.parametrize("value", [b"Bearer a\0b", b"Bearer a\x01b", b"Bearer a\x7fb"])
def test_a_credential_with_control_characters_is_refused(connect: Callable[[], Client], value: bytes) -> None:
    assert read_me(connect(), b"Authorization: " + value).status in {400, 401}


@pytest.mark.parametrize("user", [EMAIL, EMAIL.upper(), EMAIL.title()])
def test_an_address_and_a_password_hold(connect: Callable[[], Client], user: str) -> None:
    assert read_me(connect(), basic(f"{user}:{PASSWORD}")).status == 200
    assert read_me(connect(), basic(f"{user}:{PASSWORD}").replace(b"Basic", b"bAsIc")).status == 200


WRONG = [
    "", ":", "::", EMAIL, f"{EMAIL}:", f":{PASSWORD}", f"{EMAIL}:{PASSWORD} ", f"{EMAIL} :{PASSWORD}",
    f" {EMAIL}:{PASSWORD}", f"{EMAIL}:{PASSWORD}:", f"{EMAIL}::{PASSWORD}", f"{EMAIL}:{PASSWORD.upper()}",
    f"{EMAIL}\0:{PASSWORD}", f"{EMAIL}:{PASSWORD}\0", f"{EMAIL}:{PASSWORD}\n", "nobody@example.com:wrong",
    f"nobody@example.com:{PASSWORD}", f"jonas.brandt@example.com:{PASSWORD}", "71:not-a-secret-71",
    "\u00e9:\u00e9", f"{EMAIL}:\u00e9", "\u0130:x",
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=ascii)
def test_a_wrong_address_or_password_is_refused(connect: Callable[[], Client], text: str) -> None:
    """A12: unknown, wrong, empty: the answer does not tell."""
    answer = read_me(connect(), basic(text))

    assert (answer.status, answer.body) == (401, BODY)


GOOD_BASE64 = base64.b64encode(f"{EMAIL}:{PASSWORD}".encode())
UNREADABLE = [
    b"", b"=", b"====", b"*", b"YQ", b"YQ=", b"YQ==YQ==", b"Y Q = =", b"YTpi\xff", b"_-8=",
    base64.b64encode(b"\xff:\xff"), base64.b64encode(b"caf\xe9:x"), GOOD_BASE64 + b"=", GOOD_BASE64 + b"!",
    GOOD_BASE64[:-1], b'"' + GOOD_BASE64 + b'"', GOOD_BASE64 + b", Basic " + GOOD_BASE64,
    f"{EMAIL}:{PASSWORD}".encode(),
]  # fmt: skip


@pytest.mark.parametrize("value", UNREADABLE)
def test_what_is_no_base64_of_a_login_is_refused(connect: Callable[[], Client], value: bytes) -> None:
    answer = read_me(connect(), b"Authorization: Basic " + value)

    assert (answer.status, answer.body) == (401, BODY)


def test_a_login_does_not_tell_who_is_there(connect: Callable[[], Client]) -> None:
    """A12: the same status, headers and body for an unknown address as for a wrong password."""
    client = connect()
    seen = []
    for email, password in (
        (EMAIL, "wrong"),
        ("nobody@example.com", PASSWORD),
        ("nobody@example.com", "wrong"),
        ("", ""),
    ):
        body = json.dumps({"user_login": {"email": email, "password": password}}).encode()
        client.send(b"POST /kinetic/api/v1/sessions HTTP/1.1\r\nHost: localhost\r\n")
        client.send(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        answer = client.answer()
        headers = {name: value for name, value in answer.headers.items() if name != "simulator-entry"}
        seen.append((answer.status, headers, answer.body))

    assert seen == [seen[0]] * 4
    assert (seen[0][0], seen[0][2]) == (401, BODY)


OPEN = {"create_session", "check_valid"}


@pytest.mark.parametrize(
    "header", [b"X: y", b"Authorization: Bearer wrong", basic(f"{EMAIL}:wrong"), b"Authorization: x"]
)
def test_nobody_gets_anything_looked_at_without_a_credential(
    connect: Callable[[], Client], header: bytes
) -> None:
    """A13: whatever the operation, the id or the body, 401 comes first."""
    client = connect()
    for method, path, operation in operations():
        if operation["operationId"] in OPEN:
            continue
        for target in (path, path.replace("2f1c7d88", "00000000")):
            client.send(f"{method} /kinetic{target}?limit=x HTTP/1.1\r\nHost: localhost\r\n".encode())
            client.send(header + b"\r\nContent-Length: 1\r\n\r\n{")
            answer = client.answer()
            assert (answer.status, answer.body) == (401, BODY), operation["operationId"]
    assert len(operations()) - len(OPEN) > len(writes())
