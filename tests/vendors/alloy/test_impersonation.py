"""Acting for somebody else by the header Impersonating-User-Id."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import (
    ANGELINA_ID,
    API,
    ATTACH,
    CATALOG_ITEM,
    CHANGE_VENDOR,
    COMMENT,
    GOOD,
    MIRELA_ID,
    NEW,
    NEW_INCIDENT,
    NEW_TICKET,
    NO_PERMISSION,
    NOT_AVAILABLE,
    OBJECT,
    ORDER,
    RESOLVE,
    SAM_ID,
    SECRET,
    STARTED,
    TOVE_ID,
    VENDOR,
    VENDOR_ID,
    WORK,
    activities,
    fields,
    not_found,
    refused,
    result,
    run,
)


def as_(person):
    return {"headers": {"Impersonating-User-Id": person}}


@pytest.mark.statement("ALY-X10", "ALY-X71", "ALY-123")
@pytest.mark.parametrize("person", [MIRELA_ID, MIRELA_ID.upper(), f"{{{MIRELA_ID.upper()}}}"])
def test_the_profile_is_the_person_s(alloy, angelina, person) -> None:
    for client in (alloy, angelina):
        items = result(client.get(f"{API}/profile", **as_(person)))["Items"]
        assert {"name": "Full_Name", "caption": "Full Name", "value": "Mirela Kovac"} in items


@pytest.mark.statement("ALY-X10", "ALY-X71", "ALY-X70")
def test_an_action_on_an_own_ticket_is_run_for_the_person(alloy) -> None:
    result(run(alloy, NEW, WORK, {"Summary": "Changed"}, **as_(MIRELA_ID)))
    assert fields(alloy, NEW)["Summary"] == "Changed"
    assert activities(alloy, NEW)[-1]["Performed_By"] == "Mirela Kovac"


@pytest.mark.statement("ALY-X10", "ALY-X71")
def test_a_ticket_is_created_for_the_person(alloy) -> None:
    values = {"Summary": "x", "Requester": MIRELA_ID}
    made = result(alloy.post(API, {"ActionId": NEW_TICKET, "Fields": values}, **as_(MIRELA_ID)))
    assert activities(alloy, made["ObjectOID"])[-1]["Performed_By"] == "Mirela Kovac"
    result(run(alloy, made["ObjectOID"], WORK, {}, **as_(MIRELA_ID)))


@pytest.mark.statement("ALY-142")
@pytest.mark.parametrize("values", [{}, {"Requester": ""}])
def test_a_ticket_that_names_no_requester_is_the_persons(alloy, values) -> None:
    body = {"ActionId": NEW_TICKET, "Fields": {"Summary": "x", **values}}
    answer = alloy.post(API, body, **as_(MIRELA_ID))
    oid = result(answer)["ObjectOID"]
    assert "ALY-142" in answer.statements
    assert fields(alloy, oid)["Requester"] == "Mirela Kovac"
    result(run(alloy, oid, WORK, {}, **as_(MIRELA_ID)))
    assert (
        fields(alloy, result(alloy.post(API, body))["ObjectOID"])["Requester"] == ""
    )  # for nobody: nobody's


@pytest.mark.statement("ALY-142")
def test_a_requester_that_is_named_or_demanded_is_not_filled(alloy) -> None:
    body = {"ActionId": NEW_TICKET, "Fields": {"Summary": "x", "Requester": TOVE_ID}}
    oid = result(alloy.post(API, body, **as_(MIRELA_ID)))["ObjectOID"]
    assert fields(alloy, oid)["Requester"] == "Tove Lindgren"
    assert refused(run(alloy, CATALOG_ITEM, ORDER, {}, **as_(SAM_ID))) == "Field Requester is mandatory."


@pytest.mark.statement("ALY-X12", "ALY-X70")
def test_a_catalog_item_is_ordered_for_the_person(alloy) -> None:
    made = result(run(alloy, CATALOG_ITEM, ORDER, {"Requester_ID": SAM_ID}, **as_(SAM_ID)))
    assert fields(alloy, made["ObjectOID"])["Requester"] == "Sam Okoro"


@pytest.mark.statement("ALY-X70", "ALY-125")
@pytest.mark.parametrize("oid", [STARTED, SECRET, "T000003"])
def test_the_ticket_of_somebody_else_is_closed(alloy, oid) -> None:
    before = alloy.state()
    assert refused(run(alloy, oid, WORK, {"Summary": "x"}, **as_(MIRELA_ID))) == NO_PERMISSION
    assert alloy.state() == before


@pytest.mark.statement("ALY-X70")
def test_a_ticket_for_some_roles_is_closed_to_its_own_requester(alloy) -> None:
    assert refused(run(alloy, SECRET, WORK, {}, **as_(ANGELINA_ID))) == NO_PERMISSION


@pytest.mark.statement("ALY-X70", "ALY-124")
@pytest.mark.parametrize(
    ("oid", "action", "body"),
    [
        (VENDOR, CHANGE_VENDOR, {"Vendor_Name": "x"}),
        (STARTED, RESOLVE, {"Resolution": "x"}),
        (STARTED, 253, {}),
    ],
)
def test_an_action_that_is_not_of_the_portal_is_not_available(alloy, oid, action, body) -> None:
    before = alloy.state()
    assert refused(run(alloy, oid, action, body, **as_(SAM_ID))) == NOT_AVAILABLE
    assert alloy.state() == before


@pytest.mark.statement("ALY-X70", "ALY-124")
def test_a_creation_that_is_not_of_the_portal_is_not_available(alloy) -> None:
    answer = alloy.post(API, {"ActionId": NEW_INCIDENT, "Fields": {"Summary": "x"}}, **as_(SAM_ID))
    assert refused(answer) == NOT_AVAILABLE


@pytest.mark.statement("ALY-122")
@pytest.mark.parametrize(
    "person", ["x", "PN000019", VENDOR_ID, "00000000-0000-4000-a000-000000000000", "{", "", "1"]
)
def test_a_person_who_is_not_there_is_not_found(alloy, person) -> None:
    before = alloy.state()
    for answer in (
        alloy.get(f"{API}/profile", **as_(person)),
        run(alloy, VENDOR, COMMENT, {"Comment": "x"}, **as_(person)),
        alloy.post(API, {"ActionId": NEW_TICKET, "Fields": {"Summary": "x"}}, **as_(person)),
    ):
        assert refused(answer) == not_found(person)
    assert alloy.state() == before


@pytest.mark.statement("ALY-X71", "ALY-140")
@pytest.mark.parametrize(
    "name", sorted(GOOD.keys() - {"create_token", "create_object", "read_profile", "run_action"})
)
def test_on_other_calls_the_header_counts_for_nothing(alloy, twin, name) -> None:
    assert GOOD[name].send(alloy, **as_("nobody")).body == GOOD[name].send(twin).body


@pytest.mark.statement("ALY-X70")
def test_the_person_has_no_role_of_a_technician(alloy) -> None:
    """Tove is a technician; acting for her is acting for her as a person."""
    ticket = result(
        alloy.post(API, {"ActionId": NEW_TICKET, "Fields": {"Summary": "x", "Requester": TOVE_ID}})
    )
    assert (
        refused(run(alloy, ticket["ObjectOID"], RESOLVE, {"Resolution": "x"}, **as_(TOVE_ID)))
        == NOT_AVAILABLE
    )
    result(run(alloy, ticket["ObjectOID"], ATTACH, {"Category": "y"}, **as_(TOVE_ID)))
    assert (
        alloy.get(f"{OBJECT}/{ticket['ObjectOID']}/action/{RESOLVE}/check", **as_(TOVE_ID)).json["success"]
        is True
    )


@pytest.mark.statement("ALY-041", "ALY-125")
def test_the_journal_says_which_right_somebody_lacks_who_is_acted_for(alloy) -> None:
    theirs = run(alloy, "T000004", WORK, {}, **as_("7a1d0c55-3c0b-4a9e-8f31-0d5b2e770017"))
    assert (
        theirs.entry["explanation"]["reason"] == "no role of the person who is acted for may view the object"
    )
    assert "ALY-041" in theirs.statements
    others = run(alloy, NEW, WORK, {}, **as_("7a1d0c55-3c0b-4a9e-8f31-0d5b2e770017"))
    assert others.entry["explanation"]["reason"] == "it is the ticket of somebody else"


def test_the_actions_that_there_are_for_a_person_are_those_of_the_portal(alloy) -> None:
    answer = run(alloy, NEW, 99_999, {}, **as_(MIRELA_ID))
    for person in answer.entry["explanation"]["there_are"]:
        number = int(person.split()[0])
        assert alloy.world.store.get("step_actions", number)["portal"]
