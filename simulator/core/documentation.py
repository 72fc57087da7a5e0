"""An OpenAPI document as a page to read: plain HTML, whole in itself, without scripts or anything from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from simulator.core.document import METHODS

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font-family:ui-monospace,monospace;font-size:.9em}pre{overflow:auto;padding:.5rem;background:#8881}"
    "table{border-collapse:collapse;margin:.5rem 0}td,th{border:1px solid #8884;padding:.2rem .6rem;text-align:left}"
    "section{border-top:1px solid #8884;margin-top:2rem}"
)


def render(document: Mapping[str, Any], address: str = "") -> str:
    """The page of a document; `address` stands before its paths, where they are served below one."""
    return "".join(_page(document, address))


def _page(document: Mapping[str, Any], address: str) -> Iterator[str]:
    info = document["info"]
    operations = [
        (path, method, item, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    yield f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(info['title'])}</title>"
    yield f"<style>{_STYLE}</style></head><body><h1>{escape(info['title'])}</h1>"
    yield f"<p>{escape(info.get('description', ''))}</p><ul>"
    for path, method, _, operation in operations:
        yield f"<li><a href='#{operation['operationId']}'><code>{_call(method, address + path)}</code></a> "
        yield f"{escape(operation.get('summary', ''))}</li>"
    yield "</ul>"
    for path, method, item, operation in operations:
        yield f"<section id='{operation['operationId']}'><h2><code>{_call(method, address + path)}</code></h2>"
        yield from _operation(document, item, operation)
        yield "</section>"
    yield "<section><h2>Schemas</h2>"
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        if "x-sim-collection" not in schema:  # what is stored is nobody's business here
            yield f"<h3 id='schema-{escape(name)}'>{escape(name)}</h3>{_code(schema)}"
    yield "</section></body></html>"


def _operation(document: Mapping[str, Any], item: Any, operation: Any) -> Iterator[str]:
    yield f"<p>{escape(operation.get('summary', ''))}. {escape(operation.get('description', ''))}</p>"
    parameters = [
        _follow(each, document) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))
    ]
    if parameters:
        yield "<table><tr><th>Name<th>In<th>Required<th>Description</tr>"
        for each in parameters:
            required = "yes" if each.get("required") else "no"
            yield f"<tr><td><code>{escape(each['name'])}</code><td>{each['in']}<td>{required}"
            yield f"<td>{escape(each.get('description', ''))}</tr>"
        yield "</table>"
    for media_type, content in _follow(operation.get("requestBody", {}), document).get("content", {}).items():
        yield f"<h3>Body, {escape(media_type)}</h3>{_code(content['schema'])}"
        if "example" in content:
            yield f"<h3>Example</h3>{_code(content['example'])}"
    yield "<table><tr><th>Status<th>Body<th>Description</tr>"
    for status, node in operation["responses"].items():
        response = _follow(node, document)
        types = ", ".join(response.get("content", {})) or "none"
        yield f"<tr><td>{status}<td>{escape(types)}<td>{escape(response.get('description', ''))}</tr>"
    yield "</table>"


def _call(method: str, path: str) -> str:
    return f"{method.upper()} {escape(path)}"


def _code(value: Any) -> str:
    """A value as JSON, without the words that are ours alone."""
    return f"<pre>{escape(json.dumps(_plain(value), indent=2, ensure_ascii=False))}</pre>"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items() if not name.startswith("x-sim-")}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _follow(node: Any, document: Mapping[str, Any]) -> Any:
    while "$ref" in node:
        target: Any = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node
