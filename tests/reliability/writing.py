"""Every write operation of Kinetic as its document describes it, and a sandbox to send bodies to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import orjson

from simulator.core.call import Request
from simulator.core.clock import parse_instant
from simulator.core.dispatch import dispatch
from simulator.core.sandbox import Sandbox
from simulator.data import read_document
from tests.gateway.asgi import NOW, services

_HOLE = "a hole for a value"


class Write(NamedTuple):
    """An operation that takes a body; `example` is a good one, `schema` describes all of them."""

    id: str
    method: str
    path: str
    media_type: str
    example: Any
    schema: dict[str, Any]

    def holes(self) -> list[tuple[bytes, bytes]]:
        """For each field of the body, one level down too: the bytes of a body before and after that field's value."""
        return [
            (before, after)
            for dug in _dig(self.example, self.schema)
            for before, _, after in [orjson.dumps(dug).partition(orjson.dumps(_HOLE))]
        ]


def _dig(example: Any, schema: dict[str, Any]) -> Iterator[Any]:
    for name, inner in resolve(schema).get("properties", {}).items():
        yield {**example, name: _HOLE}
        for dug in _dig(example.get(name, {}), inner):
            yield {**example, name: dug}


def resolve(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = read_document("kinetic")["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


@cache
def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path with the document's example values in it, and the operation."""
    document = read_document("kinetic")
    found = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            spelled = path
            for parameter in [*item.get("parameters", ()), *operation.get("parameters", ())]:
                resolved = parameter
                if "$ref" in parameter:
                    resolved = document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]
                if resolved["in"] == "path":
                    spelled = spelled.replace(f"{{{resolved['name']}}}", str(resolved["example"]))
            found.append((method.upper(), spelled, operation))
    return found


def writes() -> list[Write]:
    return [
        Write(operation["operationId"], method, path, media_type, content.get("example"), content["schema"])
        for method, path, operation in operations()
        if "requestBody" in operation
        for media_type, content in operation["requestBody"]["content"].items()
    ]


@cache
def reads() -> list[str]:
    """The path of every operation that only reads."""
    return [path for method, path, _ in operations() if method == "GET"]


class Seen(NamedTuple):
    status: int
    body: bytes
    entry: dict[str, Any]

    @property
    def kind(self) -> str | None:
        """The neutral kind of the refusal; None for what was accepted."""
        return self.entry["explanation"] and str(self.entry["explanation"]["kind"])


class Box:
    """A fresh sandbox of Kinetic, and calls to it by its administrator."""

    def __init__(self) -> None:
        self.sandbox = Sandbox("box", services(), now=parse_instant(NOW), mode="frozen")
        token = self.sandbox.worlds["kinetic"].credentials[0]["token"]
        self.headers = {b"host": b"kinetic.localhost", b"authorization": f"Bearer {token}".encode()}

    def call(self, method: str, path: str, body: bytes = b"", media_type: str = "application/json") -> Seen:
        headers = {**self.headers, b"content-type": media_type.encode()}
        path, _, query = path.partition("?")
        response = dispatch(self.sandbox, "kinetic", Request(method, path, query, headers, body))
        entry = self.sandbox.journal.get(response.entry)
        assert entry is not None
        described = entry.describe(services()["kinetic"].ledger, self.sandbox.journal)
        orjson.dumps(described)  # the control API can show it
        return Seen(response.status, response.body, described)

    def write(self, operation: Write, body: bytes) -> Seen:
        return self.call(operation.method, operation.path, body, operation.media_type)

    def read(self, path: str) -> Any:
        """What a GET answers, which is 200 and JSON that a strict parser, which is not ours, takes."""
        seen = self.call("GET", path)
        assert seen.status == 200, (path, seen.body)
        return strict(seen.body)

    def read_everything(self) -> None:
        for path in reads():
            self.read(path)


def strict(body: bytes) -> Any:
    """The value of a JSON text by the standard library's parser, which refuses what it usually lets pass."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs), "a key stands twice"
        return dict(pairs)

    def never(constant: str) -> Any:
        raise AssertionError(f"{constant} is not JSON")

    text = body.decode()  # strictly UTF-8
    value = json.loads(text, object_pairs_hook=unique, parse_constant=never)
    json.dumps(value, ensure_ascii=False).encode()  # no lone surrogate came in by an escape
    return value
