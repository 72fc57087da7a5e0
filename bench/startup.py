"""What it costs to have the simulator at all: the time to its first answer, and the memory it holds when idle."""

from __future__ import annotations

import base64
import socket
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import IO, Any

from bench import calls, cores
from bench.api import Api
from bench.load import WrongAnswer
from bench.report import Report, Target
from bench.servers import Server, last_words, launched, reference_command, resident_mb, simulator_command
from bench.waiting import progress

SETTLED = 2.0  # seconds after which a server does nothing more on its own
PATIENCE = 30.0
COLD_START = Target("under", 500)
MEMORY = Target("under", 70)


def measure_cold_start(report: Report, running: Server, times: int) -> None:
    """From spawn to the first 200, next to an interpreter that does nothing and to the bare app, in turn."""
    call = _authenticated_call(running)
    simulator: list[float] = []
    bare: list[float] = []
    python: list[float] = []
    for _ in progress(range(times), "cold start"):
        python.append(_run_ms([sys.executable, "-c", "pass"]))
        bare.append(_first_answer_ms(lambda port: reference_command("bare", "--port", port), call))
        simulator.append(_first_answer_ms(lambda port: simulator_command("--port", port), call))
    report.heading(f"Cold start, spawn to first answer (median of {times})")
    report.figure("python -c pass", median(python), "ms")
    report.figure("bare app", median(bare), "ms")
    report.figure("simulator", median(simulator), "ms", COLD_START)


def measure_memory(report: Report, servers: list[Server]) -> None:
    """Of servers that were just started."""
    time.sleep(SETTLED)
    report.heading("Resident memory")
    for server in servers:
        target = MEMORY if server.name == "simulator" else None
        report.figure(f"{server.name}, idle", resident_mb(server), "MB", target)
    for server in servers:
        if server.name == "simulator":
            calls.arrange(server.api)
            report.figure(f"{server.name}, after {calls.ITEMS + 3} calls", resident_mb(server), "MB", MEMORY)


def _authenticated_call(running: Server) -> bytes:
    """A list of action items with the login and password of the fixture, which no start changes."""
    assert running.control is not None, "the simulator has a control API"
    login: dict[str, Any] = running.control.get("/sandboxes/default")["credentials"]["kinetic"][0]
    basic = base64.b64encode(f"{login['email']}:{login['password']}".encode()).decode()
    issue = "00000000-0000-4000-8000-000000000000"
    # One connection, one call: the server may close it.
    request = Api(running.api.url).bytes_of("GET", f"/api/v1/issues/{issue}/action_items")
    return request[:-2] + f"Authorization: Basic {basic}\r\nConnection: close\r\n\r\n".encode()


def _run_ms(command: list[str]) -> float:
    with cores.starting_on(cores.SERVERS):
        began = time.perf_counter()
        subprocess.run(command, check=True)
        return (time.perf_counter() - began) * 1000


def _first_answer_ms(command: Any, call: bytes) -> float:
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        with launched(command(str(port)), log) as process:
            _poll(port, call, process, log)
            return (time.perf_counter() - began) * 1000


def _poll(port: int, call: bytes, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """Ask until the answer is 200; the time of a try that fails is about that of a system call."""
    until = time.perf_counter() + PATIENCE
    answer = b"none"
    while time.perf_counter() < until and process.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
                connection.sendall(call)
                answer = connection.recv(65_536)
        except ConnectionError:
            time.sleep(0.001)
            continue
        if answer.startswith(b"HTTP/1.1 200 "):
            return
        if not answer.startswith(b"HTTP/1.1 503 "):
            break
    raise WrongAnswer(f"no 200 at the start; the last answer was {answer!r}\n{last_words(log)}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
