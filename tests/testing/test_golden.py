"""What a failed assertion says, word for word: twelve ways to fail, each beside a text in `golden/`.

SIMULATOR_WRITE_GOLDEN=1 writes the texts anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator.testing import Sandbox, VendorHandle
from tests.testing.application import ITEMS, NEW_ITEM, Application, call

GOLDEN = Path(__file__).with_name("golden")
NOW = "2026-01-31T09:00:00Z"

Case = Callable[[VendorHandle, Application], object]


def wrong_type(kinetic: VendorHandle, app: Application) -> None:
    app.create(assignee_id=9)
    kinetic.assert_called("create_action_item", json_contains={"assignee_id": "9"})


def missing_field(kinetic: VendorHandle, app: Application) -> None:
    call("POST", kinetic.url + ITEMS, {"name": "Close valve", "assignee_id": 9}, app.token)
    kinetic.assert_called("create_action_item", json_contains={"detail": "The one at gate 4."})


def extra_field(kinetic: VendorHandle, app: Application) -> None:
    app.create(status="Open")
    kinetic.assert_called("create_action_item", json=NEW_ITEM)


def nested_field(kinetic: VendorHandle, app: Application) -> None:
    login = {"user_login": {"email": "ada.okafor@example.org", "password": "not-a-secret-71"}}
    call("POST", f"{kinetic.url}/api/v1/sessions", login)
    kinetic.assert_called("create_session", json_contains={"user_login": {"email": "ada.okafor@example.com"}})


def list_item(kinetic: VendorHandle, app: Application) -> None:
    issue = {"name": "Leak at gate 4", "tag_list": ["gate", "leek"]}
    call("POST", f"{kinetic.url}/api/v1/issues", issue, app.token)
    kinetic.assert_called("create_issue", json_contains={"tag_list": ["gate", "leak"]})


def query_parameter(kinetic: VendorHandle, app: Application) -> None:
    app.list("?status=Open")
    kinetic.assert_called("list_action_items", query={"status": "Closed"})


def request_header(kinetic: VendorHandle, app: Application) -> None:
    app.list(X_Trace="17")
    kinetic.assert_called("list_action_items", headers={"X-Trace": "18", "Authorization": "Bearer no-token"})


def request_path(kinetic: VendorHandle, app: Application) -> None:
    app.list()
    kinetic.assert_called("list_action_items", path="/api/v1/issues/376/action_items")


def answer_status(kinetic: VendorHandle, app: Application) -> None:
    app.token = "no-token"
    app.create()
    kinetic.assert_called("create_action_item", status=200)


def number_of_calls(kinetic: VendorHandle, app: Application) -> None:
    for name in ("Close valve", "Open valve", "Close valve"):
        app.create(name=name)
    kinetic.assert_called("create_action_item", json_contains={"name": "Close valve"}, times=1)


def order_of_calls(kinetic: VendorHandle, app: Application) -> None:
    app.create()
    app.list()
    kinetic.assert_order("list_action_items", "create_action_item", "delete_action_item")


def zero_calls(kinetic: VendorHandle, app: Application) -> None:
    # The application lost its sandbox on the way.
    Application(f"{kinetic.sandbox.server.url}/kinetic", "no-token").create()
    kinetic.assert_called("create_action_item")


CASES = [
    wrong_type,
    missing_field,
    extra_field,
    nested_field,
    list_item,
    query_parameter,
    request_header,
    request_path,
    answer_status,
    number_of_calls,
    order_of_calls,
    pytest.param(zero_calls, marks=pytest.mark.simulator(strict=False)),
]


@pytest.mark.simulator(now=NOW, clock="frozen")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_a_failed_assertion_says_what_is_wrong_and_where(
    simulator: Sandbox, app: Application, case: Case
) -> None:
    with pytest.raises(AssertionError) as failure:
        case(simulator.kinetic, app)

    said = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8090", str(failure.value)) + "\n"
    # The default sandbox is one for the whole run.
    said = re.sub(r"(reached the default sandbox instead.*\n  )\d+:", r"\g<1>1:", said)
    file = GOLDEN / f"{case.__name__}.txt"
    if os.environ.get("SIMULATOR_WRITE_GOLDEN"):
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def test_every_golden_text_has_its_case() -> None:
    named = {path.stem for path in GOLDEN.iterdir()}

    assert named <= globals().keys()
    assert len(named) == len(CASES) == 12


def test_no_golden_text_holds_a_secret() -> None:
    for path in GOLDEN.iterdir():
        assert "not-a-secret" not in path.read_text(encoding="utf-8"), path.name
