"""One server for the tests that need a connection; and what a client does wrong is no news in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from simulator.http import Gateway
from simulator.serving import ServerThread
from tests.gateway.asgi import make_app
from tests.wire.client import Client


@pytest.fixture(scope="session")
def app() -> Gateway:
    return make_app()


@pytest.fixture(scope="session")
def server(app: Gateway) -> Iterator[ServerThread]:
    with ServerThread(app) as running:
        yield running


@pytest.fixture
def connect(server: ServerThread) -> Iterator[Callable[[], Client]]:
    """Opens connections; they are closed with the test."""
    clients: list[Client] = []

    def connect() -> Client:
        clients.append(Client(server.address))
        return clients[-1]

    yield connect
    for client in clients:
        client.socket.close()


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """U8: nothing is logged that would reach stderr, but for bugs of ours."""
    yield
    assert [
        record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING
    ] == []
