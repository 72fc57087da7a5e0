"""The five errors of the document, their order, and that a failed call changes nothing."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any, NamedTuple

import pytest

from tests.vendors.alloy.calls import (
    APPROVE,
    CLOSE,
    CLOSED,
    COMMENT,
    DENIED,
    DISABLED,
    ESCALATE,
    NEW,
    NEW_TICKET,
    NO_PERMISSION,
    NOT_AVAILABLE,
    NOT_SATISFIED,
    OBJECT,
    RESOLVE,
    SECRET,
    STARTED,
    VENDOR,
    WORK,
    WORK_ORDER,
    bad_value,
    not_found,
    refused,
    result,
    run,
    unknown,
)

# --- authorization ---------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-038", "ALY-Q7")
def test_without_an_authorization_header_it_is_denied(anyone) -> None:
    answer = run(anyone, VENDOR, COMMENT, {"Comment": "x"})
    assert (answer.status, answer.json) == (401, {"Message": DENIED})
    assert DENIED == "Authorization has been denied for this request."


@pytest.mark.statement("ALY-039", "ALY-X03")
def test_with_an_expired_token_it_is_denied(alloy) -> None:
    alloy.advance("PT7H59M59S")
    result(run(alloy, VENDOR, COMMENT, {}))
    alloy.advance("PT1S")
    answer = run(alloy, VENDOR, COMMENT, {})
    assert (answer.status, answer.json) == (401, {"Message": DENIED})
    assert answer.entry["explanation"]["part"] == "expiry"


@pytest.mark.statement("ALY-060")
@pytest.mark.parametrize("header", ["bearer nonsense", "Basic YTpi", "bearer", "nonsense"])
def test_with_another_credential_it_is_denied(alloy, header) -> None:
    answer = run(alloy.as_(Authorization=header), VENDOR, COMMENT, {})
    assert (answer.status, answer.json) == (401, {"Message": DENIED})


# --- the five texts --------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-041", "ALY-X54")
def test_who_may_not_view_the_object_is_refused(tove, angelina) -> None:
    text = refused(run(tove, SECRET, WORK, {"Summary": "x"}))
    assert text == "You do not have enough permissions to access this item."
    result(run(angelina, SECRET, WORK, {"Summary": "x"}))


@pytest.mark.statement("ALY-042", "ALY-Q5", "ALY-X54")
def test_who_may_not_use_the_action_is_refused(tove, angelina) -> None:
    text = refused(run(tove, NEW, ESCALATE, {"Due_Date": "2022-10-27T17:00:00-07:00"}))
    assert text == "This action cannot be executed because the action's condition is not satisfied."
    result(run(angelina, NEW, ESCALATE, {}))


@pytest.mark.statement("ALY-043", "ALY-Q5")
def test_an_action_is_available_when_the_state_has_changed(alloy) -> None:
    assert refused(run(alloy, STARTED, CLOSE)) == NOT_SATISFIED
    result(run(alloy, STARTED, RESOLVE, {"Resolution": "Done."}))
    result(run(alloy, STARTED, CLOSE))
    assert refused(run(alloy, STARTED, CLOSE)) == NOT_SATISFIED


@pytest.mark.statement("ALY-043")
def test_a_condition_may_ask_for_a_field_that_is_not_empty(alloy) -> None:
    result(run(alloy, NEW, WORK))  # in progress, with nobody assigned
    answer = run(alloy, NEW, RESOLVE, {"Resolution": "Done."})
    assert refused(answer) == NOT_SATISFIED
    assert answer.entry["explanation"]["condition"] == {"field": "Assignee", "empty": False}
    result(run(alloy, NEW, WORK, {"Assignee": "PN000018"}))
    result(run(alloy, NEW, RESOLVE, {"Resolution": "Done."}))


@pytest.mark.statement("ALY-043")
def test_a_condition_may_ask_for_a_boolean(alloy) -> None:
    result(run(alloy, WORK_ORDER, APPROVE))
    assert refused(run(alloy, WORK_ORDER, APPROVE)) == NOT_SATISFIED


@pytest.mark.statement("ALY-044")
@pytest.mark.parametrize("oid", ["V999999", "x", "326624be-4271-46bd-b070-7a47b0f5ee55"])
def test_an_unknown_object_is_not_found_by_its_name(alloy, oid) -> None:
    assert refused(run(alloy, oid, COMMENT, {"Comment": "x"})) == f"Object {oid} not found."


@pytest.mark.statement("ALY-044")
def test_the_identifier_is_repeated_as_it_was_meant(alloy) -> None:
    assert refused(run(alloy, "V%C3%A9%2F%207", COMMENT)) == "Object Vé/ 7 not found."


@pytest.mark.statement("ALY-045", "ALY-Q6")
@pytest.mark.parametrize("action", [99999, "0", "-1", "x", "250.0", "1e3", "%D9%A2", "0" * 20, "9" * 400])
def test_an_unknown_action_is_not_available(alloy, action) -> None:
    assert refused(run(alloy, VENDOR, action, {"Comment": "x"})) == "Requested action is not available."


@pytest.mark.statement("ALY-085", "ALY-Q6")
@pytest.mark.parametrize("action", [DISABLED, COMMENT, NEW_TICKET])
def test_an_action_that_is_disabled_or_of_another_class_is_not_available(alloy, action) -> None:
    assert refused(run(alloy, NEW, action)) == NOT_AVAILABLE


@pytest.mark.statement("ALY-046")
@pytest.mark.parametrize("name", ["Nonsense", "Vendor_Name", "OID", "ID", "Ünder scóre", "a.b", "__class__"])
def test_an_unknown_field_is_named(alloy, name) -> None:
    assert refused(run(alloy, VENDOR, COMMENT, {name: "x"})) == f"Field {name} is unknown."


@pytest.mark.parametrize(
    ("oid", "action", "body", "statement"),
    [
        ("V999999", COMMENT, {}, "ALY-044"),
        (VENDOR, 99999, {}, "ALY-045"),
        (VENDOR, COMMENT, {"Nonsense": 1}, "ALY-046"),
        (STARTED, CLOSE, {}, "ALY-043"),
    ],
)
def test_the_journal_names_the_sentence_that_decided(alloy, oid, action, body, statement) -> None:
    """And none that is said of a success."""
    cited = run(alloy, oid, action, body).statements
    assert statement in cited
    assert "ALY-030" not in cited
    assert "ALY-030" in run(alloy, VENDOR, COMMENT).statements


def test_the_journal_says_which_actions_there_are(alloy) -> None:
    explanation = run(alloy, VENDOR, 99999).entry["explanation"]
    assert explanation["there_are"] == ["1631 (Add comment)", "1632 (Change vendor)"]


# --- all of them -----------------------------------------------------------------------------------------------------


class Failing(NamedTuple):
    who: str
    oid: str
    action: int
    body: Any
    text: str


FAILING = [
    Failing("tove", SECRET, WORK, {"Summary": "x"}, NO_PERMISSION),
    Failing("tove", NEW, ESCALATE, {}, NOT_SATISFIED),
    Failing("angelina", CLOSED, WORK, {"Summary": "x"}, NOT_SATISFIED),
    Failing("angelina", "T999999", WORK, {"Summary": "x"}, not_found("T999999")),
    Failing("angelina", NEW, 99999, {"Summary": "x"}, NOT_AVAILABLE),
    Failing("angelina", NEW, WORK, {"Summary": "x", "Nonsense": 1}, unknown("Nonsense")),
    Failing("angelina", NEW, WORK, {"Summary": "x", "Priority": 1}, bad_value("Priority")),
    Failing("angelina", STARTED, RESOLVE, {"Note": "x"}, "Field Resolution is mandatory."),
]


@pytest.mark.statement("ALY-047", "ALY-048", "ALY-137", "ALY-Q8", "ALY-Q17", "ALY-X72", "ALY-Q7", "ALY-059")
@pytest.mark.parametrize("failing", FAILING, ids=lambda failing: failing.text)
def test_a_failure_is_told_in_the_envelope_and_changes_nothing(request, failing) -> None:
    client = request.getfixturevalue(failing.who)
    before = client.state()
    answer = run(client, failing.oid, failing.action, failing.body)
    assert answer.status == 200
    assert list(answer.json) == ["success", "errorCode", "errorText", "responseObject"]
    assert refused(answer) == failing.text
    assert client.state() == before
    assert answer.entry["explanation"]["kind"] in {"not_found", "forbidden", "conflict", "invalid"}


@pytest.mark.statement("ALY-048", "ALY-Q17")
@pytest.mark.parametrize("failing", FAILING, ids=lambda failing: failing.text)
def test_after_a_failure_the_good_call_answers_as_without_one(alloy, twin, failing) -> None:
    run(alloy, failing.oid, failing.action, {**failing.body, "Nonsense": 1})
    answers = [run(client, NEW, WORK, {"Summary": "y", "Activity.Time_Spent": 3}) for client in (alloy, twin)]
    assert answers[0].body == answers[1].body
    assert alloy.state()["records"] == twin.state()["records"]


# --- the order -------------------------------------------------------------------------------------------------------


class Wrong(NamedTuple):
    """One thing that is wrong with a call of Tove on a ticket, and the text that tells of it."""

    what: str
    changes: dict[str, Any]
    text: str


# SECRET is closed to Tove, VENDOR is of another class than the action. ESCALATE is refused to her role.
ORDER = [
    Wrong("credential", {"Authorization": "bearer nobody-s"}, DENIED),
    Wrong("body", {"raw": b"{"}, "The request is invalid."),
    Wrong("object", {"oid": "T999999"}, not_found("T999999")),
    Wrong("permission", {"oid": SECRET}, NO_PERMISSION),
    Wrong("action", {"action": 99999}, NOT_AVAILABLE),
    Wrong("role", {"action": ESCALATE}, NOT_SATISFIED),
    Wrong("name", {"body": {"Nonsense": 1}}, unknown("Nonsense")),
    Wrong("value", {"body": {"Priority": "Urgent"}}, bad_value("Priority")),
]
# Two that change the same part of a call cannot both be wrong, but names and values can.
PAIRS = [
    (first, second)
    for first, second in combinations(ORDER, 2)
    if not first.changes.keys() & second.changes.keys() - {"body"}
    and {first.what, second.what} not in ({"body", "name"}, {"body", "value"})
]


def send(client, *wrongs: Wrong):
    made: dict[str, Any] = {"oid": NEW, "action": WORK, "body": {}}
    for wrong in wrongs:
        body = {**made["body"], **wrong.changes.get("body", {})}
        made = {**made, **wrong.changes, "body": body}
    headers = {"Authorization": made["Authorization"]} if "Authorization" in made else {}
    path = f"{OBJECT}/{made['oid']}/action/{made['action']}"
    if "raw" in made:
        return client.post(path, body=made["raw"], headers=headers)
    return client.post(path, made["body"], headers=headers)


def told(answer) -> str:
    text: str = answer.json.get("errorText") or answer.json["Message"]
    return text


@pytest.mark.statement("ALY-Q16", "ALY-068")
@pytest.mark.parametrize("wrong", ORDER, ids=lambda wrong: wrong.what)
def test_each_thing_that_is_wrong_is_told(tove, wrong) -> None:
    assert told(send(tove, wrong)) == wrong.text


@pytest.mark.statement("ALY-Q16", "ALY-068", "ALY-084")
@pytest.mark.parametrize(("first", "second"), PAIRS, ids=[f"{a.what} before {b.what}" for a, b in PAIRS])
def test_of_two_things_that_are_wrong_the_first_is_told(tove, first, second) -> None:
    assert told(send(tove, first, second)) == first.text
    assert told(send(tove, second, first)) == first.text


def test_every_neighbour_in_the_order_is_compared() -> None:
    compared = {(first.what, second.what) for first, second in PAIRS}
    apart = {("object", "permission"), ("action", "role")}  # either another object or another action
    assert {(a.what, b.what) for a, b in pairwise(ORDER)} - compared <= apart
