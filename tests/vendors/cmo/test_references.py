"""What a body names: org unit, entity, category, priority, user and custom field, by name, by id, by login."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.vendors.cmo.calls import (
    ACTION,
    ACTIONS,
    DAN,
    HAPPINESS,
    PRINTED,
    SAMPLE,
    SOME_ENTITY,
    arrange,
    changed,
    created,
    errors,
    no_id,
    no_name,
    refused,
    without,
)

JSON = {"Content-Type": "application/json"}


class Way(NamedTuple):
    """A field that names something, the value, the key of GET and what stands there."""

    field: str
    value: Any
    shown_as: str
    shown: Any


NAMES = {
    "orgUnit": Way("orgUnitName", "Albama", "orgUnit", {"id": 12480, "name": "Albama"}),
    "entity": Way("entityName", "Some Entity Name", "entity", SOME_ENTITY),
    "category": Way("actionCategoryName", "Act", "category", {"id": 2233, "name": "Act"}),
    "priority": Way(
        "actionPriorityName", "Low", "priority", {"id": "7cc13288-e9f9-46d4-bfc9-443e3ad00c9d", "name": "Low"}
    ),
    "responsibleUser": Way("responsibleUserName", "Dan Johnson", "responsibleUser", DAN),
}
IDS = {
    "orgUnit": Way("orgUnitId", 12480, *NAMES["orgUnit"][2:]),
    "entity": Way("entityId", SOME_ENTITY["id"], *NAMES["entity"][2:]),
    "category": Way("actionCategoryId", 2233, *NAMES["category"][2:]),
    "priority": Way("actionPriorityId", "7cc13288-e9f9-46d4-bfc9-443e3ad00c9d", *NAMES["priority"][2:]),
    "responsibleUser": Way("responsibleUserId", 20518, *NAMES["responsibleUser"][2:]),
}
LOGIN = Way("responsibleUserLogin", "superadmin", "responsibleUser", DAN)
PROVEN_BY_POST = {
    "orgUnit": "CMO-026", "entity": "CMO-027", "category": "CMO-028", "priority": "CMO-029",
    "responsibleUser": "CMO-116",
}  # fmt: skip


def marked(ways: dict[str, Way], *statements: str) -> Any:
    return [
        pytest.param(way, id=name, marks=pytest.mark.statement(*statements, PROVEN_BY_POST[name]))
        for name, way in ways.items()
    ]


@pytest.mark.parametrize("way", [*marked(IDS)])
def test_an_id_may_stand_in_the_place_of_a_name(cmo, way) -> None:
    name = NAMES[way.shown_as]
    by_name = created(cmo, without(name.field) | {name.field: name.value})
    by_id = created(cmo, without(name.field) | {way.field: way.value})
    assert by_id[way.shown_as] == by_name[way.shown_as] == way.shown


@pytest.mark.statement("CMO-032")
def test_a_login_may_stand_in_the_place_of_a_users_name(cmo) -> None:
    action = created(cmo, without("responsibleUserName") | {"responsibleUserLogin": "tomas.edits"})
    assert action["responsibleUser"]["loginName"] == "tomas.edits"
    assert action["responsibleUser"]["id"] == 20602


@pytest.mark.statement("CMO-030", "CMO-115", "CMO-Q12")
def test_a_custom_field_may_be_named_by_its_id(cmo) -> None:
    sent = [{"customFieldId": 3590, "value": "very high score"}]
    assert created(cmo, customFields=sent)["customFields"] == created(cmo)["customFields"]
    assert changed(cmo, {"customFields": sent})["customFields"] == [{**HAPPINESS, "value": "very high score"}]


@pytest.mark.statement("CMO-033")
def test_names_and_ids_may_be_mixed(cmo) -> None:
    action = created(cmo, without("orgUnitName") | {"orgUnitId": 12480, "entityName": "Head Office"})
    assert (action["orgUnit"]["id"], action["entity"]["name"]) == (12480, "Head Office")


@pytest.mark.statement("CMO-115", "CMO-059", "CMO-057")
@pytest.mark.parametrize("way", [*IDS.values(), *NAMES.values(), LOGIN], ids=lambda way: way.field)
def test_an_update_takes_each_way_too(cmo, way) -> None:
    assert changed(cmo, {way.field: way.value})[way.shown_as] == way.shown


@pytest.mark.statement("CMO-052", "CMO-063")
@pytest.mark.parametrize("verb", ["POST", "PUT"])
@pytest.mark.parametrize("way", [*NAMES.values(), LOGIN], ids=lambda way: way.field)
def test_a_name_that_names_nothing_is_refused_under_its_field(cmo, verb, way) -> None:
    before = cmo.state()
    answer = cmo.call(verb, ACTIONS if verb == "POST" else ACTION, {**SAMPLE, way.field: "Zed"})
    refused(cmo, answer, errors(**{way.field[0].upper() + way.field[1:]: no_name("Zed")}))
    assert cmo.state() == before


@pytest.mark.statement("CMO-172")
def test_an_unknown_login_is_refused_in_the_words_for_a_name(cmo) -> None:
    answer = cmo.post(ACTIONS, {"responsibleUserLogin": "nobody"})
    refused(cmo, answer, errors(ResponsibleUserLogin=no_name("nobody")))


@pytest.mark.statement("CMO-052")
def test_a_custom_field_that_names_nothing_is_refused_under_its_name(cmo) -> None:
    answer = cmo.post(ACTIONS, {**SAMPLE, "customFields": [{"customFieldName": "sadness", "value": "low"}]})
    refused(cmo, answer, errors(CustomFieldName=no_name("sadness")))


UNKNOWN = {
    "orgUnitId": 1,
    "entityId": "0656ef56-f3e2-418b-9f47-000000000000",
    "actionCategoryId": -5,
    "actionPriorityId": "0656ef56-f3e2-418b-9f47-1de3c889dd6f",  # an entity's
    "responsibleUserId": 9_007_199_254_740_993,
}


@pytest.mark.statement("CMO-Q15", "CMO-063")
@pytest.mark.parametrize("verb", ["POST", "PUT"])
@pytest.mark.parametrize(("field", "value"), UNKNOWN.items(), ids=list(UNKNOWN))
def test_an_id_that_names_nothing_is_refused_in_the_same_shape(cmo, verb, field, value) -> None:
    before = cmo.state()
    answer = cmo.call(verb, ACTIONS if verb == "POST" else ACTION, {field: value})
    refused(cmo, answer, errors(**{field[0].upper() + field[1:]: no_id(value)}))
    assert cmo.state() == before


@pytest.mark.statement("CMO-Q15")
def test_a_custom_field_id_that_names_nothing_is_refused_too(cmo) -> None:
    answer = cmo.post(ACTIONS, {"customFields": [{"customFieldId": 1, "value": "x"}]})
    refused(cmo, answer, errors(CustomFieldId=no_id(1)))


@pytest.mark.statement("CMO-Q13", "CMO-168")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("orgUnitId", "12480"),
        ("orgUnitId", 1.5),
        ("orgUnitId", True),
        ("actionCategoryId", SOME_ENTITY["id"]),
        ("responsibleUserId", "20518"),
        ("entityId", 5),
        ("entityId", "Some Entity Name"),
        ("entityId", f"{{{SOME_ENTITY['id']}}}"),
        ("entityId", SOME_ENTITY["id"] + "\n"),
        ("actionPriorityId", []),
        ("orgUnitName", 12480),
        ("responsibleUserLogin", {"login": "superadmin"}),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(cmo, field, value) -> None:
    answer = cmo.post(ACTIONS, {**SAMPLE, field: value})
    refused(cmo, answer, errors(**{field[0].upper() + field[1:]: "The value is not valid."}))


@pytest.mark.statement("CMO-183")
def test_a_guid_is_taken_in_any_case(cmo) -> None:
    assert created(cmo, {"entityId": SOME_ENTITY["id"].upper()})["entity"] == SOME_ENTITY


@pytest.mark.statement("CMO-169")
@pytest.mark.parametrize("name", ["albama", " Albama", "Albama ", "ALBAMA"])
def test_names_are_compared_exactly(cmo, name) -> None:
    refused(cmo, cmo.post(ACTIONS, {"orgUnitName": name}), errors(OrgUnitName=no_name(name)))
    refused(
        cmo,
        cmo.post(ACTIONS, {"responsibleUserLogin": "SuperAdmin"}),
        errors(ResponsibleUserLogin=no_name("SuperAdmin")),
    )


@pytest.mark.statement("CMO-170")
def test_a_name_that_two_have_names_neither(cmo) -> None:
    arrange(cmo, "users", 20601, firstName="Dan", lastName="Johnson")
    answer = cmo.post(ACTIONS, SAMPLE)
    refused(cmo, answer, errors(ResponsibleUserName=no_name("Dan Johnson")))
    [problem] = answer.entry["explanation"]["problems"]
    assert problem["expected"] == "a name that only one has"
    assert created(cmo, without("responsibleUserName") | {"responsibleUserId": 20601})


@pytest.mark.statement("CMO-Q14")
@pytest.mark.parametrize(
    ("sent", "key", "id"),
    [
        ({"orgUnitName": "Albama", "orgUnitId": 12481}, "orgUnit", 12481),
        ({"orgUnitId": 12481, "orgUnitName": "Nobody knows it"}, "orgUnit", 12481),
        ({"actionCategoryName": "Act", "actionCategoryId": 2235}, "category", 2235),
    ],
)
def test_where_name_and_id_disagree_the_id_counts_and_the_journal_says_so(cmo, sent, key, id) -> None:
    answer = cmo.post(ACTIONS, sent)
    assert "CMO-Q14" in answer.statements
    assert cmo.get(f"{ACTIONS}/{answer.json}").json[key]["id"] == id


@pytest.mark.statement("CMO-Q14")
def test_where_name_and_id_agree_the_journal_says_nothing_of_it(cmo) -> None:
    assert "CMO-Q14" not in cmo.post(ACTIONS, {"orgUnitName": "Albama", "orgUnitId": 12480}).statements


@pytest.mark.statement("CMO-173")
def test_of_id_login_and_name_of_a_user_the_id_counts_then_the_login(cmo) -> None:
    three = {
        "responsibleUserName": "Dan Johnson",
        "responsibleUserLogin": "tomas.edits",
        "responsibleUserId": 20603,
    }
    assert created(cmo, three)["responsibleUser"]["id"] == 20603
    del three["responsibleUserId"]
    assert created(cmo, three)["responsibleUser"]["id"] == 20602
    assert created(cmo, {**three, "responsibleUserLogin": None})["responsibleUser"] == DAN


@pytest.mark.statement("CMO-174")
def test_what_has_been_removed_is_printed_as_null(cmo) -> None:
    action = created(cmo)
    for collection, key in (("org_units", 12481), ("custom_fields", 3590)):
        cmo.world.store.delete(collection, key)
    cmo.world.store.commit()
    after = cmo.get(f"{ACTIONS}/{action['id']}").json
    assert after["orgUnit"] is None
    assert after["customFields"] == [
        {
            "customFieldID": 3590,
            "customFieldName": None,
            "customFieldTypeName": None,
            "value": "very high score",
        }
    ]


@pytest.mark.statement("CMO-053")
def test_of_very_many_custom_fields_that_there_are_not_the_first_hundred_are_told(cmo) -> None:
    """Thirty thousand would take seconds, in which nobody else is answered."""
    given = [{"customFieldName": str(number)} for number in range(10_000, 43_000)]
    before = cmo.state()
    answer = cmo.put(ACTION, {"customFields": given})
    assert answer.status == 400
    assert len(answer.entry["explanation"]["problems"]) == 100
    assert sum(len(each["messages"]) for each in answer.json["errors"]) == 100
    assert cmo.state() == before


@pytest.mark.parametrize(
    ("body", "cited"),
    [
        ({"responsibleUserLogin": "nobody"}, "CMO-172"),
        ({"entityName": "head office"}, "CMO-169"),
        ({"ORGUNITNAME": "North America Operations"}, "CMO-175"),
        ({"responsibleUserLogin": "superadmin", "responsibleUserName": "Dan Johnson"}, "CMO-173"),
        ({"status": 1}, "CMO-Q9"),
        ({"customFields": []}, "CMO-180"),
    ],
)
def test_an_answer_cites_what_was_only_assumed_for_it(cmo, body, cited) -> None:
    assert cited not in cmo.put(ACTION, {"actionText": "Nothing of it"}, headers=JSON).statements
    assert cited in cmo.put(ACTION, body, headers=JSON).statements


@pytest.mark.statement("CMO-184", "CMO-183")
def test_another_content_type_and_another_case_of_an_id_are_taken_and_cited(cmo) -> None:
    assert "CMO-184" in cmo.put(ACTION, {}).statements
    assert "CMO-184" not in cmo.put(ACTION, {}, headers=JSON).statements
    assert "CMO-183" in cmo.get(f"{ACTIONS}/{PRINTED.upper()}").statements
    assert "CMO-183" not in cmo.get(ACTION).statements


@pytest.mark.parametrize(
    ("body", "statement"),
    [
        ({"actionValue": "1"}, "CMO-021"),
        ({"actionText": 1}, "CMO-018"),
        ({"orgUnitName": 5}, "CMO-113"),
        ({"customFields": {}}, "CMO-025"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_what_is_said_of_its_field(cmo, body, statement) -> None:
    [problem] = cmo.put(ACTION, body).entry["explanation"]["problems"]
    assert problem["statements"] == [statement]
