"""Two servers for the tests of this folder: one with the limits we ship, and one in a hurry."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from simulator.serving import ServerThread
from simulator.wire import Limits
from tests.wire.client import Client, until
from tests.wire.counting import Counting

# Each deadline apart from the others, so that a test sees which one it was; the one for idle connections is as shipped.
HURRY = Limits(head_s=0.3, body_s=0.3, write_s=0.3, linger_s=0.2)

Connect = Callable[[], Client]


@pytest.fixture(scope="session")
def shared_app() -> Counting:
    return Counting()


@pytest.fixture(scope="session")
def servers() -> list[ServerThread]:
    """Those that run for the whole session."""
    return []


@pytest.fixture(scope="session")
def refusals() -> list[tuple[int, str]]:
    """What `on_refusal` of the server was told, over the session."""
    return []


@pytest.fixture(scope="session")
def server(
    shared_app: Counting, refusals: list[tuple[int, str]], servers: list[ServerThread]
) -> Iterator[ServerThread]:
    """A server with the limits we ship."""
    with ServerThread(shared_app, on_refusal=lambda *refusal: refusals.append(refusal)) as running:
        servers.append(running)
        yield running


@pytest.fixture(scope="session")
def server_in_a_hurry(shared_app: Counting, servers: list[ServerThread]) -> Iterator[ServerThread]:
    with ServerThread(shared_app, limits=HURRY) as running:
        servers.append(running)
        yield running


@pytest.fixture
def app(shared_app: Counting, servers: list[ServerThread]) -> Iterator[Counting]:
    """The application behind both servers, which has executed nothing yet."""
    shared_app.executed.clear()
    shared_app.heard.clear()
    shared_app.left = 0
    shared_app.may_go_on.clear()
    yield shared_app
    shared_app.may_go_on.set()
    # What a test has left behind must not be executed in the next.
    until(lambda: all(not is_busy(server) for server in servers))


def is_busy(server: ServerThread) -> bool:
    state = server._server.server_state
    return bool(state.connections or state.tasks)


@pytest.fixture
def connect(server: ServerThread, app: Counting) -> Iterator[Connect]:
    """Opens connections to the server; they are closed with the test."""
    yield from _connecting(server)


@pytest.fixture
def connect_in_a_hurry(server_in_a_hurry: ServerThread, app: Counting) -> Iterator[Connect]:
    yield from _connecting(server_in_a_hurry)


def _connecting(to: ServerThread) -> Iterator[Connect]:
    clients: list[Client] = []

    def connect() -> Client:
        clients.append(Client(to.address))
        return clients[-1]

    yield connect
    for client in clients:
        client.socket.close()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "logs_a_bug: the test is about an error that is logged")


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What a client does is no news: nothing is logged that would reach stderr, unless a test is about a bug."""
    yield
    loud = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not loud or request.node.get_closest_marker("logs_a_bug"), loud
