"""core/dispatch.py: the order of the request path, and that a refused call changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.call import Reply
from simulator.core.errors import Conflict, EdgeRefusal, Refusal
from simulator.core.store import Record
from simulator.core.vendor import collects_problems
from tests.core import toy
from tests.core.toy import Call, Client

NOBODY: dict[str, str] = {}
BAD = {"Authorization": "Bearer nobody"}
PART = {"name": "wheel", "weight": 0.07}


@pytest.fixture
def silent(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """For tests that break something on purpose, and look at what was logged of it."""
    caplog.set_level(logging.ERROR, logger="simulator")
    return caplog


# --- a call that succeeds --------------------------------------------------------------------------------------------


def test_a_call_is_answered_as_documented(client: Client) -> None:
    answer = client.post("/v1/toys", {"name": "kite", "color": "blue"})

    assert answer.status == 201
    assert (answer.json["id"], answer.json["color"], answer.json["owner_id"]) == (8, "blue", 1)
    assert client.get("/v1/toys/8").json == answer.json


def test_an_answer_carries_the_headers_that_every_answer_has(client: Client) -> None:
    answer = client.get("/v1/toys/1")

    assert answer.headers == {
        "date": "Mon, 06 May 2024 07:08:09 GMT",
        "content-type": "application/json",
        "content-length": str(len(answer.body)),
    }


def test_an_answer_without_a_body_has_no_type(client: Client) -> None:
    answer = client.delete("/v1/toys/1")

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers.keys() == {"date", "content-length"}
    assert answer.headers["content-length"] == "0"


def test_a_handler_may_choose_status_and_headers(client: Client) -> None:
    answer = client.post("/v1/toys/1/parts", PART, headers={"Host": "toys.example.com"})

    assert answer.status == 201
    assert answer.headers["location"] == "http://toys.example.com/parts/1"


def test_a_null_is_a_body() -> None:
    client = toy.client(handlers={"read_status": lambda call: Reply({"a": None}, 200)})

    assert client.get("/v1/status").body == b'{"a":null}'


def test_the_spelling_of_a_path_and_of_keys_is_the_vendors_affair(client: Client) -> None:
    assert client.get("/api/v1/toys/1").json["name"] == "bear"
    assert client.post("/v1/toys", {"NAME": "kite"}).json["name"] == "kite"


def test_time_stands_still_while_a_call_is_answered() -> None:
    seen: list[int] = []

    def read(call: Call) -> Any:
        seen.append(call.now)
        call.sandbox.clock.set(call.now + toy.HOUR)
        seen.append(call.now)
        return {}

    toy.client(handlers={"read_status": read}).get("/v1/status")

    assert seen == [toy.NOW, toy.NOW]


def test_the_date_of_an_answer_is_the_sandboxes(client: Client) -> None:
    client.sandbox.clock.set(0)

    assert client.get("/v1/toys").headers["date"] == "Thu, 01 Jan 1970 00:00:00 GMT"


# --- the order of the steps ------------------------------------------------------------------------------------------
#
# A request that is wrong in two ways is refused for the first of them.


def test_an_unknown_path_is_the_vendors_404_without_a_credential(client: Client) -> None:
    answer = client.as_(NOBODY).get("/v1/nothing")

    assert (answer.status, answer.json) == (404, {"error": "not here"})
    assert client.entry(answer)["operation"] is None


def test_a_wrong_method_is_the_vendors_405_without_a_credential(client: Client) -> None:
    answer = client.as_(NOBODY).put("/v1/toys", {})

    assert (answer.status, answer.json) == (405, {"error": "not so"})
    assert answer.headers["allow"] == "GET, POST"


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "PATCH", "get", "QUERY"])
def test_a_method_that_the_document_does_not_have_is_405(client: Client, method: str) -> None:
    answer = client.call(method, "/v1/toys/1")

    assert (answer.status, answer.headers["allow"]) == (405, "DELETE, GET, PUT")


def test_a_path_that_no_text_can_stand_for_is_refused_at_the_edge(client: Client) -> None:
    with pytest.raises(EdgeRefusal) as refused:
        client.get("/v1/toys/%ff")

    assert refused.value.status == 400
    assert len(client.sandbox.journal) == 0


def test_a_status_fault_answers_before_authentication(client: Client) -> None:
    client.sandbox.faults.add("toy", "list_toys", "status", status=503)

    assert client.as_(NOBODY).get("/v1/toys").status == 503
    assert client.as_(NOBODY).get("/v1/toys").status == 401


def test_a_fault_needs_a_path_that_exists(client: Client) -> None:
    client.sandbox.faults.add("toy", None, "status", status=503)

    assert client.get("/v1/nothing").status == 404


def test_an_operation_without_behaviour_is_said_to_be_so_at_the_edge(client: Client) -> None:
    client.sandbox.faults.add("toy", None, "status", status=503)

    with pytest.raises(EdgeRefusal) as refused:
        client.as_(NOBODY).get("/v1/dreams")

    assert (refused.value.status, refused.value.reason) == (501, "list_dreams is not simulated")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/toys/99", None),
        ("GET", "/v1/toys?limit=x", None),
        ("POST", "/v1/toys", b""),
        ("POST", "/v1/toys", b"{not json"),
        ("POST", "/v1/toys", b"[" * 100),
        ("POST", "/v1/toys", b'{"name":""}'),
        ("POST", "/v1/toys", b"x" * 2_000_000),
        ("POST", "/v1/toys/99/parts", b"{}"),
        ("POST", "/v1/toys/99/pictures", b"not multipart"),
    ],
)
@pytest.mark.parametrize("headers", [NOBODY, BAD])
def test_authentication_comes_before_anything_that_was_sent(
    client: Client, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> None:
    path, _, query = path.partition("?")

    assert client.as_(headers).call(method, path, body=body, query=query).status == 401


def test_rights_come_before_the_content(client: Client) -> None:
    client.world.settings = toy.Settings(closed=True)
    bob = client.as_({"Authorization": f"Bearer {client.world.credentials[1]['token']}"})

    answer = bob.post("/v1/toys", body=b"{not json")

    assert (answer.status, answer.json) == (403, {"error": "not yours"})
    assert client.entry(answer)["statements"] == ["TOY-020", "TOY-050"]
    assert client.post("/v1/toys", body=b"{not json").status == 400


def test_parameters_and_body_are_refused_together(client: Client) -> None:
    document = toy.document()
    document["paths"]["/v1/toys"]["post"]["parameters"] = [
        {"name": "dry", "in": "query", "schema": {"type": "boolean"}}
    ]
    client = Client(toy.sandbox(served=toy.service(document=document)))

    answer = client.post("/v1/toys", {"name": ""}, query="dry=perhaps")

    assert (answer.status, answer.json["details"]) == (422, ["dry type", "name pattern"])


def test_a_handler_never_sees_what_was_refused() -> None:
    def create(call: Call) -> Any:
        raise AssertionError("seen")

    client = toy.client(handlers={"create_toy": create})

    assert client.post("/v1/toys", {"name": ""}).status == 422


def test_what_is_wrong_with_the_content_comes_before_what_is_not_there(client: Client) -> None:
    assert client.put("/v1/toys/99", {"name": ""}).status == 422
    assert client.put("/v1/toys/99", {"name": "x"}).status == 404


def test_an_operation_that_collects_its_problems_may_miss_the_parent_first(client: Client) -> None:
    assert client.post("/v1/toys/99/parts", {}).status == 404
    assert client.post("/v1/toys/1/parts", {}).status == 422


def test_an_operation_that_collects_its_problems_adds_its_own(client: Client) -> None:
    client.post("/v1/toys/1/parts", PART)

    answer = client.post("/v1/toys/1/parts", {**PART, "weight": 0})

    assert answer.json["details"] == ["weight exclusiveMinimum", "name unique"]


# --- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"  \n",
            b"{",
            b"nope",
            b"{'name':'x'}",
            b'{"name":NaN}',
            b'{"name":"\\ud800"}',
            b'{"name":"\xff"}',
        ),
        *(
            b'{"name":"x","size":99999999999999999999}',
            b"[" * 65 + b"]" * 65,
            b"\xff\xfe{\x00}\x00",
            b"\xef\xbb\xbf",
        ),
    ],
)
def test_a_body_that_cannot_be_read_is_malformed(client: Client, body: bytes) -> None:
    answer = client.post("/v1/toys", body=body)

    assert (answer.status, answer.json) == (400, {"error": "unreadable"})
    assert client.entry(answer)["explanation"]["kind"] == "malformed"


@pytest.mark.parametrize(
    "body", [b"null", b"true", b"1", b'"x"', b"[]", b"{}", b'{"name":null}', b'{"name":true}']
)
def test_a_body_of_another_shape_is_invalid(client: Client, body: bytes) -> None:
    assert client.post("/v1/toys", body=body).status == 422


def test_a_body_may_begin_with_a_byte_order_mark_and_stand_in_blanks(client: Client) -> None:
    assert client.post("/v1/toys", body=b'\xef\xbb\xbf \t{"name":"kite"}\r\n').status == 201


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "text/plain", ""]
)
def test_json_is_read_whatever_it_is_called(client: Client, content_type: str) -> None:
    assert client.post("/v1/toys", {"name": "kite"}, headers={"Content-Type": content_type}).status == 201


def test_a_body_that_nobody_asked_for_is_not_looked_at(client: Client) -> None:
    assert client.get("/v1/toys", headers={"Content-Type": "application/json"}).status == 200
    assert client.call("DELETE", "/v1/toys/1", body=b"{not json").status == 204


def test_a_body_beyond_the_operations_limit_is_refused_at_the_edge(client: Client) -> None:
    head = {"Content-Type": "multipart/form-data; boundary=edge"}

    with pytest.raises(EdgeRefusal) as refused:
        client.post("/v1/toys/1/pictures", body=b"x" * 2001, headers=head)

    assert refused.value.status == 413
    assert len(client.sandbox.journal) == 0


def test_a_form_is_read_into_fields_and_files(client: Client) -> None:
    body = (
        b'--edge\r\nContent-Disposition: form-data; name="title"\r\n\r\nBear\r\n'
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG\r\n--edge--\r\n'
    )
    head = {"Content-Type": "multipart/form-data; boundary=edge"}

    assert client.post("/v1/toys/1/pictures", body=body, headers=head).json == {"bytes": 4, "title": "Bear"}
    assert client.post("/v1/toys/1/pictures", body=body[:80], headers=head).status == 400
    assert (
        client.post("/v1/toys/1/pictures", body=body.replace(b'"file"', b'"pile"'), headers=head).status
        == 422
    )
    assert client.post("/v1/toys/1/pictures", {"file": "x"}).status == 400


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


numbers = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)


@given(texts, st.dictionaries(texts, st.none() | st.booleans() | texts | numbers, max_size=3))
def test_whatever_is_accepted_can_be_read_again(name: str, more: dict[str, Any]) -> None:
    client = toy.client()

    created = client.post("/v1/toys", {**more, "name": name})

    assert created.status in {201, 422}
    read = client.get("/v1/toys")
    assert read.status == 200
    if created.status == 201:
        assert read.json[-1] == created.json


@given(st.binary(max_size=60))
def test_any_body_is_answered_and_noted(body: bytes) -> None:
    client = toy.client()

    for path in ("/v1/toys", "/v1/sessions", "/v1/toys/1/parts", "/v1/toys/1/pictures"):
        answer = client.post(path, body=body)

        assert answer.status in {201, 400, 401, 422}
        assert client.entry(answer)["response"]["status"] == answer.status


# --- a refused call changes nothing ----------------------------------------------------------------------------------


def meddle(call: Call) -> None:
    """Everything a handler can do to the world."""
    call.store.delete("toys", 1)
    call.store.replace("toys", {**_record(call, 2), "color": "red", "owner_id": 9})
    call.store.insert("toys", {**_record(call, 7), "id": 1})
    call.store.insert("toys", {**_record(call, 7), "id": call.next_id("toys")})
    call.next_id("parts")
    call.mint("token")
    call.schedule(call.now + 1, "never", "TOY-050")


def _record(call: Call, id: int) -> Record:
    record = call.store.get("toys", id)
    assert record is not None
    return record


def refusing(*, document: bool = True) -> Iterator[tuple[str, Any, int]]:
    """Ways in which a handler can fail after it has changed things: what it does last, and the status of that."""

    def conflict(call: Call) -> Any:
        raise Conflict("no")

    def crash(call: Call) -> Any:
        raise ZeroDivisionError

    def key_error(call: Call) -> Any:
        return call.store.delete("toys", 99)

    yield "a refusal", conflict, 409
    yield "an exception", crash, 500
    yield "a record that is not there", key_error, 500
    yield "a reply that breaks its schema", lambda call: {"id": "one"}, 500
    yield "a reply of a status that is not documented", lambda call: Reply({"error": "x"}, 418), 500
    yield "a reply that is missing", lambda call: None, 500
    yield "an integer that JSON cannot carry", lambda call: {**_record(call, 2), "id": 2**70}, 500
    yield "a text that JSON cannot carry", lambda call: {**_record(call, 2), "name": "\ud800"}, 500
    yield "a value that JSON does not know", lambda call: {**_record(call, 2), "more": {1, 2}}, 500
    yield (
        "a header that is no text",
        lambda call: Reply(_record(call, 2), 201, (("Location", "/\u2603"),)),
        500,
    )
    yield (
        "a header with a line of its own",
        lambda call: Reply(_record(call, 2), 201, (("Location", "/\r\nX: y"),)),
        500,
    )
    yield "a header with an end", lambda call: Reply(_record(call, 2), 201, (("Location", "/\0"),)), 500


REFUSING = {what: (last, status) for what, last, status in refusing()}


@pytest.mark.parametrize("what", REFUSING)
def test_a_refused_call_changes_nothing(what: str, silent: pytest.LogCaptureFixture) -> None:
    last, status = REFUSING[what]

    def create(call: Call) -> Any:
        meddle(call)
        return last(call)

    client = toy.client(handlers={"create_toy": create})
    before = toy.everything(client.sandbox)
    reds = list(client.world.store.find("toys", "color", "red"))

    answer = client.post("/v1/toys", {"name": "kite"})

    assert answer.status == status
    assert toy.everything(client.sandbox) == before
    assert list(client.world.store.find("toys", "color", "red")) == reds
    assert client.sandbox.advance(10) == []
    assert client.entry(answer)["changes"] == []


def test_a_refusal_may_keep_what_was_written() -> None:
    def create(call: Call) -> Any:
        call.store.delete("toys", 1)
        raise Conflict("no", keeps=call.body["name"] == "kept")

    client = toy.client(handlers={"create_toy": create})

    assert client.post("/v1/toys", {"name": "lost"}).status == 409
    assert client.world.store.get("toys", 1) is not None
    answer = client.post("/v1/toys", {"name": "kept"})

    assert answer.status == 409
    assert client.world.store.get("toys", 1) is None
    assert [(each["collection"], each["id"]) for each in client.entry(answer)["changes"]] == [("toys", 1)]


def test_the_call_after_a_refused_one_sees_nothing_of_it() -> None:
    def create(call: Call) -> Any:
        meddle(call)
        if call.body["name"] == "bad":
            raise Conflict("no")
        return _record(call, 2)

    client, spared = toy.client(handlers={"create_toy": create}), toy.client(handlers={"create_toy": create})

    client.post("/v1/toys", {"name": "bad"})

    assert client.post("/v1/toys", {"name": "good"}).body == spared.post("/v1/toys", {"name": "good"}).body
    assert toy.everything(client.sandbox) == toy.everything(spared.sandbox)


def test_a_limit_of_ours_undoes_what_was_begun() -> None:
    def create(call: Call) -> Any:
        meddle(call)
        raise EdgeRefusal(503, "no more room")

    client = toy.client(handlers={"create_toy": create})
    before = toy.everything(client.sandbox)

    with pytest.raises(EdgeRefusal):
        client.post("/v1/toys", {"name": "kite"})

    assert toy.everything(client.sandbox) == before


# --- our own bugs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [what for what, (_, status) in REFUSING.items() if status == 500])
def test_our_own_bug_is_the_vendors_500_and_marked_as_ours(
    what: str, silent: pytest.LogCaptureFixture
) -> None:
    client = toy.client(handlers={"create_toy": REFUSING[what][0]})

    answer = client.post("/v1/toys", {"name": "kite"})

    assert (answer.status, answer.json) == (500, {"error": "we broke it"})
    assert client.entry(answer)["explanation"]["kind"] == "simulator_bug"
    assert silent.records


def test_a_reply_that_breaks_its_document_says_where(silent: pytest.LogCaptureFixture) -> None:
    client = toy.client(handlers={"read_toy": lambda call: {**_record(call, 1), "id": "one"}})

    entry = client.entry(client.get("/v1/toys/1"))

    assert entry["explanation"]["reason"] == "read_toy 200 breaks its document"
    assert entry["explanation"]["problems"] == [
        {"in": "body", "path": "$.id", "rule": "type", "expected": "integer", "got": "one", "statements": []}
    ]


def test_a_body_where_the_document_has_none_is_our_bug(silent: pytest.LogCaptureFixture) -> None:
    client = toy.client(handlers={"delete_toy": lambda call: {}})

    answer = client.delete("/v1/toys/1")

    assert answer.status == 500
    assert client.entry(answer)["explanation"]["reason"] == "delete_toy 204 has a body, its document has none"


def test_an_error_that_breaks_its_document_is_our_bug_too(silent: pytest.LogCaptureFixture) -> None:
    def render(refusal: Refusal, call: Call) -> Reply:
        reply = toy.render_error(refusal, call)
        return Reply({"err": 1}, reply.status) if reply.status == 404 else reply

    client = Client(toy.sandbox(served=toy.service(render_error=render)))

    answer = client.get("/v1/toys/99")

    assert (answer.status, answer.json) == (500, {"error": "we broke it"})
    explanation = client.entry(answer)["explanation"]
    assert explanation["kind"] == "not_found"
    assert explanation["simulator_bug"]["reason"] == "read_toy 404 breaks its document"


@pytest.mark.parametrize("step", ["fold_path", "fold_body", "admit", "authenticators", "render_error"])
def test_a_step_of_the_vendor_that_fails_is_answered_all_the_same(
    step: str, silent: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    changed: Any = {"bearer": fail, "basic": fail} if step == "authenticators" else fail
    client = Client(toy.sandbox(served=toy.service(**{step: changed})))

    answer = client.post("/v1/toys", {"name": ""})

    assert answer.status == 500
    assert client.entry(answer)["explanation"]
    assert silent.records


def test_a_failure_leaves_the_next_call_alone(silent: pytest.LogCaptureFixture) -> None:
    client = toy.client(handlers={"read_status": REFUSING["an exception"][0]})

    client.get("/v1/status")

    assert client.get("/v1/toys").status == 200


# --- HEAD ------------------------------------------------------------------------------------------------------------


def test_head_is_answered_like_get(client: Client) -> None:
    head, get = client.call("HEAD", "/v1/toys/1"), client.get("/v1/toys/1")

    assert (head.status, head.headers) == (get.status, get.headers)
    assert client.entry(head)["request"]["method"] == "HEAD"
    assert client.entry(head)["operation"] == "read_toy"


def test_head_is_refused_like_get(client: Client) -> None:
    assert client.as_(NOBODY).call("HEAD", "/v1/toys/1").status == 401
    assert client.call("HEAD", "/v1/toys/99").status == 404


# --- the explanation -------------------------------------------------------------------------------------------------


def test_a_404_says_which_entry_removed_the_record(client: Client) -> None:
    gone = client.delete("/v1/toys/2")

    entry = client.entry(client.get("/v1/toys/2"))

    assert entry["explanation"] == {
        "kind": "not_found",
        "reason": "no toy has this id",
        "collection": "toys",
        "key": "2",
        "record": {"existed": True, "removed_by": gone.response.entry, "operation": "delete_toy"},
    }


def test_a_422_says_what_would_have_been_accepted_and_by_which_statement(client: Client) -> None:
    entry = client.entry(client.post("/v1/toys", {"name": " "}))

    assert entry["explanation"]["problems"] == [
        {
            "in": "body",
            "path": "$.name",
            "rule": "pattern",
            "expected": "[^\\s]",
            "got": " ",
            "statements": ["TOY-022"],
        }
    ]
    assert entry["statements"] == ["TOY-020", "TOY-022"]


def test_a_405_says_what_is_allowed(client: Client) -> None:
    assert client.entry(client.put("/v1/toys", {}))["explanation"]["allowed"] == ["GET", "POST"]


def test_an_unknown_path_says_which(client: Client) -> None:
    assert client.entry(client.get("/v1/nothing"))["explanation"]["path"] == "/v1/nothing"


def test_a_success_needs_no_explanation(client: Client) -> None:
    assert client.entry(client.get("/v1/toys"))["explanation"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "statements"),
    [
        ("GET", "/v1/toys", None, ["TOY-010", "TOY-011"]),
        ("GET", "/v1/toys/1", None, []),
        ("GET", "/v1/toys/newest", None, ["TOY-050"]),  # the handler cites it
        ("GET", "/v1/toys/99", None, []),
        ("DELETE", "/v1/toys/99", None, ["TOY-031"]),  # the response does
        ("POST", "/v1/toys", {"name": "kite"}, ["TOY-020", "TOY-021"]),
        ("POST", "/v1/toys", {"name": 5}, ["TOY-020", "TOY-022"]),  # the property does
        ("POST", "/v1/toys/1/parts", {}, ["TOY-040"]),
        ("GET", "/v1/nothing", None, []),
    ],
)
def test_an_entry_lists_the_statements_that_decided_the_answer(
    client: Client, method: str, path: str, body: Any, statements: list[str]
) -> None:
    assert client.entry(client.call(method, path, body))["statements"] == statements


def test_a_statement_is_listed_once() -> None:
    def read(call: Call) -> Any:
        call.cite("TOY-050", "TOY-001")
        call.cite("TOY-050")
        return {}

    client = toy.client(handlers={"read_status": read})

    assert client.entry(client.get("/v1/status"))["statements"] == ["TOY-050", "TOY-001"]


# --- the journal -----------------------------------------------------------------------------------------------------


def test_every_call_is_one_entry_and_knows_it(client: Client) -> None:
    answers = [
        client.get("/v1/toys"),
        client.get("/v1/nothing"),
        client.as_(BAD).get("/v1/toys"),
        client.post("/v1/toys"),
    ]

    assert [answer.response.entry for answer in answers] == [1, 2, 3, 4]
    assert [entry.response_status for entry in client.sandbox.journal] == [200, 404, 401, 400]


def test_the_changes_of_a_call_are_those_it_made_in_order() -> None:
    def update(call: Call) -> Any:
        call.store.delete("toys", 7)
        return call.store.replace("toys", {**_record(call, 1), "name": "x"})

    client = toy.client(handlers={"update_toy": update})
    ball, bear = client.toys()[2], client.toys()[0]

    changes = client.entry(client.put("/v1/toys/1", {"name": "x"}))["changes"]

    assert changes == [
        {"collection": "toys", "id": 7, "before": ball, "after": None},
        {"collection": "toys", "id": 1, "before": bear, "after": {**bear, "name": "x"}},
    ]


def test_a_read_changes_nothing(client: Client) -> None:
    before = toy.everything(client.sandbox)

    client.get("/v1/toys")
    client.get("/v1/toys/1")

    assert toy.everything(client.sandbox) == before
    assert all(not entry.changes for entry in client.sandbox.journal)


def test_the_principal_is_noted_also_when_the_call_was_refused(client: Client) -> None:
    assert client.entry(client.post("/v1/toys", {}))["principal"] == "ada"
    assert client.entry(client.as_(BAD).get("/v1/toys"))["principal"] is None


# --- settings --------------------------------------------------------------------------------------------------------


def test_a_setting_holds_from_the_next_call_on(client: Client) -> None:
    client.world.settings = toy.Settings(wording="polite", page_size=1)

    assert client.get("/v1/toys/99").json == {"error": "Sorry: not here"}
    assert len(client.get("/v1/toys").json) == 1


def test_a_limit_names_when_to_come_again(client: Client) -> None:
    client.world.settings = toy.Settings(cap=3)

    answer = client.post("/v1/toys", {"name": "kite"})

    assert (answer.status, answer.headers["retry-after"]) == (429, "60")
    assert client.entry(answer)["explanation"]["retry_after_s"] == 60


def test_an_operation_that_collects_is_never_given_a_broken_body() -> None:
    seen: list[Any] = []

    @collects_problems
    def create(call: Call) -> Any:
        seen.append(call.body)
        call.require_valid()
        return {}

    client = toy.client(handlers={"create_part": create})

    assert client.post("/v1/toys/1/parts", body=b"{not json").status == 400
    assert client.post("/v1/toys/1/parts", body=b"[]").status == 422
    assert seen == [[]]


@pytest.mark.parametrize("body", [b"\x0b", b"\x0c", b" \x0c\n", b"\xc2\xa0"])
def test_what_json_does_not_call_a_blank_is_no_empty_body(client: Client, body: bytes) -> None:
    """bytes.strip() takes more for blanks than JSON does."""
    assert client.post("/v1/toys", body=body).status == 400
    assert "not JSON" in client.entry()["explanation"]["reason"]


def test_a_refusal_with_the_status_of_a_success_does_not_rest_on_the_success() -> None:
    def render(refusal: Refusal, call: toy.Call) -> Reply:
        return Reply([], 200)

    def refuse(call: toy.Call) -> Any:
        raise Conflict("not now", statements=("TOY-020",))

    client = toy.client(served=toy.service(render_error=render, handlers={"list_toys": refuse}))
    assert client.get("/v1/toys").status == 200
    assert client.entry()["statements"] == ["TOY-010", "TOY-020"]
    assert toy.client().get("/v1/toys").status == 200
