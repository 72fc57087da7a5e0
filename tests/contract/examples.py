"""The request that the examples of a document make of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from simulator.core.call import Request
from simulator.core.document import Operation
from simulator.core.vendor import Service
from tests.contract.expected import EXPECTED


def resolved(node: Mapping[str, Any], raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """A node of a document, or what its `$ref` names in it."""
    if "$ref" not in node:
        return node
    target: Any = raw
    for step in node["$ref"].split("/")[1:]:
        target = target[step]
    return resolved(target, raw)


def parameters(operation: Operation, raw: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The parameters as the document writes them, those of the path among them."""
    item = raw["paths"][operation.path]
    own = item[operation.method.lower()].get("parameters", [])
    return [resolved(parameter, raw) for parameter in [*item.get("parameters", []), *own]]


def example_request(service: Service, operation: Operation, authorization: bytes | None = None) -> Request:
    """With this Authorization header, or with none."""
    raw = service.document.raw
    path, query = operation.path, {}
    for parameter in parameters(operation, raw):
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
        elif parameter["in"] == "query" and "example" in parameter:
            example = parameter["example"]
            query[parameter["name"]] = str(example).lower() if isinstance(example, bool) else example
    headers = {} if authorization is None else {b"authorization": authorization}
    body = b""
    if operation.id in EXPECTED[service.name].samples:
        content_type, body = EXPECTED[service.name].samples[operation.id]
        headers[b"content-type"] = content_type.encode()
    elif operation.body is not None:
        node = raw["paths"][operation.path][operation.method.lower()]["requestBody"]
        body = orjson.dumps(resolved(node, raw)["content"]["application/json"]["example"])
        headers[b"content-type"] = b"application/json"
    return Request(operation.method, path, urlencode(query), headers, body)
