"""DELETE /api/actions/{action-id}."""

from __future__ import annotations

import pytest

from tests.vendors.cmo.calls import ACTION, ACTIONS, PRINTED, arrange, created, refused

BY_EVENT_WORKFLOW = {"message": "You cannot delete Actions created by Event Workflow"}


@pytest.mark.statement("CMO-082", "CMO-110", "CMO-111", "CMO-Q17")
def test_a_deletion_answers_200_with_nothing_and_the_action_is_gone(cmo) -> None:
    answer = cmo.delete(ACTION)
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")
    assert "content-type" not in answer.headers
    assert cmo.get(ACTION).status == 404
    assert cmo.delete(ACTION).status == 404


@pytest.mark.statement("CMO-110")
def test_other_actions_stay(cmo) -> None:
    id = created(cmo)["id"]
    cmo.delete(ACTION)
    assert cmo.get(f"{ACTIONS}/{id}").status == 200


@pytest.mark.statement("CMO-083", "CMO-084", "CMO-126")
def test_an_action_of_an_event_workflow_cannot_be_deleted(cmo) -> None:
    arrange(cmo, "actions", PRINTED, createdByEventWorkflow=True)
    before = cmo.state()
    answer = cmo.delete(ACTION)
    refused(cmo, answer, BY_EVENT_WORKFLOW)
    assert answer.body == b'{"message":"You cannot delete Actions created by Event Workflow"}'
    assert cmo.state() == before


@pytest.mark.statement("CMO-086")
def test_the_restriction_has_nothing_to_do_with_permissions(cmo, nothing, remover) -> None:
    arrange(cmo, "actions", PRINTED, createdByEventWorkflow=True)
    assert nothing.delete(ACTION).status == 403
    refused(remover, remover.delete(ACTION), BY_EVENT_WORKFLOW)
    assert cmo.put(ACTION, {"progress": 5}).status == 200


@pytest.mark.statement("CMO-083")
def test_an_action_created_here_is_of_no_event_workflow(cmo) -> None:
    id = created(cmo, createdByEventWorkflow=True)["id"]
    assert cmo.delete(f"{ACTIONS}/{id}").status == 200


def test_a_body_is_not_looked_at(cmo) -> None:
    assert cmo.delete(ACTION, body=b"{").status == 200
