"""Messages of an issue: what people say in it, and what the system notes."""

from __future__ import annotations

import re

import pytest

from tests.vendors.kinetic.calls import API, ISSUE, NOT_FOUND, NOW, NOWHERE, OTHER_ISSUE, PUMP, unprocessable

MESSAGES = f"{ISSUE}/messages"
KEYS = {
    "id", "guid", "type", "body", "messageable_id", "messageable_type", "url", "created_at", "user", "issue",
}  # fmt: skip
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def bodies(answer):
    assert answer.status == 200
    return [each["body"] for each in answer.json]


# --- saying something ------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-160", "KIN-162")
def test_a_message_may_be_wrapped(kinetic) -> None:
    answer = kinetic.post(MESSAGES, {"message": {"body": "The valve is closed."}})
    assert (answer.status, answer.json["body"]) == (200, "The valve is closed.")


@pytest.mark.statement("KIN-161", "KIN-162")
def test_a_message_may_be_flat(kinetic) -> None:
    answer = kinetic.post(MESSAGES, {"body": "The valve is closed."})
    assert (answer.status, answer.json["body"]) == (200, "The valve is closed.")


@pytest.mark.statement("KIN-160", "KIN-161")
def test_both_forms_make_the_same_message(kinetic) -> None:
    wrapped = kinetic.post(MESSAGES, {"message": {"body": "Done."}}).json
    flat = kinetic.post(MESSAGES, {"body": "Done."}).json
    assert {**wrapped, "id": None, "guid": None} == {**flat, "id": None, "guid": None}


@pytest.mark.statement("KIN-111", "KIN-115", "KIN-279")
def test_a_message_says_who_wrote_it_where(nine) -> None:
    message = nine.post(MESSAGES, {"body": "The valve is closed."}).json
    assert set(message) == KEYS
    assert GUID.fullmatch(message["guid"])
    assert {key: message[key] for key in KEYS - {"guid", "url"}} == {
        "id": 503,
        "type": "Message",
        "body": "The valve is closed.",
        "messageable_id": 376,
        "messageable_type": "Issue",
        "created_at": NOW,
        "user": {
            "email": "jonas.brandt@example.com",
            "name": "Jonas Brandt",
            "guid": "3b7a1f60-0c52-4a7e-9d1b-5f6e8a9c0009",
        },
        "issue": {"guid": PUMP},
    }


@pytest.mark.statement("KIN-208", "KIN-115")
@pytest.mark.parametrize("mount", ["", "/kinetic-response", "/acme/kinetic-response"])
def test_a_message_s_url_is_that_of_its_issue_at_the_address_the_client_used(kinetic, mount) -> None:
    host = {"Host": "response.example.com:8443"}
    sent = kinetic.post(f"{mount}{MESSAGES}", {"body": "Here."}, headers=host).json
    assert sent["url"] == f"http://response.example.com:8443{mount}{ISSUE}"
    assert kinetic.get(f"{mount}{MESSAGES}", headers=host).json[0]["url"] == sent["url"]


@pytest.mark.statement("KIN-161")
@pytest.mark.parametrize(
    "body", ["ok", " blanks around ", "two\nlines", "<b>&amp;</b>", "Grüße, 你好 🙂", "x" * 20_000]
)
def test_a_message_is_kept_as_it_was_said(kinetic, body) -> None:
    assert kinetic.post(MESSAGES, {"body": body}).json["body"] == body
    assert bodies(kinetic.get(MESSAGES))[0] == body


@pytest.mark.statement("KIN-161", "KIN-165", "KIN-174", "KIN-197")
@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({}, "Body can't be blank"),
        ({"body": ""}, "Body can't be blank"),
        ({"body": " \n"}, "Body can't be blank"),
        ({"body": None}, "Body can't be blank"),
        ({"message": {}}, "Body can't be blank"),
        ({"message": {"body": ""}}, "Body can't be blank"),
        ({"message": "The valve is closed."}, "Body can't be blank"),
        ({"body": 5}, "Body is invalid"),
        ({"body": ["The valve is closed."]}, "Body is invalid"),
    ],
)
def test_a_message_without_text_answers_422(kinetic, sent, reason) -> None:
    answer = kinetic.post(MESSAGES, sent)
    assert (answer.status, answer.json) == (422, unprocessable(reason))
    assert len(kinetic.get(MESSAGES).json) == 2


# --- the list --------------------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-158")
def test_messages_come_newest_first(kinetic, nine) -> None:
    kinetic.post(MESSAGES, {"body": "one"})
    kinetic.advance("PT1S")
    nine.post(MESSAGES, {"body": "two"})
    assert bodies(kinetic.get(MESSAGES)) == [
        "two",
        "one",
        "I am on my way to the hall.",
        "Ada Okafor Admin was added as a participant",
    ]


@pytest.mark.statement("KIN-158")
def test_of_messages_of_one_moment_the_last_one_comes_first(kinetic) -> None:
    for body in ("one", "two", "three"):
        kinetic.post(MESSAGES, {"body": body})
    assert bodies(kinetic.get(MESSAGES))[:3] == ["three", "two", "one"]


@pytest.mark.statement("KIN-111", "KIN-115", "KIN-158", "KIN-269", "KIN-279", "KIN-285")
def test_the_list_shows_messages_of_people_and_of_the_system(kinetic) -> None:
    said, noted = kinetic.get(MESSAGES).json
    assert set(said) == set(noted) == KEYS
    assert (said["type"], said["user"]["name"]) == ("Message", "Jonas Brandt")
    assert (noted["type"], noted["user"]) == ("SystemMessage", None)
    assert said["issue"] == noted["issue"] == {"guid": PUMP}


@pytest.mark.statement("KIN-158")
def test_messages_are_those_of_that_issue(kinetic) -> None:
    kinetic.post(f"{OTHER_ISSUE}/messages", {"body": "Still slow."})
    assert bodies(kinetic.get(f"{OTHER_ISSUE}/messages")) == ["Still slow."]
    assert "Still slow." not in bodies(kinetic.get(MESSAGES))


@pytest.mark.statement("KIN-159")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("limit=2", "54"),
        ("limit=2&offset=2", "32"),
        ("offset=4", "1"),
        ("limit=0", ""),
        ("offset=5", ""),
        ("limit=25", "54321"),
        ("last_received=2014-01-01&limit=25&offset=0", "54321"),
    ],
)
def test_limit_and_offset_count_from_the_newest(kinetic, query, numbers) -> None:
    for number in range(1, 6):
        kinetic.post(f"{OTHER_ISSUE}/messages", {"body": str(number)})
    assert "".join(bodies(kinetic.get(f"{OTHER_ISSUE}/messages", query=query))) == numbers


@pytest.mark.statement("KIN-159", "KIN-214")
@pytest.mark.parametrize(
    ("last_received", "numbers"),
    [
        ("2014-01-01", "321"),
        ("2015-04-06", "321"),
        ("2015-04-06T12:00:00.250-05:00", "32"),
        ("2015-04-06T12:01:00", "32"),
        ("2015-04-06T12:01:30", "3"),
        ("2015-04-07", ""),
        ("", "321"),
    ],
)
def test_last_received_selects_what_was_created_after_it(kinetic, last_received, numbers) -> None:
    for number in range(1, 4):  # at 12:00, 12:01 and 12:02
        kinetic.post(f"{OTHER_ISSUE}/messages", {"body": str(number)})
        kinetic.advance("PT1M")
    answer = kinetic.get(f"{OTHER_ISSUE}/messages", query=f"last_received={last_received}")
    assert "".join(bodies(answer)) == numbers


@pytest.mark.statement("KIN-159")
def test_a_page_is_cut_out_of_what_last_received_selects(kinetic) -> None:
    for number in range(1, 5):
        kinetic.post(f"{OTHER_ISSUE}/messages", {"body": str(number)})
        kinetic.advance("PT1M")
    query = "last_received=2015-04-06T12:00:30&limit=2&offset=1"
    assert bodies(kinetic.get(f"{OTHER_ISSUE}/messages", query=query)) == ["3", "2"]


@pytest.mark.statement("KIN-188", "KIN-275")
def test_messages_of_an_unknown_issue_answer_404(kinetic) -> None:
    listed = kinetic.get(f"{API}/issues/{NOWHERE}/messages")
    said = kinetic.post(f"{API}/issues/{NOWHERE}/messages", {"body": "Is anybody there?"})
    assert [(each.status, each.json) for each in (listed, said)] == [(404, NOT_FOUND)] * 2


# --- what the system notes -------------------------------------------------------------------------------------------


@pytest.mark.statement("KIN-112", "KIN-208")
def test_the_system_writes_a_message_for_a_fact(kinetic) -> None:
    fact = kinetic.post(f"{ISSUE}/facts", {"body": "It is dry."}).json
    newest = kinetic.get(MESSAGES).json[0]
    assert (newest["type"], newest["user"], newest["body"]) == (
        "SystemMessage",
        None,
        "Fact added: It is dry.",
    )
    assert (newest["messageable_type"], newest["messageable_id"]) == ("Fact", fact["id"])


@pytest.mark.statement("KIN-114", "KIN-208")
@pytest.mark.parametrize("change", [{"status": "Closed"}, {"name": "Another"}, {"owner_id": 9}])
def test_the_system_writes_a_message_when_an_issue_changes(kinetic, change) -> None:
    name = kinetic.put(ISSUE, change).json["name"]
    newest, second, third = kinetic.get(MESSAGES).json
    assert (newest["type"], newest["user"], newest["body"]) == (
        "SystemMessage",
        None,
        f"Issue updated: {name}",
    )
    assert (newest["messageable_type"], newest["messageable_id"]) == ("Issue", 376)
    assert (second["id"], third["id"]) == (502, 501)


@pytest.mark.statement("KIN-112", "KIN-113", "KIN-114")
def test_the_system_writes_nothing_for_what_is_read_or_refused(kinetic) -> None:
    kinetic.get(ISSUE)
    kinetic.get(f"{ISSUE}/present")
    kinetic.put(ISSUE, {"status": "Ajar"})
    kinetic.post(f"{ISSUE}/facts", {"body": ""})
    kinetic.post(f"{ISSUE}/invites", {"email": "sam.lowe@example.com"})
    assert [each["id"] for each in kinetic.get(MESSAGES).json] == [502, 501]
