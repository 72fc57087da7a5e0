"""Arrays: up to fifty actions in one call, all of them or none."""

from __future__ import annotations

import pytest

from tests.vendors.fluid.calls import (
    ACTION,
    BULK_EDIT,
    HARBOUR,
    INVALID,
    NOBODY,
    PUMP_GUID,
    actions,
    body,
    create,
    state,
)

BULK = f"{ACTION}/bulk"


def many(count: int) -> list:
    return [body(title=f"Number {number}") for number in range(count)]


@pytest.mark.statement("FLU-144", "FLU-196", "FLU-098")
@pytest.mark.parametrize("path", [ACTION, BULK, f"{BULK}/"])
def test_an_array_creates_each_of_its_elements_in_order(fluid, path) -> None:
    before = len(actions(fluid))
    answer = fluid.post(path, many(50))
    assert answer.status == 200
    assert [each["fields"]["title"] for each in answer.json] == [f"Number {number}" for number in range(50)]
    assert len(actions(fluid)) == before + 50


@pytest.mark.statement("FLU-144", "FLU-100")
def test_the_published_body_with_its_keys_in_another_case_is_taken(fluid) -> None:
    sent = [
        {"Fields": {"Title": "One", "DESCRIPTION": "Words", "STATUS": "In Progress", "tasktype": "Bug"}},
        {"FIELDS": {"principalguid": BULK_EDIT, "title": "Two", "Assignee": [{"UserName": "omar.haddad"}]},
         "CustomProperties": [{"KEY": "team", "Value": "North"}]},
    ]  # fmt: skip
    one, two = fluid.post(ACTION, sent, query="expand=customReportable").json
    assert [one["fields"][name] for name in ("title", "description", "status", "taskType")] == [
        "One",
        "Words",
        "In Progress",
        "Bug",
    ]
    assert (two["fields"]["boardGuid"], two["fields"]["assignee"][0]["id"]) == (BULK_EDIT, 604)
    assert two["customProperties"][0]["value"] == "North"


@pytest.mark.statement("FLU-145", "FLU-222", "FLU-196")
@pytest.mark.parametrize("path", [ACTION, BULK])
def test_an_array_changes_each_that_it_names(fluid, path) -> None:
    sent = [{"id": 4207, **body(title="By id")}, {"guid": PUMP_GUID, **body(title="By guid")}]
    answer = fluid.put(path, sent)
    assert [(each["id"], each["fields"]["title"]) for each in answer.json] == [
        (4207, "By id"),
        (4206, "By guid"),
    ]


@pytest.mark.statement("FLU-146", "FLU-222", "FLU-196")
@pytest.mark.parametrize("path", [ACTION, BULK])
def test_an_array_deletes_each_that_it_names(fluid, path) -> None:
    answer = fluid.delete(
        path, query="fields=All&expand=All", body=f'[{{"id":4207}},{{"guid":"{PUMP_GUID}"}}]'.encode()
    )
    assert [each["id"] for each in answer.json] == [4207, 4206]
    assert [fluid.get(f"{ACTION}/{id}").status for id in (4206, 4207)] == [404, 404]


@pytest.mark.statement("FLU-098")
@pytest.mark.parametrize("path", [ACTION, BULK])
def test_fifty_are_taken_and_fifty_one_are_not(fluid, path) -> None:
    made = fluid.post(path, many(50)).json
    everything = [{"id": each["id"], **body()} for each in made]
    assert fluid.put(path, everything).status == 200
    one_more = {"id": create(fluid)["id"], **body()}
    before = state(fluid)
    answers = [fluid.post(path, many(51)), fluid.put(path, [*everything, one_more])]
    answers.append(fluid.call("DELETE", path, [*everything, one_more]))
    assert [(each.status, each.json) for each in answers] == [(422, INVALID)] * 3
    assert state(fluid) == before
    assert fluid.call("DELETE", path, everything).status == 200


@pytest.mark.statement("FLU-195")
@pytest.mark.parametrize("path", [ACTION, BULK])
@pytest.mark.parametrize(
    ("bad", "status"),
    [
        (body(status="Nope"), 422),
        (body(principalGuid=NOBODY), 422),
        (body(principalGuid=HARBOUR), 403),
        ({"fields": []}, 422),
        (5, 422),
    ],
)
def test_one_bad_element_leaves_nothing_created(lena, path, bad, status) -> None:
    before = state(lena)
    assert lena.post(path, [body(), body(principalGuid=BULK_EDIT), bad]).status == status
    assert state(lena) == before


@pytest.mark.statement("FLU-195")
@pytest.mark.parametrize(
    "bad", [{"id": 1}, {"guid": NOBODY}, {"id": 4206}, {"guid": PUMP_GUID}, {}, {"id": "4207"}]
)
def test_one_bad_element_leaves_nothing_changed_or_deleted(fluid, bad) -> None:
    before = state(fluid)
    good = {"id": 4206, **body()}
    answers = [fluid.put(ACTION, [good, {**bad, **body()}]), fluid.call("DELETE", ACTION, [good, bad])]
    expected = 404 if bad in ({"id": 1}, {"guid": NOBODY}) else 422
    assert [each.status for each in answers] == [expected, expected]
    assert state(fluid) == before


@pytest.mark.statement("FLU-194")
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_element_with_the_id_of_one_action_and_the_guid_of_another_is_refused(fluid, method) -> None:
    before = state(fluid)
    assert fluid.call(method, ACTION, [{**body(), "id": 4207, "guid": PUMP_GUID}]).status == 422
    assert state(fluid) == before
    named = {**body(), "id": 4206, "guid": PUMP_GUID.upper()}
    assert fluid.call(method, ACTION, [named]).status == 200


@pytest.mark.statement("FLU-195")
@pytest.mark.parametrize("path", [ACTION, BULK])
def test_an_empty_array_is_refused(fluid, path) -> None:
    assert [fluid.call(method, path, []).status for method in ("POST", "PUT", "DELETE")] == [422] * 3


def test_an_object_in_the_place_of_an_array_is_refused(fluid) -> None:
    answers = [
        fluid.post(BULK, body()),
        fluid.put(ACTION, {"id": 4206, **body()}),
        fluid.call("DELETE", BULK, {"id": 1}),
    ]
    assert [each.status for each in answers] == [422] * 3
