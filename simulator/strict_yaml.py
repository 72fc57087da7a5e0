"""YAML with the values of JSON and nothing else, so that a data file says the same in both."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import yaml

MAX_DEPTH = 100  # far beyond any document, far below Python's own limit, which ends in a RecursionError
INT64 = range(-(2**63), 2**63)
LONGEST = len(str(INT64.start))  # int() refuses 4,301 digits with an error of its own

_TAG = "tag:yaml.org,2002:"
_STR = _TAG + "str"


class _Type(NamedTuple):
    written: re.Pattern[str]
    starts: str  # the resolver's table is by first character
    value: Callable[[str], Any]


# JSON's words, and YAML's two ways to write nothing.
_TYPES = {
    _TAG + "null": _Type(re.compile(r"(?:null|~|)\Z"), "n~", lambda _: None),
    _TAG + "bool": _Type(re.compile(r"(?:true|false)\Z"), "tf", lambda text: text == "true"),
    _TAG + "int": _Type(re.compile(r"-?(?:0|[1-9][0-9]*)\Z"), "-0123456789", int),
    _TAG + "float": _Type(
        re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z"), "-0123456789", float
    ),
}


class NotStrict(Exception):
    """What is wrong with a text, at which line (counted from 1; None: the text as a whole)."""

    def __init__(self, why: str, line: int | None) -> None:
        super().__init__(why, line)
        self.why = why
        self.line = line


class _JsonLoader(yaml.CSafeLoader):
    """Types a plain scalar only where JSON would: `2015-03-13`, `no`, `0755`, `12:30` and `1_000` are text."""

    # Not inherited: PyYAML's own table is that of YAML 1.1.
    yaml_implicit_resolvers = {}  # noqa: RUF012  PyYAML's own attribute, declared by it as a plain class variable


for _tag, _type in _TYPES.items():
    _JsonLoader.add_implicit_resolver(_tag, _type.written, [*_type.starts, ""])


def parse(data: bytes) -> Any:
    """The value of a YAML text in UTF-8. Raises NotStrict with the line of whatever JSON could not say too."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotStrict(f"not UTF-8: byte 0x{data[error.start]:02x}", line) from None
    loader = _JsonLoader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        # Of an unclosed bracket, the problem is where the text ends; the context is where the bracket stands.
        context = f"{error.context} (line {error.context_mark.line + 1}), " if error.context_mark else ""
        mark = error.problem_mark
        raise NotStrict(f"not YAML: {context}{error.problem}", mark.line + 1 if mark else None) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotStrict(f"not YAML: {error.reason} (U+{error.character:04X})", line) from None
    finally:
        loader.dispose()
    if node is None:
        raise NotStrict("empty", None)
    return _value(node, set(), 1)


def _value(node: yaml.Node, seen: set[int], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _refusal(node, f"nested deeper than {MAX_DEPTH}")
    # The composer gives an alias the very node of its anchor. Refused: two places would share one value, and a value
    # could contain itself.
    if id(node) in seen:
        raise _refusal(
            node, "what is anchored here is used again; write it out there (in a document, use $ref)"
        )
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
        return [_value(item, seen, depth + 1) for item in node.value]
    if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
        return {key: _value(value, seen, depth + 1) for key, value in _members(node)}
    raise _refusal(node, f"the tag {_short(node.tag)} has no counterpart in JSON")


def _members(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    lines: dict[str, int] = {}
    for key, value in node.value:
        if key.tag != _STR:
            raise _refusal(
                key, f"a key must be text; quote {key.value!r}" if key.value else "a key must be text"
            )
        if key.value == "<<" and not key.style:
            raise _refusal(key, "merge keys are not supported; write the members out")
        line = key.start_mark.line + 1
        if key.value in lines:
            raise _refusal(key, f"the key {key.value!r} stands twice, first on line {lines[key.value]}")
        lines[key.value] = line
        yield key.value, value


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.tag == _STR:
        return text
    kind = _TYPES.get(node.tag)
    if kind is None:
        raise _refusal(node, f"the tag {_short(node.tag)} has no counterpart in JSON")
    if not kind.written.match(text):  # an explicit tag on a text that is not of it
        raise _refusal(node, f"{text!r} is not what its tag {_short(node.tag)} says")
    if node.tag == _TAG + "int" and (len(text) > LONGEST or int(text) not in INT64):
        # orjson, which reads the precompiled copy, would make a float of it in silence.
        raise _refusal(node, "an integer beyond 64 bits")
    value = kind.value(text)
    if isinstance(value, float) and math.isinf(value):
        raise _refusal(node, "a number beyond the range of a double")
    return value


def _short(tag: str) -> str:
    return tag.replace(_TAG, "!!")


def _refusal(node: yaml.Node, why: str) -> NotStrict:
    return NotStrict(why, node.start_mark.line + 1)
