"""The servers under measurement, as processes: started on the servers' core, waited for, ended."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

from bench import cores, handwritten
from bench.api import Api

START_WITHIN = 180.0  # seconds; 100,000 records are read and checked at start
ROOT = Path(__file__).parent.parent


class CannotStart(Exception):
    """A server that did not come up; the message holds what it said."""


class Server(NamedTuple):
    """A running server, and the way to the vendor's API in it."""

    name: str
    pid: int
    api: Api
    control: Api | None = None


def simulator_command(*arguments: str) -> list[str]:
    """The command a user would type, of this very environment."""
    script = Path(sys.executable).with_name("simulator")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "simulator.cli"]
    return [*command, "serve", "kinetic", *arguments]


def reference_command(app: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "bench.reference", app, *arguments]


@contextmanager
def reference(app: str) -> Iterator[Server]:
    """One of the two reference apps."""
    with _running(reference_command(app)) as (process, ready):
        yield Server(app, process.pid, Api(ready["url"], handwritten.TOKEN))


@contextmanager
def simulator(
    name: str = "simulator", fixture: Path | None = None, state: Path | None = None
) -> Iterator[Server]:
    """The simulator with Kinetic alone, with its own starting state or another, in memory or kept in a file."""
    options = [] if fixture is None else ["--fixture", f"kinetic={fixture}"]
    options += [] if state is None else ["--state", str(state)]
    with _running(simulator_command("--port", "0", "--json", *options)) as (process, ready):
        control = Api(ready["control"])
        token = control.get("/sandboxes/default")["credentials"]["kinetic"][0]["token"]
        yield Server(name, process.pid, Api(ready["vendors"]["kinetic"], token), control)


@contextmanager
def simulator_of_all() -> Iterator[Server]:
    """The simulator with every vendor there is."""
    command = [word for word in simulator_command("--port", "0", "--json") if word != "kinetic"]
    with _running(command) as (process, ready):
        yield Server("simulator", process.pid, Api(ready["url"]), Api(ready["control"]))


@contextmanager
def launched(command: list[str], log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A process on the servers' core; its errors go to `log`."""
    # A control key in the caller's environment would lock us out.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")}
    with cores.starting_on(cores.SERVERS):
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


@contextmanager
def _running(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    with tempfile.TemporaryFile() as log, launched(command, log) as process:
        yield process, _ready(command, process, log)


def _ready(command: list[str], process: subprocess.Popen[bytes], log: IO[bytes]) -> dict[str, Any]:
    """The line a server prints when it serves. Raises CannotStart."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(START_WITHIN) else b""
    try:
        ready: dict[str, Any] = json.loads(line)
    except ValueError:
        raise CannotStart(f"{' '.join(command)}\nprinted {line!r} and said:\n{last_words(log)}") from None
    return ready


def last_words(log: IO[bytes]) -> str:
    """The end of what a server wrote to its errors."""
    log.seek(0)
    return log.read()[-2000:].decode(errors="replace").strip() or "(nothing)"


def resident_mb(server: Server) -> float | None:
    """Resident memory; None where the system does not tell."""
    status = Path(f"/proc/{server.pid}/status")
    if not status.exists():
        return None
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
