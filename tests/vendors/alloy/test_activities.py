"""Activities of objects: what an action wrote, read like a list."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import (
    API,
    COMMENT,
    NEW,
    NO_PERMISSION,
    RESOLVE,
    SECRET,
    STARTED,
    STOCK,
    VENDOR,
    WORK,
    activities,
    not_found,
    refused,
    result,
    rows,
    run,
    unknown,
)

OF_STARTED = f"{API}/Activities/{STARTED}"


@pytest.mark.statement("ALY-X74", "ALY-088", "ALY-X31")
def test_activities_are_read_by_get_and_post(alloy) -> None:
    by_get, by_post = alloy.get(OF_STARTED), alloy.post(OF_STARTED, {})
    assert by_get.body == by_post.body
    assert rows(result(by_get)) == [
        {
            "ID": "{C1D2E3F4-0A1B-4C2D-8E3F-4A5B6C7D0001}",
            "Activity_Type": "Work",
            "Action": "Work on it",
            "Performed_By": "Angelina Reyes",
            "Activity_Date": "2022-10-24T16:00:00-07:00",
            "Comment": "Looked at the queue.",
            "Time_Spent": "15",
            "Billable": "",
        }
    ]


@pytest.mark.statement("ALY-X74", "ALY-138", "ALY-X28", "ALY-X29")
def test_activities_are_filtered_sorted_and_cut_like_a_list(alloy) -> None:
    result(run(alloy, STARTED, WORK, {"Activity.Time_Spent": 40}))
    result(run(alloy, STARTED, RESOLVE, {"Resolution": "Done.", "Note": "It was the wire."}))
    body = {
        "filters": [{"name": "Time_Spent", "value": 20, "operation": ">"}],
        "fields": ["Activity_Type", "Time Spent"],
    }
    assert result(alloy.post(OF_STARTED, body))["Data"] == [["Work", "40"]]
    query = "par_sort_desc=Activity_Type&par_fields=Activity_Type,Comment&par_limit=2"
    assert result(alloy.get(OF_STARTED, query=query))["Data"] == [
        ["Work", "Looked at the queue."],
        ["Work", ""],
    ]
    assert result(alloy.get(OF_STARTED, query="Billable=Yes&par_fields=Comment"))["Data"] == [
        ["It was the wire."]
    ]
    assert refused(alloy.get(OF_STARTED, query="Zebra=1")) == unknown("Zebra")


def test_an_object_without_activities_has_none(alloy) -> None:
    assert activities(alloy, NEW) == []


def test_an_activity_is_of_the_object_alone(alloy) -> None:
    result(run(alloy, VENDOR, COMMENT, {"Comment": "x"}))
    assert (len(activities(alloy, VENDOR)), len(activities(alloy, STARTED))) == (1, 1)


@pytest.mark.statement("ALY-127")
@pytest.mark.parametrize(
    "call", [lambda client, oid: client.get(f"{API}/Activities/{oid}"),
             lambda client, oid: client.post(f"{API}/Activities/{oid}", {}),
             lambda client, oid: client.get(f"{API}/object/{oid}/Attachments")]
)  # fmt: skip
def test_what_belongs_to_an_object_is_refused_like_the_object(alloy, tove, call) -> None:
    assert refused(call(alloy, "T999999")) == not_found("T999999")
    assert refused(call(alloy, STOCK)) == not_found(STOCK)
    assert refused(call(tove, SECRET)) == NO_PERMISSION
