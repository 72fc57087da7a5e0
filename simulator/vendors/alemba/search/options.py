"""The options of a search, read from the query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.core.errors import Invalid, Problem

INT32 = 2**31 - 1
DEFAULT_TOP = 100


@dataclass(frozen=True, slots=True)
class Options:
    """What a search asks for. `top` None: no row limit."""

    top: int | None
    skip: int
    filter: str | None
    orderby: str | None
    select: str | None
    count: bool
    inline_count: bool
    partition: int | None
    left_joins: tuple[str, ...]
    inner_joins: tuple[str, ...]


def refused(option: str, rule: str, expected: Any, got: Any, *statements: str) -> Invalid:
    """A 400 that says in the journal which option is wrong, and what would have been taken."""
    return Invalid([Problem("query", (option,), rule, expected, got, statements)])


def read_options(texts: Mapping[str, list[str]], *, unlimited: bool = False) -> Options:
    """The options of a folded query; of a repeated one the last counts, but joins, which all do. Raises Invalid."""
    top = _number(texts, "$top", 1, "ALM-117")
    return Options(
        top=top if top is not None or unlimited else DEFAULT_TOP,
        skip=_number(texts, "$skip", 0, "ALM-124") or 0,
        filter=_last(texts, "$filter"),
        orderby=_last(texts, "$orderby") if "$orderby" in texts else _last(texts, "$order"),
        select=_last(texts, "$select"),
        count=_flag(texts, "$count", "ALM-131"),
        inline_count=_flag(texts, "$inlinecount", "ALM-132"),
        partition=_number(texts, "$partition", 0, "ALM-199"),
        left_joins=tuple(texts.get("$leftJoin", ())),
        inner_joins=tuple(texts.get("$innerJoin", ())),
    )


def _last(texts: Mapping[str, list[str]], name: str) -> str | None:
    """A text option; an empty one is as good as none."""
    found = texts.get(name)
    return (found[-1].strip() or None) if found else None


def _number(texts: Mapping[str, list[str]], name: str, least: int, statement: str) -> int | None:
    """A whole number up to Int32; $skip may be nought, as that is where a first page begins."""
    if name not in texts:
        return None
    text = texts[name][-1]
    expected = f"a whole number from {least} to {INT32}"
    if not (text.isascii() and text.isdecimal()) or len(text) > 10 or not least <= int(text) <= INT32:
        raise refused(name, "Int32", expected, text[:40], statement)
    return int(text)


def _flag(texts: Mapping[str, list[str]], name: str, statement: str) -> bool:
    if name not in texts:
        return False
    text = texts[name][-1]
    if text not in {"true", "false"}:
        raise refused(name, "Boolean", "true or false", text[:40], statement)
    return text == "true"
