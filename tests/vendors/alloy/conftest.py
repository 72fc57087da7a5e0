"""A fresh sandbox of Alloy Navigator for every test, on a frozen clock, and the clients of its accounts."""

from __future__ import annotations

import pytest

from simulator.app import load_services
from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandbox
from simulator.core.vendor import Service
from tests.vendors.alloy.calls import NOW
from tests.vendors.client import Client


@pytest.fixture(scope="session")
def service() -> Service:
    """The vendor, compiled once: tests share it and never change it."""
    return load_services(["alloy"])["alloy"]


def make_sandbox(service: Service) -> Sandbox:
    return Sandbox("test", {"alloy": service}, now=parse_instant(NOW), mode="frozen")


def client_of(sandbox: Sandbox, name: str) -> Client:
    """A client with the token of an application or a technician."""
    for credential in sandbox.worlds["alloy"].credentials:
        if name in (credential.get("client_id"), credential.get("username")):
            return Client(sandbox, "alloy", {"Authorization": f"bearer {credential['token']}"})
    raise LookupError(f"the fixture gives nobody called {name} a credential")


@pytest.fixture
def sandbox(service: Service) -> Sandbox:
    return make_sandbox(service)


@pytest.fixture
def alloy(sandbox: Sandbox) -> Client:
    """The application Desk Portal, which may do everything."""
    return client_of(sandbox, "desk-portal")


@pytest.fixture
def angelina(sandbox: Sandbox) -> Client:
    """Angelina Reyes, an Administrator and Technician."""
    return client_of(sandbox, "a.reyes")


@pytest.fixture
def tove(sandbox: Sandbox) -> Client:
    """Tove Lindgren, a Technician: may not view T000004, nor escalate."""
    return client_of(sandbox, "t.lindgren")


@pytest.fixture
def mirela(sandbox: Sandbox) -> Client:
    """Mirela Kovac of the reception: may not modify tickets either."""
    return client_of(sandbox, "m.kovac")


@pytest.fixture
def twin(service: Service) -> Client:
    """The application in another sandbox that began just like this one: what would have happened."""
    return client_of(make_sandbox(service), "desk-portal")


@pytest.fixture
def anyone(sandbox: Sandbox) -> Client:
    """Somebody without a credential."""
    return Client(sandbox, "alloy")
