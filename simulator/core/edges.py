"""Edge refusals of a sandbox: what was asked of it that no vendor answered, the latest hundred."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from simulator.core.clock import Instant, format_instant

MOST = 100
_SHOWN = 300  # characters of a path


class Edge(NamedTuple):
    """A request that was refused before a vendor was asked. `method` and `path` are None where the request could not be
    read so far; the path is as it was sent, with our own prefix and without its query, which may hold a secret."""

    id: int
    at: Instant
    status: int
    reason: str
    method: str | None
    path: str | None

    def describe(self) -> dict[str, Any]:
        return {**self._asdict(), "at": format_instant(self.at)}


class Edges:
    """Refusals in order, numbered from 1; the oldest leave."""

    __slots__ = ("_kept", "last")

    def __init__(self) -> None:
        self._kept: deque[Edge] = deque(maxlen=MOST)
        self.last = 0

    def __iter__(self) -> Iterator[Edge]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def evicted(self) -> int:
        return self.last - len(self._kept)

    def add(self, at: Instant, status: int, reason: str, method: str | None, path: str | None) -> None:
        self.last += 1
        if path is not None and len(path) > _SHOWN:
            path = f"{path[:_SHOWN]}..."
        self._kept.append(Edge(self.last, at, status, reason, method, path))
