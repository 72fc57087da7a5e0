"""Dictionaries: what a reference or classification field may hold."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import API, refused, result, unknown

DICTIONARY = f"{API}/Dictionary"


def ask(client, kind, field, **body):
    return client.post(DICTIONARY, {"objectClass": kind, "refField": field, **body})


@pytest.mark.statement("ALY-X38", "ALY-102")
def test_a_classification_has_its_elements_in_order(alloy) -> None:
    shown = result(ask(alloy, "Tickets", "Priority"))
    assert shown == {
        "Fields": [{"Name": "Name", "DataType": "string"}],
        "Data": [["Immediate"], ["High"], ["Medium"], ["Low"]],
    }


@pytest.mark.statement("ALY-X38", "ALY-102")
@pytest.mark.parametrize("name", ["Assignee", "Assignee_ID", "Assigned To"])
def test_a_reference_has_the_objects_that_it_may_name(alloy, name) -> None:
    shown = result(ask(alloy, "tickets", name))
    assert [field["Name"] for field in shown["Fields"]] == ["ID", "Name"]
    assert shown["Data"][0] == ["{7A1D0C55-3C0B-4A9E-8F31-0D5B2E770017}", "Angelina Reyes"]
    assert len(shown["Data"]) == 5


@pytest.mark.statement("ALY-X37", "ALY-138")
@pytest.mark.parametrize(
    "query",
    [
        "objectClass=Tickets&refField=Priority",
        "par_objectClass=Tickets&par_refField=Priority",
        "PAR_OBJECTCLASS=tickets&reffield=Priority",
    ],
)
def test_the_parameters_have_two_spellings(alloy, query) -> None:
    assert alloy.get(DICTIONARY, query=query).body == ask(alloy, "Tickets", "Priority").body


@pytest.mark.statement("ALY-X38")
def test_a_post_has_the_options_of_a_list(alloy) -> None:
    sort = [{"property": "Name", "direction": "desc"}]
    body = {"sort": sort, "fields": ["Name"], "limit": 1, "searchText": "okoro"}
    assert result(ask(alloy, "Tickets", "Requester", **body))["Data"] == [["Sam Okoro"]]
    named = {"filters": [{"name": "Name", "value": "Tove Lindgren"}], "fields": ["Name"]}
    assert result(ask(alloy, "Tickets", "Requester", **named))["Data"] == [["Tove Lindgren"]]


@pytest.mark.statement("ALY-138", "ALY-X37")
@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("par_limit=2&par_offset=1", {"limit": 2, "offset": 1}),
        ("par_sort_desc=Name", {"sort": [{"property": "Name", "direction": "desc"}]}),
        ("par_fields=Name&par_search_text=okoro", {"fields": ["Name"], "searchText": "okoro"}),
        ("Name=Tove%20Lindgren", {"filters": [{"name": "Name", "value": "Tove Lindgren"}]}),
    ],
)
def test_a_get_has_the_options_too(alloy, query, body) -> None:
    answer = alloy.get(DICTIONARY, query=f"objectClass=Tickets&refField=Requester&{query}")
    assert result(answer) != result(ask(alloy, "Tickets", "Requester"))
    assert answer.body == ask(alloy, "Tickets", "Requester", **body).body


@pytest.mark.statement("ALY-103")
def test_what_has_no_dictionary_is_refused(alloy) -> None:
    assert refused(ask(alloy, "Tickets", "Summary")) == "Field Summary has no dictionary."
    assert refused(ask(alloy, "Tickets", "Zebra")) == unknown("Zebra")
    assert refused(ask(alloy, "Zebras", "Name")) == "Requested object is of unknown class."


@pytest.mark.statement("ALY-066")
@pytest.mark.parametrize(
    "query", ["", "objectClass=Tickets", "refField=Priority", "objectClass=&refField=Priority"]
)
def test_a_parameter_that_is_missing_is_refused(alloy, query) -> None:
    answer = alloy.get(DICTIONARY, query=query)
    assert (answer.status, answer.json) == (400, {"Message": "The request is invalid."})
