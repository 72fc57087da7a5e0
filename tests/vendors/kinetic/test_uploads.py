"""Uploads of an issue: multipart, with the file under upload[file]."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import (
    API,
    BOUNDARY,
    FILE,
    ISSUE,
    MULTIPART,
    NOT_FOUND,
    NOW,
    NOWHERE,
    OTHER_ISSUE,
    multipart,
    unprocessable,
)

UPLOADS = f"{ISSUE}/uploads"
DESCRIPTION = ('name="upload[description]"', "", "The gauge at noon, schön".encode())


def upload(client, *parts, path=UPLOADS):
    return client.post(path, body=multipart(*parts), headers=MULTIPART)


@pytest.mark.statement("KIN-118", "KIN-119", "KIN-120", "KIN-279")
def test_a_file_is_uploaded_with_its_description(nine) -> None:
    answer = upload(nine, FILE, DESCRIPTION)
    assert answer.status == 200
    assert answer.json == {
        "id": 702,
        "guid": answer.json["guid"],
        "issue_id": 376,
        "description": "The gauge at noon, schön",
        "file_file_name": "valve.txt",
        "file_content_type": "text/plain",
        "file_file_size": "20",
        "file_processing": True,
        "width": None,
        "height": None,
        "status": "Active",
        "created_at": NOW,
        "creator": {"id": 9, "email": "jonas.brandt@example.com", "name": "Jonas Brandt"},
    }


@pytest.mark.statement("KIN-120")
@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_the_size_of_a_file_is_a_text(kinetic, size) -> None:
    part = ('name="upload[file]"; filename="gauge.png"', "image/png", b"\x89" * size)
    answer = upload(kinetic, part).json
    assert answer["file_file_size"] == str(size)
    assert (answer["file_processing"], answer["width"], answer["height"], answer["status"]) == (
        True,
        None,
        None,
        "Active",
    )


@pytest.mark.statement("KIN-119")
def test_an_upload_needs_no_description(kinetic) -> None:
    answer = upload(kinetic, FILE)
    assert (answer.status, answer.json["description"]) == (200, None)


@pytest.mark.statement("KIN-118", "KIN-212", "KIN-165")
@pytest.mark.parametrize(
    "parts",
    [
        (),
        (DESCRIPTION,),
        (('name="upload[file]"', "", b"The valve is closed."),),
        (('name="upload[file]"; filename=""', "application/octet-stream", b""),),
        (('name="file"; filename="valve.txt"', "text/plain", b"The valve is closed."),),
    ],
    ids=["no parts", "a description alone", "a text in place of the file", "no file chosen", "another name"],
)
def test_an_upload_without_a_file_answers_422(kinetic, parts) -> None:
    answer = upload(kinetic, *parts)
    assert (answer.status, answer.json) == (422, unprocessable("File can't be blank"))
    assert [each["id"] for each in kinetic.get(UPLOADS).json] == [701]


@pytest.mark.statement("KIN-118", "KIN-305")
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"", MULTIPART),
        (b"no part at all", MULTIPART),
        (multipart(FILE)[:-6], MULTIPART),
        (multipart(FILE), {"Content-Type": "multipart/form-data"}),
        (multipart(FILE), {"Content-Type": "multipart/form-data; boundary=another"}),
        (multipart(FILE), {"Content-Type": f"multipart/mixed; boundary={BOUNDARY}"}),
        (b'{"upload": {"description": "x"}}', {"Content-Type": "application/json"}),
        (b"upload[description]=x", {"Content-Type": "application/x-www-form-urlencoded"}),
    ],
    ids=[
        "nothing",
        "no body",
        "no part",
        "cut short",
        "no boundary",
        "another boundary",
        "mixed",
        "JSON",
        "form",
    ],
)
def test_an_upload_that_is_not_multipart_answers_400(kinetic, body, headers) -> None:
    answer = kinetic.post(UPLOADS, body=body, headers=headers)
    assert answer.status == 400
    assert list(answer.json) == ["message"]
    assert [each["id"] for each in kinetic.get(UPLOADS).json] == [701]


@pytest.mark.statement("KIN-118")
@pytest.mark.parametrize("name", ["../../etc/passwd", "gauge 1.png", "größe.txt", ".hidden"])
def test_a_file_s_name_is_kept_as_data(kinetic, name) -> None:
    answer = upload(kinetic, (f'name="upload[file]"; filename="{name}"', "text/plain", b"x"))
    assert (answer.status, answer.json["file_file_name"]) == (200, name)


@pytest.mark.statement("KIN-163")
def test_uploads_are_an_array_with_guid_and_file_processing(kinetic) -> None:
    added = upload(kinetic, FILE).json
    answer = kinetic.get(UPLOADS)
    assert answer.status == 200
    assert [(each["guid"], each["file_processing"]) for each in answer.json] == [
        ("6f3b8d20-4e19-4a75-9c0d-1d2e3f4a0701", True),
        (added["guid"], True),
    ]
    assert answer.json[-1] == added


@pytest.mark.statement("KIN-163")
def test_uploads_are_those_of_that_issue(kinetic) -> None:
    assert kinetic.get(f"{OTHER_ISSUE}/uploads").json == []
    upload(kinetic, FILE, path=f"{OTHER_ISSUE}/uploads")
    assert [each["issue_id"] for each in kinetic.get(f"{OTHER_ISSUE}/uploads").json] == [385]


@pytest.mark.statement("KIN-188", "KIN-275")
def test_uploads_of_an_unknown_issue_answer_404(kinetic) -> None:
    unknown = f"{API}/issues/{NOWHERE}/uploads"
    answers = [kinetic.get(unknown), upload(kinetic, FILE, path=unknown), upload(kinetic, path=unknown)]
    assert [(each.status, each.json) for each in answers] == [(404, NOT_FOUND)] * 3
