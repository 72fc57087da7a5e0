"""The story of the tokens, told by the clock alone: they expire, are renewed, work once, and end with their session."""

from __future__ import annotations

import pytest

from simulator.core.sandbox import Sandbox
from tests.vendors.alemba.calls import LOGIN, V1, Api

ME = f"{V1}/priority"
REFRESH_DEAD = {
    "error": "invalid_grant",
    "error_description": "The credentials are not correct or the user is not allowed to login.",
}


def sessions(api):
    return [each["id"] for each in api.world.store.all("sessions")]


def works(api, tokens):
    return api.with_tokens(tokens).get(ME).status == 200


@pytest.mark.statement("ALM-005", "ALM-029", "ALM-257")
def test_a_login_by_a_form_answers_both_tokens_as_json(anyone) -> None:
    answer = anyone.login()
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["expires_in"] == 600
    assert answer.json["scope"] == "session-type:Analyst"
    assert len(answer.json["access_token"]) > 20
    assert len(answer.json["refresh_token"]) > 20
    assert answer.json["access_token"] != answer.json["refresh_token"]


@pytest.mark.statement("ALM-008", "ALM-X20")
def test_the_access_token_behind_its_type_authenticates(anyone) -> None:
    tokens = anyone.login().json
    header = f"{tokens['token_type']} {tokens['access_token']}"
    assert anyone.get(ME, headers={"Authorization": header}).status == 200


@pytest.mark.statement("ALM-009")
def test_the_refresh_token_is_no_access_token(anyone) -> None:
    tokens = anyone.login().json
    answer = anyone.get(ME, headers={"Authorization": f"Bearer {tokens['refresh_token']}"})
    assert answer.status == 401
    assert "ALM-009" in answer.statements


@pytest.mark.statement("ALM-X36")
@pytest.mark.parametrize("scheme", ["", "Basic ", "Token "])
def test_a_token_without_bearer_is_refused(anyone, scheme) -> None:
    token = anyone.login().json["access_token"]
    assert anyone.get(ME, headers={"Authorization": scheme + token}).status == 401


@pytest.mark.statement("ALM-019")
def test_a_token_must_be_in_the_header(anyone) -> None:
    token = anyone.login().json["access_token"]
    assert anyone.get(ME).status == 401
    assert anyone.get(ME, query=f"access_token={token}").status == 401


@pytest.mark.statement("ALM-X06")
def test_a_login_token_in_the_query_is_ignored(ada, anyone) -> None:
    token = ada.tokens["access_token"]
    answer = ada.get(ME, query=f"Login_Token={token}&$top=1")
    assert answer.status == 200
    assert token not in answer.json["_self"]
    assert anyone.get(ME, query=f"Login_Token={token}").status == 401


@pytest.mark.statement("ALM-006", "ALM-038")
@pytest.mark.parametrize(
    ("after", "status"), [("PT9M59S", 200), ("PT9M59.999999S", 200), ("PT10M", 401), ("PT10M1S", 401)]
)
def test_an_access_token_lives_ten_minutes(ada, after, status) -> None:
    ada.advance(after)
    answer = ada.get(ME)
    assert answer.status == status
    if status == 401:
        assert answer.entry["explanation"]["part"] == "expiry"


@pytest.mark.statement("ALM-006", "ALM-018")
def test_the_clock_says_what_expired(ada) -> None:
    fired = ada.advance("P2D")
    assert [(each.statement, each.what) for each in fired] == [
        ("ALM-006", "an access token of ada.okafor expired"),
        ("ALM-018", "a refresh token of ada.okafor expired"),
    ]


@pytest.mark.statement("ALM-038", "ALM-010", "ALM-024")
def test_a_401_is_cured_by_a_refresh(ada) -> None:
    ada.advance("PT10M1S")
    assert ada.get(ME).status == 401
    renewed = ada.refresh(ada.tokens["refresh_token"])
    assert renewed.status == 200
    assert works(ada, renewed.json)


@pytest.mark.statement("ALM-007")
@pytest.mark.parametrize(("after", "status"), [("PT23H59M59S", 200), ("PT24H", 401), ("PT24H1M", 401)])
def test_a_refresh_token_lives_24_hours(ada, after, status) -> None:
    ada.advance(after)
    assert ada.refresh(ada.tokens["refresh_token"]).status == status


@pytest.mark.statement("ALM-014", "ALM-010")
def test_a_refresh_extends_the_session(ada) -> None:
    ada.advance("PT23H")
    second = ada.refresh(ada.tokens["refresh_token"]).json
    ada.advance("PT23H59M")
    third = ada.refresh(second["refresh_token"])
    assert third.status == 200
    ada.advance("PT24H")
    assert ada.refresh(third.json["refresh_token"]).status == 401
    assert sessions(ada) == []


@pytest.mark.statement("ALM-030")
def test_tokens_may_be_renewed_before_they_expire(ada) -> None:
    ada.advance("PT1M")
    assert ada.refresh(ada.tokens["refresh_token"]).status == 200


@pytest.mark.statement("ALM-Q23")
def test_the_old_access_token_lives_on_unless_the_setting_says_otherwise(ada) -> None:
    renewed = ada.refresh(ada.tokens["refresh_token"]).json
    assert ada.get(ME).status == 200
    ada.settings(old_access_token="dies")
    last = ada.refresh(renewed["refresh_token"])
    assert "ALM-Q23" in last.statements
    assert [works(ada, each) for each in (ada.tokens, renewed, last.json)] == [False, False, True]


@pytest.mark.statement("ALM-015", "ALM-039", "ALM-Q4")
def test_a_refresh_token_works_once(ada) -> None:
    first = ada.refresh(ada.tokens["refresh_token"])
    again = ada.refresh(ada.tokens["refresh_token"])
    assert (first.status, again.status) == (200, 401)
    assert again.json == REFRESH_DEAD
    assert works(ada, first.json)
    assert ada.refresh(first.json["refresh_token"]).status == 200


@pytest.mark.statement("ALM-015")
def test_a_reuse_is_always_visible_in_the_journal(ada) -> None:
    ada.refresh(ada.tokens["refresh_token"])
    again = ada.refresh(ada.tokens["refresh_token"])
    assert "ALM-015" in again.statements
    said = again.entry["explanation"]
    assert (said["event"], said["revoked"], said["part"]) == ("refresh_reuse", False, "refresh_token")
    assert again.entry["changes"] == []


@pytest.mark.statement("ALM-256")
def test_with_the_setting_a_reuse_ends_the_session_although_it_is_refused(ada) -> None:
    ada.settings(revoke_family_on_reuse=True)
    second = ada.refresh(ada.tokens["refresh_token"]).json
    assert works(ada, second)
    again = ada.refresh(ada.tokens["refresh_token"])
    assert again.status == 401
    assert again.entry["explanation"]["revoked"] is True
    assert "ALM-256" in again.statements
    assert [each["collection"] for each in again.entry["changes"]] == [
        "sessions",
        "access_tokens",
        "access_tokens",
    ]
    assert not works(ada, second)
    assert ada.refresh(second["refresh_token"]).status == 401
    assert sessions(ada) == []


@pytest.mark.statement("ALM-015")
def test_of_eight_at_once_exactly_one_wins(ada) -> None:
    answers = [ada.refresh(ada.tokens["refresh_token"]).status for _ in range(8)]
    assert sorted(answers) == [200] + [401] * 7


@pytest.mark.statement("ALM-015", "ALM-010")
def test_rotations_of_one_instant_stay_distinct(ada) -> None:
    chain = [ada.tokens]
    for _ in range(3):
        chain.append(ada.refresh(chain[-1]["refresh_token"]).json)
    assert len({each["refresh_token"] for each in chain}) == 4
    assert len({each["access_token"] for each in chain}) == 4
    assert [ada.refresh(each["refresh_token"]).status for each in chain[:-1]] == [401] * 3
    assert ada.refresh(chain[-1]["refresh_token"]).status == 200


@pytest.mark.statement("ALM-046", "ALM-310")
@pytest.mark.parametrize("first", ["logout", "refresh"])
def test_a_refresh_that_races_a_logout_leaves_no_live_token(ada, first) -> None:
    token = ada.tokens["refresh_token"]
    seen = [ada.tokens]
    if first == "refresh":
        seen.append(ada.refresh(token).json)
        assert ada.logout(seen[-1]["refresh_token"]).status == 200
    else:
        assert ada.logout(token).status == 200
        assert ada.refresh(token).status == 401
    assert not any(works(ada, each) for each in seen)
    assert [ada.refresh(each["refresh_token"]).status for each in seen] == [401] * len(seen)


@pytest.mark.statement("ALM-279")
def test_another_client_s_refresh_token_is_refused_and_not_used_up(ada) -> None:
    token = ada.tokens["refresh_token"]
    assert ada.refresh(token, client_id="api-explorer").status == 401
    assert ada.refresh(token).status == 200


@pytest.mark.statement("ALM-280")
def test_a_refresh_keeps_its_scope(ada) -> None:
    token = ada.tokens["refresh_token"]
    wider = ada.refresh(token, scope="session-type:User")
    assert (wider.status, wider.json["error"]) == (400, "invalid_scope")
    same = ada.refresh(token, scope="session-type:Analyst")
    assert (same.status, same.json["scope"]) == (200, "session-type:Analyst")


@pytest.mark.statement("ALM-016")
def test_when_the_session_is_removed_its_tokens_no_longer_hold(ada) -> None:
    store = ada.world.store
    store.delete("sessions", sessions(ada)[0])
    store.commit()
    refused = ada.refresh(ada.tokens["refresh_token"])
    assert (refused.status, refused.json) == (401, REFRESH_DEAD)
    assert "ALM-016" in refused.statements
    assert ada.get(ME).status == 401


@pytest.mark.statement("ALM-017")
def test_when_the_session_expires_its_refresh_token_no_longer_holds(ada) -> None:
    ada.arrange("sessions", sessions(ada)[0], expires_at=ada.sandbox.clock.now() + 60_000_000)
    ada.advance("PT1M")
    refused = ada.refresh(ada.tokens["refresh_token"])
    assert refused.status == 401
    assert "ALM-017" in refused.statements


@pytest.mark.statement("ALM-011", "ALM-018")
def test_a_login_is_a_session_until_its_refresh_token_expires(anyone) -> None:
    before = len(sessions(anyone))
    anyone.login()
    assert len(sessions(anyone)) == before + 1
    anyone.advance("PT24H")
    assert len(sessions(anyone)) == before
    assert list(anyone.world.store.all("access_tokens")) == []
    assert list(anyone.world.store.all("refresh_tokens")) == []


@pytest.mark.statement("ALM-012", "ALM-Q24", "ALM-046")
def test_a_session_takes_a_licence_until_the_logout(anyone) -> None:
    anyone.settings(licences=1)
    ada = anyone.logged_in("ada.okafor")
    refused = anyone.login("jonas.brandt")
    assert (refused.status, refused.json) == (400, REFRESH_DEAD)
    assert refused.entry["explanation"]["part"] == "licence"
    assert ada.logout(ada.tokens["refresh_token"]).status == 200
    assert anyone.login("jonas.brandt").status == 200


@pytest.mark.statement("ALM-012", "ALM-018")
def test_a_session_takes_a_licence_until_it_expires(anyone) -> None:
    anyone.settings(licences=1)
    anyone.login()
    anyone.advance("PT23H59M")
    assert anyone.login("jonas.brandt").status == 400
    anyone.advance("PT1M")
    assert anyone.login("jonas.brandt").status == 200


@pytest.mark.statement("ALM-012")
def test_a_refresh_takes_no_second_licence(anyone) -> None:
    anyone.settings(licences=1)
    token = anyone.login().json["refresh_token"]
    assert anyone.refresh(token).status == 200


def test_there_are_licences_enough_to_begin_with(anyone) -> None:
    assert anyone.world.settings.licences >= 8
    assert [anyone.login().status for _ in range(8)] == [200] * 8


@pytest.mark.statement("ALM-Q18")
def test_a_user_has_many_sessions_or_by_the_setting_one(anyone) -> None:
    first, second = anyone.logged_in("ada.okafor"), anyone.logged_in("ada.okafor")
    assert [each.get(ME).status for each in (first, second)] == [200, 200]
    anyone.settings(single_session=True)
    third = anyone.logged_in("ada.okafor")
    assert [each.get(ME).status for each in (first, second, third)] == [401, 401, 200]
    assert anyone.refresh(first.tokens["refresh_token"]).status == 401
    assert third.logout(first.tokens["refresh_token"]).status == 404


@pytest.mark.statement("ALM-Q4", "ALM-039")
@pytest.mark.parametrize("status", [401, 400])
def test_the_status_of_a_dead_refresh_token_is_a_setting(ada, status) -> None:
    ada.settings(dead_refresh_status=status)
    answer = ada.refresh("nobody-s-token")
    assert (answer.status, answer.json) == (status, REFRESH_DEAD)


@pytest.mark.statement("ALM-039")
def test_after_a_dead_refresh_token_a_login_helps(ada) -> None:
    ada.advance("P2D")
    assert ada.refresh(ada.tokens["refresh_token"]).status == 401
    assert ada.login().status == 200


def test_a_refused_refresh_changes_nothing(ada) -> None:
    ada.refresh(ada.tokens["refresh_token"])
    before = ada.state()
    for token in (ada.tokens["refresh_token"], "nothing", ""):
        ada.refresh(token)
    assert ada.state() == before


def test_the_journal_shows_no_token(anyone) -> None:
    answer = anyone.login()
    entry = repr(answer.entry)
    for secret in (answer.json["access_token"], answer.json["refresh_token"], "not-a-secret-1"):
        assert secret not in entry
    refreshed = anyone.refresh(answer.json["refresh_token"])
    assert answer.json["refresh_token"] not in repr(refreshed.entry)


def test_tokens_are_the_same_in_two_sandboxes_that_began_alike_and_differ_by_name(service) -> None:

    tokens = [
        Api(Sandbox(name, {"alemba": service}, now=0)).login().json["access_token"]
        for name in ("a", "a", "b")
    ]
    assert tokens[0] == tokens[1] != tokens[2]


def test_login_takes_post_alone(anyone) -> None:
    answer = anyone.get(LOGIN)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.json["error"] == "invalid_request"
