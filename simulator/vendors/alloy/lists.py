"""Tables of Fields and Data: which columns a list has, and how it is filtered, searched, sorted and cut (ALY-X31)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from simulator.core.errors import Invalid, Problem
from simulator.core.listing import page
from simulator.core.store import Record, Store
from simulator.vendors.alloy.classes import (
    ACTIVITIES,
    Field,
    Names,
    by_name,
    class_named,
    names_of,
    show_date,
    show_value,
)
from simulator.vendors.alloy.rules import (
    Settings,
    braced,
    flatten,
    guid_of,
    is_empty,
    read_boolean,
    read_date,
    read_number,
    scalar_text,
    to_plain,
)

_DATA_TYPES = {"number": "decimal", "boolean": "bool", "date": "datetime"}
ORDERED = frozenset({"int", "decimal", "datetime"})


class Column(NamedTuple):
    """A column: its name and what else it answers to, the type of its values, a record's own value and its text."""

    name: str
    names: Names
    data_type: str
    value: Callable[[Record], Any]
    text: Callable[[Record], str]
    caption: str | None = None
    also: Callable[[Record], Iterable[str]] = (
        lambda record: ()
    )  # other texts by which a filter may name the value

    def describe(self) -> dict[str, str]:
        shown = {"Name": self.name, "DataType": self.data_type}
        return shown if self.caption is None else {**shown, "Caption": self.caption}


@dataclass(frozen=True)
class Query:
    """What a list request asks for. A filter is a name, an operation and a value; an order a name and whether it goes
    down."""

    filters: list[tuple[str, str, Any]] = field(default_factory=list)
    sort: list[tuple[str, bool]] = field(default_factory=list)
    fields: list[str] | None = None
    offset: int = 0
    limit: int = 0
    search: str = ""
    place: Literal["query", "body"] = "body"  # where it was asked


# --- what is asked ---------------------------------------------------------------------------------------------------

KNOWN = ("par_fields", "par_sort_asc", "par_sort_desc", "par_offset", "par_limit", "par_search_text")


def read_query(
    query: Mapping[str, Any], texts: Mapping[str, list[str]], known: Iterable[str] = KNOWN
) -> Query:
    """The query of a GET; any name that the document does not know filters (ALY-X27). Refuses two orders at once."""
    ascending, descending = query["par_sort_asc"], query["par_sort_desc"]
    if ascending and descending:
        raise Invalid(
            [Problem("query", ("par_sort_desc",), "sort", "one order", "two", ("ALY-X24", "ALY-097"))]
        )
    return Query(
        filters=[
            (name, "=", value) for name, values in texts.items() if name not in known for value in values
        ],
        sort=[(name, bool(descending)) for name in _split(ascending or descending)],
        fields=_split(query["par_fields"]) or None,
        offset=int(query["par_offset"]),
        limit=int(query["par_limit"]),
        search=query["par_search_text"] or "",
        place="query",
    )


def _split(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]


def read_body(body: Mapping[str, Any]) -> Query:
    """The query of a POST, as the document writes it."""
    return Query(
        filters=[
            (each["name"], each.get("operation", "="), each["value"]) for each in body.get("filters", ())
        ],
        sort=[
            (each["property"], each.get("direction", "").casefold() == "desc")
            for each in body.get("sort", ())
        ],
        fields=flatten(body.get("fields", ())) or None,
        offset=int(body.get("offset") or 0),
        limit=int(body.get("limit") or 0),
        search=body.get("searchText") or "",
    )


# --- what there is ---------------------------------------------------------------------------------------------------


def plain_column(
    name: str, data_type: str, of: Callable[[Record], Any], caption: str | None = None
) -> Column:
    """A column of a value that shows as it is."""

    def text(record: Record) -> str:
        value = of(record)
        return "" if value is None else scalar_text(value)

    return Column(name, (name, None, None), data_type, of, text, caption)


def date_column(
    name: str, settings: Settings, of: Callable[[Record], str], caption: str | None = None
) -> Column:
    def text(record: Record) -> str:
        return show_date(of(record), settings.server_time_zone)

    return Column(name, (name, None, None), "datetime", of, text, caption)


def guid_column(of: Callable[[Record], str], caption: str | None = None) -> Column:
    return Column("ID", ("ID", None, None), "guid", of, lambda record: braced(of(record)), caption)


def field_column(
    store: Store,
    settings: Settings,
    of: Field,
    values: Callable[[Record], Mapping[str, Any]],
    *,
    plain: bool = False,
) -> Column:
    """A column of a declared field; `plain` shows an HTML text without its tags (ALY-X14)."""

    def value(record: Record) -> Any:
        return values(record).get(of["name"])

    def text(record: Record) -> str:
        shown = show_value(store, of, value(record), settings.server_time_zone)
        return to_plain(shown) if plain else shown

    def identifiers(record: Record) -> Iterable[str]:
        named = value(record)
        found = (
            None
            if is_empty(named)
            else store.get("objects", str(named)) or store.first("objects", "oid", named)
        )
        return () if found is None else (found["id"], braced(found["id"]), found.get("oid") or found["id"])

    whole = "int" if of.get("whole") else None
    data_type = (whole if of["type"] == "number" else None) or _DATA_TYPES.get(of["type"], "string")
    names = names_of(of, settings)
    if of["type"] == "reference":
        return Column(of["name"], names, data_type, text, text, None, identifiers)
    return Column(of["name"], names, data_type, value, text)


def activity_columns(store: Store, settings: Settings) -> list[Column]:
    """What an activity says (ALY-088), and the fields that the fixture declares for it."""
    kind = class_named(store, ACTIVITIES)
    own = [] if kind is None else [field_column(store, settings, each, lambda record: record["fields"])
                                   for each in kind["fields"]]  # fmt: skip
    return [
        guid_column(lambda record: record["guid"]),
        plain_column("Activity_Type", "string", lambda record: record["type"]),
        plain_column("Action", "string", lambda record: record["action"]),
        plain_column("Performed_By", "string", lambda record: record["person"]),
        date_column("Activity_Date", settings, lambda record: record["date"]),
        *own,
    ]


def attachment_columns(settings: Settings) -> list[Column]:
    """The five of ALY-X47, with captions."""
    return [
        guid_column(lambda record: record["id"], "ID"),
        plain_column("Size", "int", lambda record: record["Size"], "Size"),
        plain_column("FileName", "string", lambda record: record["FileName"], "File Name"),
        plain_column("Type", "string", lambda record: "Link" if record["IsLink"] else "File", "Type"),
        date_column("Created_Date", settings, lambda record: record["Created_Date"], "Created Date"),
    ]


ELEMENT_COLUMNS = [plain_column("Name", "string", lambda record: record["Name"])]


# --- what is answered ------------------------------------------------------------------------------------------------


def table(columns: list[Column], records: Iterable[Record], query: Query) -> dict[str, Any]:
    """The records that a query asks for. Refuses a field that is no column (ALY-096)."""
    lookup = by_name((column.names, column) for column in columns)
    _require_known(lookup, query)
    for name, operation, value in query.filters:
        records = _filtered(list(records), lookup[name], operation, value)
    if query.search:
        wanted = query.search.casefold()
        records = [
            each for each in records if any(wanted in column.text(each).casefold() for column in columns)
        ]
    rows = list(records)
    for name, down in reversed(query.sort):  # the last order first: a stable sort keeps it among equals
        rows.sort(key=_sort_key(lookup[name]), reverse=down)
    chosen = columns if query.fields is None else [lookup[name] for name in query.fields]
    return {
        "Fields": [column.describe() for column in chosen],
        "Data": [
            [column.text(row) for column in chosen] for row in page(rows, query.offset, query.limit or None)
        ],
    }


def _require_known(lookup: Mapping[str, Column], query: Query) -> None:
    asked = [
        *(query.fields or ()),
        *(name for name, _ in query.sort),
        *(name for name, _, _ in query.filters),
    ]
    problems = [
        Problem(query.place, (name,), "unknown_field", [*lookup], "a name that is not known", ("ALY-096",))
        for name in asked
        if name not in lookup
    ]
    problems += [
        Problem(query.place, (name,), "operation", "= or <>", operation, ("ALY-X28", "ALY-099"))
        for name, operation, _ in query.filters
        if operation not in {"=", "<>"} and name in lookup and lookup[name].data_type not in ORDERED
    ]
    if problems:
        raise Invalid(problems)


def _sort_key(column: Column) -> Callable[[Record], tuple[Any, ...]]:
    def key(record: Record) -> tuple[Any, ...]:
        value = column.value(record)
        return (0,) if is_empty(value) else (1, _comparable(column, value))

    return key


def _comparable(column: Column, value: Any) -> Any:
    match column.data_type:
        case "datetime":
            return read_date(value)
        case "string" | "guid":
            return str(value).casefold()
    return value


def _filtered(records: list[Record], column: Column, operation: str, value: Any) -> list[Record]:
    matches = _matcher(column, value)
    if operation == "=":
        return [each for each in records if matches(each)]
    if operation == "<>":
        return [each for each in records if not matches(each)]
    wanted = _read(column, value)
    if wanted is None:
        return []
    compare: dict[str, Callable[[Any, Any], bool]] = {
        ">": lambda one, other: one > other,
        ">=": lambda one, other: one >= other,
        "<": lambda one, other: one < other,
        "<=": lambda one, other: one <= other,
    }
    holds = compare[operation]
    return [
        each
        for each in records
        if not is_empty(own := column.value(each)) and holds(_comparable(column, own), wanted)
    ]


def _matcher(column: Column, value: Any) -> Callable[[Record], bool]:
    """Whether a record's value is the one that a filter names (ALY-098)."""
    if is_empty(value):
        return lambda record: is_empty(column.value(record))
    wanted = _read(column, value)
    if wanted is None:
        return lambda record: False
    if column.data_type != "string":
        return lambda record: not is_empty(own := column.value(record)) and _comparable(column, own) == wanted
    return lambda record: (
        column.text(record).casefold() == wanted
        or any(each.casefold() == wanted for each in column.also(record))
    )


def _read(column: Column, value: Any) -> Any:
    """A filter's value as a column compares it; None for one that no record can have."""
    try:
        match column.data_type:
            case "int" | "decimal":
                return read_number(value)
            case "bool":
                return read_boolean(value, as_shown=True)
            case "datetime":
                return read_date(scalar_text(value))
            case "guid":
                return guid_of(scalar_text(value))
        return scalar_text(value).casefold()
    except ValueError:
        return None
