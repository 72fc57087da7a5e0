"""Write the reference pages of the documentation from what is registered: commands, control calls, operations,
settings, starting states, statements and the names of `simulator.testing`. Each build of docs/ does so."""

from __future__ import annotations

import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, is_typeddict

import click

import simulator.testing
from simulator.app import load_services
from simulator.cli import main as commands
from simulator.core.statements import BASES
from simulator.core.vendor import Service
from simulator.data import fixture_names, read_document

ROOT = Path(__file__).resolve().parent.parent
INTO = ROOT / "docs" / "reference" / "generated"


def pages() -> dict[str, str]:
    """Every generated page by its name without `.md`."""
    services = load_services()
    return {
        "cli": cli(),
        "control": control(),
        "python": python(),
        "settings": settings(services),
        "states": states(services),
        **{f"operations-{name}": operations(service) for name, service in services.items()},
        **{f"statements-{name}": statements(service) for name, service in services.items()},
    }


def write(into: Path = INTO) -> None:
    """Write the pages, and remove those of what there is no longer."""
    into.mkdir(parents=True, exist_ok=True)
    found = {into / f"{name}.md": text for name, text in pages().items()}
    for path in set(into.glob("*.md")) - found.keys():
        path.unlink()
    for path, text in found.items():
        # Untouched where nothing changed, so that Sphinx reads it no more than once.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def cli() -> str:
    parts = ["# Commands", "`simulator` alone is `simulator serve`."]
    for name, command in sorted(commands.commands.items()):
        context = click.Context(command, info_name=f"simulator {name}")
        parts += [
            f"## simulator {name}",
            cell(command.help or ""),
            f"```text\n{command.get_usage(context)}\n```",
        ]
        rows = [
            (code(", ".join(each.opts)), cell(each.help or ""), code(_default(each)), code(_envvar(each)))
            for each in command.params
            if isinstance(each, click.Option)
        ]
        parts.append(table(("option", "meaning", "default", "environment"), rows))
    return document(parts)


def _default(option: click.Option) -> str:
    return "" if option.is_flag or not isinstance(option.default, (str, int, float)) else str(option.default)


def _envvar(option: click.Option) -> str:
    return option.envvar if isinstance(option.envvar, str) else ""


def control() -> str:
    raw = read_document("control")
    parts = ["# Control API", cell(raw["info"]["description"])]
    for path, item in raw["paths"].items():
        parts.append(f"## {path.removeprefix('/__simulator/v1')}")
        for method, call in item.items():
            parts += [f"### {method.upper()}: {call['operationId']}", cell(call["summary"]) + "."]
            asked = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if asked is not None:
                parts.append(table(("in the body", "", "meaning"), _fields(raw, asked)))
            queries = [_resolved(raw, each) for each in call.get("parameters", ())]
            rows = [
                (code(each["name"]), code(_type(raw, each["schema"])), cell(each.get("description", "")))
                for each in queries
                if each["in"] == "query"
            ]
            parts.append(table(("in the query", "", "meaning"), rows))
            answers = [
                (code(status), cell(_resolved(raw, answer).get("description", "")))
                for status, answer in call["responses"].items()
            ]
            parts.append(table(("answer", "meaning"), answers))
    return document(parts)


def _resolved(raw: Any, value: Any) -> Any:
    while "$ref" in value:
        found = raw
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def _fields(raw: Any, schema: Any) -> list[tuple[str, str, str]]:
    resolved = _resolved(raw, schema)
    required = resolved.get("required", ())
    return [
        (
            code(name) + (" (required)" if name in required else ""),
            code(_type(raw, each)),
            cell(_resolved(raw, each).get("description", "")),
        )
        for name, each in resolved.get("properties", {}).items()
    ]


def _type(raw: Any, schema: Any) -> str:
    """A schema in a few words."""
    schema = _resolved(raw, schema)
    if "anyOf" in schema:
        return " or ".join(_type(raw, each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = schema.get("type", "any JSON")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def python() -> str:
    parts = [
        "# simulator.testing",
        "What `simulator.testing` offers, whether a test got it from the fixture `simulator` or from a `with` block.",
    ]
    for name in simulator.testing.__all__:
        value = getattr(simulator.testing, name)
        parts += [f"## {name}", *_made(value), prose(inspect.getdoc(value) or "")]
        rows = [(code(field), code(kind)) for field, kind in _record(value)]
        parts.append(table(("field", "type"), rows))
        for member, found in _members(value):
            parts += [f"### {name}.{member}", *_signature(member, found), prose(inspect.getdoc(found) or "")]
    return document(parts)


def _made(of: type) -> list[str]:
    """How to make one; [] where it is given and not made, for then it begins with something of ours."""
    if "__init__" not in vars(of) or is_typeddict(of):
        return []
    _, *parameters = inspect.signature(vars(of)["__init__"]).parameters.values()
    given = [each for each in parameters if each.kind not in {each.VAR_POSITIONAL, each.VAR_KEYWORD}]
    if any(each.default is each.empty for each in given):
        return []
    return _signature(of.__name__, vars(of)["__init__"])


def _record(of: type) -> list[tuple[str, str]]:
    """The fields of a TypedDict, also those that it has from another, or of a NamedTuple."""
    if not is_typeddict(of) and not hasattr(of, "_fields"):
        return []
    return [
        (name, kind if isinstance(kind, str) else getattr(kind, "__forward_arg__", str(kind)))
        for name, kind in of.__annotations__.items()
    ]


def _members(of: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class, in the order of their definition; not those of a plain record."""
    if is_typeddict(of) or issubclass(of, (tuple, Exception)):
        return
    for name, value in vars(of).items():
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
            yield name, value


def _signature(name: str, value: Any) -> list[str]:
    if isinstance(value, property):
        return []
    signature = inspect.signature(value)
    without_self = signature.replace(parameters=list(signature.parameters.values())[1:])
    text = re.sub(r"'|Unpack\[(\w+)\]", lambda found: found[1] or "", f"{name}{without_self}")
    if value.__name__ == "__init__":
        text = text.removesuffix(" -> None")
    return [f"```text\n{textwrap.fill(text, 100, subsequent_indent='    ')}\n```"]


def settings(services: dict[str, Service]) -> str:
    about = (
        "Each contradiction of a vendor's document is a setting; so is what its administrator could configure. "
        "`simulator.kinetic.settings(...)` changes them in a test, the marker `settings=` before it, and "
        "`PATCH /sandboxes/{s}/settings/{vendor}` from anywhere."
    )
    parts = ["# Settings", about]
    for service in services.values():
        fields = dataclasses.fields(service.vendor.settings)
        rows = [
            (
                code(each.name),
                code(str(each.type)),
                code(str(each.default)),
                cell(each.metadata.get("meaning", "")),
                cell(each.metadata.get("statement", "")),
            )
            for each in fields
        ]
        parts += [
            f"## {service.vendor.title}",
            table(("setting", "type", "default", "meaning", "statement"), rows),
        ]
    return document(parts)


def states(services: dict[str, Service]) -> str:
    parts = ["# Starting states", "What a sandbox begins with; `fixture=` takes another by its name."]
    for name, service in services.items():
        parts += [
            f"## {service.vendor.title}",
            f"Fixtures: {', '.join(code(each) for each in fixture_names(name))}.",
        ]
        store = service.fixture().store
        rows = [
            (code(collection), str(len(found)), code(found.spec.key))
            for collection, found in store.collections().items()
            if not collection.startswith("_")
        ]
        parts.append(table(("collection", "records in `default`", "key"), rows))
    return document(parts)


def operations(service: Service) -> str:
    paths = service.document.raw["paths"]
    summaries = {
        call["operationId"]: call.get("summary", "")
        for item in paths.values()
        for method, call in item.items()
        if isinstance(call, dict) and "operationId" in call
    }
    rows = [
        (code(each.id), code(f"{each.method} {each.path}"), cell(summaries.get(each.id, "")), each.status)
        for each in service.document.operations.values()
    ]
    head = f"# {service.vendor.title}: operations"
    return document(
        [
            head,
            "The names that calls, faults and assertions know.",
            table(("operation", "address", "does", "simulated"), rows),
        ]
    )


def statements(service: Service) -> str:
    tested = read_document(f"{service.name}.tested")["tests"]
    about = (
        "What its documents say and what we assumed, with the number of tests that prove it. "
        "`simulator explain` shows one with its tests."
    )
    parts = [f"# {service.vendor.title}: statements", about]
    for basis in BASES:
        rows = [
            (cell(each.id), cell(each.text), cell(each.source), str(len(tested.get(each.id, ()))))
            for each in service.ledger.values()
            if each.basis == basis
        ]
        if rows:
            parts += [f"## {basis}", table(("id", "statement", "source", "tests"), rows)]
    return document(parts)


def document(parts: Iterable[str]) -> str:
    return "<!-- Written by tools/reference.py -->\n\n" + "\n\n".join(part for part in parts if part) + "\n"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of cells that are Markdown; '' without rows."""
    if not rows:
        return ""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """A text in which Markdown and HTML see nothing of theirs."""
    for sign in ("\\", "`", "*", "_", "[", "]", "|", "$", "#"):
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace("{", "&#123;").split())


def code(text: str) -> str:
    """A text in the type of code; '' is nothing."""
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def prose(text: str) -> str:
    """A docstring, which is nearly Markdown: what is written as code stays so."""
    pieces = text.split("`")
    return "".join(
        f"`{piece}`" if place % 2 else piece.replace("<", "&lt;").replace("*", "\\*")
        for place, piece in enumerate(pieces)
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else INTO)
