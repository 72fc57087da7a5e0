"""Records: created, read, changed and deleted; what a value of each type may be, and how it is kept."""

from __future__ import annotations

import pytest

from tests.vendors.alemba.calls import V1, V2

EIGHT = ["Y", "YES", "T", "TRUE", "ON", "1", "P", "A"]


def problem(answer):
    return answer.entry["explanation"]["problems"][0]


@pytest.mark.statement("ALM-053", "ALM-047", "ALM-Q13", "ALM-Q21")
def test_what_is_created_can_be_read(ada) -> None:
    made = ada.post(f"{V1}/call", {"Description": "The lift hums."})
    assert made.status == 200
    ref = made.json["Ref"]
    assert ref > 165
    found = ada.get(f"{V1}/call/{ref}")
    assert found.status == 200
    assert found.json == made.json
    assert found.json["Description"] == "The lift hums."


@pytest.mark.statement("ALM-X02")
def test_a_call_as_an_integration_creates_it(ada) -> None:
    body = {
        "Description": "The till is dark.",
        "DescriptionHtml": "<p>The till is dark.</p>",
        "IpkStatus": 1,
        "IpkStream": 0,
        "Impact": 2,
        "Urgency": 2,
        "Type": 1,
        "ReceivingGroup": 1,
        "CustomString1": "Till 3",
        "ConfigurationItemId": 22,
        "User": 6,
    }
    made = ada.post(f"{V2}/call", body)
    assert made.status == 200
    assert {name: made.json[name] for name in body} == body
    assert made.json["ConfigurationItem"] == 22
    assert made.json["Ref"]
    assert (
        made.json["_actions"]["AttachmentCreate"][0]["href"] == f"api:v2/call/{made.json['Ref']}/attachment"
    )


@pytest.mark.statement("ALM-287")
def test_a_new_record_has_what_the_system_gives_it(ada) -> None:
    made = ada.new()
    assert made["LoggedDate"] == made["CreatedDate"] == made["ActualLogDate"] == "2017-03-20T12:00:00.000Z"
    assert (made["LoggedBy"], made["User"], made["UserId"], made["Partition"]) == (1, 1, 1, 1)
    assert (made["Status"], made["CallStatus"]) == (0, 0)
    assert len(made["Id"]) == 36


def test_numbers_are_never_given_twice(ada) -> None:
    refs = [ada.new("incident")["Ref"], ada.new()["Ref"], ada.new("problem")["Ref"], ada.new()["Ref"]]
    assert refs == [166, 167, 168, 169]


@pytest.mark.statement("ALM-002")
def test_an_incident_is_a_call(ada) -> None:
    ref = ada.new("incident", Symptom="Smoke")["Ref"]
    assert ref in ada.refs("incident")
    assert ref in ada.refs("call")
    assert ref not in ada.refs("problem")
    assert ada.get(f"{V1}/call/{ref}").json["_self"] == f"api:v1/incident/{ref}"
    assert ada.get(f"{V1}/incident/2").status == 404


@pytest.mark.statement("ALM-002")
def test_an_asset_is_a_service_or_a_configuration_item(ada) -> None:
    assert ada.refs("asset") == [11, 12, 13, 14, 21, 22, 23]
    assert ada.get(f"{V1}/asset/11").json["_context"] == "api:v1/service/$metadata"
    assert ada.post(f"{V1}/asset", {"Name": "x"}).status == 405


@pytest.mark.statement("ALM-048")
def test_an_update_changes_what_is_sent_and_keeps_the_rest(ada) -> None:
    before = ada.get(f"{V1}/call/1").json
    answer = ada.put(f"{V1}/call/1", {"Description": "It glows.", "Priority": 1})
    assert answer.status == 200
    after = ada.get(f"{V1}/call/1").json
    assert (after["Description"], after["Priority"]) == ("It glows.", 1)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"Description", "Priority", "LastHistoryOrder", "_links"}


@pytest.mark.statement("ALM-048")
def test_null_empties_a_property(ada) -> None:
    assert ada.put(f"{V1}/call/1", {"Service": None, "CustomString1": None}).json["Service"] is None


@pytest.mark.statement("ALM-097")
@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize(("address", "name"), [("call/1", "Description"), ("person/5", "LastName")])
def test_what_a_record_cannot_be_without_is_not_emptied(ada, address, name, nothing) -> None:
    before = ada.state()
    answer = ada.put(f"{V1}/{address}", {name: nothing})
    assert (answer.status, answer.json["Message"]) == (400, f"{name} is missing.")
    assert ada.state() == before


@pytest.mark.statement("ALM-055")
def test_one_value_under_two_names_is_one_value(ada) -> None:
    for fields in ({"User": 5, "UserId": 6}, {"UserId": 6, "User": 5}, {"User": 5, "UserId": None}):
        assert ada.post(f"{V1}/call", {"Description": "x", **fields}).status == 400
        assert ada.put(f"{V1}/call/1", fields).status == 400
    assert ada.new(User=5, UserId=5)["User"] == 5


@pytest.mark.statement("ALM-249", "ALM-290")
def test_a_deleted_call_is_no_longer_read(ada) -> None:
    answer = ada.delete(f"{V1}/call/1")
    assert (answer.status, answer.json["Ref"]) == (200, 1)
    assert ada.get(f"{V1}/call/1").json["SubStatus"] == "RecordNotFound"
    assert ada.stored("call", 1)["Deleted"] == "1"
    assert ada.delete(f"{V1}/call/1").status == 404
    assert 1 not in ada.refs()


@pytest.mark.statement("ALM-249")
def test_what_has_no_life_of_its_own_is_gone(ada) -> None:
    assert ada.delete(f"{V1}/configuration-item/23").status == 200
    assert ada.stored("configuration-item", 23) is None


@pytest.mark.statement("ALM-052", "ALM-241")
def test_only_what_has_the_action_can_be_deleted(ada) -> None:
    for resource in ("priority", "person", "organization", "service"):
        assert "Delete" not in ada.metadata(resource)["_actions"]
        ref = ada.refs(resource)[0]
        answer = ada.delete(f"{V1}/{resource}/{ref}")
        assert answer.status == 405
        assert "DELETE" not in answer.headers["allow"]


@pytest.mark.statement("ALM-206")
@pytest.mark.parametrize("spelling", EIGHT)
def test_each_of_eight_spellings_is_true(ada, spelling) -> None:
    ref = EIGHT.index(spelling) + 1
    assert ada.stored("call", ref)["Escalated"] == spelling
    assert ada.get(f"{V1}/call/{ref}").json["Escalated"] is True


@pytest.mark.statement("ALM-206")
def test_every_other_spelling_is_false_and_nothing_is_null(ada) -> None:
    for ref in range(9, 17):
        assert ada.get(f"{V1}/call/{ref}").json["Escalated"] is False
    assert ada.stored("call", 20).get("Escalated") is None
    assert ada.get(f"{V1}/call/20").json["Escalated"] is None


@pytest.mark.statement("ALM-207", "ALM-208")
def test_a_flag_is_stored_in_the_spelling_of_its_table(ada) -> None:
    made = ada.new(Breached=True, Escalated=False, CustomFlag1=True)
    kept = ada.stored("call", made["Ref"])
    assert (kept["Breached"], kept["Escalated"], kept["CustomFlag1"]) == ("Y", "NO", "T")
    assert (made["Breached"], made["Escalated"], made["CustomFlag1"]) == (True, False, True)
    assert ada.put(f"{V1}/call/1", {"Escalated": True}).json["Escalated"] is True
    assert ada.stored("call", 1)["Escalated"] == "YES"


@pytest.mark.statement("ALM-055", "ALM-297")
@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("ActionCount", [0, -(2**31), 2**31 - 1, 7.0], [2**31, -(2**31) - 1, 1.5, "1", True, [], {}]),
        ("TransferredBytes", [2**63 - 1, -(2**63)], [1.5, "1", False]),
        ("Severity", [-32768, 32767], [32768, -32769, "1"]),
        ("Progress", [0.25, 3, -3.4e38], [3.5e38, "0.5", True]),
        ("ActionWorkHours", [1e308, 0.1, -0.0], ["1", None.__class__.__name__, []]),
        ("Cost", [0.1, -5, 7.9e28], [8e28, "1"]),
        ("Breached", [True, False], ["Y", 1, 0, "true"]),
        ("CustomString1", ["", "é🙂", " x "], [1, True, ["x"]]),
        ("Description", ["<b>", "x" * 5000], [1, {}]),
        ("Signature", ["U2ln", "", "QQ=="], ["%%%", "U2l", 5]),
        ("User", [4, 6.0], ["4", True, 1.5, [4], {"Ref": 4}, 2**31]),
        ("Stakeholders", [[], [4, 5]], [4, ["4"], [True]]),
    ],
)
def test_each_data_type_takes_its_own(ada, name, good, bad) -> None:
    for value in good:
        answer = ada.post(f"{V1}/call", {"Description": "x", name: value})
        assert (answer.status, answer.json.get(name)) == (200, value), value
    for value in bad:
        before = ada.state()
        answer = ada.post(f"{V1}/call", {"Description": "x", name: value})
        assert answer.status == 400, value
        assert problem(answer)["path"] == f"$.{name}"
        assert ada.state() == before


@pytest.mark.statement("ALM-287")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2017-01-01T00:00:00+01:00", "2016-12-31T23:00:00.000Z"),
        ("2017-01-01T00:00:00.1239Z", "2017-01-01T00:00:00.123Z"),
        ("2017-01-01T10:30", "2017-01-01T10:30:00.000Z"),
        ("2017-01-01", "2017-01-01T00:00:00.000Z"),
        ("2017-01-01T00:00:00-0530", "2017-01-01T05:30:00.000Z"),
    ],
)
def test_a_date_is_kept_in_utc(ada, sent, kept) -> None:
    assert ada.new(CustomDate1=sent)["CustomDate1"] == kept


@pytest.mark.statement("ALM-055")
@pytest.mark.parametrize(
    "sent",
    ["01/02/2017", "2017-02-30", "2017-01-01T25:00", "yesterday", "", 20170101, "9999-12-31T23:59:59-14:00"],
)
def test_what_is_no_date_is_refused(ada, sent) -> None:
    assert ada.post(f"{V1}/call", {"Description": "x", "CustomDate1": sent}).status == 400


@pytest.mark.statement("ALM-Q5")
def test_a_date_without_a_zone_is_in_the_server_s(ada) -> None:
    ada.settings(server_time_zone="-05:00")
    assert ada.new(CustomDate1="2017-01-01T00:00:00")["CustomDate1"] == "2017-01-01T05:00:00.000Z"


@pytest.mark.statement("ALM-234", "ALM-251")
@pytest.mark.parametrize(
    "body",
    [{"User": 999}, {"UserId": 999}, {"Service": -1}, {"ConfigurationItemId": 1}, {"Stakeholders": [4, 99]}],
)
def test_a_link_must_lead_somewhere(ada, body) -> None:
    answer = ada.post(f"{V1}/call", {"Description": "x", **body})
    assert (answer.status, answer.json["SubStatus"]) == (404, "LinkedRecordNotFound")
    assert problem(answer)["rule"] == "linked"


@pytest.mark.statement("ALM-251")
def test_a_link_must_lead_to_what_the_caller_sees(lena) -> None:
    assert lena.new(Service=13)["Service"] == 13
    refused = lena.post(f"{V1}/call", {"Description": "x", "Service": 11})
    assert refused.json["SubStatus"] == "LinkedRecordNotFound"


@pytest.mark.statement("ALM-250")
@pytest.mark.parametrize(
    "name", ["Nonsense", "Ref", "Status", "LoggedBy", "Id", "description", "_self", "__class__", "action"]
)
def test_a_name_that_the_action_does_not_take_is_refused(ada, name) -> None:
    before = ada.state()
    answer = ada.post(f"{V1}/call", {"Description": "x", name: 1})
    assert answer.status == 400
    assert "ALM-250" in answer.statements
    assert ada.state() == before


@pytest.mark.statement("ALM-X26")
def test_stakeholders_cannot_be_updated(ada) -> None:
    assert ada.new(Stakeholders=[5, 6])["Stakeholders"] == [5, 6]
    assert ada.put(f"{V1}/call/1", {"Stakeholders": [5]}).status == 400


@pytest.mark.statement("ALM-298")
def test_a_password_is_kept_and_never_answered(ada) -> None:
    made = ada.post(f"{V1}/person", {"FirstName": "Lena", "LastName": "Vogt", "Password": "not-a-secret"})
    assert made.json["Password"] is None
    assert made.json["Name"] == "Lena Vogt"
    assert ada.stored("person", made.json["Ref"])["Password"] == "not-a-secret"
    assert "not-a-secret" not in repr(made.entry)
    assert ada.get(f"{V1}/person/4").json["Password"] is None


@pytest.mark.statement("ALM-X25")
def test_an_inventory_allocation_is_created_and_submitted(ada) -> None:
    body = {"Person": 6, "Purchase": 2, "Quantity": 3, "TransactionStatus": 1}
    made = ada.post(f"{V2}/inventory-allocation", body)
    assert made.status == 200
    assert made.json["Ref"]
    submitted = ada.put(f"{V2}/inventory-allocation/{made.json['Ref']}/submit")
    assert (submitted.status, submitted.json["Status"]) == (200, 1)


@pytest.mark.statement("ALM-246")
@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"NaN", b"", b"\xff", b'{"a":' * 100])
def test_a_body_that_is_no_object_is_refused(ada, body) -> None:
    before = ada.state()
    answer = ada.call("POST", f"{V1}/call", body=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["SubStatus"]) == (400, "None")
    assert ada.state() == before


@pytest.mark.statement("ALM-245", "ALM-Q14")
def test_a_record_has_an_etag_and_a_304(ada) -> None:
    first = ada.get(f"{V1}/call/1")
    tag = first.headers["etag"]
    same = ada.get(f"{V1}/call/1", headers={"If-None-Match": f'"x", W/{tag}'})
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", tag)
    ada.put(f"{V1}/call/1", {"Description": "changed"})
    assert ada.get(f"{V1}/call/1", headers={"If-None-Match": tag}).status == 200
    ada.settings(etags=False)
    plain = ada.get(f"{V1}/call/1", headers={"If-None-Match": "*"})
    assert plain.status == 200
    assert "etag" not in plain.headers


def test_of_everything_that_was_asked_a_refusal_says_all_that_is_wrong(ada) -> None:
    answer = ada.post(f"{V1}/call", {"Nonsense": 1, "Priority": "high", "User": 999})
    found = [(each["path"], each["rule"]) for each in answer.entry["explanation"]["problems"]]
    assert found == [
        ("$.Nonsense", "unknown"),
        ("$.Priority", "type"),
        ("$.User", "linked"),
        ("$.Description", "required"),
    ]


@pytest.mark.statement("ALM-250")
def test_of_very_many_names_that_an_action_does_not_take_the_first_hundred_are_told(ada) -> None:
    answer = ada.post(f"{V1}/call", {f"F{number}": 1 for number in range(60_000)})
    assert answer.status == 400
    assert len(answer.entry["explanation"]["problems"]) == 100
