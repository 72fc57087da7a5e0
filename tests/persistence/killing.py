"""The real server on a state file, killed while several clients write, again and again: `make kill`.

A client notes what it is about to do, and what was acknowledged. After each kill a new server on the same file must
have everything that was acknowledged, and nothing that nobody asked for.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

WRITERS = 3
ROUNDS_OF_A_SANDBOX = 25  # then it is deleted: what is compared in each round must not grow for ever
LONGEST_S = 0.12  # of a round's writing


@dataclass
class Told:
    """What the clients of one sandbox asked for, and what of it was acknowledged."""

    name: str
    asked: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    sandboxes: dict[str, bool] = field(default_factory=dict)  # acknowledged last: there, or gone
    clock: str | None = None  # the latest instant that was acknowledged


@dataclass
class Tally:
    """What was tried."""

    rounds: int = 0
    acknowledged: int = 0
    unknown: int = 0  # asked for when the server died; each may be there or not

    def __str__(self) -> str:
        return (
            f"{self.rounds} kills, {self.acknowledged} acknowledged writes, 0 lost; "
            f"{self.unknown} writes were under way"
        )


class Server:
    """A server process on a state file, and calls to it."""

    def __init__(self, state: Path, file_bytes: int | None = None) -> None:
        script = Path(sys.executable).with_name("simulator")
        command = [str(script), "serve", "kinetic", "--port", "0", "--json", "--state", str(state)]
        if file_bytes is not None:  # no file may grow beyond it; the signal that says so would kill
            limited = (
                "import os, resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
                f"resource.setrlimit(resource.RLIMIT_FSIZE, ({file_bytes}, {file_bytes})); "
                "os.execv(sys.argv[1], sys.argv[1:])"
            )
            command = [sys.executable, "-c", limited, *command]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the server did not start: {self.process.communicate()[1].decode()}")
        parts = urlsplit(json.loads(line)["url"])
        self.address = (parts.hostname or "", parts.port or 0)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self.address, timeout=20)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        with closing(self.connect()) as connection:
            return ask(connection, method, path, body)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.ask(method, path, body)
        assert status < 300, (method, path, status, answer)
        return answer

    def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()

    def stop(self) -> int:
        """Ask it to end, and wait for it: its exit code."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.process.returncode


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """The status and the answer of a control call."""
    data = None if body is None else json.dumps(body)
    connection.request(method, f"/__simulator/v1{path}", data, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


def run(state: Path, rounds: int, seed: int = 1, report: Any = None) -> Tally:
    """Kill a server so often; raises AssertionError for anything that was lost."""
    chance, tally = random.Random(seed), Tally()
    told = Told("")
    for number in range(rounds):
        server = Server(state)
        try:
            check(server, told)
            if number % ROUNDS_OF_A_SANDBOX == 0:
                told = _fresh(server, told, number)
            acknowledged, asked = len(told.acknowledged), len(told.asked)
            with _writers(server, told, chance):
                threading.Event().wait(chance.uniform(0.0, LONGEST_S))
                server.kill()
        finally:
            server.kill()
        tally.rounds += 1
        acknowledged = len(told.acknowledged) - acknowledged
        tally.acknowledged += acknowledged
        tally.unknown += len(told.asked) - asked - acknowledged
        if report is not None:
            report(tally)
    server = Server(state)
    check(server, told)
    server.kill()
    return tally


def check(server: Server, told: Told) -> None:
    """Everything acknowledged is there."""
    if not told.name:
        return
    records = server.control("GET", f"/sandboxes/{told.name}/state/kinetic/action_items")["records"]
    names = {record["name"] for record in records}
    assert told.acknowledged - names == set(), "acknowledged writes are lost"
    assert {name for name in names if name.startswith("w-")} <= told.asked
    live = {each["name"] for each in server.control("GET", "/sandboxes")["sandboxes"]}
    for name, there in told.sandboxes.items():
        assert (name in live) is there, f"{name}: acknowledged as {'made' if there else 'deleted'}"
    if told.clock is not None:
        assert server.control("GET", f"/sandboxes/{told.name}/clock")["now"] >= told.clock
    entries = server.control("GET", f"/sandboxes/{told.name}/journal?limit=1000")["entries"]
    ids = [entry["id"] for entry in entries]
    assert ids == sorted(set(ids)), "the journal's numbers go up by one"


def _fresh(server: Server, old: Told, number: int) -> Told:
    if old.name:
        server.control("DELETE", f"/sandboxes/{old.name}")
    for name, there in old.sandboxes.items():
        if there:
            server.control("DELETE", f"/sandboxes/{name}")
    told = Told(f"round-{number}")
    now = {"now": "2026-01-31T09:00:00Z", "clock": "frozen"}
    server.control("POST", "/sandboxes", {"name": told.name, **now})
    return told


@contextmanager
def _writers(server: Server, told: Told, chance: random.Random) -> Iterator[None]:
    """Clients that write until their server is gone: action items, and sandboxes and the clock."""
    sandbox = server.control("GET", f"/sandboxes/{told.name}")
    token = sandbox["credentials"]["kinetic"][0]["token"]
    made = {"name": "Kill", "description": None}
    base = f"/s/{told.name}/kinetic/api/v1/issues"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    with closing(server.connect()) as connection:
        connection.request("POST", base, json.dumps(made), headers)
        issue = json.loads(connection.getresponse().read())["guid"]
    tag = chance.randrange(10**9)
    threads = [
        threading.Thread(
            target=_write_items, args=(server, told, f"{base}/{issue}/action_items", headers, f"w-{tag}-{n}")
        )
        for n in range(WRITERS)
    ]
    threads.append(threading.Thread(target=_drive, args=(server, told, f"x-{tag % 10**6}")))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(30)


def _write_items(server: Server, told: Told, path: str, headers: dict[str, str], tag: str) -> None:
    with closing(server.connect()) as connection:
        for number in range(10**6):
            name = f"{tag}-{number}"
            told.asked.add(name)
            body = json.dumps({"name": name, "detail": "x", "assignee_id": 9})
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                return
            assert answer.status == 200, answer.status
            told.acknowledged.add(name)


def _drive(server: Server, told: Told, tag: str) -> None:
    with closing(server.connect()) as connection:
        for number in range(10**6):
            name = f"{tag}-{number % 5}"
            try:
                if told.sandboxes.pop(name, False):
                    assert ask(connection, "DELETE", f"/sandboxes/{name}")[0] == 200
                    told.sandboxes[name] = False
                else:
                    assert ask(connection, "POST", "/sandboxes", {"name": name})[0] in {201, 409}
                    told.sandboxes[name] = True
                moved = ask(connection, "POST", f"/sandboxes/{told.name}/clock/advance", {"by": "PT1S"})
                told.clock = moved[1]["now"]
            except (OSError, http.client.HTTPException):
                return


def main() -> None:
    import tempfile  # noqa: PLC0415 - this and rich for the long proof alone

    from rich.progress import track  # noqa: PLC0415

    rounds = int(os.environ.get("ROUNDS", "1000"))
    bar = iter(track(range(rounds), "killing", transient=True))
    with tempfile.TemporaryDirectory() as folder:
        tally = run(Path(folder) / "state.json", rounds, report=lambda _: next(bar, None))
    print(tally)  # noqa: T201 - its output is for the terminal


if __name__ == "__main__":
    main()
