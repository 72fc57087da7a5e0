"""What the journal says of Kinetic's refusals: what became of a record, and which statements decided."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API

ISSUE = f"{API}/issues/2f1c7d88-9a35-4d5e-b1f0-64c2a8e03760"
OTHER = f"{API}/issues/2f1c7d88-9a35-4d5e-b1f0-64c2a8e03850"
OPEN = "7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0219"
DELETED_IN_THE_FIXTURE = "7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0221"


def record(answer):
    return answer.entry["explanation"]["record"]


def test_an_item_that_a_call_deleted_names_that_call(kinetic) -> None:
    gone = kinetic.delete(f"{ISSUE}/action_items/{OPEN}")
    lost = kinetic.get(f"{ISSUE}/action_items/{OPEN}")
    assert record(lost) == {
        "existed": True,
        "removed_by": gone.entry["id"],
        "operation": "delete_action_item",
    }


def test_an_item_that_the_fixture_has_deleted_did_exist(kinetic) -> None:
    assert record(kinetic.get(f"{ISSUE}/action_items/{DELETED_IN_THE_FIXTURE}"))["existed"] is True


def test_an_item_of_another_issue_exists(kinetic) -> None:
    assert record(kinetic.get(f"{OTHER}/action_items/{OPEN}"))["existed"] is True


def test_an_invite_that_is_deleted_by_number_is_known_by_number(kinetic) -> None:
    gone = kinetic.delete(f"{ISSUE}/invites/401")
    lost = kinetic.delete(f"{ISSUE}/invites/401")
    assert record(lost)["removed_by"] == gone.entry["id"]


def test_an_item_that_never_was_did_not_exist(kinetic) -> None:
    assert record(kinetic.get(f"{ISSUE}/action_items/nothing"))["existed"] is False


@pytest.mark.statement("KIN-188", "KIN-189")
def test_an_unknown_url_cites_what_decided(kinetic) -> None:
    assert kinetic.get(f"{API}/nowhere").statements == ["KIN-188", "KIN-189"]


@pytest.mark.statement("KIN-190")
def test_a_wrong_method_cites_what_decided(kinetic) -> None:
    assert kinetic.call("PATCH", f"{ISSUE}/action_items").statements == ["KIN-190"]


@pytest.mark.statement("KIN-059", "KIN-061")
def test_a_list_cites_whether_its_status_was_asked_for(kinetic) -> None:
    everything = kinetic.get(f"{ISSUE}/action_items").statements
    some = kinetic.get(f"{ISSUE}/action_items", query="status=Open").statements
    assert "KIN-061" in everything
    assert "KIN-059" not in everything
    assert "KIN-059" in some
    assert "KIN-061" not in some


@pytest.mark.parametrize(
    ("switch", "call", "reading"),
    [
        ({"delete_mode": "hard"}, ("DELETE", f"{ISSUE}/action_items/{OPEN}", None), "KIN-Q7"),
        ({"edit_ignores_input": True}, ("PUT", f"{ISSUE}/action_items/{OPEN}", {"name": "x"}), "KIN-Q4"),
        ({"unknown_issue_list": "404"}, ("GET", f"{API}/issues/x/action_items", None), "KIN-Q2"),
        ({"error_message_key": "error"}, ("GET", f"{API}/nowhere", None), "KIN-Q14"),
        ({"required_fields": ["name"]}, ("POST", f"{ISSUE}/action_items", {"name": "x"}), "KIN-Q8"),
        ({"other_status": "accept"}, ("PUT", f"{ISSUE}/action_items/{OPEN}", {"status": "Odd"}), "KIN-Q13"),
        ({"status_tables": "exact"}, ("PUT", f"{ISSUE}/action_items/{OPEN}", {"name": ""}), "KIN-Q5"),
    ],
)
def test_the_other_reading_of_a_contradiction_is_cited_when_it_decides(
    kinetic, switch, call, reading
) -> None:
    method, path, body = call
    assert reading not in kinetic.call(method, path, body).statements or method == "DELETE"
    kinetic.settings(**switch)
    if method == "DELETE":
        path = f"{ISSUE}/action_items/7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0220"
    assert reading in kinetic.call(method, path, body).statements


def test_a_token_never_outlives_the_last_year(kinetic) -> None:
    kinetic.settings(token_lifetime_s=3_155_760_000)
    kinetic.sandbox.clock.set(251_825_241_600_000_000)  # in the year 9950
    login = {"user_login": {"email": "ada.okafor@example.com", "password": "not-a-secret-71"}}
    assert kinetic.post(f"{API}/sessions", login).status == 200
