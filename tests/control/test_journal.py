"""The journal: every exchange in order, found by what it was, one by one or in pages, and free of secrets."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.control.problems import problem
from tests.gateway.asgi import ADA, GAUGE, NEW_ITEM, PUMP, Client

JOURNAL = "/sandboxes/box/journal"
ROOT = "/s/box/kinetic/api/v1"
ITEMS = f"{ROOT}/issues/{PUMP}/action_items"
KEYS = {
    "id",
    "at",
    "direction",
    "vendor",
    "operation",
    "request",
    "response",
    "duration_ms",
    "principal",
    "statements",
    "basis",
    "changes",
    "fault",
    "explanation",
}


@pytest.fixture
def busy(client: Client) -> Client:
    """A client whose sandbox has seven exchanges in its journal."""
    client.new_sandbox("box")
    bearer = client.bearer("box")
    client.call("GET", f"{ROOT}/valid")  # 1
    client.call("POST", ITEMS, NEW_ITEM, headers=bearer)  # 2
    client.call("POST", ITEMS, {"name": "Close valve", "assignee_id": 9}, headers=bearer)  # 3
    client.call("GET", ITEMS)  # 4
    client.call("GET", f"{ROOT}/nothing?a=1&b=two%20words")  # 5
    client.call("DELETE", f"{ITEMS}/{GAUGE}", headers=bearer)  # 6
    client.call("GET", f"{ITEMS}/{GAUGE}", headers=bearer)  # 7
    return client


def ids(client: Client, query: str = "") -> list[int]:
    return [entry["id"] for entry in client.control("GET", JOURNAL + query).json["entries"]]


def test_entries_are_listed_oldest_first(busy: Client) -> None:
    answer = busy.control("GET", JOURNAL)

    assert answer.status == 200
    assert set(answer.json) == {"entries", "next", "evicted"}
    assert (answer.json["next"], answer.json["evicted"]) == (None, 0)
    assert ids(busy) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?vendor=kinetic", [1, 2, 3, 4, 5, 6, 7]),
        ("?operation=create_action_item", [2, 3]),
        ("?status=200", [1, 2, 6]),
        ("?status=404", [5, 7]),
        ("?status=599", []),
        ("?after=4", [5, 6, 7]),
        ("?after=7", []),
        ("?after=99999999", []),
        ("?limit=2", [1, 2]),
        ("?limit=2&after=2", [3, 4]),
        ("?operation=create_action_item&status=422", [3]),
        ("?vendor=kinetic&operation=create_action_item&status=200&after=1&limit=9", [2]),
    ],
)
def test_entries_are_found_by_what_they_were(busy: Client, query: str, found: list[int]) -> None:
    assert ids(busy, query) == found


@pytest.mark.parametrize("filters", ["", "&status=200", "&operation=create_action_item", "&status=599"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_hold_every_entry_once(busy: Client, filters: str, limit: int) -> None:
    everything, after, pages = [], 0, 0

    while True:
        page = busy.control("GET", f"{JOURNAL}?limit={limit}&after={after}{filters}").json
        everything += [entry["id"] for entry in page["entries"]]
        assert len(page["entries"]) <= limit
        pages += 1
        if page["next"] is None:
            break
        after = page["next"]

    assert everything == ids(busy, f"?{filters[1:]}" if filters else "")
    assert pages == max(1, -(-len(everything) // limit)), "no page is empty but an only one"


def test_an_entry_holds_the_exchange_and_what_decided_it(busy: Client) -> None:
    entry = busy.control("GET", f"{JOURNAL}/2").json

    assert set(entry) == KEYS
    assert entry == busy.control("GET", JOURNAL).json["entries"][1]
    assert (entry["id"], entry["vendor"], entry["operation"]) == (2, "kinetic", "create_action_item")
    assert (entry["at"], entry["direction"]) == ("2026-01-31T09:00:00.000Z", "in")
    assert entry["request"]["method"] == "POST"
    assert entry["request"]["path"] == f"/api/v1/issues/{PUMP}/action_items"
    assert entry["request"]["query"] == ""
    assert entry["request"]["body"] == NEW_ITEM
    assert entry["request"]["headers"]["authorization"] == "Bearer [redacted]"
    assert entry["response"]["status"] == 200
    assert entry["response"]["body"]["name"] == NEW_ITEM["name"]
    assert entry["response"]["headers"]["content-type"] == "application/json"
    assert "71" in entry["principal"]
    assert "KIN-007" in entry["statements"]
    assert entry["basis"] in {"documented", "published", "observed", "inferred", "assumed"}
    assert entry["explanation"] is None
    assert entry["duration_ms"] >= 0
    (change,) = entry["changes"]
    assert (change["collection"], change["before"]) == ("action_items", None)
    assert change["after"]["detail"] == NEW_ITEM["detail"]


def test_a_refusal_says_what_would_have_been_accepted(busy: Client) -> None:
    entry = busy.control("GET", f"{JOURNAL}/3").json

    assert entry["response"]["body"]["reasons"] == ["Detail can't be blank"]
    assert entry["explanation"]["kind"] == "invalid"
    (wrong,) = entry["explanation"]["problems"]
    assert (wrong["in"], wrong["path"], wrong["expected"], wrong["got"]) == (
        "body",
        "$.detail",
        "a value",
        "nothing",
    )
    assert "KIN-019" in wrong["statements"]
    assert "KIN-019" in entry["statements"]
    assert entry["changes"] == []


def test_a_401_says_what_failed(busy: Client) -> None:
    assert busy.control("GET", f"{JOURNAL}/4").json["explanation"] == {
        "kind": "unauthenticated",
        "reason": "no Authorization header",
        "part": "header",
    }


def test_a_404_says_what_became_of_the_record(busy: Client) -> None:
    explanation = busy.control("GET", f"{JOURNAL}/7").json["explanation"]

    assert explanation["kind"] == "not_found"
    assert explanation["record"] == {"existed": True, "removed_by": 6, "operation": "delete_action_item"}


def test_an_unknown_path_is_an_exchange_too(busy: Client) -> None:
    entry = busy.control("GET", f"{JOURNAL}/5").json

    assert entry["operation"] is None
    assert (entry["request"]["path"], entry["request"]["query"]) == ("/api/v1/nothing", "a=1&b=two%20words")


def test_each_sandbox_has_a_journal_of_its_own(busy: Client) -> None:
    busy.new_sandbox("other")
    busy.call("GET", "/s/other/kinetic/api/v1/valid")

    assert [entry["id"] for entry in busy.entries("other")] == [1]
    assert busy.entries("default") == []
    assert ids(busy) == [1, 2, 3, 4, 5, 6, 7]


def test_reading_the_journal_and_refusals_of_ours_leave_no_entry(busy: Client) -> None:
    busy.control("GET", JOURNAL)
    busy.control("GET", f"{JOURNAL}/1")
    busy.control("POST", "/sandboxes/box/verify", {"status": 200})
    busy.call("GET", "/s/box/nothing")

    assert ids(busy) == [1, 2, 3, 4, 5, 6, 7]


def test_no_secret_is_in_the_journal(busy: Client) -> None:
    basic = base64.b64encode(f"{ADA['email']}:{ADA['password']}".encode()).decode()
    login = busy.call("POST", f"{ROOT}/sessions", {"user_login": ADA})
    busy.call("POST", f"{ROOT}/sessions", {"user_login": {**ADA, "password": "canary-wrong"}})
    busy.call("POST", f"{ROOT}/sessions", {"user_login": {**ADA, "password": ["canary-list"]}})
    busy.call("GET", f"{ROOT}/me?auth_token=canary-query", headers={"authorization": f"Basic {basic}"})
    busy.call(
        "GET", f"{ROOT}/me", headers={"authorization": "Bearer canary-bearer", "x-api-key": "canary-key"}
    )
    user = {"name": "Noor Haddad", "email": "noor.haddad@example.com", "password": "canary-new"}
    busy.call("POST", f"{ROOT}/users", {"user": user}, headers=busy.bearer("box"))

    journal = busy.control("GET", JOURNAL).body.decode()

    credentials = busy.control("GET", "/sandboxes/box").json["credentials"]["kinetic"]
    secrets = [value for each in credentials for name, value in each.items() if name != "email"]
    for secret in ("canary", basic, login.json["auth_token"], *secrets):
        assert secret not in journal
    assert "noor.haddad@example.com" in journal


def test_the_oldest_entries_leave_when_the_room_is_used_up_and_are_counted(busy: Client) -> None:
    sandbox = busy.sandboxes.get("box")
    assert sandbox is not None
    sandbox.journal.max_bytes = 6_000

    busy.call("GET", f"{ROOT}/valid")

    page = busy.control("GET", JOURNAL).json
    left = [entry["id"] for entry in page["entries"]]
    assert page["evicted"] == 8 - len(left) > 0
    assert left == list(range(page["evicted"] + 1, 9))
    gone = problem(busy.control("GET", f"{JOURNAL}/1"), 404)
    assert gone == f"the journal of box has no entry 1; the oldest {page['evicted']} are gone"
    assert busy.control("GET", f"{JOURNAL}/8").json["id"] == 8
    assert ids(busy, f"?after=0&limit={len(left)}") == left


@pytest.mark.parametrize(
    "id", ["0", "8", "-1", "1.0", "1e0", "x", "%D9%A1", "99999999999999999999", "+1", "%201"]
)
def test_an_entry_that_there_is_not_is_404(busy: Client, id: str) -> None:
    assert "has no entry" in problem(busy.control("GET", f"{JOURNAL}/{id}"), 404)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("limit=x", 'limit takes a whole number, not "x"'),
        ("limit=-1", 'limit takes a whole number, not "-1"'),
        ("limit=", 'limit takes a whole number, not ""'),
        ("after=1.5", 'after takes a whole number, not "1.5"'),
        ("after=%D9%A1", 'after takes a whole number, not "\u0661"'),
        ("after=99999999999999999999", 'after takes a whole number, not "99999999999999999999"'),
        ("status=ok", 'status takes a whole number, not "ok"'),
        ("vendor=nothing", "nothing is not served; kinetic is"),
        ("operation=creat_item", "there is no operation creat_item; /info has the names"),
        ("operations=list", "operations: not known here; known are after, limit, operation, status, vendor"),
    ],
)
def test_a_filter_that_would_filter_nothing_is_refused(busy: Client, query: str, detail: str) -> None:
    assert problem(busy.control("GET", f"{JOURNAL}?{query}"), 422) == detail


@pytest.mark.parametrize("path", ["", "/1"])
def test_a_sandbox_that_there_is_not_has_no_journal(client: Client, path: str) -> None:
    assert problem(client.control("GET", JOURNAL + path), 404) == "there is no sandbox box"


def test_odd_bodies_can_be_read_in_the_journal(busy: Client) -> None:
    for body in (b"", b"\xff\xfe", b"{", b'"\\ud800"', b"[" * 100, b"nonsense\0", b"1e999"):
        answer: Any = busy.call("POST", ITEMS, body=body, headers=busy.bearer("box"))
        assert busy.control("GET", f"{JOURNAL}/{answer.entry}").status == 200
    assert busy.control("GET", JOURNAL).status == 200


def test_a_page_has_a_thousand_entries_at_most(client: Client) -> None:
    for limit in (0, 1001):
        answer = client.control("GET", f"/sandboxes/default/journal?limit={limit}")
        assert "from 1 to 1000" in problem(answer, 422)
