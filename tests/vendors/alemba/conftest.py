"""A fresh sandbox of Alemba Service Manager for every test, on a frozen clock, and clients that are logged in."""

from __future__ import annotations

import pytest

from simulator.app import load_services
from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandbox
from simulator.core.vendor import Service
from tests.vendors.alemba.calls import NOW, Api


@pytest.fixture(scope="session")
def service() -> Service:
    """The vendor, compiled once: tests share it and never change it."""
    return load_services(["alemba"])["alemba"]


@pytest.fixture
def sandbox(service: Service) -> Sandbox:
    return Sandbox("test", {"alemba": service}, now=parse_instant(NOW), mode="frozen")


@pytest.fixture
def anyone(sandbox: Sandbox) -> Api:
    """Somebody who is not logged in."""
    return Api(sandbox)


@pytest.fixture
def ada(anyone: Api) -> Api:
    """Ada Okafor, person 1, an analyst who sees both partitions."""
    return anyone.logged_in("ada.okafor")


@pytest.fixture
def jonas(anyone: Api) -> Api:
    """Jonas Brandt, person 2, another analyst who sees both partitions."""
    return anyone.logged_in("jonas.brandt")


@pytest.fixture
def lena(anyone: Api) -> Api:
    """Lena Vogt, person 10, an analyst who sees partition 2."""
    return anyone.logged_in("lena.vogt")


@pytest.fixture
def mei(anyone: Api) -> Api:
    """Mei Tanaka, person 3, an analyst who may read and sees partition 1."""
    return anyone.logged_in("mei.tanaka")


@pytest.fixture
def sam(anyone: Api) -> Api:
    """Sam Lowe, person 4, a self-service user."""
    return anyone.logged_in("sam.lowe", "User")
