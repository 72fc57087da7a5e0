"""Lists of objects by GET and POST: Fields and Data, filters, orders, search and pages."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import (
    ANGELINA,
    ANGELINA_ID,
    API,
    COMPUTER,
    NEW,
    OBJECT,
    SOFTWARE,
    STARTED,
    WORK,
    column,
    refused,
    result,
    rows,
    run,
    unknown,
)

TICKETS = f"{API}/Tickets"
ALL = ["T000001", "T000002", "T000003", "T000004"]


def post(client, body, kind="Tickets"):
    return result(client.post(f"{API}/{kind}", body))


def tickets(client, query="", **body):
    """The OIDs of a list by GET, or by POST where there is a body."""
    if body:
        return [row[0] for row in post(client, {**body, "fields": ["Ticket"]})["Data"]]
    return column(client, "Ticket", query=query)


def having(client, name, value, operation="=", kind="Tickets", oid="Ticket"):
    body = {"filters": [{"name": name, "value": value, "operation": operation}], "fields": [oid]}
    return [row[0] for row in post(client, body, kind)["Data"]]


@pytest.mark.statement("ALY-144")
@pytest.mark.parametrize("direction", ["DESC", "Desc", "desc"])
def test_a_direction_is_taken_in_any_case(alloy, direction) -> None:
    assert tickets(alloy, sort=[{"property": "Ticket", "direction": direction}]) == ALL[::-1]


@pytest.mark.statement("ALY-098")
def test_a_value_that_a_field_cannot_have_is_equal_to_none(alloy) -> None:
    for name, value in (("Cost", "cheap"), ("Due_Date", "soon"), ("Major", "maybe"), ("ID", "x")):
        assert having(alloy, name, value) == []
        assert having(alloy, name, value, "<>") == ALL


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-X31", "ALY-092", "ALY-093", "ALY-X65")
def test_a_list_is_fields_and_data(alloy) -> None:
    shown = result(alloy.get(TICKETS))
    assert list(shown) == ["Fields", "Data"]
    types = {field["Name"]: field["DataType"] for field in shown["Fields"]}
    assert all(list(field) == ["Name", "DataType"] for field in shown["Fields"])
    assert (types["ID"], types["Ticket"], types["Priority"], types["Requester"]) == (
        "guid",
        "string",
        "string",
        "string",
    )
    assert (types["Due_Date"], types["Affected_Seats"]) == ("datetime", "int")
    assert (types["Cost"], types["Major"]) == ("decimal", "bool")
    assert [len(row) for row in shown["Data"]] == [len(shown["Fields"])] * 4
    assert all(isinstance(cell, str) for row in shown["Data"] for cell in row)


@pytest.mark.statement("ALY-X31", "ALY-092", "ALY-094")
def test_a_row_shows_what_the_object_shows(alloy) -> None:
    for row in rows(result(alloy.get(TICKETS))):
        items = result(alloy.get(f"{OBJECT}/{row['Ticket']}"))["Items"]
        assert list(row.items()) == [(item["name"], item["value"]) for item in items]


@pytest.mark.statement("ALY-X23")
def test_par_fields_chooses_the_fields_and_their_order(alloy) -> None:
    shown = result(alloy.get(TICKETS, query="par_fields=Status%2CTicket,Due%20Date"))
    assert [field["Name"] for field in shown["Fields"]] == ["Status", "Ticket", "Due_Date"]
    assert shown["Data"][0] == ["New", "T000001", "2022-10-27T17:00:00-07:00"]


@pytest.mark.statement("ALY-X60", "ALY-X58")
def test_the_software_catalog_has_no_oid_and_is_reached_by_its_id(alloy) -> None:
    shown = result(alloy.get(f"{API}/Software%20Catalog", query=f"ID=%7B{SOFTWARE.upper()}%7D"))
    assert [field["Name"] for field in shown["Fields"]] == ["ID", "Name", "Version"]
    assert shown["Data"] == [[f"{{{SOFTWARE.upper()}}}", "Drawing Board", "4.2"]]


@pytest.mark.statement("ALY-X35", "ALY-130", "ALY-X18")
@pytest.mark.parametrize("name", ["Work%20Orders", "work%20orders", "WORK%20ORDERS"])
def test_a_class_may_have_a_blank_and_any_case(alloy, name) -> None:
    assert column(alloy, "OID", name) == ["W000001"]


@pytest.mark.statement("ALY-X73", "ALY-X78")
@pytest.mark.parametrize(
    "name", ["Nothing", "GetAppConfig", "Ticket", "Work", "object", "Activities", "%20", "x%2Fy"]
)
def test_an_unknown_class_is_told(alloy, name) -> None:
    assert refused(alloy.get(f"{API}/{name}")) == "Requested object is of unknown class."
    assert refused(alloy.post(f"{API}/{name}", {})) == "Requested object is of unknown class."


@pytest.mark.statement("ALY-095", "ALY-X54", "ALY-X53")
def test_a_list_leaves_out_what_the_caller_may_not_view(alloy, angelina, tove) -> None:
    assert [tickets(client) for client in (alloy, angelina, tove)] == [ALL, ALL, ALL[:3]]


# --- filters ---------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-X27", "ALY-X18")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Status=New", ["T000001", "T000004"]),
        ("Status=in%20progress", ["T000002"]),
        ("Assignee=Angelina%20Reyes", ["T000002"]),
        ("Assigned+To=Angelina+Reyes", ["T000002"]),
        ("Assignee_ID=PN000017", ["T000002"]),
        ("Affected_Seats=12.0", ["T000001"]),
        ("Major=true", ["T000002"]),
        ("Ticket=T000003", ["T000003"]),
        ("Resolution=", ["T000001", "T000002", "T000004"]),
        ("Status=Nothing", []),
    ],
)
def test_any_other_parameter_filters_by_the_field_of_its_name(alloy, query, found) -> None:
    assert tickets(alloy, query) == found


@pytest.mark.statement("ALY-X18", "ALY-X23", "ALY-X24", "ALY-X25")
def test_the_printed_list_query_is_taken(alloy) -> None:
    query = "Assignee=John%20Doe&par_sort_desc=Created_Date&par_fields=Ticket%2CDue_Date%2CSummary"
    query += "&par_offset=50&par_limit=20"
    shown = result(alloy.get(TICKETS, query=query))
    assert [field["Name"] for field in shown["Fields"]] == ["Ticket", "Due_Date", "Summary"]
    assert shown["Data"] == []
    mine = query.replace("John%20Doe", "Angelina%20Reyes").replace("=50", "=0")
    assert [row[0] for row in result(alloy.get(TICKETS, query=mine))["Data"]] == ["T000002"]


@pytest.mark.statement("ALY-X34")
def test_filters_all_hold_together(alloy) -> None:
    assert tickets(alloy, "Status=New&Priority=Medium") == ["T000001"]
    assert tickets(alloy, "Status=New&Status=Closed") == []
    both = [{"name": "Status", "value": "New"}, {"name": "Priority", "value": "Immediate"}]
    assert tickets(alloy, filters=both) == ["T000004"]


@pytest.mark.statement("ALY-X28", "ALY-098")
@pytest.mark.parametrize(
    ("name", "operation", "value", "found"),
    [
        ("Status", "=", "NEW", ["T000001", "T000004"]),
        ("Status", "<>", "New", ["T000002", "T000003"]),
        ("Affected_Seats", ">", 4, ["T000001"]),
        ("Affected_Seats", ">=", "4", ["T000001", "T000002"]),
        ("Affected_Seats", "<", 12, ["T000002"]),
        ("Affected_Seats", "<=", 12, ["T000001", "T000002"]),
        ("Affected_Seats", "<>", 4, ["T000001", "T000003", "T000004"]),
        ("Affected_Seats", "<", "many", []),
        ("Cost", "=", 12.5, ["T000002"]),
        ("Created_Date", ">", "2022-10-25T16:02:10Z", ["T000001", "T000004"]),
        ("Created_Date", "<=", "2022-10-24T22:40:00Z", ["T000002", "T000003"]),
        ("Created_Date", "=", "2022-10-25T16:02:11Z", ["T000001"]),
        ("Created_Date", "=", "yesterday", []),
        ("Created_Date", "<>", "yesterday", ALL),
        ("Major", "=", True, ["T000002"]),
        ("Major", "=", "Yes", ["T000002"]),
        ("Major", "=", 0, ["T000001"]),
        ("Major", "=", None, ["T000003", "T000004"]),
        ("Major", "<>", "maybe", ALL),
        ("Assignee", "=", ANGELINA, ["T000002"]),
        ("Assignee", "=", "angelina reyes", ["T000002"]),
        ("Assignee", "=", ANGELINA_ID, ["T000002"]),
        ("Assignee", "=", f"{{{ANGELINA_ID.upper()}}}", ["T000002"]),
        ("Assignee", "<>", ANGELINA, ["T000001", "T000003", "T000004"]),
        ("Assignee", "<>", "", ["T000002", "T000003"]),
        ("ID", "=", "9E2B7D40-5F16-4C8B-A0D3-1C4F6E8A0003", ["T000003"]),
        ("ID", "=", "nobody", []),
        ("Summary", "=", 5, []),
    ],
)
def test_a_filter_compares_by_what_a_value_means(alloy, name, operation, value, found) -> None:
    assert having(alloy, name, value, operation) == found


@pytest.mark.statement("ALY-X28", "ALY-099")
@pytest.mark.parametrize("operation", [">", ">=", "<", "<="])
@pytest.mark.parametrize("name", ["Summary", "Status", "Assignee", "Major", "ID", "Ticket"])
def test_only_numbers_and_dates_have_an_order(alloy, name, operation) -> None:
    body = {"filters": [{"name": name, "value": "x", "operation": operation}]}
    assert refused(alloy.post(TICKETS, body)) == f"Operation {operation} is not supported for field {name}."


@pytest.mark.statement("ALY-096", "ALY-046")
def test_an_unknown_field_is_named_wherever_it_stands(alloy) -> None:
    for query in ("par_fields=Ticket,Zebra", "par_sort_asc=Zebra", "par_sort_desc=Zebra", "Zebra=1"):
        assert refused(alloy.get(TICKETS, query=query)) == unknown("Zebra")
    for body in (
        {"fields": ["Zebra"]},
        {"sort": [{"property": "Zebra"}]},
        {"filters": [{"name": "Zebra", "value": 1}]},
    ):
        assert refused(alloy.post(TICKETS, body)) == unknown("Zebra")


# --- orders, search and pages ----------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-X24", "ALY-100")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("par_sort_asc=Created_Date", ["T000003", "T000002", "T000001", "T000004"]),
        ("par_sort_desc=Created_Date", ["T000004", "T000001", "T000002", "T000003"]),
        ("par_sort_asc=Affected_Seats", ["T000003", "T000004", "T000002", "T000001"]),
        ("par_sort_desc=Affected_Seats", ["T000001", "T000002", "T000003", "T000004"]),
        ("par_sort_asc=Summary", ["T000003", "T000002", "T000004", "T000001"]),
        ("par_sort_asc=Status,Summary", ["T000003", "T000002", "T000004", "T000001"]),
        ("par_sort_desc=Status", ["T000001", "T000004", "T000002", "T000003"]),
        ("par_sort_asc=", ALL),
    ],
)
def test_a_list_is_sorted_either_way(alloy, query, found) -> None:
    assert tickets(alloy, query) == found


@pytest.mark.statement("ALY-X24", "ALY-097")
def test_a_list_is_not_sorted_both_ways(alloy) -> None:
    answer = alloy.get(TICKETS, query="par_sort_asc=Status&par_sort_desc=Status")
    assert refused(answer) == "Only one of par_sort_asc and par_sort_desc can be specified."


@pytest.mark.statement("ALY-X29", "ALY-100")
def test_a_post_sorts_by_several_properties(alloy) -> None:
    sort = [{"property": "Status", "direction": "desc"}, {"property": "Created_Date", "direction": "desc"}]
    assert tickets(alloy, sort=sort) == ["T000004", "T000001", "T000002", "T000003"]
    sort = [{"property": "Status", "direction": "desc"}, {"property": "Summary"}]
    assert tickets(alloy, sort=sort) == ["T000004", "T000001", "T000002", "T000003"]
    assert tickets(alloy, sort=sort[::-1]) == ["T000003", "T000002", "T000004", "T000001"]
    assert tickets(alloy, sort=[{"property": "Priority"}]) == ["T000002", "T000004", "T000003", "T000001"]


@pytest.mark.statement("ALY-X26", "ALY-101", "ALY-X30")
@pytest.mark.parametrize(
    ("text", "found"),
    [("PRINT", ["T000001"]), ("quiet", ["T000004"]), ("angelina", ["T000002", "T000004"]), ("zzz", [])],
)
def test_a_search_looks_at_every_text(alloy, text, found) -> None:
    assert tickets(alloy, f"par_search_text={text}") == found
    assert tickets(alloy, searchText=text) == found


@pytest.mark.statement("ALY-X25", "ALY-X30", "ALY-X33")
@pytest.mark.parametrize(
    ("offset", "limit", "found"),
    [
        (0, 2, ALL[:2]),
        (2, 2, ALL[2:]),
        (3, 2, ALL[3:]),
        (4, 2, []),
        (1, 0, ALL[1:]),
        (0, 0, ALL),
        (2147483647, 1, []),
    ],
)
def test_a_page_is_chosen_by_offset_and_limit(alloy, offset, limit, found) -> None:
    assert tickets(alloy, f"par_offset={offset}&par_limit={limit}") == found
    assert tickets(alloy, offset=offset, limit=limit) == found


@pytest.mark.statement("ALY-066")
@pytest.mark.parametrize(
    "query", ["par_limit=-1", "par_limit=x", "par_offset=1.5", "par_offset=", "par_limit=2147483648"]
)
def test_a_page_that_is_none_is_refused(alloy, query) -> None:
    answer = alloy.get(TICKETS, query=query)
    assert (answer.status, answer.json) == (400, {"Message": "The request is invalid."})


@pytest.mark.statement("ALY-066")
@pytest.mark.parametrize(
    "body",
    [
        [], "x", None, {"filters": {}}, {"filters": [{}]}, {"filters": [{"name": "Status"}]}, {"sort": "Status"},
        {"filters": [{"name": "Status", "value": "New", "operation": "like"}]}, {"limit": "2"}, {"fields": "Ticket"},
        {"sort": [{"property": "Status", "direction": "up"}]}, {"fields": [5]}, {"searchText": 5},
    ],
)  # fmt: skip
def test_a_list_body_of_the_wrong_types_is_refused(alloy, body) -> None:
    answer = alloy.post(TICKETS, body=b"null") if body is None else alloy.post(TICKETS, body)
    assert (answer.status, answer.json) == (400, {"Message": "The request is invalid."})


@pytest.mark.statement("ALY-X32", "ALY-X33")
def test_the_keys_of_a_body_are_taken_in_any_case(alloy) -> None:
    sort = [{"Property": "Created_Date", "DIRECTION": "desc"}]
    body = {
        "Fields": ["Ticket"],
        "Sort": sort,
        "Limit": 0,
        "Offset": 1,
        "FILTERS": [{"Name": "Status", "Value": "New"}],
    }
    assert post(alloy, body)["Data"] == [["T000001"]]


@pytest.mark.statement("ALY-X36")
def test_fields_may_be_a_list_within_the_list(alloy) -> None:
    """As a program sends it that looks a computer up by its serial number."""
    body = {
        "filters": [{"name": "Serial_Num", "value": "SN-4471", "operation": "="}],
        "sort": [{"property": "OID", "direction": "desc"}],
        "fields": [["OID"]],
    }
    shown = result(alloy.post("/Computers".replace("/", "/api/"), body))
    assert [field["Name"] for field in shown["Fields"]] == ["OID"]
    assert shown["Data"] == [[COMPUTER]]


@pytest.mark.statement("ALY-X15", "ALY-X23", "ALY-X30")
@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {}),
        ("Status=New&par_limit=1", {"filters": [{"name": "Status", "value": "New"}], "limit": 1}),
        ("par_fields=Ticket,Cost&par_sort_desc=Cost&par_offset=1",
         {"fields": ["Ticket", "Cost"], "sort": [{"property": "Cost", "direction": "desc"}], "offset": 1}),
        ("par_search_text=late", {"searchText": "late"}),
    ],
)  # fmt: skip
def test_a_list_by_get_is_the_list_by_post(alloy, query, body) -> None:
    assert alloy.get(TICKETS, query=query).body == alloy.post(TICKETS, body).body


@pytest.mark.statement("ALY-X15")
def test_a_post_may_have_no_body(alloy) -> None:
    assert alloy.post(TICKETS).body == alloy.get(TICKETS).body


@pytest.mark.statement("ALY-X05", "ALY-X25")
def test_the_names_of_the_parameters_are_taken_in_any_case(alloy) -> None:
    assert result(alloy.get(TICKETS, query="PAR_FIELDS=Ticket&Par_Limit=1"))["Data"] == [["T000001"]]


def test_a_list_shows_what_an_action_has_changed(alloy) -> None:
    result(run(alloy, NEW, WORK, {"Summary": "Changed"}))
    assert having(alloy, "Status", "In Progress") == [NEW, STARTED]
    assert "Changed" in column(alloy, "Summary")
