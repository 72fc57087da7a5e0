"""A simulator to make sandboxes on: one of our own in a thread of this process, or one that runs already."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypedDict, Unpack
from urllib.parse import urlencode

from simulator.client import ControlClient, ControlError
from simulator.testing.call import Call
from simulator.testing.sandbox import Edge, Sandbox, edges_of, instant

if TYPE_CHECKING:
    from simulator.serving import ServerThread

__tracebackhide__ = True  # of pytest: what is wrong is in the test, not here

# Real seconds after which a sandbox that nobody uses goes from a server that is not ours: a run may be killed.
LEASE_S = 3600


class SandboxOptions(TypedDict, total=False):
    """How a sandbox begins; see `SimulatorServer.sandbox`."""

    name: str
    fixture: str | Mapping[str, str]
    now: datetime | str
    clock: Literal["running", "frozen"]
    seed: int
    settings: Mapping[str, Mapping[str, Any]]
    basis: str
    strict: bool


class SimulatorServer:
    """Starts a server on a free port of this machine, or uses the one at `url`; then `sandbox()` makes sandboxes.

    `vendors` are those to serve, all if none is named; `key` is the control key of a server that asks for one.
    A context manager, plain or asynchronous.
    """

    def __init__(
        self, vendors: Iterable[str] = (), *, url: str | None = None, key: str | None = None
    ) -> None:
        if isinstance(vendors, str):
            raise TypeError(f"vendors is a list: [{vendors!r}]")
        self.own = url is None
        self._vendors = tuple(vendors)
        self._url = url
        self._key = key
        self._thread: ServerThread | None = None
        self._client: ControlClient | None = None
        self._info: dict[str, Any] | None = None
        self._last_stray = self._forgotten = 0  # ids
        self._last_misled = 0  # the id of the last entry of the default sandbox's journal

    @property
    def client(self) -> ControlClient:
        """Calls of the control API. Raises RuntimeError when the server was not started."""
        if self._client is None:
            raise RuntimeError("the simulator is not running; start it, or use it in a with block")
        return self._client

    @property
    def url(self) -> str:
        """Of the server; a vendor's address in a sandbox is `sandbox.kinetic.url`."""
        return self.client.url

    @property
    def info(self) -> dict[str, Any]:
        """What is served: version, vendors, their operations and statements by basis."""
        if self._info is None:
            self._info = self.client.get("/info")
        return self._info

    def start(self) -> None:
        """Raises NotReachable where no server answers at the `url`."""
        if self._client is not None:
            return
        if self._url is None:
            self._thread = _serve(self._vendors)
        client = ControlClient(self._url or _url_of(self._thread), self._key)
        try:
            client.get("/ready")
        except BaseException:
            client.close()
            self.stop()
            raise
        self._client = client

    def stop(self) -> None:
        """Stop a server of our own; one that ran before goes on."""
        client, thread = self._client, self._thread
        self._client = self._info = self._thread = None
        self._last_stray = self._forgotten = self._last_misled = 0  # the next server counts from 1
        if client is not None:
            client.close()
        if thread is not None:
            thread.stop()

    def sandbox(
        self,
        name: str | None = None,
        *,
        fixture: str | Mapping[str, str] | None = None,
        now: datetime | str | None = None,
        clock: Literal["running", "frozen"] | None = None,
        seed: int | None = None,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        basis: str | None = None,
        strict: bool = True,
    ) -> Sandbox:
        """A fresh sandbox.

        `fixture` is a starting state by name, for all vendors or by vendor; `now` where its clock begins, which runs
        unless `clock` is "frozen"; `settings` are by vendor; `basis` is the weakest that answers may rely on, for
        `check`; `strict=False` lets an application ask for what is not simulated.
        """
        given = {
            "name": name,
            "fixture": _plain(fixture),
            "now": None if now is None else instant(now),
            "clock": clock,
            "seed": seed,
            "settings": _plain(settings),
            "strict_basis": basis,
            "ttl_s": None if self.own else LEASE_S,
        }
        asked = {key: value for key, value in given.items() if value is not None}
        return Sandbox(self, self.client.post("/sandboxes", asked), strict=strict, basis=basis)

    def strays(self) -> list[Edge]:
        """What was refused since `forget_strays` without naming a sandbox, on a server of our own."""
        if not self.own:
            return []
        edges = edges_of(self.client.get("/sandboxes/default/edges"))
        self._last_stray = max((each.id for each in edges), default=0)
        return [each for each in edges if each.id > self._forgotten]

    def forget_strays(self) -> None:
        """What has been looked at until now is not the next test's."""
        self._forgotten = self._last_stray

    def misled(self, after: int | None = None) -> tuple[list[Call], int]:
        """The calls that named no sandbox and went to the default one of a server of our own, after an entry of its
        journal (by default: since this was asked last), and the id of its last entry."""
        if not self.own:
            return [], 0
        calls: list[Call] = []
        page: int | None = self._last_misled if after is None else after
        while page is not None:
            query = urlencode({"after": page, "limit": 1000})
            found = self.client.get(f"/sandboxes/default/journal?{query}")
            calls += [Call(entry) for entry in found["entries"]]
            page = found["next"]
        if calls:
            self._last_misled = max(self._last_misled, calls[-1].id)
        return [each for each in calls if each.entry["direction"] == "in"], self._last_misled

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)


class Simulator:
    """A server and one sandbox on it, for scripts, notebooks and unittest: `with Simulator(["fluid"]) as sim:`.

    Takes what `SimulatorServer` and its `sandbox` take. `async with` does the same.
    """

    def __init__(
        self,
        vendors: Iterable[str] = (),
        *,
        url: str | None = None,
        key: str | None = None,
        **sandbox: Unpack[SandboxOptions],
    ) -> None:
        self.server = SimulatorServer(vendors, url=url, key=key)
        self._options = sandbox
        self._sandbox: Sandbox | None = None

    def start(self) -> Sandbox:
        """What `with` does at its beginning; `stop` ends it. Once started, it is the same sandbox."""
        if self._sandbox is not None:
            return self._sandbox
        self.server.start()
        try:
            self._sandbox = self.server.sandbox(**self._options)
        except BaseException:
            self.server.stop()
            raise
        return self._sandbox

    def stop(self) -> None:
        """Delete the sandbox and stop the server, without a check."""
        sandbox, self._sandbox = self._sandbox, None
        try:
            if sandbox is not None:
                with contextlib.suppress(ControlError):
                    sandbox.close()
        finally:
            self.server.stop()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None and self._sandbox is not None:
                self._sandbox.check()
        finally:
            self.stop()

    async def __aenter__(self) -> Sandbox:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, traceback)


def _plain(given: Any) -> Any:
    """Mappings as JSON has them; everything else as it is, for the server says what is wrong with it."""
    return {name: _plain(each) for name, each in given.items()} if isinstance(given, Mapping) else given


def _serve(vendors: tuple[str, ...]) -> ServerThread:
    # Imported here and not above: a run with `--simulator-url` needs no server, and it is most of the start.
    from simulator.app import create_app, load_services  # noqa: PLC0415
    from simulator.serving import ServerThread  # noqa: PLC0415
    from simulator.vendors import VENDORS  # noqa: PLC0415

    for name in vendors:
        if name not in VENDORS:
            raise ValueError(f"there is no vendor {name}; there are {', '.join(VENDORS)}")
    app = create_app(load_services(vendors))
    thread = ServerThread(app, on_refusal=app.sandboxes.refused_at_the_edge)
    thread.start()
    return thread


def _url_of(thread: ServerThread | None) -> str:
    if thread is None:
        raise RuntimeError("no server was started")
    return thread.url
