"""Logging out, in the five ways that the document lists."""

from __future__ import annotations

import pytest

from tests.vendors.alemba.calls import FORM, LOGOUT, V1


@pytest.mark.statement("ALM-261", "ALM-Q27", "ALM-046", "ALM-310")
def test_a_logout_ends_the_session(ada) -> None:
    answer = ada.logout(ada.tokens["refresh_token"])
    assert answer.status == 200
    assert list(ada.world.store.all("sessions")) == []
    assert ada.get(f"{V1}/call/2").status == 401
    assert ada.refresh(ada.tokens["refresh_token"]).status == 401


@pytest.mark.statement("ALM-041")
def test_without_the_token_it_is_a_400(ada) -> None:
    assert ada.logout("").status == 400
    assert ada.call("POST", LOGOUT, body=b"other=1", headers=FORM).status == 400


@pytest.mark.statement("ALM-042")
@pytest.mark.parametrize("token", ["garbage", "x" * 5000, "é"])
def test_with_an_invalid_token_it_is_a_400(ada, token) -> None:
    assert ada.logout(token).status == 400


@pytest.mark.statement("ALM-042")
def test_an_access_token_is_no_refresh_token(ada) -> None:
    assert ada.logout(ada.tokens["access_token"]).status == 400


@pytest.mark.statement("ALM-043")
def test_when_ownership_cannot_be_verified_it_is_a_401_and_a_refresh_helps(ada, anyone) -> None:
    assert anyone.logout(ada.tokens["refresh_token"]).status == 401
    ada.advance("PT11M")
    assert ada.logout(ada.tokens["refresh_token"]).status == 401
    renewed = ada.with_tokens(ada.refresh(ada.tokens["refresh_token"]).json)
    assert renewed.logout(renewed.tokens["refresh_token"]).status == 200


@pytest.mark.statement("ALM-044")
def test_another_s_token_is_a_403(ada, jonas) -> None:
    answer = ada.logout(jonas.tokens["refresh_token"])
    assert answer.status == 403
    assert jonas.get(f"{V1}/call/3").status == 200


@pytest.mark.statement("ALM-044", "ALM-Q18")
def test_one_session_may_end_another_of_its_user(ada, anyone) -> None:
    other = anyone.logged_in("ada.okafor")
    assert ada.logout(other.tokens["refresh_token"]).status == 200
    assert (ada.get(f"{V1}/call/2").status, other.get(f"{V1}/call/2").status) == (200, 401)


@pytest.mark.statement("ALM-045")
def test_a_token_that_was_removed_is_a_404(ada, anyone) -> None:
    other = anyone.logged_in("ada.okafor")
    assert ada.logout(other.tokens["refresh_token"]).status == 200
    again = ada.logout(other.tokens["refresh_token"])
    assert again.status == 404
    assert again.json["SubStatus"] == "RecordNotFound"


@pytest.mark.statement("ALM-045", "ALM-310")
def test_who_is_logged_out_proves_ownership_and_no_more(ada, jonas, anyone) -> None:
    other = anyone.logged_in("ada.okafor")
    assert ada.logout(ada.tokens["refresh_token"]).status == 200
    assert ada.logout(ada.tokens["refresh_token"]).status == 404
    assert ada.logout(other.tokens["refresh_token"]).status == 401
    assert ada.logout(jonas.tokens["refresh_token"]).status == 403
    assert (ada.get(f"{V1}/call/2").status, other.get(f"{V1}/call/2").status) == (401, 200)
    ada.advance("PT10M")
    assert ada.logout(ada.tokens["refresh_token"]).status == 401
    ada.advance("P1D")
    assert anyone.get(f"{V1}/call/2").status == 401
    assert list(ada.world.store.all("access_tokens")) == list(ada.world.store.all("refresh_tokens")) == []


@pytest.mark.statement("ALM-294")
def test_a_used_refresh_token_logs_nobody_out(ada) -> None:
    renewed = ada.with_tokens(ada.refresh(ada.tokens["refresh_token"]).json)
    assert renewed.logout(ada.tokens["refresh_token"]).status == 404
    assert renewed.get(f"{V1}/call/2").status == 200


def test_a_refused_logout_changes_nothing(ada, jonas) -> None:
    before = ada.state()
    for token in ("", "garbage", jonas.tokens["refresh_token"]):
        ada.logout(token)
    assert ada.state() == before
