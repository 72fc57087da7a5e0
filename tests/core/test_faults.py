"""core/faults.py: which of the next calls go wrong, counted exactly."""

from __future__ import annotations

import pytest

from simulator.core.faults import Faults
from tests.core import toy


def struck(faults: Faults, *calls: str) -> list[str | None]:
    """The ids of the faults that strike these operations of the toy vendor."""
    chosen = [faults.choose("toy", operation) for operation in calls]
    return [None if fault is None else fault.id for fault in chosen]


def test_a_fault_strikes_once_unless_told() -> None:
    faults = Faults()
    faults.add("toy", "a", "status")

    assert struck(faults, "a", "a") == ["f1", None]
    assert faults.all() == []


def test_a_fault_strikes_as_often_as_it_is_told() -> None:
    faults = Faults()
    faults.add("toy", "a", "status", times=3)

    assert struck(faults, "a", "a", "a", "a") == ["f1", "f1", "f1", None]


def test_a_fault_passes_over_calls_first() -> None:
    faults = Faults()
    faults.add("toy", "a", "status", after=2)

    assert struck(faults, "a", "a", "a", "a") == [None, None, "f1", None]


def test_only_matching_calls_count() -> None:
    faults = Faults()
    faults.add("toy", "a", "status", after=1)

    assert struck(faults, "b", "a", "b", "a") == [None, None, None, "f1"]
    faults.add("other", None, "status")
    assert struck(faults, "a") == [None]


def test_a_fault_of_any_operation_strikes_any() -> None:
    faults = Faults()
    faults.add("toy", None, "status", times=2)

    assert struck(faults, "a", "b", "c") == ["f1", "f1", None]


def test_the_first_that_matches_strikes_alone() -> None:
    faults = Faults()
    faults.add("toy", "a", "status", status=500)
    faults.add("toy", None, "status", status=503)

    assert struck(faults, "a", "a", "a") == ["f1", "f2", None]


def test_a_fault_that_waits_lets_the_next_one_strike() -> None:
    faults = Faults()
    faults.add("toy", "a", "status", after=1)
    faults.add("toy", "a", "delay")

    assert struck(faults, "a", "a") == ["f2", "f1"]


def test_a_fault_is_removed_by_its_id_and_ids_are_never_used_again() -> None:
    faults = Faults()
    faults.add("toy", "a", "status")
    faults.add("toy", "b", "status")

    assert faults.remove("f1")
    assert not faults.remove("f1")
    assert [fault.id for fault in faults.all()] == ["f2"]
    assert faults.add("toy", "c", "status").id == "f3"


def test_all_faults_are_removed_at_once() -> None:
    faults = Faults()
    faults.add("toy", "a", "status")
    faults.add("toy", "b", "status")

    assert faults.remove()
    assert not faults.remove()
    assert struck(faults, "a", "b") == [None, None]


def test_what_is_listed_cannot_change_the_faults() -> None:
    faults = Faults()
    faults.add("toy", "a", "status")

    faults.all().clear()

    assert len(faults.all()) == 1


def test_a_fault_describes_itself_as_it_stands_now() -> None:
    faults = Faults()
    fault = faults.add("toy", "a", "delay", delay_ms=50, times=2, after=1)

    struck(faults, "a", "a")

    assert fault.describe() == {
        "id": "f1", "vendor": "toy", "operation": "a", "kind": "delay", "status": None, "delay_ms": 50,
        "times": 1, "after": 0,
    }  # fmt: skip


# --- through dispatch ------------------------------------------------------------------------------------------------


def test_a_status_fault_is_the_vendors_own_error_and_touches_nothing(client: toy.Client) -> None:
    before = toy.everything(client.sandbox)
    client.sandbox.faults.add("toy", "create_toy", "status", status=429)

    answer = client.post("/v1/toys", {"name": "kite"})

    assert (answer.status, answer.json) == (429, {"error": "injected 429"})
    assert toy.everything(client.sandbox) == before
    assert client.post("/v1/toys", {"name": "kite"}).status == 201


def test_a_status_that_the_document_does_not_have_is_answered_all_the_same(client: toy.Client) -> None:
    client.sandbox.faults.add("toy", "create_toy", "status", status=507)

    assert client.post("/v1/toys", {"name": "kite"}).status == 507


def test_a_status_fault_without_a_status_is_500(client: toy.Client) -> None:
    client.sandbox.faults.add("toy", None, "status")

    assert client.get("/v1/toys").status == 500


def test_the_journal_names_the_fault_and_what_was_asked(client: toy.Client) -> None:
    client.sandbox.faults.add("toy", "list_toys", "status", status=503)

    entry = client.entry(client.get("/v1/toys"))

    assert entry["fault"] == "f1"
    assert entry["explanation"] == {
        "kind": "injected",
        "reason": "fault f1 asked for status 503",
        "fault": "f1",
    }


@pytest.mark.parametrize("kind", ["truncate", "malformed", "lose_response"])
def test_a_fault_of_the_wire_is_a_wish_beside_a_call_that_was_carried_out(
    client: toy.Client, kind: str
) -> None:
    client.sandbox.faults.add("toy", "create_toy", kind, delay_ms=250)

    answer = client.post("/v1/toys", {"name": "kite"})

    assert (answer.status, answer.response.wire, answer.response.delay_ms) == (201, kind, 250)
    assert client.toys()[-1]["name"] == "kite"
    assert client.entry(answer)["fault"] == "f1"


def test_a_delay_is_a_wish_without_harm(client: toy.Client) -> None:
    client.sandbox.faults.add("toy", "create_toy", "delay", delay_ms=250)

    answer = client.post("/v1/toys", {"name": "kite"})

    assert (answer.status, answer.response.wire, answer.response.delay_ms) == (201, None, 250)


def test_a_dropped_call_is_not_carried_out_and_not_answered(client: toy.Client) -> None:
    client.sandbox.faults.add("toy", "create_toy", "drop")

    answer = client.post("/v1/toys", {"name": "kite"})

    assert (answer.response.status, answer.response.wire) == (0, "drop")
    assert client.entry(answer)["explanation"]["reason"] == "fault f1 asked for a closed connection"
    assert "kite" not in [each["name"] for each in client.toys()]


def test_without_a_fault_nothing_is_wished(client: toy.Client) -> None:
    answer = client.get("/v1/toys")

    assert (answer.response.wire, answer.response.delay_ms) == (None, 0)
    assert client.entry(answer)["fault"] is None


def test_a_fault_of_one_sandbox_strikes_no_other() -> None:
    one, other = toy.client(name="one"), toy.client(name="other")
    one.sandbox.faults.add("toy", None, "status", status=500)

    assert other.get("/v1/toys").status == 200
    assert one.get("/v1/toys").status == 500


def test_a_call_to_an_unknown_path_uses_no_fault_up(client: toy.Client) -> None:
    client.sandbox.faults.add("toy", None, "status", status=500)

    assert client.get("/v1/nothing").status == 404
    assert client.get("/v1/toys").status == 500
