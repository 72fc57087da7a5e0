"""Credentials that do not hold, on every operation: the printed 401, nothing changed, and a reason without a secret."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson
import pytest

from simulator.core.clock import parse_duration
from simulator.core.sandbox import Sandbox
from tests.vendors.client import Client
from tests.vendors.kinetic.calls import API, GOOD, LOGIN, OPEN, PROTECTED, UNAUTHORIZED

BODY = b'{"success":false,"message":"Error with your login or password"}'
EMAIL, PASSWORD = "ada.okafor@example.com", "not-a-secret-71"


@dataclass
class Attempt:
    """What is presented; the part of it that fails; and what nobody may read afterwards."""

    part: str
    headers: dict[str, str]
    query: str = ""
    secrets: list[str] = field(default_factory=list)


def token_of(sandbox: Sandbox) -> str:
    token: str = sandbox.worlds["kinetic"].credentials[0]["token"]
    return token


def header(part: str, value: str, *secrets: str) -> Attempt:
    return Attempt(part, {"Authorization": value}, secrets=list(secrets))


def basic(part: str, email: str, password: str, encoding: str = "utf-8") -> Attempt:
    encoded = base64.b64encode(f"{email}:{password}".encode(encoding)).decode()
    return header(part, f"Basic {encoded}", encoded, *([password] if password else []))


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def expired(sandbox: Sandbox) -> Attempt:
    sandbox.advance(parse_duration("PT24H"))
    return header("expiry", f"Bearer {token_of(sandbox)}", token_of(sandbox))


def expired_login(sandbox: Sandbox) -> Attempt:
    answer = Client(sandbox, "kinetic").post(f"{API}/sessions", LOGIN)
    sandbox.advance(parse_duration("P2D"))
    return header("expiry", f"Bearer {answer.json['auth_token']}", answer.json["auth_token"])


def of_a_user_who_is_gone(sandbox: Sandbox) -> Attempt:
    token = sandbox.worlds["kinetic"].credentials[2]["token"]
    sandbox.worlds["kinetic"].store.delete("users", 11)
    sandbox.worlds["kinetic"].store.commit()
    return header("user", f"Bearer {token}", token)


def of_another_sandbox(sandbox: Sandbox) -> Attempt:
    other = Sandbox("another", {"kinetic": sandbox.worlds["kinetic"].service}, now=sandbox.clock.now())
    return header("token", f"Bearer {token_of(other)}", token_of(other))


def with_the_good_token(part: str, form: str, *, name: str = "Authorization") -> Callable[[Sandbox], Attempt]:
    """The good token, presented in a way that does not count."""

    def attempt(sandbox: Sandbox) -> Attempt:
        token = token_of(sandbox)
        return Attempt(part, {name: form.replace("TOKEN", token)}, secrets=[token])

    return attempt


def in_the_query(sandbox: Sandbox) -> Attempt:
    token = token_of(sandbox)
    return Attempt("header", {}, query=f"access_token={token}&auth_token={token}", secrets=[token])


def changed(change: Callable[[str], str]) -> Callable[[Sandbox], Attempt]:
    """The good token with something changed about it."""

    def attempt(sandbox: Sandbox) -> Attempt:
        wrong = change(token_of(sandbox))
        assert wrong != token_of(sandbox)
        return header("token", f"Bearer {wrong}", wrong)

    return attempt


NO_CREDENTIAL: dict[str, Callable[[Sandbox], Attempt]] = {
    "no header": lambda sandbox: Attempt("header", {}),
    "a cookie": with_the_good_token("header", "_session=TOKEN", name="Cookie"),
    "a header of another name": with_the_good_token("header", "TOKEN", name="X-Auth-Token"),
    "a token in the query": in_the_query,
}
MALFORMED: dict[str, Callable[[Sandbox], Attempt]] = {
    "an empty header": lambda sandbox: header("header", ""),
    "blanks": lambda sandbox: header("header", "   "),
    "a scheme alone": lambda sandbox: header("header", "Bearer"),
    "a scheme and a blank": lambda sandbox: header("header", "Bearer "),
    "Basic alone": lambda sandbox: header("header", "Basic"),
    "a token alone": with_the_good_token("header", "TOKEN"),
    "a token and a word": with_the_good_token("header", "Bearer TOKEN x"),
    "a token in quotes": with_the_good_token("token", 'Bearer "TOKEN"'),
    "two credentials in one header": with_the_good_token("header", "Bearer TOKEN, Bearer TOKEN"),
    "a token with a NUL": with_the_good_token("header", "Bearer TOKEN\0"),
    "Basic that is no base64": lambda sandbox: header("encoding", f"Basic {EMAIL}:{PASSWORD}", PASSWORD),
    "Basic without a colon": lambda sandbox: header(
        "encoding", f"Basic {encoded(b'hunter2')}", encoded(b"hunter2")
    ),
    "Basic that is no UTF-8": lambda sandbox: basic("encoding", EMAIL, "schlüssel", "latin-1"),
    "Basic with a token": with_the_good_token("encoding", "Basic TOKEN"),
}
WRONG: dict[str, Callable[[Sandbox], Attempt]] = {
    "a made-up token": lambda sandbox: header("token", "Bearer 0a1b2c3d4e5f", "0a1b2c3d4e5f"),
    "the token of another sandbox": of_another_sandbox,
    "a token in another case": changed(str.swapcase),
    "a token cut short": changed(lambda token: token[:-1]),
    "a token and a letter": changed(lambda token: token + "A"),
    "the token of a user who is gone": of_a_user_who_is_gone,
    "a wrong password": lambda sandbox: basic("password", EMAIL, "not-the-password"),
    "somebody else's password": lambda sandbox: basic("password", EMAIL, "not-a-secret-9"),
    "no password": lambda sandbox: basic("password", EMAIL, ""),
    "an unknown address": lambda sandbox: basic("email", "nobody@example.com", PASSWORD),
    "no address": lambda sandbox: basic("email", "", PASSWORD),
    "an expired token": expired,
    "the expired token of a login": expired_login,
}
WRONG_SCHEME: dict[str, Callable[[Sandbox], Attempt]] = {
    "Token": with_the_good_token("scheme", "Token TOKEN"),
    "Digest": with_the_good_token("scheme", "Digest TOKEN"),
    "Bearer with a colon": with_the_good_token("scheme", "Bearer: TOKEN"),
    "Bearer with what is Basic's": lambda sandbox: header(
        "token", f"Bearer {encoded(f'{EMAIL}:{PASSWORD}'.encode())}", encoded(f"{EMAIL}:{PASSWORD}".encode())
    ),
}
ATTEMPTS = NO_CREDENTIAL | MALFORMED | WRONG | WRONG_SCHEME


def present(anyone: Client, attempt: Attempt, operation: str):
    good = GOOD[operation]
    return good.send(anyone, headers={**(good.headers or {}), **attempt.headers}, query=attempt.query)


@pytest.mark.statement("KIN-183")
def test_every_operation_but_login_and_valid_needs_a_credential(service) -> None:
    operations = service.document.operations.values()
    assert {operation.id for operation in operations if not operation.security} == OPEN
    assert set(PROTECTED) == service.document.operations.keys() - OPEN


@pytest.mark.statement("KIN-183", "KIN-063", "KIN-028", "KIN-041", "KIN-062", "KIN-082", "KIN-085", "KIN-092")
@pytest.mark.parametrize("operation", PROTECTED)
@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_credential_that_does_not_hold_answers_401_and_changes_nothing(
    sandbox, anyone, name, operation
) -> None:
    attempt = ATTEMPTS[name](sandbox)
    before = anyone.state()
    answer = present(anyone, attempt, operation)
    assert (answer.status, answer.body) == (401, BODY)
    assert answer.headers["content-type"] == "application/json"
    assert (anyone.state(), answer.entry["changes"]) == (before, [])


@pytest.mark.statement("KIN-183", "KIN-072")
@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_journal_says_which_part_failed_and_holds_no_secret(sandbox, anyone, name) -> None:
    attempt = ATTEMPTS[name](sandbox)
    for operation in PROTECTED:
        entry = present(anyone, attempt, operation).entry
        assert (entry["explanation"]["kind"], entry["explanation"]["part"]) == (
            "unauthenticated",
            attempt.part,
        )
        assert entry["explanation"]["reason"]
        assert entry["principal"] is None
        told = orjson.dumps(entry).decode()
        assert [secret for secret in attempt.secrets if secret in told] == []


@pytest.mark.statement("KIN-183")
@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_two_open_operations_do_not_look_at_a_credential(sandbox, anyone, name) -> None:
    attempt = ATTEMPTS[name](sandbox)
    assert [present(anyone, attempt, operation).status for operation in sorted(OPEN)] == [200, 200]


@pytest.mark.statement("KIN-235")
@pytest.mark.parametrize("operation", PROTECTED)
def test_a_cookie_is_no_credential(anyone, sandbox, operation) -> None:
    attempt = ATTEMPTS["a cookie"](sandbox)
    answer = present(anyone, attempt, operation)
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)


@pytest.mark.statement("KIN-097", "KIN-183")
@pytest.mark.parametrize("operation", PROTECTED)
def test_with_a_fresh_token_the_refused_call_succeeds(sandbox, anyone, operation) -> None:
    assert present(anyone, expired(sandbox), operation).status == 401
    token = anyone.post(f"{API}/sessions", LOGIN).json["auth_token"]
    assert present(anyone, header("", f"Bearer {token}"), operation).status == 200


@pytest.mark.statement("KIN-299")
@pytest.mark.parametrize("operation", PROTECTED)
def test_with_login_only_a_401_of_another_operation_has_the_words_of_the_table(anyone, operation) -> None:
    anyone.settings(unauthorized_body="login_only")
    answer = GOOD[operation].send(anyone)
    assert (answer.status, answer.json) == (
        401,
        {"message": "The auth. token is invalid and needs to be refreshed."},
    )
    assert anyone.post(f"{API}/sessions", LOGINS["password"]).body == BODY


LOGINS = {
    "password": {"user_login": {"email": EMAIL, "password": "not-the-password"}},
    "email": {"user_login": {"email": "nobody@example.com", "password": "not-the-password"}},
}


@pytest.mark.statement("KIN-072", "KIN-183")
@pytest.mark.parametrize("part", LOGINS)
def test_a_login_that_does_not_hold_answers_401_and_says_why_without_a_secret(anyone, part) -> None:
    before = anyone.state()
    answer = anyone.post(f"{API}/sessions", LOGINS[part])
    assert (answer.status, answer.body) == (401, BODY)
    assert (answer.entry["explanation"]["kind"], answer.entry["explanation"]["part"]) == (
        "unauthenticated",
        part,
    )
    assert "not-the-password" not in orjson.dumps(answer.entry).decode()
    assert anyone.state() == before


HIDDEN_LOGINS = {
    "a number": b'{"user_login": {"email": "ada.okafor@example.com", "password": 1234567890123}}',
    "a list": b'{"user_login": {"email": "ada.okafor@example.com", "password": ["1234567890123"]}}',
    "an object": b'{"user_login": {"email": "ada.okafor@example.com", "password": {"is": "1234567890123"}}}',
    "broken JSON": b'{"user_login": {"password": "1234567890123"',
}


@pytest.mark.statement("KIN-072", "KIN-179")
@pytest.mark.parametrize("body", HIDDEN_LOGINS.values(), ids=HIDDEN_LOGINS)
def test_a_password_in_the_wrong_shape_is_not_told_either(anyone, body) -> None:
    answer = anyone.post(f"{API}/sessions", body=body)
    assert answer.status in {400, 401}
    assert b"1234567890123" not in answer.body + orjson.dumps(answer.entry)


@pytest.mark.statement("KIN-170")
@pytest.mark.parametrize("body", [b'{"user_login": "1234567890123"}', b'{"user_login": ["1234567890123"]}'])
def test_what_stands_in_place_of_the_login_is_not_told_by_the_explanation(anyone, body) -> None:
    answer = anyone.post(f"{API}/sessions", body=body)
    assert answer.status == 422
    assert b"1234567890123" not in answer.body + orjson.dumps(answer.entry["explanation"])
