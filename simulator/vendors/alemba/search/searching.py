"""A search from its options to its answer: filter, joins, order, page, count."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from simulator.core.call import Call as AnyCall
from simulator.core.call import Reply
from simulator.core.clock import offset_minutes
from simulator.core.errors import Forbidden
from simulator.core.store import Record
from simulator.vendors.alemba import access, links
from simulator.vendors.alemba.entities import MODEL, Entity
from simulator.vendors.alemba.rules import Settings
from simulator.vendors.alemba.search import filtering
from simulator.vendors.alemba.search.filtering import FLAGGED, Filter, Readings, Refused
from simulator.vendors.alemba.search.joining import MAX_JOINS, Join, JoinError, Row, join, read_join
from simulator.vendors.alemba.search.options import INT32, Options, read_options, refused
from simulator.vendors.alemba.search.ordering import OrderError, SortKey, ordered, read_order
from simulator.vendors.alemba.search.paths import Environment, TooMuch
from simulator.vendors.alemba.search.selecting import SelectError, Selection, item, read_selection

Call = AnyCall[Settings]


def search(call: Call, entity: Entity, address: str, of: tuple[str, int] | None = None) -> Any:
    """Answer a search of an entity at an address; `of` limits it to the rows with this value in this field."""
    options = read_options(call.texts, unlimited=call.settings.unlimited)
    _cite_readings(call, options)
    joins, aliases = _joins(call, entity, options)
    condition = _filter(call, entity, options, aliases)
    keys = _order(call, entity, options, aliases)
    selection = _selection(entity, options, aliases)
    env = Environment(call)
    rows = _rows(call, env, entity, options, of, condition, joins_follow=bool(joins))
    if joins:
        rows = _joined(call, env, rows, joins, options, condition)
    if keys:
        with _affordable("$orderby", options.orderby):
            rows = ordered(env, rows, keys)
    total = len(rows)
    counted = rows if call.settings.count_ignores_paging else _page(rows, options)
    if options.count:
        call.cite("ALM-128", "ALM-129", "ALM-Q17")
        return Reply(str(len(counted)), 200, media_type="text/plain")
    shown = _page(rows, options)
    if selection is not None:
        with _affordable("$select", options.select):
            env.take(len(shown) * selection.links)
    answer: dict[str, Any] = {
        "results": [item(call, env, selection, really, row) for really, row in shown],
        "_self": links.search_link(call, address, _kept(call), INT32 if options.top is None else options.top),
    }
    if options.inline_count:
        call.cite("ALM-133")
        answer["__count"] = total if call.settings.count_ignores_paging else len(counted)
    return answer


def _cite_readings(call: Call, options: Options) -> None:
    if "$top" not in call.texts:
        call.cite("ALM-Q1")
    if "$order" in call.texts:
        call.cite("ALM-Q3")
    if options.select is None:
        call.cite("ALM-Q22")


def _kept(call: Call) -> Mapping[str, list[str]]:
    """The options that the address of this very answer repeats; a login token of the query is none."""
    return {name: values for name, values in call.texts.items() if name.startswith("$")}


def _page(rows: list[Row], options: Options) -> list[Row]:
    return rows[options.skip :] if options.top is None else rows[options.skip : options.skip + options.top]


# --- what is asked, read before anything is looked up ----------------------------------------------------------------


def _joins(call: Call, entity: Entity, options: Options) -> tuple[list[Join], dict[str, str]]:
    joins: list[Join] = []
    aliases: dict[str, str] = {}
    asked = deque([("$leftJoin", each) for each in options.left_joins])
    asked += [("$innerJoin", each) for each in options.inner_joins]
    if len(asked) > MAX_JOINS:
        raise refused(asked[-1][0], "joins", f"up to {MAX_JOINS}", f"{len(asked)}", "ALM-189")
    waiting = 0
    while asked:
        option, text = asked.popleft()
        try:
            found = read_join(text, entity, aliases, keeps_unmatched=option == "$leftJoin")
        except JoinError as error:
            if waiting < len(asked):  # it may need the alias of one that comes after it
                waiting += 1
                asked.append((option, text))
                continue
            raise refused(option, "join", str(error), text[:200], "ALM-189", "ALM-Q25") from None
        waiting = 0
        if not access.may(call, found.entity, "Search"):
            reason = f"a session of type {access.caller(call)['session_type']} may not search {found.entity.resource}"
            raise Forbidden(reason, statements=("ALM-244",), sub_status="NotAllowed")
        joins.append(found)
        aliases[found.alias] = found.entity.name
    return joins, aliases


def _readings(call: Call) -> Readings:
    settings = call.settings
    return Readings(
        bare_dates=settings.bare_dates == "accept",
        dates_need_zone=settings.dates_without_zone == "refuse",
        partition_everywhere=settings.partition_filter == "empty",
        offset=offset_minutes(settings.server_time_zone),
    )


def _filter(call: Call, entity: Entity, options: Options, aliases: Mapping[str, str]) -> Filter | None:
    if options.filter is None:
        return None
    try:
        return filtering.compiled(options.filter, entity.name, tuple(aliases.items()), _readings(call))
    except Refused as error:
        rule = "filter" if error.supported else "NotSupported"
        raise refused("$filter", rule, error.why, options.filter[:200], error.statement) from None


def _order(call: Call, entity: Entity, options: Options, aliases: Mapping[str, str]) -> tuple[SortKey, ...]:
    if options.orderby is None:
        return ()
    try:
        return read_order(options.orderby, entity, aliases, inverted=call.settings.orderby_inverted)
    except OrderError as error:
        rule = "order" if error.supported else "NotSupported"
        raise refused("$orderby", rule, error.why, options.orderby[:200], "ALM-169") from None


def _selection(entity: Entity, options: Options, aliases: Mapping[str, str]) -> Selection | None:
    if options.select is None:
        return None
    try:
        return read_selection(options.select, entity, aliases)
    except SelectError as error:
        rule = "select" if error.supported else "NotSupported"
        raise refused("$select", rule, error.why, options.select[:200], error.statement) from None


# --- what is there ---------------------------------------------------------------------------------------------------


def _rows(
    call: Call,
    env: Environment,
    entity: Entity,
    options: Options,
    of: tuple[str, int] | None,
    wanted: Filter | None,
    *,
    joins_follow: bool,
) -> list[Row]:
    """The rows that the caller sees and the filter takes, collection by collection. Where joins follow, it may ask for
    what is not there yet: then it only says which rows an index leaves over, and whether deleted ones count."""
    found: list[Row] = []
    filled = 0
    for collection in entity.collections:
        really = MODEL.by_resource[collection]
        records = _candidates(call, env, collection, of, wanted)
        if wanted is not None and not joins_follow:
            records = _narrowed(env, records, wanted, options)
        if wanted is None or not wanted.mentions_deleted:
            records = [record for record in records if record.get("Deleted") not in FLAGGED]
        if options.partition is not None and really.partitioned:
            records = [record for record in records if record.get("Partition") == options.partition]
        records = access.seen(call, really, records)
        found += [(really, record) for record in records]
        filled += bool(records)
    if filled > 1:  # children share the numbers of their parent: together they stand in that order
        found.sort(key=lambda row: row[1][entity.key])
    return found


def _narrowed(env: Environment, records: list[Record], wanted: Filter, options: Options) -> list[Record]:
    with _affordable("$filter", options.filter):
        return wanted.narrow(env, records)


@contextmanager
def _affordable(option: str, text: str | None) -> Iterator[None]:
    """What an option lets a search do; refuses it where that is more than one request may."""
    try:
        yield
    except TooMuch as error:
        raise refused(option, "steps", str(error), (text or "")[:200], "ALM-304") from None


def _candidates(
    call: Call, env: Environment, collection: str, of: tuple[str, int] | None, wanted: Filter | None
) -> list[Record]:
    """The records of a collection that an index leaves over, or all of them."""
    indexes = call.store.collections()[collection].spec.indexes
    key = call.store.key_of(collection)
    if of is not None:
        field, value = of
        if field in indexes:
            return list(call.store.find(collection, field, value))
        return [record for record in call.store.all(collection) if record.get(field) == value]
    for field, get in () if wanted is None else wanted.keyed:
        value = get(env, {})
        if value is None:
            continue
        if field == key:
            record = call.store.get(collection, value)
            return [] if record is None else [record]
        if field in indexes:
            return list(call.store.find(collection, field, value))
    return list(call.store.all(collection))


def _joined(
    call: Call, env: Environment, rows: list[Row], joins: list[Join], options: Options, wanted: Filter | None
) -> list[Row]:
    """The rows with their joins, of which the filter takes those that fit."""
    for each in joins:
        with _affordable(each.option, each.alias):
            rows = join(call, env, rows, each)
    if wanted is None:
        return rows
    really = {id(record): entity for entity, record in rows}  # a joined record is one of its own
    return [
        (really[id(record)], record) for record in _narrowed(env, [row[1] for row in rows], wanted, options)
    ]
