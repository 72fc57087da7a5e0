"""The printed methods and addresses of a single item, and the printed values of its status."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API

ITEMS = f"{API}/issues/2f1c7d88-9a35-4d5e-b1f0-64c2a8e03760/action_items"
OPEN = f"{ITEMS}/7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0219"


@pytest.mark.statement("KIN-310")
def test_an_item_is_deleted_at_its_own_address(kinetic) -> None:
    answer = kinetic.delete(OPEN)
    assert (answer.status, answer.entry["operation"], answer.json["id"]) == (200, "delete_action_item", 219)


@pytest.mark.statement("KIN-311")
def test_an_item_is_fetched_at_its_own_address(kinetic) -> None:
    answer = kinetic.get(OPEN)
    assert (answer.status, answer.entry["operation"], answer.json["id"]) == (200, "read_action_item", 219)


@pytest.mark.statement("KIN-312", "KIN-023")
@pytest.mark.parametrize("status", ["Open", "Closed"])
def test_an_item_is_created_with_either_status(kinetic, status) -> None:
    answer = kinetic.post(ITEMS, {"name": "x", "detail": "y", "assignee_id": 9, "status": status})
    assert (answer.status, answer.json["status"]) == (200, status)
