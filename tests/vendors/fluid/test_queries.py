"""The query parameters fields, expand and version, on every verb and in every spelling."""

from __future__ import annotations

import pytest

from tests.vendors.fluid.calls import (
    ACTION,
    BULK_EDIT,
    INVALID,
    PUMP,
    USER_KEYS,
    body,
    create,
    fields,
    post,
    state,
)

EXPANDED = ["methods", "customProperties", "attachments", "chat"]


def expanded(client, query: str) -> list[str]:
    """The keys that a query adds to an action."""
    answer = client.get(PUMP, query=query)
    assert answer.status == 200, answer.entry["explanation"]
    return [name for name in answer.json if name in EXPANDED]


@pytest.mark.statement("FLU-029", "FLU-033", "FLU-041")
def test_no_query_is_needed(fluid) -> None:
    assert post(fluid).status == 200
    assert fluid.get(PUMP).json == fluid.get(PUMP, query="version=3.0").json


@pytest.mark.statement("FLU-030")
@pytest.mark.parametrize(
    "query", ["fields=title,status", "fields=title%2Cstatus", "fields=%20title%20,,status,"]
)
def test_fields_names_what_is_answered(fluid, query) -> None:
    assert create(fluid, query)["fields"] == {"title": "Sample Title", "status": "Not Started"}


@pytest.mark.statement("FLU-030")
def test_every_field_can_be_asked_for_alone(fluid) -> None:
    everything = {**fields(fluid.get(PUMP)), **fields(fluid.get(PUMP, query="fields=" + ",".join(USER_KEYS)))}
    for name, value in everything.items():
        assert fields(fluid.get(PUMP, query=f"fields={name}")) == {name: value}


@pytest.mark.statement("FLU-198", "FLU-048")
@pytest.mark.parametrize("names", ["colour", "title,colour", "all,title", "fields", "id"])
def test_a_field_that_no_action_has_is_refused(fluid, names) -> None:
    before = state(fluid)
    for answer in (post(fluid, f"fields={names}"), fluid.delete(PUMP, query=f"fields={names}")):
        assert (answer.status, answer.json) == (422, INVALID)
    assert state(fluid) == before


@pytest.mark.statement("FLU-034")
@pytest.mark.parametrize("query", ["expand=none", "expand=none,all", "expand=", ""])
def test_none_shows_nothing_but_the_fields(fluid, query) -> None:
    assert list(fluid.get(PUMP, query=query).json) == ["fields", "id", "guid", "url"]


@pytest.mark.statement("FLU-035")
def test_all_shows_everything(fluid) -> None:
    assert expanded(fluid, "expand=all") == EXPANDED
    made = create(fluid, "expand=all")
    assert [made[name] for name in EXPANDED[1:]] == [[], [], []]


@pytest.mark.statement("FLU-036", "FLU-037", "FLU-038", "FLU-Q13")
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("method", ["methods"]),
        ("attachment", ["attachments"]),
        ("chat", ["chat"]),
        ("customAll", ["customProperties"]),
        ("customReportable", ["customProperties"]),
        ("customReadOnly", ["customProperties"]),
        ("related", []),
        ("subtask", []),
        ("state", []),
    ],
)
def test_each_value_of_expand_shows_its_own(fluid, value, shown) -> None:
    assert expanded(fluid, f"expand={value}") == shown


@pytest.mark.statement("FLU-199")
def test_several_values_of_expand_stand_between_commas(fluid) -> None:
    assert expanded(fluid, "expand=chat,%20method,state") == ["methods", "chat"]
    assert expanded(fluid, "expand=%20,,chat%20,,%20method%20,") == ["methods", "chat"]


@pytest.mark.statement("FLU-199")
@pytest.mark.parametrize("query", ["expand=%0B", "expand=%09chat", "expand=chat%0A", "expand=chat%20method"])
def test_nothing_but_spaces_and_commas_stands_between_values_of_expand(fluid, query) -> None:
    answer = fluid.get(PUMP, query=query)
    assert (answer.status, answer.json) == (422, INVALID)


@pytest.mark.statement("FLU-039")
@pytest.mark.parametrize(
    "value",
    ["none", "all", "method", "related", "chat", "customAll", "customReportable", "customReadOnly", "subtask",
     "attachment", "state"],
)  # fmt: skip
def test_every_listed_value_of_expand_is_taken_by_every_verb(fluid, value) -> None:
    made = post(fluid, f"expand={value}")
    action = f"{ACTION}/{made.json['id']}"
    answers = [
        made,
        fluid.get(action, query=f"expand={value}"),
        fluid.put(action, body(), query=f"expand={value}"),
    ]
    answers.append(fluid.delete(action, query=f"expand={value}"))
    assert [each.status for each in answers] == [200] * 4


@pytest.mark.statement("FLU-128", "FLU-048")
@pytest.mark.parametrize("value", ["everything", "method,everything", "*", "methods"])
def test_another_value_of_expand_is_refused(fluid, value) -> None:
    answer = fluid.get(PUMP, query=f"expand={value}")
    assert (answer.status, answer.json) == (422, INVALID)


@pytest.mark.statement("FLU-132")
@pytest.mark.parametrize("version", ["3.0", "3.1-preview", "3.0-preview.1", "1.0", ""])
def test_a_version_of_the_published_form_is_taken(fluid, version) -> None:
    assert post(fluid, f"version={version}").status == 200


@pytest.mark.statement("FLU-Q15", "FLU-048")
@pytest.mark.parametrize("version", ["3", "latest", "3.0-", "v3.0", "3.0-preview.", "3.x", " "])
def test_another_version_is_refused_unless_the_setting_accepts_it(fluid, version) -> None:
    assert fluid.get(PUMP, query=f"version={version}").status == 422
    fluid.settings(unknown_version="accept")
    assert fluid.get(PUMP, query=f"version={version}").status == 200


@pytest.mark.statement("FLU-100", "FLU-142", "FLU-207")
@pytest.mark.parametrize(
    "query", ["fields=All&expand=All", "FIELDS=ALL&Expand=aLL", "Fields=all&$EXPAND=ALL"]
)
def test_names_and_words_are_taken_in_any_case_on_every_verb(fluid, query) -> None:
    usual = "fields=all&expand=all"
    made = post(fluid, query, principalGuid=BULK_EDIT)
    action = f"{ACTION}/{made.json['id']}"
    assert list(made.json) == ["fields", "id", *EXPANDED, "guid", "url"]
    assert fluid.get(action, query=query).json == fluid.get(action, query=usual).json
    assert list(fluid.put(action, body(), query=query).json) == list(made.json)
    assert list(fluid.delete(action, query=query).json) == list(made.json)
    assert fluid.get(PUMP, query="fields=TITLE,Status").json["fields"].keys() == {"title", "status"}


@pytest.mark.statement("FLU-011", "FLU-Q2")
def test_the_printed_form_with_a_slash_and_a_dollar_works(fluid) -> None:
    answer = fluid.post(f"{ACTION}/", body(), query="fields=title&$expand=method&version=3.0")
    assert answer.status == 200
    assert list(answer.json) == ["fields", "id", "methods", "guid", "url"]
    assert "FLU-Q2" in answer.statements


@pytest.mark.statement("FLU-Q2")
@pytest.mark.parametrize(("setting", "plain", "dollar"), [("both", 1, 1), ("plain", 1, 0), ("dollar", 0, 1)])
def test_a_setting_says_which_name_of_expand_is_taken(fluid, setting, plain, dollar) -> None:
    fluid.settings(expand_parameter=setting)
    assert len(expanded(fluid, "expand=method")) == plain
    assert len(expanded(fluid, "$expand=method")) == dollar


def test_a_parameter_that_is_not_known_is_ignored(fluid) -> None:
    assert fluid.get(PUMP, query="colour=red&$select=title").json == fluid.get(PUMP).json
