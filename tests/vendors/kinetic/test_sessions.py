"""POST sessions, GET valid and GET me: how a client comes by a token, how long it holds, and whose it is."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API, ISSUE, LOGIN, NOW, UNAUTHORIZED

SESSIONS = f"{API}/sessions"
MISSING = {"success": False, "message": "missing user_login parameter"}


def login(email="ada.okafor@example.com", password="not-a-secret-71"):
    return {"user_login": {"email": email, "password": password}}


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json['auth_token']}"}


@pytest.mark.statement("KIN-071", "KIN-100")
def test_a_login_answers_a_token_that_opens_the_action_items(anyone) -> None:
    answer = anyone.post(SESSIONS, LOGIN)
    assert answer.status == 200
    assert anyone.get(f"{ISSUE}/action_items").status == 401
    assert anyone.get(f"{ISSUE}/action_items", headers=bearer(answer)).status == 200


@pytest.mark.statement("KIN-071", "KIN-131")
def test_the_token_is_a_text_at_the_top_level(anyone) -> None:
    token = anyone.post(SESSIONS, LOGIN).json["auth_token"]
    assert isinstance(token, str)
    assert len(token) >= 20


@pytest.mark.statement("KIN-199", "KIN-201", "KIN-100")
def test_a_login_answers_the_user_and_the_session_beside_the_token(anyone) -> None:
    answer = anyone.post(SESSIONS, LOGIN).json
    assert list(answer) == ["success", "auth_token", "user", "session"]
    assert answer["success"] is True
    assert answer["user"] == {
        "id": 71,
        "guid": "3b7a1f60-0c52-4a7e-9d1b-5f6e8a9c0071",
        "email": "ada.okafor@example.com",
        "name": "Ada Okafor Admin",
        "type": "Admin",
    }


@pytest.mark.statement("KIN-199", "KIN-182")
def test_the_session_says_when_it_began_and_when_it_ends(anyone) -> None:
    session = anyone.post(SESSIONS, LOGIN).json["session"]
    assert session == {"created_at": NOW, "expires_at": "2015-04-07T12:00:00.250-05:00"}


@pytest.mark.statement("KIN-071")
def test_a_token_is_its_user_s(anyone) -> None:
    jonas = anyone.post(SESSIONS, login("jonas.brandt@example.com", "not-a-secret-9"))
    assert anyone.get(f"{API}/me", headers=bearer(jonas)).json["id"] == 9


@pytest.mark.statement("KIN-071", "KIN-287")
def test_each_login_has_a_token_of_its_own_and_the_earlier_ones_still_hold(anyone) -> None:
    first, second = anyone.post(SESSIONS, LOGIN), anyone.post(SESSIONS, LOGIN)
    assert first.json["auth_token"] != second.json["auth_token"]
    assert [anyone.get(f"{API}/me", headers=bearer(each)).status for each in (first, second)] == [200, 200]


@pytest.mark.statement("KIN-182", "KIN-069")
@pytest.mark.parametrize(("after", "status"), [("PT23H59M59S", 200), ("PT24H", 401), ("P40D", 401)])
def test_a_token_lives_24_hours(anyone, after, status) -> None:
    token = bearer(anyone.post(SESSIONS, LOGIN))
    anyone.advance(after)
    assert anyone.get(f"{API}/me", headers=token).status == status


@pytest.mark.statement("KIN-069")
def test_who_logs_in_again_after_the_end_has_a_new_token_that_holds(anyone) -> None:
    old = anyone.post(SESSIONS, LOGIN)
    anyone.advance("PT24H")
    assert anyone.get(f"{API}/me", headers=bearer(old)).json == UNAUTHORIZED
    new = anyone.post(SESSIONS, LOGIN)
    assert new.json["auth_token"] != old.json["auth_token"]
    assert anyone.get(f"{API}/me", headers=bearer(new)).status == 200


@pytest.mark.statement("KIN-069")
def test_the_clock_says_whose_token_it_ended_and_by_which_statement(anyone) -> None:
    before = anyone.advance("PT1H")
    anyone.post(SESSIONS, login("mei.tanaka@example.com", "not-a-secret-11"))
    anyone.advance("PT23H")  # ends the three tokens that the sandbox began with
    fired = anyone.advance("PT1H")
    assert before == []
    assert [(each.what, each.statement) for each in fired] == [
        ("the token of mei.tanaka@example.com expired", "KIN-069")
    ]


@pytest.mark.statement("KIN-182")
def test_the_lifetime_of_a_token_can_be_set(anyone) -> None:
    anyone.settings(token_lifetime_s=60)
    answer = anyone.post(SESSIONS, LOGIN)
    assert answer.json["session"]["expires_at"] == "2015-04-06T12:01:00.250-05:00"
    anyone.advance("PT59S")
    assert anyone.get(f"{API}/me", headers=bearer(answer)).status == 200
    anyone.advance("PT1S")
    assert anyone.get(f"{API}/me", headers=bearer(answer)).status == 401


@pytest.mark.statement("KIN-241")
def test_the_address_of_a_login_may_be_in_any_case(anyone) -> None:
    answer = anyone.post(SESSIONS, login("Ada.Okafor@EXAMPLE.com"))
    assert (answer.status, answer.json["user"]["email"]) == (200, "ada.okafor@example.com")


BAD_LOGINS = {
    "a wrong password": login(password="not-a-secret-9"),
    "the password in capitals": login(password="NOT-A-SECRET-71"),
    "the password and a blank": login(password="not-a-secret-71 "),
    "an empty password": login(password=""),
    "no password": {"user_login": {"email": "ada.okafor@example.com"}},
    "null as password": login(password=None),
    "a number as password": login(password=71),
    "a list of the password": login(password=["not-a-secret-71"]),
    "an unknown address": login(email="nobody@example.com"),
    "an empty address": login(email=""),
    "no address": {"user_login": {"password": "not-a-secret-71"}},
    "an object as address": login(email={"address": "ada.okafor@example.com"}),
    "a name in place of the address": login(email="Ada Okafor Admin"),
}


@pytest.mark.statement("KIN-072", "KIN-183", "KIN-286")
@pytest.mark.parametrize("body", BAD_LOGINS.values(), ids=BAD_LOGINS)
def test_a_bad_login_answers_401_with_the_printed_body(anyone, body) -> None:
    answer = anyone.post(SESSIONS, body)
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)


WITHOUT_LOGIN = {
    "nothing in the object": {},
    "the two fields without their object": LOGIN["user_login"],
    "another name": {"user": LOGIN["user_login"]},
    "null": {"user_login": None},
    "an empty object": {"user_login": {}},
    "an empty text": {"user_login": ""},
    "a text": {"user_login": "ada.okafor@example.com"},
    "a list": {"user_login": [LOGIN["user_login"]]},
}


@pytest.mark.statement("KIN-170", "KIN-286")
@pytest.mark.parametrize("body", WITHOUT_LOGIN.values(), ids=WITHOUT_LOGIN)
def test_a_login_without_user_login_answers_422(anyone, body) -> None:
    answer = anyone.post(SESSIONS, body)
    assert (answer.status, answer.json) == (422, MISSING)


@pytest.mark.statement("KIN-170", "KIN-181")
def test_a_login_without_a_body_has_no_user_login(anyone) -> None:
    answer = anyone.post(SESSIONS)
    assert (answer.status, answer.json) == (422, MISSING)


@pytest.mark.statement("KIN-100")
def test_a_login_asks_for_no_credential_and_minds_none(anyone) -> None:
    answer = anyone.as_(Authorization="Bearer long-forgotten").post(SESSIONS, LOGIN)
    assert (answer.status, answer.entry["principal"]) == (200, None)


@pytest.mark.statement("KIN-101", "KIN-200")
def test_valid_answers_without_a_credential(anyone) -> None:
    answer = anyone.get(f"{API}/valid")
    assert (answer.status, answer.json) == (200, {"success": True})


@pytest.mark.statement("KIN-101")
def test_valid_minds_no_credential(anyone) -> None:
    assert anyone.as_(Authorization="Bearer long-forgotten").get(f"{API}/valid").status == 200


@pytest.mark.statement("KIN-164", "KIN-201")
def test_me_is_who_calls(kinetic, nine) -> None:
    ada, jonas = kinetic.get(f"{API}/me"), nine.get(f"{API}/me")
    assert (ada.status, ada.json["email"]) == (200, "ada.okafor@example.com")
    assert jonas.json == {
        "id": 9,
        "guid": "3b7a1f60-0c52-4a7e-9d1b-5f6e8a9c0009",
        "email": "jonas.brandt@example.com",
        "name": "Jonas Brandt",
        "type": "Host",
    }


@pytest.mark.statement("KIN-164", "KIN-268")
def test_me_is_nobody_without_a_credential(anyone) -> None:
    answer = anyone.get(f"{API}/me")
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)
