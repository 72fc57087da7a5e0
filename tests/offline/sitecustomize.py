"""Refuses every way out of this machine, in each Python that starts with this folder on its path; and notes who tried.

An audit hook: it sees what the socket module does, whoever calls it, and cannot be taken away again.
"""

from __future__ import annotations

import os
import socket
import sys
from ipaddress import ip_address

LOG = "SIMULATOR_TESTS_TRIED"  # the environment variable with the file of those who tried
_NAMES = {"", "localhost", "ip6-localhost", "0.0.0.0", "::"}  # noqa: S104 - to listen on, or to be told of


def is_near(host: object) -> bool:
    """Whether an address or name is this machine's own."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in _NAMES or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_number(host: object) -> bool:
    """Whether nothing has to be looked up."""
    try:
        ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return True


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
        if not is_near(host) and not _is_number(host):
            # A name that by RFC 6761 nobody has is asked for by tests of a wrong address; no packet need go out.
            if not str(host).endswith(".invalid"):
                _note(f"look up {host!r}")
            raise socket.gaierror(socket.EAI_NONAME, f"the tests look up no name: {host!r}")
    elif event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        if isinstance(address, tuple) and not is_near(address[0]):
            _note(f"{event} {address!r}")
            raise PermissionError(f"the tests reach nobody outside: {address!r}")


def _note(what: str) -> None:
    if file := os.environ.get(LOG):
        with open(file, "a", encoding="utf-8") as log:  # noqa: PTH123 - what starts with Python imports little
            log.write(f"{what} by {sys.argv}\n")


sys.addaudithook(refuse)
