"""The commands around a running server: exec, env, wait, logs and completion."""

from __future__ import annotations

import json
import shlex
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

import pytest

from simulator.client import ControlClient
from tests.cli.running import Serving, run, serving, start


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving("kinetic") as running:
        yield running


def at(server: Serving) -> tuple[str, str]:
    return "--url", server.ready["url"]


def post(server: Serving, path: str, body: Any) -> None:
    with ControlClient(server.ready["url"]) as client:
        client.post(path, body)


def fetch(url: str) -> None:
    with urlopen(url) as answer:
        assert answer.status == 200


@contextmanager
def following(*arguments: str) -> Iterator[Iterator[str]]:
    """The lines of a command that goes on."""
    with start(*arguments) as process:
        assert process.stdout is not None
        yield iter(process.stdout)


@contextmanager
def foreign(answer: bytes) -> Iterator[str]:
    """The address of a server that is none of ours, and answers everything like this."""

    def answer_all() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.recv(10_000)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer_all, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


CALL = (
    "import os, urllib.request as u;"
    "r = u.Request(os.environ['KINETIC_BASE_URL'] + '/api/v1/me',"
    " headers={'Authorization': 'Bearer ' + os.environ['KINETIC_TOKEN']});"
    "print(u.build_opener(u.ProxyHandler({})).open(r).status)"
)


def test_exec_gives_a_program_an_address_and_a_credential_that_work() -> None:
    done = run("exec", "--", sys.executable, "-c", CALL)

    assert (done.returncode, done.stdout) == (0, "200\n"), done.stderr


@pytest.mark.parametrize("code", [0, 1, 7])
def test_exec_returns_the_programs_own_exit_code(code: int) -> None:
    assert run("exec", "--", sys.executable, "-c", f"raise SystemExit({code})").returncode == code


def test_exec_of_nothing_that_can_be_run_says_so() -> None:
    done = run("exec", "--", "/nowhere/to/be/found")

    assert done.returncode == 4
    assert "/nowhere/to/be/found: No such file or directory" in done.stderr


def test_exec_takes_the_time_it_is_given() -> None:
    show = (
        "import os, urllib.request as u;"
        "print(u.urlopen(os.environ['KINETIC_BASE_URL'] + '/api/v1/valid').headers['date'])"
    )
    done = run("exec", "--now", "2026-01-31T09:00:00Z", "--", sys.executable, "-c", show)

    assert done.stdout.startswith("Sat, 31 Jan 2026 09:00:")


def test_env_is_what_a_shell_can_read(server: Serving) -> None:
    lines = run("env", *at(server)).stdout.splitlines()

    assert all(line.startswith("export ") for line in lines)
    names = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    assert names["KINETIC_BASE_URL"] == server.ready["vendors"]["kinetic"]
    assert names["KINETIC_EMAIL"] == "ada.okafor@example.com"


@pytest.mark.parametrize("form", ["dotenv", "github", "json"])
def test_env_says_the_same_in_other_forms(server: Serving, form: str) -> None:
    text = run("env", "--format", form, *at(server)).stdout

    names = json.loads(text) if form == "json" else dict(line.split("=", 1) for line in text.splitlines())
    assert names["KINETIC_BASE_URL"] == server.ready["vendors"]["kinetic"]
    assert names["SIMULATOR_URL"] == server.ready["url"]


def test_env_of_a_sandbox_that_is_not_there_says_what_the_server_said(server: Serving) -> None:
    done = run("env", "--sandbox", "nobody", *at(server))

    assert done.returncode == 4
    assert "404: there is no sandbox nobody" in done.stderr


def test_wait_ends_at_once_when_the_server_is_ready(server: Serving) -> None:
    assert run("wait", *at(server)).returncode == 0


def test_wait_gives_up_with_the_next_command() -> None:
    done = run("wait", "--timeout", "0.1", "--url", "http://127.0.0.1:9")

    assert done.returncode == 4
    assert "no simulator answers at http://127.0.0.1:9" in done.stderr
    assert "next: simulator serve" in done.stderr


def test_logs_show_each_exchange_in_a_line_with_the_reason_of_a_refusal(server: Serving) -> None:
    server.get(server.ready["vendors"]["kinetic"] + "/api/v1/nowhere")

    lines = run("logs", *at(server)).stdout.splitlines()

    assert any("404 GET" in line and "no operation has this path" in line for line in lines)


def test_logs_can_be_read_by_a_program(server: Serving) -> None:
    server.get(server.ready["vendors"]["kinetic"] + "/api/v1/valid")

    entries = [json.loads(line) for line in run("logs", "--json", *at(server)).stdout.splitlines()]

    assert [entry["id"] for entry in entries] == list(range(1, len(entries) + 1))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_names_the_command(shell: str) -> None:
    assert "_SIMULATOR_COMPLETE" in run("completion", shell).stdout


def test_logs_prints_all_there_is_however_many(server: Serving) -> None:
    post(server, "/sandboxes", {"name": "many"})
    for _ in range(510):
        fetch(f"{server.ready['url']}/s/many/kinetic/api/v1/valid")

    done = run("logs", "--sandbox", "many", *at(server))

    assert len(done.stdout.splitlines()) == 510


def test_logs_goes_on_when_the_sandbox_is_reset(server: Serving) -> None:
    post(server, "/sandboxes", {"name": "again"})
    valid = f"{server.ready['url']}/s/again/kinetic/api/v1/valid"
    for _ in range(3):
        fetch(valid)
    with following("logs", "-f", "--sandbox", "again", *at(server)) as lines:
        assert [next(lines)[:5].strip() for _ in range(3)] == ["1", "2", "3"]
        post(server, "/sandboxes/again/reset", {})
        fetch(valid)
        assert next(lines)[:5].strip() == "1"


def test_assumptions_fails_a_pipeline_that_relied_on_one(server: Serving) -> None:
    post(server, "/sandboxes", {"name": "strict", "strict_basis": "documented"})
    assert run("assumptions", "--sandbox", "strict", *at(server)).returncode == 0
    fetch(f"{server.ready['url']}/s/strict/kinetic/api/v1/valid")

    done = run("assumptions", "--sandbox", "strict", *at(server))

    assert done.returncode == 1
    assert "KIN-101" in done.stdout
    assert json.loads(run("assumptions", "--sandbox", "strict", "--json", *at(server)).stdout)["assumptions"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("exec", "--now", "junk", "--", "true"), 2),
        (("exec", "--fixture", "nope", "--", "true"), 3),
        (("env", "--sandbox", "a b"), 4),
        (("env", "--sandbox", "../info"), 4),
        (("logs", "--sandbox", "nobody"), 4),
        (("wait", "--timeout", "nan"), 2),
        (("serve", "--port", "0", "--state", ""), 3),
        (("serve", "--port", "0", "--state", "."), 3),
        (("serve", "--port", "0", "--state", "/"), 3),
    ],
)
def test_what_a_person_got_wrong_is_no_bug_of_ours(
    server: Serving, arguments: tuple[str, ...], code: int
) -> None:
    found = at(server) if arguments[0] in {"env", "logs", "wait"} else ()
    done = run(*arguments[:1], *found, *arguments[1:])

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    ],
)
@pytest.mark.parametrize("command", [("wait", "--timeout", "0"), ("env",), ("logs",)])
def test_what_is_no_simulator_is_said_to_be_none(answer: bytes, command: tuple[str, ...]) -> None:
    with foreign(answer) as url:
        done = run(*command, "--url", url)

    assert done.returncode == 4, done.stderr
    assert "no simulator" in done.stderr
