"""The token endpoint: two grants, two kinds of body, three error codes, eight hours."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from tests.vendors.alloy.calls import API, DENIED, GOOD, LOGIN, PROTECTED
from tests.vendors.client import Client

TECHNICIAN = {"grant_type": "password", "username": "a.reyes", "password": "not-a-secret-reyes"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def by_form(client, body, path="/api/token", **headers):
    return client.post(path, body=urlencode(body).encode(), headers={**FORM, **headers})


def by_json(client, body, path="/api/token", **headers):
    return client.post(path, body, headers={**JSON, **headers})


both = pytest.mark.parametrize("ask", [by_form, by_json])
grants = pytest.mark.parametrize("login", [LOGIN, TECHNICIAN], ids=["application", "technician"])


@pytest.mark.statement("ALY-X02", "ALY-X55", "ALY-120")
@both
@grants
def test_a_login_is_answered_with_a_token(anyone, ask, login) -> None:
    answer = ask(anyone, login)
    assert answer.status == 200
    assert list(answer.json) == ["access_token", "token_type", "expires_in"]
    assert answer.json["token_type"] == "bearer"
    assert answer.json["expires_in"] == 28_800
    assert isinstance(answer.json["expires_in"], int)


@pytest.mark.statement("ALY-X06")
@both
@grants
@pytest.mark.parametrize("scheme", ["bearer", "Bearer", "BEARER"])
def test_the_token_is_taken_with_its_scheme_in_any_case(anyone, ask, login, scheme) -> None:
    token = ask(anyone, login).json["access_token"]
    answer = anyone.get(f"{API}/profile", headers={"Authorization": f"{scheme} {token}"})
    assert answer.json["success"] is True


@pytest.mark.statement("ALY-X56", "ALY-X05", "ALY-X01")
@pytest.mark.parametrize(
    "path", ["/api/token", "/API/token", "/Api/Token/", "/api/v2/token", "/api/v1/TOKEN"]
)
def test_the_endpoint_has_one_address_in_many_spellings(anyone, path) -> None:
    assert by_form(anyone, LOGIN, path).json["token_type"] == "bearer"


@pytest.mark.statement("ALY-X02")
def test_without_a_content_type_the_body_is_a_form(anyone) -> None:
    assert anyone.post("/api/token", body=urlencode(LOGIN).encode()).status == 200


@pytest.mark.statement("ALY-X67")
@pytest.mark.parametrize("accept", ["text/xml", "application/xml"])
def test_the_token_is_json_whatever_is_asked_for(anyone, accept) -> None:
    for body in (LOGIN, {}):
        answer = by_form(anyone, body, Accept=accept)
        assert answer.headers["content-type"] == "application/json"
        assert isinstance(answer.json, dict)


def error(answer):
    assert answer.status == 400
    assert list(answer.json) == ["error"]
    assert answer.entry["changes"] == []
    return answer.json["error"]


@pytest.mark.statement("ALY-X04", "ALY-X57", "ALY-119")
@both
@pytest.mark.parametrize("grant", [None, "", "authorization_code", "PASSWORD", "Client_Credentials"])
def test_another_grant_is_not_supported(anyone, ask, grant) -> None:
    login = {**LOGIN, **TECHNICIAN, "grant_type": grant}
    if grant is None:
        del login["grant_type"]
    assert error(ask(anyone, login)) == "unsupported_grant_type"


@pytest.mark.statement("ALY-X04", "ALY-X57", "ALY-119")
@both
@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": "wrong"}, {"client_secret": None}, {"client_secret": ""}, {"client_id": "nobody"},
        {"client_id": None}, {"client_id": "DESK-PORTAL"}, {"client_secret": "not-a-secret-scanner"},
    ],
)  # fmt: skip
def test_a_wrong_application_is_an_invalid_client(anyone, ask, changes) -> None:
    login = {name: value for name, value in {**LOGIN, **changes}.items() if value is not None}
    assert error(ask(anyone, login)) == "invalid_client"


@pytest.mark.statement("ALY-X04", "ALY-X57", "ALY-119")
@both
@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"}, {"password": None}, {"password": ""}, {"username": "nobody"}, {"username": None},
        {"password": "not-a-secret-kovac"}, {"password": "NOT-A-SECRET-REYES"}, {"password": " not-a-secret-reyes"},
    ],
)  # fmt: skip
def test_a_wrong_technician_is_an_invalid_grant(anyone, ask, changes) -> None:
    login = {name: value for name, value in {**TECHNICIAN, **changes}.items() if value is not None}
    assert error(ask(anyone, login)) == "invalid_grant"


@pytest.mark.statement("ALY-119")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**LOGIN, "client_secret": 5}, "invalid_client"),
        ({**TECHNICIAN, "password": ["not-a-secret-reyes"]}, "invalid_grant"),
        ({**LOGIN, "grant_type": 1}, "unsupported_grant_type"),
        ({**LOGIN, "password": 5}, "unsupported_grant_type"),
        ([LOGIN], "unsupported_grant_type"),
        ("client_credentials", "unsupported_grant_type"),
    ],
)
def test_json_of_the_wrong_form_has_a_code_too(anyone, body, code) -> None:
    assert error(by_json(anyone, body)) == code


@pytest.mark.statement("ALY-119")
@pytest.mark.parametrize("headers", [FORM, JSON])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff=%", b"grant_type=password&grant_type=password"])
def test_a_body_that_cannot_be_read_names_no_grant(anyone, headers, body) -> None:
    assert error(anyone.post("/api/token", body=body, headers=headers)) == "unsupported_grant_type"


@pytest.mark.statement("ALY-X03", "ALY-039")
@grants
def test_a_token_holds_for_eight_hours_on_the_sandbox_s_clock(anyone, login) -> None:
    token = by_form(anyone, login).json["access_token"]
    client = anyone.as_(Authorization=f"Bearer {token}")
    anyone.advance("PT7H59M59S")
    assert client.get(f"{API}/profile").status == 200
    fired = anyone.advance("PT1S")
    answer = client.get(f"{API}/profile")
    assert (answer.status, answer.json) == (401, {"Message": DENIED})
    name = login.get("client_id") or login["username"]
    assert (f"the token of {name} expired", "ALY-039") in [(each.what, each.statement) for each in fired]


@pytest.mark.statement("ALY-X03")
def test_the_lifetime_is_a_setting_and_told(anyone) -> None:
    anyone.settings(token_lifetime_s=60)
    assert by_form(anyone, LOGIN).json["expires_in"] == 60


@pytest.mark.statement("ALY-121")
@pytest.mark.parametrize(
    ("collection", "key", "login"), [("technicians", 1, TECHNICIAN), ("applications", "desk-portal", LOGIN)]
)
def test_the_token_of_an_account_that_is_gone_is_refused(anyone, collection, key, login) -> None:
    token = by_form(anyone, login).json["access_token"]
    anyone.world.store.delete(collection, key)
    anyone.world.store.commit()
    answer = anyone.get(f"{API}/profile", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status, answer.json) == (401, {"Message": DENIED})
    assert answer.entry["explanation"]["part"] == "account"


@pytest.mark.statement("ALY-X80", "ALY-038")
def test_every_other_call_needs_a_token(anyone) -> None:
    answers = {name: GOOD[name].send(anyone) for name in PROTECTED}
    assert {
        name for name, each in answers.items() if (each.status, each.json) != (401, {"Message": DENIED})
    } == set()


@pytest.mark.statement("ALY-X54")
def test_the_name_of_a_technician_is_taken_in_any_case(anyone) -> None:
    assert by_form(anyone, {**TECHNICIAN, "username": "A.Reyes"}).status == 200


def test_the_journal_keeps_no_secret_of_a_login(anyone, sandbox) -> None:
    for ask in (by_form, by_json):
        for login in (LOGIN, TECHNICIAN, {**LOGIN, "client_secret": "mistyped-secret"}):
            answer = ask(anyone, login)
            shown = str(answer.entry)
            for secret in (
                "not-a-secret",
                "mistyped-secret",
                answer.json.get("access_token", "not-a-secret"),
            ):
                assert secret not in shown


def test_the_credentials_of_a_sandbox_hold(sandbox) -> None:
    first, *others = sandbox.worlds["alloy"].credentials
    assert list(first) == ["client_id", "client_secret", "token"]
    assert all(list(each) == ["username", "password", "rights", "token"] for each in others)
    for each in (first, *others):
        client = Client(sandbox, "alloy", {"Authorization": f"bearer {each['token']}"})
        assert client.get(f"{API}/profile").status == 200
