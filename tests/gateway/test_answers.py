"""What the Gateway adds to a vendor's answer, which is little, and what it never does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, MutableMapping
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from simulator.http import ASGIApp, Receive, Scope, Send
from tests.gateway.asgi import ADA, GAUGE, NEW_ITEM, NOW, PUMP, Answer, Client, make_app

ITEMS = f"/kinetic/api/v1/issues/{PUMP}/action_items"


def one_of_each(client: Client, prefix: str = "/kinetic", sandbox: str = "default") -> list[Answer]:
    """Answers of every kind that a vendor gives."""
    items = f"{prefix}/api/v1/issues/{PUMP}/action_items"
    bearer = client.bearer(sandbox)
    fault = {"vendor": "kinetic", "operation": "read_me", "kind": "status", "status": 500}
    client.control("POST", f"/sandboxes/{sandbox}/faults", fault)
    return [
        client.call("POST", f"{prefix}/api/v1/sessions", {"user_login": ADA}),
        client.call("GET", f"{prefix}/api/v1/valid"),
        client.call("GET", f"{prefix}/api/v1/me", headers=bearer),
        client.call("GET", items, headers=bearer),
        client.call("POST", items, NEW_ITEM, headers=bearer),
        client.call("POST", items, {"name": "x"}, headers=bearer),
        client.call("POST", items, body=b"{", headers=bearer),
        client.call("PUT", f"{items}/{GAUGE}", {"status": "Closed"}, headers=bearer),
        client.call("DELETE", f"{items}/{GAUGE}", headers=bearer),
        client.call("GET", f"{items}/{GAUGE}", headers=bearer),
        client.call("GET", items),
        client.call("GET", f"{prefix}/nothing"),
        client.call("PATCH", items, headers=bearer),
    ]


def test_bodies_and_headers_have_nothing_of_ours(client: Client) -> None:
    answers = one_of_each(client)

    assert {answer.status for answer in answers} == {200, 400, 401, 404, 405, 422, 500}
    for answer in answers:
        assert b"simulator" not in answer.body.lower()
        assert b"sandbox" not in answer.body.lower()
        assert set(answer.headers) <= {"date", "content-type", "content-length", "allow", "simulator-entry"}
        assert int(answer.headers["content-length"]) == len(answer.body)


def test_every_answer_names_its_journal_entry(client: Client) -> None:
    answers = one_of_each(client)

    assert [answer.entry for answer in answers] == list(range(1, len(answers) + 1))
    for answer in answers:
        entry = client.control("GET", f"/sandboxes/default/journal/{answer.entry}").json
        assert (entry["id"], entry["response"]["status"]) == (answer.entry, answer.status)


def test_the_entry_can_be_left_off(connect: Callable[[ASGIApp], Client]) -> None:
    shown, silent = connect(make_app()), connect(make_app(show_entry=False))

    for with_entry, without in zip(one_of_each(shown), one_of_each(silent), strict=True):
        headers = {name: value for name, value in with_entry.headers.items() if name != "simulator-entry"}
        assert (without.status, without.headers, without.body) == (
            with_entry.status,
            headers,
            with_entry.body,
        )
    assert len(silent.entries()) == len(shown.entries())


def test_the_date_follows_the_clock_of_the_sandbox(client: Client) -> None:
    client.new_sandbox("box", now="2001-02-03T04:05:06.789Z")

    def dated(address: str) -> str:
        return parsedate_to_datetime(
            client.call("GET", f"{address}/api/v1/valid").headers["date"]
        ).isoformat()

    assert dated("/s/box/kinetic") == "2001-02-03T04:05:06+00:00"
    client.control("POST", "/sandboxes/box/clock/advance", {"by": "P1DT0.211S"})
    assert dated("/s/box/kinetic") == "2001-02-04T04:05:07+00:00"
    client.control("PUT", "/sandboxes/box/clock", {"now": "1999-12-31T23:59:59-11:00"})
    assert dated("/s/box/kinetic") == "2000-01-01T10:59:59+00:00"
    assert dated("/kinetic") == NOW.replace("Z", "+00:00")


def test_a_get_may_carry_a_body_and_nobody_looks_at_it(client: Client) -> None:
    """Clients in use send Content-Type: application/json with everything, also with nothing."""
    plain = client.call("GET", ITEMS, headers=client.bearer())
    for body in (b'{"name": 5}', b"{", b"\xff\xfe"):
        odd = client.call(
            "GET", ITEMS, body=body, headers={"content-type": "application/json", **client.bearer()}
        )
        assert (odd.status, odd.body) == (200, plain.body)


def test_a_head_is_answered_as_the_get(client: Client) -> None:
    """The server sends no body after it, which tests/gateway/test_socket.py looks at."""
    get, head = (client.call(method, ITEMS, headers=client.bearer()) for method in ("GET", "HEAD"))

    assert head.status == 200
    assert head.headers == {**get.headers, "simulator-entry": str(head.entry)}


def test_a_delay_fault_answers_late_and_answers_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    sleep_really, here = asyncio.sleep, threading.get_ident()

    async def sleep(seconds: float) -> None:
        if threading.get_ident() != here:  # a server that another test has in a thread
            await sleep_really(seconds)
        else:
            slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    plain = client.call("GET", ITEMS, headers=client.bearer())
    fault = {"vendor": "kinetic", "operation": "list_action_items", "kind": "delay", "delay_ms": 2500}
    made = client.control("POST", "/sandboxes/default/faults", {**fault, "times": 2, "after": 1})
    assert made.status == 201

    answers = [client.call("GET", ITEMS, headers=client.bearer()) for _ in range(4)]
    other = client.call("GET", "/kinetic/api/v1/valid")

    assert slept == [2.5, 2.5]
    assert {answer.body for answer in answers} == {plain.body}
    assert [entry["fault"] for entry in client.entries()] == [
        None,
        None,
        made.json["id"],
        made.json["id"],
        None,
        None,
    ]
    assert other.status == 200


def test_a_delayed_call_has_happened_before_it_is_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    async def sleep(_: float) -> None:
        counted.append(len(client.sandboxes.default.journal))

    monkeypatch.setattr(asyncio, "sleep", sleep)
    client.control("POST", "/sandboxes/default/faults", {"vendor": "kinetic", "kind": "delay", "delay_ms": 1})

    client.call("POST", ITEMS, NEW_ITEM, headers=client.bearer())

    assert counted == [1]


def test_the_page_says_what_is_served_and_leads_there(client: Client) -> None:
    page = client.call("GET", "/")

    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    text = page.body.decode()
    for vendor, told in client.control("GET", "/info").json["vendors"].items():
        assert told["title"] in text
        assert f"<code>/{vendor}</code>" in text
    links = [part.partition("'")[0] for part in text.split("href='")[1:]]
    assert len(links) >= 2
    for link in links:
        assert client.call("GET", link).status == 200


def test_two_sandboxes_never_see_each_other() -> None:
    """The transcript of A alone is, byte for byte, that of A with B at work before each of its calls."""

    def transcript(*, disturbed: bool) -> list[Answer]:
        with asyncio.Runner() as runner:
            client = Client(make_app(), runner)
            client.new_sandbox("a", seed=1)
            client.new_sandbox("b", seed=1)
            a = Client(Disturbed(client), runner) if disturbed else client
            return one_of_each(a, "/s/a/kinetic", "a")

    assert transcript(disturbed=True) == transcript(disturbed=False)


class Disturbed:
    """An application that lets another sandbox work before each call it passes on."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._bearer = client.bearer("b")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for method, path, body in (
            (
                "POST",
                f"/s/b/kinetic/api/v1/issues/{PUMP}/action_items",
                b'{"name":"b","detail":"b","assignee_id":9}',
            ),
            ("POST", "/s/b/kinetic/api/v1/issues", b'{"name":"b"}'),
            ("DELETE", f"/s/b/kinetic/api/v1/issues/{PUMP}/action_items/{GAUGE}", b""),
            ("POST", "/__simulator/v1/sandboxes/b/clock/advance", b'{"by":"PT1H"}'),
            (
                "POST",
                "/__simulator/v1/sandboxes/b/faults",
                b'{"vendor":"kinetic","kind":"status","status":500}',
            ),
            ("PATCH", "/__simulator/v1/sandboxes/b/settings/kinetic", b'{"delete_mode":"hard"}'),
        ):
            sent = {"host": "127.0.0.1", "content-type": "application/json", **self._bearer}
            if body:
                sent["content-length"] = str(len(body))
            headers = [(name.encode(), value.encode()) for name, value in sent.items()]
            other = {"method": method, "path": path, "raw_path": path.encode(), "headers": headers}
            await self._client.app({**scope, "query_string": b"", **other}, _giving(body), _ignoring)
        await self._client.app(scope, receive, send)


def _giving(body: bytes) -> Receive:
    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _ignoring(_: MutableMapping[str, Any]) -> None:
    pass
