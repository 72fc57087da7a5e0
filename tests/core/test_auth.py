"""core/auth.py: a credential is read exactly or refused, and nothing but a refusal ever comes of a header."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.auth import authorization, basic_credentials, bearer_token, same_secret, secrets_in
from simulator.core.call import Call, Principal
from simulator.core.document import DocumentError
from simulator.core.errors import Unauthenticated
from tests.core import toy

Read = Callable[[Mapping[bytes, bytes]], Any]


def header(value: bytes) -> dict[bytes, bytes]:
    return {b"authorization": value}


def basic(text: str, encoding: str = "utf-8") -> bytes:
    return b"Basic " + base64.b64encode(text.encode(encoding))


# --- Bearer ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "token"),
    [
        (b"Bearer abc", "abc"),
        (b"bearer abc", "abc"),
        (b"BEARER abc", "abc"),
        (b"bEaReR abc", "abc"),
        (b"Bearer  abc", "abc"),
        (b"Bearer\tabc", "abc"),
        (b"Bearer abc ", "abc"),
        (b"Bearer abc\t", "abc"),
        (b"Bearer ABC", "ABC"),
        (b"Bearer Bearer", "Bearer"),
        (b"Bearer a.b-c_d~e+f/g==", "a.b-c_d~e+f/g=="),
        (b"Bearer " + b"a" * 1_000_000, "a" * 1_000_000),
    ],
)
def test_a_bearer_token_is_read_exactly(value: bytes, token: str) -> None:
    assert bearer_token(header(value)) == token


@pytest.mark.parametrize(
    "value", [b"Basic abc", b"Token abc", b"Bearer: abc", b"Bearerabc abc", b"XBearer abc", b"Bear abc"]
)
def test_another_scheme_is_no_bearer_token(value: bytes) -> None:
    assert bearer_token(header(value)) is None


def test_no_header_is_no_credential() -> None:
    assert authorization({}) is None
    assert bearer_token({}) is None
    assert basic_credentials({}) is None


BAD_HEADERS = [
    *(b"", b" ", b"Bearer", b"Bearer ", b" Bearer abc", b"\tBearer abc", b"abc", b" abc"),
    *(b"Bearer abc def", b"Bearer abc, Bearer def", b"Bearer abc,def", b"Bearer abc, Basic YTpi", b"Bearer, abc", b","),
    *(b"Bearer a\0bc", b"Bearer abc\0", b"Bearer\0abc", b"\0", b"Bearer a\nbc"),
    *(b"Bearer abc\r\n", b"Bearer\nabc", b"Bearer a\x7fb"),
    *(b"Bearer \xe9", b"Bearer abc\xc3\xa9", b"B\xe9arer abc", b"\xff\xfe", "Bearer 🙂".encode()),
    *(b"Bearer\xa0abc", b"Bearer\x0babc"),
    *(b"Bearer " + b"a" * 1_000_000 + b" b", b" " * 1_000_000, b"a" * 1_000_000, b"Bearer" + b"\t " * 500_000),
]  # fmt: skip


@pytest.mark.parametrize("value", BAD_HEADERS)
@pytest.mark.parametrize("read", [authorization, bearer_token, basic_credentials])
def test_what_is_not_one_scheme_and_one_credential_is_refused(read: Read, value: bytes) -> None:
    started = time.process_time()
    with pytest.raises(Unauthenticated) as refused:
        read(header(value))

    assert refused.value.facts["part"] == "header"
    assert time.process_time() - started < 5


# --- Basic -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "pair"),
    [
        (basic("ada:secret"), ("ada", "secret")),
        (basic("ada:secret").replace(b"Basic", b"bAsIc"), ("ada", "secret")),
        (basic("ada:a:b:c"), ("ada", "a:b:c")),
        (basic(":secret"), ("", "secret")),
        (basic("ada:"), ("ada", "")),
        (basic(":"), ("", "")),
        (basic("ada@example.com:pass word"), ("ada@example.com", "pass word")),
        (basic("ädä:pässwörd"), ("ädä", "pässwörd")),
        (basic("a\0b:\n"), ("a\0b", "\n")),
        (basic("ada:" + "x" * 64_000), ("ada", "x" * 64_000)),
    ],
)
def test_a_basic_credential_is_read_exactly(value: bytes, pair: tuple[str, str]) -> None:
    assert basic_credentials(header(value)) == pair


@pytest.mark.parametrize(
    "value",
    [
        basic("ada"),
        basic("ada").rstrip(b"="),
        basic("ädä:pass", "latin-1"),
        basic("ada:secret", "utf-16"),
        b"Basic ada:secret",
        b"Basic YWRhOnNlY3JldA",  # without its padding
        b"Basic YWRhOnNlY3JldA=",
        b"Basic YWRhOnNlY3JldA===",
        b"Basic =",
        b"Basic A",
        b"Basic " + base64.urlsafe_b64encode(b"?>:>?>?") + b"_-",
        b"Basic YWRh*OnNlY3JldA==",
        b"Basic %59WRhOnNlY3JldA==",
    ],
)
def test_a_basic_credential_that_cannot_be_read_is_refused(value: bytes) -> None:
    with pytest.raises(Unauthenticated) as refused:
        basic_credentials(header(value))

    assert refused.value.facts["part"] == "encoding"


def test_a_bearer_token_is_no_basic_credential() -> None:
    assert basic_credentials(header(b"Bearer YTpi")) is None


# --- any header at all -----------------------------------------------------------------------------------------------

noise = st.binary(max_size=60)
schemes = st.sampled_from([b"", b"Bearer ", b"bearer\t", b"Basic ", b"BASIC ", b"Basic", b"Digest "])


@given(schemes, noise | noise.map(base64.b64encode), noise)
def test_any_header_is_read_or_refused(scheme: bytes, credential: bytes, tail: bytes) -> None:
    for value in (scheme + credential, scheme + credential + tail, credential + scheme):
        for read in (authorization, bearer_token, basic_credentials):
            try:
                read(header(value))
            except Unauthenticated:
                continue
        assert isinstance(secrets_in(value), tuple)


@given(schemes, noise | noise.map(base64.b64encode))
def test_any_header_is_the_vendors_401_or_its_answer(scheme: bytes, credential: bytes) -> None:
    client = toy.client().as_({"Authorization": scheme + credential})

    answer = client.get("/v1/toys")

    assert (answer.status, answer.json) == (401, {"error": "who are you?"})


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters=":")), st.text())
def test_any_name_and_password_are_read_as_they_were_sent(name: str, password: str) -> None:
    assert basic_credentials(header(basic(f"{name}:{password}"))) == (name, password)


def test_the_secrets_of_a_header_are_its_token_or_its_password() -> None:
    assert secrets_in(b"Bearer abc") == ("abc",)
    assert secrets_in(basic("ada:secret")) == ("secret",)
    assert secrets_in(basic("ada:")) == ()
    assert secrets_in(b"Bearer a, Bearer b") == ()


@given(st.text(), st.text())
def test_secrets_are_the_same_only_when_they_are_equal(one: str, other: str) -> None:
    assert same_secret(one, one)
    assert same_secret(one, other) is (one == other)


# --- through dispatch ------------------------------------------------------------------------------------------------


def token_of(client: toy.Client, which: int = 0) -> str:
    return str(client.world.credentials[which]["token"])


def changed(token: str) -> list[str]:
    """Tokens that are nearly this one."""
    return [
        *(
            token[:-1],
            token + "a",
            token + "=",
            "a" + token,
            token[1:],
            token.swapcase(),
            token.upper(),
            token[::-1],
        ),
        *(token + "%00", token + "\\0", f'"{token}"', f"<{token}>", token.replace(token[5], "*", 1)),
    ]


def test_a_token_that_is_nearly_right_is_refused(client: toy.Client) -> None:
    token = token_of(client)

    for wrong in changed(token):
        answer = client.as_({"Authorization": f"Bearer {wrong}"}).get("/v1/toys")

        assert answer.status == 401, wrong
        assert client.entry(answer)["explanation"]["part"] == "token"


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (None, "header"),
        (b"", "header"),
        (b"Bearer x, Bearer y", "header"),
        (b"Digest x", "scheme"),
        (b"Bearer nobody", "token"),
        (b"Basic x", "encoding"),
        (basic("ada:wrong"), "password"),
        (basic("nobody:" + toy.PASSWORD), "password"),
        (basic("ADA:" + toy.PASSWORD), "password"),
        (basic("ada:" + toy.PASSWORD + "\0"), "password"),
        (basic("ada: " + toy.PASSWORD), "password"),
    ],
)
def test_a_401_says_in_the_journal_which_part_failed(
    client: toy.Client, value: bytes | None, part: str
) -> None:
    answer = client.as_({} if value is None else {"Authorization": value}).get("/v1/toys")

    assert (answer.status, answer.json) == (401, {"error": "who are you?"})
    assert client.entry(answer)["explanation"]["part"] == part


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_right_token_names_its_owner(client: toy.Client, scheme: str) -> None:
    answer = client.as_({"Authorization": f"{scheme} {token_of(client, 1)}"}).get("/v1/toys")

    assert answer.status == 200
    assert client.entry(answer)["principal"] == "bob"


def test_either_scheme_of_the_document_will_do(client: toy.Client) -> None:
    answer = client.as_({"Authorization": basic(f"ada:{toy.PASSWORD}")}).get("/v1/toys")

    assert answer.status == 200
    assert client.entry(answer)["principal"] == "ada"


def test_the_token_of_another_sandbox_is_unknown() -> None:
    one, other = toy.client(name="one"), toy.client(name="other")

    assert other.as_({"Authorization": f"Bearer {token_of(one)}"}).get("/v1/toys").status == 401


def test_an_open_operation_asks_for_nothing_and_minds_nothing(client: toy.Client) -> None:
    assert client.as_({}).get("/v1/status").status == 200
    assert client.as_({"Authorization": b"\xff"}).get("/v1/status").status == 200


# --- alternatives ----------------------------------------------------------------------------------------------------


def secured(security: Any, asked: list[str]) -> toy.Client:
    """A client of a toy whose list needs this; `asked` collects which authenticators were asked."""

    def authenticator(scheme: str) -> Callable[[Call[Any]], Principal | None]:
        def authenticate(call: Call[Any]) -> Principal | None:
            asked.append(scheme)
            sent = call.request.headers.get(scheme.encode())
            if sent == b"wrong":
                raise Unauthenticated("wrong", part=scheme)
            return Principal(1, scheme, {"admin": True}) if sent else None

        return authenticate

    document = toy.document()
    document["paths"]["/v1/toys"]["get"]["security"] = security
    document["components"]["securitySchemes"]["key"] = {"type": "apiKey", "in": "header", "name": "key"}
    names = ("bearer", "basic", "key")
    served = toy.service(document=document, authenticators={name: authenticator(name) for name in names})
    return toy.Client(toy.sandbox(served=served), {})


@pytest.mark.parametrize(
    ("security", "sent", "status", "principal"),
    [
        ([{"bearer": []}], {"bearer": "x"}, 200, "bearer"),
        ([{"bearer": []}], {"basic": "x"}, 401, None),
        ([{"bearer": []}, {"basic": []}], {"basic": "x"}, 200, "basic"),
        ([{"bearer": []}, {"basic": []}], {"bearer": "x", "basic": "x"}, 200, "bearer"),
        ([{"bearer": []}, {"basic": []}], {"bearer": "wrong", "basic": "x"}, 401, None),
        ([{"bearer": [], "key": []}], {"bearer": "x", "key": "x"}, 200, "key"),
        ([{"bearer": [], "key": []}], {"bearer": "x"}, 401, None),
        ([{"bearer": [], "key": []}], {"key": "x"}, 401, None),
        ([{"bearer": [], "key": []}, {"basic": []}], {"bearer": "x", "basic": "x"}, 200, "basic"),
        ([{"bearer": []}, {}], {}, 200, None),
        ([{"bearer": []}, {}], {"bearer": "x"}, 200, "bearer"),
        ([{"bearer": []}, {}], {"bearer": "wrong"}, 401, None),
        ([], {"bearer": "wrong"}, 200, None),
    ],
)
def test_any_alternative_will_do_but_all_of_its_schemes_must_hold(
    security: Any, sent: dict[str, str], status: int, principal: str | None
) -> None:
    client = secured(security, [])

    answer = client.get("/v1/toys", headers=sent)

    assert answer.status == status
    assert client.entry(answer)["principal"] == principal


def test_an_open_operation_asks_no_authenticator() -> None:
    asked: list[str] = []

    secured([], asked).get("/v1/toys", headers={"bearer": "wrong"})

    assert asked == []


def test_a_scheme_that_the_document_does_not_define_refuses_to_load() -> None:
    with pytest.raises(DocumentError, match="magic"):
        secured([{"magic": []}], [])
