"""Participants of an issue: listed, and removed by guid."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import (
    ADA,
    API,
    ISSUE,
    JONAS,
    NOT_FOUND,
    NOWHERE,
    OTHER_ISSUE,
    UNAUTHORIZED,
    unprocessable,
)

PARTICIPANTS = f"{ISSUE}/participants"
SHOWN = {
    "id": 302,
    "guid": JONAS,
    "email": "jonas.brandt@example.com",
    "name": "Jonas Brandt",
    "present": False,
}


def texts(client, issue=ISSUE):
    """The system's texts about participants, newest first."""
    messages = client.get(f"{issue}/messages").json
    return [each["body"] for each in messages if each["messageable_type"] == "Participant"]


@pytest.mark.statement("KIN-152", "KIN-279")
def test_participants_are_an_array_with_id_email_guid_and_present(kinetic) -> None:
    answer = kinetic.get(PARTICIPANTS)
    assert answer.status == 200
    assert [each["guid"] for each in answer.json] == [ADA, JONAS]
    assert answer.json[1] == SHOWN


@pytest.mark.statement("KIN-152")
def test_participants_are_those_of_that_issue(kinetic) -> None:
    emails = [each["email"] for each in kinetic.get(f"{OTHER_ISSUE}/participants").json]
    assert emails == ["jonas.brandt@example.com"]


@pytest.mark.statement("KIN-153", "KIN-207")
def test_removing_a_participant_answers_what_was_removed(kinetic) -> None:
    answer = kinetic.delete(f"{PARTICIPANTS}/{JONAS}")
    assert (answer.status, answer.json) == (200, SHOWN)


@pytest.mark.statement("KIN-153", "KIN-273")
def test_a_removed_participant_is_gone(kinetic, nine) -> None:
    kinetic.delete(f"{PARTICIPANTS}/{JONAS}")
    assert [each["guid"] for each in kinetic.get(PARTICIPANTS).json] == [ADA]
    assert [each["guid"] for each in kinetic.get(ISSUE).json["participants"]] == [ADA]
    assert kinetic.delete(f"{PARTICIPANTS}/{JONAS}").status == 404
    assert [each["name"] for each in nine.get(f"{API}/issues/my_open_issues").json] == [
        "Badge readers are slow"
    ]


@pytest.mark.statement("KIN-153")
def test_a_program_that_looks_for_an_address_in_any_case_can_remove_it(kinetic) -> None:
    wanted = "JONAS.Brandt@example.com"
    [guid] = [
        each["guid"] for each in kinetic.get(PARTICIPANTS).json if each["email"].lower() == wanted.lower()
    ]
    assert kinetic.delete(f"{PARTICIPANTS}/{guid}").status == 200


@pytest.mark.statement("KIN-113", "KIN-208")
def test_the_system_says_that_a_participant_was_removed(kinetic) -> None:
    kinetic.delete(f"{PARTICIPANTS}/{JONAS}")
    newest = kinetic.get(f"{ISSUE}/messages").json[0]
    assert (newest["type"], newest["user"]) == ("SystemMessage", None)
    assert (newest["messageable_type"], newest["messageable_id"]) == ("Participant", 302)
    assert newest["body"] == "Jonas Brandt was removed as a participant"


@pytest.mark.statement("KIN-242", "KIN-113")
def test_the_system_says_that_a_participant_was_added(kinetic) -> None:
    guid = kinetic.post(f"{API}/issues", {"name": "Leak at gate 4"}).json["guid"]
    issue = f"{API}/issues/{guid}"
    kinetic.put(issue, {"owner_id": 11})
    assert texts(kinetic, issue) == [
        "Mei Tanaka was added as a participant",
        "Ada Okafor Admin was added as a participant",
    ]


@pytest.mark.statement("KIN-234", "KIN-108", "KIN-165")
def test_the_owner_cannot_be_removed(kinetic) -> None:
    answer = kinetic.delete(f"{PARTICIPANTS}/{ADA}")
    assert (answer.status, answer.json) == (422, unprocessable("Owner can't be removed"))
    assert ADA in [each["guid"] for each in kinetic.get(PARTICIPANTS).json]


@pytest.mark.statement("KIN-153", "KIN-188", "KIN-273")
@pytest.mark.parametrize("key", [NOWHERE, "302", "jonas.brandt@example.com", "x"])
def test_nothing_but_its_guid_leads_to_a_participant(kinetic, key) -> None:
    answer = kinetic.delete(f"{PARTICIPANTS}/{key}")
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-236", "KIN-188")
def test_a_participant_is_found_only_through_its_own_issue(kinetic) -> None:
    assert kinetic.delete(f"{OTHER_ISSUE}/participants/{JONAS}").json == NOT_FOUND
    assert kinetic.delete(f"{API}/participants/{JONAS}").status == 404
    assert JONAS in [each["guid"] for each in kinetic.get(PARTICIPANTS).json]


@pytest.mark.statement("KIN-154")
def test_participants_of_an_unknown_issue_answer_404(kinetic) -> None:
    listed = kinetic.get(f"{API}/issues/{NOWHERE}/participants")
    removed = kinetic.delete(f"{API}/issues/{NOWHERE}/participants/{JONAS}")
    assert (listed.status, listed.json) == (404, NOT_FOUND)
    assert (removed.status, removed.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-183")
def test_nobody_is_removed_without_a_credential(anyone, kinetic) -> None:
    answer = anyone.delete(f"{PARTICIPANTS}/{JONAS}")
    assert (answer.status, answer.json) == (401, UNAUTHORIZED)
    assert JONAS in [each["guid"] for each in kinetic.get(PARTICIPANTS).json]
