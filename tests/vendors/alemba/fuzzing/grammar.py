"""The filter language written down a second time, as a grammar for Lark: what it takes, and the tree it makes."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import LarkError, VisitError

from simulator.vendors.alemba.search import language as own

_TEXT = r'"(?:[^"\\\x00-\x1f]|\\.)*"'
_CALLED = rf"[ \t\r\n]*\(\s*{_TEXT}\s*\)"
_GRAMMAR = rf"""
start: either
either: both ("||" both)*
both: equality ("&&" equality)*
equality: relation (EQUAL relation)*
relation: unary (ORDER unary)*
unary: NOT unary -> negation
     | part
part: "(" either ")" -> group
    | DATE -> date
    | NUMBER -> number
    | TEXT -> text
    | METHOD -> method
    | AUGMENTED -> augmented
    | PATH -> path
EQUAL: "==" | "!=" | "="
ORDER: "<=" | ">=" | "<" | ">"
NOT: "!"
DATE.5: /[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:T[0-9:.]+(?:Z|[+-][0-9:]+)?)?/
NUMBER.4: /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/
TEXT.4: /{_TEXT}/
AUGMENTED.4: /@[A-Za-z][A-Za-z0-9]*(?:\([^()]{{0,200}}\))?/
METHOD.4: /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\.(?:Contains|StartsWith|EndsWith){_CALLED}/
PATH.3: /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/
BLANK: /[ \t\r\n]+/
%ignore BLANK
"""
_LARK = Lark(_GRAMMAR, parser="lalr", lexer="basic")


def tree_of(text: str) -> own.Node | None:
    """The tree of a text as our own parser should make it, or None for what is no filter."""
    try:
        found: Any = _Tree().transform(_LARK.parse(text))
    except (LarkError, VisitError, ValueError):
        return None
    return found  # type: ignore[no-any-return]


def _joined(operator: str, parts: list[Any]) -> Any:
    def two(left: Any, right: Any) -> Any:
        flat = left.parts if isinstance(left, own.Both) and left.operator == operator else (left,)
        return own.Both(operator, (*flat, right))

    return reduce(two, parts)


def _chain(parts: list[Any]) -> Any:
    found = parts[0]
    for sign, right in zip(parts[1::2], parts[2::2], strict=True):
        found = own.Compare("==" if sign == "=" else str(sign), found, right)
    return found


def _text(token: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[1]:
            if "d800" <= match[1].lower() <= "dfff":
                raise ValueError("half a character")
            return chr(int(match[1], 16))
        return {"n": "\n", "t": "\t", "r": "\r", "0": "\0", '"': '"', "'": "'", "\\": "\\"}[match[2]]

    try:
        return re.sub(r"\\(?:u([0-9A-Fa-f]{4})|(.))", one, token[1:-1])
    except KeyError:
        raise ValueError("no escape") from None


class _Tree(Transformer[Token, Any]):
    def start(self, parts: list[Any]) -> Any:
        return parts[0]

    def either(self, parts: list[Any]) -> Any:
        return _joined("||", parts)

    def both(self, parts: list[Any]) -> Any:
        return _joined("&&", parts)

    def equality(self, parts: list[Any]) -> Any:
        return _chain(parts)

    def relation(self, parts: list[Any]) -> Any:
        return _chain(parts)

    def negation(self, parts: list[Any]) -> Any:
        return own.Not(parts[1])

    def unary(self, parts: list[Any]) -> Any:
        return parts[0]

    def group(self, parts: list[Any]) -> Any:
        return parts[0]

    def date(self, parts: list[Any]) -> Any:
        return own.BareDate(str(parts[0]))

    def number(self, parts: list[Any]) -> Any:
        text = str(parts[0])
        if len(text) > 40:
            raise ValueError("too long")
        value = float(text)
        if text.lstrip("-").isdecimal():
            value = int(text)
            if not -(2**63) <= value < 2**63:
                raise ValueError("beyond 64 bits")
        if value in {float("inf"), float("-inf")}:
            raise ValueError("beyond any")
        return own.Literal(value)

    def text(self, parts: list[Any]) -> Any:
        return own.Literal(_text(str(parts[0])))

    def method(self, parts: list[Any]) -> Any:
        head, _, rest = str(parts[0]).partition("(")
        *names, name = head.rstrip().split(".")
        return own.Method(own.Path(tuple(names)), name, _text(rest[:-1].strip()))

    def augmented(self, parts: list[Any]) -> Any:
        name, bracket, rest = str(parts[0])[1:].partition("(")
        return own.Augmented(name, rest[:-1].strip() if bracket else None)

    def path(self, parts: list[Any]) -> Any:
        text = str(parts[0])
        if text in {"true", "false", "null"}:
            return own.Literal({"true": True, "false": False, "null": None}[text])
        return own.Path(tuple(text.split(".")))
