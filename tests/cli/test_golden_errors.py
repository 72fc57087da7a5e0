"""What a person reads when a command refuses, to the letter: `golden/` holds the exit code and what was printed.

SIMULATOR_WRITE_GOLDEN=1 writes the files anew; then read what has changed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.serving import listen
from simulator.vendors import VENDORS
from tests.cli.running import invoke

GOLDEN = Path(__file__).with_name("golden")
FIXTURE = "format: 1\nvendor: kinetic\n"


def _fixture(text: str) -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        (folder / "mine.yaml").write_text(FIXTURE + text)
        return ["serve", "kinetic", "--port", "0", "--fixture", f"kinetic={folder / 'mine.yaml'}"]

    return command


def _state(text: bytes) -> Callable[[Path], list[str]]:
    def command(folder: Path) -> list[str]:
        (folder / "state.json").write_bytes(text)
        return ["serve", "kinetic", "--port", "0", "--state", str(folder / "state.json")]

    return command


def _args(*arguments: str) -> Callable[[Path], list[str]]:
    return lambda folder: [each.replace("<folder>", str(folder)) for each in arguments]


COMMANDS: dict[str, Callable[[Path], list[str]]] = {
    "a_vendor_that_there_is_not": _args("serve", "jira"),
    "a_command_that_there_is_not": _args("server"),
    "an_option_that_there_is_not": _args("serve", "--prot", "1"),
    "an_address_that_others_reach": _args("serve", "--host", "0.0.0.0"),  # noqa: S104
    "an_address_of_another_machine": _args("serve", "--host", "192.0.2.1", "--control-key", "k"),
    "a_port_in_use": _args("serve", "kinetic", "--port", "<taken>"),
    "a_time_without_an_offset": _args("serve", "--now", "2026-01-31T09:00:00"),
    "a_public_url_that_is_none": _args("serve", "--public-url", "example.com"),
    "an_origin_that_is_none": _args("serve", "--cors", "localhost:3000"),
    "a_network_that_is_none": _args("serve", "--deliver-to", "10.0.0.1/8"),
    "a_fixture_that_is_not_there": _args("serve", "--fixture", "kinetic=<folder>/none.yaml"),
    "a_fixture_name_that_is_not_there": _args("serve", "kinetic", "--fixture", "empty"),
    "a_fixture_of_a_vendor_that_is_not_served": _args("serve", "--fixture", "jira=<folder>/x.yaml"),
    "a_fixture_that_is_no_yaml": _fixture("records: [\n"),
    "a_fixture_with_a_record_that_lacks_a_field": _fixture("records:\n  users: [{id: 1}]\n"),
    "a_fixture_with_a_collection_that_there_is_not": _fixture("records:\n  people: []\n"),
    "a_fixture_with_a_setting_that_there_is_not": _fixture("settings: {speed: 9}\n"),
    "a_fixture_with_a_credential_of_nobody": _fixture("credentials: [{email: nobody@example.com}]\n"),
    "a_state_file_that_is_empty": _state(b""),
    "a_state_file_that_is_not_ours": _state(b"hello\n"),
    "a_state_file_that_is_newer": _state(b'{"meta":{"1":{"kind":"simulator state","format":2,"sum":0}}}'),
    "a_state_file_that_is_cut_short": _state(b'{"meta":{"1":{"segment":3,"number"'),
    "a_state_file_in_a_folder_that_is_not_there": _args(
        "serve", "kinetic", "--port", "0", "--state", "<folder>/no/state.json"
    ),
    "a_statement_that_there_is_not": _args("explain", "KIN-999"),
    "no_server_to_wait_for": _args("wait", "--timeout", "0", "--url", "http://127.0.0.1:<free>"),
    "no_server_to_ask_for_names": _args("env", "--url", "http://127.0.0.1:<free>"),
    "no_server_to_read_the_journal_of": _args("logs", "--url", "http://127.0.0.1:<free>"),
    "a_program_that_there_is_not": _args("exec", "--vendor", "kinetic", "--", "no-such-program-x"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_error_reads_as_it_is_kept(name: str, tmp_path: Path) -> None:
    with listen() as taken, listen() as freed:
        ports = {"<taken>": str(taken.getsockname()[1]), "<free>": str(freed.getsockname()[1])}
        freed.close()
        arguments = COMMANDS[name](tmp_path)
        for mark, port in ports.items():
            arguments = [each.replace(mark, port) for each in arguments]
        result = invoke(*arguments)
    printed = f"exit code {result.exit_code}\n{result.stderr}"
    for mark, real in {**ports, "<folder>": str(tmp_path)}.items():
        printed = printed.replace(real, mark)
    # What depends on which vendors there are, and nothing else: Kinetic's own name stays.
    printed = printed.replace(f"there is {', '.join(VENDORS)}", "there is <vendors>")
    printed = re.sub(rf"(?<=simulator serve ){next(iter(VENDORS))}\b", "<vendor>", printed)
    printed = re.sub(r"[^\s']*/fixtures/kinetic/", "<data>/fixtures/kinetic/", printed)

    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("SIMULATOR_WRITE_GOLDEN"):
        golden.write_text(printed)
    assert printed == golden.read_text()
    assert result.stdout == ""


def test_every_kept_error_is_still_asked_for() -> None:
    assert {each.stem for each in GOLDEN.glob("*.txt")} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_error_says_what_to_do_next(name: str) -> None:
    """Ours by a command that helps, click's by the way to its help."""
    kept = (GOLDEN / f"{name}.txt").read_text()
    assert "\n  next: simulator " in kept or "Try 'simulator" in kept or "for help" in kept
