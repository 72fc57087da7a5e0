"""POST of a user's own action: what it is made of and what is answered."""

from __future__ import annotations

import re

import pytest

from tests.vendors.fluid.calls import (
    ACTION,
    DANA,
    INVALID,
    NOBODY,
    NOW,
    OMAR,
    SAMPLE,
    USER_KEYS,
    actions,
    body,
    create,
    fields,
    path_of,
    post,
    state,
)

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}")
JSON = {"Content-Type": "application/json"}


@pytest.mark.statement("FLU-001", "FLU-105")
def test_a_post_creates_one_action_that_can_be_read(fluid) -> None:
    before = len(actions(fluid))
    made = fluid.post("/rest/api/action", body(title="Only this one"))
    assert len(actions(fluid)) == before + 1
    assert fields(fluid.get(f"{ACTION}/{made.json['id']}"))["title"] == "Only this one"


@pytest.mark.statement("FLU-002", "FLU-006", "FLU-Q1")
def test_one_s_own_action_needs_neither_a_principal_nor_a_permission(ruth) -> None:
    assert create(ruth)["fields"]["principalGuid"] == ruth.world.store.get("users", 607)["guid"]


@pytest.mark.statement("FLU-012", "FLU-106")
def test_a_creation_answers_200_and_json(fluid) -> None:
    answer = fluid.post(ACTION, body(), headers=JSON)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")


@pytest.mark.statement("FLU-014", "FLU-032", "FLU-Q7")
@pytest.mark.parametrize("query", ["", "fields=all"])
def test_a_user_action_has_exactly_the_22_printed_fields(fluid, query) -> None:
    assert list(create(fluid, query)["fields"]) == USER_KEYS
    assert len(USER_KEYS) == 22


@pytest.mark.statement("FLU-107")
def test_the_answer_has_four_keys_in_the_printed_order(fluid) -> None:
    assert list(create(fluid)) == ["fields", "id", "guid", "url"]


@pytest.mark.statement("FLU-015")
@pytest.mark.parametrize(
    "text", ["Sample Title", " kept as it is ", "Größe 4 \U0001f527", '"\\\n', "0", "x" * 5000]
)
def test_title_and_description_are_those_that_were_sent(fluid, text) -> None:
    shown = create(fluid, title=text, description=text[::-1])["fields"]
    assert (shown["title"], shown["description"]) == (text, text[::-1])


@pytest.mark.statement("FLU-015")
def test_status_and_task_type_are_those_that_were_sent(fluid) -> None:
    shown = create(fluid, status="In Progress", taskType="Bug")["fields"]
    assert (shown["status"], shown["taskType"]) == ("In Progress", "Bug")


@pytest.mark.statement("FLU-016")
def test_ids_are_numbers_and_guids_texts_and_none_comes_twice(fluid) -> None:
    one, other = create(fluid), create(fluid)
    assert [type(one["id"]), type(one["guid"])] == [int, str]
    assert one["id"] != other["id"]
    assert one["guid"] != other["guid"]


@pytest.mark.statement("FLU-017", "FLU-082")
def test_the_url_is_the_address_of_the_action(fluid) -> None:
    made = create(fluid)
    assert made["url"] == f"http://localhost/rest/api/action/{made['id']}"
    assert fluid.get(path_of(made["url"])).json == made


@pytest.mark.statement("FLU-018", "FLU-019", "FLU-020", "FLU-021", "FLU-108")
def test_the_caller_is_assignee_author_modifier_and_owner(fluid, omar) -> None:
    for client, person in ((fluid, DANA), (omar, OMAR)):
        shown = create(client)["fields"]
        assert (shown["assignee"], shown["author"]) == ([person], person)
        assert (shown["modifiedBy"], shown["owners"]) == (person, [person])


@pytest.mark.statement("FLU-084", "FLU-083")
def test_assignee_and_owners_are_lists_and_author_and_modifier_one_person_each(fluid) -> None:
    shown = create(fluid, assignee=[{"id": 603}, {"id": 604}], owners=[{"id": 604}])["fields"]
    assert (shown["assignee"], shown["owners"]) == ([DANA, OMAR], [OMAR])
    assert [type(shown["author"]), type(shown["modifiedBy"]), type(shown)] == [dict, dict, dict]


@pytest.mark.statement("FLU-023", "FLU-213")
def test_is_owner_is_true_for_who_owns_the_action(fluid, omar) -> None:
    made = create(fluid, assignee=[{"id": 604}])
    assert made["fields"]["isOwner"] is True
    assert fields(omar.get(f"{ACTION}/{made['id']}"))["isOwner"] is False


@pytest.mark.statement("FLU-024", "FLU-109", "FLU-026")
def test_what_is_not_sent_begins_as_printed(fluid) -> None:
    shown = create(fluid)["fields"]
    assert (shown["priority"], shown["ragStatus"]) == ("Medium", "Green")
    assert [shown[name] for name in ("attachmentCount", "businessValue", "chatCount", "impediment")] == [
        0,
        0,
        0,
        0,
    ]
    assert [shown[name] for name in ("dueDate", "startDate", "endDate")] == [None, None, None]


@pytest.mark.statement("FLU-188")
def test_a_title_is_enough(fluid) -> None:
    shown = fields(fluid.post(ACTION, {"fields": {"title": "Bare"}}))
    assert [shown[name] for name in ("status", "taskType", "description")] == ["Not Started", "Task", None]


@pytest.mark.statement("FLU-025")
def test_the_principal_of_one_s_own_action_is_oneself(fluid) -> None:
    shown = create(fluid)["fields"]
    assert shown["principalGuid"] == shown["author"]["guid"] == DANA["guid"]
    assert create(fluid, principalGuid=DANA["guid"].upper())["fields"]["principalGuid"] == DANA["guid"]


@pytest.mark.statement("FLU-027", "FLU-Q16")
def test_the_two_dates_are_equal_and_printed_without_a_zone(fluid) -> None:
    shown = create(fluid)["fields"]
    assert shown["createDate"] == shown["modifiedDate"] == NOW.replace("Z", ".0000000")
    assert TIMESTAMP.fullmatch(shown["createDate"])


@pytest.mark.statement("FLU-028", "FLU-Q6")
def test_not_started_is_4_on_a_user_action(fluid) -> None:
    assert create(fluid)["fields"]["statusCode"] == 4


@pytest.mark.statement("FLU-183", "FLU-184")
def test_the_codes_of_a_user_s_statuses_count_on_from_the_printed_one(fluid) -> None:
    statuses = ["Not Started", "In Progress", "On Hold", "Completed", "Cancelled"]
    assert [create(fluid, status=each)["fields"]["statusCode"] for each in statuses] == [4, 5, 6, 7, 8]
    shown = create(fluid, "fields=isClosed,status", status="Completed")["fields"]
    assert shown == {"isClosed": True, "status": "Completed"}


@pytest.mark.statement("FLU-185", "FLU-186", "FLU-187")
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("taskType", ["Task", "Bug", "Story", "Epic", "Issue", "Risk"]),
        ("priority", ["Low", "Medium", "High", "Critical"]),
        ("ragStatus", ["Green", "Amber", "Red"]),
    ],
)
def test_the_words_we_assume_are_taken_and_no_others(fluid, name, values) -> None:
    assert [create(fluid, **{name: each})["fields"][name] for each in values] == values
    assert post(fluid, **{name: values[0].lower()}).status == 422


@pytest.mark.statement("FLU-Q1", "FLU-180")
def test_another_person_s_guid_is_no_principal_of_the_caller_s(fluid) -> None:
    before = state(fluid)
    answer = post(fluid, principalGuid=OMAR["guid"])
    assert (answer.status, answer.entry["explanation"]["kind"]) == (403, "forbidden")
    assert state(fluid) == before


@pytest.mark.statement("FLU-191")
@pytest.mark.parametrize("name", ["id", "guid", "userName", "email"])
def test_a_person_is_named_by_any_of_four(fluid, name) -> None:
    given = {name: OMAR[name] if name == "id" else str(OMAR[name]).upper()}
    assert create(fluid, assignee=[given, given])["fields"]["assignee"] == [OMAR]


@pytest.mark.statement("FLU-191")
@pytest.mark.parametrize(
    "given",
    [{"id": 9}, {"guid": NOBODY}, {"userName": "dana"}, {"email": ""}, {"name": "Dana Birch"}, {}, 603, None],
)
@pytest.mark.parametrize("field", ["assignee", "owners"])
def test_a_person_that_is_nobody_is_refused(fluid, field, given) -> None:
    before = state(fluid)
    answer = post(fluid, **{field: [given]})
    assert (answer.status, answer.json) == (422, INVALID)
    assert state(fluid) == before


@pytest.mark.statement("FLU-189")
@pytest.mark.parametrize("title", ["", " ", "\t\n", None, 5, ["a"]])
def test_a_title_that_says_nothing_is_refused(fluid, title) -> None:
    answer = post(fluid, title=title)
    assert (answer.status, answer.json) == (422, INVALID)
    assert fluid.post(ACTION, {"fields": {}}).status == 422


@pytest.mark.statement("FLU-190")
def test_what_a_body_should_not_have_is_ignored(fluid) -> None:
    made = create(fluid, statusCode=99, author={"id": 604}, colour="red", createDate="long ago")
    assert (made["fields"]["statusCode"], made["fields"]["author"]) == (4, DANA)
    assert "colour" not in made["fields"]
    assert fluid.post(ACTION, {**body(), "id": 1, "url": 7, "methods": "x"}).json["id"] != 1


@pytest.mark.statement("FLU-192")
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2024-03-01", "2024-03-01T00:00:00.0000000"),
        ("2024-03-01T17:30", "2024-03-01T17:30:00.0000000"),
        ("2024-03-01T17:30:01", "2024-03-01T17:30:01.0000000"),
        ("2024-03-01T17:30:01.2500000", "2024-03-01T17:30:01.2500000"),
        ("2024-03-01T17:30:01Z", "2024-03-01T17:30:01.0000000"),
        ("2024-03-01T17:30:01+02:00", "2024-03-01T15:30:01.0000000"),
        (None, None),
    ],
)
@pytest.mark.parametrize("name", ["startDate", "dueDate", "endDate"])
def test_a_date_is_answered_in_utc(fluid, name, sent, shown) -> None:
    assert create(fluid, **{name: sent})["fields"][name] == shown


@pytest.mark.statement("FLU-192")
@pytest.mark.parametrize(
    "sent",
    [
        "tomorrow",
        "",
        "2024-02-30",
        "2024-13-01",
        "01/03/2024",
        "20240301",
        "2024-03-01T25:00",
        5,
        "0001-01-01T00:00+09:00",
    ],
)
def test_what_is_no_date_is_refused(fluid, sent) -> None:
    assert post(fluid, dueDate=sent).status == 422


@pytest.mark.statement("FLU-Q14")
def test_links_keep_the_address_the_client_used(fluid) -> None:
    made = fluid.post(ACTION, body(), headers={"Host": "localhost:55648"}).json
    assert made["url"] == f"http://localhost:55648/rest/api/action/{made['id']}"
    assert fluid.get(path_of(made["url"]), headers={"Host": "organisation.example.com"}).status == 200


def test_the_printed_fields_are_those_of_the_sample(fluid) -> None:
    assert set(SAMPLE) < set(USER_KEYS)
