"""What is refused, with which status and in which words; and that it changes nothing."""

from __future__ import annotations

import pytest

from tests.vendors.fluid.calls import (
    ACTION,
    BAD_REQUEST,
    BOARD,
    BULK_EDIT,
    FORBIDDEN,
    HARBOUR,
    INVALID,
    PUMP,
    TOO_MANY,
    UNAUTHORIZED,
    body,
    post,
    state,
)

JSON = {"Content-Type": "application/json"}


@pytest.mark.statement("FLU-106", "FLU-226")
@pytest.mark.parametrize(
    "said", [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_a_body_that_does_not_say_that_it_is_json_is_refused(fluid, said) -> None:
    before = state(fluid)
    for send, path in ((fluid.post, ACTION), (fluid.put, PUMP), (fluid.post, f"{ACTION}/bulk")):
        answer = send(path, body(), headers={"Content-Type": said})
        assert (answer.status, answer.json) == (400, BAD_REQUEST)
        assert "Content-Type" in answer.entry["explanation"]["reason"]
    assert state(fluid) == before
    fluid.settings(content_type="any")
    assert fluid.post(ACTION, body(), headers={"Content-Type": said}).status == 200


@pytest.mark.statement("FLU-106", "FLU-226")
@pytest.mark.parametrize(
    "said", ["application/json", "Application/JSON; charset=utf-8", " application/json ;x=y"]
)
def test_a_body_says_in_any_case_and_with_parameters_that_it_is_json(fluid, said) -> None:
    assert fluid.post(ACTION, body(), headers={"Content-Type": said}).status == 200


NOT_JSON = [
    b"{",
    b"",
    b" ",
    b"title=x",
    b'{"fields": {"title": "a" "status": "b"}}',
    b"\xff",
    b"{'fields': {}}",
    b"NaN",
]


@pytest.mark.statement("FLU-042", "FLU-112", "FLU-Q3", "FLU-Q4")
@pytest.mark.parametrize("data", NOT_JSON)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", ACTION), ("PUT", PUMP), ("PUT", ACTION), ("DELETE", ACTION)]
)
def test_what_is_not_json_is_400_and_never_repaired(fluid, method, path, data) -> None:
    before = state(fluid)
    answer = fluid.call(method, path, body=data, headers=JSON)
    assert (answer.status, answer.json) == (400, BAD_REQUEST)
    assert state(fluid) == before


@pytest.mark.statement("FLU-047", "FLU-115", "FLU-Q4")
@pytest.mark.parametrize(
    "sent",
    [
        body(status="Nope"),
        body(status="not started"),
        body(taskType="Nope"),
        body(priority=None),
        body(description=5),
        body(businessValue="8"),
        body(impediment=-1),
        body(assignee="dana.birch"),
        {"fields": "title"},
        {"fields": []},
        {"fields": None},
        {"title": "No fields"},
        {},
        "text",
        5,
        {**body(), "customProperties": {}},
        {**body(), "customProperties": ["team"]},
    ],
)
def test_json_with_values_that_are_refused_is_422(fluid, sent) -> None:
    before = state(fluid)
    answers = [fluid.post(ACTION, sent), fluid.put(PUMP, sent)]
    assert [(each.status, each.json) for each in answers] == [(422, INVALID)] * 2
    assert answers[0].entry["explanation"]["problems"]
    assert state(fluid) == before


@pytest.mark.statement("FLU-Q4")
def test_null_is_json_and_no_action(fluid) -> None:
    assert fluid.post(ACTION, body=b"null").status == 422


@pytest.mark.statement("FLU-Q4")
def test_by_the_other_reading_refused_values_are_400_too(fluid) -> None:
    fluid.settings(bad_values=400)
    answers = [
        post(fluid, status="Nope"),
        fluid.get(PUMP, query="expand=x"),
        fluid.post(ACTION, {"fields": {}}),
    ]
    assert [(each.status, each.json) for each in answers] == [(400, BAD_REQUEST)] * 3


@pytest.mark.statement("FLU-111", "FLU-113", "FLU-114", "FLU-Q12")
def test_the_body_of_every_error_is_a_json_string(fluid, kofi, anyone) -> None:
    fluid.settings(rate_limit=8)
    answers = [
        fluid.post(ACTION, body=b"{"),
        anyone.get(PUMP),
        kofi.delete(PUMP),
        fluid.get(f"{ACTION}/1"),
        fluid.call("PATCH", PUMP),
        post(fluid, status="Nope"),
        fluid.get("/nowhere"),
        fluid.get(f"{BOARD}/1"),
        fluid.get(PUMP),
    ]
    assert [each.json for each in answers] == [
        BAD_REQUEST,
        UNAUTHORIZED,
        FORBIDDEN,
        "Action Not Found for 1",
        "Method Not Allowed",
        INVALID,
        "Not Found",
        "Board Not Found for 1",
        TOO_MANY,
    ]
    assert {each.headers["content-type"] for each in answers} == {"application/json"}


@pytest.mark.statement("FLU-Q12")
def test_by_the_other_reading_the_body_of_an_error_is_plain_text(fluid) -> None:
    fluid.settings(error_body="text")
    for answer, words in (
        (fluid.get(f"{ACTION}/1"), b"Action Not Found for 1"),
        (fluid.get("/nowhere"), b"Not Found"),
    ):
        assert answer.body == words
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert fluid.get(PUMP).headers["content-type"] == "application/json"


@pytest.mark.statement("FLU-177")
def test_an_unknown_address_is_404_with_or_without_a_credential(fluid, anyone) -> None:
    for client in (fluid, anyone):
        for path in ("/", "/rest", "/rest/api/actions", "/rest/api/Action", f"{PUMP}/more", "/docs/more"):
            assert (client.get(path).status, client.get(path).json) == (404, "Not Found")


@pytest.mark.statement("FLU-177", "FLU-214")
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (ACTION, "DELETE, GET, POST, PUT"),
        (PUMP, "DELETE, GET, PUT"),
        (f"{BOARD}/630", "GET"),
        ("/docs", "GET"),
    ],
)
def test_a_method_that_an_address_does_not_take_is_405(fluid, anyone, path, allowed) -> None:
    for client in (fluid, anyone):
        answer = client.call("PATCH", path, body())
        assert (answer.status, answer.json, answer.headers["allow"]) == (405, "Method Not Allowed", allowed)


@pytest.mark.statement("FLU-210")
def test_broken_json_comes_before_a_bad_query_and_bad_content_before_permission(kofi) -> None:
    assert kofi.post(ACTION, body=b"{", query="expand=x").status == 400
    assert post(kofi, principalGuid=HARBOUR, status="Nope").status == 422
    assert kofi.put(PUMP, body(status="Nope")).status == 422
    assert kofi.put(f"{ACTION}/1", body(status="Nope")).status == 422


@pytest.mark.statement("FLU-162")
def test_no_answer_is_a_redirect(fluid) -> None:
    paths = [
        ACTION,
        f"{ACTION}/",
        PUMP,
        f"{PUMP}/",
        BOARD,
        f"{BOARD}/",
        "/docs",
        "/docs/",
        "/",
        f"/Process/Board/{BULK_EDIT}",
    ]
    assert not [path for path in paths if 300 <= fluid.get(path).status < 400]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_an_injected_error_is_a_text_in_the_vendor_s_words(fluid, status) -> None:
    fluid.fault("read_action", status)
    answer = fluid.get(PUMP)
    assert (answer.status, type(answer.json)) == (status, str)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30])
def test_a_number_beyond_64_bits_is_no_json_of_ours(fluid, number) -> None:
    assert (
        fluid.post(ACTION, body=f'{{"fields":{{"title":"a","businessValue":{number}}}}}'.encode()).status
        == 400
    )


@pytest.mark.parametrize("number", [1e300, 9.5, 2**53, -1])
def test_an_id_that_no_action_can_have_is_refused(fluid, number) -> None:
    assert fluid.call("DELETE", ACTION, [{"id": number}]).status in {404, 422}
    assert post(fluid, assignee=[{"id": number}]).status == 422
