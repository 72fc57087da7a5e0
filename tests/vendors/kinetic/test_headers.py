"""Headers: none but Authorization matters, and the answer is JSON whatever was asked for."""

from __future__ import annotations

import base64

import pytest

from tests.vendors.kinetic.calls import API, GOOD, ISSUE

# As programs in use send them.
BARE = {"Accept": "*/*; q=0.5, application/xml", "User-Agent": "Ruby", "Accept-Encoding": "gzip, deflate"}
PLAIN = "application/json"
WITH_JSON = [name for name, good in GOOD.items() if good.takes_json]
BODILESS = [name for name, good in GOOD.items() if not good.takes_json and good.body is None]


def basic(email="ada.okafor@example.com", password="not-a-secret-71"):
    return "Basic " + base64.b64encode(f"{email}:{password}".encode()).decode()


@pytest.mark.statement("KIN-074", "KIN-238")
@pytest.mark.parametrize("operation", BODILESS)
def test_bare_calls_of_programs_in_use_are_answered_in_plain_json(kinetic, operation) -> None:
    answer = GOOD[operation].send(kinetic, headers=BARE)
    assert (answer.status, answer.headers["content-type"]) == (200, PLAIN)
    assert "content-encoding" not in answer.headers
    assert answer.json is not None


@pytest.mark.statement("KIN-074")
@pytest.mark.parametrize("accept", ["application/xml", "text/html", "image/*;q=0", "", "nonsense"])
def test_accept_changes_nothing(kinetic, accept) -> None:
    answer = kinetic.get(ISSUE, headers={"Accept": accept})
    assert (answer.status, answer.headers["content-type"]) == (200, PLAIN)
    assert answer.body == kinetic.get(ISSUE).body


@pytest.mark.statement("KIN-133")
@pytest.mark.parametrize("operation", [name for name in BODILESS if GOOD[name].method == "GET"])
@pytest.mark.parametrize("body", [b"", b" ", b"{"])
def test_a_get_with_a_json_content_type_is_not_parsed(kinetic, operation, body) -> None:
    answer = GOOD[operation].send(kinetic, headers={"Content-Type": "application/json"}, body=body)
    assert answer.status == 200


@pytest.mark.statement("KIN-134", "KIN-073")
@pytest.mark.parametrize("operation", GOOD)
def test_basic_is_taken_on_the_first_call_of_every_operation(anyone, operation) -> None:
    good = GOOD[operation]
    answer = good.send(anyone, headers={**(good.headers or {}), "Authorization": basic()})
    assert answer.status == 200
    assert "www-authenticate" not in answer.headers


@pytest.mark.statement("KIN-073")
def test_basic_is_the_user_of_the_address(anyone) -> None:
    jonas = anyone.as_(Authorization=basic("jonas.brandt@example.com", "not-a-secret-9"))
    assert jonas.get(f"{API}/me").json["id"] == 9


@pytest.mark.statement("KIN-073", "KIN-137")
def test_basic_takes_a_password_with_colons_and_letters_beyond_ascii(kinetic, anyone) -> None:
    user = {"name": "Noor Haddad", "email": "noor.haddad@example.com", "password": "a:b:schlüssel"}
    kinetic.post(f"{API}/users", {"user": user})
    noor = anyone.as_(Authorization=basic(user["email"], user["password"]))
    assert noor.get(f"{API}/me").json["name"] == "Noor Haddad"


@pytest.mark.statement("KIN-073", "KIN-274")
@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR", "Bearer "])
def test_the_scheme_may_be_in_any_case(kinetic, anyone, scheme) -> None:
    token = kinetic.headers["Authorization"].partition(" ")[2]
    assert anyone.as_(Authorization=f"{scheme} {token}").get(f"{API}/me").json["id"] == 71


@pytest.mark.statement("KIN-073", "KIN-274")
@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
def test_basic_may_be_in_any_case(anyone, scheme) -> None:
    given = basic().replace("Basic", scheme)
    assert anyone.as_(Authorization=given).get(f"{API}/me").json["id"] == 71


@pytest.mark.statement("KIN-186")
@pytest.mark.parametrize("operation", WITH_JSON)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Accept": "text/html"},
    ],
    ids=["none", "text", "form", "Accept"],
)
def test_a_json_body_is_read_whatever_the_headers_say(kinetic, operation, headers) -> None:
    assert GOOD[operation].send(kinetic, headers=headers).status == 200


@pytest.mark.statement("KIN-186")
@pytest.mark.parametrize("operation", WITH_JSON)
def test_the_printed_headers_are_taken(kinetic, operation) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
    assert GOOD[operation].send(kinetic, headers=headers).status == 200


@pytest.mark.statement("KIN-074")
@pytest.mark.parametrize("operation", GOOD)
def test_every_answer_is_json_of_the_length_it_says(kinetic, operation) -> None:
    answer = GOOD[operation].send(kinetic)
    assert answer.headers["content-type"] == PLAIN
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["date"] == "Mon, 06 Apr 2015 17:00:00 GMT"
