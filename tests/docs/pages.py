"""Runs a page of the documentation as its reader would: files are written, commands are typed, and what is printed is
what the page prints.

- `sh` and `console`: commands, run in order in one shell; below `$ command` stands what it prints, where `...` alone on
  a line is any number of lines. The simulator that a page takes to run at 127.0.0.1:8090 runs.
- A block whose first line is a comment with a file's name (`# test_leak.py`) is written to that file.
- Other `python` is run as a script; a `text` block below it is what it prints.
- `yaml`, `toml` and `json` without a name are read, so that they are at least that.
- `{...}` is Sphinx's.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tools.blocks import Block, blocks

ROOT = Path(__file__).parents[2]
PRINTED = "http://127.0.0.1:8090"
PATIENCE_S = 60
NODE = shutil.which("node")


class Step(NamedTuple):
    """A command and what it prints; None where the page does not show it."""

    line: int
    command: str
    printed: str | None


class Shell:
    """One bash that keeps its variables and functions from step to step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.patience_s: float = PATIENCE_S
        self._late = False
        node = [str(Path(NODE).parent)] if NODE is not None else []
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            start_new_session=True,  # so that whatever it started can be ended with it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env={
                "PATH": ":".join(
                    [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin", *node]
                ),
                "LC_ALL": "C.UTF-8",
                # What a user has not installed: our suite's own plugins print lines of theirs.
                "PYTEST_ADDOPTS": "-p no:hypothesispytest -p no:schemathesis -p no:cacheprovider",
            },
        )
        self.run("set -o pipefail")

    def run(self, command: str) -> tuple[int, str]:
        """The exit code of a command, and what it printed. One that does not end is ended, with the shell."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{command}\nprintf '\\n= %d\\n' $?\n")
        stdin.flush()
        lines: list[str] = []
        late = threading.Timer(self.patience_s, self._end)
        late.start()
        try:
            while not (end := re.fullmatch(r"= (\d+)\n", line := stdout.readline())):
                why = f": {command!r} took more than {self.patience_s:g} seconds" if self._late else ""
                assert line, f"the shell has ended{why}"
                lines.append(line)
        finally:
            late.cancel()
        return int(end[1]), "".join(lines).strip("\n")

    def _end(self) -> None:
        self._late = True
        os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        self._process.communicate(timeout=PATIENCE_S)


def steps(block: Block) -> Iterator[Step]:
    """The commands of a block of `sh` or `console`."""
    yield from (_commands if block.language == "sh" else _dialogue)(block.body, block.line)


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


class Run:
    """A page on its way: counts what ran, and notes what this machine could not run."""

    def __init__(self, page: str, shell: Shell, url: str, not_run: Mapping[str, str]) -> None:
        self.page = page
        self.ran = 0
        self.skipped: list[str] = []
        self._shell = shell
        self._url = url
        self._not_run = not_run
        self._output: str | None = None  # of the script above

    def run(self, text: str) -> None:
        for block in blocks(text):
            where = f"{self.page}:{block.line}"
            if block.name is not None:
                file = self._shell.folder / block.name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(block.body, encoding="utf-8")
            elif block.language in {"sh", "console"}:
                for step in steps(block):
                    self.step(step)
            elif block.language == "python":
                self._script(block, where)
            elif block.language == "text":
                assert self._output is not None, f"{where}: no script stands above"
                assert_printed(self._output, block.body.strip("\n"), where)
            elif block.language in _READ:
                _READ[block.language](block.body)
            else:
                assert block.language.startswith("{"), f"{where}: nobody runs a block of {block.language!r}"

    def step(self, step: Step) -> None:
        if step.command in self._not_run:
            return
        where = f"{self.page}:{step.line}"
        if NODE is None and re.search(r"\bnode\b", step.command):
            self.skipped.append(f"{where}: node is not installed")
            return
        # Where the page shows no answer it is a good one, and curl is to say when it is not.
        self._shell.run(
            f'curl() {{ command curl {"--fail-with-body" if step.printed is None else ""} "$@"; }}'
        )
        code, out = self._shell.run(step.command.replace(PRINTED, self._url).replace(".venv/bin/", ""))
        fails = step.printed is not None and re.search(r"\b[1-9]\d* (failed|error)\b", step.printed)
        assert bool(code) == bool(fails), f"{where}: {step.command}\n{out}"
        if step.printed is not None:
            assert_printed(out, step.printed, f"{where}: {step.command}")
        self.ran += 1

    def _script(self, block: Block, where: str) -> None:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block.body.replace(PRINTED, self._url)],
            capture_output=True,
            text=True,
            cwd=self._shell.folder,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, f"{where}\n{done.stdout}{done.stderr}"
        self._output = done.stdout.strip("\n")
        self.ran += 1


_READ: dict[str, Callable[[str], Any]] = {"yaml": yaml.safe_load, "toml": tomllib.loads, "json": json.loads}


def assert_printed(out: str, printed: str, where: str) -> None:
    """Hold an output against what a page shows of it: ports, times and the like may differ."""
    pattern = "\n".join(
        r"(?:.*\n?)*?" if line == "..." else re.escape(line) for line in _settled(printed).splitlines()
    ).replace("*?\n", "*?")
    assert re.fullmatch(pattern, _settled(out)), f"{where}\nprints\n{out}\nand not\n{printed}"


def _settled(text: str) -> str:
    """Without what differs from run to run."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8090", text)
    text = re.sub(r"\bin \d+\.\d+s\b", "in 0.10s", text)
    text = re.sub(r"\(\d+(\.\d+)?ms\)", "(1.0ms)", text)
    return "\n".join(line.rstrip() for line in text.splitlines())
