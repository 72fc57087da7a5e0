"""What each operation of Mitratech CMO on actions and events does; a function a piece, named after its operationId."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from simulator.core import crud
from simulator.core.call import Call as AnyCall
from simulator.core.call import Reply
from simulator.core.clock import format_instant
from simulator.core.document import names_json
from simulator.core.errors import (
    MOST_PROBLEMS,
    Conflict,
    Forbidden,
    Injected,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    Refusal,
    Unauthenticated,
)
from simulator.core.store import Key, Record
from simulator.core.vendor import collects_problems
from simulator.vendors.cmo import rules
from simulator.vendors.cmo.rules import NO_RISK, Settings

Call = AnyCall[Settings]


def fold_body(call: Call, body: Any) -> Any:
    """The body under the document's names, in whatever case they were sent. None, or no body at all, is refused."""
    if body is None:
        statement = "CMO-153" if call.operation and call.operation.id == "create_event" else "CMO-Q11"
        raise Malformed("the body is empty, or null", statements=(statement,), words=rules.PAYLOAD_IS_EMPTY)
    fields = _fields(call)
    folded = rules.fold_names(body, fields)
    if isinstance(body, dict):
        _cite_readings(call, body, folded, frozenset(fields))
    return folded


def _cite_readings(call: Call, body: Any, folded: Any, fields: frozenset[str]) -> None:
    """What we took a body to say where the document does not: names in other cases, keys that are nobody's, another
    Content-Type."""
    if folded.keys() != body.keys():
        call.cite("CMO-175")
    if call.operation is not None and call.operation.id != "create_event" and folded.keys() - fields:
        call.cite("CMO-Q9")
    if not names_json(call.request.headers.get(b"content-type", b"")):
        call.cite("CMO-184")


def _fields(call: Call) -> Iterable[str]:
    """The names a body of the called operation may have, in the document's order."""
    body = None if call.operation is None else call.operation.body
    return () if body is None else body.schemas["application/json"].fields


# --- what a body names ------------------------------------------------------------------------------------------------


class Reference(NamedTuple):
    """A field of an action that names another record: by its id, or by one of some indexes. `ways` come in the order in
    which they count (CMO-Q14, CMO-173)."""

    stored: str
    collection: str
    ways: dict[str, str]  # a body's key: the index that it is looked up in, "id" for the record's key

    def find(self, call: Call, way: str, value: Any) -> list[Record]:
        """The records that a value names: one, or it names none."""
        index = self.ways[way]
        if index != "id":
            return list(call.store.find(self.collection, index, value))
        found = call.store.get(self.collection, value.lower() if isinstance(value, str) else int(value))
        return [] if found is None else [found]

    def has_in_another_case(self, call: Call, way: str, value: str) -> bool:
        """Whether a record would be found if names were not compared exactly."""
        named = call.store.collections()[self.collection].spec.indexes[self.ways[way]]
        found = (named(record) for record in call.store.all(self.collection))
        return any(isinstance(each, str) and each.casefold() == value.casefold() for each in found)


def _reference(stored: str, collection: str, id: str, **names: str) -> Reference:
    return Reference(stored, collection, {id: "id", **names})


REFERENCES = (
    _reference("orgUnitId", "org_units", "orgUnitId", orgUnitName="name"),
    _reference("entityId", "entities", "entityId", entityName="name"),
    _reference("actionCategoryId", "categories", "actionCategoryId", actionCategoryName="name"),
    _reference(
        "responsibleUserId", "users", "responsibleUserId",
        responsibleUserLogin="loginName", responsibleUserName="full_name",
    ),
    _reference("actionPriorityId", "priorities", "actionPriorityId", actionPriorityName="name"),
)  # fmt: skip
CUSTOM_FIELD = _reference("customFieldId", "custom_fields", "customFieldId", customFieldName="name")
_LIST = "customFields"


def _named(
    call: Call, given: Any, reference: Reference, problems: list[Problem], *at: str | int
) -> Key | None:
    """The key of the record that `given` names, by whichever of its keys counts; None where they are null, or where one
    names nothing, which becomes a problem."""
    ways = {way: given[way] for way in reference.ways if given.get(way) is not None}
    if not ways:
        return None
    found = {way: reference.find(call, way, value) for way, value in ways.items()}
    way = next(iter(ways))
    records = found[way]
    if any(other != records for other in found.values()):
        call.cite("CMO-Q14")
    if len(ways) > 1 and reference.collection == "users":
        call.cite("CMO-173")
    if len(records) == 1:
        key: Key = records[0][call.store.key_of(reference.collection)]
        return key
    by_id = reference.ways[way] == "id"
    expected = f"one of {reference.collection}" if not records else "a name that only one has"
    rests_on = ("CMO-Q15",) if by_id else ("CMO-170",) if records else ("CMO-050", "CMO-051", "CMO-052")
    if way == "responsibleUserLogin":
        rests_on = (*rests_on, "CMO-172")
    if not by_id and not records and reference.has_in_another_case(call, way, ways[way]):
        rests_on = (*rests_on, "CMO-169")
    keyword = "unknown_id" if by_id else "unknown_name"
    problems.append(Problem("body", (*at, way), keyword, expected, ways[way], rests_on))
    return None


def _references(call: Call, problems: list[Problem]) -> dict[str, Any]:
    """What the body's names and ids say, by stored field; nothing for what it does not speak of."""
    refused = {problem.path[0] for problem in call.problems if problem.path}
    return {
        each.stored: _named(call, call.body, each, problems)
        for each in REFERENCES
        if call.body.keys() & each.ways.keys() and refused.isdisjoint(each.ways)
    }


def _custom_fields(call: Call, before: list[Any], problems: list[Problem]) -> list[Any]:
    """The custom fields as an update leaves them: those that are named change, the others stay (CMO-180). An item that
    has a problem already is passed over."""
    if before and call.body[_LIST] is not None:
        call.cite("CMO-180")
    refused = {problem.path[1] for problem in call.problems if problem.path[:1] == (_LIST,)}
    values = {each["customFieldId"]: each["value"] for each in before}
    for index, each in enumerate(call.body[_LIST] or ()):
        if index in refused:
            continue
        if len(problems) >= MOST_PROBLEMS:  # nobody reads on, and everybody else waits
            break
        id = _named(call, each, CUSTOM_FIELD, problems, _LIST, index)
        if id is not None:
            values[id] = each.get("value")
        elif all(each.get(way) is None for way in CUSTOM_FIELD.ways):
            path = (_LIST, index, "customFieldName")
            problems.append(Problem("body", path, "required", "a name or an id", "nothing", ("CMO-025",)))
    return [{"customFieldId": id, "value": value} for id, value in values.items() if value is not None]


# --- from a body to an action -----------------------------------------------------------------------------------------

_PLAIN = (
    "actionText",
    "guidanceText",
    "carbonCopyEmail",
    "geocortexFeature",
    "attachmentRequired",
    "confidential",
)
_INTEGERS = ("hoursTaken", "progress")
_RISKS = ("residualRisk", "inherentRisk")

_EMPTY: dict[str, Any] = {
    "actionText": None,
    "guidanceText": None,
    "carbonCopyEmail": None,
    "orgUnitId": None,
    "entityId": None,
    "actionCategoryId": None,
    "actionPriorityId": None,
    "responsibleUserId": None,
    "dueDate": None,
    "gpsCoordinates": None,
    "geocortexFeature": None,
    "actionValue": None,
    "hoursTaken": None,
    "progress": None,
    "residualRisk": NO_RISK,
    "inherentRisk": NO_RISK,
    "attachmentRequired": None,
    "confidential": None,
    "customFields": [],
}


def _changes(call: Call, before: Record) -> dict[str, Any]:
    """What a body changes of an action, by stored field. Refuses with everything that is wrong at once (CMO-053)."""
    if not isinstance(call.body, dict):
        call.require_valid()
    problems: list[Problem] = []
    refused = {problem.path[0] for problem in call.problems if problem.path}
    changed = _references(call, problems)
    if _LIST in call.body and _has_items(call):
        changed[_LIST] = _custom_fields(call, [] if call.body[_LIST] is None else before[_LIST], problems)
    for name in call.body.keys() & _EMPTY.keys() - changed.keys() - refused:
        if name in _READERS:
            changed[name] = _READERS[name](call, name, problems)
    _refuse_all(call, problems)
    return changed


def _has_items(call: Call) -> bool:
    """Whether the custom fields can be gone through: it is a list, and validation has come to its end."""
    at_whole = any(problem.path == (_LIST,) for problem in call.problems)
    return not at_whole and len(call.problems) < MOST_PROBLEMS


def _refuse_all(call: Call, problems: list[Problem]) -> None:
    """Refuse if there is anything wrong, in the order in which the document lists the fields and their parts."""
    found = [*call.problems, *problems]
    if found:
        fields = {name: place for place, name in enumerate(_fields(call))}
        raise Invalid(sorted(found, key=lambda each: _place(each.path, fields)))


def _place(path: tuple[str | int, ...], fields: dict[str, int]) -> tuple[int, int, int]:
    """A field's place in the document, the index of an item in it, and the place within the part; -1 for a whole."""
    if not path:
        return -1, -1, -1
    field, *inner = path
    parts = rules.parts_of(str(field))
    index = next((each for each in inner if isinstance(each, int)), -1)
    return fields.get(str(field), -1), index, parts.index(path[-1]) if path[-1] in parts else -1


def _read_plain(call: Call, name: str, problems: list[Problem]) -> Any:
    return call.body[name]


def _read_integer(call: Call, name: str, problems: list[Problem]) -> int | None:
    value = call.body[name]
    return None if value is None else int(value)  # JSON knows 15.0 for an integer


def _read_number(call: Call, name: str, problems: list[Problem]) -> float | None:
    value = call.body[name]
    return None if value is None else float(value)


def _read_risk(call: Call, name: str, problems: list[Problem]) -> Any:
    risk = call.body[name]
    return None if risk is None else {code: int(risk[code]) for code in NO_RISK}


def _read_coordinates(call: Call, name: str, problems: list[Problem]) -> Any:
    given = call.body[name]
    if given is None:
        return None
    return {axis.lower(): float(given[axis]) for axis in ("X", "Y", "Z") if given.get(axis) is not None}


def _read_due_date(call: Call, name: str, problems: list[Problem]) -> str | None:
    """The timestamp as it is printed; a day that there is not, or an instant that ends no day, becomes a problem."""
    text = call.body[name]
    if text is None:
        return None
    found = rules.read_due_date(text)
    company = call.settings.company_time_zone
    if found is None:
        problems.append(Problem("body", (name,), "timestamp", "an ISO UTC timestamp", text, ("CMO-038",)))
        return None
    moment, printed = found
    if company is not None and not rules.ends_a_day(moment, rules.zone(company)):
        expected = f"the last second of a date in {company}"
        rests_on = ("CMO-041", "CMO-042", "CMO-Q10")
        problems.append(Problem("body", (name,), "end_of_day", expected, text, rests_on))
    return printed


_READERS = {
    **dict.fromkeys(_PLAIN, _read_plain),
    **dict.fromkeys(_INTEGERS, _read_integer),
    **dict.fromkeys(_RISKS, _read_risk),
    "actionValue": _read_number,
    "gpsCoordinates": _read_coordinates,
    "dueDate": _read_due_date,
}


def _missing(call: Call, *, sent: bool = False) -> Iterator[Problem]:
    """The fields that this installation requires and the body does not give (CMO-Q11); with `sent` those alone that it
    sends as null."""
    for name in call.settings.required_fields if isinstance(call.body, dict) else ():
        ways = next((each.ways for each in REFERENCES if name in each.ways), (name,))
        if sent and call.body.keys().isdisjoint(ways):
            continue
        if all(call.body.get(way) is None for way in ways):
            yield Problem(
                "body", (name,), "required", "a value", "nothing", ("CMO-157", "CMO-171", "CMO-Q11")
            )


# --- actions ----------------------------------------------------------------------------------------------------------


def find_action(call: Call) -> Record:
    """The action of the path, whose id may be in any case (CMO-183)."""
    id = call.params["action_id"]
    action = call.store.get("actions", id.lower())
    if action is not None:
        if id != id.lower():
            call.cite("CMO-183")
        return action
    call.cite("CMO-Q16")
    if call.settings.unknown_action == "400":
        raise Invalid([Problem("path", ("id",), "unknown_id", "the id of an action", id, ("CMO-Q16",))])
    raise NotFound("no action has this id", collection="actions", key=id.lower(), statements=("CMO-Q16",))


@collects_problems
def create_action(call: Call) -> str:
    """Answers the id of the new action (CMO-044, CMO-045)."""
    call.problems += _missing(call)
    given = _changes(call, _EMPTY)
    number = _next_number(call)
    action = {
        "id": call.guid("actions", number),
        "uniqueID": str(number),
        "status": {"code": 1, "name": "Pending"},
        "assignorUserId": call.caller.record["id"],
        "createdDateTime": format_instant(call.now),
        "verifications": [],
        "createdByEventWorkflow": False,
        **_EMPTY,
        **given,
    }
    id: str = call.store.insert("actions", action)["id"]
    return id


def _next_number(call: Call) -> int:
    number = call.next_id("actions")
    while call.store.first("actions", "uniqueID", str(number)) or call.store.get(
        "actions", call.guid("actions", number)
    ):  # somebody has arranged an action with this number
        number = call.next_id("actions")
    return number


@collects_problems
def update_action(call: Call) -> None:
    """Changes the keys that are sent and keeps the others (CMO-Q8)."""
    action = find_action(call)
    base: Record = action
    if call.settings.put_mode == "full":
        call.cite("CMO-Q8")
        call.problems += _missing(call)
        base = {**action, **_EMPTY}
    else:
        call.problems += _missing(call, sent=True)
    call.store.replace("actions", {**base, **_changes(call, base)})


def delete_action(call: Call) -> None:
    action = find_action(call)
    if action["createdByEventWorkflow"]:
        raise Conflict(rules.BY_EVENT_WORKFLOW, statements=("CMO-083", "CMO-084"))
    call.store.delete("actions", action["id"])


def show_action(call: Call, action: Record) -> dict[str, Any]:
    """The keys of the printed answer, in its order (CMO-Q7)."""
    coordinates, extra = action["gpsCoordinates"], {}
    if call.settings.get_fields == "all":
        call.cite("CMO-Q7")
        extra = {name: action[name] for name in ("geocortexFeature", "attachmentRequired", "confidential")}
    return {
        "id": action["id"],
        "uniqueID": action["uniqueID"],
        "actionText": action["actionText"],
        "status": action["status"],
        "guidanceText": action["guidanceText"],
        "carbonCopyEmail": action["carbonCopyEmail"],
        "orgUnit": _thing(call, "org_units", action["orgUnitId"]),
        "entity": _thing(call, "entities", action["entityId"]),
        "category": _thing(call, "categories", action["actionCategoryId"]),
        "priority": _thing(call, "priorities", action["actionPriorityId"]),
        "assignorUser": _person(call, action["assignorUserId"]),
        "responsibleUser": _person(call, action["responsibleUserId"]),
        "createdDateTime": action["createdDateTime"],
        "dueDate": action["dueDate"],
        "verifications": action["verifications"],
        "gpsCoordinates": coordinates and {axis: coordinates[axis] for axis in ("x", "y")},
        "actionValue": None if action["actionValue"] is None else float(action["actionValue"]),
        **{name: None if action[name] is None else int(action[name]) for name in _INTEGERS},
        **{name: _risk(call, action[name]) for name in _RISKS},
        "customFields": [_custom_field(call, each) for each in action["customFields"]],
        **extra,
    }


def _risk(call: Call, stored: Any) -> Any:
    """A risk, or what stands for none (CMO-Q5)."""
    if stored is not None:
        return stored
    call.cite("CMO-Q5")
    return None if call.settings.null_risk == "null" else NO_RISK


def _thing(call: Call, collection: str, key: Key | None) -> dict[str, Any] | None:
    """Id and name of what an action refers to; null for nothing, or for a record that is gone."""
    found = None if key is None else call.store.get(collection, key)
    return None if found is None else {"id": found["id"], "name": found["name"]}


def _person(call: Call, id: int | None) -> dict[str, Any] | None:
    """A user as an action shows one (CMO-072)."""
    user = None if id is None else call.store.get("users", id)
    if user is None:
        return None
    return {name: user[name] for name in ("id", "firstName", "lastName", "loginName", "email")}


def _custom_field(call: Call, stored: Record) -> dict[str, Any]:
    field = call.store.get("custom_fields", stored["customFieldId"])
    return {
        "customFieldID": stored["customFieldId"],
        "customFieldName": field and field["name"],
        "customFieldTypeName": field and field["type_name"],
        "value": stored["value"],
    }


read_action = crud.read(find_action, show_action)


# --- events -----------------------------------------------------------------------------------------------------------


def create_event(call: Call) -> str:
    """Keeps what it is given and answers an id (CMO-150): no more is published."""
    number = call.next_id("events")
    event = {
        "id": call.guid("events", number),
        "creatorUserId": call.caller.record["id"],
        "createdDateTime": format_instant(call.now),
        "fields": call.body,
    }
    id: str = call.store.insert("events", event)["id"]
    return id


# --- errors -----------------------------------------------------------------------------------------------------------


def render_error(refusal: Refusal, call: Call) -> Reply:
    """The vendor's words for each neutral refusal. Our parser's words stay in the journal."""
    match refusal:
        case Unauthenticated() | Injected(status=401):
            return Reply(None, 401, (("www-authenticate", "Bearer"),))
        case Forbidden():
            return Reply(None, 403)
        case NotFound():
            return Reply(None, 404)
        case MethodNotAllowed():
            call.cite("CMO-163")
            return Reply(None, 405, (("allow", ", ".join(refusal.allowed)),))
        case Invalid():
            call.cite("CMO-166", *rules.words_of(refusal.problems))
            return Reply(rules.errors(refusal.problems), 400)
        case Malformed() if "words" in refusal.facts:
            return Reply({"message": refusal.facts["words"]}, 400)
        case Malformed() | Injected(status=400):
            call.cite("CMO-167")
            unread = Problem("body", (), "json", "JSON", "something else", ("CMO-012", "CMO-167"))
            return Reply(rules.errors([unread]), 400)
        case Conflict():
            return Reply({"message": refusal.reason}, 400)
        case Injected() if refusal.status < 500:
            return Reply(None, refusal.status)
        case Injected():
            return Reply({"message": rules.SERVER_ERROR}, refusal.status)
    return Reply({"message": rules.SERVER_ERROR}, 500)
