"""Facts and unknowns of an issue."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API, ISSUE, NOT_FOUND, NOW, NOWHERE, OTHER_ISSUE, unprocessable

FACTS = f"{ISSUE}/facts"
BLANK = "Body Fact & Unknown text cannot be blank."


@pytest.mark.statement("KIN-116", "KIN-279")
@pytest.mark.parametrize("confirmed", [True, False])
def test_a_fact_takes_body_and_confirmed(nine, confirmed) -> None:
    answer = nine.post(FACTS, {"body": "The pump stopped at noon.", "confirmed": confirmed})
    assert answer.status == 200
    assert answer.json == {
        "id": 602,
        "guid": answer.json["guid"],
        "issue_id": 376,
        "body": "The pump stopped at noon.",
        "confirmed": confirmed,
        "created_at": NOW,
        "updated_at": NOW,
        "creator": {"id": 9, "email": "jonas.brandt@example.com", "name": "Jonas Brandt"},
    }


@pytest.mark.statement("KIN-116", "KIN-278")
def test_a_fact_that_is_not_said_to_be_confirmed_is_not(kinetic) -> None:
    assert kinetic.post(FACTS, {"body": "It may be the seal."}).json["confirmed"] is False


@pytest.mark.statement("KIN-117", "KIN-165")
@pytest.mark.parametrize(
    "sent", [{}, {"body": ""}, {"body": " \t"}, {"body": None}, {"confirmed": True}, {"fact": {}}]
)
def test_a_blank_fact_answers_422_with_the_published_reason(kinetic, sent) -> None:
    answer = kinetic.post(FACTS, sent)
    assert (answer.status, answer.json) == (422, unprocessable(BLANK))


@pytest.mark.statement("KIN-117")
def test_a_blank_fact_is_not_added(kinetic) -> None:
    kinetic.post(FACTS, {"body": ""})
    assert [each["id"] for each in kinetic.get(FACTS).json] == [601]


@pytest.mark.statement("KIN-174", "KIN-165")
@pytest.mark.parametrize(
    ("sent", "reasons"),
    [
        ({"body": 5}, ["Body is invalid"]),
        ({"body": "It is dry.", "confirmed": "yes"}, ["Confirmed is invalid"]),
        ({"body": "", "confirmed": 1}, [BLANK, "Confirmed is invalid"]),
    ],
)
def test_each_thing_that_is_wrong_with_a_fact_has_its_reason(kinetic, sent, reasons) -> None:
    answer = kinetic.post(FACTS, sent)
    assert (answer.status, answer.json) == (422, unprocessable(*reasons))


@pytest.mark.statement("KIN-171")
def test_a_fact_may_be_wrapped_under_its_name(kinetic) -> None:
    answer = kinetic.post(FACTS, {"fact": {"body": "It is dry.", "confirmed": True}})
    assert (answer.status, answer.json["body"], answer.json["confirmed"]) == (200, "It is dry.", True)


@pytest.mark.statement("KIN-205")
def test_facts_are_listed_in_the_order_in_which_they_came(kinetic) -> None:
    added = kinetic.post(FACTS, {"body": "It is dry."}).json
    answer = kinetic.get(FACTS)
    assert answer.status == 200
    assert [each["body"] for each in answer.json] == ["The pump stopped at noon.", "It is dry."]
    assert answer.json[-1] == added


@pytest.mark.statement("KIN-205")
def test_facts_are_those_of_that_issue(kinetic) -> None:
    assert kinetic.get(f"{OTHER_ISSUE}/facts").json == []


@pytest.mark.statement("KIN-188", "KIN-275")
def test_facts_of_an_unknown_issue_answer_404(kinetic) -> None:
    listed = kinetic.get(f"{API}/issues/{NOWHERE}/facts")
    added = kinetic.post(f"{API}/issues/{NOWHERE}/facts", {"body": "It is dry."})
    assert [(each.status, each.json) for each in (listed, added)] == [(404, NOT_FOUND)] * 2
