"""Errors: their shape, their statuses, and what they say in the journal."""

from __future__ import annotations

import pytest

from tests.vendors.alemba.calls import API, STATUSES, SUB_STATUSES, V1

KEYS = ["Message", "Type", "SubStatus"]
# One call for each status and SubStatus that the API answers.
REFUSED = {
    "malformed JSON": (400, "None", "POST", "call", b"{"),
    "a value of another type": (400, "None", "POST", "call", b'{"Description":"x","Priority":"high"}'),
    "an option that there is not": (400, "NotSupported", "GET", "call?$tpo=1", b""),
    "an action that is a stub": (400, "NotImplemented", "PUT", "call/2/merge", b"{}"),
    "an action of another state": (403, "NotAllowed", "PUT", "call/2/reopen", b"{}"),
    "no such entity": (404, "ResourceNotFound", "GET", "nonsense", b""),
    "no such address": (404, "ResourceNotFound", "GET", "call/1/nonsense", b""),
    "an address too deep": (404, "ResourceNotFound", "GET", "call/1/a/b/c", b""),
    "no such record": (404, "RecordNotFound", "GET", "call/99999999", b""),
    "no such key": (404, "RecordNotFound", "GET", "call/one", b""),
    "no such linked record": (
        404,
        "LinkedRecordNotFound",
        "POST",
        "call",
        b'{"Description":"x","User":99999}',
    ),
    "another method": (405, "NotSupported", "PATCH", "call/1", b"{}"),
}


def send(api, method, path, body):
    address, _, search = path.partition("?")
    headers = {"Content-Type": "application/json"} if body else {}
    return api.call(method, f"{V1}/{address}", body=body, query=search, headers=headers)


@pytest.mark.statement(
    "ALM-228", "ALM-230", "ALM-231", "ALM-274", "ALM-Q12", "ALM-232", "ALM-233", "ALM-234", "ALM-236", "ALM-237",
    "ALM-241", "ALM-246", "ALM-248",
)  # fmt: skip
@pytest.mark.parametrize("name", REFUSED)
def test_an_error_has_a_status_and_a_structured_body(ada, name) -> None:
    status, sub_status, method, path, body = REFUSED[name]
    before = ada.state()
    answer = send(ada, method, path, body)
    assert (answer.status, answer.json["SubStatus"]) == (status, sub_status)
    assert list(answer.json) == KEYS
    assert answer.json["Message"]
    assert answer.json["Type"].endswith("Exception")
    assert answer.headers["content-type"] == "application/json"
    assert answer.entry["explanation"]
    assert ada.state() == before


@pytest.mark.statement("ALM-239", "ALM-240")
@pytest.mark.parametrize("name", REFUSED)
def test_status_and_sub_status_are_the_same_again(ada, name) -> None:
    seen = {
        (answer.status, answer.json["SubStatus"])
        for answer in (send(ada, *REFUSED[name][2:]) for _ in range(3))
    }
    assert len(seen) == 1
    assert {each[0] for each in seen} <= STATUSES
    assert {each[1] for each in seen} <= SUB_STATUSES


@pytest.mark.statement("ALM-Q11", "ALM-248")
def test_an_address_outside_of_the_api_has_no_body(anyone, ada) -> None:
    for path in (
        "/",
        "/nowhere",
        "/alemba.api",
        "/alemba.api/other",
        "/alemba.web/oauth/nowhere",
        "/alemba.apix/api",
    ):
        answer = ada.get(path)
        assert (answer.status, answer.body) == (404, b""), path
    ada.settings(not_found_body="never")
    assert ada.get(f"{V1}/nonsense").body == b""


@pytest.mark.statement("ALM-242")
@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/json; charset=utf-16",
        "",
        "application/x-www-form-urlencoded",
    ],
)
def test_a_body_of_another_kind_is_a_415(ada, kind) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = ada.call("POST", f"{V1}/call", body=b'{"Description":"x"}', headers=headers)
    assert (answer.status, list(answer.json)) == (415, KEYS)


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"]
)
def test_json_may_say_that_it_is_utf_8(ada, kind) -> None:
    answer = ada.call("POST", f"{V1}/call", body=b'{"Description":"x"}', headers={"Content-Type": kind})
    assert answer.status == 200


@pytest.mark.statement("ALM-243")
@pytest.mark.parametrize("status", [500, 503, 429, 403, 401, 404])
def test_an_injected_error_has_the_vendor_s_shape(ada, status) -> None:
    ada.fault("search_records", status)
    answer = super(type(ada), ada).call("GET", f"{V1}/call")
    assert (answer.status, list(answer.json)) == (status, KEYS)


@pytest.mark.statement("ALM-241")
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("PATCH", "call/1", "DELETE, GET, PUT"), ("DELETE", "call", "GET, POST"), ("POST", "asset", "GET"),
     ("POST", "", "GET"), ("PUT", "priority/1", "GET"), ("POST", "call/$metadata", "GET"),
     ("PUT", "call/$create", "GET")],
)  # fmt: skip
def test_a_405_says_what_is_allowed(ada, method, path, allow) -> None:
    answer = ada.call(method, f"{V1}/{path}".rstrip("/"))
    assert (answer.status, answer.headers["allow"]) == (405, allow)


@pytest.mark.statement("ALM-255")
@pytest.mark.parametrize("name", ["$tpo", "$expand", "$", "$$top"])
def test_an_option_that_there_is_not_is_refused(ada, name) -> None:
    answer = ada.get(f"{V1}/call", query=f"{name}=1")
    assert (answer.status, answer.json["SubStatus"]) == (400, "NotSupported")
    assert ada.get(f"{V1}/call", query="colour=red").status == 200


@pytest.mark.statement("ALM-Q12")
def test_the_message_is_a_setting(ada) -> None:
    ada.settings(error_message=False)
    answer = ada.get(f"{V1}/nonsense")
    assert list(answer.json) == ["Type", "SubStatus"]
    assert "ALM-Q12" in answer.statements


def test_a_401_is_the_same_for_every_reason(ada, anyone) -> None:
    bodies = {anyone.get(f"{V1}/call").body, anyone.get(f"{API}/nonsense").body}
    bodies.add(anyone.get(f"{V1}/call", headers={"Authorization": "Bearer x"}).body)
    ada.advance("PT1H")
    bodies.add(ada.get(f"{V1}/call").body)
    assert len(bodies) == 1


@pytest.mark.statement("ALM-Q13")
def test_by_the_setting_statuses_are_the_usual_ones(ada, jonas) -> None:
    ada.settings(statuses="usual")
    made = ada.post(f"{V1}/call", {"Description": "x", "Partition": 2})
    assert made.status == 201
    ada.act(made.json, "Submit")
    ada.put(f"{V1}/call/{made.json['Ref']}/lock")
    jonas.settings(statuses="usual")
    assert jonas.put(f"{V1}/call/{made.json['Ref']}/lock").status == 409
    assert ada.post(f"{V1}/call/2/attachment", {"Name": "x", "Data": "eA=="}).status == 201
