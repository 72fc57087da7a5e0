"""J1 to J14 of the catalogue: whatever is sent as JSON, it is refused in the vendor's words or can be read again."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.gateway.asgi import GAUGE, PUMP
from tests.reliability.corpus import DEEP, DEEPEST, N, Y, name
from tests.reliability.writing import Box, Seen, Write, strict, writes

WRITES = {write.id: write for write in writes()}
JSON_WRITES = {id: write for id, write in WRITES.items() if write.media_type == "application/json"}
ITEMS = f"/api/v1/issues/{PUMP}/action_items"


def by_id(writes: dict[str, Write]) -> Any:
    return pytest.mark.parametrize("operation", writes.values(), ids=writes.keys())


def refused_unread(seen: Seen, text: bytes) -> None:
    """The outcome for what is no JSON, or none that we take: the vendor's 400 with a message."""
    assert seen.status == 400, (text, seen.status)
    body = strict(seen.body)
    assert list(body) == ["message"], text
    assert body["message"], text
    assert seen.kind == "malformed", text
    assert seen.entry["changes"] == [], text


def judged_by_content(seen: Seen, text: bytes) -> None:
    """The outcome for any JSON: taken, or refused for what it says and not for how it is written."""
    assert seen.status in {200, 400, 401, 422}, (text, seen.status)
    strict(seen.body)
    if seen.status == 200:
        assert seen.kind is None, text
    else:
        assert seen.kind in {"invalid", "unauthenticated"}, (text, seen.entry["explanation"])
        assert seen.entry["changes"] == [], text


def test_the_corpus_is_large_and_is_what_it_says() -> None:
    assert len(Y) + len(N) > 400
    assert not set(Y) & set(N)
    assert len(set(map(name, N))) > 0.9 * len(N)
    for text in Y:
        json.loads(text)
    # What the standard library takes and we do not: its own inventions, and what does not fit.
    taken = 0
    for text in N:
        try:
            json.loads(text.decode())
        except (ValueError, RecursionError):
            continue
        taken += 1
    assert taken < 30


@by_id(WRITES)
def test_a_body_that_is_no_json_is_400(operation: Write) -> None:
    box = Box()
    for text in N:
        refused_unread(box.write(operation, text), text)


@by_id(JSON_WRITES)
def test_a_field_that_is_no_json_is_400(operation: Write) -> None:
    box = Box()
    before, after = operation.holes()[0]
    for text in N:
        refused_unread(box.write(operation, before + text + after), text)


@by_id(JSON_WRITES)
def test_a_body_of_any_json_is_judged_by_its_content(operation: Write) -> None:
    box = Box()
    for text in Y:
        if text != b"null":  # it may stand for no body at all, which has a test below
            judged_by_content(box.write(operation, text), text)
    box.read_everything()


@by_id(JSON_WRITES)
def test_a_field_of_any_json_is_refused_or_can_be_read_again(operation: Write) -> None:
    """No value may be taken that makes a later answer fail."""
    for before, after in operation.holes():
        box, taken = Box(), 0
        for number, text in enumerate(Y):
            # No two users have one address.
            body = (before + text + after).replace(b"noor.haddad@", b"noor-%d@" % number)
            seen = box.write(operation, body)
            if text in DEEP:
                refused_unread(seen, text)
                continue
            judged_by_content(seen, text)
            if seen.status == 200:
                taken += 1
                _read_back(box, operation, seen)
        box.read_everything()
        assert taken or not _takes_some(before), f"nothing is taken after {before!r}"


def _read_back(box: Box, operation: Write, written: Seen) -> None:
    if operation.id == "create_user":
        user = strict(written.body)
        assert box.read(f"/api/v1/users/{quote(user['email'], safe='')}") == user
    elif operation.method != "POST":
        assert box.read(operation.path) == strict(written.body)


# Fields that take only what the document or the fixture names: an address, a status, a user's number, a login.
NAMED = {"email", "type", "status", "owner_id", "assignee_id", "user", "user_login", "password"}


def _takes_some(before: bytes) -> bool:
    """Whether some text of the corpus is a value of the field that a body's bytes end with."""
    field = before.rpartition(b'"')[0].rpartition(b'"')[2].decode()
    return field not in NAMED


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n\t ", b"null"])
@by_id(WRITES)
def test_an_empty_body_is_refused_or_changes_no_content(operation: Write, body: bytes) -> None:
    """J11; Rails takes an absent body for one without fields."""
    seen = Box().write(operation, body)

    assert seen.status in {400, 422}
    assert seen.entry["changes"] == []


@by_id(JSON_WRITES)
def test_a_byte_order_mark_is_passed_over(operation: Write) -> None:
    """J10"""
    body = orjson.dumps(operation.example)

    plain, marked = (Box().write(operation, text) for text in (body, b"\xef\xbb\xbf" + body))

    assert (marked.status, marked.body) == (plain.status, plain.body)


@by_id(JSON_WRITES)
def test_of_equal_keys_the_last_one_counts_for_validator_and_handler_alike(operation: Write) -> None:
    """J6: else one of them would judge what the other does not see."""
    field, value = next(iter(operation.example.items()))
    good = orjson.dumps(value)
    rest = orjson.dumps({name: inner for name, inner in operation.example.items() if name != field})[1:-1]

    def write(*values: bytes) -> Seen:
        members = [orjson.dumps(field) + b":" + each for each in values]
        return Box().write(operation, b"{" + b",".join([*members, *([rest] if rest else [])]) + b"}")

    assert (write(b"[]", good).status, write(b"[]", good).body) == (write(good).status, write(good).body)
    assert (write(good, b"[]").status, write(good, b"[]").body) == (write(b"[]").status, write(b"[]").body)
    assert write(b"[]").status in {400, 422}


# --- J4, J14: numbers and kinds


@pytest.mark.parametrize("number", ["9", "9.0", "9e0", "0.9e1", "90E-1", '"9"', '"09"'])
def test_a_number_is_itself_however_it_is_written(number: str) -> None:
    made = Box().call("POST", ITEMS, b'{"name":"a","detail":"b","assignee_id":' + number.encode() + b"}")

    assert made.status == 200
    assert strict(made.body)["assignee"]["id"] == 9
    assert b'"assignee":{"id":9,' in made.body


NO_USERS = [
    "-9", "9.5", "0", "-0", "1e19", "9223372036854775807", "9.000000000000001", "5e-324", "true", "false", "null",
    "[9]", "{}", "[]", '"9.0"', '" 9"', '"-9"', '"+9"', '"0x9"', '"\u0669"', '"\uff19"', '"9e0"', '""',
    '"99999999999999999999"', '"1_1"',
]  # fmt: skip


@pytest.mark.parametrize("number", NO_USERS)
def test_what_is_no_users_number_is_refused(number: str) -> None:
    seen = Box().call("POST", ITEMS, b'{"name":"a","detail":"b","assignee_id":' + number.encode() + b"}")

    assert seen.status == 422
    assert strict(seen.body)["reasons"] == ["Assignee can't be blank"]


@pytest.mark.parametrize("value", [b"1", b"0", b'"true"', b"1.0", b"[]", b"{}", b'""'])
def test_no_number_and_no_text_is_a_truth_value(value: bytes) -> None:
    assert (
        Box().call("POST", f"/api/v1/issues/{PUMP}/facts", b'{"body":"a","confirmed":' + value + b"}").status
        == 422
    )


# --- J7, J8: texts

ODD = [
    "\0", "a\0b", "\x01\x1f", "\x7f\x80\x9f", "\u200f\u202eabc\u202c", "\u2066x\u2069", "\U0001f4a7",
    "\U0001f468\u200d\U0001f469", "\ufffe", "\uffff", "\U0010ffff", "\ufdd0", "e\u0301", "\u00e9",
    "\u00df\u1e9e", "\u0130i\u0307", " x ", "x\u00a0", "\u2028\u2029", "\ufeffx", "\\u0041", "</script>",
    '"\\/\b\f\n\r\t', "%00%ff", "\r\nX: y", "${7*7}", "x" * 100_000, "\u6c34" * 30_000,
]  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
ISSUE = f"/api/v1/issues/{PUMP}"
# Where a text can be sent, what goes with it, its field, and where it can be read.
FIELDS: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("POST", ITEMS, {"detail": "d", "assignee_id": 9}, "name", f"{ITEMS}/{{guid}}"),
    ("POST", ITEMS, {"name": "n", "assignee_id": 9}, "detail", f"{ITEMS}/{{guid}}"),
    ("PUT", f"{ITEMS}/{GAUGE}", {}, "detail", f"{ITEMS}/{{guid}}"),
    ("POST", "/api/v1/issues", {}, "name", "/api/v1/issues/{guid}"),
    ("POST", "/api/v1/issues", {"name": "n"}, "description", "/api/v1/issues/{guid}"),
    ("PUT", ISSUE, {}, "conclusion", ISSUE),
    ("POST", f"{ISSUE}/messages", {}, "body", f"{ISSUE}/messages"),
    ("POST", f"{ISSUE}/facts", {}, "body", f"{ISSUE}/facts"),
    ("POST", f"{ISSUE}/invites", {"email": "a@example.com"}, "note", f"{ISSUE}/invites"),
]


def echoes(text: str, *, escaped: bool) -> None:
    """Every text field answers the text as it came, code point by code point, and shows it so again."""
    box = Box()
    for method, path, others, field, shown in FIELDS:
        body = json.dumps({**others, field: text}, ensure_ascii=escaped).encode()
        written = box.call(method, path, body)
        if written.status == 422:
            assert not text.strip(), "only a blank text may be refused"
            continue
        answer = strict(written.body)
        assert answer[field] == text
        assert orjson.dumps(text) in written.body
        read = box.read(shown.replace("{guid}", answer["guid"]))
        listed = read if isinstance(read, list) else [read]
        assert [each[field] for each in listed if each["guid"] == answer["guid"]] == [text]


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[1:20])
def test_an_odd_text_comes_back_as_it_went(text: str, escaped: bool) -> None:
    echoes(text, escaped=escaped)


@given(TEXTS, st.booleans())
@example("\u0085", True)  # a blank to Python, and to a regular expression
@example("\u001c", False)
@example("\u180e", False)
def test_any_text_comes_back_as_it_went(text: str, escaped: bool) -> None:
    echoes(text, escaped=escaped)


@given(TEXTS)
def test_an_odd_id_is_nobodys(text: str) -> None:
    box = Box()
    if "\0" not in text:
        for path in (f"/api/v1/issues/{quote(text, safe='')}", f"{ITEMS}/{quote(text, safe='')}"):
            seen = box.call("GET", path)
            assert seen.status == 404
            strict(seen.body)


# --- J5, J12, J13: proportions and names


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("depth", [DEEPEST + 1, 5000, 100_000])
def test_too_deep_is_refused_before_anything_else(opening: bytes, depth: int) -> None:
    closing = {b"[": b"]", b'{"a":': b"}", b'[{"a":': b"}]"}[opening]
    inner = b"{}" if opening == b'{"a":' else b""
    body = opening * depth + inner + closing * depth
    if len(body) <= 1_000_000:
        refused_unread(Box().call("POST", ITEMS, body), body[:20])


def test_a_hundred_thousand_keys_that_are_ignored() -> None:
    keys = b",".join(b'"%d":0' % number for number in range(89_000))
    body = b'{"name":"a","detail":"b","assignee_id":9,' + keys + b"}"

    made = Box().call("POST", ITEMS, body)

    assert made.status == 200
    assert len(made.body) < 1000


INTERNAL = [
    "id", "guid", "issue_id", "creator_id", "created_at", "updated_at", "deleted_at", "__class__", "__dict__",
    "__proto__", "constructor", "prototype", "_timers", "store", "settings", "sandbox", "tenant", "token",
]  # fmt: skip


@pytest.mark.parametrize("value", [1, "x", None, {"id": 1}, [1], True])
def test_a_new_item_assigns_nothing_internal(value: Any) -> None:
    """J13: names of ours in a body are ignored where other names are, and never assigned."""
    good = {"name": "a", "detail": "b", "assignee_id": 9}
    plain = Box().call("POST", ITEMS, orjson.dumps(good))

    filled = Box().call("POST", ITEMS, orjson.dumps({**good, **dict.fromkeys(INTERNAL, value)}))

    assert (filled.status, filled.body) == (plain.status, plain.body)


@pytest.mark.parametrize("field", INTERNAL)
def test_an_edit_assigns_nothing_internal(field: str) -> None:
    """An edit refuses a name that an item does not show, and ignores what a client got and sends back."""
    box = Box()
    before = box.read(f"{ITEMS}/{GAUGE}")

    seen = box.call("PUT", f"{ITEMS}/{GAUGE}", orjson.dumps({field: "x"}))

    after = box.read(f"{ITEMS}/{GAUGE}")
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}
    assert seen.status == (200 if field in before else 400)
