"""The grammar of $filter: a text becomes a small tree, by explicit stacks, so that no text can exhaust Python's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

MAX_LENGTH = 16_384  # characters
MAX_NODES = 1_000
MAX_DEPTH = 64  # of parentheses, negations and what they hold

# From loosest to tightest, as in C#; every operator is left-associative.
BINARY = {"||": 1, "&&": 2, "==": 3, "=": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4}
NEGATION = 5
METHODS = ("Contains", "StartsWith", "EndsWith")
FUNCTIONS = ("DateTime", "Guid", "NowOffset")
TOKENS = ("Now", "OrganizationId", "UserId")
WORDS = {"true": True, "false": False, "null": None}


class FilterError(Exception):
    """A text that is no filter: what is wrong, at which character (from 0)."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(f"{why} at character {at}")
        self.why = why
        self.at = at


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class BareDate:
    """A date that no augmenter makes: refused, unless the reading of ALM-Q6 takes it."""

    text: str


@dataclass(frozen=True, slots=True)
class Path:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Augmented:
    """@Name or @Name(text)."""

    name: str
    argument: str | None


@dataclass(frozen=True, slots=True)
class Method:
    path: Path
    name: str
    argument: str


@dataclass(frozen=True, slots=True)
class Not:
    inner: Node


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str  # ==, !=, <, >, <=, >=
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts (&&) or any of them (||): kept flat, so that a long chain is no deep tree."""

    operator: str
    parts: tuple[Node, ...]


Node = Literal | BareDate | Path | Augmented | Method | Not | Compare | Both


class Lexeme(NamedTuple):
    kind: str
    text: str
    at: int


_LEXEMES = re.compile(
    r"""(?P<blank>[ \t\r\n]+)
    |(?P<date>\d{4}-\d{2}-\d{2}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?)
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    |(?P<text>"(?:[^"\\\x00-\x1f]|\\.)*")
    |(?P<augmenter>@[A-Za-z][A-Za-z0-9]*)
    |(?P<path>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    |(?P<operator>\|\||&&|==|!=|<=|>=|[=<>!()])""",
    re.VERBOSE | re.ASCII,
)
_ARGUMENT = re.compile(r"\(([^()]{0,200})\)")
_OPENING = re.compile(r"[ \t\r\n]*\(")
_METHOD_ARGUMENT = re.compile(r'[ \t\r\n]*\(\s*("(?:[^"\\\x00-\x1f]|\\.)*")\s*\)')
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'", "0": "\0"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))")


def parse(text: str) -> Node:
    """The tree of a filter. Raises FilterError."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter of more than {MAX_LENGTH} characters", MAX_LENGTH)
    return _Parser(text).parse()


class _Parser:
    """Operator precedence with two stacks: of finished parts, and of operators and brackets that wait for theirs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.parts: list[Node] = []
        self.heights: list[int] = []  # of the parts: a chain of comparisons nests without a parenthesis
        self.waiting: list[Lexeme] = []
        self.nodes = 0
        self.depth = 0

    def parse(self) -> Node:
        expects_part = True
        for lexeme in self._lexemes():
            expects_part = self._begin(lexeme) if expects_part else self._go_on(lexeme)
        if expects_part:
            raise FilterError("the filter ends where something should follow", len(self.text))
        while self.waiting:
            if self.waiting[-1].text == "(":
                raise FilterError("a parenthesis is never closed", self.waiting[-1].at)
            self._reduce()
        return self.parts[0]

    def _lexemes(self) -> Iterator[Lexeme]:
        while self.at < len(self.text):
            match = _LEXEMES.match(self.text, self.at)
            if match is None:
                raise FilterError(f"{self.text[self.at]!r} begins nothing that a filter has", self.at)
            at, self.at = self.at, match.end()
            if match.lastgroup != "blank":
                yield Lexeme(str(match.lastgroup), match[0], at)

    def _begin(self, lexeme: Lexeme) -> bool:
        """Where a part must begin; whether another must follow."""
        if lexeme.kind == "operator":
            if lexeme.text not in {"(", "!"}:
                raise FilterError(f"{lexeme.text} where a value should be", lexeme.at)
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise FilterError(f"nested deeper than {MAX_DEPTH}", lexeme.at)
            self.waiting.append(lexeme)
            return True
        self._push(self._part(lexeme), lexeme.at)
        return False

    def _go_on(self, lexeme: Lexeme) -> bool:
        """Where an operator or a closing parenthesis must come; whether a part must follow."""
        if lexeme.text == ")" and lexeme.kind == "operator":
            while self.waiting and self.waiting[-1].text != "(":
                self._reduce()
            if not self.waiting:
                raise FilterError("a parenthesis is closed that was never opened", lexeme.at)
            self.waiting.pop()
            self.depth -= 1
            return False
        if lexeme.kind != "operator" or lexeme.text not in BINARY:
            raise FilterError(f"{lexeme.text[:40]!r} where an operator should be", lexeme.at)
        binds = BINARY[lexeme.text]
        while self.waiting and self.waiting[-1].text != "(" and _binds(self.waiting[-1]) >= binds:
            self._reduce()
        self.waiting.append(lexeme)
        return True

    def _reduce(self) -> None:
        lexeme = self.waiting.pop()
        right, height = self.parts.pop(), self.heights.pop() + 1
        if lexeme.text == "!":
            self.depth -= 1
            self._push(Not(right), lexeme.at, height)
            return
        left, left_height = self.parts.pop(), self.heights.pop()
        if isinstance(left, Both) and left.operator == lexeme.text:
            self._push(Both(lexeme.text, (*left.parts, right)), lexeme.at, max(height, left_height))
            return
        height = max(height, left_height + 1)
        if lexeme.text in {"&&", "||"}:
            self._push(Both(lexeme.text, (left, right)), lexeme.at, height)
        else:
            self._push(Compare("==" if lexeme.text == "=" else lexeme.text, left, right), lexeme.at, height)

    def _push(self, node: Node, at: int, height: int = 0) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise FilterError(f"more than {MAX_NODES} parts", at)
        if height > MAX_DEPTH:
            raise FilterError(f"nested deeper than {MAX_DEPTH}", at)
        self.parts.append(node)
        self.heights.append(height)

    def _part(self, lexeme: Lexeme) -> Node:
        match lexeme.kind:
            case "number":
                return Literal(_number(lexeme))
            case "text":
                return Literal(_unescaped(lexeme.text, lexeme.at))
            case "date":
                return BareDate(lexeme.text)
            case "augmenter":
                return self._augmented(lexeme)
        return self._path(lexeme)

    def _augmented(self, lexeme: Lexeme) -> Node:
        name = lexeme.text[1:]
        match = _ARGUMENT.match(self.text, self.at)
        if match is None:
            return Augmented(name, None)
        self.at = match.end()
        return Augmented(name, match[1].strip())

    def _path(self, lexeme: Lexeme) -> Node:
        names = tuple(lexeme.text.split("."))
        if _OPENING.match(self.text, self.at):
            match = _METHOD_ARGUMENT.match(self.text, self.at)
            if len(names) < 2 or names[-1] not in METHODS or match is None:
                raise FilterError(f"the only methods are {', '.join(METHODS)}, each of a property and with one text",
                                  lexeme.at)  # fmt: skip
            argument = _unescaped(match[1], self.at)
            self.at = match.end()
            return Method(Path(names[:-1]), names[-1], argument)
        if len(names) == 1 and names[0] in WORDS:
            return Literal(WORDS[names[0]])
        return Path(names)


def _binds(lexeme: Lexeme) -> int:
    return NEGATION if lexeme.text == "!" else BINARY[lexeme.text]


def _number(lexeme: Lexeme) -> int | float:
    if len(lexeme.text) > 40:
        raise FilterError("a number of more than 40 characters", lexeme.at)
    if lexeme.text.lstrip("-").isdecimal():
        number: int | float = int(lexeme.text)
        if not -(2**63) <= number < 2**63:
            raise FilterError("a whole number beyond 64 bits", lexeme.at)
        return number
    number = float(lexeme.text)
    if number in {float("inf"), float("-inf")}:
        raise FilterError("a number beyond any", lexeme.at)
    return number


def _unescaped(text: str, at: int) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1]:
            code = int(match[1], 16)
            if 0xD800 <= code <= 0xDFFF:
                raise FilterError("half a character", at)
            return chr(code)
        if match[2] not in _ESCAPES:
            raise FilterError(f"\\{match[2]} is no escape", at)
        return _ESCAPES[match[2]]

    return _ESCAPE.sub(one, text[1:-1]) if "\\" in text else text[1:-1]


def words(node: Node) -> str:
    """A tree as a text that parses to the same tree."""
    match node:
        case Literal(value=None):
            return "null"
        case Literal(value=bool() as value):
            return "true" if value else "false"
        case Literal(value=str() as value):
            return _quoted(value)
        case Literal(value=value):
            return repr(value)
        case BareDate(text=text):
            return text
        case Path(names=names):
            return ".".join(names)
        case Augmented(name=name, argument=argument):
            return f"@{name}" if argument is None else f"@{name}({argument})"
        case Method(path=path, name=name, argument=argument):
            return f"{words(path)}.{name}({_quoted(argument)})"
        case Not(inner=inner):
            return f"!({words(inner)})"
        case Compare(operator=operator, left=left, right=right):
            return f"({words(left)}){operator}({words(right)})"
        case Both(operator=operator, parts=parts):
            return operator.join(f"({words(each)})" for each in parts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " else f"\\u{ord(c):04x}" for c in escaped) + '"'
