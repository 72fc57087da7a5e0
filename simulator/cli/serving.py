"""The commands that serve: `serve` and `exec`."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from simulator import __version__
from simulator.cli.group import (
    BAD_CONFIG,
    ENVIRONMENT,
    FILE,
    INTERRUPTED,
    USAGE,
    CommandError,
    checking,
    explained,
    fixtures_of,
    instant,
    main,
    vendors_of,
)

if TYPE_CHECKING:
    from simulator.core.vendor import Service
    from simulator.http import Gateway
    from simulator.tls import ServerContext


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
@click.option("--tls-cert", type=FILE, metavar="FILE", help="Serve https with this certificate (PEM).")
@click.option(
    "--tls-key", type=FILE, metavar="FILE", help="Its key; by default it stands in the certificate's file."
)
@click.option(
    "--client-ca",
    type=FILE,
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
    start = instant(now)
    tls = _tls(tls_cert, tls_key, client_ca)
    services = load_services(vendors_of(vendors))
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
            fixtures=fixtures_of(fixtures, services),
            now=start,
        )
        _mint(app, vendors, fixtures)
        stopped_by = _run(app, with_cors(app, origins) if origins else app, host, port, as_json, tls)
    finally:
        if kept is not None:
            kept.close()
    if stopped_by == signal.SIGINT:
        raise click.exceptions.Exit(INTERRUPTED)


def _mint(app: Gateway, vendors: tuple[str, ...], fixtures: tuple[str, ...]) -> None:
    """Have the credentials minted: a fixture may be whole, and a vendor yet not start from it."""
    try:
        app.sandboxes.default.credentials()
    except ValueError as error:
        where = "".join(f"--fixture {each}: " for each in fixtures)
        raise CommandError(f"{where}{error}", BAD_CONFIG, checking(vendors, fixtures)) from None


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
    from simulator.app import create_app, load_services
    from simulator.client import ControlClient, environment
    from simulator.serving import ServerThread

    services = load_services(vendors_of(vendors))
    app = create_app(services, fixtures=fixtures_of(fixtures, services), now=instant(now))
    _mint(app, vendors, fixtures)
    with ServerThread(app, on_refusal=app.sandboxes.refused_at_the_edge) as server:
        with ControlClient(server.url) as client:
            names = environment(client.get("/sandboxes/default"), server.url)
        try:
            code = _run_command(command, names)
        except OSError as error:
            raise CommandError(
                f"{command[0]}: {error.strerror}", ENVIRONMENT, "simulator exec -- CMD"
            ) from None
        except KeyboardInterrupt:
            raise click.exceptions.Exit(INTERRUPTED) from None
    raise click.exceptions.Exit(code if code >= 0 else 128 - code)


def _run_command(command: tuple[str, ...], names: Mapping[str, str]) -> int:
    """Run a command to its end, and return its exit code. It is told of a SIGTERM, and outlives no server."""
    import subprocess

    with subprocess.Popen(command, env={**os.environ, **names}) as process:  # noqa: S603 - the user's own
        before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        try:
            return process.wait()
        finally:
            signal.signal(signal.SIGTERM, before)
