"""The contradictions of the document: for each the reading that is taken, and the other one that a setting selects."""

from __future__ import annotations

import dataclasses

import pytest

from simulator.vendors.fluid.rules import Settings
from tests.vendors.fluid.calls import (
    BOARD_KEYS,
    BULK_EDIT,
    DANA,
    HARBOUR,
    INVALID,
    NOBODY,
    QUAYS,
    USER_KEYS,
    create,
    post,
    state,
)


def test_every_contradiction_with_a_second_reading_has_a_setting(service) -> None:
    """Broken JSON is never repaired, both hosts are one API, a date and the challenge have one form."""
    cited = {field.metadata["statement"] for field in dataclasses.fields(Settings)}
    contradictions = {id for id in service.ledger if id.startswith("FLU-Q")}
    assert len(contradictions) == 18
    assert contradictions - cited == {"FLU-Q3", "FLU-Q14", "FLU-Q16", "FLU-Q17"}


def test_every_setting_says_what_it_switches() -> None:
    fields = {field.name: field.metadata for field in dataclasses.fields(Settings)}
    assert [
        name for name, metadata in fields.items() if not (metadata["meaning"] and metadata["statement"])
    ] == []


@pytest.mark.statement("FLU-Q1")
def test_a_principal_is_optional_unless_the_setting_requires_it(fluid) -> None:
    assert post(fluid).status == 200
    fluid.settings(principal_guid="required")
    before = state(fluid)
    assert (post(fluid).status, post(fluid).json) == (422, INVALID)
    assert state(fluid) == before
    assert create(fluid, principalGuid=DANA["guid"])["fields"]["principalGuid"] == DANA["guid"]


@pytest.mark.statement("FLU-Q6")
def test_with_one_table_all_actions_have_the_codes_of_a_board_s(fluid) -> None:
    fluid.settings(status_codes="one_table")
    assert create(fluid)["fields"]["statusCode"] == 1
    assert create(fluid, principalGuid=BULK_EDIT)["fields"]["statusCode"] == 1


@pytest.mark.statement("FLU-Q7")
def test_by_query_the_set_of_fields_depends_on_the_query_alone(fluid) -> None:
    fluid.settings(field_set="by_query")
    for more in ({}, {"principalGuid": BULK_EDIT}):
        assert list(create(fluid, **more)["fields"]) == USER_KEYS
        assert list(create(fluid, "fields=all", **more)["fields"]) == BOARD_KEYS
    assert create(fluid, "fields=all")["fields"]["boardGuid"] is None


@pytest.mark.statement("FLU-Q8")
def test_hidden_the_sub_board_is_shown_only_by_its_name(fluid) -> None:
    fluid.settings(parent_guid="hidden")
    sent = {"principalGuid": HARBOUR, "parentGuid": QUAYS}
    assert "parentGuid" not in create(fluid, "fields=all", **sent)["fields"]
    assert create(fluid, "fields=parentGuid", **sent)["fields"] == {"parentGuid": QUAYS}


@pytest.mark.statement("FLU-Q9")
def test_hexadecimal_a_guid_must_look_like_one(fluid) -> None:
    assert post(fluid, principalGuid=HARBOUR).status == 200
    fluid.settings(guids="hexadecimal")
    answers = [post(fluid, principalGuid=HARBOUR), post(fluid, principalGuid=BULK_EDIT, parentGuid=QUAYS)]
    assert [each.entry["explanation"]["problems"][0]["rule"] for each in answers] == ["guid", "guid"]
    assert (post(fluid, principalGuid=BULK_EDIT).status, post(fluid, principalGuid=NOBODY).status) == (
        200,
        422,
    )


@pytest.mark.statement("FLU-Q10")
def test_real_the_board_id_is_the_board_s_number(fluid) -> None:
    assert create(fluid, principalGuid=HARBOUR)["fields"]["boardId"] == 0
    fluid.settings(board_id="real")
    assert create(fluid, principalGuid=HARBOUR)["fields"]["boardId"] == 710
