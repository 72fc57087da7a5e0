"""A uvicorn server on a socket of ours: in the foreground for a command, in a thread for tests."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self, cast

import uvicorn

from simulator.tls import ServerContext, TlsLoop
from simulator.wire import Limits, Outbox, WireProtocol

_BACKLOG = 2048
_GRACE_S = 3  # how long requests under way may take when the server stops
_START_S = 10.0


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises OSError with a sentence that says what to do."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:  # the latter for a name that no DNS could hold
        raise OSError(f"{host} is not an address: {error}") from error
    # `localhost` is both; a client that resolves it tries IPv4 too, many containers have no IPv6.
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    # The protocol is named because asyncio and uvloop set TCP_NODELAY only where they read IPPROTO_TCP; without it
    # every answer but the first on a connection waits 40 ms for the client's acknowledgement.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        # Listening at once: two sockets may be bound to one port, and only the second `listen` would find out.
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        # Without the number, for which str() would put "[Errno 98]" before the sentence.
        raise OSError(_explain(error, host, port)) from error
    return sock


def _explain(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} of {host} is in use; stop what listens there or take another (0 takes a free one)"
        case errno.EACCES:
            return f"port {port} of {host} needs privileges; take one above 1023"
        case errno.EADDRNOTAVAIL:
            return f"{host} is not an address of this machine; 127.0.0.1 is, and 0.0.0.0 is all of them"
    return f"cannot listen on port {port} of {host}: {error.strerror}"


def url_of(sock: socket.socket, tls: ServerContext | None = None) -> str:
    """The address for a client on this machine, without a trailing slash."""
    host, port = sock.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - it is replaced, not bound
    scheme = "http" if tls is None else "https"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn's server, which says when it accepts, and returns from a signal instead of dying of it."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self.stopped_by: int | None = None
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._on_ready is not None:
            self._on_ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal again when it has stopped: a server told to stop would end with an error code.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        if self.stopped_by is None:
            self.stopped_by = sig


class _Config(uvicorn.Config):
    """uvicorn's configuration, with a loop of our own for TLS."""

    tls_loop: Callable[[], TlsLoop] | None = None

    def get_loop_factory(self) -> Callable[[], asyncio.AbstractEventLoop] | None:
        return self.tls_loop or super().get_loop_factory()


def server(
    app: Any,
    *,
    on_ready: Callable[[], None] | None = None,
    limits: Limits | None = None,
    on_refusal: Callable[[int, str], None] | None = None,
    tls: ServerContext | None = None,
) -> Server:
    """A server for an ASGI application, with `tls` for https. `on_refusal` hears of every edge refusal: its status and
    its reason."""
    limits = limits or Limits()
    protocol = functools.partial(WireProtocol, limits=limits, on_refusal=on_refusal, outbox=Outbox())
    config = _Config(
        app,
        http=cast("type[WireProtocol]", protocol),  # uvicorn only calls it
        loop="uvloop",
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        server_header=False,
        date_header=False,  # `Date` follows the sandbox's clock
        proxy_headers=False,  # they are believed from any local client otherwise
        timeout_graceful_shutdown=_GRACE_S,
        backlog=_BACKLOG,
        log_config=None,
        ssl_context_factory=None if tls is None else lambda config, default: tls,
    )
    if tls is not None:
        config.tls_loop = functools.partial(TlsLoop, limits.handshake_s)
    return Server(config, on_ready)


def run(
    app: Any,
    sock: socket.socket,
    on_ready: Callable[[], None] | None = None,
    *,
    limits: Limits | None = None,
    on_refusal: Callable[[int, str], None] | None = None,
    tls: ServerContext | None = None,
) -> int | None:
    """Serve until SIGINT or SIGTERM; returns which. `on_ready` is called once requests are accepted."""
    running = server(app, on_ready=on_ready, limits=limits, on_refusal=on_refusal, tls=tls)
    running.run(sockets=[sock])
    return running.stopped_by


class ServerThread:
    """A server in a thread of this process: `with ServerThread(app) as server: get(server.url)`."""

    def __init__(
        self,
        app: Any,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        on_refusal: Callable[[int, str], None] | None = None,
        tls: ServerContext | None = None,
    ) -> None:
        self._socket = listen(host, port)
        self.url = url_of(self._socket, tls)
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._server = server(app, on_ready=self._ready.set, limits=limits, on_refusal=on_refusal, tls=tls)
        # A daemon: a test run that is interrupted must not wait for it.
        self._thread = threading.Thread(target=self._run, name="simulator-server", daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.partition("://")[2].rpartition(":")
        return host.strip("[]"), int(port)

    def start(self) -> None:
        self._thread.start()
        started = self._ready.wait(_START_S)
        if self._failure is not None:
            raise RuntimeError("the server did not start") from self._failure
        if not started:
            raise RuntimeError(f"the server did not start within {_START_S:g} seconds")

    def stop(self) -> None:
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(_GRACE_S + 2)
        self._socket.close()
        if self._thread.is_alive():
            raise RuntimeError("the server did not stop: does the application block its event loop?")
        if self._failure is not None:
            raise RuntimeError("the server has failed") from self._failure

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

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        except BaseException as error:  # noqa: BLE001 - whatever it is, the thread that waits must learn of it
            self._failure = error
        finally:
            self._ready.set()
