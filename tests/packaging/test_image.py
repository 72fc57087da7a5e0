"""What can be known of the image without a container engine: its files are there, its commands parse, it is not root.

That the image builds and runs is not tested here: where there is an engine, `docker build .` is the test.
"""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from simulator.cli import main
from tests.packaging.building import ROOT


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with its arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def arguments(word: str) -> list[Any]:
    """The argument lists of an instruction that is written without a shell."""
    return [json.loads(rest[rest.index("[") :]) for name, rest in instructions() if name == word]


def copied() -> list[str]:
    return [
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]


def test_what_is_copied_is_there_and_is_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = [line.removeprefix("!") for line in ignored if line.startswith("!")]

    assert len(copied()) >= 9
    for source in copied():
        assert (ROOT / source).exists(), source
        assert any(fnmatch.fnmatch(source, pattern) for pattern in let_through), source


def test_it_does_not_run_as_root() -> None:
    users = [rest for word, rest in instructions() if word == "USER"]

    assert users == ["65532:65532"]
    after = [word for word, _ in instructions()][[word for word, _ in instructions()].index("USER") :]
    assert not {"RUN", "COPY", "ADD"} & set(after)


def test_no_instruction_needs_a_shell() -> None:
    for word, rest in instructions():
        if word in {"RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"}:
            assert "[" in rest, f"{word} {rest}"


def test_the_base_is_an_argument() -> None:
    assert ("ARG", "BASE=python:3.13-slim") in instructions()
    assert [rest for word, rest in instructions() if word == "FROM"] == ["${BASE} AS build", "${RUNTIME}"]


@pytest.mark.parametrize("command", ["CMD", "HEALTHCHECK"])
def test_what_is_started_is_a_command_that_there_is(command: str) -> None:
    (entry,) = arguments("ENTRYPOINT")
    (line,) = arguments(command)
    words = line[len(entry) :] if line[: len(entry)] == entry else line

    assert entry == ["python", "-m", "simulator.cli"]
    parsed = main.commands[words[0]].make_context(words[0], words[1:])
    assert isinstance(parsed, click.Context)


def test_a_server_that_others_can_reach_needs_the_key_that_compose_asks_for() -> None:
    (line,) = arguments("CMD")
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["simulator"]

    assert line[line.index("--host") + 1] == "0.0.0.0"  # noqa: S104 - it is the image's
    assert re.match(r"\$\{SIMULATOR_CONTROL_KEY:\?.+\}", compose["environment"]["SIMULATOR_CONTROL_KEY"])
    assert compose["ports"] == ["127.0.0.1:8090:8090"]
    assert ("EXPOSE", "8090") in instructions()


def test_the_wheel_builds_from_what_is_copied_and_serves_from_a_folder(tmp_path: Path) -> None:
    """The image's two steps as far as they go without an engine: nothing that the build needs is left out."""
    source, target = tmp_path / "build", tmp_path / "simulator"
    source.mkdir()
    for name in copied():
        path = ROOT / name
        (shutil.copytree if path.is_dir() else shutil.copy)(path, source / name)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*pip, "--target", str(target), "."], cwd=source, check=True, capture_output=True)

    done = subprocess.run(
        [sys.executable, "-m", "simulator.cli", "check", "kinetic"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(target), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kinetic: ")
