"""issues/<guid>/present: the keep-alive of a client that shows an issue."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API, ISSUE, NOT_FOUND, NOWHERE, OTHER_ISSUE

PRESENT = f"{ISSUE}/present"


def present(client, issue=ISSUE):
    return [each["email"] for each in client.get(f"{issue}/participants").json if each["present"]]


@pytest.mark.statement("KIN-148", "KIN-206")
@pytest.mark.parametrize("verb", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_present_takes_any_verb(nine, verb) -> None:
    assert present(nine) == []
    answer = nine.call(verb, PRESENT)
    assert (answer.status, answer.json) == (200, {"present": True})
    assert present(nine) == ["jonas.brandt@example.com"]


@pytest.mark.statement("KIN-148")
@pytest.mark.parametrize("body", [b"", b"{}", b'{"present": false}', b"present=1"])
def test_what_is_sent_with_it_does_not_matter(nine, body) -> None:
    assert nine.call("POST", PRESENT, body=body).status == 200
    assert present(nine) == ["jonas.brandt@example.com"]


@pytest.mark.statement("KIN-148")
def test_a_keep_alive_every_three_seconds_says_the_same_each_time(nine) -> None:
    first = nine.get(PRESENT)
    nine.advance("PT3S")
    second = nine.get(PRESENT)
    assert first.body == second.body
    assert second.entry["changes"] == []


@pytest.mark.statement("KIN-148")
def test_presence_is_the_caller_s_in_that_issue_alone(kinetic, nine) -> None:
    nine.get(PRESENT)
    assert present(nine, OTHER_ISSUE) == []
    kinetic.get(PRESENT)
    assert present(nine) == ["ada.okafor@example.com", "jonas.brandt@example.com"]


@pytest.mark.statement("KIN-206")
def test_who_looks_on_without_taking_part_is_answered_the_same(eleven) -> None:
    answer = eleven.get(PRESENT)
    assert (answer.status, answer.json) == (200, {"present": True})
    assert (present(eleven), answer.entry["changes"]) == ([], [])


@pytest.mark.statement("KIN-237")
def test_who_is_present_stays_so(nine) -> None:
    nine.get(PRESENT)
    nine.advance("PT23H")
    assert present(nine) == ["jonas.brandt@example.com"]


@pytest.mark.statement("KIN-148", "KIN-188", "KIN-275")
@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_nobody_is_present_in_an_issue_that_is_not_there(nine, verb) -> None:
    answer = nine.call(verb, f"{API}/issues/{NOWHERE}/present")
    assert (answer.status, answer.json) == (404, NOT_FOUND)
