"""How many cases a run must have had to count: what was asked for, unless the inputs do not allow it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.core.document import Document, Operation

Cases = Mapping[str, Mapping[str, int]]  # by operation and phase


def label(operation: Operation) -> str:
    """The operation as schemathesis calls it."""
    return f"{operation.method} {operation.path}"


def fewest(operation: Operation, asked: int) -> int:
    """The smaller of what was asked and what the operation's inputs allow.

    An operation without parameters and without a body has one input, the bare request: schemathesis sends it once.
    Any other allows more than can be asked, even one whose only parameter is a boolean: malformed values are sent as
    well, and there is no end of those.
    """
    return asked if operation.parameters or operation.body is not None else 1


def shortfall(document: Document, cases: Cases, asked: int) -> list[str]:
    """The operations that got fewer cases than they must: in fuzzing those asked for, in examples and coverage any."""
    missing = []
    for operation in document.operations.values():
        if operation.status == "stub":
            continue
        had = cases.get(label(operation), {})
        for phase, least in (("examples", 1), ("coverage", 1), ("fuzzing", fewest(operation, asked))):
            if had.get(phase, 0) < least:
                missing.append(f"{operation.id}, {phase}: {had.get(phase, 0)} of {least}")
    return missing


def links_of(document: Document) -> set[str]:
    """Every link of a document, as schemathesis calls it."""
    return set(_links(document))


def _links(document: Document) -> Iterable[str]:
    operations: Mapping[str, Operation] = document.operations
    for operation in operations.values():
        node: Mapping[str, Any] = document.raw["paths"][operation.path][operation.method.lower()]
        for status, response in node["responses"].items():
            for name, link in response.get("links", {}).items():
                target = label(operations[link["operationId"]])
                yield f"{label(operation)} -> [{status}] {name} -> {target}"
