"""Who may drive the control API: programs on this machine, or whoever holds the key; never a web page."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import Request

KEY_HEADER = "simulator-control-key"


def refuse(
    request: Request, key: str | None, hosts: frozenset[str] = frozenset(), *, open_to_all: bool = False
) -> tuple[int, str] | None:
    """The status and reason why this request is not served; None when it is. `hosts` are names beside the loopback's;
    `open_to_all` is for the call that needs no key."""
    host = _host_name(request.headers.get("host", ""))
    if key is None and not is_loopback(host) and host not in hosts:
        return 403, (
            "the Host is not a loopback name: a page that rebinds its name is not served; serve with --allow-host NAME "
            "if the name is yours"
        )
    if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
        return 403, "a request from another site is not served"
    origin = request.headers.get("origin")
    if origin is not None and origin != f"{request.url.scheme}://{request.headers.get('host', '')}":
        return 403, f"a request from the origin {origin[:80]!r} is not served"
    if request.method in {"POST", "PUT", "PATCH"}:
        kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
        if kind.lower() != "application/json":
            return 415, "send application/json"
    if key is not None and not open_to_all:
        given = request.headers.get(KEY_HEADER) or request.headers.get("authorization", "").removeprefix(
            "Bearer "
        )
        if not hmac.compare_digest(given.encode(), key.encode()):
            return 401, f"send the control key as {KEY_HEADER}, or as a bearer token"
    return None


def _host_name(host: str) -> str:
    """The name in a Host header, without its port; '' where there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets around what is no address
        return ""


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
