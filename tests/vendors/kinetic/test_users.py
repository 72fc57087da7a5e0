"""Users: read by e-mail address, and created when there is none."""

from __future__ import annotations

import re

import pytest

from tests.vendors.kinetic.calls import API, NEW_USER, NOT_FOUND, unprocessable

USERS = f"{API}/users"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_user(**changes):
    return {"user": {**NEW_USER, **changes}}


def without(name):
    return {"user": {key: value for key, value in NEW_USER.items() if key != name}}


@pytest.mark.statement("KIN-135", "KIN-201")
def test_a_user_is_read_by_address_with_the_at_sign_as_it_is(kinetic) -> None:
    answer = kinetic.get(f"{USERS}/jonas.brandt@example.com")
    assert answer.status == 200
    assert answer.json == {
        "id": 9,
        "guid": "3b7a1f60-0c52-4a7e-9d1b-5f6e8a9c0009",
        "email": "jonas.brandt@example.com",
        "name": "Jonas Brandt",
        "type": "Host",
    }


@pytest.mark.statement("KIN-135")
def test_an_encoded_at_sign_is_the_same(kinetic) -> None:
    assert kinetic.get(f"{USERS}/jonas.brandt%40example.com").json["id"] == 9


@pytest.mark.statement("KIN-241")
def test_a_user_is_read_by_address_in_any_case(kinetic) -> None:
    assert kinetic.get(f"{USERS}/Jonas.Brandt@Example.COM").json["id"] == 9


@pytest.mark.statement("KIN-136")
@pytest.mark.parametrize("email", ["nobody@example.com", "jonas.brandt", "9", "jonas.brandt@example.com.au"])
def test_an_address_that_nobody_has_answers_404(kinetic, email) -> None:
    answer = kinetic.get(f"{USERS}/{email}")
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-232", "KIN-136")
def test_a_blank_in_the_path_is_read_as_a_blank(kinetic) -> None:
    answer = kinetic.get(f"{USERS}/jonas%20brandt@example.com")
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert answer.entry["explanation"]["key"] == "jonas brandt@example.com"


@pytest.mark.statement("KIN-137", "KIN-201")
def test_a_user_is_created(kinetic) -> None:
    answer = kinetic.post(USERS, new_user(type="Host"))
    assert answer.status == 200
    assert set(answer.json) == {"id", "guid", "email", "name", "type"}
    assert GUID.fullmatch(answer.json["guid"])
    assert (answer.json["name"], answer.json["email"], answer.json["type"]) == (
        "Noor Haddad",
        "noor.haddad@example.com",
        "Host",
    )


@pytest.mark.statement("KIN-137", "KIN-135")
def test_a_created_user_can_be_read(kinetic) -> None:
    created = kinetic.post(USERS, new_user()).json
    assert kinetic.get(f"{USERS}/noor.haddad@example.com").json == created


@pytest.mark.statement("KIN-137")
def test_a_created_user_can_log_in_and_own_an_issue(kinetic, anyone) -> None:
    kinetic.post(USERS, new_user())
    login = {"user_login": {"email": NEW_USER["email"], "password": NEW_USER["password"]}}
    token = anyone.post(f"{API}/sessions", login).json["auth_token"]
    noor = anyone.as_(Authorization=f"Bearer {token}")
    assert noor.post(f"{API}/issues", {"name": "Mine"}).json["owner"]["email"] == NEW_USER["email"]


@pytest.mark.statement("KIN-137")
def test_the_next_user_has_the_next_number(kinetic) -> None:
    ids = [kinetic.post(USERS, new_user(email=f"{name}@example.com")).json["id"] for name in ("one", "two")]
    assert ids == [72, 73]


@pytest.mark.statement("KIN-138")
def test_a_user_whose_type_is_not_told_is_a_user(kinetic) -> None:
    assert kinetic.post(USERS, new_user()).json["type"] == "User"


@pytest.mark.statement("KIN-121", "KIN-138")
@pytest.mark.parametrize("type", ["Guest", "Host", "Admin", "User"])
def test_each_type_of_user_is_taken(kinetic, type) -> None:
    answer = kinetic.post(USERS, new_user(type=type))
    assert (answer.status, answer.json["type"]) == (200, type)


@pytest.mark.statement("KIN-121", "KIN-165")
@pytest.mark.parametrize("type", ["Owner", "admin", "", None, 1])
def test_another_type_of_user_is_refused(kinetic, type) -> None:
    answer = kinetic.post(USERS, new_user(type=type))
    assert (answer.status, answer.json) == (422, unprocessable("Type is not included in the list"))


@pytest.mark.statement("KIN-239")
def test_a_user_who_is_no_admin_creates_an_admin(eleven) -> None:
    assert eleven.post(USERS, new_user(type="Admin")).status == 200


@pytest.mark.statement("KIN-202", "KIN-165")
@pytest.mark.parametrize("email", ["ada.okafor@example.com", "ADA.Okafor@Example.com"])
def test_an_address_that_somebody_has_is_refused(kinetic, email) -> None:
    answer = kinetic.post(USERS, new_user(email=email))
    assert (answer.status, answer.json) == (422, unprocessable("Email has already been taken"))


@pytest.mark.statement("KIN-202")
def test_the_same_user_is_not_created_twice(kinetic) -> None:
    assert kinetic.post(USERS, new_user()).status == 200
    answer = kinetic.post(USERS, new_user(email="NOOR.HADDAD@EXAMPLE.COM"))
    assert (answer.status, answer.json) == (422, unprocessable("Email has already been taken"))


MISSING = {
    "no user": ({}, ["User can't be blank"]),
    "the fields without their object": (NEW_USER, ["User can't be blank"]),
    "an empty user": ({"user": {}}, ["Name can't be blank", "Email can't be blank", "Password can't be blank"]),
    "no name": (without("name"), ["Name can't be blank"]),
    "no address": (without("email"), ["Email can't be blank"]),
    "no password": (without("password"), ["Password can't be blank"]),
    "a blank name": (new_user(name=" "), ["Name can't be blank"]),
    "a blank address": (new_user(email=""), ["Email can't be blank"]),
    "an empty password": (new_user(password=""), ["Password can't be blank"]),
    "no address at all": (new_user(email="noor"), ["Email is invalid"]),
    "two at signs": (new_user(email="noor@home@example.com"), ["Email is invalid"]),
    "a number as name": (new_user(name=5), ["Name is invalid"]),
    "a text as user": ({"user": "noor"}, ["User is invalid"]),
}  # fmt: skip


@pytest.mark.statement("KIN-137", "KIN-165", "KIN-174", "KIN-303", "KIN-304")
@pytest.mark.parametrize(("body", "reasons"), MISSING.values(), ids=MISSING)
def test_a_user_that_lacks_something_answers_422_with_reasons(kinetic, body, reasons) -> None:
    answer = kinetic.post(USERS, body)
    assert (answer.status, answer.json) == (422, unprocessable(*reasons))


@pytest.mark.statement("KIN-201")
def test_nothing_that_is_answered_or_noted_holds_a_password(kinetic) -> None:
    created, read = kinetic.post(USERS, new_user()), kinetic.get(f"{USERS}/noor.haddad@example.com")
    for answer in (created, read):
        assert b"not-a-secret" not in answer.body
        assert "not-a-secret" not in repr(answer.entry)
