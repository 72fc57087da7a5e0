"""Searches beside their filters: pages, counts, orders, partitions, and the matrix of options and entities."""

from __future__ import annotations

from itertools import permutations

import pytest

from simulator.vendors.alemba.entities import MODEL
from tests.vendors.alemba.calls import V1, V2, query

RESOURCES = [each for each in MODEL.by_resource if each != "ipk-status-stream-type-to-type"]


def names(answer, key="Ref"):
    return [each[key] for each in answer.json["results"]]


# --- pages and counts ------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-105", "ALM-106", "ALM-102", "ALM-Q15")
@pytest.mark.parametrize("resource", RESOURCES)
def test_every_option_works_for_every_entity(ada, resource) -> None:
    key = MODEL.by_resource[resource].keys[0]
    assert "Search" in ada.metadata(resource)["_actions"]
    for options in (
        {"top": 2}, {"skip": 1}, {"orderby": f"{key} desc"}, {"filter": f"{key}!=null"}, {"select": key},
        {"select": "*"}, {"count": "true"}, {"inlinecount": "true"}, {"partition": 1},
        {"top": 2, "skip": 1, "orderby": key, "filter": f"{key}!=null", "select": key, "inlinecount": "true"},
    ):  # fmt: skip
        answer = ada.search(resource, **options)
        assert answer.status == 200, options
        if "count" not in options:
            assert all(each["_actions"].keys() <= {"Get"} for each in answer.json["results"])


@pytest.mark.statement("ALM-114", "ALM-115", "ALM-Q1", "ALM-X38")
def test_without_a_row_limit_a_search_gives_every_row(ada) -> None:
    everything = len(ada.refs())
    assert everything >= 150
    assert len(ada.get(f"{V1}/call").json["results"]) == 100
    assert len(ada.search(top=1000000).json["results"]) == everything
    ada.settings(unlimited=True)
    answer = ada.get(f"{V1}/call")
    assert len(answer.json["results"]) == everything
    assert answer.json["_self"] == "api:v1/call?$top=2147483647"  # a hint there is always (ALM-114)
    assert ada.follow(answer.json["_self"]).json == answer.json
    assert len(ada.search(top=5).json["results"]) == 5


@pytest.mark.statement("ALM-126")
def test_options_have_any_order(ada) -> None:
    options = ["$top=5", "$skip=3", "$orderby=Ref%20desc", "$filter=Priority%3D%3D1", "$select=Ref"]
    found = {tuple(names(ada.get(f"{V1}/call", query="&".join(each)))) for each in permutations(options)}
    assert len(found) == 1


@pytest.mark.statement("ALM-127")
def test_a_page_of_an_ordered_list(ada) -> None:
    assert ada.refs(top=30, skip=30, orderby="Ref desc") == sorted(ada.refs(), reverse=True)[30:60]


@pytest.mark.statement("ALM-128", "ALM-129", "ALM-131", "ALM-270", "ALM-Q17")
def test_a_count_is_a_text_of_all_rows(ada) -> None:
    answer = ada.search(count="true", top=3, skip=2)
    assert answer.headers["content-type"] == "text/plain"
    assert int(answer.body) == len(ada.refs())
    filtered = ada.search(count="true", filter="Priority==1")
    assert int(filtered.body) == len(ada.refs(filter="Priority==1"))
    assert len(ada.search(count="false", top=3).json["results"]) == 3
    assert ada.search(count="yes").status == 400


@pytest.mark.statement("ALM-132", "ALM-133", "ALM-134")
def test_an_inline_count_comes_with_the_results_when_it_is_asked_for(ada) -> None:
    answer = ada.search(inlinecount="true", top=3, filter="Priority==1").json
    assert len(answer["results"]) == 3
    assert answer["__count"] == int(ada.search(count="true", filter="Priority==1").body)
    assert "__count" not in ada.search(top=3).json
    assert "__count" not in ada.search(top=3, inlinecount="false").json
    assert ada.search(inlinecount="allpages").status == 400


@pytest.mark.statement("ALM-Q17")
def test_in_the_other_reading_a_count_is_of_the_page(ada) -> None:
    ada.settings(count_ignores_paging=False)
    assert ada.search(count="true", top=3).body == b"3"
    assert ada.search(inlinecount="true", top=3).json["__count"] == 3


@pytest.mark.statement("ALM-X11", "ALM-Q20")
def test_option_names_have_any_case_and_their_values_have_not(ada) -> None:
    join = "CallHistory as LastAction on (LastAction.Ref==Ref)"
    for name in ("$Filter", "$FILTER"):
        assert names(ada.get(f"{V1}/call", query=f"{name}=Ref%3D%3D5&$Select=Ref")) == [5]
    assert ada.get(f"{V1}/call", query=query(leftjoin=join)).status == 200


@pytest.mark.statement("ALM-195")
@pytest.mark.parametrize(
    "options",
    [{"select": "ref"}, {"orderby": "ref"}, {"orderby": "Ref DESC"}, {"filter": "ref==1"}, {"count": "True"}],
)
def test_what_follows_an_option_is_case_sensitive(ada, options) -> None:
    assert ada.search(**options).status == 400


def test_an_empty_option_is_as_good_as_none(ada) -> None:
    assert names(ada.search(filter="", orderby="", select="Ref", top=3)) == [1, 2, 3]
    assert ada.search(select="").json["results"][0].keys() == {"_actions", "_context", "_self"}


# --- orders ----------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-120", "ALM-122", "ALM-123", "ALM-269", "ALM-Q2")
def test_the_order_is_ascending_unless_it_is_said_otherwise(ada) -> None:
    refs = sorted(ada.refs())
    assert ada.refs(orderby="Ref") == ada.refs(orderby="Ref asc") == refs
    assert ada.refs(orderby="Ref desc") == refs[::-1]


@pytest.mark.statement("ALM-119")
def test_a_second_key_breaks_ties(ada) -> None:
    rows = [
        (each["Priority"], each["Ref"])
        for each in ada.search(top=1000, select="Ref,Priority", orderby="Priority,Ref desc").json["results"]
    ]
    assert rows == sorted(rows, key=lambda row: (row[0], -row[1]))
    assert len({priority for priority, _ in rows}) == 4


@pytest.mark.statement("ALM-285")
def test_an_order_takes_paths(ada) -> None:
    rows = [
        each["Priority"]["Name"]
        for each in ada.search(top=1000, select="Priority.Name", orderby="Priority.Name desc").json["results"]
    ]
    assert rows == sorted(rows, reverse=True)
    assert len(set(rows)) == 4


@pytest.mark.statement("ALM-185", "ALM-186", "ALM-187", "ALM-Q2")
@pytest.mark.parametrize(
    ("suffix", "inverted", "falls"),
    [
        ("", False, False),
        (" asc", False, False),
        (" desc", False, True),
        ("", True, False),
        (" desc", True, False),
        (" asc", True, True),
    ],
)
def test_people_in_both_readings_of_the_direction(ada, suffix, inverted, falls) -> None:
    ada.settings(orderby_inverted=inverted)
    found = names(ada.search("person", orderby=f"FirstName{suffix}", select="FirstName"), "FirstName")
    assert found == sorted(found, reverse=falls)
    assert found[0] != found[-1]


@pytest.mark.statement("ALM-188", "ALM-Q2")
def test_the_printed_order_of_three_people(ada) -> None:
    options = {"filter": "Ref>=5 && Ref<=7", "select": "Name", "orderby": "FirstName, LastName asc"}
    assert names(ada.search("person", **options), "Name") == ["Andrew Anderson", "John Jones", "John Smith"]
    ada.settings(orderby_inverted=True)
    assert names(ada.search("person", **options), "Name") == ["Andrew Anderson", "John Smith", "John Jones"]


@pytest.mark.statement("ALM-300")
def test_what_has_no_value_comes_first_and_case_counts_last(ada) -> None:
    for name in ("b", "B", "a", "C"):
        ada.post(f"{V1}/organization", {"Name": name})
    found = names(ada.search("organization", orderby="Name", select="Name", filter="Ref>3"), "Name")
    assert found == ["a", "B", "b", "C"]
    severities = [
        each["Severity"]
        for each in ada.search(top=1000, orderby="Severity", select="Severity").json["results"]
    ]
    some = [each for each in severities if each is not None]
    assert severities == [None] * (len(severities) - len(some)) + sorted(some)
    falling = [
        each["Severity"]
        for each in ada.search(top=1000, orderby="Severity desc", select="Severity").json["results"]
    ]
    assert falling == severities[::-1]


def test_equals_stay_in_their_order(ada) -> None:
    found = ada.refs(orderby="Partition desc", filter="Partition==1")
    assert found == sorted(found)


@pytest.mark.parametrize(
    "orderby",
    [
        "Ref down",
        "Ref asc desc",
        "Nonsense",
        "Ref,",
        ",Ref",
        "Diagnosis",
        "Stakeholders",
        "Signature",
        "@AssignmentState",
        "Ref;",
        "User.Password",
        "User.",
        ",".join(["Ref"] * 21),
        "Ref()",
    ],
)
def test_what_is_no_order_is_refused(ada, orderby) -> None:
    answer = ada.search(orderby=orderby)
    assert (answer.status, answer.entry["explanation"]["problems"][0]["path"]) == (400, "$['$orderby']")


# --- partitions and rights -------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-196", "ALM-109")
def test_results_are_limited_to_the_session_s_partitions(ada, lena, mei) -> None:
    of_lena, of_mei = set(lena.refs(filter="Partition!=null")), set(mei.refs(filter="Partition!=null"))
    assert of_lena
    assert of_mei
    assert not of_lena & of_mei
    assert of_lena | of_mei <= set(ada.refs())
    assert len(lena.refs()) < len(ada.refs())
    assert lena.refs(filter="Partition==1") == lena.refs(partition=1, filter="Partition!=null") == []


@pytest.mark.statement("ALM-197", "ALM-199")
def test_a_partition_is_asked_for_in_two_ways(ada) -> None:
    found = ada.refs(filter="Partition==1")
    assert found
    assert all(ada.stored("call", ref)["Partition"] == 1 for ref in found if ref < 161)
    assert ada.refs(partition=1) == found
    for wrong in ("x", "-1", "1.5", ""):
        assert ada.search(partition=wrong).status == 400


@pytest.mark.statement("ALM-198", "ALM-200", "ALM-Q16")
def test_what_has_no_partitions_is_left_whole_by_one_way_and_empty_by_the_other(ada) -> None:
    assert ada.refs("person", filter="Partition==1") == []
    assert ada.refs("person", partition=1) == ada.refs("person") != []
    ada.settings(partition_filter="error")
    assert ada.search("person", filter="Partition==1").status == 400
    assert ada.search("person", partition=1).status == 200


@pytest.mark.statement("ALM-201")
def test_assets_of_a_partition_are_its_services_and_all_items(ada) -> None:
    assert ada.refs("asset", partition=1) == [11, 12, 21, 22, 23]
    assert ada.refs("asset", partition=2) == [13, 21, 22, 23]
    assert ada.refs("asset", filter="Partition==1") == [11, 12]


@pytest.mark.statement("ALM-291", "ALM-273", "ALM-221")
def test_deleted_rows_are_left_out_unless_they_are_asked_for(ada) -> None:
    assert not {33, 66, 99} & set(ada.refs())
    assert ada.refs(filter="@IsDeleted") == [33, 66, 99]
    assert ada.refs(filter="Deleted==true") == [33, 66, 99]
    assert ada.refs(filter="!@IsDeleted") == ada.refs()
    assert ada.refs(filter="@IsDeleted || Ref<40") == [*range(1, 40), 66, 99]
    assert ada.refs(filter="@IsDeleted && Priority==Priority && Partition==1") == []


@pytest.fixture
def scanned(ada, monkeypatch):
    """The collections that were gone through whole."""
    names, scan = [], type(ada.world.store).all

    def noted(store, name):
        names.append(name)
        return scan(store, name)

    monkeypatch.setattr(type(ada.world.store), "all", noted)
    return names


@pytest.mark.statement("ALM-291")
@pytest.mark.parametrize("kind", ["leftJoin", "innerJoin"])
def test_deleted_rows_are_found_with_a_join_too(ada, kind) -> None:
    join = {kind: "Person as P on (P.Ref==User)"}
    assert ada.refs(filter="@IsDeleted", **join) == [33, 66, 99]
    assert not {33, 66, 99} & set(ada.refs(**join))


@pytest.mark.parametrize(
    "equality",
    [
        "Ref==7",
        "7==Ref",
        "User==4",
        "UserId==4",
        "User.Ref==4",
        "User.Ref==@UserId && !@IsBreached",
        '(Description!="") && ((User.Ref==4) && (Breached==true || Breached==false))',
        "(User==4 && (Breached==true))",
    ],
)
def test_what_is_equal_to_a_key_or_a_link_is_not_looked_for_in_all_rows(ada, scanned, equality) -> None:
    expected = ada.refs(filter=f"!!({equality})")
    assert scanned.pop() == "problem"  # nor in those of the children
    scanned.clear()
    assert ada.refs(filter=equality) == expected
    assert scanned == []


def test_a_path_to_a_key_is_not_taken_for_what_it_is_not(ada) -> None:
    """A joined row's key, the key of something further on, and the user's organization are not the row's user."""
    join = {"leftJoin": "Person as P on (P.Ref==AssignedTo)"}
    for equality in (
        "P.Ref==1",
        "User.Organization.Ref==1",
        "User.OrganizationId==1",
        "User.Organization==1",
    ):
        assert ada.refs(filter=equality, **join) == ada.refs(filter=f"!!({equality})", **join) != []
    ada.arrange("person", 4, Deleted="Y")
    assert ada.refs(filter="User.Ref==4") == ada.refs(filter="!!(User.Ref==4)") == []


@pytest.mark.parametrize("equality", ["Ref==7", "User==4"])
def test_a_join_does_not_keep_a_filter_from_its_index(ada, scanned, equality) -> None:
    expected = ada.refs(filter=f"!!({equality})")
    scanned.clear()
    assert ada.refs(filter=equality, leftJoin="Person as P on (P.Ref==User)") == expected != []
    assert set(scanned) == {"person"}


def test_an_index_changes_no_result(ada) -> None:
    """What has an index is found by it, in the same order as by a look at every row."""
    for equality in ("Priority==1", "User==4", "Partition==2", "Ref==7", "Service==11", "Status==3"):
        assert ada.refs(filter=equality) == ada.refs(filter=f"!(!({equality}))")
    assert ada.refs(filter="User==@UserId") == ada.refs(filter="!(User!=@UserId)")


# --- what integrations do --------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-X32")
def test_names_are_looked_up_and_a_call_is_created_with_their_keys(ada) -> None:
    def key(resource, name):
        (row,) = ada.get(f"{V2}/{resource}", query=query(filter=f'Name=="{name}"', select="Ref")).json[
            "results"
        ]
        return row["Ref"]

    body = {
        "Type": key("type", "Software"),
        "Impact": key("impact", "A site"),
        "Urgency": key("urgency", "Today"),
    }
    made = ada.new(**body)
    assert {name: made[name] for name in body} == body


@pytest.mark.statement("ALM-X35")
def test_the_paths_that_are_seen_in_use(ada) -> None:
    paths = (
        "ActionCount,ActionWorkHours,ActualFinishTime,ActualLogDate,AssignedGroup.Name,AssignedToGroupChangesCount,"
        "BusinessService.Name"
    )
    assert ada.search(select=paths, top=5).status == 200
