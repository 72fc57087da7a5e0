"""Attachments: in the body of an action, and by every verb on an object's own."""

from __future__ import annotations

import base64

import pytest

from tests.vendors.alloy.calls import (
    API,
    ATTACH,
    ATTACH_TO,
    ATTACHMENT,
    COMMENT,
    FILE,
    INVALID,
    NEW,
    NEW_TICKET,
    NO_PERMISSION,
    NOTE,
    OBJECT,
    ONE,
    OTHER_VENDOR,
    VENDOR,
    bad_value,
    fields,
    not_found,
    refused,
    result,
    rows,
    run,
    unknown,
)

COMBINATION = "Invalid combination: IsLink cannot be true when Data is not empty."
LINK = {"FileName": "https://example.com/manual", "IsLink": True}


def listed(client, oid=VENDOR):
    return rows(result(client.get(f"{OBJECT}/{oid}/Attachments")))


def names(client, oid=VENDOR):
    return [row["FileName"] for row in listed(client, oid)]


def content(client, row, oid=VENDOR):
    return result(client.get(f"{OBJECT}/{oid}/Attachments/{row['ID']}/content"))


# --- in the body of an action ----------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-X08", "ALY-X45")
def test_an_action_adds_attachments(alloy) -> None:
    body = {"Category": "Paper", "Attachments": [NOTE, {"fileName": "b.bin", "DATA": "AAEC"}, LINK]}
    result(run(alloy, NEW, ATTACH, body))
    assert [(row["FileName"], row["Size"], row["Type"]) for row in listed(alloy, NEW)] == [
        ("note.txt", "5", "File"),
        ("b.bin", "3", "File"),
        ("https://example.com/manual", "0", "Link"),
    ]
    assert content(alloy, listed(alloy, NEW)[0], NEW)["Data"] == "SGVsbG8="
    assert fields(alloy, NEW)["Category"] == "Paper"


@pytest.mark.statement("ALY-X08")
def test_a_creation_adds_attachments_to_what_it_creates(alloy) -> None:
    values = {"Summary": "x", "Attachments": [NOTE]}
    made = result(alloy.post(API, {"ActionId": NEW_TICKET, "Fields": values}))
    assert names(alloy, made["ObjectOID"]) == ["note.txt"]


@pytest.mark.statement("ALY-X09", "ALY-111", "ALY-048")
def test_a_link_has_no_data(alloy) -> None:
    before = alloy.state()
    assert refused(run(alloy, NEW, ATTACH, {"Attachments": [NOTE, {**NOTE, "IsLink": True}]})) == COMBINATION
    assert refused(alloy.put(f"{ONE}/Attachments", {**NOTE, "IsLink": True})) == COMBINATION
    assert alloy.state() == before
    result(run(alloy, NEW, ATTACH, {"Attachments": [{**LINK, "Data": ""}, {**LINK, "Data": None}]}))


@pytest.mark.statement("ALY-X45", "ALY-110")
def test_the_area_may_be_left_out_where_there_is_one(alloy) -> None:
    result(run(alloy, NEW, ATTACH, {"Attachments": [{**NOTE, "AttachmentArea": "Evidence"}, NOTE]}))
    elsewhere = {"Attachments": [{**NOTE, "AttachmentArea": "Contracts"}]}
    assert refused(run(alloy, NEW, ATTACH, elsewhere)) == bad_value("Attachments")
    assert refused(run(alloy, NEW, ATTACH_TO, {"Attachments": [NOTE]})) == bad_value("Attachments")
    result(run(alloy, NEW, ATTACH_TO, elsewhere))
    stored = [each["AttachmentArea"] for each in alloy.world.store.all("attachments")]
    assert stored[1:] == ["Evidence", "Evidence", "Contracts"]


@pytest.mark.statement("ALY-110", "ALY-048")
@pytest.mark.parametrize(
    "value",
    [
        {}, "x", [5], [[]], [{}], [{"FileName": ""}], [{"FileName": 5}], [NOTE, {"Data": "AAEC"}],
        [{**NOTE, "Data": "no base64"}], [{**NOTE, "Data": 5}], [{**NOTE, "Data": "SGVsbG8"}],
        [{**NOTE, "IsLink": "no"}], [{**NOTE, "Description": []}],
    ],
)  # fmt: skip
def test_an_attachment_that_is_none_is_refused_and_nothing_is_kept(alloy, value) -> None:
    before = alloy.state()
    assert refused(run(alloy, NEW, ATTACH, {"Category": "x", "Attachments": value})) == bad_value(
        "Attachments"
    )
    assert alloy.state() == before


@pytest.mark.statement("ALY-110", "ALY-046")
def test_a_form_without_a_place_for_attachments_does_not_know_them(alloy) -> None:
    assert refused(run(alloy, VENDOR, COMMENT, {"Attachments": [NOTE]})) == unknown("Attachments")


# --- by the verbs ----------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-X47", "ALY-X65", "ALY-X58")
def test_the_list_has_captions_and_five_columns(alloy) -> None:
    shown = result(alloy.get(f"{ONE}/Attachments"))
    assert all(list(field) == ["Name", "DataType", "Caption"] for field in shown["Fields"])
    assert [field["DataType"] for field in shown["Fields"]] == ["guid", "int", "string", "string", "datetime"]
    assert shown["Data"] == [
        [f"{{{ATTACHMENT.upper()}}}", "8", "price-list.txt", "File", "2022-10-12T08:30:00-07:00"]
    ]


@pytest.mark.statement("ALY-X48")
@pytest.mark.parametrize("id", [ATTACHMENT, ATTACHMENT.upper(), f"%7B{ATTACHMENT.upper()}%7D"])
def test_the_content_is_base64_with_its_name(alloy, id) -> None:
    shown = result(alloy.get(f"{ONE}/Attachments/{id}/content"))
    assert shown == {
        "Data": "VG9uZXIgMTI=",
        "FileName": "price-list.txt",
        "Description": "Prices of the autumn",
        "Size": 8,
    }


@pytest.mark.statement("ALY-X49")
def test_the_download_is_the_bytes_and_the_name_a_header(alloy) -> None:
    answer = alloy.get(f"{FILE}/download")
    assert (answer.status, answer.body) == (200, b"Toner 12")
    assert answer.headers["attachment-file-name"] == "price-list.txt"
    assert answer.headers["content-type"] == "application/octet-stream"


@pytest.mark.statement("ALY-X49")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("überß.txt", "%C3%BCber%C3%9F.txt"),
        ("a b;c.txt", "a b;c.txt"),
        ("50%.txt", "50%25.txt"),
        ("a\r\nb", "a%0D%0Ab"),
    ],
)
def test_any_name_can_be_downloaded(alloy, name, shown) -> None:
    data = bytes(range(256))
    body = {"FileName": name, "Data": base64.b64encode(data).decode()}
    (row,) = rows(result(alloy.put(f"{ONE}/Attachments", body)))
    answer = alloy.get(f"{ONE}/Attachments/{row['ID']}/download")
    assert (answer.body, answer.headers["attachment-file-name"]) == (data, shown)


@pytest.mark.statement("ALY-X13", "ALY-112")
def test_put_takes_one_or_a_list_and_answers_what_was_added(alloy) -> None:
    one = rows(result(alloy.put(f"{ONE}/Attachments", {**NOTE, "IsLink": False})))
    more = rows(
        result(
            alloy.put(f"{ONE}/Attachments", [{**NOTE, "FileName": "a"}, {"filename": "b", "data": "AA=="}])
        )
    )
    assert [row["FileName"] for row in one + more] == ["note.txt", "a", "b"]
    assert names(alloy) == ["price-list.txt", "note.txt", "a", "b"]
    assert content(alloy, one[0]) == {
        "Data": "SGVsbG8=",
        "FileName": "note.txt",
        "Description": "A note",
        "Size": 5,
    }


@pytest.mark.statement("ALY-138", "ALY-143")
@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("par_limit=1&par_offset=1", {"limit": 1, "offset": 1}),
        ("par_sort_asc=Size", {"sort": [{"property": "Size"}]}),
        ("par_fields=Size&par_search_text=note", {"fields": ["Size"], "searchText": "note"}),
        ("Size=8", {"filters": [{"name": "Size", "value": 8}]}),
    ],
)
def test_a_get_has_the_options_of_a_list(alloy, query, body) -> None:
    result(alloy.put(f"{ONE}/Attachments", NOTE))
    answer = alloy.get(f"{ONE}/Attachments", query=query)
    assert result(answer) != result(alloy.get(f"{ONE}/Attachments"))
    assert answer.body == alloy.post(f"{ONE}/Attachments", body).body


@pytest.mark.statement("ALY-115")
def test_post_lists_and_adds(alloy) -> None:
    assert alloy.post(f"{ONE}/Attachments").body == alloy.get(f"{ONE}/Attachments").body
    query = {"Sort": [{"property": "FileName", "direction": "desc"}], "fields": ["FileName"], "limit": 1}
    assert result(alloy.post(f"{ONE}/Attachments", query))["Data"] == [["price-list.txt"]]
    result(alloy.post(f"{ONE}/Attachments", NOTE))
    result(alloy.post(f"{ONE}/Attachments", [{"filename": "b"}]))
    assert names(alloy) == ["price-list.txt", "note.txt", "b"]


@pytest.mark.statement("ALY-066", "ALY-110")
@pytest.mark.parametrize("verb", ["PUT", "POST"])
@pytest.mark.parametrize(
    "body", [[], "x", 5, [{}], {"FileName": 5}, {"FileName": ""}, {**NOTE, "IsLink": "no"}, [NOTE, 5]]
)
def test_what_is_no_attachment_is_not_added(alloy, verb, body) -> None:
    before = alloy.state()
    answer = alloy.call(verb, f"{ONE}/Attachments", body)
    assert (answer.status, answer.json, alloy.state()) == (400, INVALID, before)


@pytest.mark.statement("ALY-110")
def test_of_several_nothing_is_added_when_one_is_wrong(alloy) -> None:
    before = alloy.state()
    answer = alloy.put(f"{ONE}/Attachments", [NOTE, {**NOTE, "Data": "no base64"}])
    assert refused(answer) == bad_value("Attachments")
    assert alloy.state() == before


@pytest.mark.statement("ALY-X50", "ALY-112")
def test_delete_removes_one(alloy) -> None:
    assert result(alloy.delete(FILE)) == {"Succeed": True}
    assert names(alloy) == []
    assert refused(alloy.get(f"{FILE}/content")) == f"Attachment {ATTACHMENT} not found."


@pytest.mark.statement("ALY-X51", "ALY-112")
def test_patch_changes_the_description(alloy) -> None:
    assert result(alloy.call("PATCH", FILE, {"description": "Prices of the winter"})) == {"Succeed": True}
    assert result(alloy.get(f"{FILE}/content"))["Description"] == "Prices of the winter"
    assert names(alloy) == ["price-list.txt"]


@pytest.mark.statement("ALY-113")
@pytest.mark.parametrize(("method", "suffix"), [("GET", "/content"), ("DELETE", ""), ("PATCH", "")])
@pytest.mark.parametrize(
    "path", [f"{ONE}/Attachments/x", f"{OBJECT}/{OTHER_VENDOR}/Attachments/{ATTACHMENT}"]
)
def test_an_attachment_of_nobody_or_of_another_object_is_not_found(alloy, method, suffix, path) -> None:
    before = alloy.state()
    body = {"Description": "x"} if method == "PATCH" else None
    asked = path.rpartition("/")[2]
    assert refused(alloy.call(method, path + suffix, body)) == f"Attachment {asked} not found."
    assert alloy.state() == before


@pytest.mark.statement("ALY-114")
@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        (f"{ONE}/Attachments/x/download", 404, "Attachment x not found."),
        (f"{OBJECT}/V9/Attachments/{ATTACHMENT}/download", 404, not_found("V9")),
        (f"{OBJECT}/T000004/Attachments/x/download", 403, NO_PERMISSION),
    ],
)
def test_a_download_that_is_refused_has_a_status(tove, path, status, text) -> None:
    answer = tove.get(path)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/json")
    assert (answer.json["success"], answer.json["errorText"]) == (False, text)


@pytest.mark.statement("ALY-X46", "ALY-139")
def test_attachments_are_changed_by_who_may_modify_the_object(mirela, tove) -> None:
    path = f"{OBJECT}/{NEW}/Attachments"
    (row,) = rows(result(tove.put(path, NOTE)))
    assert names(mirela, NEW) == ["note.txt"]
    before = mirela.state()
    one = f"{path}/{row['ID']}"
    calls = [
        ("PUT", path, NOTE),
        ("POST", path, NOTE),
        ("DELETE", one, None),
        ("PATCH", one, {"Description": "x"}),
    ]
    for method, address, body in calls:
        assert refused(mirela.call(method, address, body)) == NO_PERMISSION
    assert mirela.state() == before
    for method, address, body in reversed(calls):
        result(tove.call(method, address, body))


@pytest.mark.statement("ALY-113")
@pytest.mark.parametrize("form", ["{}", "{{{}}}"])
def test_the_journal_knows_a_removed_attachment_however_its_id_is_written(alloy, form) -> None:
    [first, *_] = alloy.world.store.all("attachments")
    oid = alloy.world.store.get("objects", first["object"])["oid"]
    id = form.format(first["id"].upper() if form != "{}" else first["id"])
    path = f"{API}/Object/{oid}/Attachments/{id}"
    removed = alloy.delete(path)
    assert result(removed)["Succeed"] is True
    answer = alloy.get(f"{path}/content")
    assert answer.json["errorText"] == f"Attachment {id} not found."
    assert answer.entry["explanation"]["record"]["removed_by"] == removed.entry["id"]
