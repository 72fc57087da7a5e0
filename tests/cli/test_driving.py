"""The commands around a running server: exec, env, wait, logs and completion."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator

import pytest

from tests.cli.running import Serving, run, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving("kinetic") as running:
        yield running


def at(server: Serving) -> tuple[str, str]:
    return "--url", server.ready["url"]


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
