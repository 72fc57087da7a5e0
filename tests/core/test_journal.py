"""core/journal.py: every exchange in order and bounded, what became of a record, and never a secret."""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core import journal as module
from simulator.core.call import Reply
from simulator.core.errors import REDACTED
from simulator.core.journal import (
    MAX_BODY,
    Entry,
    Journal,
    clean_body,
    clean_form,
    clean_headers,
    clean_query,
)
from simulator.core.store import Change
from tests.core import toy

CANARY = "Canary7sings"


def entry(id: int, *, size: int = 0, vendor: str = "toy", changes: list[Change] | None = None) -> Entry:
    made = Entry()
    made.id = id
    made.at = toy.NOW
    made.vendor = vendor
    made.operation = f"operation_{id}"
    made.method, made.path, made.query = "GET", "/", ""
    made.request_headers, made.response_headers = {}, []
    made.request_body, made.response_body = b"x" * size, b""
    made.received, made.records = 0, {}
    made.response_status = 200
    made.duration_ms = 0.0
    made.principal = made.fault = made.explanation = None
    made.statements = ()
    made.changes = changes or []
    made.numbers_before = None
    return made


def filled(count: int, max_bytes: int = 1_000_000, size: int = 0) -> Journal:
    journal = Journal(max_bytes)
    for _ in range(count):
        journal.append(entry(journal.next_id(), size=size))
    return journal


def ids(journal: Journal) -> list[int]:
    return [each.id for each in journal]


# --- order, bounds ---------------------------------------------------------------------------------------------------


def test_ids_count_from_one() -> None:
    assert ids(filled(3)) == [1, 2, 3]


def test_the_oldest_leave_when_the_bytes_run_out_and_are_counted() -> None:
    journal = filled(10, max_bytes=50_000, size=10_000)

    assert journal.evicted == 10 - len(journal)
    assert 0 < len(journal) < 6
    assert ids(journal) == list(range(journal.evicted + 1, 11))


def test_ids_go_on_after_evictions() -> None:
    journal = filled(10, max_bytes=50_000, size=10_000)

    assert journal.next_id() == 11


@given(st.lists(st.integers(0, 30_000), max_size=40), st.integers(1, 60_000))
def test_an_entry_is_found_by_its_id_or_is_gone(sizes: list[int], max_bytes: int) -> None:
    journal = Journal(max_bytes)
    for size in sizes:
        journal.append(entry(journal.next_id(), size=size))

    for id in range(-1, len(sizes) + 2):
        found = journal.get(id)
        assert (found is None) is not (journal.evicted < id <= len(sizes))
        assert found is None or found.id == id
        assert [each.id for each in journal.after(id)] == [each for each in ids(journal) if each > id]


@pytest.mark.parametrize("part", ["request_body", "response_body", "query", "received"])
def test_everything_that_is_kept_of_an_entry_weighs(part: str) -> None:
    light, heavy = entry(1), entry(1)
    setattr(heavy, part, 5000 if part == "received" else "x" * 5000)

    assert heavy.size() == light.size() + 5000 > 6000


def test_the_newest_entry_stays_however_big() -> None:
    journal = filled(3, max_bytes=100, size=5000)

    assert ids(journal) == [3]
    assert journal.evicted == 2


def test_the_bound_covers_what_was_changed_too() -> None:
    client = toy.client()
    client.sandbox.journal.max_bytes = 2_000_000
    client.world.store.insert("toys", {"id": 99, "name": "big", "color": "red", "owner_id": 1, "lent": False})
    client.world.store.commit()

    for number in range(10):  # a body this long is not kept, but the record it leaves is in the changes
        assert client.put("/v1/toys/99", {"name": f"{number}" * 900_000}).status == 200

    assert len(client.sandbox.journal) <= 3


# --- what became of a record -----------------------------------------------------------------------------------------


def test_the_last_call_that_changed_a_record_is_its_fate(client: toy.Client) -> None:
    client.put("/v1/toys/1", {"name": "bear"})
    gone = client.delete("/v1/toys/1")
    client.post("/v1/toys", {"name": "kite"})

    entry = client.entry(client.get("/v1/toys/1"))

    assert entry["explanation"]["record"] == {
        "existed": True, "removed_by": gone.response.entry, "operation": "delete_toy",
    }  # fmt: skip


def test_a_record_that_never_was_is_said_to_be_so(client: toy.Client) -> None:
    client.delete("/v1/toys/1")

    entry = client.entry(client.get("/v1/toys/12"))

    assert entry["explanation"]["record"] == {"existed": False, "note": "no entry ever touched it"}


def test_when_entries_are_gone_the_fate_is_said_to_be_unknown() -> None:
    journal = filled(10, max_bytes=50_000, size=10_000)

    assert (
        journal.fate_of("toy", {"collection": "toys", "key": 1}, 11)["note"]
        == f"{journal.evicted} older entries are gone"
    )


def test_a_fate_is_that_of_the_time_before_the_call() -> None:
    journal = Journal()
    journal.append(entry(1))
    journal.append(entry(2, changes=[Change("toys", 5, None, {"id": 5})]))

    assert not journal.fate_of("toy", {"collection": "toys", "key": 5}, 1)["existed"]
    assert journal.fate_of("toy", {"collection": "toys", "key": "5"}, 3)["last_changed_by"] == 2
    assert not journal.fate_of("other", {"collection": "toys", "key": 5}, 3)["existed"]
    assert not journal.fate_of("toy", {"collection": "parts", "key": 5}, 3)["existed"]


# --- what an entry says ----------------------------------------------------------------------------------------------


def test_an_entry_tells_the_whole_exchange(client: toy.Client) -> None:
    answer = client.post("/v1/toys", {"name": "kite", "color": "blue"}, query="x=1", headers={"X-Trace": "7"})

    entry = client.entry(answer)
    duration = entry.pop("duration_ms")

    record = {
        "name": "kite",
        "color": "blue",
        "owner_id": 1,
        "lent": False,
        "id": 8,
        "guid": answer.json["guid"],
    }
    assert duration > 0
    assert entry == {
        "id": 1,
        "at": "2024-05-06T07:08:09.000Z",
        "direction": "in",
        "vendor": "toy",
        "operation": "create_toy",
        "request": {
            "method": "POST",
            "path": "/v1/toys",
            "query": "x=1",
            "headers": {"authorization": "Bearer [redacted]", "x-trace": "7"},
            "body": {"name": "kite", "color": "blue"},
        },
        "response": {"status": 201, "headers": answer.headers, "body": record},
        "principal": "ada",
        "statements": ["TOY-020", "TOY-021"],
        "basis": "documented",
        "changes": [{"collection": "toys", "id": 8, "before": None, "after": record}],
        "fault": None,
        "explanation": None,
    }


def test_the_basis_is_the_weakest_of_the_statements(client: toy.Client) -> None:
    answer = client.delete("/v1/toys/99")

    entry = client.entry(answer)

    assert (entry["statements"], entry["basis"]) == (["TOY-031"], "assumed")


def test_a_call_that_rests_on_nothing_has_no_basis(client: toy.Client) -> None:
    assert client.entry(client.get("/v1/toys/1"))["basis"] is None


def test_our_own_bookkeeping_is_no_change(client: toy.Client) -> None:
    entry = client.entry(client.post("/v1/toys/1/loan"))

    assert [change["collection"] for change in entry["changes"]] == ["toys"]


def test_a_body_that_is_no_json_is_shown_as_text(client: toy.Client) -> None:
    entry = client.entry(client.post("/v1/toys/1/parts", body=b"a \xff b"))

    assert entry["request"]["body"] == "a \ufffd b"


def test_an_entry_can_always_be_written_as_json(client: toy.Client) -> None:
    answer = client.post("/v1/toys", body=b'{"\xff', query="\xff=%zz", headers={"X-\xe9": b"\xff"})

    assert orjson.dumps(client.entry(answer))


def test_a_long_body_is_not_kept_but_its_length_is(client: toy.Client) -> None:
    answer = client.post("/v1/toys", {"name": "x" * MAX_BODY})

    entry = client.entry(answer)

    assert answer.status == 201
    assert entry["request"]["body"] == f"[not kept: {MAX_BODY + 11} bytes]"


def test_an_entry_does_not_change_when_the_next_call_writes(client: toy.Client) -> None:
    read = client.get("/v1/toys")
    before = client.entry(read)

    client.post("/v1/toys", {"name": "kite"})

    assert client.entry(read) == before
    assert client.entry(read)["changes"] == []


# --- secrets ---------------------------------------------------------------------------------------------------------


def shown(client: toy.Client) -> str:
    """Everything the journal would show."""
    ledger, journal = client.world.service.ledger, client.sandbox.journal
    return json.dumps([each.describe(ledger, journal) for each in journal])


def leaks(client: toy.Client) -> bool:
    return CANARY.lower() in shown(client).lower()


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


HEADERS: list[dict[str, str | bytes]] = [
    {"Authorization": f"Bearer {CANARY}"},
    {"Authorization": f"bearer  {CANARY}"},
    {"Authorization": f"Bearer\t{CANARY}"},
    {"Authorization": f" Bearer {CANARY}"},
    {"Authorization": CANARY},
    {"Authorization": f"{CANARY} {CANARY}"},
    {"Authorization": f"Token {CANARY}"},
    {"Authorization": f"Bearer x, Bearer {CANARY}"},
    {"Authorization": basic(f"ada:{CANARY}")},
    {"Authorization": b"Bearer \xff" + CANARY.encode()},
    {"Authorization": f'Digest username="ada", response="{CANARY}"'},
    {"Proxy-Authorization": f"Basic {CANARY}"},
    {"Cookie": f"session={CANARY}"},
    {"X-Api-Key": CANARY},
    {"X-Auth-Token": CANARY},
    {"Api-Key": CANARY},
    {"X-Client-Secret": CANARY},
]


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: str(headers)[:60])
def test_a_secret_header_is_never_shown(headers: dict[str, str | bytes]) -> None:
    client = toy.client().as_(headers)

    client.get("/v1/toys")

    assert not leaks(client)
    assert base64.b64encode(f"ada:{CANARY}".encode()).decode() not in shown(client)


def test_a_secret_cookie_that_is_set_is_never_shown() -> None:
    def read(call: Any) -> Any:
        return Reply({}, 200, (("Set-Cookie", f"session={CANARY}"), ("X-Auth-Token", CANARY)))

    client = toy.client(handlers={"read_status": read})

    assert CANARY in client.get("/v1/status").headers["set-cookie"]
    assert not leaks(client)


LOGINS: dict[str, Any] = {
    "right": {"name": "ada", "password": CANARY},
    "of the wrong type": {"name": "ada", "password": [CANARY]},
    "deep in the wrong type": {"name": "ada", "password": {"a": {"b": CANARY}}},
    "instead of the body": CANARY,
    "in a list instead of the body": [{"password": CANARY}],
    "in a field that only the document calls secret": {"name": "ada", "password": "x", "pin": CANARY},
    "in a field that is named like one": {
        "name": "ada",
        "password": "x",
        "clientSecret": CANARY,
        "API-Key": CANARY,
    },
    "in a field that is named like one, deeper": {
        "name": "ada",
        "password": "x",
        "more": [{"refresh_token": CANARY}],
    },
    "in a field in capitals": {"NAME": "ada", "PASSWORD": CANARY},
    "in a field of the wrong case that only the document calls secret": {
        "name": "ada",
        "password": "x",
        "PIN": CANARY,
    },
}


@pytest.mark.parametrize("where", LOGINS)
def test_a_secret_in_a_login_is_never_shown(where: str) -> None:
    client = toy.client()

    client.post("/v1/sessions", LOGINS[where])

    if where == "instead of the body":  # text that stands nowhere in particular cannot be known for a secret
        assert "a secret (str)" in shown(client)
    else:
        assert not leaks(client)


@pytest.mark.parametrize(
    "body",
    [
        f'{{"name":"ada","password":"{CANARY}"',
        f"name=ada&password={CANARY}",
        f"<login><password>{CANARY}</password></login>",
        f'{{"name":"ada",password:"{CANARY}"}}',
        f"\ufeff\ufeff{CANARY}",
        f'{{"name":"ada","p\\u0061ssword":"{CANARY}",}}',
    ],
)
def test_a_login_that_cannot_be_read_is_not_kept(body: str) -> None:
    client = toy.client()

    client.post("/v1/sessions", body=body.encode())

    assert not leaks(client)
    assert f"[not kept: {len(body.encode())} bytes that may hold a secret]" in shown(client)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "kite", "password": CANARY},
        {"name": "kite", "accessToken": CANARY},
        {"name": "kite", "pat": CANARY},
        {"name": "kite", "PAT": CANARY},
        {"name": "kite", "pin": CANARY},
        {"name": 5, "more": {"my_credentials": {"a": [CANARY]}}},
        {"name": "kite", "color": {"token": CANARY}},
        {"name": {"token": CANARY}},
    ],
    ids=str,
)
def test_a_secret_in_any_other_body_is_never_shown(body: Any) -> None:
    client = toy.client()

    client.post("/v1/toys", body)

    assert not leaks(client)


@pytest.mark.parametrize(
    "name", ["password", "PassWord", "pat", "token", "apikey", "api_key", "api-key", "credential"]
)
def test_a_secret_name_is_known_however_json_spells_it(name: str) -> None:
    client = toy.client()
    escaped = "".join(f"\\u{ord(each):04x}" for each in name)

    for key in (name, escaped, name[:1] + escaped[6:]):  # to an operation whose document has no secret
        client.post("/v1/toys/1/parts", body=f'{{"name": "wheel", "{key}" : "{CANARY}"}}'.encode())

    assert not leaks(client)


def test_a_minted_secret_is_never_shown(client: toy.Client) -> None:
    login = client.post("/v1/sessions", {"name": "ada", "password": toy.PASSWORD})
    loan = client.post("/v1/toys/1/loan")

    assert (login.status, loan.status) == (200, 200)
    assert login.json["auth_token"] not in shown(client)
    assert loan.json["code"] not in shown(client)
    assert toy.PASSWORD not in shown(client)


def test_a_stored_secret_is_never_shown_in_answers_or_changes(client: toy.Client) -> None:
    created = client.post("/v1/toys", {"name": "safe", "pin": "9371"})
    path = f"/v1/toys/{created.json['id']}"
    client.get(path)
    client.get("/v1/toys")
    client.put(path, {"name": "box"})
    client.delete(path)

    assert created.json["pin"] == "9371"
    assert "9371" not in shown(client)


def test_an_answer_that_is_a_secret_as_a_whole_is_never_shown() -> None:
    document = toy.document()
    answer = document["paths"]["/v1/sessions"]["post"]["responses"]["200"]
    answer["content"]["application/json"]["schema"] = {"type": "string", "format": "password"}
    served = toy.service(document=document, handlers={"create_session": lambda call: "9371"})
    client = toy.Client(toy.sandbox(served=served))

    login = client.post("/v1/sessions", {"name": "ada", "password": toy.PASSWORD})

    assert login.json == "9371"
    assert "9371" not in shown(client)
    assert client.entry(login)["response"]["body"] == "[redacted]"


def test_a_secret_name_in_an_answer_that_the_document_leaves_open_is_never_shown() -> None:
    client = toy.client(
        handlers={"read_status": lambda call: {"password": CANARY, "more": [{"Token": CANARY}]}}
    )

    assert client.get("/v1/status").json["password"] == CANARY
    assert not leaks(client)


def test_a_field_that_is_only_named_like_a_secret_is_not_quoted_in_an_explanation(client: toy.Client) -> None:
    entry = client.entry(client.post("/v1/toys", {"name": "kite", "serial_token": CANARY}))

    assert entry["explanation"]["problems"][0]["path"] == "$.serial_token"
    assert not leaks(client)


def test_what_is_no_secret_is_shown_beside_one(client: toy.Client) -> None:
    entry = client.entry(client.post("/v1/sessions", {"name": "ada", "password": CANARY}))

    assert entry["request"]["body"] == {"name": "ada", "password": REDACTED}


@pytest.mark.parametrize(
    "query",
    [
        f"Login_Token={CANARY}",
        f"a=1&login_token={CANARY}&b=2",
        f"password={CANARY}&password={CANARY}",
        f"pat={CANARY}",
        f"PAT={CANARY}",
        f"Login%5FToken={CANARY}",
        f"%70assword={CANARY}",
        f"%50%41%54={CANARY}",
        f"api-key={CANARY}",
        f"client+secret={CANARY}",
        f"pin={CANARY}",
        f"%70in={CANARY}",
        f"token=a=b={CANARY}",
        f"token={CANARY}&=&",
        f"%ff=1&token={CANARY}",
    ],
)
def test_a_secret_in_a_query_is_never_shown(query: str) -> None:
    client = toy.client()

    client.get("/v1/status", query=query)

    assert not leaks(client)
    assert REDACTED in shown(client)


def test_what_is_no_secret_in_a_query_is_kept_as_it_was_sent() -> None:
    assert clean_query("a=%20+b&c&=d&&e=%ff") == "a=%20+b&c&=d&&e=%ff"
    assert clean_query("a=%20+b&token=x&e=%ff") == f"a=%20+b&token={REDACTED}&e=%ff"


def test_headers_without_a_secret_are_kept_as_they_were_sent() -> None:
    headers = {b"host": b"example.com", b"x-trace": b"\xff"}

    assert clean_headers(headers) == headers


def test_of_a_known_scheme_the_name_stays() -> None:
    assert clean_headers({b"authorization": b"Bearer x"}) == {b"authorization": b"Bearer [redacted]"}
    assert clean_headers({b"authorization": b"Basic x"}) == {b"authorization": b"Basic [redacted]"}
    assert clean_headers({b"authorization": b"x y"}) == {b"authorization": b"[redacted]"}


def test_a_body_without_a_secret_is_kept_byte_for_byte() -> None:
    body = b'{ "name" : "kite",\n"size":1.0 }'

    assert clean_body(body, frozenset()) is body


names = st.sampled_from(["password", "Secret", "api_key", "authToken", "pat", "name", "a", "pin"])
leaves = st.sampled_from([CANARY, 1, None, True])
bodies = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)


@given(bodies)
def test_wherever_a_secret_name_stands_nothing_under_it_is_left(body: Any) -> None:
    cleaned = orjson.loads(clean_body(orjson.dumps(body), frozenset({"pin"})))

    def under(value: Any, secret: bool) -> bool:
        if isinstance(value, dict):
            return all(under(inner, secret or name not in {"name", "a"}) for name, inner in value.items())
        if isinstance(value, list):
            return all(under(inner, secret) for inner in value)
        return not secret or value in {REDACTED, None}

    assert under(cleaned, secret=False)


def test_the_quick_search_misses_no_name_that_the_exact_one_knows() -> None:
    for name in (
        "password",
        "passwd",
        "mySecret",
        "TOKEN",
        "credentials",
        "apikey",
        "api_key",
        "api-key",
        "pat",
        "PAT",
    ):
        assert module._SECRET_NAME.search(name)
        assert clean_body(orjson.dumps({name: CANARY}), frozenset()) == orjson.dumps({name: REDACTED})


def test_of_a_refused_body_that_should_hold_a_secret_only_the_shape_is_kept() -> None:
    misplaced = b'{"user_login":"hunter2","more":["hunter2",5]}'

    kept = clean_body(misplaced, frozenset({"password"}), refused=True)

    assert kept == b'{"user_login":"[redacted str]","more":["[redacted str]","[redacted int]"]}'
    assert clean_body(misplaced, frozenset(), refused=True) == misplaced


@pytest.mark.parametrize("word", ["x", "token"])
def test_a_body_nested_too_deep_breaks_neither_the_call_nor_the_journal(
    client: toy.Client, word: str
) -> None:
    deep = b'{"%b":%b1%b}' % (word.encode(), b"[" * 300, b"]" * 300)

    for path in ("/v1/toys", "/v1/sessions"):
        answer = client.post(path, body=deep)
        assert answer.status == 400
        assert client.entry(answer)["request"]["body"] == f"[not kept: {len(deep)} bytes, nested too deep]"


def test_a_body_nested_too_deep_where_none_is_wanted_breaks_nothing_either(client: toy.Client) -> None:
    answer = client.call("DELETE", "/v1/toys/1", body=b'{"token":' + b"[" * 300 + b"]" * 300 + b"}")

    assert answer.status < 400
    assert client.entry(answer)["changes"]


def test_taking_secrets_out_takes_time_by_the_length_and_no_more() -> None:
    """A text without an "=" is one name: a pattern would try it from each of its characters."""
    long = "z" * 2_000_000

    assert clean_query(long) == long
    assert clean_form(long[:MAX_BODY].encode(), frozenset()) == long[:MAX_BODY].encode()


def test_commits_that_no_entry_made_take_their_place_and_leave() -> None:
    journal = Journal(max_bytes=100_000)
    for number in range(1000):
        record = {"id": 1, "text": "x" * 1000, "number": number}
        journal.changed("toy", [Change("toys", 1, record, record)])

    assert journal._bytes <= 100_000
    assert len(journal._loose) < 100
    assert journal.changes_after(0) is None


def test_who_goes_back_behind_a_commit_that_has_left_is_refused_and_later_ones_are_not() -> None:
    journal = Journal(max_bytes=8_000)
    made = [Change("toys", 1, None, {"id": 1, "text": "x" * 1000})]
    for _ in range(5):
        journal.changed("toy", made)
    journal.append(entry(1))
    journal.changed("toy", made)

    assert journal.changes_after(0) is None
    assert journal.changes_after(1) == [("toy", made, None)]
