"""The life of a record: at each step only the actions of its present state are listed, and only those are possible."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.alemba.calls import FORM, V1, V2

ALWAYS = {"Get"}
NEW = {"Get", "Update", "Delete", "Submit", "Lock", "AttachmentCreate"}
OPEN = {"Get", "Delete", "Lock", "Forward", "Assign", "Defer", "Close", "Merge", "AttachmentCreate"}
HELD = OPEN | {"Update", "Unlock"}
DEFERRED = {"Get", "Delete", "Lock", "Resume", "AttachmentCreate"}
CLOSED = {"Get", "Delete", "Reopen"}


def listed(record):
    return set(record["_actions"])


@pytest.mark.statement("ALM-101", "ALM-267", "ALM-295")
def test_the_life_of_a_call(ada) -> None:
    call = ada.new(ReceivingGroup=2)
    assert listed(call) == NEW
    call = ada.act(call, "Submit").json
    assert listed(call) == OPEN
    assert (call["Status"], call["AssignedGroup"]) == (1, 2)
    call = ada.act(call, "Forward", {"AssignedGroup": 3}).json
    assert (call["AssignedGroup"], call["AssignedToGroupChangesCount"]) == (3, 1)
    assert listed(call) == OPEN
    call = ada.act(call, "Assign", {"AssignedTo": 2}).json
    assert call["AssignedTo"] == 2
    call = ada.act(call, "Defer", {"DeferredUntil": "2017-06-01T00:00:00Z"}).json
    assert listed(call) == DEFERRED
    call = ada.act(call, "Resume").json
    assert (listed(call), call["DeferredUntil"]) == (OPEN, None)
    call = ada.act(call, "Lock").json
    assert (listed(call), call["LockedBy"]) == (HELD, 1)
    call = ada.act(call, "Update", {"Priority": 1}).json
    assert call["Priority"] == 1
    call = ada.act(call, "Close", {"ClosureDescription": "A new fuse."}).json
    assert listed(call) == CLOSED
    assert (call["ClosureDescription"], call["ActualFinishTime"]) == (
        "A new fuse.",
        "2017-03-20T12:00:00.000Z",
    )
    assert call["LockedBy"] is None
    call = ada.act(call, "Reopen").json
    assert (listed(call), call["ActualFinishTime"]) == (OPEN, None)
    assert listed(ada.get(f"{V1}/call/{call['Ref']}").json) == OPEN


@pytest.mark.statement("ALM-X19", "ALM-X10", "ALM-X14")
def test_what_is_done_is_in_the_history(ada) -> None:
    call = ada.new()
    call = ada.act(call, "Submit").json
    call = ada.act(call, "Forward", {"AssignedGroup": 3, "action": {"Description": "It is theirs."}}).json
    call = ada.act(call, "Close", {"action": {"Description": "Done."}}).json
    entries = ada.get(
        f"{V1}/call/{call['Ref']}/history", query="$select=Order,ActionTitle,ActionDescription"
    ).json["results"]
    assert [(each["Order"], each["ActionTitle"], each["ActionDescription"]) for each in entries] == [
        (1, "Created", None),
        (2, "Submitted", None),
        (3, "Forwarded", "It is theirs."),
        (4, "Closed", "Done."),
    ]
    assert call["LastHistoryOrder"] == 4


@pytest.mark.statement("ALM-X14")
def test_a_nested_input_has_a_path_in_the_metadata(ada) -> None:
    (parameter,) = ada.get(f"{V1}/call/$forward", query="$options").json["parameters"]
    assert (parameter["name"], parameter["path"]) == ("Description", "$action.Description")
    wrong: Any
    for wrong in ({"Nonsense": "x"}, {"Description": 5}, "x", []):
        assert ada.put(f"{V1}/call/2/forward", {"AssignedGroup": 1, "action": wrong}).status == 400


@pytest.mark.statement("ALM-096")
def test_forward_is_reached_as_printed(ada) -> None:
    answer = ada.put(f"{V1}/call/1/forward", {"AssignedGroup": 3})
    assert (answer.status, answer.json["AssignedGroup"]) == (200, 3)
    assert ada.get(f"{V1}/call/1").json["AssignedGroup"] == 3


@pytest.mark.statement("ALM-097")
def test_a_mandatory_input_must_be_there_and_the_method_right(ada) -> None:
    assert ada.put(f"{V1}/call/1/forward", {}).status == 400
    assert ada.put(f"{V1}/call/1/forward").status == 400
    for method in ("GET", "POST", "DELETE", "PATCH"):
        answer = ada.call(method, f"{V1}/call/1/forward", **({"json": {}} if method == "POST" else {}))
        assert answer.status == 405, method
    assert ada.call("GET", f"{V1}/call/1/forward").headers["allow"] == "PUT"


@pytest.mark.statement("ALM-Q21")
def test_a_complex_action_takes_put_and_by_the_setting_post(ada) -> None:
    assert ada.post(f"{V1}/call/1/forward", {"AssignedGroup": 3}).status == 405
    ada.settings(action_methods="PUT and POST")
    entry = ada.get(f"{V1}/call/1").json["_actions"]["Forward"][0]
    assert entry["methods"] == ["PUT", "POST"]
    assert ada.post(f"{V1}/call/1/forward", {"AssignedGroup": 3}).status == 200


@pytest.mark.statement("ALM-104", "ALM-237", "ALM-267")
@pytest.mark.parametrize(
    ("ref", "action"),
    [
        (2, "reopen"),
        (7, "close"),
        (7, "forward"),
        (7, "lock"),
        (23, "close"),
        (2, "submit"),
        (2, "resume"),
        (40, "close"),
    ],
)
def test_an_action_that_is_not_listed_is_refused_and_changes_nothing(ada, ref, action) -> None:
    record = ada.get(f"{V1}/call/{ref}").json
    assert action.capitalize() not in record["_actions"]
    before = ada.state()
    answer = ada.put(f"{V1}/call/{ref}/{action}", {})
    assert (answer.status, answer.json["SubStatus"]) == (403, "NotAllowed")
    assert answer.entry["explanation"]["state"]
    assert ada.state() == before


@pytest.mark.statement("ALM-101")
@pytest.mark.parametrize("resource", ["incident", "problem", "request", "task"])
def test_every_kind_of_work_has_the_same_life(ada, resource) -> None:
    record = ada.new(resource)
    for action in ("Submit", "Lock", "Unlock", "Close", "Reopen", "Delete"):
        answer = ada.act(record, action)
        assert answer.status == 200, (action, answer.json)
        record = answer.json


@pytest.mark.statement("ALM-X03", "ALM-101", "ALM-Q13")
def test_a_lock_keeps_others_from_changing(ada, jonas) -> None:
    assert ada.put(f"{V1}/call/6/lock").status == 200
    refused = jonas.put(f"{V1}/call/6/lock")
    assert (refused.status, refused.json["SubStatus"]) == (403, "NotAllowed")
    assert "locked by" in refused.json["Message"]
    assert refused.entry["explanation"]["locked_by"] == "Ada Okafor"
    for action, body in (("close", {}), ("forward", {"AssignedGroup": 1}), ("unlock", {})):
        assert "locked by" in jonas.put(f"{V1}/call/6/{action}", body).json["Message"]
    assert jonas.delete(f"{V1}/call/6").status == 403
    assert listed(jonas.get(f"{V1}/call/6").json) == {"Get"}
    assert ada.put(f"{V1}/call/6/unlock").status == 200
    assert jonas.put(f"{V1}/call/6/lock").status == 200


@pytest.mark.statement("ALM-309")
def test_only_who_holds_the_lock_can_unlock(ada) -> None:
    assert ada.put(f"{V1}/call/2/unlock").status == 403
    assert ada.put(f"{V1}/call/2/lock").status == 200
    assert ada.put(f"{V1}/call/2/lock").status == 200  # it holds it already
    assert ada.put(f"{V1}/call/2/unlock").status == 200
    assert ada.put(f"{V1}/call/2/unlock").status == 403


@pytest.mark.statement("ALM-X09")
def test_an_update_needs_a_new_record_or_the_lock(ada) -> None:
    change = {"Description": "changed"}
    assert ada.act(ada.new(), "Update", change).status == 200
    refused = ada.put(f"{V1}/call/2", change)
    assert (refused.status, refused.json["SubStatus"]) == (403, "NotAllowed")
    ada.put(f"{V1}/call/2/lock")
    assert ada.put(f"{V1}/call/2", change).status == 200
    ada.put(f"{V1}/call/2/unlock")
    assert ada.put(f"{V1}/call/2", change).status == 403
    assert ada.put(f"{V1}/call/7", change).status == 403  # closed
    ada.settings(update_needs_lock=False)
    assert ada.put(f"{V1}/call/2", change).status == 200


@pytest.mark.statement("ALM-X04")
def test_others_see_a_call_when_it_was_submitted(ada, jonas, sam) -> None:
    call = ada.new(Partition=2)
    assert jonas.get(f"{V1}/call/{call['Ref']}").status == 404
    assert call["Ref"] not in jonas.refs()
    assert call["Ref"] in ada.refs()
    assert ada.act(call, "Submit").status == 200
    assert jonas.get(f"{V1}/call/{call['Ref']}").status == 200
    assert call["Ref"] in jonas.refs()


@pytest.mark.statement("ALM-X17")
@pytest.mark.parametrize("action", ["lock", "submit", "unlock"])
def test_a_put_of_nothing_that_calls_itself_a_form_is_taken(ada, action) -> None:
    ref = ada.new()["Ref"] if action == "submit" else 1
    answer = ada.call("PUT", f"{V2}/call/{ref}/{action}", body=b"", headers={**FORM, "Content-Length": "0"})
    assert answer.status == 200


@pytest.mark.statement("ALM-236")
def test_a_stub_is_not_implemented(ada) -> None:
    answer = ada.put(f"{V1}/call/2/merge", {"Ref": 3})
    assert (answer.status, answer.json["SubStatus"]) == (400, "NotImplemented")


@pytest.mark.statement("ALM-X22")
def test_what_older_software_tried_and_gave_up_fails(ada) -> None:
    api = "/alemba.api/api/v2"
    assert ada.put(f"{api}/call/1/action", {}).status == 404
    assert ada.post(f"{api}/call/1/actions", {}).status == 404
    assert ada.post(f"{api}/call/1/actions/1", {}).status in {404, 405}
    assert ada.get(f"{api}/token").status == 404
    body = b"grant_type=client_credentials"
    assert ada.call("POST", "/alemba.api/oauth/token", body=body, headers=FORM).status == 404


@pytest.mark.parametrize("counted", [0, 1, None])
def test_a_history_that_is_longer_than_its_record_says_goes_on(ada, counted) -> None:
    entries = ada.get(f"{V1}/call/2/history").json["results"]
    ada.arrange("call", 2, LastHistoryOrder=counted)
    assert ada.put(f"{V1}/call/2/close", {}).status == 200
    assert len(ada.get(f"{V1}/call/2/history").json["results"]) == len(entries) + 1
    assert ada.stored("call", 2)["LastHistoryOrder"] == len(entries) + 1


def test_a_refused_action_leaves_no_entry_in_the_history(ada) -> None:
    before = ada.get(f"{V1}/call/2/history").json
    ada.put(f"{V1}/call/2/forward", {"AssignedGroup": 99})
    ada.put(f"{V1}/call/2/reopen", {})
    assert ada.get(f"{V1}/call/2/history").json == before
