"""A fresh sandbox of Kinetic Response for every test, on a frozen clock, and the clients of its three users."""

from __future__ import annotations

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


def make_sandbox(service: Service) -> Sandbox:
    return Sandbox("test", {"kinetic": service}, now=parse_instant(NOW), mode="frozen")


def client_of(sandbox: Sandbox, name: str) -> Client:
    """A client with the token of the user whose e-mail address begins like this."""
    for credential in sandbox.worlds["kinetic"].credentials:
        if credential["email"].startswith(name):
            return Client(sandbox, "kinetic", {"Authorization": f"Bearer {credential['token']}"})
    raise LookupError(f"the fixture gives nobody called {name} a credential")


@pytest.fixture
def sandbox(service: Service) -> Sandbox:
    return make_sandbox(service)


@pytest.fixture
def kinetic(sandbox: Sandbox) -> Client:
    """Ada Okafor, number 71, an Admin: the first credential."""
    return client_of(sandbox, "ada")


@pytest.fixture
def nine(sandbox: Sandbox) -> Client:
    """Jonas Brandt, number 9, a Host."""
    return client_of(sandbox, "jonas")


@pytest.fixture
def eleven(sandbox: Sandbox) -> Client:
    """Mei Tanaka, number 11, a User, who participates in nothing."""
    return client_of(sandbox, "mei")


@pytest.fixture
def twin(service: Service) -> Client:
    """Ada in another sandbox that began just like this one: what would have happened."""
    return client_of(make_sandbox(service), "ada")


@pytest.fixture
def anyone(sandbox: Sandbox) -> Client:
    """Somebody without a credential."""
    return Client(sandbox, "kinetic")
