"""GET issues/my_open_issues: the open issues in which the caller takes part."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API, BADGES, ISSUE, PUMP

MINE = f"{API}/issues/my_open_issues"


def names(answer):
    assert answer.status == 200
    return [each["name"] for each in answer.json]


@pytest.mark.statement("KIN-144")
def test_my_open_issues_are_an_array_of_guid_and_name(nine) -> None:
    answer = nine.get(MINE)
    assert answer.status == 200
    assert answer.json == [
        {"guid": PUMP, "name": "Cooling pump fails"},
        {"guid": BADGES, "name": "Badge readers are slow"},
    ]


@pytest.mark.statement("KIN-213")
def test_my_open_issues_are_those_in_which_the_caller_participates(kinetic, nine, eleven) -> None:
    assert names(kinetic.get(MINE)) == ["Cooling pump fails"]
    assert names(nine.get(MINE)) == ["Cooling pump fails", "Badge readers are slow"]
    assert names(eleven.get(MINE)) == []


@pytest.mark.statement("KIN-144", "KIN-213")
def test_an_issue_that_i_create_is_mine(eleven, kinetic) -> None:
    eleven.post(f"{API}/issues", {"name": "Leak at gate 4"})
    assert names(eleven.get(MINE)) == ["Leak at gate 4"]
    assert names(kinetic.get(MINE)) == ["Cooling pump fails"]


@pytest.mark.statement("KIN-144")
def test_a_closed_issue_is_not_open(nine) -> None:
    nine.put(ISSUE, {"status": "Closed"})
    assert names(nine.get(MINE)) == ["Badge readers are slow"]
    nine.put(ISSUE, {"status": "Open"})
    assert names(nine.get(MINE)) == ["Cooling pump fails", "Badge readers are slow"]


@pytest.mark.statement("KIN-145")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", "12345"),
        ("limit=2", "12"),
        ("limit=0", ""),
        ("limit=9", "12345"),
        ("offset=3", "45"),
        ("offset=0", "12345"),
        ("offset=9", ""),
        ("limit=2&offset=2", "34"),
        ("offset=4&limit=2", "5"),
        ("limit=1000000&offset=1000000", ""),
    ],
)
def test_limit_and_offset_cut_out_a_page(eleven, query, numbers) -> None:
    for number in range(1, 6):
        eleven.post(f"{API}/issues", {"name": str(number)})
    assert "".join(names(eleven.get(MINE, query=query))) == numbers


@pytest.mark.statement("KIN-145")
def test_a_page_counts_open_issues_alone(nine) -> None:
    nine.put(ISSUE, {"status": "Closed"})
    assert names(nine.get(MINE, query="limit=1")) == ["Badge readers are slow"]
