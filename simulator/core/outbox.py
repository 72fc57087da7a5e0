"""What leaves a sandbox: deliveries that wait in its store until a sender outside of the core has carried them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.core.clock import LATEST, SECOND, Instant, format_instant
from simulator.core.journal import MAX_BODY, Entry, Journal, clean_query
from simulator.core.store import CollectionSpec, Record
from simulator.core.validation import Schema

if TYPE_CHECKING:
    from simulator.core.sandbox import World

# Queued in the transaction of what they tell of: a rollback takes them back, a copy and a snapshot hold them.
OUTBOX = CollectionSpec("_outbox", "id", {"due": lambda delivery: delivery["due"] or None})
RETRY = "_delivery"  # the kind of the timers that make a delivery due again
DELIVERY_RECORD = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": [
            "id", "url", "headers", "body", "statements", "retry_statement", "queued_at", "retry_every", "retry_until",
            "timeout_s", "attempts", "due",
        ],
        "properties": {
            "id": {"type": "integer"},
            "url": {"type": "string"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "body": {"type": "string"},
            "statements": {"type": "array", "items": {"type": "string"}},
            "retry_statement": {"type": "string"},
            "queued_at": {"type": "integer"},
            "retry_every": {"type": "integer"},
            "retry_until": {"type": "integer"},
            "timeout_s": {"type": "integer"},
            "attempts": {"type": "integer"},
            "due": {"type": "boolean"},
        },
    },
    {},
)  # fmt: skip


class Outcome(NamedTuple):
    """What became of one attempt. `status` is 0 where nobody answered, and `error` then says why; `final`: no other
    attempt will fare better."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    duration_ms: float
    error: str | None = None
    final: bool = False

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


def queue(
    world: World,
    now: Instant,
    url: str,
    headers: dict[str, str],
    body: str,
    *,
    statements: Iterable[str],
    retry_statement: str = "",
    retry_every_s: int,
    retry_for_s: int,
    timeout_s: int,
) -> int:
    """Queue a POST in the open transaction and return its number. A receiver that does not answer 2xx within
    `timeout_s` seconds of real time is asked again every `retry_every_s`, for `retry_for_s`, of the sandbox's clock,
    as `retry_statement` has it."""
    id = world.store.next(OUTBOX.name)
    world.store.insert(
        OUTBOX.name,
        {
            "id": id,
            "url": url,
            "headers": headers,
            "body": body,
            "statements": list(statements),
            "retry_statement": retry_statement,
            "queued_at": now,
            "retry_every": retry_every_s * SECOND,
            "retry_until": min(now + retry_for_s * SECOND, LATEST),
            "timeout_s": timeout_s,
            "attempts": 0,
            "due": True,
        },
    )
    return id


def due(world: World) -> list[Record]:
    """The deliveries that wait for nothing but a sender."""
    if not world.service.vendor.sends:
        return []
    return list(world.store.find(OUTBOX.name, "due", True))


def waiting(world: World) -> list[dict[str, Any]]:
    """The deliveries that are not done, as the control API shows them."""
    if not world.service.vendor.sends:
        return []
    return [
        {
            "vendor": world.service.name,
            "id": each["id"],
            "url": shown(each["url"]),
            "attempts": each["attempts"],
            "until": format_instant(each["retry_until"]),
        }
        for each in world.store.all(OUTBOX.name)
    ]


def make_due(world: World, id: int | str) -> str | None:
    """A retry's timer has fired: the delivery is due, or given up, and noted in the journal, where the clock went on
    beyond the time in which it may be tried again. Returns what is to be said of that; None where there is no more."""
    delivery = world.store.get(OUTBOX.name, id)
    if delivery is None:
        return None
    if world.sandbox.clock.now() <= delivery["retry_until"]:
        world.store.replace(OUTBOX.name, {**delivery, "due": True})
        return None
    world.store.delete(OUTBOX.name, id)
    until = format_instant(delivery["retry_until"])
    reason = f"the clock went on beyond {until}, until when it could be tried again"
    _note(world, delivery, Outcome(0, [], b"", 0, reason), delivery["attempts"], None, kind="given_up")
    return f"delivery {id} to {shown(delivery['url'])} is given up"


def shown(url: str) -> str:
    """A URL as it may be shown: without the user, and without secrets in its query."""
    place, query = _shown(url)
    return f"{place}?{query}" if query else place


def _shown(url: str) -> tuple[str, str]:
    place, _, query = url.partition("#")[0].partition("?")
    scheme, slashes, rest = place.partition("//")  # by hand: a URL that a record holds may be none
    authority, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{authority.rpartition('@')[2]}{slash}{path}", clean_query(query)


def stands(world: World, delivery: Record) -> bool:
    """Whether a delivery is as it was: its sandbox was neither reset nor restored since it was found."""
    return (
        world.sandbox.worlds.get(world.service.name) is world
        and world.store.get(OUTBOX.name, delivery["id"]) is delivery
    )


def settle(world: World, delivery: Record, outcome: Outcome) -> None:
    """Note in the journal what became of an attempt, and when the next one is. Nothing is noted when the sandbox was
    reset or restored meanwhile: it never sent this."""
    sandbox, id = world.sandbox, delivery["id"]
    if not stands(world, delivery):
        return
    now, attempt = sandbox.clock.now(), delivery["attempts"] + 1
    next_at = now + delivery["retry_every"]
    again = not outcome.accepted and not outcome.final and next_at <= delivery["retry_until"]
    if again:
        world.store.replace(OUTBOX.name, {**delivery, "attempts": attempt, "due": False})
        what = f"delivery {id} to {shown(delivery['url'])} is tried again"
        world.schedule(next_at, what, delivery["retry_statement"], RETRY, id)
    else:
        world.store.delete(OUTBOX.name, id)
    _note(world, delivery, outcome, attempt, next_at if again else None)


def _note(
    world: World,
    delivery: Record,
    outcome: Outcome,
    attempt: int,
    next_at: Instant | None,
    *,
    kind: str = "undelivered",
) -> None:
    """End the transaction with an entry of the journal."""
    sandbox = world.sandbox
    entry = _entry(world, delivery, outcome, sandbox.clock.now())
    if not outcome.accepted:
        entry.explanation = {
            "kind": kind,
            "reason": outcome.error
            or f"the receiver answered {outcome.status}, and only 2xx is taken for received",
            "attempt": attempt,
            "next_attempt_at": None if next_at is None else format_instant(next_at),
        }
    entry.changes, entry.numbers_before = world.store.commit(), world.store.numbers_before
    sandbox.journal.append(entry)
    if sandbox.recorder is not None:
        sandbox.recorder.committed(world, entry.changes, entry)


def _entry(world: World, delivery: Record, outcome: Outcome, now: Instant) -> Entry:
    journal: Journal = world.sandbox.journal
    body = delivery["body"].encode()
    entry = Entry()
    entry.direction = "out"
    entry.id = journal.next_id()
    entry.at = now
    entry.vendor = world.service.name
    entry.operation = None
    entry.method, (entry.path, entry.query) = "POST", _shown(delivery["url"])
    entry.request_headers = {
        name.lower().encode(): value.encode() for name, value in delivery["headers"].items()
    }
    entry.request_body = body if len(body) <= MAX_BODY else f"[not kept: {len(body)} bytes]".encode()
    entry.received = len(body)
    entry.response_status = outcome.status
    entry.response_headers, entry.response_body = outcome.headers, outcome.body
    entry.duration_ms = outcome.duration_ms
    entry.principal, entry.fault, entry.explanation = None, None, None
    entry.statements = tuple(delivery["statements"])
    entry.records = world.service.document.records
    return entry
