"""The tables of docs/reference/alemba-search.md, made of what the parser and the entities themselves say."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.vendors.alemba.entities import MODEL, NUMBERS, TEXTS
from simulator.vendors.alemba.search import language
from simulator.vendors.alemba.search.filtering import ORDERS
from simulator.vendors.alemba.search.paths import MAX_NAMES, MAX_STEPS

_MEANINGS = {
    "||": "or",
    "&&": "and",
    "==": "is equal to",
    "=": "is equal to",
    "!=": "is not equal to",
    "<": "is less than",
    ">": "is greater than",
    "<=": "is less than or equal to",
    ">=": "is greater than or equal to",
}
_AUGMENTERS = {
    "Now": ("the present instant", "DateTime"),
    "OrganizationId": ("the organization of the session's user", "number"),
    "UserId": ("the session's user", "number"),
    "DateTime": ("a date and time in ISO 8601: `@DateTime(2017-01-01T00:00:00+01:00)`", "DateTime"),
    "Guid": ("a GUID without quotes: `@Guid(75f7a7d5-652f-4e30-bd92-dc6e9594b28b)`", "Text"),
    "NowOffset": ("days, hours and minutes from now: `@NowOffset(-7,-2,-30)`", "DateTime"),
}


def markdown() -> str:
    """Every table, in the order of the page."""
    tables = [_operators(), _types(), _augmenters(), _entities(), _limits()]
    return "\n\n".join(tables)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _operators() -> str:
    by_tightness: dict[int, list[str]] = {}
    for sign, binds in language.BINARY.items():
        by_tightness.setdefault(binds, []).append(sign)
    rows = [(language.NEGATION, _code("!"), "not")]
    for binds in sorted(by_tightness, reverse=True):
        signs = by_tightness[binds]
        meanings = dict.fromkeys(_MEANINGS[sign] for sign in signs)
        rows.append((binds, ", ".join(map(_code, signs)), ", ".join(meanings)))
    return _table(("binds", "operator", "means"), rows)


def _types() -> str:
    equality = [sign for sign in language.BINARY if language.BINARY[sign] == language.BINARY["=="]]
    equal, order = ", ".join(map(_code, equality)), ", ".join(map(_code, ORDERS))
    methods = ", ".join(_code(f'.{name}("...")') for name in language.METHODS)
    rows = [
        (", ".join(NUMBERS), f"{equal}, {order}", "`12`, `-0.5`, `1e3`, `null`"),
        (", ".join(TEXTS), f"{equal}, {methods}", '`"..."` with the escapes of C#, `@Guid(...)`, `null`'),
        ("Boolean", f"{equal}, or nothing at all", "`true`, `false`, `null`, another condition"),
        ("DateTime", f"{equal}, {order}", "`@DateTime(...)`, `@Now`, `@NowOffset(...)`, `null`"),
        ("Binary", equal, "`null`"),
        ("an entity", equal, "a key, `@UserId`, `@OrganizationId`, `null`"),
    ]
    return _table(("data type", "takes", "compared with"), rows)


def _augmenters() -> str:
    rows = []
    for kind, names in (("token", language.TOKENS), ("function", language.FUNCTIONS)):
        rows += [(_code(f"@{name}"), kind, _AUGMENTERS[name][1], _AUGMENTERS[name][0]) for name in names]
    return _table(("augmenter", "kind", "gives", "means"), rows)


def _entities() -> str:
    rows = [
        (
            _code(f"@{name}"),
            found.type.lower(),
            _code(found.filter or ", ".join(found.choose)),
            found.description,
        )
        for name, found in MODEL.by_name["WorkItem"].augmenters.items()
    ]
    return _table(("of calls, requests and tasks", "kind", "is", "means"), rows)


def _limits() -> str:
    rows = [
        ("characters", f"{language.MAX_LENGTH:,}"),
        ("parts and operators", f"{language.MAX_NODES:,}"),
        ("levels of nesting", language.MAX_DEPTH),
        ("names in a path", MAX_NAMES),
        (
            "steps in one search: each part of it, of an order and of a join takes one in each row",
            f"{MAX_STEPS:,}",
        ),
    ]
    return _table(("a filter has at most", ""), rows)
