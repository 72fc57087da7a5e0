"""A fresh sandbox of Kinetic Response for every test, on a frozen clock, and the clients of its three users."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulator.app import load_services
from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandbox
from simulator.core.vendor import Service
from tests.vendors.client import Client
from tests.vendors.kinetic.calls import NOW


@pytest.fixture(scope="session")
def service() -> Service:
    """The vendor, compiled once: tests share it and never change it."""
    return load_services(["kinetic"])["kinetic"]


@pytest.fixture
def sandbox(service: Service) -> Sandbox:
    return Sandbox("test", {"kinetic": service}, now=parse_instant(NOW), mode="frozen")


@pytest.fixture
def as_user(sandbox: Sandbox) -> Callable[[str], Client]:
    """A client with the token of the user whose e-mail address begins like this."""

    def client(name: str) -> Client:
        for credential in sandbox.worlds["kinetic"].credentials:
            if credential["email"].startswith(name):
                return Client(sandbox, "kinetic", {"Authorization": f"Bearer {credential['token']}"})
        raise LookupError(f"the fixture gives nobody called {name} a credential")

    return client


@pytest.fixture
def kinetic(as_user) -> Client:
    """Ada Okafor, number 71, an Admin: the first credential."""
    return as_user("ada")


@pytest.fixture
def nine(as_user) -> Client:
    """Jonas Brandt, number 9, a Host."""
    return as_user("jonas")


@pytest.fixture
def eleven(as_user) -> Client:
    """Mei Tanaka, number 11, a User, who participates in nothing."""
    return as_user("mei")


@pytest.fixture
def anyone(sandbox: Sandbox) -> Client:
    """Somebody without a credential."""
    return Client(sandbox, "kinetic")
