"""The three types of authorization, and which of them holds when."""

from __future__ import annotations

import json

import pytest

from simulator.core.call import ClientCertificate, Request, Thumbprints
from simulator.core.dispatch import dispatch
from simulator.core.settings import change_settings
from simulator.core.vendor import LoadError
from simulator.vendors.cmo.rules import Settings, thumbprint
from tests.vendors.client import Client
from tests.vendors.cmo.calls import (
    ACTION,
    ACTIONS,
    EVENTS,
    LOGIN,
    SAMPLE,
    TOKEN,
    arrange,
    created,
    fetched,
    statuses,
    token_for,
)

PRINTED_TOKEN = (
    "121218409EB643899FDFA11FE54BF5746B88C948D7E746BB9C7986CB88405F9B780D2474742C42919B15B4753732D7F3"
)

LEAF = Thumbprints("A1" * 20, "A2" * 32)
ROOT = Thumbprints("B1" * 20, "B2" * 32)
CERTIFICATE = ClientCertificate(LEAF, ROOT)
BOTH = [(True, True), (True, False), (False, True), (False, False)]


def with_static_token(client: Client, user: int = 0) -> Client:
    return client.as_(Authorization=f"Bearer {client.world.credentials[user]['static_token']}")


def with_certificate(client: Client, certificate: ClientCertificate = CERTIFICATE) -> Client:
    return Client(client.sandbox, "cmo", {}, certificate)


def with_token(client: Client) -> Client:
    return client.as_(Authorization=f"Bearer {token_for(client.sandbox, 20518)}")


@pytest.fixture
def mapped(anyone):
    """Dan has a certificate."""
    arrange(anyone, "users", 20518, certificate_thumbprint=LEAF.sha1)
    return with_certificate(anyone)


def of_type(client: Client, type: str) -> Client:
    return {"jwt": with_token, "mutual": with_certificate, "static": with_static_token}[type](client)


# --- which type holds when


@pytest.mark.statement("CMO-087")
@pytest.mark.parametrize(
    ("type", "settings"),
    [
        ("jwt", {}),
        ("mutual", {"jwt_enabled": False, "mutual_enabled": True}),
        ("static", {"jwt_enabled": False}),
    ],
)
def test_each_type_authorizes_all_four_verbs(anyone, mapped, type, settings) -> None:
    anyone.settings(**settings)
    client = of_type(anyone, type)
    assert statuses(client) == [200, 200, 200, 200]


@pytest.mark.statement("CMO-087", "CMO-098", "CMO-102", "CMO-106", "CMO-120", "CMO-123", "CMO-Q3")
@pytest.mark.parametrize(("jwt", "mutual"), BOTH)
def test_the_types_that_are_on_hold_and_the_others_do_not(anyone, mapped, jwt, mutual) -> None:
    anyone.settings(jwt_enabled=jwt, mutual_enabled=mutual)
    expected = {"jwt": jwt, "mutual": mutual, "static": not (jwt or mutual)}
    for type, holds in expected.items():
        assert of_type(anyone, type).get(ACTION).status == (200 if holds else 401), type
    assert anyone.get(ACTION).status == 401


@pytest.mark.statement("CMO-Q3")
@pytest.mark.parametrize(("jwt", "mutual"), BOTH)
def test_by_the_other_reading_a_static_token_holds_beside_the_others(anyone, mapped, jwt, mutual) -> None:
    anyone.settings(jwt_enabled=jwt, mutual_enabled=mutual, static_token_use="beside")
    expected = {"jwt": jwt, "mutual": mutual, "static": True}
    for type, holds in expected.items():
        assert of_type(anyone, type).get(ACTION).status == (200 if holds else 401), type


@pytest.mark.statement("CMO-Q3")
def test_jwt_is_on_by_default_and_mutual_is_off() -> None:
    settings = Settings()
    assert (settings.jwt_enabled, settings.mutual_enabled, settings.static_token_use) == (
        True,
        False,
        "alone",
    )


def test_each_request_sees_the_types_of_its_moment(anyone) -> None:
    jwt, static = with_token(anyone), with_static_token(anyone)
    for on in (True, False, True):
        anyone.settings(jwt_enabled=on)
        assert (jwt.get(ACTION).status, static.get(ACTION).status) == ((200, 401) if on else (401, 200))


# --- nobody


@pytest.mark.statement("CMO-095", "CMO-151", "CMO-160")
def test_without_authorization_every_call_is_401_without_a_body(anyone) -> None:
    before = anyone.state()
    calls = [("POST", ACTIONS), ("GET", ACTION), ("PUT", ACTION), ("DELETE", ACTION), ("POST", EVENTS)]
    for verb, address in calls:
        answer = anyone.call(verb, address, SAMPLE)
        assert (answer.status, answer.body, answer.headers["content-length"]) == (401, b"", "0")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.entry["explanation"]["kind"] == "unauthenticated"
    assert anyone.state() == before


NONE = [
    "",
    "Bearer",
    "Bearer ",
    "TOKEN",
    "Basic TOKEN",
    "Token TOKEN",
    "Bearer TOKEN x",
    "Bearer TOKEN, Bearer TOKEN",
    'Bearer "TOKEN"',
    "Bearer\tTOKEN\0",
    "BearerTOKEN",
]


@pytest.mark.statement("CMO-093", "CMO-122", "CMO-160")
@pytest.mark.parametrize("type", ["jwt", "static"])
@pytest.mark.parametrize("form", NONE)
def test_a_token_that_is_not_sent_as_bearer_does_not_hold(anyone, type, form) -> None:
    anyone.settings(jwt_enabled=type == "jwt")
    token = of_type(anyone, type).headers["Authorization"].removeprefix("Bearer ")
    answer = anyone.get(ACTION, headers={"Authorization": form.replace("TOKEN", token)})
    assert (answer.status, answer.body) == (401, b"")
    assert token not in json.dumps(answer.entry)


@pytest.mark.statement("CMO-093", "CMO-122")
@pytest.mark.parametrize("type", ["jwt", "static"])
def test_a_token_elsewhere_does_not_hold(anyone, type) -> None:
    anyone.settings(jwt_enabled=type == "jwt")
    token = of_type(anyone, type).headers["Authorization"].removeprefix("Bearer ")
    assert anyone.get(ACTION, query=f"access_token={token}&token={token}").status == 401
    for name in ("Cookie", "X-Api-Token", "Proxy-Authorization"):
        assert anyone.get(ACTION, headers={name: f"Bearer {token}"}).status == 401


# --- the static token


@pytest.mark.statement("CMO-106", "CMO-122", "CMO-123")
def test_a_static_token_is_a_users(anyone) -> None:
    anyone.settings(jwt_enabled=False)
    client = with_static_token(anyone)
    assert created(client)["assignorUser"]["id"] == 20518
    assert [with_static_token(anyone, user).get(ACTION).status for user in range(5)] == [
        200,
        403,
        200,
        403,
        403,
    ]


@pytest.mark.statement("CMO-106", "CMO-098")
def test_the_journal_names_the_setting_that_turns_a_credential_off(anyone, cmo) -> None:
    answer = with_static_token(anyone).get(ACTION)
    assert answer.status == 401
    assert "only with JWT and mutual authentication off" in answer.entry["explanation"]["reason"]
    assert "CMO-106" in answer.statements
    anyone.settings(jwt_enabled=False)
    answer = cmo.get(ACTION)
    assert answer.status == 401
    assert "looks like a JWT; JWT is off" in answer.entry["explanation"]["reason"]
    assert "CMO-098" in answer.statements


@pytest.mark.statement("CMO-124", "CMO-108")
def test_the_printed_static_token_as_user_20518s(anyone) -> None:
    anyone.settings(jwt_enabled=False)
    arrange(anyone, "users", 20518, static_token=PRINTED_TOKEN)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {PRINTED_TOKEN}"}
    answer = anyone.post(ACTIONS, SAMPLE, headers=headers)
    assert answer.status == 200
    assert fetched(anyone.as_(**headers), answer.json)["assignorUser"]["id"] == 20518


@pytest.mark.statement("CMO-107")
@pytest.mark.parametrize(
    "token", ["x", "~" * 200, "a.b.c", "1", "Bearer", 'correct horse, battery "staple"', "ünïcode 😀"]
)
def test_a_static_token_is_any_text_of_up_to_200_characters(anyone, token) -> None:
    anyone.settings(jwt_enabled=False)
    arrange(anyone, "users", 20518, static_token=token)
    assert anyone.as_(Authorization=f"Bearer {token}").get(ACTION).status == 200
    anyone.settings(jwt_enabled=True, static_token_use="beside")
    assert anyone.as_(Authorization=f"Bearer {token}").get(ACTION).status == 200


@pytest.mark.statement("CMO-107")
def test_a_static_token_is_read_as_older_clients_write_a_header(anyone) -> None:
    anyone.settings(jwt_enabled=False)
    arrange(anyone, "users", 20518, static_token="clé")
    request = Request("GET", ACTION, "", {b"authorization": "Bearer clé".encode("latin-1")})
    assert dispatch(anyone.sandbox, "cmo", request).status == 200


@pytest.mark.statement("CMO-107")
@pytest.mark.parametrize("token", ["x" * 201, ""])
def test_a_static_token_that_is_too_long_or_empty_is_no_configuration(service, token) -> None:
    user = {**service.fixture().store.get("users", 20518), "static_token": token}
    with pytest.raises(LoadError, match=r"users\[0\] \$\.static_token"):
        service.read_store({"users": [user]}, "a fixture")


@pytest.mark.statement("CMO-108")
def test_a_static_token_that_is_set_anew_kills_the_old_one(anyone) -> None:
    anyone.settings(jwt_enabled=False)
    client = with_static_token(anyone)
    arrange(anyone, "users", 20518, static_token="a-new-one")
    assert client.get(ACTION).status == 401
    assert anyone.as_(Authorization="Bearer a-new-one").get(ACTION).status == 200
    arrange(anyone, "users", 20518, static_token=None)
    assert anyone.as_(Authorization="Bearer a-new-one").get(ACTION).status == 401


@pytest.mark.statement("CMO-108")
def test_no_public_address_sets_a_static_token(anyone, cmo) -> None:
    before = cmo.state()
    for client in (anyone, cmo):
        for verb in ("PUT", "DELETE", "PATCH", "GET"):
            assert client.call(verb, TOKEN, {"static_token": "mine", **LOGIN}).status == 405
        assert client.put(f"{TOKEN}/20518", {"static_token": "mine"}).status == 404
    assert cmo.state() == before


@pytest.mark.statement("CMO-193")
@pytest.mark.parametrize(
    "change", [lambda token: token + "x", lambda token: token[:-1], str.swapcase, lambda token: "0"]
)
def test_a_static_token_that_no_user_has_does_not_hold(anyone, change) -> None:
    anyone.settings(jwt_enabled=False)
    token = anyone.world.credentials[0]["static_token"]
    answer = anyone.as_(Authorization=f"Bearer {change(token)}").get(ACTION)
    assert (answer.status, answer.entry["explanation"]["part"]) == (401, "token")


# --- client certificates


@pytest.mark.statement("CMO-102", "CMO-121", "CMO-073")
@pytest.mark.parametrize(
    "written",
    [
        LEAF.sha1,
        LEAF.sha256,
        LEAF.sha1.lower(),
        " ".join(["a1"] * 20),
        ":".join(["A1"] * 20),
        "\u200e" + LEAF.sha1,
        f"{LEAF.sha256[:32]} {LEAF.sha256[32:]}",
    ],
)
def test_a_mapped_certificate_authorizes_without_a_header(anyone, written) -> None:
    anyone.settings(mutual_enabled=True)
    arrange(anyone, "users", 20602, certificate_thumbprint=written)
    client = with_certificate(anyone)
    answer = client.get(ACTION)
    assert (answer.status, answer.entry["principal"]) == (200, "user 20602 (tomas.edits)")
    assert client.post(ACTIONS, SAMPLE).status == 403


@pytest.mark.statement("CMO-102", "CMO-192")
def test_without_a_certificate_a_caller_is_nobody(anyone, mapped) -> None:
    anyone.settings(mutual_enabled=True, jwt_enabled=False)
    answer = anyone.get(ACTION)
    assert (answer.status, answer.entry["explanation"]["part"]) == (401, "certificate")
    assert with_static_token(anyone).get(ACTION).status == 401


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        (
            "http",
            "the connection is not TLS, so it has no client certificate: serve with --tls-cert and --client-ca",
        ),
        (
            "https",
            "the connection has no client certificate; a client is asked for one only with --client-ca",
        ),
    ],
)
def test_the_journal_says_what_a_client_certificate_needs(anyone, scheme, words) -> None:
    anyone.settings(mutual_enabled=True, jwt_enabled=False)
    response = dispatch(anyone.sandbox, "cmo", Request("GET", ACTION, "", {}, scheme=scheme))
    explanation = anyone.sandbox.journal.get(response.entry).explanation
    assert (response.status, explanation["reason"]) == (401, words)


@pytest.mark.statement("CMO-121", "CMO-192")
def test_a_certificate_that_is_mapped_to_nobody_does_not_hold(anyone) -> None:
    anyone.settings(mutual_enabled=True)
    answer = with_certificate(anyone).get(ACTION)
    assert (answer.status, answer.body) == (401, b"")
    assert answer.entry["explanation"]["reason"] == f"no user has the certificate_thumbprint {LEAF.sha1}"


@pytest.mark.statement("CMO-121")
def test_a_mapping_that_is_removed_holds_no_longer(anyone, mapped) -> None:
    anyone.settings(mutual_enabled=True)
    assert mapped.get(ACTION).status == 200
    arrange(anyone, "users", 20518, certificate_thumbprint=None)
    assert mapped.get(ACTION).status == 401


@pytest.mark.statement("CMO-104", "CMO-185", "CMO-192")
def test_the_root_is_looked_at_where_one_is_configured(anyone, mapped) -> None:
    anyone.settings(mutual_enabled=True)
    assert mapped.get(ACTION).status == 200
    for root in (ROOT.sha1, ROOT.sha256.lower(), " ".join(["b1"] * 20)):
        anyone.settings(mutual_root_certificate_thumbprint=root)
        assert mapped.get(ACTION).status == 200
        answer = with_certificate(anyone, ClientCertificate(LEAF, None)).get(ACTION)
        assert (answer.status, answer.entry["explanation"]["part"]) == (401, "root")
    for root in ("C1" * 20, LEAF.sha1):
        anyone.settings(mutual_root_certificate_thumbprint=root)
        answer = mapped.get(ACTION)
        assert (answer.status, answer.body) == (401, b"")
        assert answer.entry["explanation"]["part"] == "root"


@pytest.mark.statement("CMO-105", "CMO-185", "CMO-192")
def test_the_listed_certificates_alone_hold_where_a_list_is_configured(anyone, mapped) -> None:
    anyone.settings(mutual_enabled=True, mutual_trusted_client_thumbprints=[])
    assert mapped.get(ACTION).status == 200
    for listed in (["C1" * 20, LEAF.sha1], [LEAF.sha256.lower()], [":".join(["a1"] * 20)]):
        anyone.settings(mutual_trusted_client_thumbprints=listed)
        assert mapped.get(ACTION).status == 200
    for listed in (["C1" * 20], [ROOT.sha1]):
        anyone.settings(mutual_trusted_client_thumbprints=listed)
        answer = mapped.get(ACTION)
        assert (answer.status, answer.entry["explanation"]["part"]) == (401, "trust")


@pytest.mark.statement("CMO-185")
@pytest.mark.parametrize(
    "text", ["", "abc", "G1" * 20, "A1" * 19, "A1" * 21, "A1" * 33, "\uff211" * 20, "A1" * 20 + "/"]
)
def test_what_is_no_thumbprint_is_no_configuration(service, text) -> None:
    with pytest.raises(ValueError, match="hexadecimal digits"):
        thumbprint(text)
    for setting in (
        {"mutual_root_certificate_thumbprint": text},
        {"mutual_trusted_client_thumbprints": [text]},
    ):
        if text or "mutual_trusted_client_thumbprints" in setting:
            with pytest.raises(ValueError, match="hexadecimal digits"):
                change_settings(Settings(), setting)
    user = {**service.fixture().store.get("users", 20518), "certificate_thumbprint": text}
    with pytest.raises(LoadError, match=r"certificate_thumbprint"):
        service.read_store({"users": [user]}, "a fixture")


@pytest.mark.statement("CMO-186")
def test_a_bearer_token_decides_beside_a_certificate(anyone, mapped) -> None:
    anyone.settings(mutual_enabled=True)
    both = Client(
        anyone.sandbox, "cmo", {"Authorization": f"Bearer {token_for(anyone.sandbox, 20602)}"}, CERTIFICATE
    )
    assert both.get(ACTION).entry["principal"] == "user 20602 (tomas.edits)"
    bad = Client(anyone.sandbox, "cmo", {"Authorization": "Bearer nonsense"}, CERTIFICATE)
    assert bad.get(ACTION).status == 401
    anyone.settings(jwt_enabled=False)
    assert bad.get(ACTION).status == 200


@pytest.mark.statement("CMO-186")
@pytest.mark.parametrize(
    "header",
    ['Digest username="x", realm="y"', "Basic eDp5", "Basic eDp5, Bearer nonsense", "Bearernonsense", "x"],
)
def test_beside_a_certificate_another_scheme_decides_nothing(anyone, mapped, header) -> None:
    anyone.settings(mutual_enabled=True)
    both = Client(anyone.sandbox, "cmo", {"Authorization": header}, CERTIFICATE)
    assert both.get(ACTION).entry["principal"] == "user 20518 (superadmin)"
    assert anyone.get(ACTION, headers={"Authorization": header}).status == 401


@pytest.mark.statement("CMO-186")
@pytest.mark.parametrize("header", ["Bearer", "bearer a, b", 'BEARER\t"x"'])
def test_a_bearer_token_that_cannot_be_read_decides_too(anyone, mapped, header) -> None:
    anyone.settings(mutual_enabled=True)
    assert Client(anyone.sandbox, "cmo", {"Authorization": header}, CERTIFICATE).get(ACTION).status == 401


@pytest.mark.statement("CMO-102")
@pytest.mark.parametrize("header", ["X-Client-Cert", "X-ARR-ClientCert", "Client-Cert", "X-SSL-Client-SHA1"])
def test_a_certificate_in_a_header_is_none(anyone, mapped, header) -> None:
    anyone.settings(mutual_enabled=True, jwt_enabled=False)
    assert anyone.get(ACTION, headers={header: LEAF.sha1}).status == 401
