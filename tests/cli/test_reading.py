"""The commands that only read: --help, check, routes, explain and fidelity."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import simulator
from simulator.cli import main
from simulator.core.statements import BASES, read_ledger
from simulator.data import read_document
from tests.cli.running import COMMAND, PATIENCE_S, invoke, start

HEAVY = [
    "jinja2",
    "jsonschema",
    "jsonschema_rs",
    "openapi_spec_validator",
    "rich",
    "starlette",
    "uvicorn",
    "yaml",
]
OPERATIONS = {
    operation["operationId"]: (method.upper(), f"/kinetic{path}")
    for path, item in read_document("kinetic")["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_lists_every_command_with_what_it_does(option: str) -> None:
    result = invoke(option)

    assert (result.exit_code, result.stderr) == (0, "")
    assert {"serve", "check", "routes", "explain", "fidelity"} <= set(main.commands)
    for name, command in main.commands.items():
        (line,) = [line for line in result.stdout.splitlines() if line.split()[:1] == [name]]
        assert line.split(None, 1)[1].rstrip(".").split("...")[0] in " ".join((command.help or "").split())


@pytest.mark.parametrize("name", sorted(main.commands))
def test_the_help_of_a_command_says_what_each_option_does(name: str) -> None:
    result = invoke(name, "--help")

    assert (result.exit_code, result.stderr) == (0, "")
    for parameter in main.commands[name].params:
        for option in (each for each in parameter.opts if each.startswith("--")):
            assert option in result.stdout
            assert getattr(parameter, "help", None), f"{name} {option} has no help"


def test_help_loads_nothing_that_takes_time() -> None:
    """It is to answer at once; what is heavy is imported by the command that needs it."""
    code = (
        "import sys, simulator.cli\n"
        "try: simulator.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE_S, check=True
    )

    assert result.stderr == "[]\n"


def test_the_version_is_the_packages() -> None:
    assert invoke("--version").stdout == f"simulator, version {simulator.__version__}\n"


def test_check_looks_at_a_fixture_of_the_users_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps({"format": 1, "vendor": "kinetic", "settings": {"create_status": 201}}))

    result = invoke("check", "kinetic", "--fixture", f"kinetic={file}")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, f"kinetic: fixture {file}: fine")

    result = invoke("check", "kinetic", "--json", "--fixture", f"kinetic={file}")
    assert json.loads(result.stdout).keys() == {"kinetic"}


def test_check_says_what_it_has_looked_at() -> None:
    result = invoke("check", "kinetic")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"kinetic: {len(OPERATIONS)} operations, "
        f"{len(read_document('kinetic.statements')['statements'])} statements, 1 fixtures: fine\n"
    )


def test_routes_leads_from_each_operation_to_its_handler() -> None:
    result = invoke("routes", "kinetic")

    assert (result.exit_code, result.stderr) == (0, "")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert {operation: (method, path) for operation, method, path, _ in lines} == OPERATIONS
    root = Path(simulator.__file__).parents[1]
    for operation, _, _, place in lines:
        file, _, number = place.rpartition(":")
        assert int(number) <= len((root / file).read_text().splitlines()), operation
    (created,) = [place for operation, _, _, place in lines if operation == "create_action_item"]
    file, _, number = created.rpartition(":")
    around = (root / file).read_text().splitlines()[int(number) - 1 : int(number) + 1]
    assert any("def create_action_item(" in line for line in around)


@pytest.mark.parametrize("id", ["KIN-019", "kin-019"])
def test_explain_shows_a_statement_with_its_source_and_basis(id: str) -> None:
    found = read_ledger(read_document("kinetic.statements"), "kinetic")["KIN-019"]

    result = invoke("explain", id)

    assert (result.exit_code, result.stderr) == (0, "")
    first, text, source, *rest = result.stdout.splitlines()
    assert first == "KIN-019 (kinetic), documented"
    assert text == f"  {found.text}"
    assert source == f"  source: {found.source}"
    assert any(line.startswith("  test:   ") for line in rest)


def test_explain_as_json_has_the_tests_too() -> None:
    told = json.loads(invoke("explain", "KIN-019", "--json").stdout)

    assert (told["id"], told["basis"]) == ("KIN-019", "documented")
    assert told["tests"] == read_document("kinetic.tested")["tests"].get("KIN-019", [])


@pytest.mark.parametrize("id", ["KIN-9999", "", "*", "../KIN-019", "\u2028"])
def test_explain_of_nothing_is_a_finding(id: str) -> None:
    result = invoke("explain", id)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: no vendor has a statement {id}\n  next: simulator fidelity\n"


def test_fidelity_counts_every_statement_once() -> None:
    ledger = read_ledger(read_document("kinetic.statements"), "kinetic")
    tested = read_document("kinetic.tested")["tests"]

    kinetic = json.loads(invoke("fidelity", "--json").stdout)["kinetic"]

    assert [row["basis"] for row in kinetic] == [*BASES, "all"]
    *by_basis, total = kinetic
    assert sum(row["statements"] for row in by_basis) == total["statements"] == len(ledger)
    assert sum(row["tested"] for row in by_basis) == total["tested"] == len(ledger.keys() & tested.keys())
    assert all(0 <= row["share"] <= 100 for row in kinetic)


def test_fidelity_is_a_table_for_a_person() -> None:
    result = invoke("fidelity", "kinetic")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "kinetic: statements by basis" in result.stdout
    for word in (*BASES, "all", "share"):
        assert word in result.stdout


def test_fidelity_lists_what_no_test_proves() -> None:
    tested = read_document("kinetic.tested")["tests"]
    ledger = read_ledger(read_document("kinetic.statements"), "kinetic")

    listed = invoke("fidelity", "kinetic", "--untested").stdout.splitlines()

    assert [line.split()[0] for line in listed] == [id for id in ledger if not tested.get(id)]


@pytest.mark.parametrize("command", ["routes", "fidelity", "explain"])
def test_a_reader_that_has_left_is_no_error_to_speak_of(command: str) -> None:
    """`simulator routes | head -1`"""
    with start(command, *(["KIN-019"] if command == "explain" else [])) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait(PATIENCE_S) in {0, 1}


def test_the_command_runs_as_a_module_and_as_a_script() -> None:
    script = Path(sys.executable).with_name("simulator")
    for command in (COMMAND, [str(script)]):
        ran = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, timeout=PATIENCE_S, check=True
        )
        assert ran.stdout == f"simulator, version {simulator.__version__}\n"
