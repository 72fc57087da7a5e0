"""A fresh sandbox of Mitratech CMO for every test, on a frozen clock, and a client of each user."""

from __future__ import annotations

import pytest

from simulator.app import load_services
from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandbox
from simulator.core.vendor import Service
from tests.vendors.client import Client
from tests.vendors.cmo.calls import NOW, token_for


@pytest.fixture(scope="session")
def service() -> Service:
    """The vendor, compiled once: tests share it and never change it."""
    return load_services(["cmo"])["cmo"]


def make_sandbox(service: Service, name: str = "test") -> Sandbox:
    return Sandbox(name, {"cmo": service}, now=parse_instant(NOW), mode="frozen")


def client_of(sandbox: Sandbox, user_id: int) -> Client:
    return Client(sandbox, "cmo", {"Authorization": f"Bearer {token_for(sandbox, user_id)}"})


@pytest.fixture
def sandbox(service: Service) -> Sandbox:
    return make_sandbox(service)


@pytest.fixture
def cmo(sandbox: Sandbox) -> Client:
    """Dan Johnson, number 20518, who may do everything: the first credential."""
    return client_of(sandbox, 20518)


@pytest.fixture
def creator(sandbox: Sandbox) -> Client:
    return client_of(sandbox, 20601)


@pytest.fixture
def editor(sandbox: Sandbox) -> Client:
    return client_of(sandbox, 20602)


@pytest.fixture
def remover(sandbox: Sandbox) -> Client:
    return client_of(sandbox, 20603)


@pytest.fixture
def nothing(sandbox: Sandbox) -> Client:
    """Olu Adeyemi, whose role has no permission via API."""
    return client_of(sandbox, 20604)


@pytest.fixture
def anyone(sandbox: Sandbox) -> Client:
    """Somebody without a credential."""
    return Client(sandbox, "cmo")
