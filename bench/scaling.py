"""How the calls change from 100 to 100,000 items: two simulators that differ in their starting state, side by side.

Items are spread over issues of twenty. Posts come in short bursts, and the small simulator is started anew for every
round: a second of posting would make its state a large one. A sandbox shares its fixture's records until it writes;
that first write may have to copy them, so it is timed apart.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from statistics import median
from typing import NamedTuple

import orjson

from bench import calls
from bench.load import Load, Slice, Work
from bench.report import Report, Target
from bench.servers import simulator
from bench.throughput import WARM_UP, Plan
from bench.waiting import progress
from simulator import data

SMALL, LARGE = SIZES = (100, 100_000)
CONNECTIONS = 16
POSTS = 1000  # in a burst
SPREAD = 5000  # reads go in turn to at most so many items of a state, evenly spread
TARGET = Target("at most", 1.3)


class State(NamedTuple):
    """A starting state, and what to read in it."""

    size: int
    file: Path
    issues: list[str]
    items: list[tuple[str, str]]  # issue, item


class _Side(NamedTuple):
    """A simulator with a state, the requests for it, and what its first write took."""

    size: int
    port: int
    requests: calls.Requests
    first_write_ms: float


def measure(report: Report, load: Load, plan: Plan) -> None:
    slices: dict[tuple[str, int], list[Slice]] = {}
    first_writes: dict[int, list[float]] = {SMALL: [], LARGE: []}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        small_state, large_state = (write_state(Path(folder), size) for size in SIZES)
        large = stack.enter_context(_side(load, large_state))
        first_writes[LARGE].append(large.first_write_ms)
        for round_ in progress(range(plan.rounds), "scaling"):
            with _side(load, small_state) as small:
                first_writes[SMALL].append(small.first_write_ms)
                sides = [small, large] if round_ % 2 == 0 else [large, small]
                for kind, side in product(calls.KINDS, sides):
                    slices.setdefault((kind, side.size), []).append(_slice(load, side, kind, plan))
    _show(report, slices, first_writes)


@contextmanager
def _side(load: Load, state: State) -> Iterator[_Side]:
    """A simulator with a state, checked and warm."""
    with simulator(f"{state.size} items", state.file) as server:
        api = server.api
        calls.check_reads(api, state.issues[-1])
        written = api.post("/api/v1/issues", {"name": "To write"})["guid"]
        began = time.perf_counter()
        api.post(f"/api/v1/issues/{written}/action_items", calls.ITEM)
        first_write_ms = (time.perf_counter() - began) * 1000
        step = max(1, len(state.items) // SPREAD)
        requests = calls.requests(api, state.items[::step], state.issues, written)
        for kind in calls.KINDS:
            load.run(Work(api.port, requests[kind], 1, 10.0, limit=WARM_UP))
        yield _Side(state.size, api.port, requests, first_write_ms)


def _slice(load: Load, side: _Side, kind: str, plan: Plan) -> Slice:
    limit = POSTS if kind == calls.POST else sys.maxsize
    return load.run(Work(side.port, side.requests[kind], CONNECTIONS, plan.seconds, limit))


def _show(
    report: Report, slices: dict[tuple[str, int], list[Slice]], first_writes: dict[int, list[float]]
) -> None:
    report.heading(f"From {SMALL} to {LARGE:,} items (cost of a call, {CONNECTIONS} connections)")
    for kind in calls.KINDS:
        small, large = (slices[kind, size] for size in SIZES)
        rates = [median(each.rps for each in side) for side in (small, large)]
        cost = median(one.rps / other.rps for one, other in zip(small, large, strict=True))
        report.figure(f"{kind}: {rates[0]:,.0f} -> {rates[1]:,.0f} rps, cost", cost, "x", TARGET)
    for size in SIZES:
        report.figure(f"first write after the start, {size:,} items", median(first_writes[size]), "ms")


def write_state(folder: Path, size: int) -> State:
    """A fixture like Kinetic's own, with its people and credentials, and with copies of its first issue and item."""
    fixture = data.read_fixture("kinetic")
    users, issues, items = (fixture["records"][name] for name in ("users", "issues", "action_items"))
    item = next(each for each in items if each["deleted_at"] is None)
    made_issues = [{**issues[0], "id": n, "guid": _guid(n, 1)} for n in range(1, size // calls.ITEMS + 1)]
    made_items = [
        {**item, "id": n, "guid": _guid(n, 2), "issue_id": (n - 1) // calls.ITEMS + 1}
        for n in range(1, size + 1)
    ]
    records = {"users": users, "issues": made_issues, "action_items": made_items}
    file = folder / f"{size}.json"
    file.write_bytes(orjson.dumps({**fixture, "records": records}))
    pairs = [(_guid(each["issue_id"], 1), each["guid"]) for each in made_items]
    return State(size, file, [each["guid"] for each in made_issues], pairs)


def _guid(number: int, kind: int) -> str:
    return f"{number:08x}-0000-4000-a000-{kind:012x}"
