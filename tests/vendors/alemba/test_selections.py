"""$select, augmenters and joins: what a row shows of itself and of what it is linked to."""

from __future__ import annotations

import pytest

from simulator.vendors.alemba.entities import MODEL
from simulator.vendors.alemba.search import paths
from simulator.vendors.alemba.search.language import FUNCTIONS, TOKENS
from simulator.vendors.alemba.search.selecting import read_selection
from tests.vendors.alemba.calls import LOGIN, V1, query

LINKS = {"_actions", "_context", "_self"}
LAST = "CallHistory as LastAction on (LastAction.Ref==Ref)(LastAction.LastHistoryOrder==LastHistoryOrder)"


def one(api, ref, select, resource="call", **more):
    (row,) = api.search(resource, select=select, filter=f"Ref=={ref}", **more).json["results"]
    return row


# --- select ----------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-136", "ALM-135")
def test_just_what_is_selected_and_the_links(ada) -> None:
    for row in ada.search(select="Ref,Description", top=5).json["results"]:
        assert row.keys() == {"Ref", "Description", *LINKS}
    assert one(ada, 1, " Ref , Priority ").keys() == {"Ref", "Priority", *LINKS}


@pytest.mark.statement("ALM-137", "ALM-140", "ALM-X34")
def test_a_linked_entity_comes_with_its_metadata_links(ada) -> None:
    row = one(ada, 6, "User.Name,IpkStatus.Name")
    assert row["User"] == {
        "_context": "api:v1/person/$metadata",
        "_self": "api:v1/person/4",
        "Name": "Sam Lowe",
    }
    assert row["IpkStatus"] == {
        "Name": "Problem",
        "_context": "api:v1/ipk-status/$metadata",
        "_self": "api:v1/ipk-status/2",
    }
    assert row["_context"] == "api:v1/call/$metadata"
    assert ada.follow(row["User"]["_self"]).json["Name"] == row["User"]["Name"]


@pytest.mark.statement("ALM-141", "ALM-282")
def test_so_do_linked_fields_of_linked_relations(ada) -> None:
    row = one(ada, 6, "User.Organization.Name,User.Name")
    organization = row["User"]["Organization"]
    assert organization.keys() == {"Name", "_context", "_self"}
    assert ada.follow(organization["_self"]).json["Name"] == organization["Name"]
    assert row["User"].keys() == {"Name", "Organization", "_context", "_self"}


@pytest.mark.statement("ALM-138")
def test_a_related_object_may_be_locked(ada, mei) -> None:
    request = ada.new("request")
    ada.act(request, "Submit")
    ada.act(ada.get(f"{V1}/request/{request['Ref']}").json, "Lock")
    task = ada.new("task", Request=request["Ref"])
    ada.act(task, "Submit")
    assert (
        one(mei, task["Ref"], "Request.Description", "task")["Request"]["Description"]
        == request["Description"]
    )


@pytest.mark.statement("ALM-205")
def test_a_link_by_itself_is_its_key(ada) -> None:
    row = one(ada, 1, "User,UserId,Service")
    assert (row["User"], row["UserId"], row["Service"]) == (5, 5, 12)


def test_a_link_that_leads_nowhere_is_null(ada) -> None:
    assert one(ada, 3, "Service.Name,Service.Organization.Name")["Service"] is None
    assert one(ada, 4, "BusinessService.Name,Ref")["BusinessService"] is None


def test_the_key_and_a_property_of_a_link_stand_together(ada) -> None:
    for select in ("User,User.Name", "User.Name,User"):
        assert one(ada, 1, select)["User"]["Name"] == "Andrew Anderson"


@pytest.mark.statement("ALM-305")
def test_a_link_to_what_is_not_seen_reads_as_nothing(ada, lena) -> None:
    assert one(ada, 9, "Service.Name")["Service"]["Name"] == "Printing"
    assert one(lena, 9, "Service.Name")["Service"] is None
    assert lena.refs(filter='Service.Name=="Printing"') == []


@pytest.mark.statement("ALM-142", "ALM-Q26")
def test_an_alias_simplifies_the_answer(ada) -> None:
    row = one(ada, 4, "Pri:Priority.Name, Who : User.Organization.Name,Ref")
    assert row.keys() == {"Pri", "Who", "Ref", *LINKS}
    assert row["Pri"] == "Critical"


@pytest.mark.statement("ALM-144")
@pytest.mark.parametrize("resource", ["call", "person", "incident", "asset", "call-history"])
def test_a_star_is_all_properties(ada, resource) -> None:
    names = {each["name"] for each in ada.metadata(resource)["properties"]}
    assert ada.search(resource, select="*", top=1).json["results"][0].keys() == names | LINKS


@pytest.mark.statement("ALM-145")
def test_extension_fields_can_be_selected(ada) -> None:
    assert one(ada, 2, "CustomString1")["CustomString1"] == "Desk 2"
    assert one(ada, 3, "CustomNumber1")["CustomNumber1"] == 30
    assert one(ada, 5, "CustomFlag1")["CustomFlag1"] is True


def test_a_secret_is_never_selected(ada) -> None:
    assert one(ada, 4, "Password", "person")["Password"] is None


@pytest.mark.statement("ALM-146")
@pytest.mark.parametrize(
    "select",
    [
        "Nonsense",
        "ref",
        "User.Nonsense",
        "Ref.Name",
        "User.*",
        "Ref,,Description",
        ",",
        "Ref;Description",
        "A:B:Ref",
        ":Ref",
        "1:Ref",
        "Ref Description",
        "User.Name.First",
        "__class__",
        "Stakeholders.Name",
        "*.Ref",
        "a-b:Ref",
        "_x:Ref",
        "_links:Ref",
        "_self:Ref",
        ",".join(f"A{number}:Ref" for number in range(201)),
        "*," + ",".join(f"A{number}:Ref" for number in range(199)),
    ],
)
def test_what_is_no_selection_is_refused(ada, select) -> None:
    answer = ada.search(select=select)
    assert (answer.status, answer.entry["explanation"]["problems"][0]["path"]) == (400, "$['$select']")


def test_what_is_selected_twice_is_read_once(ada) -> None:
    call = MODEL.by_name["Call"]
    text = ",".join(["*", "Ref", "User.Name", "A:Ref", "@AssignmentState"] * 100)
    found = read_selection(text, call, {})
    assert len(found.columns) == len(call.properties) + 2
    assert len(found.computed) == 1
    assert one(ada, 6, text) == one(ada, 6, "*,User.Name,A:Ref,@AssignmentState")


# --- augmenters ------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-143", "ALM-216", "ALM-292")
def test_an_extension_augmenter_is_computed(ada) -> None:
    call = ada.new()
    assert one(ada, call["Ref"], "@AssignmentState")["AssignmentState"] == "Unassigned"
    ada.act(call, "Submit")
    ada.put(f"{V1}/call/{call['Ref']}/forward", {"AssignedGroup": 1})
    assert one(ada, call["Ref"], "@AssignmentState")["AssignmentState"] == "Group"
    ada.put(f"{V1}/call/{call['Ref']}/assign", {"AssignedTo": 2})
    assert one(ada, call["Ref"], "Ref,@AssignmentState")["AssignmentState"] == "Assigned"


@pytest.mark.statement("ALM-212")
def test_condition_augmenters_are_for_filters_alone(ada) -> None:
    for select in ("@IsDeleted", "@IsBreached", "@Nonsense", "@Now"):
        answer = ada.search(select=select)
        assert (answer.status, answer.json["SubStatus"]) == (400, "NotSupported")
    assert ada.search(filter="@AssignmentState").json["SubStatus"] == "NotSupported"


@pytest.mark.statement("ALM-213", "ALM-292")
def test_a_condition_may_look_at_a_related_table(ada) -> None:
    assert ada.refs(filter="@IsPriorityUrgent") == ada.refs(filter="Priority==1||Priority==2")
    assert ada.refs(filter="@IsBreached") == ada.refs(filter="Breached==true")
    assert ada.refs(filter="@IsBreached && !@IsPriorityUrgent") == ada.refs(
        filter="Breached && Priority.Rank>2"
    )


@pytest.mark.statement("ALM-217")
@pytest.mark.parametrize("resource", ["call", "request", "task", "incident"])
@pytest.mark.parametrize(
    "wanted",
    [
        "@IsDeleted",
        "!@IsDeleted",
        "@IsBreached",
        "LoggedDate <= @Now",
        "LoggedDate > @NowOffset(-7,-2,-30)",
        "LoggedDate > @DateTime(2000-01-01T00:00:00.000Z)",
        "User == @UserId",
        "User.Organization == @OrganizationId",
        "Id = @Guid(75f7a7d5-652f-4e30-bd92-dc6e9594b28b)",
    ],
)
def test_the_common_augmenters_apply_to_calls_requests_and_tasks(ada, resource, wanted) -> None:
    assert ada.search(resource, filter=wanted).status == 200


@pytest.mark.statement("ALM-214", "ALM-215")
@pytest.mark.parametrize(
    ("resource", "key"), [("call-history", "ActionedBy"), ("attachment", "Ref"), ("person", "Ref")]
)
def test_tokens_and_functions_are_independent_of_the_entity(ada, resource, key) -> None:
    assert ada.search(resource, filter=f"{key} == @UserId || {key} == @OrganizationId").status == 200
    assert ada.search(resource, filter="@Now > @DateTime(2017-01-01T00:00:00Z)").status == 200


@pytest.mark.statement("ALM-218")
def test_an_entity_s_augmenters_are_in_its_metadata(ada) -> None:
    for resource in ("call", "task"):
        listed = {each["name"]: each["type"] for each in ada.metadata(resource)["augmenters"]}
        assert listed["@IsDeleted"] == "Condition"
        assert listed["@AssignmentState"] == "Extension"
    assert ada.metadata("priority")["augmenters"] == []


@pytest.mark.statement("ALM-219")
@pytest.mark.parametrize(
    "wanted",
    ["@Nonsense", "@isDeleted", "Ref==@Nonsense", "Ref==@UserId()", "LoggedDate>@DateTime", "@IsDeleted(1)"],
)
def test_an_augmenter_that_there_is_not_is_refused(ada, wanted) -> None:
    answer = ada.search(filter=wanted)
    assert (answer.status, answer.json["SubStatus"]) == (400, "NotSupported")


@pytest.mark.statement("ALM-223")
def test_a_guid_is_written_without_quotes(ada) -> None:
    guid = ada.stored("call", 77)["Id"]
    assert ada.refs(filter=f"Id = @Guid({guid})") == [77]
    assert ada.refs(filter=f"Id == @Guid({guid.upper()})") == [77]
    for wrong in ("x", guid[:-1], "", f'"{guid}"'):
        assert ada.search(filter=f"Id = @Guid({wrong})").status == 400


@pytest.mark.statement("ALM-226")
def test_the_user_s_organization_by_three_paths(ada, sam) -> None:
    paths = ("User.OrganizationId", "User.Organization", "User.Organization.Ref")
    for api, number in ((ada, 1), (sam, 2)):
        found = [api.refs(filter=f"{path} == @OrganizationId") for path in paths]
        assert found[0]
        assert found[0] == found[1] == found[2] == api.refs(filter=f"User.Organization=={number}")


@pytest.mark.statement("ALM-227")
def test_the_user_by_three_paths(sam) -> None:
    found = [sam.refs(filter=f"{path} == @UserId") for path in ("User", "UserId", "User.Ref")]
    assert found[0]
    assert found[0] == found[1] == found[2] == sam.refs()


@pytest.fixture
def nobody(anyone):
    """An anonymous session, without a person."""
    answer = anyone.form(LOGIN, grant_type="client_credentials", client_id="anonymous")
    return anyone.with_tokens(answer.json)


def test_nobody_s_id_is_nothing(nobody) -> None:
    assert nobody.refs("service", filter="Ref==@UserId") == []
    assert nobody.refs("service", filter="Ref>@OrganizationId") == []


def test_the_words_of_the_language_are_those_of_the_document() -> None:
    assert set(TOKENS) | set(FUNCTIONS) == {
        "DateTime",
        "Guid",
        "Now",
        "NowOffset",
        "OrganizationId",
        "UserId",
    }
    assert "IsDeleted" in MODEL.by_name["Call"].augmenters


# --- joins -----------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-189", "ALM-192", "ALM-194", "ALM-Q25")
def test_a_left_join_keeps_what_has_no_match(ada) -> None:
    rows = ada.search(
        leftJoin=LAST, select="Ref,LastAction.Description,LastAction.ActionTitle", top=1000
    ).json["results"]
    assert [each["Ref"] for each in rows] == ada.refs()
    by_ref = {each["Ref"]: each["LastAction"] for each in rows}
    assert by_ref[2]["ActionTitle"] == "Updated"
    assert by_ref[2]["Description"] == "Step 3 of call 2."
    assert by_ref[2]["_context"] == "api:v1/call-history/$metadata"
    assert by_ref[100] is None


@pytest.mark.statement("ALM-190", "ALM-192")
def test_an_inner_join_drops_what_has_no_match(ada) -> None:
    assert ada.refs(innerJoin=LAST) == [ref for ref in ada.refs() if ref <= 24]


@pytest.mark.statement("ALM-189")
def test_a_row_with_several_matches_comes_several_times(ada) -> None:
    join = "CallHistory as Each on (Each.Ref==Ref)"
    assert ada.refs(innerJoin=join, filter="Ref==2") == [2, 2, 2]
    answer = ada.search(
        innerJoin=join, filter="Ref==2", select="Each.Order", orderby="Each.Order desc", inlinecount="true"
    ).json
    assert [each["Each"]["Order"] for each in answer["results"]] == [3, 2, 1]
    assert answer["__count"] == 3


@pytest.mark.statement("ALM-192")
@pytest.mark.statement("ALM-142")
@pytest.mark.parametrize(
    "wanted",
    [
        "Ref:Description,Ref",
        "Ref,Ref:Description",
        "User:Ref,User.Name",
        "User.Name,User:Ref",
        "A:Ref,A:Description",
    ],
)
def test_two_things_are_not_selected_under_one_name(ada, wanted) -> None:
    """One of the two would be lost."""
    answer = ada.search(select=wanted)
    assert (answer.status, answer.entry["explanation"]["problems"][0]["path"]) == (400, "$['$select']")


@pytest.mark.parametrize(
    "wanted", ["Ref,Ref", "A:Ref,A:Ref", "User,User.Name", "User.Name,User.Ref", "A:Ref,B:Ref,Ref"]
)
def test_one_thing_may_be_selected_twice_and_one_under_several_names(ada, wanted) -> None:
    assert ada.search(select=wanted).status == 200


@pytest.mark.statement("ALM-189", "ALM-190")
@pytest.mark.parametrize("kind", ["leftJoin", "innerJoin"])
@pytest.mark.parametrize("order", [None, "Partition", "Partition desc"])
def test_a_join_leaves_the_rows_in_their_order(ada, kind, order) -> None:
    """Parents and children share their numbers: a new call comes behind the incidents and problems before it."""
    made = ada.post(f"{V1}/call", {"Description": "Late"}).json["Ref"]
    ordered = {} if order is None else {"orderby": order}
    plain = ada.refs(filter="Ref>150&&User!=null", **ordered)
    assert made in plain
    assert (
        ada.refs(filter="Ref>150&&User!=null", **{kind: "Person as P on (P.Ref==User)"}, **ordered) == plain
    )


def test_an_alias_can_be_used_everywhere(ada) -> None:
    assert ada.refs(leftJoin=LAST, filter='LastAction.ActionTitle=="Updated"') == [
        2,
        5,
        8,
        11,
        14,
        17,
        20,
        23,
    ]
    assert ada.refs(leftJoin=LAST, filter="LastAction.ActionedBy.Organization.Name!=null && Ref<4") == [
        1,
        2,
        3,
    ]
    (row,) = ada.search(leftJoin=LAST, filter="Ref==2", select="By:LastAction.ActionedBy.Name").json[
        "results"
    ]
    assert row["By"] == "Ada Okafor"


@pytest.mark.statement("ALM-191")
def test_the_key_of_a_history_entry_has_two_columns(ada) -> None:
    keys = [each["name"] for each in ada.metadata("call-history")["properties"] if each.get("isKey")]
    assert keys == ["Ref", "LastHistoryOrder"]


def test_a_join_shows_only_what_the_caller_sees(lena) -> None:
    rows = lena.search("person", innerJoin="Call as C on (C.User==Ref)", select="C.Ref", top=1000).json[
        "results"
    ]
    assert {each["C"]["Ref"] for each in rows} == set(lena.refs())


@pytest.mark.parametrize(
    "join",
    [
        "",
        "CallHistory",
        "CallHistory as X",
        "CallHistory as X on",
        "CallHistory as X on ()",
        "Nonsense as X on (X.Ref==Ref)",
        "CallHistory as User on (User.Ref==Ref)",
        "CallHistory as _x on (_x.Ref==Ref)",
        "CallHistory as X on (X.Nonsense==Ref)",
        "CallHistory as X on (X.Ref==Nonsense)",
        "CallHistory as X on (X.Ref==X.Order)",
        "CallHistory as X on (Ref==Ref)",
        "CallHistory as X on (X.Ref>Ref)",
        "CallHistory as X on (X.Ref==Ref",
        "WorkItem as X on (X.Ref==Ref)",
        "Person as X on (X.Password==Description)",
        "CallHistory as X on " + "(X.Ref==Ref)" * 9,
        "CallHistory as X on (X.Ref==Ref) or (1==1)",
        "callhistory as X on (X.Ref==Ref)",
        "Person as X on (X.Name==Ref)",
        "Person as X on (X.Ref==Description)",
        "Person as X on (X.IsVip==Ref)",
        "Person as X on (X.Ref==LoggedDate)",
        "Person as X on (X.Ref==Stakeholders)",
        "Person as X on (X.Image==Signature)",
        "CallHistory as X on (X.Ref==Ref)" + " " * 2_000,
    ],
)
def test_what_is_no_join_is_refused(ada, join) -> None:
    assert ada.search(leftJoin=join).status == 400
    assert ada.search(innerJoin=join).status == 400


def test_an_alias_is_given_once_and_joins_are_few(ada) -> None:
    assert (
        ada.get(
            f"{V1}/call", query="&".join(["$leftJoin=CallHistory%20as%20X%20on%20(X.Ref==Ref)"] * 2)
        ).status
        == 400
    )
    many = "&".join(f"$leftJoin=CallHistory%20as%20X{each}%20on%20(X{each}.Ref==Ref)" for each in range(5))
    assert ada.get(f"{V1}/call", query=many).status == 400
    two = "&".join(f"$leftJoin=CallHistory%20as%20X{each}%20on%20(X{each}.Ref==Ref)" for each in range(2))
    assert ada.get(f"{V1}/call", query=two + "&$top=1").status == 200


def test_a_joined_property_that_is_the_alias_alone_is_refused(ada) -> None:
    assert ada.search(leftJoin=LAST, select="LastAction").status == 400
    assert ada.search(leftJoin=LAST, filter="LastAction==null").status == 400


@pytest.mark.statement("ALM-244")
@pytest.mark.parametrize("kind", ["innerJoin", "leftJoin"])
def test_a_join_needs_the_right_to_search_what_is_joined(nobody, ada, kind) -> None:
    join = {kind: "Person as P on (P.Organization==Organization)", "select": "P.EmailAddress"}
    answer = nobody.search("asset", **join)
    assert (answer.status, answer.json["SubStatus"]) == (403, "NotAllowed")
    assert nobody.search("person").status == 403
    assert ada.search("asset", **join).status == 200


@pytest.mark.statement("ALM-305")
def test_a_path_shows_nothing_of_what_the_session_may_not_read(nobody, ada) -> None:
    wanted = "Organization.Name!=null"
    assert ada.refs("service", filter=wanted)
    assert nobody.refs("service", filter=wanted) == []
    rows = nobody.search("service", select="Organization.Name,Of:Organization.Name").json["results"]
    assert {(row["Organization"], row["Of"]) for row in rows} == {(None, None)}


@pytest.mark.statement("ALM-305")
def test_a_path_to_what_is_deleted_reads_as_nothing(ada) -> None:
    assert one(ada, 6, "User.Name")["User"]["Name"] == "Sam Lowe"
    ada.arrange("person", 4, Deleted="Y")
    row = one(ada, 6, "User.Name,Who:User.Name")
    assert (row["User"], row["Who"]) == (None, None)
    assert ada.refs(filter='User.Name=="Sam Lowe"') == []


@pytest.mark.parametrize("kind", ["leftJoin", "innerJoin"])
def test_a_refusal_names_the_join_that_is_wrong(ada, monkeypatch, kind) -> None:
    def named(answer):
        assert answer.status == 400
        return answer.entry["explanation"]["problems"][0]["path"]

    assert named(ada.search(**{kind: "Nonsense as X on (X.Ref==Ref)"})) == f"$['${kind}']"
    five = "&".join(query(**{kind: f"CallHistory as X{each} on (X{each}.Ref==Ref)"}) for each in range(5))
    assert named(ada.get(f"{V1}/call", query=five)) == f"$['${kind}']"
    monkeypatch.setattr(paths, "MAX_STEPS", 1)
    assert named(ada.search(**{kind: LAST})) == f"$['${kind}']"


def test_a_left_join_may_use_the_alias_of_an_inner_one(ada) -> None:
    left = "Organization as O on (O.Ref==P.Organization)"
    found = ada.search(
        innerJoin="Person as P on (P.Ref==User)", leftJoin=left, select="O.Name,User.Organization.Name", top=9
    )
    assert found.status == 200
    for row in found.json["results"]:
        assert row["O"]["Name"] == row["User"]["Organization"]["Name"]
    assert ada.search(leftJoin=left).status == 400
    circle = "Person as P on (P.Organization==O.Ref)"
    assert ada.search(innerJoin=circle, leftJoin=left).status == 400


def test_what_nobody_has_is_not_equal_to_what_a_row_does_not_have(nobody, ada) -> None:
    ada.arrange("service", 11, Organization=None)
    assert 11 in nobody.refs("service")
    everything = nobody.refs("service")
    for sides in ("Organization{}@OrganizationId", "@OrganizationId{}Organization"):
        assert nobody.refs("service", filter=sides.format("==")) == []
        assert nobody.refs("service", filter=f"!!({sides.format('==')})") == []
        assert nobody.refs("service", filter=sides.format("!=")) == everything
        assert nobody.refs("service", filter=f"!!({sides.format('!=')})") == everything
    assert nobody.refs("service", filter="@OrganizationId==null") == everything
    assert 11 in nobody.refs("service", filter="Organization==null")
