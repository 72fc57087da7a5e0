"""The grammar of $filter: a text becomes a small tree, by explicit stacks, so that no text can exhaust Python's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

MAX_LENGTH = 16_384  # characters
MAX_NODES = 1_000
MAX_DEPTH = 64  # of parentheses, negations and what they hold

# From loosest to tightest, as in C#; every operator is left-associative.
BINARY = {"||": 1, "&&": 2, "==": 3, "=": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4}
NEGATION = 5
CHAINS = ("||", "&&")  # kept flat: a chain is one part of the tree, however long
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
    """All of the parts (&&) or any of them (||)."""

    operator: str
    parts: tuple[Node, ...]


Node = Literal | BareDate | Path | Augmented | Method | Not | Compare | Both


class Sign(NamedTuple):
    """An operator or an opening parenthesis, how tightly it binds, and where it stands."""

    text: str
    binds: int
    at: int


_BLANKS = " \t\r\n"
_QUOTED = r'"(?:[^"\\\x00-\x1f\ud800-\udfff]++|\\.)*+"'
# A match is a whole lexeme with the blanks behind it, a method with its argument, an augmenter with its own, so that a
# filter is read in one pass. What begins no lexeme is "wrong": a character, or the end of the text.
_LEXEMES = re.compile(
    rf"""(?:(?P<operator>\|\||&&|==|!=|<=|>=|[=<>!()])
    |(?P<path>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
        (?P<method>[{_BLANKS}]*\((?:\s*(?P<argument>{_QUOTED})\s*\))?)?
    |(?P<augmenter>@[A-Za-z][A-Za-z0-9]*)(?P<augmented>\((?P<given>[^()]{{0,200}})\))?
    |(?P<date>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?)
    |(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
    |(?P<text>{_QUOTED})
    |(?P<wrong>[\s\S]|\Z))[{_BLANKS}]*""",
    re.VERBOSE,
)
_ESCAPED = re.compile(r"""(?:[^\\]++|\\(?:[ntr"\\'0]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}))*+""")
_UNICODE = re.compile(r"\\u([0-9a-fA-F]{4})")
_BACKSLASH = (
    "\ud800"  # in the place of an escaped one while the others are read: no text has half a character
)
_ESCAPES = (
    (r"\\", _BACKSLASH),
    (r"\n", "\n"),
    (r"\t", "\t"),
    (r"\r", "\r"),
    (r"\"", '"'),
    (r"\'", "'"),
    (r"\0", "\0"),
)


def parse(text: str) -> Node:
    """The tree of a filter. Raises FilterError."""
    if len(text) > MAX_LENGTH:
        raise FilterError(f"a filter of more than {MAX_LENGTH} characters", MAX_LENGTH)
    return _Parser(text).parse()


class _Parser:
    """Operator precedence with two stacks: of finished parts, and of operators and parentheses that wait for theirs."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[Node] = []
        self.heights: list[int] = []  # of the parts: a chain of comparisons nests without a parenthesis
        self.waiting: list[Sign] = []
        self.nodes = 0
        self.depth = 0

    def parse(self) -> Node:
        expects_part = True
        first = len(self.text) - len(self.text.lstrip(_BLANKS))
        for match in _LEXEMES.finditer(self.text, first):
            kind = match.lastgroup
            if kind == "operator":
                expects_part = self._begin(match) if expects_part else self._go_on(match)
            elif kind == "wrong":
                _require_end(match)
            elif expects_part:
                self._count(match.start())
                self.parts.append(_part(match))
                self.heights.append(0)
                expects_part = False
            else:
                raise _no_operator(match)
        if expects_part:
            raise FilterError("the filter ends where something should follow", len(self.text))
        while self.waiting:
            if self.waiting[-1].text == "(":
                raise FilterError("a parenthesis is never closed", self.waiting[-1].at)
            self._reduce()
        return self.parts[0]

    def _begin(self, match: re.Match[str]) -> bool:
        """An operator where a part must begin: another must follow."""
        sign, at = match["operator"], match.start()
        if sign not in {"(", "!"}:
            raise FilterError(f"{sign} where a value should be", at)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FilterError(f"nested deeper than {MAX_DEPTH}", at)
        if sign == "!":
            self._count(at)
        self.waiting.append(Sign(sign, NEGATION if sign == "!" else 0, at))
        return True

    def _go_on(self, match: re.Match[str]) -> bool:
        """An operator behind a part; whether another part must follow."""
        sign, at = match["operator"], match.start()
        if sign == ")":
            self._close(at)
            return False
        binds = BINARY.get(sign)
        if binds is None:
            raise _no_operator(match)
        self._count(at)
        least = binds + 1 if sign in CHAINS else binds  # a chain is put together at its end, all at once
        while self.waiting and self.waiting[-1].binds >= least:
            self._reduce()
        self.waiting.append(Sign(sign, binds, at))
        return True

    def _close(self, at: int) -> None:
        while self.waiting and self.waiting[-1].text != "(":
            self._reduce()
        if not self.waiting:
            raise FilterError("a parenthesis is closed that was never opened", at)
        self.waiting.pop()
        self.depth -= 1

    def _reduce(self) -> None:
        """Put together what the last operator holds; of a chain everything."""
        sign, _, at = self.waiting.pop()
        if sign == "!":
            self.depth -= 1
            inner, height = self.parts.pop(), self.heights.pop()
            self._push(Not(inner), height + 1, at)
        elif sign in CHAINS:
            self._chain(sign, at)
        else:
            right, left = self.parts.pop(), self.parts.pop()
            height = max(self.heights.pop(), self.heights.pop())
            self._push(Compare("==" if sign == "=" else sign, left, right), height + 1, at)

    def _chain(self, sign: str, at: int) -> None:
        first = len(self.parts) - 2
        while self.waiting and self.waiting[-1].text == sign:
            self.waiting.pop()
            first -= 1
        parts, heights = self.parts[first:], self.heights[first:]
        del self.parts[first:], self.heights[first:]
        begin = parts[0]
        if isinstance(begin, Both) and begin.operator == sign:  # in parentheses that change nothing
            parts[:1] = begin.parts
            heights[0] -= 1
        self._push(Both(sign, tuple(parts)), max(heights) + 1, at)

    def _push(self, node: Node, height: int, at: int) -> None:
        if height > MAX_DEPTH:
            raise FilterError(f"nested deeper than {MAX_DEPTH}", at)
        self.parts.append(node)
        self.heights.append(height)

    def _count(self, at: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise FilterError(f"more than {MAX_NODES} parts", at)


def _require_end(match: re.Match[str]) -> None:
    if match["wrong"]:
        raise FilterError(f"{match['wrong']!r} begins nothing that a filter has", match.start())


def _no_operator(match: re.Match[str]) -> FilterError:
    return FilterError(f"{match[0].rstrip()[:40]!r} where an operator should be", match.start())


def _part(match: re.Match[str]) -> Node:
    """What a lexeme other than an operator is."""
    kind = match.lastgroup  # the outermost of the last: a path that is a method is of kind "method"
    match kind:
        case "path":
            return _path(match["path"])
        case "method":
            return _method(match)
        case "number":
            return Literal(_number(match["number"], match.start()))
        case "text":
            return Literal(_unescaped(match["text"], match.start()))
        case "date":
            return BareDate(match["date"])
        case "augmented":
            return Augmented(match["augmenter"][1:], match["given"].strip())
    return Augmented(match["augmenter"][1:], None)


def _path(text: str) -> Node:
    return Literal(WORDS[text]) if text in WORDS else Path(tuple(text.split(".")))


def _method(match: re.Match[str]) -> Node:
    *names, name = match["path"].split(".")
    if not names or name not in METHODS or match["argument"] is None:
        raise FilterError(
            f"the only methods are {', '.join(METHODS)}, each of a property and with one text", match.start()
        )
    return Method(Path(tuple(names)), name, _unescaped(match["argument"], match.start("argument")))


def _number(text: str, at: int) -> int | float:
    if len(text) > 40:
        raise FilterError("a number of more than 40 characters", at)
    if text.lstrip("-").isdecimal():
        number: int | float = int(text)
        if not -(2**63) <= number < 2**63:
            raise FilterError("a whole number beyond 64 bits", at)
        return number
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise FilterError("a number beyond any", at)
    return number


def _unescaped(text: str, at: int) -> str:
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    known = _ESCAPED.match(inner)
    if known is None or known.end() < len(inner):
        raise _no_escape(inner[0 if known is None else known.end() :], at)
    for escape, plain in _ESCAPES:
        inner = inner.replace(escape, plain)
    if "\\" in inner:
        inner = _UNICODE.sub(lambda found: chr(int(found[1], 16)), inner)
    return inner.replace(_BACKSLASH, "\\")


def _no_escape(text: str, at: int) -> FilterError:
    return FilterError("half a character" if _UNICODE.match(text) else f"{text[:2]} is no escape", at)


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
