"""Who sees an issue: everybody, unless participation_required is on (KIN-Q16)."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API, GOOD, ISSUE, NOT_FOUND, OTHER_ISSUE, PUMP

WITHIN = [name for name, good in GOOD.items() if good.path.startswith(ISSUE) and name != "list_action_items"]


@pytest.mark.statement("KIN-122")
@pytest.mark.parametrize("operation", WITHIN)
def test_who_does_not_participate_finds_no_issue(eleven, operation) -> None:
    eleven.settings(participation_required=True)
    before = eleven.state()
    answer = GOOD[operation].send(eleven)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert eleven.state() == before


@pytest.mark.statement("KIN-122")
@pytest.mark.parametrize("operation", WITHIN)
def test_who_participates_finds_it(nine, operation) -> None:
    nine.settings(participation_required=True)
    assert GOOD[operation].send(nine).status == 200


@pytest.mark.statement("KIN-122")
def test_an_admin_sees_all(kinetic) -> None:
    kinetic.settings(participation_required=True)
    assert kinetic.get(OTHER_ISSUE).status == 200
    assert kinetic.post(f"{API}/issues/search", {"query": {}}).json["total_count"] == 2


@pytest.mark.statement("KIN-122")
def test_a_search_and_a_list_show_a_host_its_own(eleven) -> None:
    eleven.settings(participation_required=True)
    assert eleven.post(f"{API}/issues/search", {"query": {}}).json == {"issues": [], "total_count": 0}
    assert eleven.get(f"{ISSUE}/action_items").json == []
    own = eleven.post(f"{API}/issues", {"name": "Leak at gate 4"}).json
    assert eleven.post(f"{API}/issues/search", {"query": {}}).json == {"issues": [own], "total_count": 1}


@pytest.mark.statement("KIN-122")
def test_who_is_removed_sees_the_issue_no_longer(kinetic, nine) -> None:
    kinetic.settings(participation_required=True)
    assert nine.get(ISSUE).status == 200
    [guid] = [
        each["guid"] for each in nine.get(f"{ISSUE}/participants").json if each["email"].startswith("jonas")
    ]
    kinetic.delete(f"{ISSUE}/participants/{guid}")
    assert nine.get(ISSUE).status == 404


@pytest.mark.statement("KIN-122")
def test_unless_it_is_on_everybody_sees_every_issue(eleven) -> None:
    assert [eleven.get(each).status for each in (ISSUE, OTHER_ISSUE)] == [200, 200]
    found = eleven.post(f"{API}/issues/search", {"query": {}}).json["issues"]
    assert PUMP in [each["guid"] for each in found]
