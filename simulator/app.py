"""The only wiring: data files, vendors, sandboxes, the control API and the Gateway, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from simulator import data
from simulator.core.routing import PREFIX
from simulator.core.sandbox import Sandboxes
from simulator.core.vendor import Service
from simulator.http import ASGIApp, Gateway, Receive, Scope, Send
from simulator.outbox import LOOPBACK, Sender
from simulator.vendors import VENDORS, vendor

if TYPE_CHECKING:
    from simulator.persistence.state import StateFile


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
    state: StateFile | None = None,
    public_url: str | None = None,
    hosts: Iterable[str] = (),
    deliver_to: Iterable[str] = LOOPBACK,
    **default: Any,
) -> Gateway:
    """The ASGI application; `default` are the options of the default sandbox (fixtures, now, mode, seed, settings).

    With a state file, that and all others are as they were left; whoever opened the file closes it. `public_url` is
    what links begin with behind a proxy, `hosts` are names beside the loopback's that the control API answers to.
    `deliver_to` are the networks that webhooks may reach.
    """
    sender = Sender(deliver_to)
    if state is None:
        sandboxes = Sandboxes(services, **default)
    else:
        sandboxes = Sandboxes(services, recorder=state, kept=state.load, **default)
        state.start()

    def control() -> ASGIApp:
        # Imported at the first control call: Starlette takes longer to load than all of the core.
        from simulator.control.routes import control_app  # noqa: PLC0415

        return control_app(
            sandboxes,
            control_key,
            recorder=state,
            public_url=public_url,
            hosts=frozenset(hosts),
            sender=sender,
        )

    return Gateway(
        sandboxes,
        _later(control),
        show_entry=show_entry,
        recorder=state,
        public_url=public_url,
        sender=sender,
    )


def with_cors(gateway: Gateway, origins: Iterable[str]) -> ASGIApp:
    """The same application, whose vendors a browser may call from pages of these origins ("*": of any). The control API
    stays closed to all of them."""
    from starlette.middleware.cors import CORSMiddleware  # noqa: PLC0415 - Starlette is loaded when it is needed

    open_to_pages = CORSMiddleware(
        cast("Any", gateway),
        allow_origins=list(origins),
        allow_methods=["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
        allow_headers=["*"],
        expose_headers=["*"],
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["path"].split("/")[1:2] == [PREFIX]
        await (
            gateway(scope, receive, send) if ours else cast("ASGIApp", open_to_pages)(scope, receive, send)
        )

    return app


def _later(make: Callable[[], ASGIApp]) -> ASGIApp:
    """An application that is made at its first request."""
    made: list[ASGIApp] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if not made:
            made.append(make())
        await made[0](scope, receive, send)

    return app
