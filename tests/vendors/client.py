"""A client that reaches a vendor through `dispatch`, without a socket, and looks at everything it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import orjson

from simulator.core.call import ClientCertificate, Request
from simulator.core.clock import parse_duration
from simulator.core.dispatch import dispatch
from simulator.core.sandbox import Sandbox
from simulator.core.settings import change_settings


@dataclass
class Answer:
    """What came back: `json` is the body read, or None for an empty one."""

    status: int
    headers: dict[str, str]
    body: bytes
    entry: dict[str, Any] = field(repr=False)

    @property
    def json(self) -> Any:
        return orjson.loads(self.body) if self.body else None

    @property
    def statements(self) -> list[str]:
        return list(self.entry["statements"])


class Client:
    """Calls to one vendor in one sandbox, with the first credential unless told otherwise. `with_a_body`: the headers
    of those that have one; None for a header leaves it off."""

    with_a_body: ClassVar[Mapping[str, str | None]] = {}

    def __init__(
        self,
        sandbox: Sandbox,
        vendor: str,
        headers: dict[str, str] | None = None,
        certificate: ClientCertificate | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.certificate = certificate  # as a server with TLS hands it on
        self.vendor = vendor
        self.world = sandbox.worlds[vendor]
        self.headers = headers or {}

    def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        body: bytes | None = None,
        query: str = "",
        headers: dict[str, str | None] | None = None,
    ) -> Answer:
        data = body if body is not None else b"" if json is None else orjson.dumps(json)
        sent = {**self.headers, **(self.with_a_body if data else {}), **(headers or {})}
        request = Request(
            method,
            path,
            query,
            {name.lower().encode(): value.encode() for name, value in sent.items() if value is not None},
            data,
            client_certificate=self.certificate,
        )
        response = dispatch(self.sandbox, self.vendor, request)
        entry = self.sandbox.journal.get(response.entry)
        if entry is None:
            raise AssertionError("the journal has no entry of this call")
        return Answer(
            response.status,
            {name.decode(): value.decode() for name, value in response.headers},
            response.body,
            entry.describe(self.world.service.ledger, self.sandbox.journal),
        )

    def get(self, path: str, **options: Any) -> Answer:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.call("POST", path, json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        return self.call("PUT", path, json, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.call("DELETE", path, **options)

    def as_(self, **headers: str) -> Client:
        """The same sandbox with other headers: `as_(Authorization="Bearer x")`; `as_()` sends none."""
        return type(self)(self.sandbox, self.vendor, headers)

    def state(self) -> dict[str, Any]:
        """Everything a refusal must leave as it was: the records in their order, the numbers given out, the settings
        and the secrets."""
        store = self.world.store
        return {
            "records": {name: list(collection) for name, collection in store.collections().items()},
            "numbers": dict(store._sequences),
            "settings": self.world.settings,
            "secrets": list(self.sandbox.secrets),
        }

    def settings(self, **changes: Any) -> None:
        self.world.settings = change_settings(self.world.settings, changes)

    def advance(self, by: str) -> list[Any]:
        return self.sandbox.advance(parse_duration(by))

    def fault(self, operation: str | None, status: int, times: int = 1) -> None:
        self.sandbox.faults.add(self.vendor, operation, "status", status=status, times=times)
