"""dirty-equals in an assertion: a matcher may stand wherever a value may, and equals nothing that is not there."""

from __future__ import annotations

import pytest
from dirty_equals import AnyThing, IsInt, IsPartialDict, IsStr, IsTrueLike

from simulator.testing import Sandbox
from tests.testing.application import Application


def test_a_matcher_may_stand_for_a_value_an_object_or_a_status(simulator: Sandbox, app: Application) -> None:
    app.create()
    app.list("?status=Open")

    kinetic = simulator.kinetic
    kinetic.assert_called(
        "create_action_item", json_contains={"name": IsStr(regex="Close .*"), "assignee_id": IsInt}
    )
    kinetic.assert_called("create_action_item", json=IsPartialDict(name="Close valve"))
    kinetic.assert_called("create_action_item", status=IsInt(lt=300), path=IsStr(regex=".*/action_items"))
    kinetic.assert_called("list_action_items", query={"status": IsStr(min_length=2)})


def test_a_matcher_that_does_not_match_is_printed_as_itself(simulator: Sandbox, app: Application) -> None:
    app.create()

    with pytest.raises(
        AssertionError, match=r"expected: IsStr\(regex='Open .\*'\)\n    got:      \"Close valve\""
    ):
        simulator.kinetic.assert_called("create_action_item", json_contains={"name": IsStr(regex="Open .*")})


def test_a_field_that_is_missing_equals_no_matcher(simulator: Sandbox, app: Application) -> None:
    app.create()

    with pytest.raises(AssertionError, match="got:      nothing"):
        simulator.kinetic.assert_called("create_action_item", json_contains={"status": AnyThing})


def test_a_matcher_may_take_true_for_what_it_likes(simulator: Sandbox, app: Application) -> None:
    app.create(note=True)

    simulator.kinetic.assert_called("create_action_item", json_contains={"note": IsTrueLike})
    with pytest.raises(AssertionError):
        simulator.kinetic.assert_called("create_action_item", json_contains={"note": 1})
