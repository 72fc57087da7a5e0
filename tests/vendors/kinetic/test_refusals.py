"""Refusals of every kind on every operation: what they answer, in which order, and that they change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import pytest

from simulator.core.errors import EdgeRefusal
from tests.vendors.client import Answer, Client
from tests.vendors.kinetic.calls import (
    ADA,
    API,
    GOOD,
    ISSUE,
    ITEM,
    JSON,
    MULTIPART,
    NOT_FOUND,
    NOWHERE,
    PROTECTED,
    PUMP,
    SERVER_ERROR,
    UNAUTHORIZED,
    multipart,
)

MESSAGE = {"message"}


class Refused(NamedTuple):
    """A call that is refused: which one, why, with what status and keys."""

    operation: str
    why: str
    status: int
    keys: set[str]
    changes: dict[str, Any]

    def send(self, client: Client) -> Answer:
        return GOOD[self.operation].send(client, **self.changes)


def refusals() -> Iterator[Refused]:
    """One call of every kind that is refused, for every operation that can be refused so."""
    for name, good in GOOD.items():
        yield Refused(name, "unknown URL", 404, MESSAGE, {"path": f"{good.path}/oops/oops"})
        yield Refused(name, "wrong method", 405, MESSAGE, {"method": "TRACE"})
        if PUMP in good.path and name != "list_action_items":
            yield Refused(name, "unknown issue", 404, MESSAGE, {"path": good.path.replace(PUMP, NOWHERE)})
        if good.item:
            yield Refused(name, "unknown item", 404, MESSAGE, {"path": good.path.replace(good.item, NOWHERE)})
        if good.paged:
            yield Refused(name, "bad parameter", 400, MESSAGE, {"query": "limit=-1"})
        if good.method != "GET":
            sent = MULTIPART if good.body else JSON
            yield Refused(name, "malformed body", 400, MESSAGE, {"body": b"{", "headers": sent})
        if good.takes_json:
            yield Refused(name, "no object", 400, MESSAGE, {"body": b"[]"})
            absent = 400 if good.method == "PUT" else 422
            keys = {"success", "message"} if name == "create_session" else {"message", "reasons"}
            yield Refused(name, "absent body", absent, MESSAGE if absent == 400 else keys, {"body": b""})
            yield Refused(name, "invalid content", 422, keys, {"json": good.invalid})
    yield Refused("read_user", "unknown user", 404, MESSAGE, {"path": f"{API}/users/nobody@example.com"})
    owner = {"path": f"{ISSUE}/participants/{ADA}"}
    yield Refused("remove_participant", "the owner", 422, {"message", "reasons"}, owner)
    misnamed = {"json": {"titel": "x", "name": "y"}}
    yield Refused("update_action_item", "misnamed field", 400, MESSAGE, misnamed)
    yield Refused(
        "create_upload", "no file", 422, {"message", "reasons"}, {"body": b"--the-edge-of-a-part--\r\n"}
    )


REFUSALS = list(refusals())


@pytest.mark.statement("KIN-185", "KIN-165", "KIN-188", "KIN-027", "KIN-084", "KIN-088", "KIN-091", "KIN-098")
@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: f"{refused.operation}: {refused.why}")
def test_a_refusal_has_its_status_and_keys_and_changes_nothing(kinetic, refused) -> None:
    before = kinetic.state()
    answer = refused.send(kinetic)
    assert (answer.status, answer.json.keys()) == (refused.status, refused.keys)
    assert answer.headers["content-type"] == "application/json"
    assert (kinetic.state(), answer.entry["changes"]) == (before, [])
    if answer.status == 404:
        assert answer.json == NOT_FOUND


@pytest.mark.statement("KIN-185")
@pytest.mark.parametrize("refused", REFUSALS, ids=lambda refused: f"{refused.operation}: {refused.why}")
def test_after_a_refusal_the_good_call_answers_what_it_answers_without_one(kinetic, twin, refused) -> None:
    refused.send(kinetic)
    answer, undisturbed = (GOOD[refused.operation].send(client) for client in (kinetic, twin))
    assert (answer.status, answer.body) == (200, undisturbed.body)


# --- injected errors and our own ------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-194", "KIN-185")
@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 429, 500, 503])
@pytest.mark.parametrize("operation", GOOD)
def test_an_injected_error_changes_nothing(kinetic, operation, status) -> None:
    before = kinetic.state()
    kinetic.fault(operation, status)
    answer = GOOD[operation].send(kinetic)
    assert answer.status == status
    assert "message" in answer.json
    assert (kinetic.state(), answer.entry["changes"]) == (before, [])
    assert GOOD[operation].send(kinetic).status == 200


@pytest.mark.statement("KIN-194", "KIN-301")
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"message": "Bad Request"}),
        (401, UNAUTHORIZED),
        (404, {"message": "Not Found"}),
        (422, {"message": "Unprocessable attributes", "reasons": ["Base is invalid"]}),
        (500, {"message": "Internal Server Error"}),
        (503, {"message": "Service Unavailable"}),
        (599, {"message": "Error"}),
    ],
)
def test_an_injected_error_has_the_status_s_own_words(kinetic, status, body) -> None:
    kinetic.fault("read_issue", status)
    answer = kinetic.get(ISSUE)
    assert (answer.status, answer.json) == (status, body)


@pytest.mark.statement("KIN-194", "KIN-185")
@pytest.mark.parametrize("operation", GOOD)
def test_an_error_after_the_work_is_done_undoes_it(kinetic, service, operation, monkeypatch, caplog) -> None:
    works = service.handlers[operation]

    def breaks(call):
        works(call)
        raise RuntimeError("after the work")

    before = kinetic.state()
    with monkeypatch.context() as patch:
        patch.setitem(service.handlers, operation, breaks)
        answer = GOOD[operation].send(kinetic)
    assert (answer.status, answer.json) == (500, SERVER_ERROR)
    assert (kinetic.state(), answer.entry["changes"]) == (before, [])
    assert answer.entry["explanation"]["kind"] == "simulator_bug"


@pytest.mark.statement("KIN-306")
@pytest.mark.parametrize("operation", [name for name, good in GOOD.items() if good.takes_json or good.body])
def test_a_body_beyond_the_limit_changes_nothing(kinetic, service, operation) -> None:
    before = kinetic.state()
    too_long = b" " * (service.document.operations[operation].max_body + 1)
    with pytest.raises(EdgeRefusal) as refused:
        GOOD[operation].send(kinetic, body=too_long)
    assert (refused.value.status, kinetic.state()) == (413, before)


@pytest.mark.statement("KIN-306")
def test_the_limits_of_a_body_are_these(service) -> None:
    limits = {name: each.max_body for name, each in service.document.operations.items()}
    assert limits.pop("create_upload") == 10_485_760
    assert set(limits.values()) == {1_000_000}


@pytest.mark.statement("KIN-306")
def test_a_body_that_just_keeps_within_the_limit_is_read(kinetic) -> None:
    text = kinetic.post(f"{ISSUE}/messages", body=b'{"body": "x"}'.ljust(1_000_000))
    frame = len(multipart(('name="upload[file]"; filename="x"', "text/plain", b"")))
    data = b"x" * (10_485_760 - frame)
    file = multipart(('name="upload[file]"; filename="x"', "text/plain", data))
    upload = kinetic.post(f"{ISSUE}/uploads", body=file, headers=MULTIPART)
    assert len(file) == 10_485_760
    assert (text.status, upload.status, upload.json["file_file_size"]) == (200, 200, str(len(data)))


# --- the order -------------------------------------------------------------------------------------------------------


class Wrong(NamedTuple):
    """One thing that is wrong with a call, and how its answer tells that it was this."""

    what: str
    changes: dict[str, Any]
    tells: tuple[int, Any]


def told(answer: Answer) -> tuple[int, Any]:
    """The status, and of a 404 what was not found."""
    explanation = answer.entry["explanation"]
    return answer.status, explanation.get("collection", "URL") if answer.status == 404 else None


URL = Wrong("URL", {"suffix": "/oops/oops"}, (404, "URL"))
METHOD = Wrong("method", {"method": "TRACE"}, (405, None))
CREDENTIAL = Wrong("credential", {"headers": {"Authorization": "Bearer x"}}, (401, None))
BODY = Wrong("unreadable body", {"body": b"{"}, (400, None))
QUERY = Wrong("unreadable query", {"query": "limit=x"}, (400, None))
NO_ISSUE = Wrong("issue", {"issue": NOWHERE}, (404, "issues"))


def no_item(collection: str) -> Wrong:
    return Wrong("item", {"item": NOWHERE}, (404, collection))


def content(json: Any) -> Wrong:
    return Wrong("content", {"json": json}, (422, None))


ORDERS = {
    "update_action_item": [
        URL,
        METHOD,
        CREDENTIAL,
        BODY,
        NO_ISSUE,
        no_item("action_items"),
        content({"name": ""}),
    ],
    "create_action_item": [URL, METHOD, CREDENTIAL, BODY, NO_ISSUE, content({"name": ""})],
    "update_issue": [URL, METHOD, CREDENTIAL, BODY, NO_ISSUE, content({"name": ""})],
    "create_fact": [URL, METHOD, CREDENTIAL, BODY, NO_ISSUE, content({"body": ""})],
    "create_message": [URL, METHOD, CREDENTIAL, BODY, NO_ISSUE, content({"body": ""})],
    "create_invite": [URL, METHOD, CREDENTIAL, BODY, NO_ISSUE, content({"email": ""})],
    "create_issue": [URL, METHOD, CREDENTIAL, BODY, content({"name": ""})],
    "create_user": [URL, METHOD, CREDENTIAL, BODY, content({"user": {}})],
    "search_issues": [URL, METHOD, CREDENTIAL, BODY, content({"query": 5})],
    "list_messages": [URL, METHOD, CREDENTIAL, QUERY, NO_ISSUE],
    "remove_participant": [URL, METHOD, CREDENTIAL, NO_ISSUE, no_item("participants")],
    "delete_invite": [URL, METHOD, CREDENTIAL, NO_ISSUE, no_item("invites")],
    "read_action_item": [URL, METHOD, CREDENTIAL, NO_ISSUE, no_item("action_items")],
}
PAIRS = [
    (name, first, second)
    for name, order in ORDERS.items()
    for first, second in combinations(order, 2)
    if (first, second.what) != (BODY, "content")  # a body that cannot be read has no content
]


def send(client: Client, operation: str, *wrongs: Wrong) -> Answer:
    good = GOOD[operation]
    changes = {name: value for wrong in wrongs for name, value in wrong.changes.items()}
    path = good.path.replace(PUMP, changes.pop("issue", PUMP))
    if "item" in changes:
        path = path.replace(good.item, changes.pop("item"))
    return good.send(client, path=path + changes.pop("suffix", ""), **changes)


@pytest.mark.statement("KIN-192")
@pytest.mark.parametrize(
    ("operation", "wrong"), [(name, wrong) for name, order in ORDERS.items() for wrong in order]
)
def test_each_thing_that_is_wrong_has_its_own_answer(kinetic, operation, wrong) -> None:
    assert told(send(kinetic, operation, wrong)) == wrong.tells


@pytest.mark.statement("KIN-192")
@pytest.mark.parametrize(
    ("operation", "first", "second"), PAIRS, ids=[f"{name}: {a.what} before {b.what}" for name, a, b in PAIRS]
)
def test_of_two_things_that_are_wrong_the_first_is_answered(kinetic, operation, first, second) -> None:
    assert told(send(kinetic, operation, first, second)) == first.tells


# --- the words -------------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-185", "KIN-188")
@pytest.mark.parametrize(
    "path", [f"{ISSUE}x", f"{ISSUE}/action_items/{ITEM}x", f"{ISSUE}/invites/x", f"{API}/users/x", "/x"]
)
def test_every_404_has_the_same_body(kinetic, path) -> None:
    answer = kinetic.get(path) if not path.endswith("invites/x") else kinetic.delete(path)
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-165")
@pytest.mark.parametrize(
    "refused",
    [each for each in REFUSALS if each.status == 422],
    ids=lambda refused: refused.operation + ": " + refused.why,
)
def test_every_422_but_that_of_a_login_has_reasons(kinetic, refused) -> None:
    reasons = refused.send(kinetic).json.get("reasons")
    if refused.operation == "create_session":
        assert reasons is None
    else:
        assert reasons
        assert all(isinstance(reason, str) and reason for reason in reasons)


@pytest.mark.statement("KIN-183")
def test_every_protected_operation_is_refused_before_its_content_is_looked_at(anyone) -> None:
    answers = {name: GOOD[name].send(anyone, body=b"{", query="limit=x") for name in PROTECTED}
    assert {name for name, answer in answers.items() if answer.json != UNAUTHORIZED} == set()
