"""README.md says what is so: every block of commands is run, in order, in one shell against a real server, and what it
prints is what the README prints; its tables name all there is."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from simulator.app import create_app, load_services
from simulator.cli import main
from simulator.control.routes import Control
from simulator.core.sandbox import Sandboxes
from simulator.serving import ServerThread

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PRINTED = "http://127.0.0.1:8090"
PATIENCE_S = 20

# What a test cannot run, and why.
NOT_RUN = {
    "make serve": "it sets up an environment and then serves until it is stopped",
}


class Step(NamedTuple):
    """A command of the README and what it prints there; None where the README does not show it."""

    line: int
    command: str
    printed: str | None


def steps(text: str) -> Iterator[Step]:
    """The commands of all blocks, in order. A block of another language would be one that nobody has thought of."""
    for block in re.finditer(r"^```(.*)\n((?:(?!```).*\n)*)```$", text, re.MULTILINE):
        language, body = block.groups()
        line = text.count("\n", 0, block.start(2)) + 1
        if language == "sh":
            yield from _commands(body, line)
        elif language == "console":
            yield from _dialogue(body, line)
        else:
            raise AssertionError(f"line {line - 1}: a block of {language!r} is neither sh nor console")


def _commands(body: str, line: int) -> Iterator[Step]:
    """Each command of a script, which may go over several lines."""
    command, begun = "", line
    for number, text in enumerate(body.splitlines(), line):
        if not command:
            begun = number
        command += text + "\n"
        if command.strip() and _is_whole(command):
            yield Step(begun, command.strip(), None)
            command = ""
        elif not command.strip():
            command = ""
    assert not command, f"line {begun}: a command without an end"


def _is_whole(command: str) -> bool:
    if command.rstrip("\n").endswith("\\"):
        return False
    return subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False).returncode == 0


def _dialogue(body: str, line: int) -> Iterator[Step]:
    """Each `$ command` with the lines below it."""
    lines = body.splitlines()
    starts = [number for number, text in enumerate(lines) if text.startswith("$ ")]
    assert starts[:1] == [0], f"line {line}: a console block begins with $"
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        printed = start + 1
        while lines[printed - 1].endswith("\\"):
            printed += 1
        command = "\n".join([lines[start].removeprefix("$ "), *lines[start + 1 : printed]])
        yield Step(line + start, command, "\n".join(lines[printed:end]) if printed < end else None)


class Shell:
    """One bash that keeps its variables and functions from step to step."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env={"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )
        self.run("set -o pipefail")

    def run(self, command: str) -> tuple[int, str]:
        """The exit code of a command, and what it printed."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{command}\nprintf '\\n= %d\\n' $?\n")
        stdin.flush()
        lines: list[str] = []
        while not (end := re.fullmatch(r"= (\d+)\n", line := stdout.readline())):
            assert line, "the shell has ended"
            lines.append(line)
        return int(end[1]), "".join(lines).strip("\n")

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE_S)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    running = Shell(tmp_path)
    yield running
    running.close()


def test_every_command_does_what_it_says(shell: Shell) -> None:
    found = list(steps(README))
    assert {step.command for step in found} >= NOT_RUN.keys(), "a reason for nothing"
    ran = 0
    with ServerThread(create_app(load_services())) as server:
        for step in found:
            if step.command in NOT_RUN:
                continue
            _run(shell, step, server.url)
            ran += 1
    assert ran > 20


def _run(shell: Shell, step: Step, url: str) -> None:
    # Where the README shows no answer it is a good one, and curl is to say when it is not.
    shell.run(f'curl() {{ command curl {"--fail-with-body" if step.printed is None else ""} "$@"; }}')
    code, out = shell.run(step.command.replace(PRINTED, url).replace(".venv/bin/", ""))
    shown = out.replace(url, PRINTED)
    assert code == 0, f"README.md:{step.line}: {step.command}\n{shown}"
    if step.printed is not None:
        assert shown == step.printed, f"README.md:{step.line}: {step.command}"


SAMPLE = r"""```sh
A=1

f() { echo '
'; }
curl a \
  -d b
```

```console
$ one \
    two
out
put
$ three
```
"""


def test_a_command_over_several_lines_is_one_step() -> None:
    assert list(steps(SAMPLE)) == [
        Step(2, "A=1", None),
        Step(4, "f() { echo '\n'; }", None),
        Step(6, "curl a \\\n  -d b", None),
        Step(11, "one \\\n    two", "out\nput"),
        Step(15, "three", None),
    ]


def test_a_block_that_nobody_would_run_is_found() -> None:
    with pytest.raises(AssertionError, match="line 1: a block of 'json' is neither sh nor console"):
        list(steps("```json\n{}\n```\n"))


def test_a_wrong_answer_is_found(shell: Shell) -> None:
    with pytest.raises(AssertionError):
        _run(shell, Step(1, "echo yes", "no"), "http://none")
    with pytest.raises(AssertionError):
        _run(shell, Step(1, "false", None), "http://none")
    with ServerThread(create_app(load_services())) as server, pytest.raises(AssertionError, match="404"):
        _run(shell, Step(1, f"curl -s -w '%{{http_code}}' {PRINTED}/nothing", None), server.url)


def test_nothing_is_needed_but_curl_and_python() -> None:
    commands = " ".join(step.command for step in steps(README))

    assert not re.search(r"\b(jq|http|wget|nc|node)\s", commands)


def rows(heading: str) -> str:
    """The lines of a table, by the first words of its head."""
    found = re.search(rf"^\| {heading}.*\n((?:\|.*\n)+)", README, re.MULTILINE)
    assert found, f"no table begins with {heading}"
    return found[1]


def test_the_table_of_commands_names_every_command_and_every_option() -> None:
    table = rows("command")

    for name, command in main.commands.items():
        assert f"`simulator {name}" in table
        if name == "serve":
            for option in (each for parameter in command.params for each in parameter.opts):
                assert option in table or not option.startswith("--"), option


def test_the_table_of_control_calls_names_every_call() -> None:
    table = rows("control call, below")

    for path, handlers in Control(Sandboxes(load_services()), None).table().items():
        shown = path.replace("{sandbox}", "{s}")
        short = "..." + shown.removeprefix("/sandboxes/{s}")
        (line,) = [
            line
            for line in table.splitlines()
            if re.search(rf"(?<![\w}}]){re.escape(shown)}[`?]", line) or f"{short}`" in line
        ]
        for method in handlers:
            assert method in line, f"{method} {path}"


def test_every_vendor_that_is_served_is_named() -> None:
    for service in load_services().values():
        assert f"**{service.vendor.title}**" in README


def test_every_file_that_is_pointed_to_is_there() -> None:
    pointed = re.findall(r"\]\((?!http)([^)#]+)\)", README) + re.findall(
        r"`((?:simulator|tests|docs)/[\w/.]+)`", README
    )

    assert len(pointed) >= 4
    for path in pointed:
        assert (ROOT / path).exists(), path
