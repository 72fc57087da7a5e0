"""The Board API: lists, one board, what is found, and who may view it."""

from __future__ import annotations

import pytest

from tests.vendors.fluid.calls import BOARD, BULK_EDIT, HARBOUR, INVALID, NOBODY, QUAYS, SHEDS

KEYS = [
    "active", "boardCategory", "boardType", "cancelledState", "cardType", "columns", "description", "members",
    "modifiedBy", "modifiedDate", "owners", "principalGuid", "shortCode", "subBoards", "title", "viewers",
]  # fmt: skip


def ids(answer) -> list[int]:
    return [each["id"] for each in answer.json] if answer.status == 200 else []


@pytest.mark.statement("FLU-147")
def test_a_list_holds_the_boards_one_owns_or_is_a_member_of(fluid, omar, lena, kofi, ruth) -> None:
    listed = [ids(each.get(BOARD)) for each in (fluid, omar, lena, kofi, ruth)]
    assert listed == [[630, 710], [630, 710], [630], [], []]
    assert kofi.get(BOARD).status == 200


@pytest.mark.statement("FLU-148")
def test_a_list_says_how_many_there_are_and_holds_fifty(fluid) -> None:
    answer = fluid.get(BOARD)
    assert (answer.headers["item-count"], answer.headers["total-count"]) == ("2", "2")
    board = fluid.world.store.get("boards", 630)
    for number in range(60):
        fluid.world.store.insert("boards", {**board, "id": 1000 + number, "guid": f"board-{number}"})
    fluid.world.store.commit()
    answer = fluid.get(f"{BOARD}/", query="fields=title")
    assert (answer.headers["item-count"], answer.headers["total-count"]) == ("50", "62")
    assert ids(fluid.get(BOARD, query="skip=50&take=5")) == [1048, 1049, 1050, 1051, 1052]


@pytest.mark.statement("FLU-149")
@pytest.mark.parametrize("key", ["710", HARBOUR, HARBOUR.upper(), f"{HARBOUR}/"])
def test_a_board_is_read_by_its_number_or_its_guid(fluid, key) -> None:
    assert fluid.get(f"{BOARD}/{key}").json["id"] == 710


@pytest.mark.statement("FLU-153", "FLU-219")
def test_the_fields_of_a_board_begin_as_published(fluid) -> None:
    shown = fluid.get(f"{BOARD}/630", query="fields=All").json
    assert list(shown) == ["fields", "id", "guid", "url"]
    assert list(shown["fields"]) == KEYS
    assert shown["url"] == "http://localhost/rest/api/board/630"
    assert [shown["fields"][name] for name in KEYS[:4]] == [True, 0, "Kanban", "Cancelled"]
    assert {"cardType": "Bug"} in shown["fields"]["cardType"]
    assert fluid.get(f"{BOARD}/630", query="fields=title,SHORTCODE").json["fields"] == {
        "title": "Bulk edit",
        "shortCode": "BE",
    }
    assert fluid.get(f"{BOARD}/630", query="fields=statusCode").status == 422


@pytest.mark.statement("FLU-154")
def test_a_board_shows_its_columns_people_and_sub_boards(fluid) -> None:
    shown = fluid.get(f"{BOARD}/{HARBOUR}").json["fields"]
    assert [each["name"] for each in shown["columns"]][:2] == ["Not Started", "In Progress"]
    people = [[each["id"] for each in shown[name]] for name in ("owners", "members", "viewers")]
    assert people == [[603, 604], [], [606]]
    assert [(each["guid"], each["title"]) for each in shown["subBoards"]] == [
        (QUAYS, "Quays"),
        (SHEDS, "Sheds"),
    ]
    assert fluid.get(f"{BOARD}/630").json["fields"]["subBoards"] == []


@pytest.mark.statement("FLU-150", "FLU-220", "FLU-216")
def test_boards_are_read_by_ids_but_for_those_one_may_not_view(fluid, lena, ruth) -> None:
    assert ids(fluid.get(BOARD, query=f"id=710,{BULK_EDIT},1,710")) == [710, 630]
    assert ids(lena.get(BOARD, query="id=630,710")) == [630]
    assert ruth.get(BOARD, query="id=630,710").json == "Board Not Found for 630,710"
    assert fluid.get(BOARD, query="id=" + ",".join(["630"] * 51)).status == 422


@pytest.mark.statement("FLU-151", "FLU-212", "FLU-220")
def test_boards_are_found_by_title_and_description(fluid, lena) -> None:
    def find(client, text: str, path: str = f"{BOARD}/find") -> list[int]:
        return ids(client.get(path, query=f"query={text}"))

    assert (find(fluid, "BULK"), find(fluid, "sheds"), find(fluid, "r")) == ([630], [710], [630, 710])
    assert (find(lena, "sheds"), find(fluid, "r", BOARD)) == ([], [630, 710])
    assert fluid.get(f"{BOARD}/find", query="query=zeppelin").json == "Board Not Found for zeppelin"
    assert fluid.get(f"{BOARD}/find").status == 422


@pytest.mark.statement("FLU-152")
@pytest.mark.parametrize("key", ["1", NOBODY, "4206"])
def test_a_board_that_is_not_there_is_404_with_its_id(fluid, key) -> None:
    answer = fluid.get(f"{BOARD}/{key}")
    assert (answer.status, answer.json) == (404, f"Board Not Found for {key}")


@pytest.mark.statement("FLU-178", "FLU-152")
def test_a_board_is_viewed_by_its_viewers_and_nobody_else(kofi, lena) -> None:
    assert kofi.get(f"{BOARD}/710").status == 200
    assert (lena.get(f"{BOARD}/710").status, lena.get(f"{BOARD}/710").json) == (
        404,
        "Board Not Found for 710",
    )


@pytest.mark.statement("FLU-208")
def test_a_board_has_a_link_and_no_chat(fluid) -> None:
    shown = fluid.get(f"{BOARD}/630", query="expand=all").json
    link = f"http://localhost/Process/Board/{BULK_EDIT}"
    assert shown["methods"] == [{"type": "PermaLink", "httpMethod": "GET", "url": link}]
    assert shown["chat"] == []
    answer = fluid.get(f"{BOARD}/630", query="expand=everything")
    assert (answer.status, answer.json) == (422, INVALID)
