"""POST /api/token, and what a token must be to hold."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core import snapshot
from simulator.core.clock import parse_instant
from simulator.core.codec import write_json
from simulator.core.settings import change_settings
from simulator.vendors.cmo import tokens
from simulator.vendors.cmo.rules import Settings
from simulator.vendors.cmo.tokens import Claims
from tests.vendors.client import Client
from tests.vendors.cmo.calls import (
    ACTION,
    ACTIONS,
    LOGIN,
    NOT_VALID,
    NOW,
    REQUIRED,
    SAMPLE,
    TOKEN,
    arrange,
    errors,
    refused,
    remove,
    statuses,
    token_for,
)
from tests.vendors.cmo.conftest import make_sandbox

PRINTED = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJzdWJqZWN0IjoyMDUxOCwiZXhwIjoxNjI4MDEyNDg0LjB9."
    "nzLWuRDYKo9-BWwYOxOLeNnVRAzQL_qEVPObI6vMrcE"
)
HEADER = {"typ": "JWT", "alg": "HS256"}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def signed(header: Any, payload: Any, secret: str, digest: Any = hashlib.sha256) -> str:
    """A JWT of any header and payload, values or bytes, made without the library that the simulator uses."""
    parts = (each if isinstance(each, bytes) else json.dumps(each).encode() for each in (header, payload))
    text = ".".join(map(encoded, parts))
    return f"{text}.{encoded(hmac.new(secret.encode(), text.encode(), digest).digest())}"


def secret_of(client: Client) -> str:
    secret: str = client.world.settings.jwt_secret
    return secret


def presenting(client: Client, token: str) -> Client:
    return client.as_(Authorization=f"Bearer {token}")


def claims(client: Client, **changes: Any) -> dict[str, Any]:
    good = {"subject": 20518, "exp": client.sandbox.clock.now() / 1_000_000 + 60}
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


# --- logging in


@pytest.mark.statement("CMO-088", "CMO-089", "CMO-129")
def test_a_login_answers_a_token_as_one_json_string(anyone) -> None:
    answer = anyone.post(TOKEN, LOGIN)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json, str)
    assert len(answer.json.split(".")) == 3
    assert set(answer.json) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    for verb in ("GET", "PUT", "DELETE"):
        assert anyone.call(verb, TOKEN, LOGIN).status == 405


@pytest.mark.statement("CMO-090")
def test_the_token_has_the_printed_shape(anyone, sandbox) -> None:
    header, payload, _ = anyone.post(TOKEN, LOGIN).json.split(".")
    assert header == PRINTED.split(".", maxsplit=1)[0]
    assert decoded(header) == HEADER
    read = decoded(payload)
    assert list(read) == list(decoded(PRINTED.split(".")[1])) == ["subject", "exp"]
    assert (type(read["subject"]), read["subject"]) == (int, 20518)
    assert type(read["exp"]) is float
    assert read["exp"] == pytest.approx(sandbox.clock.now() / 1_000_000 + 1200, abs=1e-5)


@pytest.mark.statement("CMO-090")
def test_the_same_claims_and_secret_give_the_printed_text() -> None:
    token = tokens.issue(Claims(20518, 1628012484.0), "any")
    assert token.rpartition(".")[0] == PRINTED.rpartition(".")[0]


@pytest.mark.statement("CMO-091")
def test_each_login_gives_a_new_token(anyone) -> None:
    first = anyone.post(TOKEN, LOGIN).json
    anyone.advance("PT0.001S")
    second = anyone.post(TOKEN, LOGIN).json
    assert first != second
    assert (
        presenting(anyone, first).get(ACTION).status == presenting(anyone, second).get(ACTION).status == 200
    )


@pytest.mark.statement("CMO-092", "CMO-Q19", "CMO-160", "CMO-169")
@pytest.mark.parametrize(
    ("login", "part"),
    [
        ({"login": "superadmin", "password": "wrong"}, "password"),
        ({"login": "superadmin", "password": ""}, "password"),
        ({"login": "superadmin", "password": "NOT-A-SECRET-20518"}, "password"),
        ({"login": "superadmin", "password": "not-a-secret-20601"}, "password"),
        ({"login": "superadmin", "password": "å"}, "password"),
        ({"login": "nobody", "password": "not-a-secret-20518"}, "login"),
        ({"login": "", "password": ""}, "login"),
        ({"login": "SuperAdmin", "password": "not-a-secret-20518"}, "login"),
        ({"login": "Dan Johnson", "password": "not-a-secret-20518"}, "login"),
    ],
)
def test_a_login_that_fails_is_401_without_a_body(anyone, login, part) -> None:
    before = anyone.state()
    answer = anyone.post(TOKEN, login)
    assert (answer.status, answer.body) == (401, b"")
    assert answer.entry["explanation"]["part"] == part
    assert anyone.state() == before


@pytest.mark.statement("CMO-190", "CMO-168", "CMO-171")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, errors(Login=REQUIRED, Password=REQUIRED)),
        ({"login": "superadmin"}, errors(Password=REQUIRED)),
        ({"login": None, "password": 5}, errors(Login=NOT_VALID, Password=NOT_VALID)),
    ],
)
def test_a_login_without_its_parts_is_a_model_with_errors(anyone, body, expected) -> None:
    refused(anyone, anyone.post(TOKEN, body), expected)


@pytest.mark.statement("CMO-190", "CMO-Q11")
def test_an_empty_login_is_refused(anyone) -> None:
    refused(anyone, anyone.post(TOKEN), {"message": "Payload is empty"})
    assert anyone.post(TOKEN, body=b"login=superadmin&password=x").status == 400


@pytest.mark.statement("CMO-088", "CMO-175")
def test_a_login_looks_at_no_authorization(anyone) -> None:
    assert anyone.post(TOKEN, LOGIN, headers={"Authorization": "Bearer nonsense"}).status == 200
    assert anyone.post(TOKEN, {"Login": LOGIN["login"], "PASSWORD": LOGIN["password"]}).status == 200


@pytest.mark.statement("CMO-Q19", "CMO-098")
@pytest.mark.parametrize("body", [b"", b"{", json.dumps(LOGIN).encode()])
def test_with_jwt_off_there_is_no_login(anyone, body) -> None:
    anyone.settings(jwt_enabled=False)
    answer = anyone.post(TOKEN, body=body)
    assert (answer.status, answer.body) == (404, b"")


def test_neither_password_nor_token_is_in_the_journal(anyone) -> None:
    answer = anyone.post(TOKEN, LOGIN)
    told = json.dumps(answer.entry)
    assert LOGIN["password"] not in told
    assert answer.json not in told
    assert answer.entry["response"]["body"] == "[redacted]"
    wrong = anyone.post(TOKEN, {"login": "superadmin", "password": {"in": "the-wrong-place"}})
    assert "the-wrong-place" not in json.dumps(wrong.entry)


# --- a token that holds, and for how long


@pytest.mark.statement("CMO-093", "CMO-109", "CMO-119")
def test_a_token_authorizes_all_four_verbs(anyone) -> None:
    token = anyone.post(TOKEN, LOGIN).json
    assert statuses(presenting(anyone, token)) == [200, 200, 200, 200]
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    assert anyone.post(ACTIONS, SAMPLE, headers=headers).status == 200


@pytest.mark.statement("CMO-093")
@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER   {}", "Bearer {} "])
def test_the_scheme_is_written_in_any_case(anyone, form) -> None:
    token = anyone.post(TOKEN, LOGIN).json
    assert anyone.get(ACTION, headers={"Authorization": form.format(token)}).status == 200


@pytest.mark.statement("CMO-096", "CMO-Q4")
def test_a_token_lives_for_twenty_minutes(anyone) -> None:
    client = presenting(anyone, anyone.post(TOKEN, LOGIN).json)
    client.advance("PT19M59S")
    assert client.get(ACTION).status == 200
    client.advance("PT2S")
    answer = client.get(ACTION)
    assert (answer.status, answer.entry["explanation"]["part"]) == (401, "expiry")


@pytest.mark.statement("CMO-187")
@pytest.mark.parametrize(
    "now", [NOW, "2039-01-01T00:00:00.004Z"]
)  # the second is one that a float comes short of
def test_a_token_does_not_hold_any_more_at_exp(anyone, now) -> None:
    anyone.sandbox.clock.set(parse_instant(now))
    client = presenting(anyone, anyone.post(TOKEN, LOGIN).json)
    client.advance("PT19M59.999999S")
    assert client.get(ACTION).status == 200
    client.advance("PT0.000001S")
    assert client.get(ACTION).status == 401


@pytest.mark.parametrize(("exp", "status"), [(1e305, 200), (10**18, 200), (-1e305, 401)])
def test_an_exp_beyond_all_dates_is_compared_like_any_other(anyone, exp, status) -> None:
    assert presenting(anyone, token_for(anyone.sandbox, 20518, exp)).get(ACTION).status == status


@pytest.mark.statement("CMO-096")
def test_the_clock_says_that_a_token_expired_and_brings_it_back(anyone) -> None:
    client = presenting(anyone, anyone.post(TOKEN, LOGIN).json)
    start = client.sandbox.clock.now()
    [fired] = client.advance("PT20M")
    assert (fired.what, fired.statement) == ("the token of superadmin expired", "CMO-096")
    assert client.get(ACTION).status == 401
    client.sandbox.clock.set(start)
    assert client.get(ACTION).status == 200


@pytest.mark.statement("CMO-097")
def test_expire_sets_the_lifetime_in_minutes(anyone) -> None:
    anyone.settings(jwt_expire_minutes=1)
    client = presenting(anyone, anyone.post(TOKEN, LOGIN).json)
    client.advance("PT59S")
    assert client.get(ACTION).status == 200
    client.advance("PT2S")
    assert client.get(ACTION).status == 401


@pytest.mark.statement("CMO-Q4", "CMO-097")
def test_the_printed_lifetime_is_a_configuration(anyone) -> None:
    anyone.settings(jwt_expire_minutes=2_000_000)
    client = presenting(anyone, anyone.post(TOKEN, LOGIN).json)
    client.advance("P1388DT21H19M")
    assert client.get(ACTION).status == 200
    client.advance("PT2M")
    assert client.get(ACTION).status == 401


def test_a_lifetime_beyond_all_dates_is_one_that_does_not_end(anyone) -> None:
    anyone.settings(jwt_expire_minutes=1_000_000_000)
    assert presenting(anyone, anyone.post(TOKEN, LOGIN).json).get(ACTION).status == 200
    for minutes in (0, -5, 1_000_000_001):
        with pytest.raises(ValueError, match="jwt_expire_minutes takes 1 to"):
            change_settings(Settings(), {"jwt_expire_minutes": minutes})


# --- the secret


@pytest.mark.statement("CMO-099")
def test_a_token_is_signed_with_the_secret_of_the_settings(anyone) -> None:
    anyone.settings(jwt_secret="what-the-test-has-chosen")
    text, _, signature = anyone.post(TOKEN, LOGIN).json.rpartition(".")
    expected = hmac.new(b"what-the-test-has-chosen", text.encode(), hashlib.sha256).digest()
    assert signature == encoded(expected)
    ours = signed(HEADER, claims(anyone), "what-the-test-has-chosen")
    assert presenting(anyone, ours).get(ACTION).status == 200
    another = signed(HEADER, claims(anyone), "another-key")
    assert presenting(anyone, another).get(ACTION).status == 401


@pytest.mark.statement("CMO-099")
def test_a_token_dies_with_its_secret(anyone) -> None:
    client = presenting(anyone, anyone.post(TOKEN, LOGIN).json)
    before = secret_of(client)
    client.settings(jwt_secret="a-new-one")
    assert client.get(ACTION).status == 401
    client.settings(jwt_secret=before)
    assert client.get(ACTION).status == 200


@pytest.mark.statement("CMO-100")
def test_an_empty_secret_with_jwt_on_is_no_configuration(service, anyone) -> None:
    words = "Authentication.Jwt.Secret must not be empty while JWT is enabled"
    with pytest.raises(ValueError, match=words):
        change_settings(anyone.world.settings, {"jwt_secret": ""})
    anyone.settings(jwt_enabled=False, jwt_secret="")
    with pytest.raises(ValueError, match=words):
        change_settings(anyone.world.settings, {"jwt_enabled": True})


@pytest.mark.statement("CMO-099")
@pytest.mark.parametrize("secret", ["x", "short", "ünïcode", "k" * 500, " "])
def test_a_secret_is_any_text(anyone, secret) -> None:
    anyone.settings(jwt_secret=secret)
    assert presenting(anyone, anyone.post(TOKEN, LOGIN).json).get(ACTION).status == 200


def test_a_public_key_is_no_secret() -> None:
    pem = "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----"
    for secret in (pem, "\ud800"):
        with pytest.raises(ValueError, match="jwt_secret cannot sign tokens"):
            change_settings(Settings(), {"jwt_secret": secret})


@pytest.mark.statement("CMO-101", "CMO-194")
def test_each_sandbox_has_a_secret_of_its_own(service, sandbox, anyone) -> None:
    other = make_sandbox(service, "other")
    theirs = token_for(other, 20518)
    assert secret_of(anyone) != other.worlds["cmo"].settings.jwt_secret
    assert presenting(Client(other, "cmo"), theirs).get(ACTION).status == 200
    answer = presenting(anyone, theirs).get(ACTION)
    assert (answer.status, answer.entry["explanation"]["part"]) == (401, "token")
    assert make_sandbox(service).worlds["cmo"].settings.jwt_secret == secret_of(anyone)


@pytest.mark.statement("CMO-101")
def test_a_fork_and_a_restored_snapshot_share_the_secret_of_what_they_are_copied_from(
    service, sandbox, anyone
) -> None:
    ours = token_for(sandbox, 20518)
    other = make_sandbox(service, "other")
    assert presenting(Client(other, "cmo"), ours).get(ACTION).status == 401
    snapshot.restore(other, json.loads(write_json(snapshot.take(sandbox))))
    for copy in (sandbox.fork("fork"), other):
        assert presenting(Client(copy, "cmo"), ours).get(ACTION).status == 200


@pytest.mark.statement("CMO-194")
def test_null_stands_for_the_sandboxs_own_secret(anyone) -> None:
    client = presenting(anyone, anyone.post(TOKEN, LOGIN).json)
    client.settings(jwt_secret="for-a-while")
    client.settings(jwt_secret=None)
    assert client.get(ACTION).status == 200


def test_a_reset_sandbox_gives_the_same_token_at_the_same_instant(anyone) -> None:
    first = anyone.post(TOKEN, LOGIN).json
    anyone.sandbox.reset()
    assert Client(anyone.sandbox, "cmo").post(TOKEN, LOGIN).json == first


# --- tokens that do not hold

Forge = Callable[[Client], str]


def forged(header: Any = HEADER, **changes: Any) -> Forge:
    return lambda client: signed(header, claims(client, **changes), secret_of(client))


def with_payload(payload: bytes) -> Forge:
    return lambda client: signed(HEADER, payload, secret_of(client))


def respelled(change: Callable[[str], str]) -> Forge:
    return lambda client: change(token_for(client.sandbox, 20518))


def unsigned(name: Any) -> Forge:
    def forge(client: Client) -> str:
        text = signed({**HEADER, "alg": name}, claims(client), "").rpartition(".")[0]
        return f"{text}."

    return forge


FORGED: dict[str, Forge] = {
    **{f"alg {name!r} without a signature": unsigned(name) for name in ("none", "None", "nOnE", "", None)},
    **{
        f"alg {name!r}": forged({**HEADER, "alg": name})
        for name in ("none", "HS384", "HS512", "RS256", "hs256", "HS256 ", ["HS256"], None, 256, {"a": 1})
    },
    "no alg": forged({"typ": "JWT"}),
    "no typ": forged({"alg": "HS256"}),
    "another typ": forged({**HEADER, "typ": "JWS"}),
    "typ in lower case": forged({**HEADER, "typ": "jwt"}),
    "crit": forged({**HEADER, "crit": ["exp"], "exp": 1}),
    "b64 false": forged({**HEADER, "b64": False, "crit": ["b64"]}),
    "kid": forged({**HEADER, "kid": "../../dev/null"}),
    "an integer kid": forged({**HEADER, "kid": 7}),
    "jku": forged({**HEADER, "jku": "https://example.com/keys"}),
    "jwk": forged({**HEADER, "jwk": {"kty": "oct", "k": "c2VjcmV0"}}),
    "x5u": forged({**HEADER, "x5u": "https://example.com/x5u"}),
    "a header that is a list": forged([HEADER]),
    "a header of 10 KB": forged({**HEADER, "kid": "k" * 10_000}),
    "alg twice": lambda client: signed(
        b'{"typ":"JWT","alg":"none","alg":"HS256"}', claims(client), secret_of(client)
    ),
    "no exp": forged(exp=...),
    "exp null": forged(exp=None),
    "exp as a text": forged(exp="4102444800"),
    "exp true": forged(exp=True),
    "exp as a list": forged(exp=[4102444800]),
    "exp NaN": with_payload(b'{"subject":20518,"exp":NaN}'),
    "exp Infinity": with_payload(b'{"subject":20518,"exp":Infinity}'),
    "exp 1e400": with_payload(b'{"subject":20518,"exp":1e400}'),
    "exp beyond 64 bits": with_payload(b'{"subject":20518,"exp":1' + b"0" * 400 + b"}"),
    "exp twice": with_payload(b'{"subject":20518,"exp":1.0,"exp":4102444800.0}'),
    "exp -1": forged(exp=-1),
    "exp 0": forged(exp=0),
    "no subject": forged(subject=...),
    "subject as a text": forged(subject="20518"),
    "subject as a fraction": forged(subject=20518.0),
    "subject true": forged(subject=True),
    "subject null": forged(subject=None),
    "subject twice": with_payload(b'{"subject":20601,"subject":20518,"exp":4102444800.0}'),
    "a lone surrogate": with_payload(b'{"subject":"\\ud800","exp":4102444800.0}'),
    "nobody's id": forged(subject=1),
    "sub": forged(subject=..., sub=20518),
    "SUBJECT": forged(subject=..., SUBJECT=20518),
    "nbf": forged(nbf=0),
    "iat": forged(iat=4102444800),
    "iss": forged(iss="https://example.com"),
    "aud": forged(aud="cmo"),
    "claims that are a list": with_payload(b"[20518,4102444800.0]"),
    "claims that are a text": with_payload(b'"20518"'),
    "claims that are no JSON": with_payload(b"subject=20518"),
    "claims that are no UTF-8": with_payload(b'{"subject":20518,"exp":4102444800.0,"\xff":1}'),
    "claims in UTF-16": with_payload('{"subject":20518,"exp":4102444800.0}'.encode("utf-16")),
    "claims nested deep": with_payload(b"[" * 100_000),
    "no signature": respelled(lambda token: token.rpartition(".")[0] + "."),
    "two parts": respelled(lambda token: token.rpartition(".")[0]),
    "four parts": respelled(lambda token: token + ".AAAA"),
    "another user's claims under the signature": lambda client: (
        token_for(client.sandbox, 20601).rpartition(".")[0]
        + "."
        + token_for(client.sandbox, 20518).rpartition(".")[2]
    ),
    "the signature of SHA-512": lambda client: signed(HEADER, claims(client), secret_of(client), hashlib.sha512),
    "signed with an empty key": lambda client: signed(HEADER, claims(client), ""),
    "signed with the secret's bytes in another form": lambda client: signed(
        HEADER, claims(client), secret_of(client).swapcase()
    ),
    "padding": respelled(lambda token: token + "="),
    "padding in the middle": respelled(lambda token: token.replace(".", "=.", 1)),
    "cut short": respelled(lambda token: token[:-1]),
    "one more": respelled(lambda token: token + "A"),
    "the other case": respelled(str.swapcase),
    "the printed token": lambda client: PRINTED,
    "nothing of the kind": lambda client: "nonsense",
    "the static token": lambda client: client.world.credentials[0]["static_token"],
    "the secret itself": secret_of,
    "of 100,000 characters": lambda client: "a" * 100_000,
}  # fmt: skip


@pytest.mark.statement("CMO-188", "CMO-099", "CMO-160")
@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_a_token_that_was_not_issued_here_does_not_hold(anyone, forge) -> None:
    token = forge(anyone)
    before = anyone.state()
    for _ in range(2):  # the verdict is kept
        answer = presenting(anyone, token).post(ACTIONS, SAMPLE)
        assert (answer.status, answer.body) == (401, b"")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.entry["explanation"]["part"] in {"token", "expiry", "user", "header"}
        assert token not in json.dumps(answer.entry)
    assert anyone.state() == before


@pytest.mark.statement("CMO-188")
def test_what_the_forgeries_are_made_from_holds(anyone) -> None:
    assert presenting(anyone, forged()(anyone)).get(ACTION).status == 200
    assert (
        presenting(anyone, forged({"alg": "HS256", "typ": "JWT"}, exp=4102444800)(anyone)).get(ACTION).status
        == 200
    )
    assert presenting(anyone, respelled(lambda token: token)(anyone)).get(ACTION).status == 200


@pytest.mark.statement("CMO-188")
def test_every_other_character_of_a_signature_is_refused(sandbox, anyone) -> None:
    """43 places, 64 characters; that only one spelling of the last counts, a lenient decoder does not see."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    secret, token = secret_of(anyone), token_for(sandbox, 20518)
    head, _, signature = token.rpartition(".")
    assert len(signature) == 43
    held = [
        (place, character)
        for place in range(43)
        for character in f"{alphabet}+/=.\n"
        if not isinstance(
            tokens.read(f"{head}.{signature[:place]}{character}{signature[place + 1 :]}", secret), str
        )
    ]
    assert held == list(enumerate(signature))


@given(
    st.text() | st.from_regex(r"[A-Za-z0-9_-]{0,9}\.[A-Za-z0-9_-]{0,9}\.[A-Za-z0-9_-]{0,50}", fullmatch=True)
)
def test_any_text_is_read_without_failing(text) -> None:
    assert isinstance(tokens.read(text, "secret"), str)


@given(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_issued_is_read(subject, exp) -> None:
    assert tokens.read(tokens.issue(Claims(subject, exp), "secret"), "secret") == Claims(subject, exp)


@pytest.mark.statement("CMO-189")
def test_the_token_of_a_user_who_is_gone_does_not_hold(cmo, editor) -> None:
    assert editor.get(ACTION).status == 200
    remove(cmo, "users", 20602)
    answer = editor.get(ACTION)
    assert (answer.status, answer.entry["explanation"]["part"]) == (401, "user")


@pytest.mark.statement("CMO-010")
def test_a_token_has_the_permissions_of_now(cmo, nothing) -> None:
    assert nothing.get(ACTION).status == 403
    arrange(cmo, "users", 20604, role_ids=[1])
    assert nothing.get(ACTION).status == 200
