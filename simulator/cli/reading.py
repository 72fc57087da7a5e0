"""The commands that only read: `check`, `routes`, `explain`, `fidelity` and `completion`."""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.group import (
    BAD_CONFIG,
    FINDINGS,
    USAGE,
    CommandError,
    explained,
    fixtures_of,
    main,
    vendors_of,
)

if TYPE_CHECKING:
    from simulator.core.statements import Ledger, Statement
    from simulator.core.vendor import Service


@main.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...")
@click.option(
    "--fixture",
    "fixtures",
    multiple=True,
    metavar="NAME|VENDOR=FILE",
    help="A starting state to check too, such as one of your own (may be repeated).",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@explained
def check(vendors: tuple[str, ...], fixtures: tuple[str, ...], as_json: bool) -> None:
    """Check documents, statements, fixtures and handlers, as a start would, and against the OpenAPI schema."""
    from simulator.app import load_services
    from simulator.core.codec import write_json
    from simulator.data import fixture_names

    counted = {}
    services = load_services(vendors_of(vendors))
    named = fixtures_of(fixtures, services)
    for name, service in services.items():
        names = fixture_names(name)
        for fixture in names:
            service.fixture(fixture)
        validated = _validate_openapi(name, service)
        counted[name] = {
            "operations": len(service.document.operations),
            "statements": len(service.ledger),
            "fixtures": len(names),
        }
        if not as_json:
            counts = ", ".join(f"{count} {what}" for what, count in counted[name].items())
            click.echo(f"{name}: {counts}: fine{validated}")
        if name in named:
            _start_from(service, named[name])
            click.echo(f"{name}: fixture {named[name]}: fine", err=as_json)
    if as_json:
        click.echo(write_json(counted))


def _start_from(service: Service, fixture: str | Path) -> None:
    """Begin with a fixture: it may be whole, and a vendor yet not start from it."""
    from simulator.core.sandbox import Sandbox

    try:
        Sandbox("check", {service.name: service}, fixtures={service.name: fixture}).credentials()
    except ValueError as error:
        raise CommandError(f"fixture {fixture} of {service.name}: {error}", BAD_CONFIG) from None


def _validate_openapi(name: str, service: Service) -> str:
    """Hold a document against the OpenAPI schema, where the validator is installed; it is no runtime dependency."""
    try:
        from openapi_spec_validator import OpenAPIV31SpecValidator
    except ImportError:
        return " (openapi-spec-validator is not installed: the OpenAPI schema was not looked at)"
    found = [error.message for error in OpenAPIV31SpecValidator(dict(service.document.raw)).iter_errors()]
    if found:
        raise CommandError(f"openapi/{name}.yaml breaks OpenAPI 3.1: {found[0]}", FINDINGS)
    return ""


@main.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@explained
def routes(vendors: tuple[str, ...], as_json: bool) -> None:
    """List each operation with its method, path, and the file and line of its handler."""
    from simulator.app import load_services
    from simulator.core.codec import write_json

    found = []
    for service in load_services(vendors_of(vendors)).values():
        for operation in service.document.operations.values():
            handler = service.handlers.get(operation.id)
            found.append(
                {
                    "operation": operation.id,
                    "method": operation.method,
                    "path": f"/{service.name}{operation.path}",
                    "handler": None if handler is None else _place(handler),
                }
            )
    if as_json:
        click.echo(write_json(found))
        return
    for each in found:
        where = each["handler"] or "not simulated"
        click.echo(f"{each['operation']:26} {each['method']:6} {each['path']}  {where}")


def _place(handler: Any) -> str:
    code = inspect.unwrap(handler).__code__
    path = Path(code.co_filename)
    return (
        f"{path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}:{code.co_firstlineno}"
    )


@main.command()
@click.argument("statement")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@explained
def explain(statement: str, as_json: bool) -> None:
    """Print a statement with its source, its basis and the tests that prove it."""
    from simulator.core.codec import write_json

    for name in vendors_of(()):
        ledger, tested = _ledger(name)
        found = ledger.get(statement.upper())
        if found is not None:
            if as_json:
                click.echo(write_json({**found.describe(), "tests": tested.get(found.id, [])}))
            else:
                click.echo("\n".join(_statement_lines(found, name, tested.get(found.id, []))))
            return
    raise CommandError(f"no vendor has a statement {statement}", FINDINGS, "simulator fidelity")


def _statement_lines(found: Statement, vendor: str, tests: list[str]) -> list[str]:
    lines = [f"{found.id} ({vendor}), {found.basis}", f"  {found.text}", f"  source: {found.source}"]
    if found.check:
        lines.append(f"  check:  {found.check}")
    lines += [f"  test:   {test}" for test in tests] or ["  test:   none"]
    return lines


def _ledger(vendor: str) -> tuple[Ledger, dict[str, list[str]]]:
    """A vendor's statements, and the tests by statement as they were last collected."""
    from simulator.core.statements import read_ledger
    from simulator.data import read_document

    return (
        read_ledger(read_document(f"{vendor}.statements"), vendor),
        read_document(f"{vendor}.tested")["tests"],
    )


@main.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--untested", is_flag=True, help="List the statements that no test proves.")
@explained
def fidelity(vendors: tuple[str, ...], as_json: bool, untested: bool) -> None:
    """Show how much of each vendor's documents is simulated and tested, statement by statement."""
    from simulator.core.codec import write_json

    tables = {}
    for name in vendors_of(vendors):
        ledger, tested = _ledger(name)
        tables[name] = fidelity_table(ledger, tested)
        if untested:
            for statement in ledger.values():
                if not tested.get(statement.id):
                    click.echo(f"{statement.id}  {statement.basis:10}  {statement.text}")
    if as_json:
        click.echo(write_json(tables))
    elif not untested:
        _print_tables(tables)


def fidelity_table(ledger: Ledger, tested: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Rows of basis, statements, tested and share in percent (rounded down); the last row is the total."""
    from simulator.core.statements import BASES

    rows = []
    for basis in [*BASES, "all"]:
        ids = [each.id for each in ledger.values() if basis in {each.basis, "all"}]
        proven = sum(1 for id in ids if tested.get(id))
        rows.append(
            {
                "basis": basis,
                "statements": len(ids),
                "tested": proven,
                "share": 100 * proven // len(ids) if ids else 100,
            }
        )
    return rows


def _print_tables(tables: dict[str, list[dict[str, Any]]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 100)
    for name, rows in tables.items():
        table = Table(title=f"{name}: statements by basis", title_justify="left")
        for column in ("basis", "statements", "tested", "share"):
            table.add_column(column, justify="left" if column == "basis" else "right")
        for row in rows:
            if row["basis"] == "all":
                table.add_section()
            table.add_row(row["basis"], str(row["statements"]), str(row["tested"]), f"{row['share']} %")
        console.print(table)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete commands: eval "$(simulator completion bash)"."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise CommandError(f"click does not know {shell}", USAGE)
    click.echo(kind(main, {}, "simulator", "_SIMULATOR_COMPLETE").source())
