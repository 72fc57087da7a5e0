"""POST issues/search: issues by a part of their name, description or tags."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API, ISSUE, unprocessable

SEARCH = f"{API}/issues/search"
PART = "name_or_description_or_tags_name_cont"


def found(client, **query):
    answer = client.post(SEARCH, {"query": query})
    assert answer.status == 200
    assert set(answer.json) == {"issues", "total_count"}
    return [issue["id"] for issue in answer.json["issues"]], answer.json["total_count"]


@pytest.mark.statement("KIN-146")
@pytest.mark.parametrize(
    ("part", "ids"),
    [
        ("Cooling", [376]),
        ("ooling pu", [376]),
        ("without an alarm", [376]),
        ("north", [376]),
        ("nort", [376]),
        ("slow", [385]),
        ("s", [376, 385]),
        ("COOLING", [376]),
        ("wITHOUT AN aLARM", [376]),
        ("PUMP", [376]),
        ("gate", []),
        ("pump,north", []),
        ("Open", []),
    ],
)
def test_a_search_finds_by_a_part_of_name_description_or_tag_whatever_the_case(kinetic, part, ids) -> None:
    assert found(kinetic, **{PART: part}) == (ids, len(ids))


@pytest.mark.statement("KIN-146")
def test_each_of_the_three_is_searched(kinetic) -> None:
    kinetic.put(ISSUE, {"name": "Aa", "description": "Bb", "tag_list": "Cc,Dd"})
    hits = [found(kinetic, **{PART: part})[0] for part in ("aa", "bb", "cc", "dd")]
    assert hits == [[376], [376], [376], [376]]


@pytest.mark.statement("KIN-146", "KIN-289")
@pytest.mark.parametrize("query", [{}, {PART: ""}, {PART: None}, {"another": "north"}])
def test_a_search_for_nothing_in_particular_finds_every_issue(kinetic, query) -> None:
    assert found(kinetic, **query) == ([376, 385], 2)


@pytest.mark.statement("KIN-146")
def test_a_search_finds_closed_issues_and_those_of_others(eleven) -> None:
    eleven.put(ISSUE, {"status": "Closed"})
    assert found(eleven, **{PART: "north"}) == ([376], 1)


@pytest.mark.statement("KIN-146", "KIN-288")
def test_a_search_shows_each_issue_as_its_own_address_does(kinetic) -> None:
    issues = kinetic.post(SEARCH, {"query": {PART: "north"}}).json["issues"]
    assert issues == [kinetic.get(ISSUE).json]


@pytest.mark.statement("KIN-147")
@pytest.mark.parametrize(
    ("page", "ids"),
    [
        ({"limit": 1}, [376]),
        ({"limit": 1, "offset": 1}, [385]),
        ({"offset": 1}, [385]),
        ({"limit": 0}, []),
        ({"limit": 5, "offset": 2}, []),
        ({"limit": 1.0, "offset": 0.0}, [376]),
    ],
)
def test_limit_and_offset_stand_in_the_query_and_the_count_is_of_all(kinetic, page, ids) -> None:
    assert found(kinetic, **page) == (ids, 2)


@pytest.mark.statement("KIN-147")
def test_limit_and_offset_of_the_url_are_not_the_search_s(kinetic) -> None:
    answer = kinetic.post(SEARCH, {"query": {}}, query="limit=1&offset=1")
    assert [issue["id"] for issue in answer.json["issues"]] == [376, 385]


@pytest.mark.statement("KIN-147", "KIN-165", "KIN-174", "KIN-304")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "Query can't be blank"),
        ({"query": None}, "Query can't be blank"),
        ({"query": "pump"}, "Query is invalid"),
        ({"query": {"limit": -1}}, "Limit is invalid"),
        ({"query": {"limit": "ten"}}, "Limit is invalid"),
        ({"query": {"offset": 0.5}}, "Offset is invalid"),
        ({"query": {PART: 5}}, "Name or description or tags name cont is invalid"),
    ],
)
def test_a_query_that_cannot_be_taken_answers_422(kinetic, body, reason) -> None:
    answer = kinetic.post(SEARCH, body)
    assert (answer.status, answer.json) == (422, unprocessable(reason))
