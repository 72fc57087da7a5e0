"""What a test holds: vendors with their addresses and credentials, their calls, faults, settings and records."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected
from typing import Any

import pytest

from simulator.testing import Call, ControlError, Sandbox
from tests.testing.application import ITEMS, PUMP, Application, call

# --- addresses and credentials


def test_a_vendor_is_an_attribute_with_its_address_and_its_first_credential(simulator: Sandbox) -> None:
    kinetic = simulator.kinetic

    assert kinetic.url == f"{simulator.server.url}/s/{simulator.name}/kinetic"
    assert kinetic.email == "ada.okafor@example.com"
    assert kinetic.password == "not-a-secret-71"
    assert call("GET", f"{kinetic.url}/api/v1/me", token=kinetic.token)[0] == 200


def test_every_credential_is_there_by_number_and_by_name(simulator: Sandbox) -> None:
    second = simulator.kinetic.credentials[1]

    assert second.email == second["email"] == "jonas.brandt@example.com"
    with pytest.raises(AttributeError, match="this credential has no tokn; it has email, password, token"):
        second.tokn  # noqa: B018 - to see it refused


def test_what_is_not_there_says_what_is(simulator: Sandbox) -> None:
    with pytest.raises(
        AttributeError, match=r"knetic is not served; did you mean kinetic\? the vendors served are .*kinetic"
    ):
        simulator.knetic  # noqa: B018 - to see it refused
    with pytest.raises(AttributeError, match="snapshto is not served; did you mean snapshot"):
        simulator.snapshto  # noqa: B018 - to see it refused
    with pytest.raises(AttributeError, match="called 'asert_called'; did you mean assert_called"):
        simulator.kinetic.asert_called  # noqa: B018 - to see it refused


def test_a_type_checker_finds_a_method_that_is_misspelt(simulator: Sandbox) -> None:
    # mypy refuses an `ignore` that it has no use for.
    with pytest.raises(AttributeError, match="did you mean assert_called"):
        simulator.kinetic.assert_caled("create_action_item")  # type: ignore[operator]


def test_what_is_no_text_of_a_credential_is_in_the_credential(simulator: Sandbox) -> None:
    simulator.described["credentials"]["kinetic"].insert(0, {"number": 7})

    assert simulator.kinetic.credentials[0].number == 7
    assert simulator.kinetic.email == "ada.okafor@example.com"
    with pytest.raises(AttributeError, match=r"called 'number'; .*credentials have .*token"):
        simulator.kinetic.number  # noqa: B018 - to see it refused
    with pytest.raises(
        AttributeError, match=r"kinetic has neither a credential .* called 'tokn'.*email.*token"
    ):
        simulator.kinetic.tokn  # noqa: B018 - to see it refused


def test_an_editor_finds_vendors_credentials_and_records(simulator: Sandbox) -> None:
    assert "kinetic" in dir(simulator)
    assert {"token", "assert_called"} <= set(dir(simulator.kinetic))
    assert {"issue", "action_item"} <= set(dir(simulator.kinetic.seed))


def test_a_program_finds_the_sandbox_in_its_environment(simulator: Sandbox) -> None:
    assert simulator.env["KINETIC_BASE_URL"] == simulator.kinetic.url
    assert simulator.env["KINETIC_TOKEN"] == simulator.kinetic.token


# --- calls


def test_calls_that_fit_are_returned(simulator: Sandbox, app: Application) -> None:
    app.create(name="One")
    app.create(name="Two", detail=" ")
    app.list("?status=Open")

    (two,) = simulator.kinetic.assert_called("create_action_item", status=422)

    assert (two.id, two.json["name"], two.status) == (2, "Two", 422)
    assert two.explanation is not None
    assert two.answer == {"message": "Unprocessable attributes", "reasons": ["Detail can't be blank"]}
    assert "KIN-020" in two.statements
    assert [each.id for each in simulator.kinetic.calls()] == [1, 2, 3]
    assert [each.query for each in simulator.kinetic.calls("list_action_items")] == [{"status": "Open"}]
    assert [each.id for each in simulator.calls()] == [1, 2, 3]


def test_how_often_is_told_by_times_at_least_and_at_most(simulator: Sandbox, app: Application) -> None:
    for _ in range(3):
        app.create()

    simulator.kinetic.assert_called("create_action_item", times=3)
    simulator.kinetic.assert_called("create_action_item", at_least=2, at_most=3)
    with pytest.raises(AssertionError, match="expected at most 2 matching calls, found 3"):
        simulator.kinetic.assert_called("create_action_item", at_most=2)


def test_a_call_that_should_not_have_been_made_is_told(simulator: Sandbox, app: Application) -> None:
    simulator.kinetic.assert_not_called("create_action_item")
    app.create()
    simulator.kinetic.assert_not_called("create_action_item", json_contains={"name": "Other"})

    with pytest.raises(AssertionError, match="expected 0 matching calls, found 1"):
        simulator.kinetic.assert_not_called("create_action_item")


def test_an_order_may_have_other_calls_between(simulator: Sandbox, app: Application) -> None:
    app.create()
    app.read_me()
    app.list()

    assert [
        each.id for each in simulator.kinetic.assert_order("create_action_item", "list_action_items")
    ] == [1, 3]


@pytest.mark.parametrize("ask", ["assert_called", "assert_not_called", "assert_order", "calls", "fault"])
def test_an_operation_that_does_not_exist_is_no_call_that_was_not_made(simulator: Sandbox, ask: str) -> None:
    with pytest.raises(ValueError, match="no operation create_action_itm; did you mean create_action_item"):
        getattr(simulator.kinetic, ask)("create_action_itm")


def test_a_criterion_that_does_not_exist_is_refused(simulator: Sandbox) -> None:
    with pytest.raises(TypeError, match="jsn: not a criterion"):
        simulator.kinetic.assert_called("create_action_item", jsn={})  # type: ignore[call-arg]


@pytest.mark.parametrize("ask", ["assert_called", "assert_not_called", "calls", "wait_for_call"])
@pytest.mark.parametrize("word", ["vendor", "order", "direction"])
def test_what_a_handle_says_itself_cannot_be_said_to_it(simulator: Sandbox, ask: str, word: str) -> None:
    with pytest.raises(TypeError, match=f"{word}: not a criterion here; there are status, path, query"):
        getattr(simulator.kinetic, ask)("create_action_item", **{word: "kinetic"})


@pytest.mark.parametrize(
    ("ask", "word"),
    [
        ("calls", "times"),
        ("assert_not_called", "times"),
        ("assert_not_called", "at_least"),
        ("wait_for_call", "at_least"),
        ("wait_for_call", "at_most"),
    ],
)
def test_only_assert_called_counts(simulator: Sandbox, ask: str, word: str) -> None:
    with pytest.raises(TypeError, match=f"{word}: not a criterion here; .*; assert_called counts"):
        getattr(simulator.kinetic, ask)("create_action_item", **{word: 3})


def test_nobody_waits_for_no_call(simulator: Sandbox) -> None:
    with pytest.raises(ValueError, match=r"not for times=0; that there is none, assert_not_called says"):
        simulator.kinetic.wait_for_call("create_action_item", times=0)


def test_a_whole_address_is_no_path(simulator: Sandbox, app: Application) -> None:
    app.read_me()

    with pytest.raises(TypeError, match="path is the vendor's own, such as /api/v1/me"):
        simulator.kinetic.assert_not_called(path=f"{simulator.kinetic.url}/api/v1/me")
    simulator.kinetic.assert_called(path="/api/v1/me")


@pytest.mark.parametrize("operations", [(), (["create_action_item", "list_action_items"],), (7,)])
def test_an_order_is_given_one_by_one(simulator: Sandbox, operations: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match=r"takes operations one by one, such as assert_order\('\w+', '\w+'\)"):
        simulator.kinetic.assert_order(*operations)


def test_an_operation_is_a_text(simulator: Sandbox) -> None:
    with pytest.raises(TypeError, match=r"an operation is a text, such as '\w+'; not \['read_me'\]"):
        simulator.kinetic.assert_not_called(["read_me"])  # type: ignore[arg-type]


@pytest.mark.parametrize("by", [60, "PT11M", None])
def test_a_clock_wants_a_unit(simulator: Sandbox, by: Any) -> None:
    with pytest.raises(TypeError, match=r"advance takes a timedelta, or units: advance\(seconds=60\)"):
        simulator.clock.advance(by)


def test_a_removed_record_is_told_with_the_call_that_removed_it(simulator: Sandbox, app: Application) -> None:
    _, item = app.create()
    place = f"{app.base_url}{ITEMS}/{item['guid']}"
    call("DELETE", place, token=app.token)
    call("GET", place, token=app.token)

    with pytest.raises(AssertionError, match=r"removed by call 2 \(delete_action_item\)"):
        simulator.kinetic.assert_called("read_action_item", status=200)


def test_a_call_of_another_thread_is_waited_for(simulator: Sandbox, app: Application) -> None:
    thread = threading.Timer(0.05, app.create)
    thread.start()

    found = simulator.kinetic.wait_for_call("create_action_item", timeout=timedelta(seconds=20))

    thread.join()
    assert isinstance(found, Call)
    assert found.id == 1


def test_waiting_ends_with_what_is_wrong(simulator: Sandbox, app: Application) -> None:
    app.create()

    assert simulator.kinetic.wait_for_call("create_action_item").id == 1
    with pytest.raises(AssertionError, match="expected at least 2 matching calls, found 1"):
        simulator.kinetic.wait_for_call("create_action_item", times=2, timeout=0)


def test_more_calls_than_a_page_of_the_journal_are_all_seen(
    simulator: Sandbox, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.testing.sandbox._PAGE", 2)
    for _ in range(5):
        app.read_me()

    simulator.kinetic.assert_called("read_me", times=5)


# --- faults, settings, records


def test_a_fault_strikes_as_often_as_it_should_and_goes_with_its_block(
    simulator: Sandbox, app: Application
) -> None:
    with simulator.kinetic.fault("create_action_item", status=503, times=2, after=1) as fault:
        assert [app.create()[0] for _ in range(3)] == [200, 503, 503]
        assert fault.struck == 2
        assert app.create()[0] == 200
    with simulator.kinetic.fault(status=500, times=None):
        assert [app.create()[0], app.list()[0]] == [500, 500]

    assert app.create()[0] == 200


def test_a_fault_that_was_removed_knows_how_often_it_struck(simulator: Sandbox, app: Application) -> None:
    with simulator.kinetic.fault("create_action_item", status=503, times=3) as fault:
        app.create()
    with simulator.kinetic.fault("list_action_items", kind="drop") as other:
        pass
    with simulator.kinetic.fault(delay_ms=1, times=None) as slow:
        app.list()
        app.list()
    fault.remove()

    assert (fault.struck, other.struck, slow.struck) == (1, 0, 2)
    assert repr(fault) == "<fault f1 of kinetic create_action_item: status, status=503, times=3>"
    assert repr(other) == "<fault f2 of kinetic list_action_items: drop, times=1>"
    assert repr(slow) == "<fault f3 of kinetic (any call): delay, delay_ms=1, until it is removed>"


def test_a_fault_of_before_a_reset_is_not_taken_for_one_of_after(
    simulator: Sandbox, app: Application
) -> None:
    fault = simulator.kinetic.fault("create_action_item", status=503, times=3)
    app.create()
    simulator.reset()
    other = simulator.kinetic.fault("create_action_item", status=500, times=3)
    assert fault.struck == 1
    fault.remove()
    assert app.create()[0] == 500
    snapshot = simulator.snapshot()
    simulator.restore(snapshot)
    assert other.struck == 1


def test_a_call_that_a_fault_struck_says_so(simulator: Sandbox, app: Application) -> None:
    fault = simulator.kinetic.fault("create_action_item", kind="lose_response")
    with pytest.raises(RemoteDisconnected):
        app.create()
    [made] = simulator.kinetic.calls("create_action_item")
    assert (made.status, made.fault) == (200, fault.id)
    assert str(made).endswith(f"-> 200 (create_action_item), struck by fault {fault.id}")


def test_a_connection_can_be_dropped(simulator: Sandbox, app: Application) -> None:
    simulator.kinetic.fault("create_action_item", kind="drop")

    with pytest.raises((RemoteDisconnected, ConnectionError)):
        app.create()
    with pytest.raises(TypeError, match="say what goes wrong"):
        simulator.kinetic.fault("create_action_item")


def test_settings_are_put_back_at_the_end_of_the_block(simulator: Sandbox) -> None:
    before = dict(simulator.kinetic.settings())
    name = next(name for name, value in before.items() if isinstance(value, bool))

    with simulator.kinetic.settings(**{name: not before[name]}) as changed:
        assert changed[name] is not before[name]
        assert simulator.kinetic.settings()[name] is not before[name]
    assert dict(simulator.kinetic.settings()) == before

    simulator.kinetic.settings(**{name: not before[name]})
    assert simulator.kinetic.settings()[name] is not before[name]
    with pytest.raises(ControlError, match="nothing is not a setting"):
        simulator.kinetic.settings(nothing=1)


def test_a_record_is_seeded_with_what_is_given_and_the_rest_as_in_the_first(
    simulator: Sandbox, app: Application
) -> None:
    issue = simulator.kinetic.seed.issue(name="Leak at gate 4")
    item = simulator.kinetic.seed.action_items(issue_id=issue["id"], name="Close valve")

    first = simulator.kinetic.records("issues")[0]
    assert issue == {**first, "name": "Leak at gate 4", "id": 386, "guid": issue["guid"]}
    assert issue["guid"] != first["guid"]
    _, found = call("GET", f"{app.base_url}/api/v1/issues/{issue['guid']}/action_items", token=app.token)
    assert [each["guid"] for each in found] == [item["guid"]]
    simulator.kinetic.assert_called(times=1)


def test_a_seeded_user_has_an_address_of_its_own_and_may_log_in(simulator: Sandbox, app: Application) -> None:
    users = [simulator.kinetic.seed.user(name=name, password="pw-1") for name in ("Zoe", "Yan")]

    assert len({each["email"] for each in simulator.kinetic.records("users")}) == 5
    login = {"user_login": {"email": users[1]["email"], "password": "pw-1"}}
    assert call("POST", f"{app.base_url}/api/v1/sessions", login)[0] == 200


def test_two_runs_seed_the_same(simulator: Sandbox) -> None:
    one = simulator.kinetic.seed.issue()
    simulator.reset()

    assert simulator.kinetic.seed.issue() == one


def test_a_record_that_is_none_says_what_is_wrong_with_it(simulator: Sandbox) -> None:
    with pytest.raises(ValueError, match=r"this is no record of issues\n  \$\.name: expected .*string"):
        simulator.kinetic.seed.issue(name=7)
    with pytest.raises(
        TypeError, match=r"seed.issue\(due=...\): datetime.* is no JSON; give it as the vendor"
    ):
        simulator.kinetic.seed.issue(due=datetime(2026, 1, 31, 9, tzinfo=UTC))
    with pytest.raises(AttributeError, match="no collection isue; did you mean issue"):
        simulator.kinetic.seed.isue()


def test_an_empty_collection_needs_a_key(simulator: Sandbox) -> None:
    for session in simulator.kinetic.records("sessions"):
        simulator.kinetic.call("DELETE", f"/state/{{vendor}}/sessions/{session['id']}")

    with pytest.raises(ValueError, match=r"sessions is empty.*give id at least"):
        simulator.kinetic.seed.session()


# --- the sandbox as a whole


@pytest.mark.simulator(now="2026-01-31T09:00:00Z", clock="frozen")
def test_the_clock_moves_and_tells_what_fell_due(simulator: Sandbox, app: Application) -> None:
    assert simulator.clock.mode == "frozen"
    assert app.read_me()[0] == 200

    fired = simulator.clock.advance(timedelta(hours=25), minutes=1)

    assert simulator.clock.now.isoformat() == "2026-02-01T10:01:00+00:00"
    first = next(each for each in fired if each.vendor == "kinetic")
    assert first.what == "the token of ada.okafor@example.com expired"
    assert first.at.isoformat() == "2026-02-01T09:00:00+00:00"
    assert app.read_me()[0] == 401
    simulator.clock.set("2026-01-31T08:00:00+02:00")
    assert simulator.clock.now.isoformat() == "2026-01-31T06:00:00+00:00"
    simulator.clock.run()
    assert simulator.call("GET", "/clock")["mode"] == "running"
    with pytest.raises(ValueError, match="positive duration"):
        simulator.clock.advance(minutes=-1)


def test_an_instant_without_an_offset_is_refused(simulator: Sandbox) -> None:
    with pytest.raises(ValueError, match="needs an offset"):
        simulator.clock.set(simulator.clock.now.replace(tzinfo=None))


def test_a_snapshot_brings_the_state_back(simulator: Sandbox, app: Application) -> None:
    before = simulator.snapshot()
    app.create(name="Later")
    assert len(app.list()[1]) == 3

    simulator.restore(before)

    assert len(app.list()[1]) == 2


def test_a_fork_goes_its_own_way_and_may_begin_after_a_call(simulator: Sandbox, app: Application) -> None:
    app.create(name="One")
    app.create(name="Two")
    first = simulator.kinetic.calls()[0]

    with simulator.fork(at=first) as twin:
        items = twin.kinetic.records("action_items")
        assert [each["name"] for each in items][-1] == "One"
        name = twin.name

    with pytest.raises(ControlError, match=f"there is no sandbox {name}"):
        twin.changes()
    assert len(simulator.kinetic.records("action_items")) == 5


def test_a_reset_forgets_everything_and_the_credentials_hold_again(
    simulator: Sandbox, app: Application
) -> None:
    app.create()
    simulator.reset()

    assert simulator.changes() == {}
    assert simulator.calls() == []
    assert app.read_me()[0] == 200


def test_changes_are_told_from_the_fixture(simulator: Sandbox, app: Application) -> None:
    _, item = app.create()

    (changed,) = simulator.changes()["kinetic"]["action_items"].values()

    assert changed["before"] is None
    assert changed["after"]["guid"] == item["guid"]
    assert changed["after"]["issue_id"] == next(
        each["id"] for each in simulator.kinetic.records("issues") if each["guid"] == PUMP
    )


def test_assumptions_name_the_calls_that_relied_on_them(simulator: Sandbox, app: Application) -> None:
    call("POST", f"{app.base_url}/api/v1/issues", {"name": "Leak"}, app.token)

    assumed = {each.id: each for each in simulator.assumptions()}

    assert assumed["KIN-104"].basis == "published"
    assert assumed["KIN-104"].entries == (1,)
