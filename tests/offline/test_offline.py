"""Nothing needs a network: the whole suite runs with every way out of the machine refused, in this process and in those
that it starts; see `sitecustomize.py`, and `tests/conftest.py`, which fails a run in which somebody tried."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.offline.sitecustomize import LOG, is_near

TRY = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"


@pytest.fixture(autouse=True)
def own_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """These tests try on purpose, and are not told on."""
    monkeypatch.setenv(LOG, str(tmp_path / "tried"))
    return tmp_path / "tried"


def test_this_process_reaches_nobody(own_log: Path) -> None:
    with pytest.raises(PermissionError, match="the tests reach nobody outside"):
        socket.create_connection(("192.0.2.1", 80), timeout=5)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock, pytest.raises(PermissionError):
        sock.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.com", 80)

    assert len(own_log.read_text().splitlines()) == 3


def test_a_process_that_is_started_reaches_nobody(own_log: Path) -> None:
    done = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True, check=False)

    assert "the tests reach nobody outside: ('192.0.2.1', 80)" in done.stderr
    assert "192.0.2.1" in own_log.read_text()


def test_this_machine_is_reached(own_log: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()

    assert not own_log.exists()
    assert all(map(is_near, ("127.0.0.1", "::1", "localhost", "a--kinetic.localhost", b"127.0.0.2", None)))
    assert not any(map(is_near, ("192.0.2.1", "example.com", "localhost.example.com", "2001:db8::1")))


def test_the_suite_has_it_in_every_process() -> None:
    assert str(Path(__file__).parent) in os.environ["PYTHONPATH"].split(os.pathsep)
