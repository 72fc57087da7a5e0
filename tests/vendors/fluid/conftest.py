"""A fresh sandbox of Fluid for every test, on a frozen clock, and the clients of its people."""

from __future__ import annotations

import pytest

from simulator.app import load_services
from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandbox
from simulator.core.vendor import Service
from tests.vendors.fluid.calls import NOW, Client, basic


@pytest.fixture(scope="session")
def service() -> Service:
    """The vendor, compiled once: tests share it and never change it."""
    return load_services(["fluid"])["fluid"]


def make_sandbox(service: Service, name: str = "test") -> Sandbox:
    return Sandbox(name, {"fluid": service}, now=parse_instant(NOW), mode="frozen")


def client_of(sandbox: Sandbox, name: str) -> Client:
    """A client with the token of the user whose user name begins like this."""
    for credential in sandbox.worlds["fluid"].credentials:
        if credential["username"].startswith(name):
            return Client(
                sandbox, "fluid", {"Authorization": basic(credential["username"], credential["pat"])}
            )
    raise LookupError(f"the fixture gives nobody called {name} a credential")


@pytest.fixture
def sandbox(service: Service) -> Sandbox:
    return make_sandbox(service)


@pytest.fixture
def fluid(sandbox: Sandbox) -> Client:
    """Dana Birch, number 603, who manages everything: the first credential."""
    return client_of(sandbox, "dana")


@pytest.fixture
def omar(sandbox: Sandbox) -> Client:
    """Omar Haddad, number 604, the second manager of both boards."""
    return client_of(sandbox, "omar")


@pytest.fixture
def lena(sandbox: Sandbox) -> Client:
    """Lena Fischer, number 605, who manages the first board and does not even view the second."""
    return client_of(sandbox, "lena")


@pytest.fixture
def kofi(sandbox: Sandbox) -> Client:
    """Kofi Mensah, number 606, who only views."""
    return client_of(sandbox, "kofi")


@pytest.fixture
def ruth(sandbox: Sandbox) -> Client:
    """Ruth Adeyemi, number 607, who has a part in nothing."""
    return client_of(sandbox, "ruth")


@pytest.fixture
def anyone(sandbox: Sandbox) -> Client:
    """Somebody without a credential."""
    return Client(sandbox, "fluid")
