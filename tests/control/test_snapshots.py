"""Reset, snapshot, restore and fork: a whole state, moved as one."""

from __future__ import annotations

import pytest

from simulator.core import sandbox as sandboxes
from tests.control.problems import problem
from tests.gateway.asgi import GAUGE, NEW_ITEM, PUMP, Client

ISSUE = f"kinetic/api/v1/issues/{PUMP}/action_items"


@pytest.fixture
def boxed(client: Client) -> Client:
    client.new_sandbox("box")
    return client


def names(client: Client, box: str = "box") -> list[str]:
    answer = client.call("GET", f"/s/{box}/{ISSUE}", headers=client.bearer("box"))
    assert answer.status == 200
    return [item["name"] for item in answer.json]


def add(client: Client, name: str, box: str = "box") -> int:
    answer = client.call(
        "POST", f"/s/{box}/{ISSUE}", {**NEW_ITEM, "name": name}, headers=client.bearer("box")
    )
    assert answer.status == 200
    return answer.entry


FIXTURE = ["Look at the pump", "Call the supplier"]


def test_a_reset_sandbox_is_as_it_was_made_byte_for_byte(boxed: Client) -> None:
    def transcript() -> list[bytes]:
        first = boxed.call("POST", f"/s/box/{ISSUE}", NEW_ITEM, headers=boxed.bearer("box"))
        return [first.body, boxed.control("GET", "/sandboxes/box/snapshot").body]

    before = transcript()
    boxed.control("POST", "/sandboxes/box/faults", {"vendor": "kinetic", "kind": "status", "status": 500})
    boxed.control("POST", "/sandboxes/box/clock/advance", {"by": "P1D"})
    boxed.control("PATCH", "/sandboxes/box/settings/kinetic", {"create_status": 201})

    assert boxed.control("POST", "/sandboxes/box/reset").status == 200
    assert boxed.control("GET", "/sandboxes/box/journal").json["entries"] == []
    assert boxed.control("GET", "/sandboxes/box/faults").json == {"faults": []}
    assert transcript() == before


def test_a_token_of_a_sandbox_still_leads_there_after_a_reset(boxed: Client) -> None:
    boxed.control("POST", "/sandboxes/box/reset")
    add(boxed, "only here")

    at_the_plain_address = boxed.call("GET", f"/{ISSUE}", headers=boxed.bearer("box"))

    assert "only here" in [item["name"] for item in at_the_plain_address.json]


def test_a_restored_snapshot_brings_records_clock_settings_and_faults_back(boxed: Client) -> None:
    add(boxed, "kept")
    boxed.control("POST", "/sandboxes/box/faults", {"vendor": "kinetic", "kind": "delay", "delay_ms": 1})
    taken = boxed.control("GET", "/sandboxes/box/snapshot")
    boxed.control("DELETE", "/sandboxes/box/faults")
    add(boxed, "lost")
    boxed.control("POST", "/sandboxes/box/clock/advance", {"by": "PT1H"})
    boxed.control("PATCH", "/sandboxes/box/settings/kinetic", {"create_status": 201})

    assert boxed.control("PUT", "/sandboxes/box/snapshot", taken.json).status == 200

    assert boxed.control("GET", "/sandboxes/box/snapshot").body == taken.body
    assert names(boxed) == [*FIXTURE, "kept"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda taken: {},
        lambda taken: {**taken, "format": 2},
        lambda taken: {**taken, "kind": "something else"},
        lambda taken: {**taken, "extra": 1},
        lambda taken: {**taken, "vendors": {}},
        lambda taken: {**taken, "clock": {"mode": "frozen", "now": "yesterday"}},
        lambda taken: {**taken, "clock": {"mode": "odd", "now": taken["clock"]["now"]}},
        lambda taken: {**taken, "faults": [{"kind": "status"}]},
        lambda taken: {**taken, "vendors": {"kinetic": {**taken["vendors"]["kinetic"], "records": []}}},
        lambda taken: {
            **taken,
            "vendors": {"kinetic": {**taken["vendors"]["kinetic"], "records": {"users": [{}]}}},
        },
        lambda taken: {
            **taken,
            "vendors": {"kinetic": {**taken["vendors"]["kinetic"], "settings": {"x": 1}}},
        },
        lambda taken: {
            **taken,
            "vendors": {"kinetic": {**taken["vendors"]["kinetic"], "sequences": {"x": "y"}}},
        },
    ],
)
def test_a_snapshot_that_does_not_fit_is_refused_and_changes_nothing(boxed: Client, harm) -> None:
    taken = boxed.control("GET", "/sandboxes/box/snapshot")

    problem(boxed.control("PUT", "/sandboxes/box/snapshot", harm(taken.json)), 422)

    assert boxed.control("GET", "/sandboxes/box/snapshot").body == taken.body


def test_a_fork_has_the_state_and_shares_nothing_from_then_on(boxed: Client) -> None:
    add(boxed, "both")

    forked = boxed.control("POST", "/sandboxes/box/fork", {"name": "twin"})
    add(boxed, "box alone")
    add(boxed, "twin alone", "twin")

    assert forked.status == 201
    assert names(boxed) == [*FIXTURE, "both", "box alone"]
    assert names(boxed, "twin") == [*FIXTURE, "both", "twin alone"]


def test_a_fork_after_an_entry_is_the_state_of_that_moment(boxed: Client) -> None:
    first = add(boxed, "first")
    boxed.call("DELETE", f"/s/box/{ISSUE}/{GAUGE}", headers=boxed.bearer("box"))
    boxed.control("POST", "/sandboxes/box/clock/advance", {"by": "PT1H"})
    add(boxed, "second")

    boxed.control("POST", "/sandboxes/box/fork", {"name": "past", "at": first})

    assert names(boxed, "past") == [*FIXTURE, "first"]
    assert boxed.control("GET", "/sandboxes/past/clock").json["now"] == "2026-01-31T09:00:00.000Z"
    assert names(boxed) == ["Call the supplier", "first", "second"]


def test_a_fork_goes_back_behind_what_was_arranged_and_what_time_did(boxed: Client) -> None:
    first = add(boxed, "first")
    boxed.control("POST", "/sandboxes/box/clock/advance", {"by": "PT25H"})  # the tokens' timers fire
    boxed.control("DELETE", f"/sandboxes/box/state/kinetic/action_items/{GAUGE}")

    boxed.control("POST", "/sandboxes/box/fork", {"name": "past", "at": first})

    assert names(boxed, "past") == [*FIXTURE, "first"]
    fired = boxed.control("POST", "/sandboxes/past/clock/advance", {"by": "PT25H"}).json["fired"]
    assert [each["statement"] for each in fired] == ["KIN-069"] * 3


def test_a_fork_after_an_entry_that_is_not_there_yet_is_refused(boxed: Client) -> None:
    problem(boxed.control("POST", "/sandboxes/box/fork", {"at": 99}), 422)


def test_a_fork_after_an_entry_that_is_gone_is_410(boxed: Client) -> None:
    first = add(boxed, "first")
    taken = boxed.control("GET", "/sandboxes/box/snapshot").json
    add(boxed, "second")
    boxed.control("PUT", "/sandboxes/box/snapshot", taken)

    problem(boxed.control("POST", "/sandboxes/box/fork", {"at": first}), 410)


def test_a_taken_name_is_409_for_a_fork_too(boxed: Client) -> None:
    problem(boxed.control("POST", "/sandboxes/box/fork", {"name": "box"}), 409)


def test_a_lease_ends_without_use_and_is_renewed_by_use(
    boxed: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(sandboxes, "stopwatch", lambda: now[0])
    boxed.control("POST", "/sandboxes", {"name": "leased", "ttl_s": 60})
    boxed.control("POST", "/sandboxes", {"name": "left", "ttl_s": 60})

    now[0] += 59
    assert boxed.control("GET", "/sandboxes/leased").status == 200
    now[0] += 59

    assert boxed.control("GET", "/sandboxes/leased").status == 200
    problem(boxed.control("GET", "/sandboxes/left"), 404)
    assert boxed.control("GET", "/sandboxes/box").status == 200, "without a lease a sandbox stays"


def test_the_name_of_a_sandbox_whose_lease_has_ended_is_free(
    boxed: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(sandboxes, "stopwatch", lambda: now[0])
    boxed.control("POST", "/sandboxes", {"name": "leased", "ttl_s": 60})
    now[0] += 60

    assert boxed.control("POST", "/sandboxes", {"name": "leased"}).status == 201


def test_the_names_of_fixtures_are_listed(client: Client) -> None:
    assert client.control("GET", "/fixtures").json == {"kinetic": ["default"]}


def test_the_control_api_has_a_document_of_its_own(client: Client) -> None:
    document = client.control("GET", "/openapi/control.json").json

    assert "/__simulator/v1/ready" in document["paths"]


def test_a_snapshot_of_many_records_is_taken_back(boxed: Client) -> None:
    taken = boxed.control("GET", "/sandboxes/box/snapshot").json
    first, *_ = taken["vendors"]["kinetic"]["records"]["facts"]
    many = [
        {**first, "id": 10_000 + number, "guid": f"9a4c2e71-3b58-4d06-a5f9-{number:012}", "body": "x" * 1000}
        for number in range(1500)
    ]
    taken["vendors"]["kinetic"]["records"]["facts"] = many

    assert boxed.control("PUT", "/sandboxes/box/snapshot", taken).status == 200

    assert len(boxed.control("GET", "/sandboxes/box/state/kinetic/facts").json["records"]) == 1500


# --- a snapshot is checked like what a call makes -------------------------------------------------------------------

FAULT = {
    "id": "f2", "vendor": "kinetic", "operation": "read_me", "kind": "status", "status": 500, "delay_ms": 0, "times": 1,
    "after": 0,
}  # fmt: skip


def _with_fault(**changes: object) -> dict[str, object]:
    return {"faults": [{**FAULT, **changes}]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (_with_fault(operation="read_nothing"), "an operation that there is not"),
        (_with_fault(operation=["read_me"]), "an operation that there is not"),
        (_with_fault(vendor="jira"), "which is not served"),
        (_with_fault(vendor=None), "which is not served"),
        (_with_fault(status=999), "status takes an integer from 400 to 599, not 999"),
        (_with_fault(delay_ms="abc"), "delay_ms takes an integer"),
        (_with_fault(kind="boom"), "kind takes one of"),
        (_with_fault(times=0), "times takes an integer from 1"),
        (_with_fault(id="x"), "a fault's id"),
        ({"faults": {}}, "faults is a list"),
        ({"faults": [5]}, "a fault has"),
        ({"seed": "banana"}, "seed is an integer"),
        ({"seed": True}, "seed is an integer"),
        ({"secrets": "x"}, "secrets is a list of texts"),
        ({"secrets": [5]}, "secrets is a list of texts"),
        ({"clock": {"mode": "running", "now": 5}}, "the clock has a mode"),
        ({"clock": {"mode": ["x"], "now": "2026-01-31T09:00:00Z"}}, "the clock has a mode"),
        ({"settings": []}, "settings are values by name"),
        ({"settings": {"nothing": 1}}, "nothing is not a setting"),
        ({"credentials": "zzz"}, "credentials is a list of objects"),
        ({"credentials": [5]}, "credentials is a list of objects"),
        ({"sequences": {"users": "5"}}, "sequences are numbers by name"),
        ({"records": []}, "records are given by collection"),
    ],
    ids=str,
)
def test_a_snapshot_that_says_what_no_call_could_is_refused_and_changes_nothing(
    boxed: Client, changes: dict[str, object], said: str
) -> None:
    taken = boxed.control("GET", "/sandboxes/box/snapshot").json
    for name, value in changes.items():
        (taken if name in taken else taken["vendors"]["kinetic"])[name] = value
    before = boxed.control("GET", "/sandboxes/box/snapshot").body

    assert said in problem(boxed.control("PUT", "/sandboxes/box/snapshot", taken), 422)
    assert boxed.control("GET", "/sandboxes/box/snapshot").body == before


def test_a_restored_sandbox_goes_on_as_the_other_would(boxed: Client) -> None:
    boxed.new_sandbox("other", seed=99)
    boxed.control("POST", "/sandboxes/other/faults", {"vendor": "kinetic", "kind": "drop", "after": 9})
    boxed.control("POST", "/sandboxes/other/faults", {"vendor": "kinetic", "kind": "drop", "after": 9})
    boxed.control("DELETE", "/sandboxes/other/faults/f1")
    taken = boxed.control("GET", "/sandboxes/other/snapshot").json
    assert boxed.control("PUT", "/sandboxes/box/snapshot", taken).status == 200

    made = [
        boxed.call("POST", f"/s/{box}/{ISSUE}", NEW_ITEM, headers=boxed.bearer("other")).json
        for box in ("other", "box")
    ]
    assert made[0] == made[1]
    listed = [boxed.control("GET", f"/sandboxes/{box}/faults").json for box in ("other", "box")]
    assert listed[0] == listed[1]
    assert [each["id"] for each in listed[0]["faults"]] == ["f2"]


def test_a_token_that_a_restore_brings_back_leads_to_its_sandbox(boxed: Client) -> None:
    login = {"user_login": {"email": "ada.okafor@example.com", "password": "not-a-secret-71"}}
    token = boxed.call("POST", "/s/box/kinetic/api/v1/sessions", login).json["auth_token"]
    headers = {"authorization": f"Bearer {token}"}
    taken = boxed.control("GET", "/sandboxes/box/snapshot").json
    boxed.control("POST", "/sandboxes/box/reset")
    assert boxed.call("GET", "/kinetic/api/v1/me", headers=headers).status == 401

    boxed.control("PUT", "/sandboxes/box/snapshot", taken)

    assert boxed.call("GET", "/kinetic/api/v1/me", headers=headers).status == 200


def test_a_token_goes_on_leading_to_the_sandbox_that_minted_it_when_another_takes_its_snapshot(
    boxed: Client,
) -> None:
    boxed.new_sandbox("other")
    taken = boxed.control("GET", "/sandboxes/box/snapshot").json
    boxed.control("PUT", "/sandboxes/other/snapshot", taken)
    add(boxed, "in the box")

    found = boxed.call("GET", f"/{ISSUE}", headers=boxed.bearer("box"))
    assert "in the box" in [item["name"] for item in found.json]


def test_a_fork_of_the_past_gives_the_next_record_the_number_that_it_got_then(boxed: Client) -> None:
    first = add(boxed, "first")
    second = boxed.call("POST", f"/s/box/{ISSUE}", NEW_ITEM, headers=boxed.bearer("box")).json
    boxed.control("POST", "/sandboxes/box/fork", {"name": "then", "at": first})

    assert boxed.call("POST", f"/s/then/{ISSUE}", NEW_ITEM, headers=boxed.bearer("box")).json == second


def test_a_fork_of_the_beginning_has_its_clock_and_its_tokens(boxed: Client) -> None:
    boxed.control("POST", "/sandboxes/box/clock/advance", {"by": "P9D"})
    boxed.control("POST", "/sandboxes/box/fork", {"name": "then", "at": 0})

    assert boxed.control("GET", "/sandboxes/then/clock").json["now"].startswith("2026-01-31T09:00:00")
    assert boxed.call("GET", "/s/then/kinetic/api/v1/me", headers=boxed.bearer("box")).status == 200
