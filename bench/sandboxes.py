"""What a fresh sandbox costs: in process, and as a call to the control API."""

from __future__ import annotations

from bench import inprocess
from bench.load import Load, Work
from bench.report import Report, Target
from bench.servers import Server

COUNT = 200
IN_PROCESS = Target("under", 100)


def measure(report: Report, load: Load, simulator: Server, bare: Server) -> None:
    """The control call next to the same call to the bare app: the difference is the sandbox and the control API."""
    assert simulator.control is not None, "the simulator has a control API"
    names = [f"bench-{number}" for number in range(COUNT)]
    made, plain = (
        load.run(
            Work(
                api.port,
                tuple(api.bytes_of("POST", "/sandboxes", {"name": name}) for name in names),
                1,
                60.0,
                limit=COUNT,
                status=status,
            )
        )
        for api, status in ((simulator.control, 201), (bare.api, 200))
    )
    for name in names:
        simulator.control.delete(f"/sandboxes/{name}")
    report.heading(f"A fresh sandbox (median of {COUNT})")
    report.figure("in process", inprocess.fresh_sandbox_us(), "us", IN_PROCESS)
    report.figure("POST /sandboxes, one connection", made.p50_ms, "ms")
    report.figure("the same request to the bare app", plain.p50_ms, "ms")
