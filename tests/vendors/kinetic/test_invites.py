"""Invites to an issue: sent, listed, sent again, and taken back by guid or number."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API, INVITE, ISSUE, NOT_FOUND, NOWHERE, OTHER_ISSUE, unprocessable

INVITES = f"{ISSUE}/invites"
SHOWN = {
    "id": 401,
    "guid": INVITE,
    "email": "lena.vogt@example.com",
    "note": None,
    "group_invite": False,
    "status": "Unassociated",
}


@pytest.mark.statement("KIN-149", "KIN-155", "KIN-156", "KIN-278", "KIN-279")
def test_an_invite_needs_only_an_email(kinetic) -> None:
    answer = kinetic.post(INVITES, {"email": "sam.lowe@example.com"})
    assert answer.status == 200
    assert answer.json["guid"] != INVITE
    assert answer.json == {**SHOWN, "id": 402, "guid": answer.json["guid"], "email": "sam.lowe@example.com"}


@pytest.mark.statement("KIN-156")
@pytest.mark.parametrize("group", [False, True])
def test_an_invite_takes_note_and_group_invite(kinetic, group) -> None:
    sent = {"email": "sam.lowe@example.com", "note": "Please have a look.", "group_invite": group}
    answer = kinetic.post(INVITES, sent).json
    assert {name: answer[name] for name in sent} == sent


@pytest.mark.statement("KIN-155")
def test_a_new_invite_is_unassociated(kinetic) -> None:
    kinetic.post(INVITES, {"email": "sam.lowe@example.com"})
    assert [each["status"] for each in kinetic.get(INVITES).json] == ["Unassociated", "Unassociated"]


@pytest.mark.statement("KIN-149", "KIN-165", "KIN-174")
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "Email can't be blank"),
        ({"email": ""}, "Email can't be blank"),
        ({"email": None}, "Email can't be blank"),
        ({"email": "sam"}, "Email is invalid"),
        ({"email": ["sam.lowe@example.com"]}, "Email is invalid"),
        ({"email": "sam.lowe@example.com", "note": 5}, "Note is invalid"),
        ({"email": "sam.lowe@example.com", "group_invite": "yes"}, "Group invite is invalid"),
    ],
)
def test_an_invite_that_cannot_be_taken_answers_422(kinetic, body, reason) -> None:
    answer = kinetic.post(INVITES, body)
    assert (answer.status, answer.json) == (422, unprocessable(reason))
    assert kinetic.get(INVITES).json == [SHOWN]


@pytest.mark.statement("KIN-171")
def test_an_invite_may_be_wrapped_under_its_name(kinetic) -> None:
    answer = kinetic.post(INVITES, {"invite": {"email": "sam.lowe@example.com"}})
    assert (answer.status, answer.json["email"]) == (200, "sam.lowe@example.com")


@pytest.mark.statement("KIN-150")
def test_invites_are_an_array_with_email_and_guid(kinetic) -> None:
    answer = kinetic.get(INVITES)
    assert (answer.status, answer.json) == (200, [SHOWN])


@pytest.mark.statement("KIN-150")
def test_invites_are_those_of_that_issue(kinetic) -> None:
    kinetic.post(f"{OTHER_ISSUE}/invites", {"email": "sam.lowe@example.com"})
    assert [each["email"] for each in kinetic.get(f"{OTHER_ISSUE}/invites").json] == ["sam.lowe@example.com"]
    assert [each["email"] for each in kinetic.get(INVITES).json] == ["lena.vogt@example.com"]


@pytest.mark.statement("KIN-151", "KIN-207")
def test_an_invite_is_deleted_by_its_guid_and_answered_as_it_was(kinetic) -> None:
    answer = kinetic.delete(f"{INVITES}/{INVITE}")
    assert (answer.status, answer.json) == (200, SHOWN)
    assert kinetic.get(INVITES).json == []


@pytest.mark.statement("KIN-166")
def test_an_invite_is_deleted_by_its_number_too(kinetic) -> None:
    assert kinetic.delete(f"{INVITES}/401").json == SHOWN
    assert kinetic.get(INVITES).json == []


@pytest.mark.statement("KIN-151", "KIN-166", "KIN-273")
@pytest.mark.parametrize("key", [INVITE, "401"])
def test_a_deleted_invite_is_gone(kinetic, key) -> None:
    kinetic.delete(f"{INVITES}/{key}")
    assert [kinetic.delete(f"{INVITES}/{each}").status for each in (INVITE, "401")] == [404, 404]


@pytest.mark.statement("KIN-151")
def test_a_program_that_looks_for_an_address_in_any_case_can_take_its_invite_back(kinetic) -> None:
    kinetic.post(INVITES, {"email": "Sam.Lowe@Example.com"})
    [guid] = [
        each["guid"] for each in kinetic.get(INVITES).json if each["email"].lower() == "sam.lowe@example.com"
    ]
    assert kinetic.delete(f"{INVITES}/{guid}").status == 200
    assert kinetic.get(INVITES).json == [SHOWN]


@pytest.mark.statement("KIN-157")
@pytest.mark.parametrize("key", [INVITE, "401"])
def test_post_on_an_invite_sends_it_again_and_changes_nothing(kinetic, key) -> None:
    answer = kinetic.post(f"{INVITES}/{key}")
    assert (answer.status, answer.json, answer.entry["changes"]) == (200, SHOWN, [])
    assert kinetic.get(INVITES).json == [SHOWN]


@pytest.mark.statement("KIN-154")
def test_invites_of_an_unknown_issue_answer_404(kinetic) -> None:
    unknown = f"{API}/issues/{NOWHERE}/invites"
    answers = [
        kinetic.get(unknown),
        kinetic.post(unknown, {"email": "sam.lowe@example.com"}),
        kinetic.post(f"{unknown}/{INVITE}"),
        kinetic.delete(f"{unknown}/{INVITE}"),
    ]
    assert [(each.status, each.json) for each in answers] == [(404, NOT_FOUND)] * 4


@pytest.mark.statement("KIN-236", "KIN-188")
@pytest.mark.parametrize("verb", ["POST", "DELETE"])
@pytest.mark.parametrize(
    "path", [f"{OTHER_ISSUE}/invites/{INVITE}", f"{OTHER_ISSUE}/invites/401", f"{API}/invites/{INVITE}"]
)
def test_an_invite_is_found_only_through_its_own_issue(kinetic, verb, path) -> None:
    answer = kinetic.call(verb, path)
    assert (answer.status, answer.json) == (404, NOT_FOUND)
    assert kinetic.get(INVITES).json == [SHOWN]


@pytest.mark.statement("KIN-188", "KIN-273")
@pytest.mark.parametrize("verb", ["POST", "DELETE"])
@pytest.mark.parametrize("key", [NOWHERE, "402", "0401", "lena.vogt@example.com"])
def test_an_unknown_invite_answers_404(kinetic, verb, key) -> None:
    answer = kinetic.call(verb, f"{INVITES}/{key}")
    assert (answer.status, answer.json) == (404, NOT_FOUND)
