"""A client of the control API, with nothing but the standard library: for the commands, and for tests."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

DEFAULT_URL = "http://127.0.0.1:8090"
KEY_HEADER = "Simulator-Control-Key"


class ControlError(Exception):
    """The control API refused; `status` and `detail` are its own, `body` is its whole problem."""

    def __init__(self, status: int, detail: str, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {detail}")
        self.status = status
        self.detail = detail
        self.body = body


class NotReachable(Exception):
    """No simulator answers at the address."""


class ControlClient:
    """Calls below `/__simulator/v1` of a server. A proxy of the environment is never asked: the server is near."""

    def __init__(self, url: str = DEFAULT_URL, key: str | None = None, timeout_s: float = 10.0) -> None:
        self.url = url.rstrip("/")
        self._key = key
        self._timeout_s = timeout_s
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON (None for an empty one). Raises ControlError and NotReachable."""
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers[KEY_HEADER] = self._key
        data = None if body is None else json.dumps(body).encode()
        address = f"{self.url}/__simulator/v1{path}"
        try:
            request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 - see `url`
            with self._opener.open(request, timeout=self._timeout_s) as response:
                return _read(response.read())
        except urllib.error.HTTPError as error:
            problem = _read(error.read()) or {}
            raise ControlError(error.code, problem.get("detail", error.reason), problem) from None
        except (OSError, ValueError) as error:
            raise NotReachable(
                f"no simulator answers at {self.url}: {getattr(error, 'reason', error)}"
            ) from None

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.call("POST", path, {} if body is None else body)


def _read(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return {"detail": data[:200].decode("utf-8", "replace")}


def environment(sandbox: dict[str, Any], url: str) -> dict[str, str]:
    """What a program needs to reach a sandbox: `<VENDOR>_BASE_URL`, and its first credential field by field."""
    names = {"SIMULATOR_URL": url}
    for vendor, base in sandbox["urls"].items():
        names[f"{vendor.upper()}_BASE_URL"] = base
        for credential in sandbox["credentials"][vendor][:1]:
            for field, value in credential.items():
                if isinstance(value, (str, int)):
                    names[f"{vendor}_{field}".upper()] = str(value)
    return names
