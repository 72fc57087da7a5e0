"""Refusals of every kind on every operation: what they answer, and that they change nothing."""

from __future__ import annotations

import pytest

from simulator.core.errors import EdgeRefusal
from tests.vendors.alloy.calls import ATTACHMENT, DENIED, GOOD, INVALID, PROTECTED, VENDOR

BODIES = [name for name, good in GOOD.items() if good.malformed]
OF_OBJECT = [name for name, good in GOOD.items() if f"/{VENDOR}" in good.path]


def test_every_operation_has_its_good_call(service) -> None:
    assert set(GOOD) == set(service.document.operations)
    routed = {name: service.router.match(good.method, good.path)[0].id for name, good in GOOD.items()}
    assert routed == {name: name for name in GOOD}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_call_succeeds(alloy, name) -> None:
    answer = GOOD[name].send(alloy)
    assert answer.status == 200
    assert name in {"create_token", "download_attachment"} or answer.json["success"] is True


@pytest.mark.statement("ALY-066", "ALY-048", "ALY-X57")
@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("body", [None, b"{", b"\xff", b"[1,"])
def test_a_body_that_cannot_be_taken_changes_nothing(alloy, twin, name, body) -> None:
    before = alloy.state()
    sent = GOOD[name].malformed if body is None else body
    answer = GOOD[name].send(alloy, json=None, body=sent)
    expected = {"error": "unsupported_grant_type"} if name == "create_token" else INVALID
    assert (answer.status, answer.json) == (400, expected)
    assert (alloy.state(), answer.entry["changes"]) == (before, [])
    assert GOOD[name].send(alloy).body == GOOD[name].send(twin).body


@pytest.mark.statement("ALY-044", "ALY-127", "ALY-048")
@pytest.mark.parametrize("name", OF_OBJECT)
def test_an_unknown_object_is_told_by_every_operation(alloy, name) -> None:
    before = alloy.state()
    answer = GOOD[name].send(alloy, path=GOOD[name].path.replace(VENDOR, "V999999"))
    assert answer.status == (404 if name == "download_attachment" else 200)
    assert (answer.json["success"], answer.json["errorText"]) == (False, "Object V999999 not found.")
    assert (alloy.state(), answer.entry["changes"]) == (before, [])


@pytest.mark.statement("ALY-070")
@pytest.mark.parametrize("name", GOOD)
def test_another_method_is_refused_by_every_operation(alloy, name) -> None:
    before = alloy.state()
    answer = GOOD[name].send(alloy, method="TRACE")
    assert (answer.status, list(answer.json)) == (405, ["Message"])
    assert GOOD[name].method in answer.headers["allow"]
    assert alloy.state() == before


@pytest.mark.statement("ALY-038", "ALY-068", "ALY-Q16")
@pytest.mark.parametrize("name", PROTECTED)
def test_authorization_comes_before_everything_else(anyone, name) -> None:
    path = GOOD[name].path.replace(VENDOR, "nowhere").replace(ATTACHMENT, "nothing")
    answer = GOOD[name].send(anyone, path=path, body=b"{", query="par_limit=x")
    assert (answer.status, answer.json) == (401, {"Message": DENIED})


@pytest.mark.statement("ALY-134", "ALY-X57")
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"Message": "Bad Request"}),
        (401, {"Message": DENIED}),
        (404, {"Message": "Not Found"}),
        (429, {"Message": "Too Many Requests"}),
        (500, {"Message": "Internal Server Error"}),
        (503, {"Message": "Service Unavailable"}),
        (599, {"Message": "Error"}),
    ],
)
@pytest.mark.parametrize("name", GOOD)
def test_an_injected_error_has_the_words_of_its_status_and_changes_nothing(alloy, name, status, body) -> None:
    before = alloy.state()
    alloy.fault(name, status)
    answer = GOOD[name].send(alloy)
    if (name, status) == ("create_token", 400):
        body = {"error": "invalid_grant"}
    assert (answer.status, answer.json) == (status, body)
    assert (alloy.state(), answer.entry["changes"]) == (before, [])
    assert GOOD[name].send(alloy).status == 200


@pytest.mark.statement("ALY-071", "ALY-048")
@pytest.mark.parametrize("name", GOOD)
def test_an_error_after_the_work_is_done_undoes_it(alloy, service, name, monkeypatch, caplog) -> None:
    works = service.handlers[name]

    def breaks(call):
        works(call)
        raise RuntimeError("after the work")

    before = alloy.state()
    with monkeypatch.context() as patch:
        patch.setitem(service.handlers, name, breaks)
        answer = GOOD[name].send(alloy)
    assert (answer.status, answer.json) == (500, {"Message": "An error has occurred."})
    assert (alloy.state(), answer.entry["changes"]) == (before, [])


@pytest.mark.statement("ALY-132")
@pytest.mark.parametrize("name", BODIES)
def test_a_body_beyond_the_limit_changes_nothing(alloy, service, name) -> None:
    before = alloy.state()
    too_long = b" " * (service.document.operations[name].max_body + 1)
    with pytest.raises(EdgeRefusal) as refused:
        GOOD[name].send(alloy, body=too_long)
    assert (refused.value.status, alloy.state()) == (413, before)
