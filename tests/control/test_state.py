"""Arranging and looking at records, what changed since the fixture, and what was only assumed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulator.core.store import Store
from tests.control.problems import problem
from tests.gateway.asgi import GAUGE, NEW_ITEM, PUMP, Client

STATE = "/sandboxes/box/state/kinetic"
ITEMS = f"/s/box/kinetic/api/v1/issues/{PUMP}/action_items"


@pytest.fixture
def boxed(client: Client) -> Client:
    client.new_sandbox("box")
    return client


def item(boxed: Client, **changes: Any) -> dict[str, Any]:
    return {**boxed.control("GET", f"{STATE}/action_items/{GAUGE}").json, **changes}


def test_the_collections_are_counted_and_private_ones_are_not_shown(boxed: Client) -> None:
    shown = boxed.control("GET", STATE).json["collections"]

    counts = {each["name"]: each["count"] for each in shown}
    assert (counts["users"], counts["issues"], counts["action_items"]) == (3, 2, 3)
    assert not [name for name in counts if name.startswith("_")]


def test_a_collection_says_which_field_is_its_key(boxed: Client) -> None:
    keys = {each["name"]: each["key"] for each in boxed.control("GET", STATE).json["collections"]}

    assert (keys["users"], keys["issues"]) == ("id", "guid")


def test_records_come_whole_and_in_order(boxed: Client) -> None:
    records = boxed.control("GET", f"{STATE}/action_items").json["records"]

    assert [record["id"] for record in records] == [219, 220, 221]
    assert records[2]["deleted_at"] is not None


def test_a_record_is_found_by_a_key_that_is_a_number(boxed: Client) -> None:
    assert boxed.control("GET", f"{STATE}/users/9").json["email"] == "jonas.brandt@example.com"


def test_an_arranged_record_is_what_the_vendor_answers(boxed: Client) -> None:
    put = boxed.control("PUT", f"{STATE}/action_items/{GAUGE}", item(boxed, name="Arranged"))

    assert put.status == 200
    assert boxed.call("GET", f"{ITEMS}/{GAUGE}", headers=boxed.bearer("box")).json["name"] == "Arranged"


def test_a_new_record_moves_the_numbers_on(boxed: Client) -> None:
    guid = "7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0999"
    put = boxed.control("PUT", f"{STATE}/action_items/{guid}", item(boxed, guid=guid, id=500))

    assert put.status == 201
    assert boxed.call("POST", ITEMS, NEW_ITEM, headers=boxed.bearer("box")).json["id"] == 501


def test_a_record_that_breaks_its_schema_is_refused_and_changes_nothing(boxed: Client) -> None:
    before = item(boxed)

    put = boxed.control("PUT", f"{STATE}/action_items/{GAUGE}", {**before, "id": "x"})

    assert problem(put, 422) == "this is no record of action_items"
    assert put.json["problems"][0]["path"] == "$.id"
    assert item(boxed) == before


def test_a_record_stands_under_its_own_key_alone(boxed: Client) -> None:
    assert "the address says" in problem(
        boxed.control("PUT", f"{STATE}/action_items/other", item(boxed)), 422
    )


def test_a_removed_record_is_unknown_to_the_vendor(boxed: Client) -> None:
    removed = boxed.control("DELETE", f"{STATE}/action_items/{GAUGE}")

    assert removed.json["id"] == 219
    assert boxed.call("GET", f"{ITEMS}/{GAUGE}", headers=boxed.bearer("box")).status == 404
    problem(boxed.control("GET", f"{STATE}/action_items/{GAUGE}"), 404)


def test_what_does_not_fit_the_other_records_is_refused_and_changes_nothing(
    boxed: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(store: Store) -> None:
        if not any(each["name"] == "Look at the pump" for each in store.all("action_items")):
            raise ValueError("somebody must look at the pump")

    service = boxed.sandboxes.services["kinetic"]
    monkeypatch.setattr(service, "vendor", replace(service.vendor, check_fixture=check))
    before = item(boxed)

    renamed = boxed.control("PUT", f"{STATE}/action_items/{GAUGE}", {**before, "name": "Rest"})
    removed = boxed.control("DELETE", f"{STATE}/action_items/{GAUGE}")
    kept = boxed.control("PUT", f"{STATE}/action_items/{GAUGE}", {**before, "status": "Closed"})

    assert problem(renamed, 422) == "PUT action_items: somebody must look at the pump"
    assert problem(removed, 422) == "DELETE action_items: somebody must look at the pump"
    assert (kept.status, item(boxed)) == (200, {**before, "status": "Closed"})


def test_a_record_is_kept_and_answered_as_the_vendor_writes_it(
    boxed: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shout(store: Store) -> None:
        for each in list(store.all("action_items")):
            store.replace("action_items", {**each, "name": each["name"].upper()})

    service = boxed.sandboxes.services["kinetic"]
    monkeypatch.setattr(service, "vendor", replace(service.vendor, check_fixture=shout))

    put = boxed.control("PUT", f"{STATE}/action_items/{GAUGE}", {**item(boxed), "name": "Rest"})

    assert (put.status, put.json["name"], item(boxed)["name"]) == (200, "REST", "REST")


@pytest.mark.parametrize("path", ["/state/nobody", "/state/kinetic/nothing", "/state/kinetic/_timers"])
def test_what_is_not_there_is_404(boxed: Client, path: str) -> None:
    problem(boxed.control("GET", f"/sandboxes/box{path}"), 404)


def test_a_fresh_sandbox_has_changed_nothing(boxed: Client) -> None:
    assert boxed.control("GET", "/sandboxes/box/changes").json == {}


def test_changes_show_a_record_before_and_after(boxed: Client) -> None:
    boxed.call("PUT", f"{ITEMS}/{GAUGE}", {"name": "Edited"}, headers=boxed.bearer("box"))

    changes = boxed.control("GET", "/sandboxes/box/changes").json

    assert list(changes) == ["kinetic"]
    assert list(changes["kinetic"]) == ["action_items"]
    change = changes["kinetic"]["action_items"][GAUGE]
    assert (change["before"]["name"], change["after"]["name"]) == ("Look at the pump", "Edited")


def test_what_was_changed_back_is_no_change(boxed: Client) -> None:
    before = item(boxed)
    boxed.control("PUT", f"{STATE}/action_items/{GAUGE}", {**before, "name": "x"})
    boxed.control("PUT", f"{STATE}/action_items/{GAUGE}", before)

    assert boxed.control("GET", "/sandboxes/box/changes").json == {}


def test_statements_weaker_than_the_basis_are_listed_with_the_entries_that_relied_on_them(
    client: Client,
) -> None:
    client.new_sandbox("strict", strict_basis="documented")
    refused = client.call("GET", "/s/strict/kinetic/api/v1/nowhere", headers=client.bearer("strict"))
    lost = client.call(
        "GET", f"/s/strict/kinetic/api/v1/issues/{PUMP}/action_items/x", headers=client.bearer("strict")
    )

    listed = client.control("GET", "/sandboxes/strict/assumptions").json

    assert (refused.status, lost.status) == (404, 404)
    assert listed["strict_basis"] == "documented"
    found = {each["id"]: each for each in listed["assumptions"]}
    assert found["KIN-188"]["basis"] == "assumed"
    assert lost.entry in found["KIN-188"]["entries"]
    assert all(each["basis"] != "documented" for each in listed["assumptions"])


def test_with_the_weakest_basis_nothing_is_listed(client: Client) -> None:
    client.new_sandbox("easy", strict_basis="assumed")
    client.call("GET", f"/s/easy/kinetic/api/v1/issues/{PUMP}/action_items/x", headers=client.bearer("easy"))

    assert client.control("GET", "/sandboxes/easy/assumptions").json["assumptions"] == []


def test_an_unknown_basis_is_refused(client: Client) -> None:
    problem(client.control("POST", "/sandboxes", {"strict_basis": "guessed"}), 422)


def test_a_key_may_hold_a_slash(client: Client) -> None:
    answer = client.control("GET", "/sandboxes/default/state/kinetic/users/a%2Fb")

    assert problem(answer, 404) == "users has no record a/b"
