"""PUT and DELETE of one action: what is replaced, kept and archived, and who may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.fluid.calls import (
    ACTION,
    BOLLARDS,
    BULK_EDIT,
    DANA,
    FORBIDDEN,
    HARBOUR,
    INVALID,
    NOBODY,
    OMAR,
    PROJECT,
    PUMP,
    PUMP_GUID,
    QUAYS,
    SHEDS,
    TENDER,
    actions,
    body,
    create,
    fields,
    path_of,
    state,
)

ALL = "fields=all&expand=all"


@pytest.mark.statement("FLU-096", "FLU-Q18")
def test_what_a_put_leaves_out_is_cleared(fluid, omar) -> None:
    names = "description,status,taskType,businessValue,startDate,dueDate,endDate,assignee"
    answer = fluid.put(PUMP, {"fields": {"title": "New"}}, query=f"fields=title,{names}")
    assert answer.json["fields"] == {
        "title": "New",
        "description": None,
        "status": "Not Started",
        "taskType": "Task",
        "businessValue": 0,
        "startDate": None,
        "dueDate": None,
        "endDate": None,
        "assignee": [DANA],
    }
    made = create(omar, priority="High", ragStatus="Red", impediment=3, owners=[{"id": 603}, {"id": 604}])
    shown = fields(omar.put(path_of(made["url"]), {"fields": {"title": "New"}}))
    assert [shown[name] for name in ("priority", "ragStatus", "impediment")] == ["Medium", "Green", 0]
    assert (shown["assignee"], shown["owners"]) == ([OMAR], [OMAR])


@pytest.mark.statement("FLU-096", "FLU-141", "FLU-142")
@pytest.mark.parametrize("path", [PUMP, BOLLARDS, TENDER])
def test_what_was_read_can_be_put_back_and_keeps_everything(omar, path) -> None:
    id = int(path.rpartition("/")[2])
    shown = omar.get(path, query="fields=All&expand=All").json
    before = omar.world.store.get("actions", id)
    assert omar.put(path, shown, query="fields=All&expand=All").status == 200
    after = omar.world.store.get("actions", id)
    assert {name for name in before if before[name] != after[name]} == {"modifiedDate"}


@pytest.mark.statement("FLU-224", "FLU-096")
def test_a_round_trip_by_another_manager_keeps_what_a_board_action_does_not_show(omar) -> None:
    before = omar.world.store.get("actions", 4206)
    assert omar.put(PUMP, omar.get(PUMP).json).status == 200
    after = omar.world.store.get("actions", 4206)
    assert {name for name in before if before[name] != after[name]} == {"modifiedDate"}
    assert (after["owners"], after["priority"], after["theme"]) == ([603], "High", "Maintenance")


@pytest.mark.statement("FLU-Q7", "FLU-224")
@pytest.mark.parametrize("path", [PUMP, BOLLARDS, TENDER])
@pytest.mark.parametrize("query", ["", "fields=all"])
def test_a_round_trip_keeps_everything_also_where_the_fields_depend_on_the_query(omar, path, query) -> None:
    omar.settings(field_set="by_query")
    store, id = omar.world.store, int(path.rpartition("/")[2])
    told = {"priority": "High", "ragStatus": "Red", "impediment": 3, "owners": [604, 606]}
    store.replace("actions", {**store.get("actions", id), **told})
    store.commit()
    before = store.get("actions", id)
    assert omar.put(path, omar.get(path, query=query).json, query=query).status == 200
    after = store.get("actions", id)
    assert {name for name in before if before[name] != after[name]} <= {"modifiedDate", "modifiedBy"}


@pytest.mark.statement("FLU-Q18")
def test_by_the_other_reading_a_put_changes_what_it_names(fluid) -> None:
    fluid.settings(put="delta")
    before = fluid.world.store.get("actions", 4206)
    assert fluid.put(PUMP, {"fields": {"description": "Changed"}}).status == 200
    after = fluid.world.store.get("actions", 4206)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"description", "modifiedBy", "modifiedDate"}


@pytest.mark.statement("FLU-189", "FLU-096")
def test_a_put_without_a_title_is_refused(fluid) -> None:
    before = state(fluid)
    answer = fluid.put(PUMP, {"fields": {"description": "Changed"}})
    assert (answer.status, answer.json) == (422, INVALID)
    assert state(fluid) == before


@pytest.mark.statement("FLU-120")
def test_another_person_s_change_makes_them_the_modifier_and_not_the_author(fluid, omar) -> None:
    made = create(fluid, principalGuid=BULK_EDIT)
    omar.advance("PT5M")
    shown = fields(omar.put(path_of(made["url"]), body(title="Mine now")))
    assert (shown["author"], shown["modifiedBy"]) == (DANA, OMAR)
    assert (shown["createDate"], shown["modifiedDate"]) == (
        "2024-02-16T14:45:22.0000000",
        "2024-02-16T14:50:22.0000000",
    )


@pytest.mark.statement("FLU-081")
def test_an_action_can_be_changed_and_deleted_by_its_guid(fluid) -> None:
    action = f"{ACTION}/{PUMP_GUID.upper()}"
    assert fluid.put(action, body(title="By guid")).json["id"] == 4206
    assert fluid.delete(action).json["id"] == 4206


@pytest.mark.statement("FLU-080", "FLU-124")
def test_the_methods_can_be_used_as_they_are_printed(fluid) -> None:
    made = create(fluid, "expand=method", principalGuid=HARBOUR)
    perma_link, update, delete = made["methods"]
    assert fluid.call(perma_link["httpMethod"], path_of(perma_link["url"])).status == 200
    changed = fluid.call(update["httpMethod"], path_of(update["url"]), update["payload"])
    assert (fields(changed)["title"], fields(changed)["description"]) == ("<Title>", "<Description>")
    assert fields(changed)["shortCode"] == made["fields"]["shortCode"]
    assert fluid.call(delete["httpMethod"], path_of(delete["url"])).status == 200
    assert fluid.get(path_of(delete["url"])).status == 404


@pytest.mark.statement("FLU-080", "FLU-124", "FLU-224")
def test_the_printed_payload_keeps_what_a_project_requires(fluid) -> None:
    cost_centre = {"key": "costCentre", "value": "4711"}
    sent = {**body(principalGuid=PROJECT), "customProperties": [cost_centre]}
    made = fluid.post(ACTION, sent, query="expand=method").json
    update, path = made["methods"][1], path_of(made["url"])
    assert fields(fluid.call("PUT", path_of(update["url"]), update["payload"]))["title"] == "<Title>"
    [shown] = fluid.get(path, query="expand=customAll").json["customProperties"]
    assert (shown["key"], shown["value"]) == ("costCentre", "4711")
    nothing: tuple[Any, ...] = (None, "", [])
    for value in nothing:
        cleared = {**body(), "customProperties": [{**cost_centre, "value": value}]}
        assert fluid.put(path, cleared).status == 422


@pytest.mark.statement("FLU-194")
@pytest.mark.parametrize("other", [{"id": 4207}, {"guid": NOBODY}, {"id": 4206, "guid": NOBODY}])
def test_the_id_of_another_action_in_a_put_is_refused(fluid, other) -> None:
    before = state(fluid)
    assert fluid.put(PUMP, {**body(), **other}).status == 422
    assert state(fluid) == before
    assert fluid.put(PUMP, {**body(), "id": 4206.0, "guid": PUMP_GUID.upper()}).status == 200


@pytest.mark.statement("FLU-193")
def test_an_action_stays_with_its_principal(fluid) -> None:
    before = state(fluid)
    for principal in (HARBOUR, NOBODY, DANA["guid"]):
        assert fluid.put(PUMP, body(principalGuid=principal)).status == 422
    assert state(fluid) == before
    assert fields(fluid.put(PUMP, body(principalGuid=BULK_EDIT.upper())))["principalGuid"] == BULK_EDIT


@pytest.mark.statement("FLU-193")
def test_a_parent_moves_an_action_within_its_board(fluid) -> None:
    def parent(**sent) -> Any:
        return fields(fluid.put(BOLLARDS, body(**sent), query="fields=parentGuid"))["parentGuid"]

    assert [parent(), parent(parentGuid=SHEDS), parent(parentGuid=None), parent(parentGuid=QUAYS)] == [
        QUAYS,
        SHEDS,
        None,
        QUAYS,
    ]
    assert fluid.put(BOLLARDS, body(parentGuid=NOBODY)).status == 422
    assert fluid.put(PUMP, body(parentGuid=QUAYS)).status == 422


@pytest.mark.statement("FLU-097", "FLU-143")
def test_a_deleted_action_is_answered_and_then_gone_but_stays_in_the_store(fluid) -> None:
    before = fluid.get(PUMP, query=ALL).json
    assert fluid.delete(PUMP, query=ALL).json == before
    assert (fluid.get(PUMP).status, fluid.get(PUMP).json) == (404, "Action Not Found for 4206")
    assert fluid.get(f"{ACTION}/find", query="query=pump").status == 404
    assert fluid.get(ACTION, query="id=4206").status == 404
    assert fluid.get("/rest/api/attachment/901").status == 404
    [kept] = [each for each in actions(fluid) if each["id"] == 4206]
    assert kept["archivedAt"] == "2024-02-16T14:45:22.0000000"


@pytest.mark.statement("FLU-097")
def test_what_is_archived_can_be_neither_changed_nor_archived_again(fluid) -> None:
    before = state(fluid)
    answers = [
        fluid.put(f"{ACTION}/4208", body()),
        fluid.delete(f"{ACTION}/4208"),
        fluid.delete(f"{ACTION}/1"),
    ]
    assert [(each.status, each.json) for each in answers] == [
        (404, "Action Not Found for 4208"),
        (404, "Action Not Found for 4208"),
        (404, "Action Not Found for 1"),
    ]
    assert state(fluid) == before


@pytest.mark.statement("FLU-182", "FLU-046", "FLU-Q5")
def test_what_one_sees_and_does_not_manage_is_403_and_what_one_does_not_see_404(kofi, lena, ruth) -> None:
    before = state(kofi)
    for client, path, status in (
        (kofi, PUMP, 403),
        (kofi, BOLLARDS, 403),
        (lena, BOLLARDS, 404),
        (ruth, PUMP, 404),
    ):
        for answer in (client.put(path, body()), client.delete(path)):
            assert answer.status == status
            assert status == 404 or answer.json == FORBIDDEN
    assert state(kofi) == before


@pytest.mark.statement("FLU-181")
def test_a_user_action_is_changed_by_who_has_a_part_in_it(fluid, omar, kofi, ruth) -> None:
    sent = body(assignee=[{"id": 606}], owners=[{"id": 604}])
    assert [each.put(TENDER, sent).status for each in (fluid, ruth, kofi, omar)] == [404, 404, 200, 200]
    assert kofi.delete(TENDER).status == 200
