"""An OpenAPI document as a page to read: plain HTML, whole in itself, without scripts or anything from elsewhere."""

from __future__ import annotations

import json
import re
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

_REFERENCE = re.compile(r"\{\s*&quot;\$ref&quot;: &quot;#/components/schemas/([A-Za-z0-9_.-]+)&quot;\s*\}")


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
    yield f"<p>{escape(info.get('description', ''))}</p>"
    yield from _security(document)
    yield "<ul>"
    for path, method, _, operation in operations:
        yield f"<li><a href='#{operation['operationId']}'><code>{_call(method, address + path)}</code></a> "
        yield f"{escape(operation.get('summary', ''))}</li>"
    yield "</ul>"
    for path, method, item, operation in operations:
        yield f"<section id='{operation['operationId']}'><h2><code>{_call(method, address + path)}</code></h2>"
        yield from _operation(document, item, operation)
        yield "</section>"
    yield "<section><h2>Schemas</h2>"
    for name, schema in _schemas(document).items():
        yield f"<h3 id='schema-{escape(name)}'>{escape(name)}</h3>{_code(schema, document)}"
    yield "</section></body></html>"


def _schemas(document: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas by name, but those of what is stored, which is nobody's business here."""
    found = document.get("components", {}).get("schemas", {})
    return {name: schema for name, schema in found.items() if "x-sim-collection" not in schema}


def _security(document: Mapping[str, Any]) -> Iterator[str]:
    schemes = document.get("components", {}).get("securitySchemes", {})
    if not schemes:
        return
    yield "<table><tr><th>Authentication<th>Kind<th>Description</tr>"
    for name, scheme in schemes.items():
        kind = " ".join(str(scheme[key]) for key in ("type", "scheme", "in", "name") if key in scheme)
        yield f"<tr><td>{escape(name)}<td>{escape(kind)}<td>{escape(scheme.get('description', ''))}</tr>"
    yield "</table>"


def _operation(document: Mapping[str, Any], item: Any, operation: Any) -> Iterator[str]:
    yield f"<p>{escape(operation.get('summary', ''))}. {escape(operation.get('description', ''))}</p>"
    needed = operation.get("security", document.get("security", ()))
    ways = " or ".join(" and ".join(each) or "none" for each in needed) or "none"
    yield f"<p>Authentication: {escape(ways)}.</p>"
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
        yield f"<h3>Body, {escape(media_type)}</h3>{_code(content['schema'], document)}"
        if "example" in content:
            yield f"<h3>Example</h3>{_code(content['example'], document)}"
    yield "<table><tr><th>Status<th>Body<th>Headers<th>Description</tr>"
    for status, node in operation["responses"].items():
        response = _follow(node, document)
        bodies = (
            "<br>".join(
                _body(kind, content, document) for kind, content in response.get("content", {}).items()
            )
            or "none"
        )
        headers = "<br>".join(f"<code>{escape(name)}</code>" for name in response.get("headers", ()))
        yield f"<tr><td>{status}<td>{bodies}<td>{headers}<td>{escape(response.get('description', ''))}</tr>"
    yield "</table>"


def _body(media_type: str, content: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    """A body in a line: its media type, and the schema that it is of."""
    schema = content.get("schema", {})
    one, several = schema.get("$ref"), schema.get("items", {}).get("$ref")
    if one is None and several is None:
        return escape(media_type)
    link = _link(str(one or several).rpartition("/")[2], document)
    return f"{escape(media_type)}: {'' if one else 'a list of '}{link}"


def _link(name: str, document: Mapping[str, Any]) -> str:
    shown = escape(name)
    return f"<a href='#schema-{shown}'>{shown}</a>" if name in _schemas(document) else shown


def _call(method: str, path: str) -> str:
    return f"{method.upper()} {escape(path)}"


def _code(value: Any, document: Mapping[str, Any]) -> str:
    """A value as JSON, without the words that are ours alone; a schema that it names is a link to it."""
    text = escape(json.dumps(_plain(value), indent=2, ensure_ascii=False))
    return f"<pre>{_REFERENCE.sub(lambda found: _link(found[1], document), text)}</pre>"


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
