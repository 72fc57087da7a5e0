"""Filters made at random, and what each means in plain Python: nothing is shared with the language that is tested."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

Record = Mapping[str, Any]
Rows = Mapping[str, Mapping[int, Record]]  # what links lead to, by entity and key

TRUE = {"Y", "YES", "T", "TRUE", "ON", "1", "P", "A"}
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
NOW, PERSON, ORGANIZATION = "2017-03-20T12:00:00.000Z", 1, 1

# The properties that are tried, by kind: where each leads, as fields with the entity behind each, and the last field.
_USER, _PRIORITY, _SERVICE = ("User", "Person"), ("Priority", "Priority"), ("Service", "Service")
PATHS: dict[str, list[tuple[str, tuple[tuple[str, str], ...], str]]] = {
    "number": [
        *(
            (name, (), name)
            for name in (
                "Ref",
                "ActionCount",
                "TransferredBytes",
                "Progress",
                "ActionWorkHours",
                "Cost",
                "Severity",
                "CustomNumber1",
            )
        ),
        ("Priority.Rank", (_PRIORITY,), "Rank"),
        ("User.Ref", (_USER,), "Ref"),
        ("User.Organization.Ref", (_USER, ("Organization", "Organization")), "Ref"),
        ("UserId", (), "User"),
    ],
    "link": [
        *((name, (), name) for name in ("User", "Priority", "Service", "Partition", "AssignedTo", "Type")),
        ("User.Organization", (_USER,), "Organization"),
        ("Service.Partition", (_SERVICE,), "Partition"),
    ],
    "text": [
        *(
            (name, (), name)
            for name in ("Description", "ExternalReference", "CustomString1", "ClosureDescription")
        ),
        ("User.Name", (_USER,), "Name"),
        ("Service.Organization.Name", (_SERVICE, ("Organization", "Organization")), "Name"),
    ],
    "flag": [(name, (), name) for name in ("Breached", "Escalated", "CustomFlag1")]
    + [("User.IsVip", (_USER,), "IsVip")],
    "date": [(name, (), name) for name in ("LoggedDate", "ActualFinishTime", "DeferredUntil", "CustomDate1")],
    "binary": [("Signature", (), "Signature")],
}
_WORDS = [
    "",
    "The",
    "printer",
    "dark.",
    "EXT-10",
    "Desk",
    "Solved.",
    "Ada Okafor",
    "Harbour Works",
    'He said "it',
    "é",
    "\\",
    "x",
]
_DATES = [
    "2017-01-01T00:00:00+01:00",
    "2016-12-31T23:00:00Z",
    "2017-02-01",
    "2017-01-15T12:30",
    "2018-01-01T00:00:00.000Z",
]
_DATES_IN_UTC = ["2016-12-31T23:00:00.000Z"] * 2 + [
    "2017-02-01T00:00:00.000Z",
    "2017-01-15T12:30:00.000Z",
    "2018-01-01T00:00:00.000Z",
]


class Made(NamedTuple):
    """A piece of a filter: how it is written, how tightly it binds (4 is a part), and what it means of a row."""

    text: str
    binds: int
    value: Callable[[Record], Any]


class Maker:
    """Makes filters of calls; the rows behind links are given."""

    def __init__(self, chance: Random, rows: Rows) -> None:
        self.chance = chance
        self.rows = rows

    def condition(self, depth: int) -> Made:
        if depth <= 0 or self.chance.random() < 0.3:
            return self._leaf(depth)
        kind = self.chance.choice(["and", "or", "not", "flags"])
        if kind == "not":
            inner = self.condition(depth - 1)
            return Made(f"!{self._tight(inner, 4)}", 4, lambda row: not inner.value(row))
        left, right = self.condition(depth - 1), self.condition(depth - 1)
        blank = self.chance.choice(["", " ", "  "])
        if kind == "and":
            text = f"{self._tight(left, 1)}{blank}&&{blank}{self._tight(right, 2)}"
            return Made(text, 1, lambda row: bool(left.value(row)) and bool(right.value(row)))
        if kind == "or":
            text = f"{self._tight(left, 0)}{blank}||{blank}{self._tight(right, 1)}"
            return Made(text, 0, lambda row: bool(left.value(row)) or bool(right.value(row)))
        sign = self.chance.choice(["==", "=", "!="])
        same = sign != "!="
        text = f"{self._tight(left, 4)}{blank}{sign}{blank}{self._tight(right, 4)}"
        return Made(text, 2, lambda row: (bool(left.value(row)) == bool(right.value(row))) is same)

    def _tight(self, made: Made, least: int) -> str:
        """In parentheses where they are needed, and now and then where they are not."""
        needless = self.chance.random() < 0.15
        return f"({made.text})" if made.binds < least or needless else made.text

    def _leaf(self, depth: int) -> Made:
        kind = self.chance.choice(
            ["number", "number", "link", "text", "method", "flag", "date", "null", "constant"]
        )
        if kind == "flag":
            return self._path("flag")
        if kind == "constant":
            value = self.chance.random() < 0.5
            return Made("true" if value else "false", 4, lambda row: value)
        if kind == "null":
            return self._null()
        if kind == "method":
            return self._method()
        return self._comparison(kind)

    def _path(self, kind: str) -> Made:
        text, links, field = self.chance.choice(PATHS[kind])

        def value(row: Record) -> Any:
            record: Record | None = row
            for link, entity in links:
                key = record.get(link) if record is not None else None
                record = None if key is None else self.rows[entity].get(key)
            found = None if record is None else record.get(field)
            if kind == "flag" and found is not None:
                return found in TRUE
            return found

        return Made(text, 4, value)

    def _null(self) -> Made:
        path, same = self._path(self.chance.choice(list(PATHS))), self.chance.random() < 0.5
        sides = [path.text, "null"]
        self.chance.shuffle(sides)
        return Made(
            f"{sides[0]}{'==' if same else '!='}{sides[1]}", 2, lambda row: (path.value(row) is None) is same
        )

    def _method(self) -> Made:
        path, name, word = (
            self._path("text"),
            self.chance.choice(["Contains", "StartsWith", "EndsWith"]),
            self._word(),
        )
        tests: dict[str, Callable[[str], bool]] = {
            "Contains": lambda text: word in text,
            "StartsWith": lambda text: text.startswith(word),
            "EndsWith": lambda text: text.endswith(word),
        }
        test = tests[name]
        text = f"{path.text}.{name}{self.chance.choice(['', '', ' '])}({self._quoted(word)})"
        return Made(text, 4, lambda row: path.value(row) is not None and test(path.value(row)))

    def _word(self) -> str:
        return self.chance.choice(_WORDS)

    def _quoted(self, word: str) -> str:
        escaped = word.replace("\\", "\\\\").replace('"', '\\"')
        if self.chance.random() < 0.2:
            escaped = escaped.replace("e", "\\u0065")
        return f'"{escaped}"'

    def _comparison(self, kind: str) -> Made:
        path = self._path(kind)
        other = self._path(kind) if self.chance.random() < 0.2 else self._constant(kind)
        signs = ["==", "=", "!="] + (list(ORDERS) * 2 if kind in {"number", "date"} else [])
        sign = self.chance.choice(signs)
        left, right = (path, other) if self.chance.random() < 0.8 else (other, path)
        blank = self.chance.choice(["", " "])
        text = f"{left.text}{blank}{sign}{blank}{right.text}"
        if sign in ORDERS:
            order = ORDERS[sign]

            def holds(row: Record) -> bool:
                a, b = left.value(row), right.value(row)
                return a is not None and b is not None and order(a, b)

            return Made(text, 3, holds)
        same = sign != "!="
        return Made(text, 2, lambda row: (left.value(row) == right.value(row)) is same)

    def _constant(self, kind: str) -> Made:
        if kind == "text":
            word = self._word()
            return Made(self._quoted(word), 4, lambda row: word)
        if kind == "date":
            return self._date()
        if self.chance.random() < 0.15:
            if self.chance.random() < 0.5:
                return Made("@UserId", 4, lambda row: PERSON)
            return Made("@OrganizationId", 4, lambda row: ORGANIZATION)
        number: float
        if kind == "link":
            number = self.chance.randint(-1, 15)
        else:
            number = self.chance.choice(
                [0, 1, 2, 3, 5, 50, 100, -1, 0.1, 0.25, 0.5, 1.25, 19.99, -5.0, 4294967296, 32767, 1e3]
            )
        return Made(repr(number), 4, lambda row: number)

    def _date(self) -> Made:
        place = self.chance.randint(-2, len(_DATES) - 1)
        if place == -1:
            return Made("@Now", 4, lambda row: NOW)
        if place == -2:
            return Made("@NowOffset(-60,-1,-30)", 4, lambda row: "2017-01-19T10:30:00.000Z")
        date = _DATES_IN_UTC[place]
        return Made(f"@DateTime({_DATES[place]})", 4, lambda row: date)
