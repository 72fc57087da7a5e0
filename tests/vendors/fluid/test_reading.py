"""GET: one action, lists of ids, and what is found by a text."""

from __future__ import annotations

import pytest

from tests.vendors.fluid.calls import (
    ACTION,
    BOLLARDS,
    BULK_EDIT,
    CRANE,
    FORBIDDEN,
    HARBOUR,
    INVALID,
    NOBODY,
    OMAR,
    PUMP,
    PUMP_GUID,
    QUAYS,
    TENDER,
    create,
)

FIND = f"{ACTION}/find"


def ids(answer) -> list[int]:
    assert answer.status == 200, answer.entry["explanation"]
    return [each["id"] for each in answer.json]


def found(client, text: str, more: str = "", path: str = FIND) -> list[int]:
    """The numbers of what is found; none where the answer is a 404."""
    answer = client.get(path, query=f"query={text}{more}")
    return [] if answer.status == 404 else ids(answer)


# --- one -------------------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-081")
@pytest.mark.parametrize("key", ["4206", PUMP_GUID, PUMP_GUID.upper(), "004206"])
def test_a_number_and_a_guid_name_the_same_action(fluid, key) -> None:
    assert fluid.get(f"{ACTION}/{key}").json == fluid.get(PUMP).json


@pytest.mark.statement("FLU-134", "FLU-215")
@pytest.mark.parametrize("path", [PUMP, f"{PUMP}/"])
def test_one_action_takes_every_published_parameter(fluid, path) -> None:
    answer = fluid.get(path, query="fields=title&expand=none&skip=3&take=0&version=3.0")
    assert answer.json["fields"] == {"title": "Replace the pump"}
    assert fluid.get(path, query="skip=-1").status == 422


@pytest.mark.statement("FLU-095")
@pytest.mark.parametrize("key", ["1", NOBODY, "9" * 30, "pump", "4208", "%C3%A5", "-1"])
def test_what_is_not_there_is_404_with_its_id(fluid, key) -> None:
    answer = fluid.get(f"{ACTION}/{key}")
    assert (answer.status, answer.json) == (404, f"Action Not Found for {key.replace('%C3%A5', 'å')}")


@pytest.mark.statement("FLU-095", "FLU-Q5")
def test_what_one_may_not_see_is_the_same_404(ruth, lena) -> None:
    for client, path in ((ruth, PUMP), (ruth, TENDER), (lena, BOLLARDS)):
        answer = client.get(path)
        assert (answer.status, answer.json) == (404, f"Action Not Found for {path.rpartition('/')[2]}")
        assert answer.entry["explanation"]["record"]["existed"]


@pytest.mark.statement("FLU-Q5")
def test_by_the_other_reading_what_one_may_not_see_is_403(lena) -> None:
    lena.settings(hidden_read=403)
    assert (lena.get(BOLLARDS).status, lena.get(BOLLARDS).json) == (403, FORBIDDEN)
    assert lena.get(f"/rest/api/board/{HARBOUR}").status == 403
    assert lena.get(f"{ACTION}/1").status == 404


@pytest.mark.statement("FLU-133")
def test_a_head_is_the_get_without_its_body(fluid) -> None:
    head, get = fluid.call("HEAD", PUMP), fluid.get(PUMP)
    assert (head.status, head.headers["content-type"]) == (200, get.headers["content-type"])
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.statement("FLU-181", "FLU-223")
def test_a_user_action_is_seen_by_who_has_a_part_in_it(fluid, omar, lena, kofi, ruth) -> None:
    everybody = (fluid, omar, lena, kofi, ruth)
    assert [each.get(TENDER).status for each in everybody] == [404, 200, 404, 200, 404]
    assert [found(each, "tender") for each in everybody] == [[], [4359], [], [4359], []]
    assert [each.get(ACTION, query="id=4359").status for each in everybody] == [404, 200, 404, 200, 404]


# --- a list of ids ---------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-099", "FLU-135")
@pytest.mark.parametrize(
    "listed", ["4206,4207", "4206%2C4207", f"{PUMP_GUID},4207", f"%204206%20,,{4207},4206"]
)
def test_ids_and_guids_are_listed_by_commas(fluid, listed) -> None:
    answer = fluid.get(ACTION, query=f"id={listed}")
    assert ids(answer) == [4206, 4207]
    assert answer.json[0] == fluid.get(PUMP).json


@pytest.mark.statement("FLU-136")
def test_what_one_may_not_see_is_left_out(lena, omar) -> None:
    assert ids(lena.get(ACTION, query="id=4206,4207,4359,1")) == [4206]
    assert ids(omar.get(ACTION, query="id=4359,4207,4208,4206")) == [4359, 4207, 4206]


@pytest.mark.statement("FLU-220")
def test_a_list_that_finds_nothing_is_404(fluid, ruth) -> None:
    answer = fluid.get(ACTION, query="id=1,2")
    assert (answer.status, answer.json) == (404, "Action Not Found for 1,2")
    assert ruth.get(ACTION, query="id=4206").json == "Action Not Found for 4206"


@pytest.mark.statement("FLU-216")
def test_more_than_fifty_ids_are_refused(fluid) -> None:
    assert fluid.get(ACTION, query="id=" + ",".join(["4206"] * 50)).status == 200
    answer = fluid.get(ACTION, query="id=" + ",".join(["4206"] * 51))
    assert (answer.status, answer.json) == (422, INVALID)


@pytest.mark.statement("FLU-197")
@pytest.mark.parametrize("query", ["", "fields=all", "id=", "id=,%20,"])
def test_a_list_of_nothing_is_refused(fluid, query) -> None:
    assert fluid.get(ACTION, query=query).status == 422


# --- finding ---------------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-099", "FLU-137")
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("pump", [4206]),  # title
        ("quay", [4206]),  # description
        (BULK_EDIT, [4206]),  # principalGuid
        ("58c0kk41", [4207]),  # parentGuid
        ("Maintenance", [4206]),  # theme
        ("Winter", [4206]),  # epic
        ("", [4206, 4207]),
        ("crane", []),  # archived
        ("In Progress", []),  # its status is nowhere looked for
    ],
)
def test_a_text_is_looked_for_in_six_fields(fluid, text, numbers) -> None:
    assert found(fluid, text) == numbers


@pytest.mark.statement("FLU-212")
def test_the_case_of_a_text_does_not_matter(fluid) -> None:
    assert found(fluid, "rePLACE%20THE") == [4206]


@pytest.mark.statement("FLU-140")
@pytest.mark.parametrize("path", [ACTION, f"{ACTION}/", f"{FIND}/"])
def test_the_printed_addresses_find_the_same(fluid, path) -> None:
    assert fluid.get(path, query="query=pump").json == fluid.get(FIND, query="query=pump").json


@pytest.mark.statement("FLU-220")
def test_a_search_that_finds_nothing_is_404(fluid) -> None:
    answer = fluid.get(FIND, query="query=zeppelin")
    assert (answer.status, answer.json) == (404, "Action Not Found for zeppelin")
    assert fluid.get(FIND).status == 422


@pytest.mark.statement("FLU-048", "FLU-198")
@pytest.mark.parametrize("path", [ACTION, FIND, "/rest/api/board", "/rest/api/board/find"])
def test_a_field_that_is_none_is_refused_before_anything_is_looked_for(fluid, path) -> None:
    answer = fluid.get(path, query="query=zeppelin&fields=colour")
    assert (answer.status, answer.json) == (422, INVALID)


@pytest.mark.statement("FLU-138", "FLU-139")
def test_sixty_are_answered_in_pages_of_fifty_at_most(fluid) -> None:
    made = [create(fluid, title=f"Many {number}")["id"] for number in range(60)]

    def page(query: str) -> tuple[list[int], str, str]:
        answer = fluid.get(FIND, query=f"query=Many{query}")
        return ids(answer), answer.headers["item-count"], answer.headers["total-count"]

    assert page("") == (made[:50], "50", "60")
    assert page("&skip=50") == (made[50:], "10", "60")
    assert page("&skip=5&take=7") == (made[5:12], "7", "60")
    assert page("&take=0") == ([], "0", "60")
    assert page("&skip=60") == ([], "0", "60")


@pytest.mark.statement("FLU-211")
def test_more_than_fifty_are_never_taken(fluid) -> None:
    for number in range(60):
        create(fluid, title=f"Many {number}")
    assert len(found(fluid, "Many", "&take=1000")) == 50


@pytest.mark.statement("FLU-048")
@pytest.mark.parametrize("query", ["skip=-1", "take=-1", "skip=a", "take=1.5", "take=", "skip=1e2"])
def test_a_page_that_is_no_number_is_refused(fluid, query) -> None:
    answer = fluid.get(FIND, query=f"query=pump&{query}")
    assert (answer.status, answer.json) == (422, INVALID)


def test_the_archived_action_is_in_the_starting_state(fluid) -> None:
    """Else what is not found above would prove nothing."""
    assert fluid.world.store.get("actions", int(CRANE.rpartition("/")[2]))["title"] == "Order a crane"
    assert OMAR["id"] == fluid.world.store.get("actions", 4359)["author"]
    assert fluid.world.store.get("actions", 4207)["parentGuid"] == QUAYS
