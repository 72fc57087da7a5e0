"""`make bench`: how fast the simulator is. `python -m bench --help` says how long it may take.

How to read it. Only ratios within one run are worth quoting, and they are good to about 20 %: the machine has other
work, and its absolute figures change from hour to hour. So every comparison is interleaved, a second of the one and a
second of the other, servers on one core and the load on another, and a ratio is the median of the ratios of the rounds.

- `bare` is the physical limit: the same uvicorn, uvloop and httptools, one stored body, nothing looked at.
- `handwritten` is what one would write by hand for one test: a bearer check, validation, a dict.
- `x bare`, `x handwritten`: requests a second, divided by theirs in the same round.
- p50 and p99 are medians over the rounds. With 16 connections in a closed loop, p50 is mostly waiting in the queue.
- A figure with a target says met or MISSED. That never changes the exit code: a slow machine is not a fault. A wrong
  answer is one (exit code 1), because then the figures mean nothing.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from bench import cores, durability, inprocess, sandboxes, scaling, searching, startup, testing, throughput
from bench.load import WrongAnswer, load_on
from bench.report import Report, Target
from bench.servers import CannotStart, Server, reference, simulator
from bench.throughput import Plan

FULL = Plan(rounds=5, seconds=1.0)
QUICK = Plan(rounds=2, seconds=0.3)
OPERATIONS = Target("at most", 1.1)


@click.command(
    help="Measure the simulator next to a bare and a hand-written application (about four minutes)."
)
@click.option("--rounds", type=click.IntRange(min=1), help="Rounds of slices; 5, or 2 when quick.")
@click.option("--quick", is_flag=True, help="Short slices: a look in half a minute, not to be quoted.")
@click.option(
    "--references-only", is_flag=True, help="What this machine and the load generator can do; no simulator."
)
@click.option(
    "--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to a file."
)
def main(rounds: int | None, quick: bool, references_only: bool, file: Path | None) -> None:
    plan = QUICK if quick else FULL
    plan = plan._replace(rounds=rounds or plan.rounds)
    report = Report()
    cores.pin_to(cores.LOAD)
    if not cores.PINNED:
        report.line("One core, or a system without affinity: servers and load disturb each other here.")
    try:
        if references_only:
            measure_references(report, plan)
        else:
            measure_all(report, plan)
    except CannotStart as error:
        sys.exit(f"A server cannot be started: {error}")
    except WrongAnswer as error:
        sys.exit(f"A wrong answer, so no figures: {error}")
    if file is not None:
        report.write(file)


def measure_references(report: Report, plan: Plan) -> None:
    with reference("bare") as bare, reference("handwritten") as handwritten, load_on(cores.LOAD) as load:
        servers = [bare, handwritten]
        throughput.show(report, throughput.measure(load, servers, plan), [server.name for server in servers])


def measure_all(report: Report, plan: Plan) -> None:
    """Memory first, as calls make it grow; then what the simulator is judged by."""
    with ExitStack() as stack:
        ours = stack.enter_context(simulator())
        servers: list[Server] = [stack.enter_context(reference(app)) for app in ("bare", "handwritten")]
        servers.append(ours)
        load = stack.enter_context(load_on(cores.LOAD))
        startup.measure_memory(report, servers)
        throughput.show(report, throughput.measure(load, servers, plan), [server.name for server in servers])
        startup.measure_cold_start(report, ours, times=2 if plan.seconds < FULL.seconds else 5)
        sandboxes.measure(report, load, ours, servers[0])
        sandboxes.measure_memory(report)
    with load_on(cores.LOAD) as load:
        scaling.measure(report, load, plan)
        durability.measure(report, load, plan)
    testing.measure(report, quick=plan.seconds < FULL.seconds)
    searching.measure(report)
    report.heading("From 1 to 300 operations (cost of a call in process)")
    report.figure("routing and dispatch", inprocess.operations_ratio(), "x", OPERATIONS)
    report.summary()


if __name__ == "__main__":
    main()
