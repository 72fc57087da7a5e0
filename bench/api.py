"""An API at an address: single calls that set things up, and the bytes of calls that are timed."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from bench.load import WrongAnswer


class Api:
    """An address with a credential; any answer outside 2xx is a WrongAnswer."""

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        self.url = url
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or 80
        self._path = parts.path
        self._headers = {"Host": parts.netloc, "User-Agent": "bench", "Accept": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, value: Any) -> Any:
        return self._call("POST", path, value)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def bytes_of(self, method: str, path: str, value: Any = None) -> bytes:
        """A whole request as it goes on the wire."""
        headers, body = self._parts(value)
        lines = [
            f"{method} {self._path}{path} HTTP/1.1",
            *(f"{name}: {text}" for name, text in headers.items()),
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def _call(self, method: str, path: str, value: Any = None) -> Any:
        headers, body = self._parts(value)
        # A connection for each call: one that is kept would be closed on us while slices run.
        with closing(http.client.HTTPConnection(self.host, self.port, timeout=60)) as connection:
            connection.request(method, self._path + path, body or None, headers)
            answer = connection.getresponse()
            data = answer.read()
        if not 200 <= answer.status < 300:
            raise WrongAnswer(
                f"{method} {self.url}{path}: {answer.status} {data[:1000].decode(errors='replace')}"
            )
        return json.loads(data) if data else None

    def _parts(self, value: Any) -> tuple[dict[str, str], bytes]:
        if value is None:
            return self._headers, b""
        body = json.dumps(value, separators=(",", ":")).encode()
        return {**self._headers, "Content-Type": "application/json", "Content-Length": str(len(body))}, body
