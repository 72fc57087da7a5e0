"""What `--state` costs: two simulators with the same megabyte of state, one of which keeps it on the disk."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench import calls, scaling
from bench.load import Load, Slice, Work
from bench.report import Report, Target
from bench.servers import Server, simulator
from bench.throughput import WARM_UP, Plan
from bench.waiting import progress

ITEMS = 2000  # about a megabyte of records
CONNECTIONS = 16
TARGET = Target("at least", 0.25)


def measure(report: Report, load: Load, plan: Plan) -> None:
    slices: dict[tuple[str, str], list[Slice]] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        state = scaling.write_state(Path(folder), ITEMS)
        servers = [
            stack.enter_context(simulator("in memory", state.file)),
            stack.enter_context(simulator("with --state", state.file, Path(folder) / "kept")),
        ]
        requests = {server.name: _requests(load, server, state) for server in servers}
        for round_ in progress(range(plan.rounds), "state on disk"):
            for server in servers if round_ % 2 else reversed(servers):
                for kind in (calls.GET_ONE, calls.POST):
                    work = Work(server.api.port, requests[server.name][kind], CONNECTIONS, plan.seconds)
                    slices.setdefault((kind, server.name), []).append(load.run(work))
    report.heading(f"State on disk ({ITEMS:,} items, {CONNECTIONS} connections)")
    for kind, target in ((calls.GET_ONE, None), (calls.POST, TARGET)):
        memory, kept = (slices[kind, name] for name in ("in memory", "with --state"))
        rates = [median(each.rps for each in side) for side in (memory, kept)]
        ratio = median(one.rps / other.rps for one, other in zip(kept, memory, strict=True))
        report.figure(f"{kind}: {rates[0]:,.0f} -> {rates[1]:,.0f} rps", ratio, "x", target)


def _requests(load: Load, server: Server, state: scaling.State) -> calls.Requests:
    written = server.api.post("/api/v1/issues", {"name": "To write"})["guid"]
    requests = calls.requests(server.api, state.items, state.issues, written)
    for kind in (calls.GET_ONE, calls.POST):
        load.run(Work(server.api.port, requests[kind], 1, 10.0, limit=WARM_UP))
    return requests
