"""The check: whether a Step Action is available, which is what a run would say."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import (
    CLOSE,
    CLOSED,
    COMMENT,
    DISABLED,
    ESCALATE,
    NEW,
    NO_PERMISSION,
    NOT_AVAILABLE,
    NOT_SATISFIED,
    OBJECT,
    RESOLVE,
    SECRET,
    STARTED,
    VENDOR,
    WORK,
    not_found,
    refused,
    result,
    run,
)


def check(client, oid, action):
    return client.get(f"{OBJECT}/{oid}/action/{action}/check")


@pytest.mark.statement("ALY-X43")
@pytest.mark.parametrize(("oid", "available"), [(NEW, True), (CLOSED, False)])
def test_a_check_answers_true_or_false(alloy, oid, available) -> None:
    answer = check(alloy, oid, WORK)
    assert answer.json == {
        "success": True, "errorCode": 0, "errorText": "", "responseObject": {"Result": available},
    }  # fmt: skip
    assert answer.entry["changes"] == []


@pytest.mark.statement("ALY-X44")
def test_it_depends_on_class_state_and_role(alloy, tove, angelina) -> None:
    assert [result(check(alloy, oid, COMMENT))["Result"] for oid in (VENDOR, NEW)] == [True, False]
    assert [result(check(alloy, oid, RESOLVE))["Result"] for oid in (STARTED, NEW)] == [True, False]
    assert [result(check(client, NEW, ESCALATE))["Result"] for client in (angelina, tove, alloy)] == [
        True,
        False,
        True,
    ]


@pytest.mark.statement("ALY-108", "ALY-085")
@pytest.mark.parametrize("action", [99999, "x", DISABLED, COMMENT, CLOSE])
def test_what_a_run_would_refuse_for_the_action_is_false(alloy, action) -> None:
    assert result(check(alloy, NEW, action)) == {"Result": False}


@pytest.mark.statement("ALY-109")
def test_an_object_that_is_not_there_is_refused(alloy, tove) -> None:
    assert refused(check(alloy, "T999999", WORK)) == not_found("T999999")
    assert refused(check(tove, SECRET, WORK)) == NO_PERMISSION


@pytest.mark.statement("ALY-X07", "ALY-X43")
@pytest.mark.parametrize("who", ["alloy", "angelina", "tove", "mirela"])
def test_a_check_says_what_the_run_would_do(request, service, who) -> None:
    client = request.getfixturevalue(who)
    numbers = [each["id"] for each in client.world.store.all("step_actions")]
    objects = [each["oid"] for each in client.world.store.all("objects") if each.get("oid")]
    agreed = {True: 0, False: 0}
    for number in numbers:
        for oid in objects:
            said = check(client, oid, number)
            # What is refused for the object or for the fields says nothing of the action; this body fits no form.
            answer = run(client, oid, number, {"No such field": 1}).json["errorText"]
            if said.json["success"]:
                available = said.json["responseObject"]["Result"]
                assert available == (answer not in {NOT_AVAILABLE, NOT_SATISFIED}), (
                    f"{number} on {oid}: {answer}"
                )
                agreed[available] += 1
            else:
                assert answer == said.json["errorText"]
    assert min(agreed.values()) > 10
