"""The only wiring: data files, vendors, sandboxes, the control API and the Gateway, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from simulator import data
from simulator.core.sandbox import Sandboxes
from simulator.core.vendor import Service
from simulator.http import ASGIApp, Gateway, Receive, Scope, Send
from simulator.vendors import VENDORS, vendor


def load_services(names: Iterable[str] = ()) -> dict[str, Service]:
    """The named vendors (all, if none is named), compiled and checked. Raises LoadError, DataError, DocumentError or
    LedgerError, each of which says what is wrong and where."""
    return {
        name: Service(
            vendor(name),
            data.read_document(name),
            data.read_document(f"{name}.statements"),
            partial(data.read_fixture, name),
        )
        for name in names or VENDORS
    }


def create_app(
    services: Mapping[str, Service],
    *,
    control_key: str | None = None,
    show_entry: bool = True,
    **default: Any,
) -> Gateway:
    """The ASGI application; `default` are the options of the default sandbox (fixtures, now, mode, seed, settings)."""
    sandboxes = Sandboxes(services, **default)
    return Gateway(sandboxes, _later(lambda: _control(sandboxes, control_key)), show_entry=show_entry)


def _control(sandboxes: Sandboxes, key: str | None) -> ASGIApp:
    # Imported at the first control call: Starlette takes longer to load than all of the core.
    from simulator.control.routes import control_app  # noqa: PLC0415

    return control_app(sandboxes, key)


def _later(make: Callable[[], ASGIApp]) -> ASGIApp:
    """An application that is made at its first request."""
    made: list[ASGIApp] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if not made:
            made.append(make())
        await made[0](scope, receive, send)

    return app
