"""README.md says what is so: its tables name all there is, and every file that it points to is there. That its commands
do what they say, `test_pages.py` sees."""

from __future__ import annotations

import re

from simulator.app import load_services
from simulator.cli import main
from simulator.control.routes import Control
from simulator.core.sandbox import Sandboxes
from tests.docs.pages import ROOT, steps
from tools.blocks import blocks

README = (ROOT / "README.md").read_text()


def test_nothing_is_needed_but_curl_and_python_and_node_where_it_says_so() -> None:
    commands = [
        step.command
        for block in blocks(README)
        if block.language in {"sh", "console"}
        for step in steps(block)
    ]

    for command in commands:
        if not command.startswith("simulator exec -- node"):
            assert not re.search(r"\b(jq|http|wget|nc|node)\s", command)


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
