"""Which core runs what: servers on the first that we may use, the load and everything else on the last."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "linux":
    _ALLOWED = sorted(os.sched_getaffinity(0))
    PINNED = len(_ALLOWED) > 1
else:
    _ALLOWED = []
    PINNED = False

SERVERS: int | None = _ALLOWED[0] if PINNED else None
LOAD: int | None = _ALLOWED[-1] if PINNED else None


def pin_to(core: int | None) -> None:
    """Keep this process on a core; None, or a system without affinity, leaves it alone."""
    if sys.platform == "linux" and core is not None:
        os.sched_setaffinity(0, {core})


@contextmanager
def starting_on(core: int | None) -> Iterator[None]:
    """Processes started inside begin, and stay, on a core; this process goes back to where it was."""
    if sys.platform != "linux" or core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def unpinned() -> Iterator[None]:
    """This process, and what it starts, on every core that we may use, as a user's run is."""
    if not PINNED:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _ALLOWED)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
