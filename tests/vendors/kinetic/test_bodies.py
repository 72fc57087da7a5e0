"""Bodies that cannot be read, or say the same thing twice, on every operation that has one."""

from __future__ import annotations

import orjson
import pytest

from tests.vendors.kinetic.calls import GOOD, ISSUE, JSON, NOW

WITH_JSON = [name for name, good in GOOD.items() if good.takes_json]
CREATING = [name for name in WITH_JSON if GOOD[name].method == "POST"]
EDITING = [name for name in WITH_JSON if GOOD[name].method == "PUT"]
UNEXPECTED = [
    name for name, good in GOOD.items() if good.method != "GET" and not good.takes_json and good.body is None
]

MALFORMED = {
    "an opening brace": b"{",
    "a comma too many": b'{"name": "x",}',
    "single quotes": b"{'name': 'x'}",
    "no quotes": b"{name: 1}",
    "two values": b"{}{}",
    "a comment": b"{} // done",
    "a form": b"name=x&detail=y",
    "XML": b"<name>x</name>",
    "NaN": b'{"name": NaN}',
    "a NUL": b'{"name": "\0"}',
    "Latin-1": b'{"name": "\xe9"}',
    "half a pair": rb'{"name": "\ud800"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
}
NO_OBJECT = {
    "an empty array": b"[]",
    "an array": b'[{"name": "x"}]',
    "a text": b'"name"',
    "a number": b"7",
    "true": b"true",
}
TOO_MUCH = {
    "nested too deep": b'{"name": ' + b"[" * 64 + b"]" * 64 + b"}",
    "beyond 64 bits": b'{"owner_id": 9223372036854775808}',
    "below 64 bits": b'{"owner_id": -9223372036854775809}',
}


@pytest.mark.statement("KIN-179", "KIN-185", "KIN-297")
@pytest.mark.parametrize("operation", WITH_JSON)
@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_malformed_json_answers_400_with_a_message(kinetic, operation, body) -> None:
    answer = GOOD[operation].send(kinetic, body=body)
    assert (answer.status, list(answer.json)) == (400, ["message"])
    assert answer.json["message"] == "The request could not be read."
    assert answer.entry["explanation"]["kind"] == "malformed"


@pytest.mark.statement("KIN-180", "KIN-185", "KIN-296")
@pytest.mark.parametrize("operation", WITH_JSON)
@pytest.mark.parametrize("body", NO_OBJECT.values(), ids=NO_OBJECT)
def test_json_that_is_no_object_answers_400(kinetic, operation, body) -> None:
    answer = GOOD[operation].send(kinetic, body=body)
    assert (answer.status, answer.json) == (400, {"message": "The request body must be a JSON object."})


@pytest.mark.statement("KIN-210", "KIN-185")
@pytest.mark.parametrize("operation", WITH_JSON)
@pytest.mark.parametrize("body", TOO_MUCH.values(), ids=TOO_MUCH)
def test_json_nested_too_deep_and_integers_too_large_answer_400(kinetic, operation, body) -> None:
    answer = GOOD[operation].send(kinetic, body=body)
    assert (answer.status, list(answer.json)) == (400, ["message"])


@pytest.mark.statement("KIN-210")
def test_json_nested_64_deep_and_integers_of_64_bits_are_read(kinetic) -> None:
    deep = b'{"body": "x", "more": ' + b"[" * 63 + b"]" * 63 + b', "number": 9223372036854775807}'
    assert kinetic.post(f"{ISSUE}/messages", body=deep).status == 200


@pytest.mark.statement("KIN-181")
@pytest.mark.parametrize("operation", CREATING)
@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
def test_an_absent_body_of_a_creation_has_no_fields(kinetic, operation, body) -> None:
    absent, empty = GOOD[operation].send(kinetic, body=body), GOOD[operation].send(kinetic, body=b"{}")
    assert absent.status == 422
    assert absent.body == empty.body


@pytest.mark.statement("KIN-181")
@pytest.mark.parametrize("operation", EDITING)
@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
def test_an_absent_body_of_an_edit_answers_400(kinetic, operation, body) -> None:
    answer = GOOD[operation].send(kinetic, body=body)
    assert (answer.status, list(answer.json)) == (400, ["message"])


@pytest.mark.statement("KIN-290", "KIN-140")
def test_an_edit_without_keys_is_no_absent_one_and_dates_the_issue(kinetic) -> None:
    before = kinetic.get(ISSUE).json
    answer = kinetic.put(ISSUE, body=b"{}")
    assert (answer.status, answer.json) == (200, {**before, "updated_at": NOW})


@pytest.mark.statement("KIN-209")
def test_of_equal_keys_the_last_one_counts(kinetic) -> None:
    answer = kinetic.post(f"{ISSUE}/messages", body=b'{"body": "first", "body": 2, "body": "last"}')
    assert (answer.status, answer.json["body"]) == (200, "last")


@pytest.mark.statement("KIN-179")
@pytest.mark.parametrize("operation", WITH_JSON)
def test_a_byte_order_mark_is_passed_over(kinetic, operation) -> None:
    good = GOOD[operation]
    assert good.send(kinetic, body=b"\xef\xbb\xbf" + orjson.dumps(good.json)).status == 200


@pytest.mark.statement("KIN-240", "KIN-179", "KIN-185")
@pytest.mark.parametrize("operation", UNEXPECTED)
def test_an_unexpected_body_that_is_announced_as_json_has_to_be_json(kinetic, operation) -> None:
    answer = GOOD[operation].send(kinetic, body=b"{", headers=JSON)
    assert (answer.status, list(answer.json)) == (400, ["message"])


@pytest.mark.statement("KIN-240")
@pytest.mark.parametrize("operation", UNEXPECTED)
@pytest.mark.parametrize(
    ("body", "headers"), [(b'{"titel": 1}', JSON), (b"[]", JSON), (b"  ", JSON), (b"", JSON), (b"{", {})]
)
def test_what_else_an_unexpected_body_says_does_not_matter(kinetic, operation, body, headers) -> None:
    assert GOOD[operation].send(kinetic, body=body, headers=headers).status == 200
