"""What the pytest plugin costs its user: its start, a sandbox a test, a call; and whether any order gives the same."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench import cores
from bench.report import Report, Target
from bench.waiting import progress
from simulator.testing import Simulator, SimulatorServer

START = Target("under", 400)
SANDBOX = Target("under", 3)
GET = Target("under", 2)
MANY = Target("under", 2)
COUNT = 200
CALLS = 2000
AGAIN = 20

_START = """
import time, pytest
began = time.perf_counter()
from simulator.testing.server import SimulatorServer
server = SimulatorServer({vendors!r})
server.start()
sandbox = server.sandbox("bench")
print((time.perf_counter() - began) * 1000)
sandbox.close()
server.stop()
"""
_TESTS = """
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_it({fixture}number):
    pass
"""
_ORDERED = """
import json, os, random

def pytest_collection_modifyitems(items):
    random.Random(int(os.environ["BENCH_SEED"])).shuffle(items)
"""
_ASKING = """
import json
from pathlib import Path
from urllib.request import Request, urlopen
import pytest

@pytest.mark.simulator(now="2026-01-31T09:00:00Z", clock="frozen")
@pytest.mark.parametrize("number", range(40))
def test_it(simulator, number):
    kinetic = simulator.kinetic
    headers = {"Authorization": f"Bearer {kinetic.token}", "Content-Type": "application/json"}
    for turn in range(number % 5):
        with urlopen(Request(kinetic.url + "/api/v1/issues", b'{"name": "Leak"}', headers)) as answer:
            json.load(answer)
    kinetic.assert_called("create_issue", at_least=number % 5, at_most=number % 5)
    Path(f"saw-{number}").write_text(json.dumps(simulator.snapshot(), sort_keys=True))
"""


def measure(report: Report, *, quick: bool) -> None:
    with cores.unpinned():
        _measure(report, quick=quick)


def _measure(report: Report, *, quick: bool) -> None:
    times = 3 if quick else 9
    report.heading(f"The pytest plugin (median of {times}, of {COUNT} sandboxes, of {CALLS} calls)")
    for name, vendors in (("every vendor", ()), ("Kinetic alone", ("kinetic",))):
        taken = [_start_ms(vendors) for _ in progress(range(times), "fixture start")]
        report.figure(f"the fixture's start, imports and all, {name}", median(taken), "ms", START)
    report.figure("a sandbox, made and checked and deleted", _sandbox_ms(), "ms", SANDBOX)
    report.figure("a GET over a kept connection, p50", _get_ms(), "ms", GET)
    report.figure(f"what a sandbox each adds to {COUNT} tests", _added_s(2 if quick else 5), "s", MANY)
    same, runs = _the_same(2 if quick else AGAIN)
    report.line(f"{'-n 4 in random order, the same as in order':<58} {same:>11} of {runs}")


def _start_ms(vendors: tuple[str, ...]) -> float:
    """As the first test that asks for it waits, in a process that has imported pytest."""
    return float(_python("-c", _START.format(vendors=vendors)))


def _sandbox_ms() -> float:
    with SimulatorServer() as server:
        taken = []
        for number in range(COUNT):
            began = time.perf_counter()
            with server.sandbox(f"bench-{number}"):
                pass
            taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def _get_ms() -> float:
    with Simulator(["kinetic"]) as sim:
        host = sim.server.url.removeprefix("http://")
        path = f"{sim.kinetic.url.removeprefix(sim.server.url)}/api/v1/me"
        connection = HTTPConnection(host)
        taken = []
        for _ in range(CALLS):
            began = time.perf_counter()
            connection.request("GET", path, headers={"Authorization": f"Bearer {sim.kinetic.token}"})
            connection.getresponse().read()
            taken.append((time.perf_counter() - began) * 1000)
        connection.close()
    return median(taken)


def _added_s(rounds: int) -> float:
    """The whole runs' difference, the start of the server included."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, fixture in (("with", "simulator, "), ("without", "")):
            files[name] = Path(folder, f"test_{name}.py")
            files[name].write_text(_TESTS.format(count=COUNT, fixture=fixture), encoding="utf-8")
        added = []
        for _ in progress(range(rounds), "many tests"):
            taken = {}
            for name, file in files.items():
                began = time.perf_counter()
                _pytest(folder, file.name)
                taken[name] = time.perf_counter() - began
            added.append(taken["with"] - taken["without"])
    return median(added)


def _the_same(times: int) -> tuple[int, int]:
    """How many of the runs in four workers and another order left every sandbox as a run in order does."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_asking.py").write_text(_ASKING, encoding="utf-8")
        _pytest(folder, "test_asking.py")
        first = _saw(folder)
        Path(folder, "conftest.py").write_text(_ORDERED, encoding="utf-8")
        same = 0
        for seed in progress(range(times), "random order"):
            passed = _pytest(folder, "-n", "4", "test_asking.py", seed=seed)
            same += passed and _saw(folder) == first
    return same, times


def _saw(folder: str) -> dict[str, str]:
    """What each test saw of its sandbox, and no longer there for the next run."""
    found = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).glob("saw-*")}
    for name in found:
        Path(folder, name).unlink()
    return found


def _pytest(folder: str, *arguments: str, seed: int = 0) -> bool:
    said = _python("-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments, folder=folder, seed=seed)
    return re.search(r"\d+ passed in", said) is not None and "failed" not in said


def _python(*arguments: str, folder: str | None = None, seed: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "BENCH_SEED": str(seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout
