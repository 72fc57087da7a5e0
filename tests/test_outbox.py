"""The sender: where deliveries may go, what comes back, and what it does when the world changes under it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.app import load_services
from simulator.core import outbox, snapshot
from simulator.core.clock import LATEST, format_instant
from simulator.core.sandbox import Sandbox, World
from simulator.outbox import AT_ONCE, MAX_ANSWER, Sender
from tests.receiver import Receiver, Talker

HOUR = 3_600_000_000


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return load_services(["fluid"])


@pytest.fixture
def sandbox(services) -> Sandbox:
    return Sandbox("test", services, now=0, mode="frozen")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def queue(world: World, url: str, **changes: Any) -> int:
    options = {
        "statements": ["FLU-102"],
        "retry_every_s": 3600,
        "retry_for_s": 7200,
        "timeout_s": 10,
        **changes,
    }
    headers, body = options.pop("headers", {}), options.pop("body", "{}")
    id = outbox.queue(world, world.sandbox.clock.now(), url, headers, body, **options)
    world.commit()
    return id


def send(sandbox: Sandbox, sender: Sender | None = None) -> list[dict[str, Any]]:
    """Drain; the entries as the control API shows them."""
    ids = asyncio.run((sender or Sender()).drain(sandbox))
    ledger = sandbox.services["fluid"].ledger
    entries = [sandbox.journal.get(id) for id in ids]
    return [entry.describe(ledger, sandbox.journal) for entry in entries if entry is not None]


def test_a_delivery_is_an_entry_that_goes_out(sandbox, receiver):
    world = sandbox.worlds["fluid"]
    queue(world, f"{receiver.url}/a?b=c", headers={"X-One": "1"}, body='{"a":"å"}')
    [entry] = send(sandbox)
    assert entry["direction"] == "out"
    assert (entry["vendor"], entry["operation"], entry["principal"]) == ("fluid", None, None)
    assert entry["request"] == {
        "method": "POST",
        "path": f"{receiver.url}/a",
        "query": "b=c",
        "headers": {"x-one": "1"},
        "body": {"a": "å"},
    }
    assert (entry["response"]["status"], entry["response"]["body"]) == (200, "done")
    assert (entry["statements"], entry["basis"], entry["changes"]) == (["FLU-102"], "published", [])
    [received] = receiver.received
    assert (received.path, received.body) == ("/a?b=c", '{"a":"å"}'.encode())
    assert received.headers["host"] == receiver.url.removeprefix("http://")
    assert outbox.waiting(world) == []


def test_several_deliveries_are_all_sent_before_a_drain_ends(sandbox, receiver):
    for number in range(5):
        queue(sandbox.worlds["fluid"], f"{receiver.url}/{number}")
    assert len(send(sandbox)) == 5
    assert sorted(each.path for each in receiver.received) == [f"/{number}" for number in range(5)]
    assert send(sandbox) == []


def test_a_receiver_hears_of_things_in_their_order(sandbox, receiver):
    receiver.delay_s = 0.002
    for number in range(60):
        queue(sandbox.worlds["fluid"], receiver.url, body=str(number))
    ids = [entry["id"] for entry in send(sandbox)]
    assert [each.body for each in receiver.received] == [str(number).encode() for number in range(60)]
    assert ids == sorted(ids)


def test_a_receiver_that_does_not_answer_is_not_waited_for(sandbox, monkeypatch):
    """Twelve that each waited for the one before it would take twelve seconds."""
    monkeypatch.setattr("simulator.outbox.PATIENCE_S", 0.01)
    with Receiver(delay_s=1.0) as slow:
        for _ in range(12):
            queue(sandbox.worlds["fluid"], slow.url)

        async def limited() -> list[int]:
            return await asyncio.wait_for(Sender().drain(sandbox), 8)

        assert len(asyncio.run(limited())) == 12


def test_a_drain_tells_what_was_sent_since_the_last_one(sandbox, receiver):
    async def before_the_drain() -> list[int]:
        sender = Sender()
        sender.wake(sandbox)
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
        assert len(sandbox.journal) == 1
        return await sender.drain(sandbox)

    queue(sandbox.worlds["fluid"], receiver.url)
    assert asyncio.run(before_the_drain()) == [1]
    assert send(sandbox) == []
    queue(sandbox.worlds["fluid"], receiver.url)
    assert [entry["id"] for entry in send(sandbox)] == [2]
    sandbox.reset()
    queue(sandbox.worlds["fluid"], receiver.url)
    assert [entry["id"] for entry in send(sandbox)] == [1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_allowed_by_any_of_its_names(sandbox, receiver, host):
    queue(sandbox.worlds["fluid"], receiver.url.replace("127.0.0.1", host))
    [entry] = send(sandbox)
    assert entry["response"]["status"] == 200


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1/",
        "http://10.0.0.1:8080/hook",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0:1/",
        "http://[2001:db8::1]/",
        "http://[::ffff:10.0.0.1]/",
        "ftp://127.0.0.1/",
        "http:///nowhere",
        "http://127.0.0.1:99999/",
        "file:///etc/passwd",
        "http://[::1",
        f"http://{'a' * 100}.example.com/",
        "nonsense",
    ],
)
def test_nothing_goes_anywhere_else_and_it_is_not_tried_again(sandbox, url):
    queue(sandbox.worlds["fluid"], url)
    [entry] = send(sandbox)
    assert entry["response"]["status"] == 0
    assert entry["explanation"]["kind"] == "undelivered"
    assert entry["explanation"]["next_attempt_at"] is None
    assert outbox.waiting(sandbox.worlds["fluid"]) == []


def test_each_allowed_address_of_a_name_is_tried(sandbox, receiver, monkeypatch):
    async def found(loop: Any, host: str, port: int, **options: Any) -> list[Any]:
        named = ("192.0.2.1", "127.0.0.2", "127.0.0.1") if host == "hooks.example.com" else (host,)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in named]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", found)
    queue(sandbox.worlds["fluid"], receiver.url.replace("127.0.0.1", "hooks.example.com"))
    [entry] = send(sandbox)
    assert entry["response"]["status"] == 200


def test_the_allow_list_is_the_server_s(sandbox, receiver):
    queue(sandbox.worlds["fluid"], receiver.url)
    [entry] = send(sandbox, Sender(["192.0.2.0/24"]))
    assert "nothing may be delivered" in entry["explanation"]["reason"]
    assert receiver.received == []


def test_nobody_who_listens_is_tried_again(sandbox):
    with Receiver() as closed:
        url = closed.url
    queue(sandbox.worlds["fluid"], url)
    [entry] = send(sandbox)
    assert entry["response"]["status"] == 0
    assert "Connect" in entry["explanation"]["reason"]
    assert entry["explanation"]["next_attempt_at"] == "1970-01-01T01:00:00.000Z"
    assert [each["attempts"] for each in outbox.waiting(sandbox.worlds["fluid"])] == [1]


def test_a_receiver_that_takes_too_long_is_tried_again(sandbox):
    with Receiver(delay_s=1.5) as slow:
        queue(sandbox.worlds["fluid"], slow.url, timeout_s=1)
        [entry] = send(sandbox)
    assert entry["explanation"]["reason"] == "no answer within 1 seconds"
    assert entry["explanation"]["next_attempt_at"] is not None


@pytest.mark.parametrize(
    ("says", "status"),
    [
        (b"", 0),
        (b"nonsense\r\n\r\n", 0),
        (b"HTTP/1.1 200 OK\r\n\r\n", 200),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", 101),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\ndone", 204),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b"a" * (MAX_ANSWER * 2), 200),
    ],
    ids=[
        "nothing",
        "nonsense",
        "no length",
        "no content",
        "upgrade",
        "a body behind it",
        "chunks",
        "too much",
    ],
)
def test_whatever_a_receiver_says_ends_the_attempt(sandbox, says, status):
    with Talker(lambda: says) as talker:
        queue(sandbox.worlds["fluid"], talker.url)
        [entry] = send(sandbox)
    assert entry["response"]["status"] == status


def test_what_nobody_thought_of_ends_the_attempt_too(sandbox, caplog, monkeypatch):
    def fail(*args: object) -> None:
        raise LookupError("unthought of")

    monkeypatch.setattr("simulator.outbox._request", fail)
    with Receiver() as receiver:
        queue(sandbox.worlds["fluid"], receiver.url)
        [entry] = send(sandbox)
    assert entry["explanation"]["reason"] == "LookupError: unthought of"
    assert entry["explanation"]["next_attempt_at"] is not None
    assert "LookupError" in caplog.text


def test_a_receiver_that_reads_nothing_of_much_has_no_more_time_than_any(sandbox):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        queue(sandbox.worlds["fluid"], url, body="a" * 30_000_000, timeout_s=1)
        sent = asyncio.run(asyncio.wait_for(Sender().drain(sandbox), 20))
    assert len(sent) == 1


def test_no_more_than_some_are_under_way_and_none_pays_for_its_wait(sandbox):
    now = most = 0

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(1.2)  # of two seconds, and twice
        now -= 1
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async def drain() -> list[int]:
        async with await asyncio.start_server(receive, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            for _ in range(AT_ONCE + 8):
                queue(sandbox.worlds["fluid"], f"http://127.0.0.1:{port}", timeout_s=2)
            return await Sender().drain(sandbox)

    assert len(asyncio.run(drain())) == AT_ONCE + 8
    assert most <= AT_ONCE
    assert {entry.response_status for entry in sandbox.journal} == {204}


def test_a_header_of_a_record_never_becomes_two(sandbox, receiver):
    queue(sandbox.worlds["fluid"], receiver.url, headers={"X-Name": "a\r\nX-Injected: 1"})
    send(sandbox)
    assert "x-injected" not in receiver.received[0].headers


def test_a_retry_that_is_due_is_sent_once_more_and_ends_with_its_time(sandbox):
    with Receiver(status=500) as receiver:
        queue(sandbox.worlds["fluid"], receiver.url, retry_for_s=7200)
        for _ in range(5):
            send(sandbox)
            sandbox.advance(HOUR)
    assert len(receiver.received) == 3


def test_one_large_advance_makes_one_retry(sandbox):
    with Receiver(status=500) as receiver:
        queue(sandbox.worlds["fluid"], receiver.url, retry_for_s=36_000)
        send(sandbox)
        sandbox.advance(9 * HOUR)
        send(sandbox)
    assert len(receiver.received) == 2


def test_what_the_clock_has_left_behind_is_given_up_and_the_journal_says_so(sandbox):
    with Receiver(status=500) as receiver:
        queue(sandbox.worlds["fluid"], receiver.url, retry_for_s=7200)
        send(sandbox)
        [fired] = [each for each in sandbox.advance(3 * HOUR) if "delivery" in each.what]
        assert send(sandbox) == []
    assert len(receiver.received) == 1
    assert fired.what == f"delivery 1 to {receiver.url} is given up"
    assert outbox.waiting(sandbox.worlds["fluid"]) == []
    entry = list(sandbox.journal)[-1].describe(sandbox.services["fluid"].ledger, sandbox.journal)
    assert (entry["direction"], entry["response"]["status"]) == ("out", 0)
    assert entry["explanation"] == {
        "kind": "given_up",
        "reason": "the clock went on beyond 1970-01-01T02:00:00.000Z, until when it could be tried again",
        "attempt": 1,
        "next_attempt_at": None,
    }


def test_nothing_is_tried_again_after_the_last_instant(services):
    sandbox = Sandbox("late", services, now=LATEST, mode="frozen")
    with Receiver(status=500) as receiver:
        queue(sandbox.worlds["fluid"], receiver.url)
        assert outbox.waiting(sandbox.worlds["fluid"])[0]["until"] == format_instant(LATEST)
        [entry] = send(sandbox)
    assert entry["explanation"]["next_attempt_at"] is None


@pytest.mark.parametrize("status", [200, 500])
def test_the_secrets_of_a_url_are_sent_and_never_shown(sandbox, status):
    with Receiver(status=status) as receiver:
        address = receiver.url.removeprefix("http://")
        queue(sandbox.worlds["fluid"], f"http://ann:hidden@{address}/a?token=hidden&b=c")
        waiting = outbox.waiting(sandbox.worlds["fluid"])
        [entry] = send(sandbox)
        fired = sandbox.advance(HOUR)
    assert receiver.received[0].path == "/a?token=hidden&b=c"
    assert entry["request"]["path"] == f"http://{address}/a"
    assert entry["request"]["query"] == "token=[redacted]&b=c"
    assert "hidden" not in f"{waiting}{entry}{fired}"


@pytest.mark.parametrize("url", ["ftp://ann:hidden@127.0.0.1/", "http://ann:hidden@/"])
def test_why_a_url_is_none_is_said_without_its_secrets(sandbox, url):
    queue(sandbox.worlds["fluid"], url)
    [entry] = send(sandbox)
    assert "127.0.0.1" in str(entry) or "no host" in str(entry)
    assert "hidden" not in str(entry)


def test_a_sandbox_that_is_reset_in_the_middle_notes_nothing(sandbox):
    async def reset_in_the_middle(receiver: Receiver) -> list[int]:
        sender = Sender()
        sender.wake(sandbox)
        await asyncio.sleep(0.1)
        sandbox.reset()
        return await sender.drain(sandbox)

    with Receiver(delay_s=0.4) as receiver:
        queue(sandbox.worlds["fluid"], receiver.url)
        assert asyncio.run(reset_in_the_middle(receiver)) == []
    assert len(receiver.received) == 1
    assert list(sandbox.journal) == []


def test_what_is_under_way_is_not_sent_twice(sandbox, receiver):
    async def wake_often() -> list[int]:
        sender = Sender()
        for _ in range(5):
            sender.wake(sandbox)
        return await sender.drain(sandbox)

    queue(sandbox.worlds["fluid"], receiver.url)
    assert len(asyncio.run(wake_often())) == 1
    assert len(receiver.received) == 1


def test_what_waits_for_its_turn_while_the_sandbox_is_reset_is_not_sent(sandbox, receiver):
    async def reset_at_once() -> list[int]:
        sender = Sender()
        sender.wake(sandbox)
        sandbox.reset()
        return await sender.drain(sandbox)

    queue(sandbox.worlds["fluid"], receiver.url)
    assert asyncio.run(reset_at_once()) == []
    assert receiver.received == []


def test_a_fork_is_drained_while_the_original_s_delivery_is_under_way(sandbox):
    async def drain_both(receiver: Receiver) -> list[list[int]]:
        sender = Sender()
        sender.wake(sandbox)
        twin = sandbox.fork("twin")
        return list(await asyncio.gather(sender.drain(twin), sender.drain(sandbox)))

    with Receiver(delay_s=0.3) as receiver:
        queue(sandbox.worlds["fluid"], receiver.url)
        sent = asyncio.run(drain_both(receiver))
    assert [len(each) for each in sent] == [1, 1]
    assert len(receiver.received) == 2


def test_a_snapshot_holds_what_waits(sandbox, services, receiver):
    queue(sandbox.worlds["fluid"], receiver.url)
    kept = snapshot.take(sandbox)
    other = Sandbox("other", services, now=0, mode="frozen")
    snapshot.restore(other, kept)
    assert len(send(other)) == 1
    assert len(receiver.received) == 1


def test_a_rollback_takes_a_delivery_back(sandbox):
    world = sandbox.worlds["fluid"]
    outbox.queue(
        world, 0, "http://127.0.0.1/", {}, "{}", statements=[], retry_every_s=1, retry_for_s=1, timeout_s=1
    )
    world.store.rollback()
    assert outbox.due(world) == []
