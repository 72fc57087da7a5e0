"""What expand shows: methods, custom properties, attachments and chat messages, and what may be written of them."""

from __future__ import annotations

import pytest

from tests.vendors.fluid.calls import (
    ACTION,
    BOARD,
    BULK_EDIT,
    DANA,
    HARBOUR,
    INVALID,
    PROJECT,
    PUMP,
    PUMP_GUID,
    PUMP_SHEET,
    body,
    create,
    path_of,
    state,
)

PROPERTY = {
    "guid", "dataType", "isAdminLocked", "isCatalogType", "isMultiple", "isSubType", "key", "required", "reportable",
    "readOnly", "value",
}  # fmt: skip
KEYS = ["team", "labels", "origin", "goLive", "effort", "blocked"]


def with_values(*values, **fields):
    """A body for the first board with custom properties."""
    return {**body(principalGuid=BULK_EDIT, **fields), "customProperties": list(values)}


def values(client, kind: str = "customAll", path: str = PUMP) -> dict:
    """The custom properties of an action that a value of expand shows: values by key."""
    answer = client.get(path, query=f"expand={kind}")
    return {each["key"]: each["value"] for each in answer.json["customProperties"]}


# --- methods ---------------------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-077", "FLU-078", "FLU-079", "FLU-123")
def test_the_methods_are_the_three_that_are_printed(fluid) -> None:
    made = create(fluid, "expand=method", principalGuid=BULK_EDIT)
    url = f"http://localhost/rest/api/action/{made['id']}"
    assert made["methods"] == [
        {"type": "PermaLink", "httpMethod": "GET", "url": f"http://localhost/Action/EditFull/{made['guid']}"},
        {
            "type": "Update",
            "httpMethod": "PUT",
            "url": url,
            "description": "Update Action",
            "payload": {
                "fields": {"description": "<Description>", "title": "<Title>"},
                "customProperties": [],
            },
        },
        {"type": "Delete", "httpMethod": "DELETE", "url": url},
    ]


@pytest.mark.statement("FLU-221")
def test_who_may_not_change_an_action_is_shown_only_its_link(kofi) -> None:
    assert [each["type"] for each in kofi.get(PUMP, query="expand=method").json["methods"]] == ["PermaLink"]


@pytest.mark.statement("FLU-202", "FLU-077")
def test_the_pages_show_a_title_to_whoever_may_see_it(kofi, ruth, anyone) -> None:
    pages = [f"/Action/EditFull/{PUMP_GUID}", "/Action/EditFull/4206", f"/Process/Board/{BULK_EDIT}"]
    for path in pages:
        answer = kofi.get(path)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/html")
        assert b"<h1>" in answer.body
        assert (ruth.get(path).status, anyone.get(path).status) == (404, 401)
    assert b"Replace the pump" in kofi.get(pages[0]).body


@pytest.mark.statement("FLU-202")
def test_a_title_is_no_html_on_a_page(fluid) -> None:
    made = create(fluid, title="<script>alert(1)</script>")
    assert b"<script>" not in fluid.get(f"/Action/EditFull/{made['guid']}").body


# --- custom properties -----------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-086", "FLU-121")
def test_a_custom_property_has_exactly_eleven_keys_of_which_two_name_it(fluid) -> None:
    shown = fluid.get(PUMP, query="expand=customAll").json["customProperties"]
    assert [set(each) for each in shown] == [PROPERTY] * 6
    assert [each["key"] for each in shown] == KEYS
    assert len({each["guid"] for each in shown}) == 6
    for each in shown[:1]:
        for name in ("key", "guid"):
            given = {name: each[name].upper() if name == "guid" else each[name], "value": f"by {name}"}
            assert fluid.put(PUMP, {**body(), "customProperties": [given]}).status == 200
            assert values(fluid)["team"] == f"by {name}"


@pytest.mark.statement("FLU-089")
def test_expand_lists_the_properties_of_the_kind_that_is_asked_for(fluid) -> None:
    assert list(values(fluid)) == KEYS
    assert list(values(fluid, "customReportable")) == ["team", "origin"]
    assert list(values(fluid, "customReadOnly")) == ["origin"]
    assert list(values(fluid, "customReadOnly,customReportable")) == ["team", "origin"]


@pytest.mark.statement("FLU-090")
def test_a_multiple_property_holds_several_values(fluid) -> None:
    made = fluid.post(
        ACTION, with_values({"key": "labels", "value": ["dry", "late"]}), query="expand=customAll"
    ).json
    assert [each["value"] for each in made["customProperties"] if each["isMultiple"]] == [["dry", "late"]]
    fluid.put(path_of(made["url"]), with_values({"key": "labels", "value": "one"}))
    assert values(fluid, path=path_of(made["url"]))["labels"] == ["one"]


@pytest.mark.statement("FLU-122")
@pytest.mark.parametrize(
    ("key", "data_type", "value"),
    [
        ("team", "string", "North"),
        ("effort", "integer", 5),
        ("blocked", "boolean", True),
        ("goLive", "datetime", "2024-03-01"),
    ],
)
def test_a_value_is_of_the_property_s_type(fluid, key, data_type, value) -> None:
    made = fluid.post(ACTION, with_values({"key": key, "value": value}), query="expand=customAll").json
    [shown] = [each for each in made["customProperties"] if each["key"] == key]
    assert (shown["dataType"], shown["value"]) == (data_type, value)


@pytest.mark.statement("FLU-203")
@pytest.mark.parametrize(
    "given",
    [
        {"key": "colour", "value": "red"},
        {"guid": "c1d20000-7a51-4e0b-9c36-5f80e2b40007", "value": "of the project"},
        {"key": "team", "value": 5},
        {"key": "team", "value": ["North"]},
        {"key": "labels", "value": [1]},
        {"key": "effort", "value": "5"},
        {"key": "effort", "value": 5.5},
        {"key": "effort", "value": True},
        {"key": "blocked", "value": "no"},
        {"key": "goLive", "value": "soon"},
        {"key": "team", "value": {"a": 1}},
        {"value": "nobody's"},
        {"key": "blocked", "value": 0},
        {"key": "team", "guid": "c1d20000-7a51-4e0b-9c36-5f80e2b40002", "value": "South"},
    ],
)
def test_a_value_of_another_type_or_of_no_property_is_refused(fluid, given) -> None:
    before = state(fluid)
    answers = [
        fluid.post(ACTION, with_values(given)),
        fluid.put(PUMP, {**body(), "customProperties": [given]}),
    ]
    assert [(each.status, each.json) for each in answers] == [(422, INVALID)] * 2
    assert state(fluid) == before


@pytest.mark.statement("FLU-087")
def test_a_required_property_needs_a_value(fluid) -> None:
    before = state(fluid)
    assert fluid.post(ACTION, {**body(principalGuid=PROJECT), "customProperties": []}).status == 422
    for value in (None, "", "   "):
        given = [{"key": "costCentre", "value": value}]
        assert fluid.post(ACTION, {**body(principalGuid=PROJECT), "customProperties": given}).status == 422
    assert state(fluid) == before
    sent = {**body(principalGuid=PROJECT), "customProperties": [{"key": "costCentre", "value": "4711"}]}
    made = fluid.post(ACTION, sent)
    assert made.status == 200
    cleared = {**body(), "customProperties": [{"key": "costCentre", "value": None}]}
    assert fluid.put(path_of(made.json["url"]), cleared).status == 422
    assert values(fluid, path=path_of(made.json["url"])) == {"costCentre": "4711"}


@pytest.mark.statement("FLU-225")
def test_a_user_who_was_removed_is_null_and_what_was_theirs_can_be_put_back(fluid) -> None:
    store = fluid.world.store
    for changed in ("actions", "boards", "attachments", "chat_messages"):
        people = {"author", "modifiedBy", "initiator"}
        for each in list(store.all(changed)):
            store.replace(changed, {**each, **dict.fromkeys(people & each.keys(), 605)})
    store.delete("users", 605)
    store.commit()
    shown = fluid.get(PUMP, query="fields=all&expand=all").json
    assert (shown["fields"]["author"], shown["fields"]["modifiedBy"]) == (None, None)
    assert (shown["attachments"][0]["modifiedBy"], shown["chat"][0]["initiator"]) == (None, None)
    assert fluid.get(f"{BOARD}/630").json["fields"]["modifiedBy"] is None
    assert fluid.put(PUMP, shown).status == 200
    fluid.settings(definition_keys="pascal")
    shown = fluid.get(PUMP, query="expand=all").json
    assert (shown["attachments"][0]["ModifiedBy"], shown["chat"][0]["Initiator"]) == (None, None)


@pytest.mark.statement("FLU-088")
def test_a_read_only_property_cannot_be_changed(fluid) -> None:
    before = state(fluid)
    given = {"key": "origin", "value": "me"}
    answers = [
        fluid.post(ACTION, with_values(given)),
        fluid.put(PUMP, {**body(), "customProperties": [given]}),
    ]
    assert [each.status for each in answers] == [422, 422]
    assert state(fluid) == before
    assert values(fluid, "customReadOnly") == {"origin": "API"}
    assert fluid.put(PUMP, {**body(), "customProperties": [{**given, "value": "API"}]}).status == 200


@pytest.mark.statement("FLU-217")
def test_the_default_counts_where_no_value_is_sent(fluid) -> None:
    made = create(fluid, principalGuid=BULK_EDIT)
    assert values(fluid, path=path_of(made["url"])) == {
        "team": None,
        "labels": [],
        "origin": "API",
        "goLive": None,
        "effort": None,
        "blocked": False,
    }


@pytest.mark.statement("FLU-096", "FLU-224")
def test_a_list_of_properties_replaces_them_and_none_keeps_them(fluid) -> None:
    fluid.put(PUMP, body())
    assert values(fluid)["team"] == "North"
    fluid.put(PUMP, {**body(), "customProperties": [{"key": "effort", "value": 3}]})
    assert [values(fluid)[key] for key in ("team", "labels", "effort")] == [None, [], 3]


# --- attachments and chat --------------------------------------------------------------------------------------------


@pytest.mark.statement("FLU-091", "FLU-125")
def test_an_attachment_has_exactly_nine_keys(fluid) -> None:
    shown = fluid.get(PUMP, query="expand=attachment").json
    [attachment] = shown["attachments"]
    assert attachment == {
        "id": 901,
        "guid": "5b0c9d1e-33a4-4f7e-9d0a-6f1d2c3b0901",
        "title": "Pump data sheet",
        "modifiedDate": "2024-02-01T10:00:00.0000000",
        "type": "File",
        "status": "Published",
        "filename": "pump.txt",
        "url": f"http://localhost{PUMP_SHEET}",
        "modifiedBy": DANA,
    }
    assert shown["fields"]["attachmentCount"] == 1


@pytest.mark.statement("FLU-092", "FLU-200")
def test_the_url_of_an_attachment_downloads_it(fluid, ruth, anyone) -> None:
    [attachment] = fluid.get(PUMP, query="expand=attachment").json["attachments"]
    answer = fluid.get(path_of(attachment["url"]))
    assert (answer.status, answer.body) == (200, b"Pump 4: 12 bar, 40 l/s.\n")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert fluid.get("/rest/api/attachment/901").body == answer.body
    assert (ruth.get(PUMP_SHEET).status, ruth.get(PUMP_SHEET).json) == (
        404,
        f"Attachment Not Found for {PUMP_SHEET[21:]}",
    )
    assert anyone.get(PUMP_SHEET).status == 401
    assert fluid.get("/rest/api/attachment/1").status == 404


@pytest.mark.statement("FLU-093", "FLU-126", "FLU-127")
def test_a_chat_message_has_exactly_seven_keys(fluid) -> None:
    shown = fluid.get(PUMP, query="expand=chat").json
    [message] = shown["chat"]
    assert list(message) == ["id", "content", "topicId", "display", "initiator", "timestamp", "title"]
    assert (message["content"], message["display"]) == (
        "The spare part is here.",
        "<p>The spare part is <b>here</b>.</p>",
    )
    assert (message["topicId"], message["title"]) == (5120, "BE-103 Replace the pump")
    assert message["initiator"]["userName"] == "lena.fischer"
    assert shown["fields"]["chatCount"] == 1


@pytest.mark.statement("FLU-Q13")
def test_the_keys_of_the_definitions_are_in_camel_case_unless_the_setting_says_pascal(fluid) -> None:
    camel = fluid.get(PUMP, query="expand=chat,attachment").json
    fluid.settings(definition_keys="pascal")
    pascal = fluid.get(PUMP, query="expand=chat,attachment").json
    for name in ("chat", "attachments"):
        [one], [other] = camel[name], pascal[name]
        assert [key[0].isupper() for key in other] == [True] * len(one)
        assert [key[0].lower() + key[1:] for key in other] == list(one)
        assert list(other.values()) == list(one.values())
    assert "FLU-Q13" in fluid.world.service.ledger


def test_another_board_has_no_custom_properties(fluid) -> None:
    assert create(fluid, "expand=customAll", principalGuid=HARBOUR)["customProperties"] == []
