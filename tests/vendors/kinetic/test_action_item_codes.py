"""The tables of response codes of the five operations on action items, row by row, and what every failure says."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from tests.vendors.client import Answer, Client
from tests.vendors.kinetic.action_items import ITEMS, OPEN_ITEM, OPERATIONS, names
from tests.vendors.kinetic.calls import API, ITEM, LOGIN, NOT_FOUND, PUMP, UNAUTHORIZED, unprocessable

# The tables as they are printed.
TABLES = {
    "create_action_item": [200, 401, 404, 422, 500],
    "update_action_item": [200, 400, 401, 404, 500],
    "delete_action_item": [200, 400, 401, 404, 500],
    "list_action_items": [200, 401, 404, 500],
    "read_action_item": [200, 401, 404, 500],
}
# Codes of ours besides: 422 of an edit and 400 of a creation are KIN-Q5, 405 is any stack's.
FAILURES = [
    *((name, code) for name, table in TABLES.items() for code in table[1:]),
    *((name, 405) for name in TABLES),
    ("create_action_item", 400),
    ("update_action_item", 422),
]


def send(client: Client, operation: str) -> Answer:
    method, path, body = OPERATIONS[operation]
    return client.call(method, path, body)


def misspelt(client: Client, operation: str) -> Answer:
    method, path, body = OPERATIONS[operation]
    return client.call(method, path.replace("action_items", "action_itemz"), body)


def with_a_wrong_token(client: Client, operation: str) -> Answer:
    return send(client.as_(Authorization="Bearer 0a1b2c3d"), operation)


def by_fault(status: int) -> Callable[[Client, str], Answer]:
    def cause(client: Client, operation: str) -> Answer:
        client.fault(operation, status)
        return send(client, operation)

    return cause


def by_another_body(body: bytes) -> Callable[[Client, str], Answer]:
    def cause(client: Client, operation: str) -> Answer:
        method, path, _ = OPERATIONS[operation]
        return client.call(method, path, body=body, headers={"Content-Type": "application/json"})

    return cause


def by_another_method(client: Client, operation: str) -> Answer:
    return client.call("PATCH", OPERATIONS[operation][1])


CAUSES: dict[int | tuple[str, int], Callable[[Client, str], Answer]] = {
    200: send,
    400: by_another_body(b"{"),
    401: with_a_wrong_token,
    404: misspelt,
    405: by_another_method,
    500: by_fault(500),
    ("create_action_item", 422): by_another_body(b"{}"),
    ("update_action_item", 400): by_another_body(b'{"titel": "x"}'),
    ("update_action_item", 422): by_another_body(b'{"name": ""}'),
}


def bring_about(client: Client, operation: str, code: int) -> Answer:
    return CAUSES.get((operation, code), CAUSES.get(code, send))(client, operation)


# --- every row -------------------------------------------------------------------------------------------------------


@pytest.mark.statement(
    "KIN-028", "KIN-029", "KIN-039", "KIN-041", "KIN-043", "KIN-051", "KIN-062", "KIN-064", "KIN-079", "KIN-081",
    "KIN-085", "KIN-086", "KIN-092", "KIN-093", "KIN-094",
)  # fmt: skip
@pytest.mark.parametrize(
    ("operation", "code"), [(name, code) for name, table in TABLES.items() for code in table]
)
def test_every_row_of_a_table_of_codes_can_be_met(kinetic, operation, code) -> None:
    assert bring_about(kinetic, operation, code).status == code


@pytest.mark.statement("KIN-027", "KIN-084", "KIN-088", "KIN-091", "KIN-098")
@pytest.mark.parametrize(("operation", "code"), FAILURES)
def test_a_failure_is_json_with_the_exception_message_and_changes_nothing(kinetic, operation, code) -> None:
    before = kinetic.state()
    answer = bring_about(kinetic, operation, code)
    assert answer.status == code
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json["message"], str)
    assert answer.json["message"]
    assert kinetic.state() == before


@pytest.mark.statement("KIN-185", "KIN-063", "KIN-024")
@pytest.mark.parametrize(("operation", "code"), FAILURES)
def test_only_401_and_422_have_more_than_the_message(kinetic, operation, code) -> None:
    more = {401: {"success"}, 422: {"reasons"}}.get(code, set())
    assert bring_about(kinetic, operation, code).json.keys() == {"message"} | more


# --- 401 -------------------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-063", "KIN-183")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_body_of_a_401_is_the_printed_one(kinetic, operation) -> None:
    answer = with_a_wrong_token(kinetic, operation)
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)


@pytest.mark.statement("KIN-028", "KIN-082", "KIN-265", "KIN-266", "KIN-267")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_needs_a_token(kinetic, anyone, operation) -> None:
    answer = send(anyone, operation)
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)
    assert names(kinetic) == ["Look at the pump", "Call the supplier"]


@pytest.mark.statement("KIN-097")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_with_a_fresh_token_the_refused_call_succeeds(kinetic, anyone, operation) -> None:
    assert with_a_wrong_token(kinetic, operation).status == 401
    token = anyone.post(f"{API}/sessions", LOGIN).json["auth_token"]
    assert send(anyone.as_(Authorization=f"Bearer {token}"), operation).status == 200


@pytest.mark.statement("KIN-069", "KIN-097", "KIN-182")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_token_that_has_ended_has_to_be_fetched_anew(kinetic, anyone, operation) -> None:
    kinetic.advance("PT23H59M59S")
    assert kinetic.get(ITEMS).status == 200
    kinetic.advance("PT1S")
    answer = send(kinetic, operation)
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)
    assert "KIN-069" in answer.statements
    token = anyone.post(f"{API}/sessions", LOGIN).json["auth_token"]
    assert send(anyone.as_(Authorization=f"Bearer {token}"), operation).status == 200


@pytest.mark.statement("KIN-071")
def test_the_token_of_a_login_holds_for_action_items(anyone) -> None:
    token = anyone.post(f"{API}/sessions", LOGIN).json["auth_token"]
    assert anyone.as_(Authorization=f"Bearer {token}").get(ITEMS).status == 200


@pytest.mark.statement("KIN-073", "KIN-274", "KIN-017")
@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_basic_is_taken_like_a_token(anyone, operation, scheme) -> None:
    login = base64.b64encode(b"mei.tanaka@example.com:not-a-secret-11").decode()
    answer = send(anyone.as_(Authorization=f"{scheme} {login}"), operation)
    assert (answer.status, answer.entry["principal"]) == (200, "user 11 (mei.tanaka@example.com)")


@pytest.mark.statement("KIN-274")
@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEARER"])
def test_the_scheme_of_a_token_is_read_whatever_its_case(kinetic, anyone, scheme) -> None:
    token = kinetic.headers["Authorization"].partition(" ")[2]
    assert anyone.as_(Authorization=f"{scheme} {token}").get(ITEMS).status == 200


# --- 404 and 405 -----------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-029", "KIN-064", "KIN-081", "KIN-086", "KIN-093", "KIN-188", "KIN-189")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_misspelt_url_answers_404_with_or_without_a_credential(kinetic, anyone, operation) -> None:
    for client in (kinetic, anyone, anyone.as_(Authorization="Bearer 0a1b2c3d")):
        answer = misspelt(client, operation)
        assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-029")
@pytest.mark.parametrize(
    "path",
    [
        ITEMS.replace("action_items", "actionitems"),
        ITEMS.replace("action_items", "Action_Items"),
        ITEMS.replace("action_items", "action_item"),
        ITEMS.replace("issues", "issue"),
        ITEMS.replace("v1", "v2"),
        f"{API}/action_items",
        f"{API}/action_items/{ITEM}",
        f"{ITEMS}.json",
        f"{ITEMS}%2F{ITEM}",
    ],
)
def test_urls_that_nearly_are_those_of_action_items_answer_404(kinetic, path) -> None:
    answers = [kinetic.call(method, path) for method in ("GET", "POST", "PUT", "DELETE")]
    assert [(each.status, each.json) for each in answers] == [(404, NOT_FOUND)] * 4


@pytest.mark.statement("KIN-190", "KIN-295")
@pytest.mark.parametrize(
    ("path", "allow", "methods"),
    [
        (ITEMS, "GET, POST", ["PUT", "PATCH", "DELETE", "OPTIONS"]),
        (OPEN_ITEM, "DELETE, GET, PUT", ["POST", "PATCH", "OPTIONS"]),
    ],
)
def test_a_method_that_a_url_does_not_take_answers_405_with_allow(kinetic, path, allow, methods) -> None:
    for method in methods:
        answer = kinetic.call(method, path)
        assert (answer.status, answer.headers["allow"]) == (405, allow)
        assert answer.json == {"message": "The method is not allowed for this URL."}


@pytest.mark.statement("KIN-191")
@pytest.mark.parametrize("path", [ITEMS, OPEN_ITEM])
def test_head_answers_the_headers_of_get(kinetic, path) -> None:
    get, head = kinetic.get(path), kinetic.call("HEAD", path)
    assert (head.status, head.headers) == (get.status, get.headers)


@pytest.mark.statement("KIN-070", "KIN-Q10", "KIN-193")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("base", ["/", "//", "/kinetic-response/", "/kinetic-response//"])
def test_a_base_url_may_be_joined_with_and_without_a_leading_slash(kinetic, operation, base) -> None:
    method, path, body = OPERATIONS[operation]
    answer = kinetic.call(method, base + path.removeprefix("/"), body)
    assert (answer.status, answer.entry["operation"]) == (200, operation)


# --- 400 and 500 -----------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-039", "KIN-195")
def test_a_misnamed_field_is_a_400_that_leaves_the_item(kinetic) -> None:
    before = kinetic.get(OPEN_ITEM).json
    answer = kinetic.put(OPEN_ITEM, {"titel": "x"})
    assert (answer.status, answer.json) == (400, {"message": "unknown attribute 'titel'"})
    assert kinetic.get(OPEN_ITEM).json == before


@pytest.mark.statement("KIN-051")
def test_a_deletion_can_be_made_to_answer_400(kinetic) -> None:
    kinetic.fault("delete_action_item", 400)
    answer = kinetic.delete(OPEN_ITEM)
    assert (answer.status, answer.json) == (400, {"message": "Bad Request"})
    assert kinetic.get(OPEN_ITEM).status == 200


@pytest.mark.statement("KIN-043", "KIN-051", "KIN-064", "KIN-079", "KIN-094", "KIN-194")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_500_comes_once_and_the_call_can_be_repeated(kinetic, operation) -> None:
    before = kinetic.state()
    kinetic.fault(operation, 500)
    answer = send(kinetic, operation)
    assert (answer.status, answer.json) == (500, {"message": "Internal Server Error"})
    assert kinetic.state() == before
    assert send(kinetic, operation).status == 200


@pytest.mark.statement("KIN-194", "KIN-079")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_unexpected_error_is_a_500_that_says_so(kinetic, service, monkeypatch, operation) -> None:
    def broken(call):
        raise ZeroDivisionError

    before = kinetic.state()
    monkeypatch.setitem(service.handlers, operation, broken)
    answer = send(kinetic, operation)
    assert (answer.status, answer.json) == (500, {"message": "There was an unexpected server error."})
    assert kinetic.state() == before


@pytest.mark.statement("KIN-301")
def test_an_injected_422_has_a_reason(kinetic) -> None:
    kinetic.fault("create_action_item", 422)
    answer = send(kinetic, "create_action_item")
    assert (answer.status, answer.json) == (422, unprocessable("Base is invalid"))


@pytest.mark.statement("KIN-179", "KIN-297")
@pytest.mark.parametrize("operation", ["create_action_item", "update_action_item"])
@pytest.mark.parametrize("body", [b"{", b'{"name": }', b"name=x", b'{"detail": "\xff"}', b"{} {}"])
def test_what_is_wrong_with_an_unreadable_body_stands_in_the_journal(kinetic, operation, body) -> None:
    answer = by_another_body(body)(kinetic, operation)
    assert (answer.status, answer.json) == (400, {"message": "The request could not be read."})
    assert answer.entry["explanation"]["reason"].startswith("not JSON: ")


@pytest.mark.statement("KIN-180", "KIN-296")
@pytest.mark.parametrize("operation", ["create_action_item", "update_action_item"])
@pytest.mark.parametrize("body", [b"[]", b'"x"', b"5", b"true"])
def test_json_that_is_no_object_answers_400(kinetic, operation, body) -> None:
    answer = by_another_body(body)(kinetic, operation)
    assert (answer.status, answer.json) == (400, {"message": "The request body must be a JSON object."})


@pytest.mark.statement("KIN-210", "KIN-297")
@pytest.mark.parametrize("operation", ["create_action_item", "update_action_item"])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"name": ' + b"[" * 64 + b"]" * 64 + b"}", "JSON nested deeper than 64"),
        (b'{"assignee_id": 9223372036854775808}', "an integer beyond 64 bits"),
    ],
)
def test_json_too_deep_and_integers_too_large_answer_400(kinetic, operation, body, reason) -> None:
    answer = by_another_body(body)(kinetic, operation)
    assert (answer.status, answer.json) == (400, {"message": "The request could not be read."})
    assert answer.entry["explanation"]["reason"] == reason


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-186", "KIN-Q15")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Accept": "text/html"}])
def test_of_the_printed_headers_only_authorization_is_enforced(kinetic, operation, headers) -> None:
    method, path, body = OPERATIONS[operation]
    assert kinetic.call(method, path, body, headers=headers).status == 200


@pytest.mark.statement("KIN-074")
@pytest.mark.parametrize("path", [ITEMS, OPEN_ITEM])
@pytest.mark.parametrize(
    "headers", [{"Accept": "*/*; q=0.5, application/xml"}, {"Content-Type": "application/json"}]
)
def test_a_get_is_answered_in_json_whatever_accept_says_and_without_a_body(kinetic, path, headers) -> None:
    answer = kinetic.get(path, headers=headers, body=b"")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.body == kinetic.get(path).body


@pytest.mark.statement("KIN-075")
def test_an_issue_shows_a_new_item_among_its_own(kinetic) -> None:
    item = send(kinetic, "create_action_item").json
    assert item in kinetic.get(f"{API}/issues/{PUMP}").json["action_items"]
