"""Role permissions: what each verb needs, and that a refused call changes nothing."""

from __future__ import annotations

import pytest

from tests.vendors.cmo.calls import (
    ACTION,
    ACTIONS,
    CHANGED,
    EVENTS,
    NOWHERE,
    SAMPLE,
    arrange,
    fetched,
    statuses,
)

CALLS = {
    "POST": ("POST", ACTIONS, SAMPLE),
    "GET": ("GET", ACTION, None),
    "PUT": ("PUT", ACTION, CHANGED),
    "DELETE": ("DELETE", ACTION, None),
}


def by_verb(client) -> dict[str, int]:
    """The status of each verb, the deletion last."""
    return dict(zip(["POST", "GET", "PUT", "DELETE"], statuses(client), strict=True))


@pytest.mark.statement("CMO-009", "CMO-117")
def test_who_has_no_permission_is_answered_403_by_every_verb(cmo, nothing) -> None:
    before = cmo.state()
    for verb, address, body in CALLS.values():
        answer = nothing.call(verb, address, body)
        assert answer.status == 403
        assert answer.entry["explanation"]["kind"] == "forbidden"
    assert cmo.state() == before


@pytest.mark.statement("CMO-009", "CMO-055", "CMO-080", "CMO-079", "CMO-117", "CMO-Q1", "CMO-Q2")
def test_each_permission_opens_its_own_verbs(cmo, creator, editor, remover) -> None:
    assert by_verb(creator) == {"POST": 200, "GET": 403, "PUT": 403, "DELETE": 403}
    assert by_verb(editor) == {"POST": 403, "GET": 200, "PUT": 200, "DELETE": 403}
    assert by_verb(remover) == {"POST": 403, "GET": 403, "PUT": 403, "DELETE": 200}


@pytest.mark.statement("CMO-161")
@pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
def test_a_403_has_no_body(nothing, call) -> None:
    answer = nothing.call(*call)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (403, b"", "0")


@pytest.mark.statement("CMO-010", "CMO-125", "CMO-009")
@pytest.mark.parametrize(
    ("right", "verb"),
    [
        ("allow_create_via_api", "POST"),
        ("allow_edit_via_api", "GET"),
        ("allow_edit_via_api", "PUT"),
        ("allow_delete_via_api", "DELETE"),
    ],
)
def test_two_users_of_one_role_change_together_when_the_box_is_ticked(
    cmo, nothing, creator, right, verb
) -> None:
    arrange(cmo, "users", 20601, role_ids=[5])
    assert [client.call(*CALLS[verb]).status for client in (nothing, creator)] == [403, 403]
    arrange(cmo, "roles", 5, **{right: True})
    assert nothing.call(*CALLS[verb]).status == 200
    if verb == "DELETE":
        cmo.world.store.insert(
            "actions", {**cmo.world.service.fixture().store.get("actions", ACTION.rpartition("/")[2])}
        )
        cmo.world.store.commit()
    assert creator.call(*CALLS[verb]).status == 200
    arrange(cmo, "roles", 5, **{right: False})
    assert [client.call(*CALLS[verb]).status for client in (nothing, creator)] == [403, 403]


@pytest.mark.statement("CMO-010")
def test_one_of_several_roles_is_enough_and_none_is_none(cmo, nothing) -> None:
    arrange(cmo, "users", 20604, role_ids=[5, 3, 99])
    assert nothing.get(ACTION).status == 200
    arrange(cmo, "users", 20604, role_ids=[99])
    assert nothing.get(ACTION).status == 403
    arrange(cmo, "users", 20604, role_ids=[])
    assert nothing.get(ACTION).status == 403


@pytest.mark.statement("CMO-011")
def test_a_forbidden_creation_creates_nothing(cmo, nothing) -> None:
    before = cmo.state()
    assert nothing.post(ACTIONS, SAMPLE).status == 403
    assert cmo.state() == before


@pytest.mark.statement("CMO-056")
def test_a_forbidden_update_changes_nothing(cmo, creator) -> None:
    before = fetched(cmo)
    assert creator.put(ACTION, CHANGED).status == 403
    assert fetched(cmo) == before


@pytest.mark.statement("CMO-081")
def test_a_forbidden_deletion_leaves_the_action_in_place(cmo, editor) -> None:
    assert editor.delete(ACTION).status == 403
    assert cmo.get(ACTION).status == 200


@pytest.mark.statement("CMO-165")
@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'{"orgUnitName": "Zed"}'])
def test_the_caller_and_the_permission_come_before_everything_else(anyone, nothing, cmo, body) -> None:
    for verb, address in (("POST", ACTIONS), ("PUT", ACTION), ("PUT", NOWHERE), ("POST", EVENTS)):
        assert anyone.call(verb, address, body=body).status == 401
        assert nothing.call(verb, address, body=body).status == 403
    for verb in ("GET", "DELETE"):
        assert anyone.call(verb, NOWHERE).status == 401
        assert nothing.call(verb, NOWHERE).status == 403


@pytest.mark.statement("CMO-165")
def test_a_body_that_can_be_read_comes_before_the_action_and_the_action_before_the_fields(cmo) -> None:
    assert cmo.put(NOWHERE, body=b"{").status == 400
    assert cmo.put(NOWHERE, body=b"").status == 400
    assert cmo.put(NOWHERE, {"orgUnitName": "Zed", "progress": "x"}).status == 404
    assert cmo.put(NOWHERE, []).status == 404


@pytest.mark.statement("CMO-Q1")
def test_by_the_other_reading_put_and_delete_need_the_create_right_too(cmo, editor, remover) -> None:
    cmo.settings(also_require_create=True)
    assert by_verb(editor) == {"POST": 403, "GET": 200, "PUT": 403, "DELETE": 403}
    assert by_verb(remover) == {"POST": 403, "GET": 403, "PUT": 403, "DELETE": 403}
    arrange(cmo, "users", 20602, role_ids=[2, 3])
    arrange(cmo, "users", 20603, role_ids=[2, 4])
    assert editor.put(ACTION, CHANGED).status == 200
    assert remover.delete(ACTION).status == 200


@pytest.mark.statement("CMO-Q2")
@pytest.mark.parametrize(
    ("reading", "expected"),
    [("edit", [200, 403, 200, 403, 403]), ("any_api", [200, 200, 200, 200, 403]), ("none", [200] * 5)],
)
def test_what_get_needs_by_each_reading(cmo, creator, editor, remover, nothing, reading, expected) -> None:
    cmo.settings(get_permission=reading)
    assert [client.get(ACTION).status for client in (cmo, creator, editor, remover, nothing)] == expected
