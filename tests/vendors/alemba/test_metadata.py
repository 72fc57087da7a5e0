"""Metadata: what it says of entities, properties and actions, and that the API keeps to it."""

from __future__ import annotations

import pytest

from simulator.vendors.alemba.entities import DATA_TYPES, MODEL, EntityError, read_model
from tests.vendors.alemba.calls import API, V1, query

RESOURCES = [each for each in MODEL.by_resource if each != "ipk-status-stream-type-to-type"]
# L298-328: the display types with the data types of each; "entity" is any entity.
TABLE = {
    "Checkbox": {"Boolean"},
    "DatePicker": {"DateTime"},
    "DateTimePicker": {"DateTime"},
    "Lookup": {"entity"},
    "MultiLookup": {"entity"},
    "MultiSelect": {"entity"},
    "ListBox": {"entity"},
    "Numeric": {"Integer", "Long", "Float", "Double", "Decimal", "Short"},
    "Password": {"Text"},
    "RichText": {"RichText"},
    "Select": {"entity"},
    "Text": {"Text"},
    "TextArea": {"RichText"},
    "TieredSelect": {"entity"},
}


def by_name(metadata):
    return {each["name"]: each for each in metadata["properties"]}


@pytest.mark.statement("ALM-054", "ALM-061", "ALM-062", "ALM-063", "ALM-078", "ALM-079", "ALM-082", "ALM-084")
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_entity_describes_itself(ada, resource) -> None:
    found = ada.metadata(resource)
    assert found["name"].lower() == resource.replace("-", "")
    assert found["description"]
    assert found["status"] in {"Alpha", "Beta", "GA"}
    assert isinstance(found["properties"], list)
    assert all(isinstance(each, list) for each in [*found["_actions"].values(), *found["_links"].values()])
    assert found["_self"] == f"api:v1/{resource}/$metadata"


@pytest.mark.statement(
    "ALM-064", "ALM-065", "ALM-066", "ALM-068", "ALM-069", "ALM-070", "ALM-071", "ALM-203", "ALM-262"
)
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_property_is_described(ada, resource) -> None:
    properties = ada.metadata(resource)["properties"]
    assert len({each["name"] for each in properties}) == len(properties)
    for each in properties:
        assert isinstance(each["displayName"], str)
        assert each["type"].keys() == {"displayTypes", "dataType", "class"}
        assert each["type"]["dataType"] in {*DATA_TYPES, *MODEL.by_name}
        assert isinstance(each["type"]["class"], str)
        # Of a Binary the table says nothing.
        assert each["type"]["displayTypes"] or each["type"]["dataType"] == "Binary"
        assert each["description"]
        assert each["usage"] in {"Internal", "Public"}


@pytest.mark.statement("ALM-203")
def test_there_are_eleven_data_types() -> None:
    assert len(DATA_TYPES) == 11


@pytest.mark.statement("ALM-210")
def test_display_types_and_data_types_go_together_as_the_table_says(ada) -> None:
    used = set()
    for resource in RESOURCES:
        for each in ada.metadata(resource)["properties"]:
            kind = each["type"]["dataType"]
            for display in each["type"]["displayTypes"]:
                used.add(display)
                assert (kind if kind in DATA_TYPES else "entity") in TABLE[display], each
    assert used == TABLE.keys()


@pytest.mark.statement("ALM-001", "ALM-059", "ALM-060", "ALM-081")
@pytest.mark.parametrize(
    ("child", "parent"), [("incident", "call"), ("problem", "call"), ("service", "asset")]
)
def test_a_child_inherits_and_is_listed_by_its_parent(ada, child, parent) -> None:
    own, above = ada.metadata(child), ada.metadata(parent)
    assert by_name(above).keys() <= by_name(own).keys()
    assert {"_self": own["_self"]} in above["children"]
    assert all(each.keys() == {"_self"} for each in above["children"])
    assert own["_context"] == above["_self"]


@pytest.mark.statement("ALM-081")
def test_the_context_of_a_top_level_entity_is_the_root(ada) -> None:
    found = ada.follow(ada.metadata("call")["_context"])
    assert (found.status, found.json["name"]) == (200, "api")


@pytest.mark.statement("ALM-X40")
def test_an_abstract_entity_has_no_address(ada) -> None:
    assert ada.get(f"{V1}/work-item").json["SubStatus"] == "ResourceNotFound"
    assert "" not in RESOURCES


@pytest.mark.statement("ALM-072", "ALM-088")
def test_the_key_is_what_self_ends_with(ada) -> None:
    for resource in RESOURCES:
        keys = [each["name"] for each in ada.metadata(resource)["properties"] if each.get("isKey")]
        assert keys == (["Ref", "LastHistoryOrder"] if resource == "call-history" else ["Ref"])
    record = ada.get(f"{V1}/call/7").json
    assert record["_self"] == f"api:v1/call/{record['Ref']}"


@pytest.mark.statement("ALM-074")
@pytest.mark.parametrize(
    ("resource", "fields"),
    [("call", {"Description": "x"}), ("incident", {"Description": "x"}), ("problem", {"Description": "x"}),
     ("task", {"Description": "x"}), ("organization", {"Name": "New"}), ("person", {"FirstName": "A", "LastName": "B"}),
     ("inventory-allocation", {"Person": 5, "Purchase": 1})],
)  # fmt: skip
def test_what_is_left_out_has_its_default(ada, resource, fields) -> None:
    made = ada.post(f"{V1}/{resource}", fields).json
    defaults = {
        each["name"]: each["defaultValue"]
        for each in ada.metadata(resource)["properties"]
        if "defaultValue" in each
    }
    assert defaults
    assert {name: made[name] for name in defaults} == defaults


@pytest.mark.statement("ALM-074", "ALM-097")
def test_a_child_has_a_default_of_its_own_for_what_its_parent_has_too(ada) -> None:
    for resource, process in (("call", 1), ("incident", 1), ("problem", 2)):
        assert by_name(ada.metadata(resource))["IpkStatus"]["defaultValue"] == process
        assert ada.new(resource)["IpkStatus"] == process
        assert ada.new(resource, IpkStatus=3 - process)["IpkStatus"] == 3 - process


@pytest.mark.statement("ALM-075", "ALM-055")
def test_only_texts_have_a_length_and_it_is_kept_to(ada) -> None:
    for resource in RESOURCES:
        for each in ada.metadata(resource)["properties"]:
            assert "length" not in each or each["type"]["dataType"] == "Text"
    longest = by_name(ada.metadata("call"))["CustomString1"]["length"]
    assert ada.new(CustomString1="x" * longest)["CustomString1"] == "x" * longest
    refused = ada.post(f"{V1}/call", {"Description": "x", "CustomString1": "x" * (longest + 1)})
    assert refused.status == 400
    assert refused.entry["explanation"]["problems"][0]["expected"] == longest


@pytest.mark.statement("ALM-077", "ALM-264")
def test_an_uppercase_property_takes_small_letters_and_capitalizes_them(ada) -> None:
    assert by_name(ada.metadata("call"))["ExternalReference"]["uppercase"] is True
    assert ada.new(ExternalReference="ext-9 ß")["ExternalReference"] == "EXT-9 SS"


@pytest.mark.statement("ALM-204", "ALM-205")
def test_a_link_holds_the_key_of_the_associated_record(ada) -> None:
    service = by_name(ada.metadata("call"))["Service"]
    assert service["type"] == {"displayTypes": ["Lookup"], "dataType": "Service", "class": "Relation"}
    record = ada.get(f"{V1}/call/1").json
    assert record["_links"]["Service"][0]["_self"] == f"api:v1/service/{record['Service']}"


@pytest.mark.statement("ALM-095", "ALM-086", "ALM-263", "ALM-X30")
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_action_says_where_it_is_done_and_where_it_is_described(ada, resource) -> None:
    for name, (entry,) in ada.metadata(resource)["_actions"].items():
        assert entry["href"].startswith(f"api:v1/{resource}")
        described = ada.follow(entry["_self"] + "?$options")
        assert described.status == 200
        found = described.json
        assert (found["name"], found["href"], found["methods"]) == (name, entry["href"], entry["methods"])
        assert found["permissions"].keys() == {"Analyst", "User"}
        assert found["initialState"]
        assert found["_self"] == entry["_self"]
    if resource == "call":
        assert "Forward" in ada.metadata(resource)["_actions"]


@pytest.mark.statement("ALM-X30", "ALM-X09")
def test_the_initial_state_is_said_as_the_product_says_it(ada) -> None:
    update = ada.get(f"{V1}/call/$update", query="$options").json
    assert update["initialState"] == "New, or Open and locked by you"
    assert update["permissions"] == {"Analyst": True, "User": False}
    ada.settings(update_needs_lock=False)
    assert ada.get(f"{V1}/call/$update", query="$options").json["initialState"] == "New, or Open"


@pytest.mark.statement("ALM-098", "ALM-Q10")
def test_the_metadata_of_create_is_read_as_printed(ada) -> None:
    answer = ada.get("/alemba.api/api/call/$create", query="$options")
    assert answer.status == 200
    assert answer.json["name"] == "Create"
    assert answer.json["_self"] == "api:v1/call/$create"


@pytest.mark.statement("ALM-100")
def test_any_action_can_stand_in_the_place_of_create(ada) -> None:
    for name in ada.metadata("call")["_actions"]:
        assert ada.get(f"{V1}/call/${name[0].lower()}{name[1:]}", query="$options").status == 200
    for wrong in ("$nonsense", "$Create", "$"):
        answer = ada.get(f"{V1}/call/{wrong}", query="$options")
        assert (answer.status, answer.json["SubStatus"]) == (404, "ResourceNotFound")


@pytest.mark.statement("ALM-099", "ALM-097")
@pytest.mark.parametrize(
    "resource", [each for each in RESOURCES if "Create" in MODEL.by_resource[each].actions]
)
def test_a_creation_with_exactly_the_mandatory_properties_succeeds(ada, resource) -> None:
    listed = ada.get(f"{V1}/{resource}/$create", query="$options").json
    mandatory = {each["name"]: each for each in listed["properties"] if each["mandatory"]}
    assert mandatory
    assert any(not each["mandatory"] for each in listed["properties"])
    values = {
        name: 1 if each["type"]["dataType"] not in DATA_TYPES else "x" for name, each in mandatory.items()
    }
    assert ada.post(f"{V1}/{resource}", values).status == 200
    for name in mandatory:
        for missing in ({}, {name: None}, {name: ""}):
            body = {**{each: value for each, value in values.items() if each != name}, **missing}
            assert ada.post(f"{V1}/{resource}", body).status == 400, body


@pytest.mark.statement("ALM-X13", "ALM-Q9")
@pytest.mark.parametrize("resource", ["call", "asset", "call-history"])
def test_metadata_and_options_are_the_same(ada, resource) -> None:
    one = ada.get(f"{V1}/{resource}/$metadata").json
    assert one == ada.get(f"{V1}/{resource}", query="$options").json
    assert one == ada.get(f"{V1}/{resource}", query="$metadata").json
    assert ada.get(f"{V1}/$metadata").json == ada.get(V1).json


@pytest.mark.statement("ALM-089", "ALM-087")
def test_placeholders_are_properties_of_the_entity_at_context(ada) -> None:
    record = ada.get(f"{V1}/call/1").json
    found = ada.metadata("call")
    names = by_name(found)
    tried = 0
    for links in found["_links"].values():
        for link in links:
            (name,) = [part[1:-1] for part in link["href"].split("/") if part.startswith("{")]
            if name == "id":
                continue
            assert name in names
            assert by_name(ada.follow(link["_context"]).json).keys() == names.keys()
            if record[name] is not None:
                tried += 1
                assert ada.follow(link["href"].replace(f"{{{name}}}", str(record[name]))).status == 200
    assert tried > 5
    assert ada.follow(found["_actions"]["Get"][0]["href"].replace("{id}", "1")).status == 200


@pytest.mark.statement("ALM-265", "ALM-056", "ALM-057", "ALM-Q28")
def test_the_root_links_to_the_top_level_entities(ada) -> None:
    root = ada.get(V1, query="$options")
    assert root.status == 200
    for path in (API, V1, f"{API}/", f"{V1}/"):
        assert ada.get(path).json == root.json
    assert {"Call", "Person", "Asset"} <= root.json["_links"].keys()
    assert "Incident" not in root.json["_links"]
    for (link,) in root.json["_links"].values():
        assert ada.follow(link["href"]).json["properties"]


@pytest.mark.statement("ALM-Q28")
def test_the_root_needs_a_token_and_by_the_setting_options(ada, anyone) -> None:
    assert anyone.get(V1).status == 401
    ada.settings(root_metadata="options")
    assert ada.get(V1).status == 404
    assert ada.get(V1, query="$options").status == 200


@pytest.mark.statement("ALM-266")
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_entity_has_simple_actions(ada, resource) -> None:
    assert "Search" in ada.metadata(resource)["_actions"]
    assert ada.get(f"{V1}/{resource}", query=query(top=1)).status == 200


@pytest.mark.statement("ALM-X12")
def test_of_the_two_maps_to_types_one_is_there(ada) -> None:
    there, gone = "ipk-status-stream-to-type", "ipk-status-stream-type-to-type"
    for _ in range(2):
        assert ada.get(f"{V1}/{there}", query="$options").status == 200
        assert ada.get(f"{V1}/{gone}", query="$options").status == 404
        links = str(ada.get(V1).json)
        assert f"/{there}/" in links
        assert f"/{gone}/" not in links
        there, gone = gone, there
        ada.settings(enabled_type_map=there)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"colour": "red"}, "unknown keys"),
        ({"resource": "other"}, "not its own resource"),
        ({"properties": {"A": {"displayName": "A", "displayTypes": ["Lookup"], "dataType": "Nobody", "class": "x",
                               "description": "x"}}}, "Nobody"),
        ({"through": ["B"]}, "no property is called B"),
        ({"actions": {"Get": {"method": "GET", "description": "x", "sessions": ["King"]}}}, "session type"),
    ],
)  # fmt: skip
def test_a_data_file_that_fits_nothing_is_refused(change, why) -> None:
    entity = {
        "format": 1,
        "name": "Thing",
        "resource": "thing",
        "description": "x",
        "status": "GA",
        "properties": {},
    }
    with pytest.raises(EntityError, match=why):
        read_model({"thing": {**entity, **change}})
