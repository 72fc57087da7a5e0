"""Every code block of README.md and of docs/ is run: see `pages.py` for how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.app import create_app, load_services
from simulator.serving import ServerThread
from tests.docs.pages import PRINTED, ROOT, Run, Shell, Step, assert_printed, steps
from tools.blocks import Block, blocks

PAGES = ["README.md", *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/**/*.md"))]
PAGES = [page for page in PAGES if "/generated/" not in page]

# What a test does not run, and why.
NOT_RUN = {
    "make serve": "it sets up an environment and then serves until it is stopped",
    'python3 -m pip install ".[pytest]"': "it changes the environment; `make five` runs it in an empty one",
    "docker build -t simulator .": "it needs a container engine; tests/packaging/test_image.py sees what can be seen",
    "SIMULATOR_CONTROL_KEY=not-a-secret docker compose up --wait": "as above",
    "simulator serve": "it serves until it is stopped; the page's server runs already",
}


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    running = Shell(tmp_path)
    yield running
    running.close()


@pytest.mark.parametrize("page", PAGES)
def test_every_block_does_what_it_says(page: str, shell: Shell) -> None:
    with ServerThread(create_app(load_services())) as server:
        run = Run(page, shell, server.url, NOT_RUN)
        run.run((ROOT / page).read_text(encoding="utf-8"))
    if run.skipped:
        pytest.skip("; ".join(run.skipped))


def test_every_reason_is_for_a_command_that_a_page_has() -> None:
    commands = {
        step.command
        for page in PAGES
        for block in blocks((ROOT / page).read_text(encoding="utf-8"))
        if block.language in {"sh", "console"}
        for step in steps(block)
    }

    assert commands >= NOT_RUN.keys()


SCRIPT = r"""A=1

f() { echo '
'; }
curl a \
  -d b
"""
DIALOGUE = r"""$ one \
    two
out
put
$ three
"""


def test_a_command_over_several_lines_is_one_step() -> None:
    assert list(steps(Block(2, "sh", SCRIPT))) == [
        Step(2, "A=1", None),
        Step(4, "f() { echo '\n'; }", None),
        Step(6, "curl a \\\n  -d b", None),
    ]
    assert list(steps(Block(11, "console", DIALOGUE))) == [
        Step(11, "one \\\n    two", "out\nput"),
        Step(15, "three", None),
    ]


def test_blocks_are_found_with_their_place_language_and_name() -> None:
    text = "A\n\n```sh\necho\n```\n\n```python\n# test_a.py\npass\n```\n\n````{note}\n```sh\n```\n````\n"

    found = list(blocks(text))

    assert [(each.line, each.language, each.name) for each in found] == [
        (4, "sh", None),
        (8, "python", "test_a.py"),
        (13, "{note}", None),
    ]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("```ruby\n```\n", "page:2: nobody runs a block of 'ruby'"),
        ("```console\n$ echo yes\nno\n```\n", "page:2: echo yes\nprints\nyes\nand not\nno"),
        ("```sh\nfalse\n```\n", "page:2: false"),
        ("```sh\ntrue \\\n```\n", "a command without an end"),
        ("```console\nout\n```\n", r"a console block begins with \$"),
        ("```python\n1 / 0\n```\n", "ZeroDivisionError"),
        ("```python\nprint(1)\n```\n\n```text\n2\n```\n", "page:6\nprints\n1\nand not\n2"),
        ("```text\n2\n```\n", "no script stands above"),
        (f"```sh\ncurl -s {PRINTED}/nothing\n```\n", "nothing is mounted here"),
    ],
)
def test_a_page_that_says_what_is_not_so_is_found(page: str, said: str, shell: Shell) -> None:
    with ServerThread(create_app(load_services(["kinetic"]))) as server:
        run = Run("page", shell, server.url, {})
        with pytest.raises(AssertionError, match=said):
            run.run(page)


def test_a_command_that_does_not_end_is_ended_and_told(shell: Shell) -> None:
    shell.patience_s = 0.2

    with pytest.raises(AssertionError, match=r"the shell has ended: 'sleep 600' took more than 0\.2 seconds"):
        shell.run("sleep 600")


def test_node_is_found_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "somewhere" / "node"
    node.parent.mkdir()
    node.write_text("#!/bin/sh\necho it is\n", encoding="utf-8")
    node.chmod(0o755)
    monkeypatch.setattr("tests.docs.pages.NODE", str(node))
    running = Shell(tmp_path)

    assert str(node.parent) in running.run("echo $PATH")[1].split(":")
    running.close()


def test_what_differs_from_run_to_run_is_let_pass_and_dots_stand_for_lines() -> None:
    assert_printed("a\nb 127.0.0.1:1234\nc\n1 passed in 1.23s", "a\n...\n1 passed in 0.10s", "here")
    assert_printed("at 127.0.0.1:1234", "at 127.0.0.1:8090", "here")
    assert_printed("a\nz", "a\n...\nz", "here")
    with pytest.raises(AssertionError):
        assert_printed("a\nb\nd", "a\n...\nc", "here")
    with pytest.raises(AssertionError):
        assert_printed("a\nb", "a", "here")
