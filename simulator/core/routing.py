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
        node, values = self._find(path.split("/"))
        if node is None or path[:1] != "/":
            raise NotFound("no operation has this path", path=path)
        found = node.operations.get(method)
        if found is None and method == "HEAD":
            found = node.operations.get("GET")
        if found is None:
            raise MethodNotAllowed(sorted(node.operations))
        operation, names = found
        if "%" in path:
            values = [_decode(value) for value in values]
        return operation, dict(zip(names, values, strict=True))

    def _find(self, segments: list[str]) -> tuple[_Node | None, list[str]]:
        """The node where a path ends, and its templated segments. A literal that leads nowhere is given up for the
        template beside it, so the places to return to are kept."""
        returns: list[tuple[_Node, int, list[str]]] = []
        node: _Node | None = self._root
        values: list[str] = []
        at = 1
        while True:
            while node is not None and at < len(segments):
                segment = segments[at]
                at += 1
                literal = node.literals.get(segment if "%" not in segment else _decode(segment))
                template = node.template if segment else None
                if literal is None:
                    values.append(segment)
                    node = template
                else:
                    if template is not None:
                        returns.append((template, at, [*values, segment]))
                    node = literal
            if node is not None and node.operations:
                return node, values
            if not returns:
                return None, values
            node, at, values = returns.pop()


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
