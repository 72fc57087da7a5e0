"""Requests a second side by side: one-second slices, the servers in turn, so that a busy machine slows all alike."""

from __future__ import annotations

from itertools import product
from statistics import median
from typing import NamedTuple

from bench import calls
from bench.load import Load, Slice, Work
from bench.report import Report, Target
from bench.servers import Server
from bench.waiting import progress

CONNECTIONS = (1, 16)
WARM_UP = 200  # calls; compiled validators and caches are not what is measured here
BUSY = 0.95  # above it the generator had no time to wait: it was the limit
TARGETS = {
    (calls.GET_ONE, 16): Target("at least", 0.40),
    (calls.POST, 16): Target("at least", 0.28),
}

Slices = dict[tuple[str, int, str], list[Slice]]


class Plan(NamedTuple):
    """How long: rounds of slices, and the length of a slice."""

    rounds: int
    seconds: float


def measure(load: Load, servers: list[Server], plan: Plan) -> Slices:
    """Slices by kind of call, connections and server; the first of equal index stand for the same round."""
    requests = {
        server.name: calls.like(server.api) if server.name == "bare" else calls.arrange(server.api)
        for server in servers
    }
    for server, kind in product(servers, calls.KINDS):
        load.run(Work(server.api.port, requests[server.name][kind], 1, plan.seconds, limit=WARM_UP))
    slices: Slices = {}
    steps = list(product(range(plan.rounds), calls.KINDS, CONNECTIONS))
    for round_, kind, connections in progress(steps, "throughput"):
        # Another one begins in every round: none is always the first after a pause.
        first = round_ % len(servers)
        for server in servers[first:] + servers[:first]:
            work = Work(server.api.port, requests[server.name][kind], connections, plan.seconds)
            slices.setdefault((kind, connections, server.name), []).append(load.run(work))
    return slices


def ratio(slices: Slices, kind: str, connections: int, name: str, to: str) -> float:
    """The median over the rounds of one server's requests a second to another's."""
    pairs = zip(slices[kind, connections, name], slices[kind, connections, to], strict=True)
    return median(one.rps / other.rps for one, other in pairs)


def show(report: Report, slices: Slices, names: list[str]) -> None:
    """The table, then the figures that have targets, then whether the generator was the limit."""
    report.heading("Throughput (medians of the rounds)")
    report.line(f"{'':<28}{'rps':>9}{'p50 ms':>9}{'p99 ms':>9}{'x bare':>9}{'x handwritten':>15}")
    for kind, connections in product(calls.KINDS, CONNECTIONS):
        report.line(f"{kind}, {connections} connection{'s' if connections > 1 else ''}")
        for name in names:
            _show_row(report, slices, kind, connections, name)
    report.line()
    if "simulator" in names:
        for (kind, connections), target in TARGETS.items():
            value = ratio(slices, kind, connections, "simulator", "bare")
            report.figure(f"{kind} at {connections} connections, of the bare app", value, "x", target)
    _show_limit(report, slices)


def _show_row(report: Report, slices: Slices, kind: str, connections: int, name: str) -> None:
    of = slices[kind, connections, name]
    rps, p50, p99 = (median(getattr(each, field) for each in of) for field in ("rps", "p50_ms", "p99_ms"))
    to_bare, to_handwritten = (ratio(slices, kind, connections, name, to) for to in ("bare", "handwritten"))
    report.line(f"  {name:<26}{rps:>9,.0f}{p50:>9.2f}{p99:>9.2f}{to_bare:>9.2f}{to_handwritten:>15.2f}")
    report.row(
        kind=kind,
        connections=connections,
        server=name,
        rps=rps,
        p50_ms=p50,
        p99_ms=p99,
        to_bare=to_bare,
        to_handwritten=to_handwritten,
        generator_busy=median(each.busy for each in of),
    )


def _show_limit(report: Report, slices: Slices) -> None:
    worst, (kind, connections, name) = max(
        (median(each.busy for each in of), key) for key, of in slices.items()
    )
    where = f"{kind} at {connections} of the {name} app"
    if worst > BUSY:
        report.line(f"The load generator was the limit ({where}: busy {worst:.0%}): a ratio to it flatters.")
    else:
        report.line(f"The load generator was never the limit: at most {worst:.0%} busy ({where}).")
