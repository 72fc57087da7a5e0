"""`simulator` as a process of its own, and as a call in this one."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from click.testing import CliRunner, Result

from simulator.cli import main

COMMAND = [sys.executable, "-m", "simulator.cli"]
PATIENCE_S = 20


def invoke(*arguments: str, env: Mapping[str, str | None] | None = None) -> Result:
    """A command that returns, in this process."""
    return CliRunner().invoke(main, arguments, env={"SIMULATOR_CONTROL_KEY": None, **(env or {})})


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as a process of its own, whole."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")}
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        env=surroundings,
        timeout=PATIENCE_S,
        check=False,
    )


@dataclass
class Serving:
    process: subprocess.Popen[str]
    ready: dict[str, Any]

    def get(self, url: str, **headers: str) -> tuple[int, dict[str, str], Any]:
        """The status, headers and JSON of an address, also of one that is refused."""
        asked = urllib.request.Request(
            url, headers={name.replace("_", "-"): v for name, v in headers.items()}
        )
        try:
            answer = urllib.request.urlopen(asked, timeout=PATIENCE_S)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, {n.lower(): v for n, v in answer.headers.items()}, json.loads(answer.read())

    def end(self, signal: int) -> tuple[int, str, str]:
        """The exit code after a signal, and what was still written to stdout and stderr."""
        self.process.send_signal(signal)
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, out, err


@contextlib.contextmanager
def start(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("SIMULATOR_")}
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env={**surroundings, **(env or {})},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def serving(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """`simulator serve --port 0 --json`, ready."""
    with start("serve", "--port", "0", "--json", *arguments, env=env) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        yield Serving(process, json.loads(line))
