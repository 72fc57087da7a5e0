"""A client of the control API, with nothing but the standard library: for the commands, and for tests."""

from __future__ import annotations

import json
import os
import select
import threading
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, RemoteDisconnected
from ssl import SSLCertVerificationError, SSLError
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from simulator.core.clock import stopwatch

__tracebackhide__ = True  # of pytest: what is wrong is in the test, not here

DEFAULT_URL = "http://127.0.0.1:8090"
KEY_HEADER = "Simulator-Control-Key"
ROOT = "/__simulator/v1"
_IDLE_S = 3.0  # the server closes a connection that is idle for 5 seconds; ours is not used so near to that


class ControlError(Exception):
    """The control API refused; `status` and `detail` are its own, `body` is its whole problem."""

    def __init__(self, status: int, detail: str, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.body = body


class NotReachable(Exception):
    """No simulator answers at the address; `then` is the command that may help."""

    def __init__(self, why: str, then: str = "simulator serve") -> None:
        super().__init__(why)
        self.then = then


class ControlClient:
    """Calls below `/__simulator/v1` of a server, over one connection that is kept: a call takes half a millisecond. May
    be used from several threads, which then wait for one another. A proxy of the environment is never asked: the server
    is near."""

    def __init__(self, url: str = DEFAULT_URL, key: str | None = None, timeout_s: float = 10.0) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Content-Type": "application/json", **({KEY_HEADER: key} if key else {})}
        self.timeout_s = timeout_s  # of a connection that is opened from now on
        self._connection: HTTPConnection | None = None
        self._used = 0.0
        self._process = 0
        self._lock = threading.Lock()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON (None for an empty one). Raises ControlError, NotReachable, and TypeError for what
        is no JSON."""
        try:
            data = None if body is None else json.dumps(body).encode()
        except (TypeError, ValueError, RecursionError) as error:
            raise TypeError(f"{method} {path}: what is sent is no JSON: {error}") from None
        with self._lock:
            try:
                response, answer = self._exchange(method, path, data)
            except (OSError, ValueError, HTTPException) as error:
                self._drop()
                raise _not_reachable(self.url, error) from None
        value = _read(answer)
        if value is _NO_JSON:
            raise NotReachable(f"what answers at {self.url} is no simulator: {response.status}, and no JSON")
        if response.status >= 400:
            problem = value if isinstance(value, dict) else {}
            raise ControlError(response.status, problem.get("detail", response.reason), problem)
        return value

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, {} if body is None else body)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        with self._lock:
            self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _exchange(self, method: str, path: str, data: bytes | None) -> tuple[HTTPResponse, bytes]:
        connection = self._open()
        connection.request(method, f"{urlsplit(self.url).path}{ROOT}{path}", data, self._headers)
        response = connection.getresponse()
        answer = response.read()
        self._used = stopwatch()
        if response.will_close:
            self._drop()
        return response, answer

    def _open(self) -> HTTPConnection:
        """The connection that is kept, if the server still holds its end and this is the process that made it."""
        kept = self._connection
        if kept is not None and (
            kept.sock is None
            or stopwatch() - self._used > _IDLE_S
            or self._process != os.getpid()
            or select.select([kept.sock], [], [], 0)[0]  # readable before anything was asked: it was closed
        ):
            self._drop()
            kept = None
        if kept is None:
            parts = urlsplit(self.url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError("that is no http address")
            kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
            kept = kind(parts.hostname, parts.port, timeout=self.timeout_s)
            kept.connect()  # which sets TCP_NODELAY: a head and a body are two packets
            self._connection, self._process = kept, os.getpid()
        return kept

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _not_reachable(url: str, error: Exception) -> NotReachable:
    """What is wrong, for somebody who has only this line: where http and https are confused, it looks like another."""
    rest = url.partition("://")[2]
    if isinstance(error, SSLCertVerificationError):
        why = f"the certificate at {url} is not trusted: {error.verify_message}; SSL_CERT_FILE names the roots that are"
        return NotReachable(why, f"SSL_CERT_FILE=ca.pem simulator wait --url {url}")
    if isinstance(error, SSLError):
        return NotReachable(f"{url} does not speak TLS: {error}", f"simulator wait --url http://{rest}")
    if isinstance(error, RemoteDisconnected) and url.startswith("http://"):
        return NotReachable(
            f"{url} closes the connection, as a server of https does", f"simulator wait --url https://{rest}"
        )
    return NotReachable(f"no simulator answers at {url}: {error}")


_NO_JSON = object()


def _read(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return _NO_JSON


def environment(sandbox: dict[str, Any], url: str) -> dict[str, str]:
    """What a program needs to reach a sandbox: `<VENDOR>_BASE_URL`, and its first credential field by field. Raises
    NotReachable for what no simulator has described."""
    if not isinstance(sandbox, dict) or not {"urls", "credentials"} <= sandbox.keys():
        raise NotReachable(f"what answers at {url} is no simulator")
    names = {"SIMULATOR_URL": url}
    for vendor, base in sandbox["urls"].items():
        names[f"{vendor.upper()}_BASE_URL"] = base
        for credential in sandbox["credentials"][vendor][:1]:
            for field, value in credential.items():
                if isinstance(value, (str, int)):
                    names[f"{vendor}_{field}".upper()] = str(value)
    return names
