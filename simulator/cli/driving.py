"""The commands that drive a running server: `wait`, `env`, `logs` and `assumptions`."""

from __future__ import annotations

import sys
from functools import wraps
from math import isnan
from typing import TYPE_CHECKING, Any

import click

from simulator.cli.group import ENVIRONMENT, FINDINGS, CommandError, F, explained, main

if TYPE_CHECKING:
    from simulator.client import ControlClient


def reaching(command: F) -> F:
    """Give a command `--url` and `--control-key`, and turn a server that does not answer into exit code 4."""

    @wraps(command)
    def wrapped(*args: Any, url: str, control_key: str | None, **kwargs: Any) -> Any:
        from simulator.client import ControlClient, ControlError, NotReachable

        try:
            with ControlClient(url, control_key) as client:
                return command(*args, client=client, **kwargs)
        except NotReachable as error:
            raise CommandError(str(error), ENVIRONMENT, error.then) from None
        except ControlError as error:
            then = "simulator env --sandbox default" if error.status == 404 else "simulator wait"
            if error.status == 401:
                then = f"SIMULATOR_CONTROL_KEY=THE-KEY simulator wait --url {url}"
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
        f"{each['path']}: expected {each['expected']}, got {'an empty text' if each['got'] == '' else each['got']}"
        for each in explanation.get("problems", ())
    ]
    why = "; ".join(reasons) or explanation.get("reason", "")
    line = f"{entry['id']:>5} {entry['at']} {entry['response']['status']} {request['method']:6}"
    line = f"{line} /{entry['vendor']}{request['path']}"
    fault = f"struck by fault {entry['fault']} " if entry["fault"] else ""
    return f"{line}  ({entry['operation'] or 'no operation'}) {fault}{why}".rstrip()
