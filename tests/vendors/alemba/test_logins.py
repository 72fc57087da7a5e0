"""The four grants, clients and scopes: who gets a session, of which kind, and how the others are refused."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.vendors.alemba.calls import AUTHORIZE, FORM, LOGIN, V1


def error(answer):
    return answer.status, answer.json["error"]


def code_of(api, **changes):
    fields = {
        "response_type": "code",
        "client_id": "integration",
        "username": "ada.okafor",
        "password": "not-a-secret-1",
        "scope": "session-type:Analyst",
        **changes,
    }
    return api.form(AUTHORIZE, **{name: value for name, value in fields.items() if value is not None})


def exchange(api, code, **changes):
    return api.form(
        LOGIN, grant_type="authorization_code", **{"client_id": "integration", "code": code, **changes}
    )


@pytest.mark.statement("ALM-023", "ALM-026")
def test_an_analyst_logs_in_by_password(ada) -> None:
    assert ada.get(f"{V1}/call/2").status == 200


@pytest.mark.statement("ALM-027")
def test_a_user_session_has_the_rights_of_a_user_alone(anyone) -> None:
    user = anyone.logged_in("ada.okafor", "User")
    assert user.tokens["scope"] == "session-type:User"
    assert user.get(f"{V1}/service").status == 200
    assert user.post(f"{V1}/person", {"FirstName": "Lena", "LastName": "Vogt"}).status == 403


@pytest.mark.statement("ALM-028", "ALM-Q19")
@pytest.mark.parametrize(
    "scope", ["session-type:analyst", "Session-Type:Analyst", "session-type:Admin", "openid"]
)
def test_scope_is_case_sensitive(anyone, scope) -> None:
    assert error(anyone.login(scope=scope)) == (400, "invalid_scope")


@pytest.mark.statement("ALM-Q19")
def test_scope_may_be_missing_only_where_the_client_fixes_the_session_type(anyone) -> None:
    assert error(anyone.login(scope=None)) == (400, "invalid_scope")
    fixed = anyone.login(client_id="alemba-admin", scope=None)
    assert (fixed.status, fixed.json["scope"]) == (200, "session-type:Analyst")


@pytest.mark.statement("ALM-X08")
def test_the_session_type_of_a_client_decides_against_scope(anyone) -> None:
    answer = anyone.login(client_id="portal", scope="session-type:Analyst")
    assert answer.json["scope"] == "session-type:User"


@pytest.mark.statement("ALM-X28")
@pytest.mark.parametrize("client", ["alemba-admin", "api-explorer"])
def test_two_clients_are_built_in(anyone, client) -> None:
    assert anyone.login(client_id=client).status == 200


@pytest.mark.statement("ALM-034", "ALM-258")
@pytest.mark.parametrize("client", ["nobody", "Integration", "", None])
def test_a_wrong_client_is_refused(anyone, client) -> None:
    assert error(anyone.login(client_id=client)) == (401, "invalid_client")


@pytest.mark.statement("ALM-035", "ALM-258")
def test_a_client_that_is_not_enabled_is_refused(anyone) -> None:
    assert error(anyone.login(client_id="retired")) == (401, "invalid_client")


@pytest.mark.statement("ALM-X29")
def test_a_client_that_is_disabled_keeps_its_sessions(ada) -> None:
    ada.arrange("clients", "integration", enabled=False)
    assert ada.get(f"{V1}/call/2").status == 200
    assert error(ada.login()) == (401, "invalid_client")


@pytest.mark.statement("ALM-X07")
@pytest.mark.parametrize("secret", [None, "", "wrong", "not-a-secret-of-a-clienT"])
def test_a_client_s_secret_must_be_sent(anyone, secret) -> None:
    assert error(anyone.login(client_id="kept-secret", client_secret=secret)) == (401, "invalid_client")
    assert anyone.login(client_id="kept-secret", client_secret="not-a-secret-of-a-client").status == 200


@pytest.mark.statement("ALM-036", "ALM-258")
@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("ada.okafor", "wrong"),
        ("nobody", "not-a-secret-1"),
        ("ada.okafor", ""),
        ("", ""),
        ("ADA.OKAFOR", "not-a-secret-1"),
    ],
)
def test_wrong_credentials_are_refused(anyone, username, password) -> None:
    assert error(anyone.login(username=username, password=password)) == (400, "invalid_grant")


@pytest.mark.statement("ALM-037")
def test_who_may_not_log_in_is_refused(anyone) -> None:
    assert error(anyone.login("noor.haddad", "User")) == (400, "invalid_grant")
    assert error(anyone.login("sam.lowe", "Analyst")) == (400, "invalid_grant")


@pytest.mark.statement("ALM-033", "ALM-032")
def test_failures_are_vague(anyone) -> None:
    """A wrong user, a wrong password and a user who may not log in: the same bytes."""
    answers = [
        anyone.login(password="wrong"),
        anyone.login(username="nobody"),
        anyone.login("noor.haddad", "User"),
        anyone.login("sam.lowe", "Analyst"),
    ]
    assert len({(each.status, each.body) for each in answers}) == 1
    assert isinstance(answers[0].json["error_description"], str)
    assert {each.entry["explanation"]["part"] for each in answers} == {"password", "username", "user"}


@pytest.mark.statement("ALM-025", "ALM-258")
@pytest.mark.parametrize("grant", ["foo", "implicit", "Password", "password "])
def test_other_grants_are_refused(anyone, grant) -> None:
    assert error(anyone.login(grant_type=grant)) == (400, "unsupported_grant_type")
    assert error(anyone.form(LOGIN, grant_type=grant)) == (400, "unsupported_grant_type")


@pytest.mark.statement("ALM-259")
def test_a_login_without_a_grant_is_refused(anyone) -> None:
    assert error(anyone.login(grant_type=None)) == (400, "invalid_request")
    assert error(anyone.call("POST", LOGIN, body=b"", headers=FORM)) == (400, "invalid_request")


@pytest.mark.statement("ALM-258")
def test_a_form_with_a_field_twice_is_refused(anyone) -> None:
    body = b"grant_type=password&grant_type=password&client_id=integration"
    assert error(anyone.call("POST", LOGIN, body=body, headers=FORM)) == (400, "invalid_request")


@pytest.mark.statement("ALM-258", "ALM-242")
def test_a_login_in_json_is_refused(anyone) -> None:
    answer = anyone.post(LOGIN, {"grant_type": "password", "client_id": "integration"})
    assert error(answer) == (415, "invalid_request")


@pytest.mark.statement("ALM-258")
def test_credentials_in_the_query_are_no_credentials(anyone) -> None:
    query = "grant_type=password&client_id=integration&username=ada.okafor&password=not-a-secret-1"
    assert error(anyone.call("POST", LOGIN, body=b"", headers=FORM, query=query)) == (400, "invalid_request")


@pytest.mark.statement("ALM-X15")
def test_a_client_has_the_grants_that_are_enabled_for_it(anyone) -> None:
    refused = anyone.form(LOGIN, grant_type="client_credentials", client_id="integration")
    assert error(refused) == (400, "unauthorized_client")
    assert error(anyone.login(client_id="anonymous")) == (400, "unauthorized_client")
    assert error(code_of(anyone, client_id="portal")) == (400, "unauthorized_client")


@pytest.mark.statement("ALM-021", "ALM-276")
def test_client_credentials_give_anonymous_access_that_is_not_full(anyone) -> None:
    anyone.settings(licences=0)
    answer = anyone.form(LOGIN, grant_type="client_credentials", client_id="anonymous")
    assert answer.status == 200
    assert answer.json.keys() == {"access_token", "token_type", "expires_in"}
    nobody = anyone.with_tokens(answer.json)
    assert nobody.get(f"{V1}/service").status == 200
    assert [nobody.get(f"{V1}/{each}").status for each in ("call", "person", "organization")] == [403] * 3
    assert nobody.post(f"{V1}/call", {"Description": "x"}).status == 403


@pytest.mark.statement("ALM-021")
def test_a_client_may_stand_for_a_user(anyone) -> None:
    fields = {"client_id": "kiosk", "client_secret": "not-a-secret-of-the-kiosk"}
    answer = anyone.form(LOGIN, grant_type="client_credentials", **fields)
    kiosk = anyone.with_tokens(answer.json)
    assert answer.json["scope"] == "session-type:User"
    assert kiosk.new()["User"] == 9
    assert kiosk.get(f"{V1}/call/2").status == 404
    refused = anyone.form(LOGIN, grant_type="client_credentials", client_id="kiosk")
    assert error(refused) == (401, "invalid_client")


@pytest.mark.statement("ALM-277")
def test_a_session_of_client_credentials_ends_with_its_token(anyone) -> None:
    anyone.form(LOGIN, grant_type="client_credentials", client_id="anonymous")
    assert len(list(anyone.world.store.all("sessions"))) == 1
    fired = anyone.advance("PT10M")
    assert {each.statement for each in fired} == {"ALM-006", "ALM-277"}
    assert list(anyone.world.store.all("sessions")) == []
    assert list(anyone.world.store.all("access_tokens")) == []


@pytest.mark.statement("ALM-020", "ALM-275")
def test_single_sign_on_gives_a_code_for_tokens(anyone) -> None:
    asked = code_of(anyone, state="a b")
    assert asked.status == 200
    back = urlsplit(asked.json["redirect_uri"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == "https://app.example.com/callback"
    assert parse_qs(back.query) == {"code": [asked.json["code"]], "state": ["a b"]}
    tokens = exchange(anyone, asked.json["code"])
    assert tokens.status == 200
    assert anyone.with_tokens(tokens.json).get(f"{V1}/call/2").status == 200
    assert anyone.refresh(tokens.json["refresh_token"]).status == 200


@pytest.mark.statement("ALM-275", "ALM-036")
def test_single_sign_on_refuses_who_is_not_who_it_says(anyone) -> None:
    assert error(code_of(anyone, password="wrong")) == (400, "invalid_grant")
    assert error(code_of(anyone, username="noor.haddad", password="not-a-secret-8", scope="session-type:User")) == (
        400, "invalid_grant",
    )  # fmt: skip
    assert error(code_of(anyone, client_id="nobody")) == (401, "invalid_client")
    assert error(code_of(anyone, response_type="token")) == (400, "invalid_request")
    assert error(code_of(anyone, scope="x")) == (400, "invalid_scope")


@pytest.mark.statement("ALM-X16")
def test_a_code_goes_only_to_an_address_that_the_client_allows(anyone) -> None:
    assert error(code_of(anyone, redirect_uri="https://evil.example.com")) == (400, "invalid_request")
    other = code_of(anyone, redirect_uri="https://app.example.com/other")
    assert other.json["redirect_uri"].startswith("https://app.example.com/other?code=")
    default = code_of(anyone, redirect_uri=None)
    assert default.json["redirect_uri"].startswith("https://app.example.com/callback?code=")


@pytest.mark.statement("ALM-278")
def test_codes_are_removed_when_they_expire(anyone) -> None:
    assert exchange(anyone, code_of(anyone).json["code"]).status == 200
    code_of(anyone)
    anyone.advance("PT59S")
    assert len(list(anyone.world.store.all("codes"))) == 2
    anyone.advance("PT1S")
    assert list(anyone.world.store.all("codes")) == []


@pytest.mark.statement("ALM-278")
def test_a_code_works_once_for_a_minute_for_its_client_and_address(anyone) -> None:
    code = code_of(anyone).json["code"]
    assert error(exchange(anyone, code, client_id="api-explorer")) == (400, "invalid_grant")
    assert error(exchange(anyone, code, redirect_uri="https://app.example.com/other")) == (
        400,
        "invalid_grant",
    )
    assert exchange(anyone, code, redirect_uri="https://app.example.com/callback").status == 200
    assert error(exchange(anyone, code)) == (400, "invalid_grant")
    late = code_of(anyone).json["code"]
    anyone.advance("PT1M")
    assert error(exchange(anyone, late)) == (400, "invalid_grant")
    assert error(exchange(anyone, "")) == (400, "invalid_grant")


def test_a_refused_login_changes_nothing(anyone) -> None:
    before = anyone.state()
    for changes in ({"password": "wrong"}, {"client_id": "x"}, {"scope": "x"}, {"grant_type": "x"}):
        anyone.login(**changes)
    code_of(anyone, password="wrong")
    assert anyone.state() == before


def test_an_injected_fault_has_the_shape_of_an_oauth_error(anyone) -> None:
    for status, name in ((500, "server_error"), (401, "invalid_client"), (400, "invalid_grant")):
        anyone.fault("login", status)
        assert error(anyone.login()) == (status, name)
