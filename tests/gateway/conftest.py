"""A fresh application for each test, and a client of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from simulator.http import ASGIApp
from tests.gateway.asgi import Client, make_app


@pytest.fixture
def connect() -> Iterator[Callable[[ASGIApp], Client]]:
    """Makes clients; to applications of the test's own."""
    with asyncio.Runner() as runner:
        yield lambda app: Client(app, runner)


@pytest.fixture
def client(connect: Callable[[ASGIApp], Client]) -> Client:
    return connect(make_app())
