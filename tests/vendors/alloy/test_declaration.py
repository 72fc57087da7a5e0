"""Declaring a customization: what does not fit together is refused when the fixture loads, in a clear sentence."""

from __future__ import annotations

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from simulator import strict_yaml
from simulator.core.sandbox import Sandbox
from simulator.core.vendor import LoadError, Service
from simulator.data import read_document, read_fixture
from simulator.vendors import vendor
from simulator.vendors.alloy.classes import by_name
from tests.vendors.alloy.calls import (
    ATTACHMENT,
    NOT_AVAILABLE,
    OBJECT,
    fields,
    refused,
    result,
    rows,
    run,
    unknown,
)
from tests.vendors.client import Client

NOBODY = "00000000-0000-4000-a000-000000000000"
EXAMPLES = Path(__file__).parents[3] / "examples"
EXAMPLE = EXAMPLES / "alloy-fleet.yaml"


def load(fixture: dict[str, Any]) -> Service:
    document, statements = read_document("alloy"), read_document("alloy.statements")
    service = Service(vendor("alloy"), document, statements, lambda name: fixture)
    service.fixture()
    return service


@pytest.fixture
def fixture() -> dict[str, Any]:
    return deepcopy(read_fixture("alloy"))


def find(fixture, collection, key, value):
    return next(each for each in fixture["records"][collection] if each[key] == value)


def action(fixture, number=250):
    return find(fixture, "step_actions", "id", number)


def kind(fixture, name="Tickets"):
    return find(fixture, "classes", "name", name)


def thing(fixture, oid="T000001"):
    return find(fixture, "objects", "oid", oid)


def field(fixture, name, of="Tickets"):
    return next(each for each in kind(fixture, of)["fields"] if each["name"] == name)


def first(fixture, collection):
    return fixture["records"][collection][0]


def add(found, key, value):
    found.setdefault(key, []).append(value)


NOT_FITTING = {
    # step actions
    "there is no class Zebras": lambda f: action(f).update({"class": "Zebras"}),
    "step action 300: there is no class Zebras": lambda f: action(f, 300).update(creates="Zebras"),
    "it needs a class to run on, or one to create": lambda f: action(f).update({"class": None}),
    "its form names the field Zebra, which Tickets does not have": lambda f: add(
        action(f), "form", {"field": "Zebra"}
    ),
    "its form has Summary twice": lambda f: add(action(f), "form", {"field": "Summary"}),
    "its condition names the field Zebra, and Tickets has no such field": lambda f: add(
        action(f), "condition", {"field": "Zebra", "empty": True}
    ),
    "its condition names the field Status, and the action runs on no object": lambda f: add(
        action(f, 300), "condition", {"field": "Status", "equals": "New"}
    ),
    "its condition: Status takes one of New, In Progress, On Hold, Resolved, Closed, not 'Open'": lambda f: (
        add(action(f), "condition", {"field": "Status", "in": ["New", "Open"]})
    ),
    "its default: Assignee takes the OID or GUID of an object of Persons, not 'Tove Lindgren'": lambda f: (
        next(each for each in action(f)["form"] if each.get("field") == "Assignee").update(
            default="Tove Lindgren"
        )
    ),
    "its condition: Assignee takes the OID or GUID of an object of Persons, not 'PN9'": lambda f: add(
        action(f), "condition", {"field": "Assignee", "equals": "PN9"}
    ),
    "its default: Priority takes one of Immediate, High, Medium, Low, not 'Urgent'": lambda f: action(f, 252)[
        "form"
    ][0].update(default="Urgent"),
    "virtual field Activity.Zebra is one of the activity, and the class Activities does not declare": lambda f: (
        add(action(f), "form", {"virtual": "Activity.Zebra", "label": "Zebra"})
    ),
    "its virtual field Who: there is no class Zebras": lambda f: add(
        action(f), "form", {"virtual": "Who", "label": "Who", "type": "reference", "class": "Zebras"}
    ),
    "it sets the field Zebra, which Tickets does not have": lambda f: add(
        action(f), "effects", {"set": "Zebra", "to": 1}
    ),
    "it takes Category from Zebra, which is not on its form": lambda f: add(
        action(f), "effects", {"set": "Category", "from": "Zebra"}
    ),
    "it takes Cost from Summary, and not every text of Summary is a number": lambda f: add(
        action(f), "effects", {"set": "Cost", "from": "Summary"}
    ),
    "it takes Affected_Seats from Cost, and not every number of Cost is a whole number": lambda f: add(
        action(f), "effects", {"set": "Affected_Seats", "from": "Cost"}
    ),
    "it takes Impact from Priority, and not every classification of Priority is one of": lambda f: add(
        action(f), "effects", {"set": "Impact", "from": "Priority"}
    ),
    "it takes Contact from Which, and not every reference of Which is the OID, GUID or name": lambda f: (
        add(
            action(f, 1632),
            "form",
            {"virtual": "Which", "label": "x", "type": "reference", "class": "Vendors"},
        ),
        add(action(f, 1632), "effects", {"set": "Contact", "from": "Which"}),
    ),
    "it takes Billable from Summary, and not every text of Summary is true": lambda f: add(
        action(f), "effects", {"activity": "x", "fields": {"Billable": {"from": "Summary"}}}
    ),
    "its virtual field Activity.Billable is of another type than the activity's: not every text": lambda f: (
        add(action(f), "form", {"virtual": "Activity.Billable", "label": "x"})
    ),
    "Affected_Seats takes a whole number, not 'many'": lambda f: add(
        action(f), "effects", {"set": "Affected_Seats", "to": "many"}
    ),
    "the number field Cost does not take now": lambda f: add(
        action(f), "effects", {"set": "Cost", "computed": "now"}
    ),
    "the date field Due_Date does not take caller": lambda f: add(
        action(f), "effects", {"set": "Due_Date", "computed": "caller"}
    ),
    "Status takes one of New, In Progress, On Hold, Resolved, Closed, not 'Gone'": lambda f: add(
        action(f), "effects", {"status": "Gone"}
    ),
    "it changes the status, and Vendors has no status_field": lambda f: add(
        action(f, 1631), "effects", {"status": "Active"}
    ),
    "its activity has the field Zebra, which the class Activities does not declare": lambda f: add(
        action(f), "effects", {"activity": "x", "fields": {"Zebra": {"to": 1}}}
    ),
    # classes
    "class Tickets: two fields are called Summary": lambda f: add(
        kind(f), "fields", {"name": "Summary", "label": "Again", "type": "text"}
    ),
    "class Tickets: the label Category of Summary is the name of another field, Category": lambda f: field(
        f, "Summary"
    ).update(label="Category"),
    "class Tickets: the label Assignee_ID of Summary is the name of another field, Assignee": lambda f: field(
        f, "Summary"
    ).update(label="Assignee_ID"),
    "class Tickets: two fields are called Category": lambda f: field(f, "Summary").update(
        form_name="Category"
    ),
    "on its form the label Summary of Note is the name of another field, Summary": lambda f: add(
        action(f), "form", {"virtual": "Note", "label": "Summary"}
    ),
    "on its form two fields are called Assignee_ID": lambda f: add(
        action(f), "form", {"virtual": "Assignee_ID", "label": "x"}
    ),
    "class Activities: Action is every object's own": lambda f: add(
        kind(f, "Activities"), "fields", {"name": "Action", "label": "Did", "type": "text"}
    ),
    "class Tickets: Ticket is every object's own and cannot be declared": lambda f: add(
        kind(f), "fields", {"name": "Ticket", "label": "Ticket", "type": "text"}
    ),
    "class Tickets, field Requester: there is no class Zebras": lambda f: field(f, "Requester").update(
        {"class": "Zebras"}
    ),
    "class Tickets, field Summary: a text field names no class": lambda f: field(f, "Summary").update(
        {"class": "Persons"}
    ),
    "class Tickets, field Summary: a text field has no values": lambda f: field(f, "Summary").update(
        values=["x"]
    ),
    "class Tickets, field Impact: the value Department stands twice": lambda f: field(f, "Impact")[
        "values"
    ].append("Department"),
    "class Tickets: name_field names Zebra, which is no field of it": lambda f: kind(f).update(
        name_field="Zebra"
    ),
    "class Computers: name_field names Memory_GB, which is no text": lambda f: kind(f, "Computers").update(
        name_field="Memory_GB"
    ),
    "class Tickets: status_field names Summary, which is no classification": lambda f: kind(f).update(
        status_field="Summary"
    ),
    "class Tickets: requester_field names Summary, which is no reference": lambda f: kind(f).update(
        requester_field="Summary"
    ),
    "class TICKETS: another class has this name but for its case": lambda f: f["records"]["classes"].append(
        {"name": "TICKETS", "fields": []}
    ),
    # records
    "object T000001: there is no class Zebras": lambda f: thing(f).update({"class": "Zebras"}),
    "object T000001: Tickets has no field Zebra": lambda f: thing(f)["fields"].update(Zebra=1),
    "object T000001: Major takes true, false, 1 or 0, not 'maybe'": lambda f: thing(f)["fields"].update(
        Major="maybe"
    ),
    "object T000001: Due_Date takes a date like 2022-10-25T11:11:16-07:00, not 'soon'": lambda f: thing(f)[
        "fields"
    ].update(Due_Date="soon"),
    "object T000001: another object has this OID": lambda f: thing(f, "T000002").update(oid="T000001"),
    "activity 1: there is no object 00000000-": lambda f: first(f, "activities").update(object=NOBODY),
    "activity 1: date: a date is written like 2022-10-25T11:11:16-07:00, not 'soon'": lambda f: first(
        f, "activities"
    ).update(date="soon"),
    "activity 1: Time_Spent takes a whole number, not 'many'": lambda f: first(f, "activities")[
        "fields"
    ].update(Time_Spent="many"),
    "activity 1: it has the field Zebra, which the class Activities does not declare": lambda f: first(
        f, "activities"
    )["fields"].update(Zebra=1),
    f"attachment {ATTACHMENT}: there is no object 00000000-": lambda f: first(f, "attachments").update(
        object=NOBODY
    ),
    f"attachment {ATTACHMENT}: Created_Date: a date is written like": lambda f: first(
        f, "attachments"
    ).update(Created_Date="soon"),
    f"attachment {ATTACHMENT}: its Data is no base64": lambda f: first(f, "attachments").update(Data="a"),
    f"attachment {ATTACHMENT}: its Size is 9, and its Data has 8 bytes": lambda f: first(
        f, "attachments"
    ).update(Size=9),
    f"attachment {ATTACHMENT}: it is a link, and has Data": lambda f: first(f, "attachments").update(
        IsLink=True
    ),
    "technician A.Reyes: another has this username, be it in another case": lambda f: add(
        f["records"], "technicians", {**first(f, "technicians"), "id": 9, "username": "A.Reyes"}
    ),
    "object T000001: the class Activities has no objects": lambda f: thing(f).update(
        {"class": "Activities", "fields": {}}
    ),
    "step action 250: the class Activities has no objects": lambda f: action(f).update(
        {"class": "Activities"}
    ),
    "step action 300: the class Activities has no objects": lambda f: action(f, 300).update(
        creates="Activities"
    ),
    "its OID is the GUID of another object": lambda f: thing(f).update(
        oid="{7A1D0C55-3C0B-4A9E-8F31-0D5B2E770018}"
    ),
    "step action 254: its attachments have the area A twice": lambda f: action(f, 254).update(
        attachments=["A", "B", "A"]
    ),
    "class DICTIONARY: the name is a word of the vendor's own URLs": lambda f: add(
        f["records"], "classes", {"name": "DICTIONARY", "fields": []}
    ),
    "its virtual field is called Attachments, which is the place of the files": lambda f: add(
        action(f), "form", {"virtual": "Attachments", "label": "Files"}
    ),
    "it runs on Stock Room, and objects of the Stock Room are out of reach of actions": lambda f: action(
        f
    ).update({"class": "Stock Room", "form": [], "condition": [], "effects": []}),
    "it creates Service Requests, and Service Requests are created by an action on another object alone": lambda f: (
        action(f, 131).update({"class": None})
    ),
    "technician a.reyes: there is no object PN9": lambda f: f["records"]["technicians"][0].update(
        person="PN9"
    ),
}


@pytest.mark.parametrize("sentence", NOT_FITTING)
def test_what_does_not_fit_together_is_refused_in_a_sentence(fixture, sentence) -> None:
    NOT_FITTING[sentence](fixture)
    with pytest.raises(LoadError) as refused_:
        load(fixture)
    assert str(refused_.value).startswith("fixture default of alloy: ")
    assert sentence in str(refused_.value)


NOT_IN_THE_VOCABULARY = {
    "an unknown kind of field": lambda f: field(f, "Summary").update(type="formula"),
    "a reference without a class": lambda f: field(f, "Requester").pop("class"),
    "a classification without values": lambda f: field(f, "Status").pop("values"),
    "a virtual reference without a class": lambda f: add(
        action(f), "form", {"virtual": "x", "label": "x", "type": "reference"}
    ),
    "a name with a blank": lambda f: field(f, "Summary").update(name="Sum mary"),
    "an unknown key of an action": lambda f: action(f).update(when="Status == 'New'"),
    "a condition that is a text": lambda f: add(action(f), "condition", "Status == 'New'"),
    "a condition with an operator": lambda f: add(
        action(f), "condition", {"field": "Status", "matches": ".*"}
    ),
    "a condition with two": lambda f: add(
        action(f), "condition", {"field": "Status", "empty": True, "equals": 1}
    ),
    "an effect that is none": lambda f: add(action(f), "effects", {"run": "print()"}),
    "an effect with two": lambda f: add(
        action(f), "effects", {"set": "Category", "to": "x", "from": "Summary"}
    ),
    "something else computed": lambda f: add(
        action(f), "effects", {"set": "Due_Date", "computed": "tomorrow"}
    ),
    "a form field that is two": lambda f: add(
        action(f), "form", {"field": "Resolution", "virtual": "x", "label": "x"}
    ),
    "no value for a condition": lambda f: add(action(f), "condition", {"field": "Status", "in": []}),
    "an OID that is empty": lambda f: thing(f).update(oid=""),
    "no area for attachments": lambda f: action(f).update(attachments=[]),
    "an object whose id is no GUID": lambda f: thing(f).update(id="T1"),
    "a value that is a list": lambda f: thing(f)["fields"].update(Summary=["x"]),
}


@pytest.mark.parametrize("what", NOT_IN_THE_VOCABULARY)
def test_what_the_vocabulary_does_not_have_is_refused(fixture, what) -> None:
    NOT_IN_THE_VOCABULARY[what](fixture)
    with pytest.raises(LoadError, match=r"fixture default of alloy: (classes|step_actions|objects)\[\d+\]"):
        load(fixture)


def test_the_starting_state_fits(fixture) -> None:
    assert load(fixture).fixture().name == "default"


@pytest.mark.parametrize(
    "asked", [{"client_id": "nobody"}, {"username": "nobody"}, {"email": "x"}, "a.reyes", {}]
)
def test_a_credential_of_nobody_is_refused(fixture, asked) -> None:
    service = load({**fixture, "credentials": [asked]})
    with pytest.raises(ValueError, match=r"the fixture has no|a credential of the fixture is written"):
        _ = Sandbox("x", {"alloy": service}).worlds["alloy"]


# --- values are kept as the fields have them --------------------------------------------------------------------------

WRITTEN = {  # a field of T000001, as a fixture may write it, and as GET shows it
    "Cost": ("9", "9"),
    "Affected_Seats": ("12", "12"),
    "Major": ("false", "No"),
    "Requester": ("Angelina Reyes", "Angelina Reyes"),
    "Assignee": ("{7A1D0C55-3C0B-4A9E-8F31-0D5B2E770018}", "Tove Lindgren"),
    "Due_Date": ("2022-10-28T00:00:00Z", "2022-10-27T17:00:00-07:00"),
    "Category": (5, "5"),
}


def client_of(service: Service) -> Client:
    world = Sandbox("x", {"alloy": service}).worlds["alloy"]
    token = world.credentials[0]["token"]
    return Client(world.sandbox, "alloy", {"Authorization": f"bearer {token}"})


@pytest.mark.statement("ALY-090", "ALY-098", "ALY-100")
@pytest.mark.parametrize("name", WRITTEN)
def test_a_value_may_be_written_like_one_that_a_client_sends(fixture, name) -> None:
    written, shown = WRITTEN[name]
    thing(fixture)["fields"][name] = written
    client = client_of(load(fixture))
    assert fields(client, "T000001")[name] == shown
    oids = [
        row["Ticket"] for row in rows(result(client.get("/api/v2/Tickets", query=f"par_sort_asc={name}")))
    ]
    assert sorted(oids) == ["T000001", "T000002", "T000003", "T000004"]
    found = client.post(
        "/api/v2/Tickets", {"filters": [{"name": name, "value": shown}], "fields": ["Ticket"]}
    )
    assert ["T000001"] in result(found)["Data"]


def test_a_number_in_quotes_is_sorted_as_a_number(fixture) -> None:
    thing(fixture)["fields"]["Cost"] = "9"
    client = client_of(load(fixture))
    body = {"fields": ["Ticket"], "sort": [{"property": "Cost", "direction": "desc"}], "limit": 2}
    assert result(client.post("/api/v2/Tickets", body))["Data"] == [["T000002"], ["T000001"]]


@pytest.mark.statement("ALY-X70")
def test_a_requester_by_name_owns_the_ticket(fixture) -> None:
    thing(fixture)["fields"]["Requester"] = "Tove Lindgren"
    client = client_of(load(fixture))
    tove = {"Impersonating-User-Id": "7a1d0c55-3c0b-4a9e-8f31-0d5b2e770018"}
    result(client.post(f"{OBJECT}/T000001/action/250", {}, headers=tove))


def test_a_name_that_is_a_number_names_its_object(fixture) -> None:
    thing(fixture, "PN000018")["fields"]["Full_Name"] = 18
    thing(fixture)["fields"]["Requester"] = 18
    assert fields(client_of(load(fixture)), "T000001")["Requester"] == "18"


def test_an_arranged_record_is_kept_alike_and_nothing_else_is_written(fixture) -> None:
    """As the control API does it: put, check, commit."""
    service = load(fixture)
    client = client_of(service)
    store = client.world.store
    before = next(store.find("objects", "oid", "T000001"))
    arranged = {**before, "fields": {**before["fields"], "Cost": "9", "Requester": "PN000018", "Major": 1}}
    store.replace("objects", arranged)
    service.check_store(store, "PUT objects")
    kept = next(store.find("objects", "oid", "T000001"))["fields"]
    assert (kept["Cost"], kept["Requester"]) == (9, "7a1d0c55-3c0b-4a9e-8f31-0d5b2e770018")
    assert kept["Major"] is True
    assert {change.key for change in store.commit()} == {before["id"]}


def test_an_activity_and_an_attachment_are_shown_in_the_servers_offset(fixture) -> None:
    first(fixture, "activities").update(
        date="2022-10-24T23:00:00Z", fields={"Time_Spent": "15", "Billable": 0}
    )
    first(fixture, "attachments").update(Created_Date="2022-10-12T15:30:00Z")
    client = client_of(load(fixture))
    (row,) = rows(result(client.get("/api/v2/Activities/T000002")))
    assert (row["Activity_Date"], row["Time_Spent"], row["Billable"]) == (
        "2022-10-24T16:00:00-07:00",
        "15",
        "No",
    )
    (row,) = rows(result(client.get(f"{OBJECT}/V000006/Attachments")))
    assert row["Created_Date"] == "2022-10-12T08:30:00-07:00"


@pytest.mark.statement("ALY-Q10")
def test_a_label_does_not_take_the_name_of_a_field_that_is_off_the_form(fixture) -> None:
    """Where such fields are taken: the label of a virtual one on the form is the physical name of another."""
    add(action(fixture), "form", {"virtual": "Note", "label": "Resolution"})
    client = client_of(load(fixture))
    client.settings(fields_off_form="accept")
    result(run(client, "T000001", 250, {"Resolution": "Oiled."}))
    assert fields(client, "T000001")["Resolution"] == "Oiled."


def test_a_name_counts_before_a_form_name_and_that_before_a_label() -> None:
    label, form, physical = (None, None, "x"), (None, "x", None), ("x", None, None)
    assert by_name([(label, 1), (form, 2), (physical, 3)]) == {"x": 3}
    assert by_name([(label, 1), (form, 2), (form, 3)]) == {"x": 2}


FITTING = {  # the field that is set, the one it is set from, what is sent, and what GET then shows
    "text from reference": ("Resolution", "Assignee", "PN000018", "Tove Lindgren"),
    "text from number": ("Resolution", "Cost", 12.5, "12.5"),
    "the same reference": ("Requester", "Assignee", "Tove Lindgren", "Tove Lindgren"),
    "the same values": ("Urgency", "Priority", "Low", "Low"),
    "a fraction from a whole number": ("Cost", "Affected_Seats", 3, "3"),
}


@pytest.mark.parametrize("what", FITTING)
def test_a_field_is_set_from_one_that_fits(fixture, what) -> None:
    field_, from_, sent, shown = FITTING[what]
    add(action(fixture), "effects", {"set": field_, "from": from_})
    client = client_of(load(fixture))
    result(run(client, "T000001", 250, {from_: sent}))
    assert fields(client, "T000001")[field_] == shown


def test_an_activity_tells_a_reference_by_its_name(fixture) -> None:
    who = {"virtual": "Activity.Comment", "label": "Who", "type": "reference", "class": "Persons"}
    action(fixture)["form"][-1] = who
    client = client_of(load(fixture))
    result(run(client, "T000001", 250, {"Who": "PN000018"}))
    (row,) = rows(result(client.get("/api/v2/Activities/T000001")))
    assert row["Comment"] == "Tove Lindgren"


# --- the example -----------------------------------------------------------------------------------------------------


@pytest.fixture
def fleet(service):
    """The customization in examples/, by its application."""
    sandbox = Sandbox("fleet", {"alloy": service}, fixtures={"alloy": EXAMPLE})
    token = sandbox.worlds["alloy"].credentials[0]["token"]
    return Client(sandbox, "alloy", {"Authorization": f"bearer {token}"})


def test_the_customization_in_the_examples_is_served(fleet) -> None:
    made = result(
        fleet.post("/api/v2", {"ActionId": 900, "Fields": {"Plate": "HH-AB 12", "Driver": "Ines Moreau"}})
    )
    assert made["ObjectOID"] == "CAR0003"
    result(run(fleet, "CAR0003", 901, {"Mileage": 12.5, "Activity.Litres": 40}))
    shown = fields(fleet, "CAR0003")
    assert (shown["Mileage"], shown["State"]) == ("12.5", "On the road")
    (refuelling,) = rows(result(fleet.get("/api/v2/Activities/CAR0003")))
    assert (refuelling["Activity_Type"], refuelling["Litres"]) == ("Refuelling", "40")


def test_the_customization_has_its_own_conditions_and_nothing_of_the_default(fleet) -> None:
    assert refused(run(fleet, "CAR0001", 901, {"Comment": "x"})) == unknown("Comment")
    assert "condition is not satisfied" in refused(
        run(fleet, "CAR0002", 901, {"Mileage": 1})
    )  # it is electric
    result(run(fleet, "CAR0001", 902, {"Reason": "Brakes"}))
    assert fields(fleet, "CAR0001")["State"] == "In repair"
    answer = run(fleet, "CAR0001", 901, {"Mileage": 1})
    assert "condition is not satisfied" in refused(answer)
    assert refused(run(fleet, "CAR0002", 250)) == NOT_AVAILABLE
    assert refused(fleet.get(f"{OBJECT}/V000006")) == "Object V000006 not found."


def test_a_class_may_be_for_some_roles(fixture) -> None:
    kind(fixture, "Vendors").update(viewers=["Administrator"])
    worlds = Sandbox("x", {"alloy": load(fixture)}).worlds
    for place, seen in ((0, 2), (1, 2), (2, 0)):  # an application, an Administrator, a Technician
        token = worlds["alloy"].credentials[place]["token"]
        client = Client(worlds["alloy"].sandbox, "alloy", {"Authorization": f"bearer {token}"})
        assert len(result(client.get("/api/v2/Vendors"))["Data"]) == seen
        assert client.get(f"{OBJECT}/V000006").json["success"] is bool(seen)


# --- the page that teaches it ----------------------------------------------------------------------------------------

PAGE = (EXAMPLES.parent / "docs" / "alloy-customization.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["ClassRecord", "FieldRecord", "ObjectRecord", "StepActionRecord", "FormField", "VirtualField",
             "TechnicianRecord", "ApplicationRecord"],
)  # fmt: skip
def test_the_page_names_everything_that_can_be_declared(service, name) -> None:
    declared = service.document.raw["components"]["schemas"][name]["properties"]
    assert [key for key in declared if not re.search(rf"[`{{ ,]{key}[`:]", PAGE)] == []


def test_the_page_names_every_kind_of_field_condition_and_effect(service) -> None:
    schemas = service.document.raw["components"]["schemas"]
    words = {*schemas["Kind"]["enum"], *schemas["Computed"]["enum"]}
    for name in ("Condition", "Effect"):
        words |= {key for choice in schemas[name]["anyOf"] for key in choice["required"]}
    assert [word for word in words if not re.search(rf"\b{word}\b", PAGE)] == []


def test_what_the_page_declares_fits(fixture) -> None:
    """Its pieces, put into the example: they are of the same customization."""
    blocks = [strict_yaml.parse(each.encode()) for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    whole, classes, objects, actions, accounts = blocks
    example = read_fixture("alloy", EXAMPLE)
    records = {**example["records"], **accounts}
    for collection, key, declared in (
        ("classes", "name", classes),
        ("objects", "id", objects),
        ("step_actions", "id", actions),
    ):
        others = [each for each in records[collection] if each[key] != declared[0][key]]
        records[collection] = [*others, *declared]
    cars = next(each for each in records["classes"] if each["name"] == "Cars")
    complete = next(each for each in example["records"]["classes"] if each["name"] == "Cars")
    cars["fields"] = [*cars["fields"], *complete["fields"][3:]]
    assert load({**whole, "records": records}).fixture().name == "default"


def test_all_that_does_not_fit_is_said_at_once() -> None:
    example = read_fixture("alloy", EXAMPLE)
    refuel = find(example, "step_actions", "id", 901)
    refuel["form"] += [{"virtual": "Activity.Nope", "label": "x"}, {"field": "Nope"}]
    refuel["effects"] += [{"set": "Never", "to": 1}, {"status": "Nowhere"}]
    with pytest.raises(LoadError) as refused_:
        load(example)
    first, *lines = str(refused_.value).splitlines()
    assert first == "fixture default of alloy: 4 things are wrong:"
    for each in ("Activity.Nope", "names the field Nope", "Never", "Nowhere"):
        assert any(each in line for line in lines)


def test_a_form_that_would_throw_away_what_it_takes_is_refused() -> None:
    example = read_fixture("alloy", EXAMPLE)
    refuel = find(example, "step_actions", "id", 901)
    refuel["effects"] = [{"status": "On the road"}]
    with pytest.raises(
        LoadError, match=r"action 901: its form has Activity\.Litres, and it writes no activity"
    ):
        load(example)
    refuel["effects"] = [{"set": "Mileage", "from": "Activity.Litres"}]
    assert load(example)


@pytest.mark.parametrize(
    "slot", [{"virtual": "Files", "label": "Attachments"}, {"virtual": "Attachments", "label": "Files"}]
)
def test_nothing_else_on_a_form_with_files_is_called_as_they_are(slot) -> None:
    example = read_fixture("alloy", EXAMPLE)
    refuel = find(example, "step_actions", "id", 901)
    refuel["attachments"] = ["A"]
    assert load(example)
    refuel["form"].append(slot)
    with pytest.raises(LoadError, match="Attachments"):
        load(example)


def test_the_sentence_on_the_page_is_what_is_said(fixture) -> None:
    example = read_fixture("alloy", EXAMPLE)
    add(find(example, "step_actions", "id", 901), "form", {"field": "Colour"})
    with pytest.raises(LoadError) as refused_:
        load(example)
    assert str(refused_.value).removeprefix("fixture default of alloy: ") in PAGE
