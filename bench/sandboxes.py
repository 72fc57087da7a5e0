"""What a fresh sandbox costs: in process, and as a call to the control API."""

from __future__ import annotations

import http.client

from bench import inprocess
from bench.load import Load, Work
from bench.report import Report, Target
from bench.servers import Server, resident_mb, simulator_of_all

COUNT = 200
LIVE = 10_000
IN_PROCESS = Target("under", 100)
THROUGH_HTTP = Target("under", 3)
MEMORY = Target("under", 200)


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
    removed = load.run(
        Work(
            simulator.control.port,
            tuple(simulator.control.bytes_of("DELETE", f"/sandboxes/{name}") for name in names),
            1,
            60.0,
            limit=COUNT,
        )
    )
    report.heading(f"A fresh sandbox (median of {COUNT})")
    report.figure("in process", inprocess.fresh_sandbox_us(), "us", IN_PROCESS)
    report.figure(
        "POST and DELETE /sandboxes, one connection", made.p50_ms + removed.p50_ms, "ms", THROUGH_HTTP
    )
    report.figure("POST /sandboxes alone", made.p50_ms, "ms")
    report.figure("the same request to the bare app", plain.p50_ms, "ms")


def measure_memory(report: Report) -> None:
    """A server with every vendor, and ten thousand sandboxes in it on their own starting states."""
    with simulator_of_all() as server:
        assert server.control is not None, "the simulator has a control API"
        before = resident_mb(server)
        connection = http.client.HTTPConnection(server.control.host, server.control.port, timeout=60)
        for _ in range(LIVE):
            connection.request(
                "POST", "/__simulator/v1/sandboxes", b"{}", {"Content-Type": "application/json"}
            )
            connection.getresponse().read()
        connection.close()
        after = resident_mb(server)
    if before is None or after is None:
        return
    report.heading(f"{LIVE:,} live sandboxes, every vendor served")
    report.figure("before", before, "MB")
    report.figure("with them", after, "MB", MEMORY)
