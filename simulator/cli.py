"""The command line: `simulator serve`, `check`, `routes`, `explain` and `fidelity`."""

from __future__ import annotations

import gc
import inspect
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from importlib import import_module
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from simulator import __version__

if TYPE_CHECKING:
    from simulator.client import ControlClient
    from simulator.core.statements import Ledger, Statement
    from simulator.core.vendor import Service
    from simulator.http import Gateway
    from simulator.tls import ServerContext

# Everything heavy is imported inside the commands, so that `--help` answers at once.

FINDINGS, USAGE, BAD_CONFIG, ENVIRONMENT, OUR_BUG, INTERRUPTED = 1, 2, 3, 4, 70, 130
F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path)


class CommandError(click.ClickException):
    """An error that says what, where, why and the next command, with its exit code."""

    def __init__(self, message: str, exit_code: int, then: str = "") -> None:
        super().__init__(f"{message}\n  next: {then}" if then else message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares a constant and reads the instance's


class _Group(click.Group):
    """`simulator` alone, or with only options of serve, is `simulator serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in {"--help", "-h", "--version"}):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="simulator")
def main() -> None:
    """A stateful stand-in for vendor REST APIs, simulated from their documents sentence by sentence."""


def explained(command: F) -> F:
    """Turn what loading refuses into an error with an exit code, and anything else unexpected into our bug."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from simulator.core.document import DocumentError
        from simulator.core.recorder import StateError
        from simulator.core.statements import LedgerError
        from simulator.core.vendor import LoadError
        from simulator.data import DataError

        try:
            return command(*args, **kwargs)
        except (DataError, DocumentError, LedgerError, LoadError) as error:
            raise CommandError(str(error), BAD_CONFIG, "simulator check") from None
        except StateError as error:
            code = ENVIRONMENT if error.elsewhere else BAD_CONFIG
            raise CommandError(str(error), code, "simulator serve --state ANOTHER-FILE") from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:  # click would end with 1
            raise click.exceptions.Exit(INTERRUPTED) from None
        except Exception:  # noqa: BLE001 - whatever it is, it is ours and is said so
            import traceback

            traceback.print_exc()
            raise CommandError(
                "this is a bug of the simulator; please report it with the lines above", OUR_BUG
            ) from None

    return wrapped  # type: ignore[return-value]  # wraps keeps the signature that click reads


def _vendors(names: Iterable[str]) -> list[str]:
    from simulator.vendors import VENDORS

    for name in names:
        if name not in VENDORS:
            raise CommandError(
                f"there is no vendor {name}; there is {', '.join(VENDORS)}",
                USAGE,
                f"simulator serve {next(iter(VENDORS))}",
            )
    return list(names) or list(VENDORS)


@main.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    default=8090,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="The port; 0 takes a free one.",
)
@click.option(
    "--fixture",
    "fixtures",
    multiple=True,
    metavar="NAME|VENDOR=FILE",
    help="The default sandbox's starting state.",
)
@click.option(
    "--now", metavar="ISO", help="The default sandbox's time at start, such as 2026-01-31T09:00:00Z."
)
@click.option("--tls-cert", type=_FILE, metavar="FILE", help="Serve https with this certificate (PEM).")
@click.option(
    "--tls-key", type=_FILE, metavar="FILE", help="Its key; by default it stands in the certificate's file."
)
@click.option(
    "--client-ca",
    type=_FILE,
    metavar="FILE",
    help="Ask clients for a certificate of one of these roots (PEM).",
)
@click.option("--control-key", envvar="SIMULATOR_CONTROL_KEY", help="Ask for this key at the control API.")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Keep all sandboxes in this file across restarts.",
)
@click.option("--public-url", metavar="URL", help="What links in answers begin with, behind a proxy.")
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    metavar="NAME",
    help="A name beside localhost by which the control API may be called (may be repeated).",
)
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="Let pages of this origin call vendors, such as http://localhost:3000 (may be repeated).",
)
@click.option(
    "--deliver-to",
    "networks",
    multiple=True,
    metavar="NETWORK",
    help="A network beside loopback that webhooks may reach, such as 172.17.0.0/16 (may be repeated).",
)
@click.option("--no-headers", is_flag=True, help="Leave the Simulator-Entry header off.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON when ready.")
@explained
def serve(
    vendors: tuple[str, ...],
    host: str,
    port: int,
    fixtures: tuple[str, ...],
    now: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    client_ca: Path | None,
    control_key: str | None,
    state: Path | None,
    public_url: str | None,
    hosts: tuple[str, ...],
    origins: tuple[str, ...],
    networks: tuple[str, ...],
    no_headers: bool,
    as_json: bool,
) -> None:
    """Serve vendors (all, if none is named) until Ctrl-C."""
    from simulator.app import create_app, load_services, with_cors

    if host not in {"127.0.0.1", "::1", "localhost"} and not control_key:
        raise CommandError(
            f"{host} can be reached by others, and whoever reaches the control API drives the simulator",
            USAGE,
            f"simulator serve --host {host} --control-key SOMETHING-SECRET",
        )
    for option, addresses in (("--public-url", [public_url] if public_url else []), ("--cors", origins)):
        _check_addresses(option, addresses)
    start = _instant(now)
    tls = _tls(tls_cert, tls_key, client_ca)
    services = load_services(_vendors(vendors))
    kept = None if state is None else _state_file(state, services, bool(fixtures or now))
    try:
        app = create_app(
            services,
            control_key=control_key or None,  # an empty one is none, and nobody's key
            show_entry=not no_headers,
            state=kept,
            public_url=None if public_url is None else public_url.rstrip("/"),
            hosts=[*hosts, host],
            deliver_to=_networks(networks),
            fixtures=_fixtures(fixtures, services),
            now=start,
        )
        _mint(app, fixtures)
        stopped_by = _run(app, with_cors(app, origins) if origins else app, host, port, as_json, tls)
    finally:
        if kept is not None:
            kept.close()
    if stopped_by == signal.SIGINT:
        raise click.exceptions.Exit(INTERRUPTED)


def _mint(app: Gateway, fixtures: tuple[str, ...]) -> None:
    """Have the credentials minted: a fixture may be whole, and a vendor yet not start from it."""
    try:
        app.sandboxes.default.credentials()
    except ValueError as error:
        where = "".join(f"--fixture {each}: " for each in fixtures)
        raise CommandError(f"{where}{error}", BAD_CONFIG, "simulator check") from None


def _run(
    app: Gateway, served: Any, host: str, port: int, as_json: bool, tls: ServerContext | None
) -> int | None:
    """Serve until a signal, and return which; say on standard output when it is ready, and to people what is there."""
    from simulator.core.codec import write_json
    from simulator.serving import listen, run, url_of

    credentials = app.sandboxes.default.credentials()
    _settle()
    try:
        socket = listen(host, port)
    except OSError as error:
        raise CommandError(
            f"cannot listen on {host}:{port}: {error}", ENVIRONMENT, "simulator serve --port 0"
        ) from None
    url = url_of(socket, tls)
    services = app.sandboxes.services
    ready = {
        "url": url,
        "control": f"{url}/__simulator/v1",
        "vendors": {name: f"{url}/{name}" for name in services},
    }

    def on_ready() -> None:
        if as_json:
            click.echo(write_json(ready))
        else:
            click.echo(f"simulator {__version__} is ready at {url}")
            _greet(services, credentials, ready)
        sys.stdout.flush()
        # The explainer takes a while to load: better now than at the first refusal, and beside the first requests.
        threading.Thread(target=import_module, args=("simulator.core.explainer",), daemon=True).start()

    return run(served, socket, on_ready, on_refusal=app.sandboxes.refused_at_the_edge, tls=tls)


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None) -> ServerContext | None:
    from simulator.tls import TlsError, server_context

    if certificate is None:
        if key is not None or client_ca is not None:
            given = "--tls-key" if key is not None else "--client-ca"
            raise CommandError(f"{given} needs --tls-cert", USAGE, "simulator serve --tls-cert server.pem")
        return None
    try:
        return server_context(certificate, key, client_ca)
    except TlsError as error:
        raise CommandError(str(error), BAD_CONFIG, "openssl x509 -in FILE -noout -text") from None


def _networks(given: tuple[str, ...]) -> list[str]:
    """Loopback, and the networks that were named."""
    from ipaddress import ip_network

    from simulator.outbox import LOOPBACK

    for each in given:
        try:
            ip_network(each)
        except ValueError as error:
            raise CommandError(
                f"--deliver-to {each}: {error}", USAGE, "simulator serve --deliver-to 172.17.0.0/16"
            ) from None
    return [*LOOPBACK, *given]


def _instant(now: str | None) -> int | None:
    from simulator.core.clock import parse_instant

    try:
        return None if now is None else parse_instant(now)
    except ValueError as error:
        raise CommandError(
            f"--now {now}: {error}", USAGE, "simulator serve --now 2026-01-31T09:00:00Z"
        ) from None


def _check_addresses(option: str, urls: Iterable[str]) -> None:
    from urllib.parse import urlsplit

    for url in urls:
        try:
            parts = urlsplit(url)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            good = False
        if (not good or "?" in url or "#" in url) and (option, url) != ("--cors", "*"):
            raise CommandError(
                f"{option} {url}: not an address such as https://example.com",
                USAGE,
                f"simulator serve {option} https://example.com",
            )


def _state_file(path: Path, services: dict[str, Service], arranged: bool) -> Any:
    from simulator.persistence.state import StateFile

    kept = StateFile(path, services)
    if arranged and not kept.is_new:
        said = "has the default sandbox as it was left; --fixture and --now change nothing"
        click.echo(f"{path} {said}", err=True)
    return kept


def _settle() -> None:
    """Tell the garbage collector that what is loaded by now stays, and to look at the rest less often: a server that
    makes few cycles otherwise spends a third of a creation's time in it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _greet(services: Mapping[str, Service], credentials: dict[str, list[Any]], ready: dict[str, Any]) -> None:
    for name, service in services.items():
        click.echo(f"  {service.vendor.title}: {ready['vendors'][name]}", err=True)
        for field, value in (credentials[name] or [{}])[0].items():
            click.echo(f"    {field}: {value}", err=True)
    click.echo(f"  control API: {ready['control']}", err=True)


def _fixtures(given: tuple[str, ...], services: dict[str, Service]) -> dict[str, str | Path]:
    fixtures: dict[str, str | Path] = {}
    for each in given:
        vendor, equals, file = each.partition("=")
        if not equals:
            fixtures |= dict.fromkeys(services, each)
        elif vendor in services:
            fixtures[vendor] = Path(file)
        else:
            raise CommandError(
                f"--fixture {each}: {vendor} is not served", USAGE, "simulator serve --fixture NAME"
            )
    return fixtures


@main.command()
@click.argument("vendors", nargs=-1, metavar="[VENDOR]...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@explained
def check(vendors: tuple[str, ...], as_json: bool) -> None:
    """Check documents, statements, fixtures and handlers, as a start would, and against the OpenAPI schema."""
    from simulator.app import load_services
    from simulator.core.codec import write_json
    from simulator.data import fixture_names

    counted = {}
    for name, service in load_services(_vendors(vendors)).items():
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
    if as_json:
        click.echo(write_json(counted))


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
    for service in load_services(_vendors(vendors)).values():
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

    for name in _vendors(()):
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
    for name in _vendors(vendors):
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


# --- commands that drive a running server -----------------------------------------------------------------------------


def reaching(command: F) -> F:
    """Give a command `--url` and `--control-key`, and turn a server that does not answer into exit code 4."""

    @wraps(command)
    def wrapped(*args: Any, url: str, control_key: str | None, **kwargs: Any) -> Any:
        from simulator.client import ControlClient, ControlError, NotReachable

        try:
            with ControlClient(url, control_key) as client:
                return command(*args, client=client, **kwargs)
        except NotReachable as error:
            raise CommandError(str(error), ENVIRONMENT, "simulator serve") from None
        except ControlError as error:
            then = "simulator env --sandbox default" if error.status == 404 else "simulator wait"
            raise CommandError(f"{url} answered {error}", ENVIRONMENT, then) from None

    for option in (
        click.option(
            "--url",
            envvar="SIMULATOR_URL",
            default="http://127.0.0.1:8090",
            show_default=True,
            help="The server.",
        ),
        click.option("--control-key", envvar="SIMULATOR_CONTROL_KEY", help="Its control key."),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]  # click takes what the options are given for


def _finite(_: click.Context, parameter: click.Parameter, value: float) -> float:
    if isnan(value):  # which lies in every range
        raise click.BadParameter("not a number of seconds", param=parameter)
    return value


@main.command()
@click.option(
    "--timeout",
    type=click.FloatRange(0, 86_400),
    callback=_finite,
    default=30.0,
    show_default=True,
    help="Seconds to wait.",
)
@explained
@reaching
def wait(client: ControlClient, timeout: float) -> None:
    """Wait until a server is ready; exit code 4 if it is not in time."""
    from threading import Event

    from simulator.client import ControlError, NotReachable
    from simulator.core.clock import stopwatch

    until = stopwatch() + timeout
    while True:
        client.timeout_s = max(until - stopwatch(), 0.5)
        try:
            answer = client.get("/ready")
            if isinstance(answer, dict) and answer.get("ready") is True:
                click.echo(f"{client.url} is ready", err=True)
                return
            why: Exception = NotReachable(f"what answers at {client.url} is no simulator")
        except (NotReachable, ControlError) as error:  # 503 is the answer of one that is starting
            why = error
        if stopwatch() >= until:
            raise why
        Event().wait(0.05)


@main.command()
@click.option("--sandbox", default="default", show_default=True, help="Whose addresses and credentials.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["shell", "dotenv", "json", "github"]),
    default="shell",
    show_default=True,
    help="How it is written.",
)
@explained
@reaching
def env(client: ControlClient, sandbox: str, form: str) -> None:
    """Print what a program needs to reach a sandbox, such as KINETIC_BASE_URL and KINETIC_TOKEN."""
    from urllib.parse import quote

    from simulator.client import environment

    click.echo(_written(environment(client.get(f"/sandboxes/{quote(sandbox, safe='')}"), client.url), form))


def _written(names: dict[str, str], form: str) -> str:
    import json
    import shlex

    if form == "json":
        return json.dumps(names, indent=2)
    if form == "shell":
        return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in names.items())
    return "\n".join(f"{name}={value}" for name, value in names.items())


@main.command()
@click.option("--sandbox", default="default", show_default=True, help="Whose journal.")
@click.option("-f", "--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print each entry as a line of JSON.")
@explained
@reaching
def logs(client: ControlClient, sandbox: str, follow: bool, as_json: bool) -> None:
    """Print the journal, a line an exchange, and the reason of each refusal."""
    import json
    from threading import Event
    from urllib.parse import quote

    journal = f"/sandboxes/{quote(sandbox, safe='')}/journal"
    after: int = 0
    while True:
        page = _object(client, client.get(f"{journal}?after={after}&limit=500"), "entries")
        for entry in page["entries"]:
            click.echo(json.dumps(entry) if as_json else _line(entry))
            after = entry["id"]
        if page["next"] is not None:
            continue
        if not follow:
            return
        sys.stdout.flush()
        Event().wait(0.2)
        # After a reset the numbers begin again: the entry that was last is then another one, or none.
        if after and not client.get(f"{journal}?after={after - 1}&limit=1")["entries"]:
            after = 0


@main.command()
@click.option("--sandbox", default="default", show_default=True, help="Whose answers.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@explained
@reaching
def assumptions(client: ControlClient, sandbox: str, as_json: bool) -> None:
    """List the statements weaker than the sandbox's strict_basis that its answers relied on; exit code 1 if any did."""
    import json
    from urllib.parse import quote

    found = _object(client, client.get(f"/sandboxes/{quote(sandbox, safe='')}/assumptions"), "assumptions")
    if as_json:
        click.echo(json.dumps(found))
    for each in () if as_json else found["assumptions"]:
        entries = ", ".join(map(str, each["entries"][:10]))
        click.echo(f"{each['id']}, {each['basis']}, in calls {entries}: {each['text']}")
    if found["assumptions"]:
        raise click.exceptions.Exit(FINDINGS)


def _object(client: ControlClient, value: Any, name: str) -> dict[str, Any]:
    """An answer that has this member, as every simulator's has."""
    from simulator.client import NotReachable

    if not isinstance(value, dict) or name not in value:
        raise NotReachable(f"what answers at {client.url} is no simulator")
    return value


def _line(entry: dict[str, Any]) -> str:
    request, explanation = entry["request"], entry["explanation"] or {}
    reasons = [
        f"{each['path']}: expected {each['expected']}, got {each['got']}"
        for each in explanation.get("problems", ())
    ]
    why = "; ".join(reasons) or explanation.get("reason", "")
    line = f"{entry['id']:>5} {entry['at']} {entry['response']['status']} {request['method']:6}"
    line = f"{line} /{entry['vendor']}{request['path']}"
    return f"{line}  ({entry['operation'] or 'no operation'}) {why}".rstrip()


@main.command(
    name="exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option("--vendor", "vendors", multiple=True, help="Serve only this vendor (may be repeated).")
@click.option("--fixture", "fixtures", multiple=True, metavar="NAME|VENDOR=FILE", help="The starting state.")
@click.option("--now", metavar="ISO", help="The time at start.")
@click.argument("command", nargs=-1, required=True, metavar="-- CMD [ARG]...", type=click.UNPROCESSED)
@explained
def exec_(
    vendors: tuple[str, ...], fixtures: tuple[str, ...], now: str | None, command: tuple[str, ...]
) -> None:
    """Start a server on a free port, run a command with its addresses and credentials, and return its exit code."""
    import subprocess

    from simulator.app import create_app, load_services
    from simulator.client import ControlClient, environment
    from simulator.serving import ServerThread

    services = load_services(_vendors(vendors))
    app = create_app(services, fixtures=_fixtures(fixtures, services), now=_instant(now))
    _mint(app, fixtures)
    with ServerThread(app, on_refusal=app.sandboxes.refused_at_the_edge) as server:
        with ControlClient(server.url) as client:
            names = environment(client.get("/sandboxes/default"), server.url)
        try:
            done = subprocess.run(command, env={**os.environ, **names}, check=False)  # noqa: S603 - the user's own
        except OSError as error:
            raise CommandError(
                f"{command[0]}: {error.strerror}", ENVIRONMENT, "simulator exec -- CMD"
            ) from None
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None
    raise click.exceptions.Exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete commands: eval "$(simulator completion bash)"."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise CommandError(f"click does not know {shell}", USAGE)
    click.echo(kind(main, {}, "simulator", "_SIMULATOR_COMPLETE").source())


if __name__ == "__main__":
    main()
