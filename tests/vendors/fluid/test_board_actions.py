"""POST for a board, a sub-board, a project or a meeting: where the action is, how it is shown, and who may."""

from __future__ import annotations

import pytest

from tests.vendors.fluid.calls import (
    ACTION,
    BOARD,
    BOARD_KEYS,
    BULK_EDIT,
    FORBIDDEN,
    HARBOUR,
    INVALID,
    MEETING,
    NOBODY,
    PROJECT,
    QUAYS,
    SHEDS,
    USER_KEYS,
    actions,
    body,
    create,
    fields,
    post,
    state,
)

COST = [{"key": "costCentre", "value": "4711"}]  # what an action of the project must have


def for_project(client):
    return client.post(ACTION, {**body(principalGuid=PROJECT), "customProperties": COST})


# --- where it is -----------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-003", "FLU-155", "FLU-117")
def test_an_action_can_belong_to_a_board_a_project_or_a_meeting(fluid) -> None:
    assert create(fluid, principalGuid=BULK_EDIT)["fields"]["boardGuid"] == BULK_EDIT
    assert fields(for_project(fluid))["principalGuid"] == PROJECT
    assert create(fluid, principalGuid=MEETING)["fields"]["principalGuid"] == MEETING
    assert (
        create(fluid, principalGuid=None)["fields"]["principalGuid"]
        == fluid.world.store.get("users", 603)["guid"]
    )


@pytest.mark.statement("FLU-179")
def test_an_action_of_a_project_or_meeting_is_shown_like_a_user_s(fluid) -> None:
    for made in (for_project(fluid).json, create(fluid, principalGuid=MEETING)):
        assert list(made["fields"]) == USER_KEYS
        assert made["fields"]["statusCode"] == 4


@pytest.mark.statement("FLU-057", "FLU-065", "FLU-Q7")
@pytest.mark.parametrize("query", ["", "fields=all"])
def test_a_board_action_has_exactly_the_29_printed_fields(fluid, query) -> None:
    shown = create(fluid, query, principalGuid=BULK_EDIT)["fields"]
    assert list(shown) == BOARD_KEYS
    assert len(BOARD_KEYS) == 29
    assert not {"owners", "priority", "ragStatus", "impediment"} & shown.keys()


@pytest.mark.statement("FLU-110")
def test_a_board_action_with_its_methods_has_five_keys_in_the_printed_order(fluid) -> None:
    made = create(fluid, "expand=method", principalGuid=BULK_EDIT)
    assert list(made) == ["fields", "id", "methods", "guid", "url"]
    assert list(create(fluid, principalGuid=BULK_EDIT)) == ["fields", "id", "guid", "url"]


@pytest.mark.statement("FLU-059", "FLU-061", "FLU-062", "FLU-063", "FLU-064", "FLU-Q6", "FLU-Q10")
def test_the_fields_of_a_board_action_are_as_printed(fluid) -> None:
    shown = create(fluid, principalGuid=BULK_EDIT, title="A title", description="Words")["fields"]
    assert (shown["boardTitle"], shown["boardId"], shown["boardCategory"]) == ("Bulk edit", 0, 0)
    assert (shown["contentType"], shown["statusCode"]) == ("Process", 1)
    assert (shown["descriptionHtml"], shown["titleHtml"], shown["titleRichText"]) == (
        "Words",
        "A title",
        "A title",
    )
    assert (shown["isClosed"], shown["isCalculated"]) == (False, False)


@pytest.mark.statement("FLU-184")
def test_the_codes_of_a_board_s_statuses_count_on_from_the_printed_one(fluid) -> None:
    statuses = ["Not Started", "In Progress", "On Hold", "Completed", "Cancelled"]
    shown = [create(fluid, principalGuid=BULK_EDIT, status=each)["fields"] for each in statuses]
    assert [each["statusCode"] for each in shown] == [1, 2, 3, 4, 5]
    assert [each["isClosed"] for each in shown] == [False, False, False, True, True]


@pytest.mark.statement("FLU-060")
def test_short_codes_count_the_actions_of_each_board(fluid) -> None:
    def code(guid: str) -> str:
        return str(create(fluid, principalGuid=guid)["fields"]["shortCode"])

    assert [code(BULK_EDIT), code(HARBOUR), code(BULK_EDIT), code(HARBOUR)] == [
        "BE-105",
        "HR-13",
        "BE-106",
        "HR-14",
    ]


@pytest.mark.statement("FLU-060", "FLU-209")
def test_a_number_is_not_used_again(fluid) -> None:
    made = create(fluid, principalGuid=BULK_EDIT)
    assert fluid.delete(f"{ACTION}/{made['id']}").status == 200
    assert post(fluid, principalGuid=BULK_EDIT, status="Nope").status == 422
    assert create(fluid, principalGuid=BULK_EDIT)["fields"]["shortCode"] == "BE-106"


@pytest.mark.statement("FLU-068")
def test_the_guid_in_a_board_s_address_is_its_principal_guid(fluid) -> None:
    assert fluid.get(f"/Process/Board/{BULK_EDIT}").status == 200
    assert create(fluid, principalGuid=BULK_EDIT)["fields"]["boardTitle"] == "Bulk edit"


@pytest.mark.statement("FLU-069", "FLU-070")
def test_the_board_guid_that_a_get_answers_can_be_used_as_principal_guid(fluid) -> None:
    made = create(fluid, principalGuid=HARBOUR)
    guid = fields(fluid.get(f"{ACTION}/{made['id']}", query="fields=all"))["boardGuid"]
    assert create(fluid, principalGuid=guid)["fields"]["boardGuid"] == HARBOUR


@pytest.mark.statement("FLU-118")
def test_the_guid_that_the_board_api_tells_can_be_used_as_principal_guid(fluid) -> None:
    for board in fluid.get(BOARD).json:
        assert board["fields"]["principalGuid"] == board["guid"]
        assert create(fluid, principalGuid=board["guid"])["fields"]["boardTitle"] == board["fields"]["title"]


@pytest.mark.statement("FLU-Q9")
def test_a_guid_is_found_in_any_case_and_need_not_be_hexadecimal(fluid) -> None:
    made = create(fluid, "fields=all", principalGuid=HARBOUR.upper(), parentGuid=QUAYS.upper())
    assert (made["fields"]["principalGuid"], made["fields"]["parentGuid"]) == (HARBOUR, QUAYS)


# --- sub-boards ------------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-071", "FLU-Q8")
def test_without_a_parent_the_action_is_in_the_backlog(fluid) -> None:
    made = create(fluid, "fields=all", principalGuid=HARBOUR)
    assert "parentGuid" not in made["fields"]
    assert fields(fluid.get(f"{ACTION}/{made['id']}", query="fields=parentGuid")) == {"parentGuid": None}


@pytest.mark.statement("FLU-072", "FLU-073", "FLU-Q8")
def test_a_parent_puts_the_action_into_that_sub_board(fluid) -> None:
    for parent in (QUAYS, SHEDS):
        made = create(fluid, principalGuid=HARBOUR, parentGuid=parent)
        assert list(made["fields"]) == BOARD_KEYS
        assert (made["fields"]["boardGuid"], made["fields"]["principalGuid"]) == (HARBOUR, HARBOUR)
        everything = fields(fluid.get(f"{ACTION}/{made['id']}", query="fields=all"))
        assert list(everything) == [*BOARD_KEYS, "parentGuid"]
        assert everything["parentGuid"] == parent
        assert fields(fluid.get(f"{ACTION}/{made['id']}", query="fields=parentGuid")) == {
            "parentGuid": parent
        }


@pytest.mark.statement("FLU-074")
@pytest.mark.parametrize(
    ("board", "parent"), [(BULK_EDIT, QUAYS), (HARBOUR, NOBODY), (HARBOUR, HARBOUR), (MEETING, QUAYS)]
)
def test_a_parent_that_is_not_the_board_s_is_refused(fluid, board, parent) -> None:
    before = state(fluid)
    answer = post(fluid, principalGuid=board, parentGuid=parent)
    assert (answer.status, answer.json) == (422, INVALID)
    assert state(fluid) == before


@pytest.mark.statement("FLU-075")
def test_a_parent_alone_is_refused(fluid) -> None:
    before = state(fluid)
    answer = post(fluid, parentGuid=QUAYS)
    assert (answer.status, answer.entry["explanation"]["problems"][0]["path"]) == (
        422,
        "$.fields.principalGuid",
    )
    assert state(fluid) == before


@pytest.mark.statement("FLU-119")
def test_a_sub_board_s_address_begins_with_the_board_and_ends_with_the_parent(fluid) -> None:
    address = f"/Process/Board/{HARBOUR}/19ef7803-8e9e-4037-a613-0761336e0bcb"
    assert b"<h1>Quays</h1>" in fluid.get(f"{address}/{QUAYS}/").body
    assert b"<h1>Sheds</h1>" in fluid.get(f"{address}/{SHEDS}").body
    assert fluid.get(f"{address.replace(HARBOUR, BULK_EDIT)}/{QUAYS}").status == 404


# --- who may ---------------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-103", "FLU-104", "FLU-005", "FLU-114")
@pytest.mark.parametrize("principal", [BULK_EDIT, HARBOUR, PROJECT, MEETING])
def test_without_the_manage_permission_nothing_is_created(kofi, principal) -> None:
    before = state(kofi)
    answer = kofi.post(
        ACTION, {**body(principalGuid=principal), "customProperties": COST if principal == PROJECT else []}
    )
    assert (answer.status, answer.json) == (403, FORBIDDEN)
    assert state(kofi) == before


@pytest.mark.statement("FLU-046")
def test_one_person_may_on_one_board_and_not_on_the_other(lena) -> None:
    assert post(lena, principalGuid=BULK_EDIT).status == 200
    before = len(actions(lena))
    assert post(lena, principalGuid=HARBOUR).status == 403
    assert len(actions(lena)) == before


@pytest.mark.statement("FLU-178")
def test_owners_and_members_manage_and_viewers_do_not(fluid, omar, lena, kofi, ruth) -> None:
    answers = {
        principal: [each.post(ACTION, {**body(principalGuid=principal), "customProperties": more}).status for each in
                    (fluid, omar, lena, kofi, ruth)]
        for principal, more in ((BULK_EDIT, []), (HARBOUR, []), (PROJECT, COST), (MEETING, []))
    }  # fmt: skip
    assert answers == {
        BULK_EDIT: [200, 200, 200, 403, 403],
        HARBOUR: [200, 200, 403, 403, 403],
        PROJECT: [200, 403, 200, 403, 403],
        MEETING: [200, 200, 403, 403, 403],
    }


@pytest.mark.statement("FLU-066", "FLU-Q5")
@pytest.mark.parametrize("guid", [NOBODY, "", "630", "x" * 5000])
def test_a_principal_that_nothing_is_is_refused(fluid, guid) -> None:
    before = state(fluid)
    answer = post(fluid, principalGuid=guid)
    assert (answer.status, answer.json) == (422, INVALID)
    assert state(fluid) == before
