"""A limit on calls: a bucket of tokens on the sandbox's clock, kept in the store like all that must not be lost."""

from __future__ import annotations

from typing import NamedTuple

from simulator.core.clock import LATEST, Instant
from simulator.core.store import CollectionSpec, Store
from simulator.core.validation import Schema

# A record and not a counter beside the store: so a rollback, a copy, a snapshot and a log of commits hold it.
LIMITS = CollectionSpec("_limits", "id")
LIMIT_RECORD = Schema(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "used", "reset_at"],
        "properties": {
            "id": {"type": "string"},
            "used": {"type": "integer"},
            "reset_at": {"type": "integer"},
        },
    },
    {},
)


class Allowance(NamedTuple):
    """What a bucket said to one call: how much it holds, what is left after the call, when it is filled again, and
    whether there was a token for the call."""

    limit: int
    remaining: int
    reset_at: Instant
    granted: bool


def take(store: Store, bucket: str, limit: int, window: int, now: Instant) -> Allowance:
    """Take a token. A bucket is filled again, whole, `window` microseconds after the first token was taken from it.

    A call that gets none changes nothing. What was used is kept, and not what is left, so that a changed `limit` counts
    from the next call on.
    """
    found = store.get(LIMITS.name, bucket)
    # A clock that was set back must not make a window longer than it is.
    if found is None or not now < found["reset_at"] <= now + window:
        used, reset_at = 0, min(now + window, LATEST)
    else:
        used, reset_at = found["used"], found["reset_at"]
    if used >= limit:
        return Allowance(limit, 0, reset_at, granted=False)
    record = {"id": bucket, "used": used + 1, "reset_at": reset_at}
    (store.insert if found is None else store.replace)(LIMITS.name, record)
    return Allowance(limit, limit - used - 1, reset_at, granted=True)
