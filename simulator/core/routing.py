"""The table from a method and a raw path to an operation; its cost does not grow with the number of operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from simulator.core.document import DocumentError, Operation
from simulator.core.errors import EdgeRefusal, MethodNotAllowed, NotFound

PREFIX = "__simulator"


class _Node:
    """A place in the tree of segments: literal children by text, one templated child, the operations that end here."""

    __slots__ = ("literals", "operations", "template")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.template: _Node | None = None
        self.operations: dict[str, tuple[Operation, tuple[str, ...]]] = {}


class Router:
    """Matches literal before templated segments, on the raw path: a `%2F` never crosses a segment."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node, names = self._root, []
        for segment in operation.segments:
            if segment == PREFIX:
                raise DocumentError(f"{operation.path}: the segment {PREFIX} is ours")
            if segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.template = node.template or _Node()
                node = node.template
            elif "{" in segment:
                raise DocumentError(f"{operation.path}: a parameter must fill its whole segment")
            else:
                node = node.literals.setdefault(segment, _Node())
        if operation.method in node.operations:
            raise DocumentError(f"{operation.method} {operation.path} stands twice")
        node.operations[operation.method] = (operation, tuple(names))

    def match(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """The operation and its path parameters, decoded. HEAD is the GET of the same path.

        Raises NotFound, MethodNotAllowed, and EdgeRefusal for a path that no text can stand for.
        """
        segments = path.split("/")
        values: list[str] = []
        node = self._find(self._root, segments, 1, values)
        if node is None:
            raise NotFound("no operation has this path", path=path)
        found = node.operations.get(method)
        if found is None and method == "HEAD":
            found = node.operations.get("GET")
        if found is None:
            raise MethodNotAllowed(sorted(node.operations))
        operation, names = found
        return operation, {name: _decode(value) for name, value in zip(names, values, strict=True)}

    def _find(self, node: _Node, segments: list[str], at: int, values: list[str]) -> _Node | None:
        if at == len(segments):
            return node if node.operations else None
        segment = segments[at]
        literal = node.literals.get(segment if "%" not in segment else _decode(segment))
        if literal is not None:
            found = self._find(literal, segments, at + 1, values)
            if found is not None:
                return found
        if node.template is not None and segment:
            values.append(segment)
            found = self._find(node.template, segments, at + 1, values)
            if found is not None:
                return found
            values.pop()
        return None


def _decode(segment: str) -> str:
    """A segment's text: `%61pi` is `api`. What is not UTF-8, or holds a NUL, is nobody's name."""
    if "%" not in segment:
        return segment
    try:
        text = unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise EdgeRefusal(400, "the path is not UTF-8") from None
    if "\0" in text:
        raise EdgeRefusal(400, "the path holds a NUL")
    return text
