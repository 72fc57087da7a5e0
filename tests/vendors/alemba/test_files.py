"""Attachments, as multipart and in base64, and the pictures of people."""

from __future__ import annotations

import base64

import pytest

from tests.vendors.alemba.calls import MULTIPART, V1, V2, multipart

FILE = ("file", "valve.txt", "text/plain", b"The valve is closed.")
DATA = base64.b64encode(FILE[3]).decode()


def attach(api, path=f"{V2}/call/2/attachment", *parts):
    return api.call("POST", path, body=multipart(*(parts or [FILE])), headers=MULTIPART)


@pytest.mark.statement("ALM-X05", "ALM-X33")
def test_a_file_is_attached_as_multipart_and_read_again(ada) -> None:
    made = attach(ada)
    assert made.status == 200
    assert {name: made.json[name] for name in ("Name", "FileSize", "ContentType", "Data", "Call")} == {
        "Name": "valve.txt", "FileSize": 20, "ContentType": "text/plain", "Data": DATA, "Call": 2,
    }  # fmt: skip
    found = ada.follow(made.json["_self"])
    assert found.json["Data"] == DATA
    assert ada.get(f"{V2}/call/2/attachment/{made.json['Ref']}").json["Data"] == DATA


@pytest.mark.statement("ALM-X41")
def test_files_are_also_sent_to_attachments(ada) -> None:
    made = attach(ada, f"{V2}/call/2/attachments")
    assert made.status == 200
    assert (
        ada.get(f"{V2}/call/2/attachments").json["results"][0]["_self"]
        == f"api:v2/attachment/{made.json['Ref']}"
    )
    assert ada.get(f"{V1}/attachments").status == 404


@pytest.mark.statement("ALM-X18")
def test_a_file_is_attached_in_base64(ada) -> None:
    body = {"Name": "valve.txt", "ContentType": "text/plain", "Data": DATA}
    made = ada.post(f"{V1}/call/2/attachment", body)
    assert made.status == 200
    assert {name: made.json[name] for name in body} == body
    assert made.json["FileSize"] == 20


@pytest.mark.statement("ALM-X18", "ALM-X05")
@pytest.mark.parametrize("body", [{}, {"Name": "x"}, {"Data": DATA}, {"Name": "x", "Data": "%%%"},
                                  {"Name": "x" * 256, "Data": DATA}, {"Name": "", "Data": DATA},
                                  {"Name": 5, "Data": DATA}])  # fmt: skip
def test_a_file_without_name_or_data_is_refused(ada, body) -> None:
    before = ada.state()
    assert ada.post(f"{V1}/call/2/attachment", body).status == 400
    assert ada.state() == before


@pytest.mark.statement("ALM-X05")
@pytest.mark.parametrize(
    "parts",
    [
        [("upload", "valve.txt", "text/plain", b"x")],
        [FILE, ("other", "other.txt", "text/plain", b"x")],
        [("File", "valve.txt", "text/plain", b"x")],
        [FILE, ("note", "", "text/plain", b"a field of the form")],
    ],
)
def test_there_is_one_part_named_file(ada, parts) -> None:
    assert attach(ada, f"{V1}/call/2/attachment", *parts).status == 400


@pytest.mark.statement("ALM-X05", "ALM-X18")
def test_a_file_may_be_empty_however_it_is_sent(ada) -> None:
    made = [
        attach(ada, f"{V1}/call/2/attachment", ("file", "none.txt", "text/plain", b"")),
        ada.post(f"{V1}/call/2/attachment", {"Name": "none.txt", "ContentType": "text/plain", "Data": ""}),
    ]
    assert [(each.status, each.json["FileSize"], each.json["Data"]) for each in made] == [(200, 0, "")] * 2


@pytest.mark.statement("ALM-242")
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded"]
)
def test_a_file_by_itself_is_a_415(ada, kind) -> None:
    answer = ada.call("POST", f"{V1}/call/2/attachment", body=b"The valve", headers={"Content-Type": kind})
    assert answer.status == 415


@pytest.mark.statement("ALM-050")
def test_an_attachment_can_be_deleted(ada) -> None:
    made = attach(ada).json
    listed = ada.get(f"{V1}/call/2/attachment", query="$select=Ref").json["results"]
    assert [each["Ref"] for each in listed] == [made["Ref"]]
    assert ada.delete(f"{V1}/call/2/attachment/{made['Ref']}").status == 200
    assert ada.get(f"{V1}/call/2/attachment").json["results"] == []
    again = attach(ada).json
    assert ada.delete(f"{V1}/attachment/{again['Ref']}").status == 200
    assert ada.get(f"{V1}/attachment/{again['Ref']}").status == 404


def test_an_attachment_is_found_at_its_own_record_alone(ada) -> None:
    assert ada.get(f"{V1}/call/1/attachment/1").status == 200
    assert ada.get(f"{V1}/call/2/attachment/1").json["SubStatus"] == "RecordNotFound"
    assert ada.delete(f"{V1}/call/2/attachment/1").status == 404
    assert ada.get(f"{V1}/call/1/history/1").json["SubStatus"] == "ResourceNotFound"


def test_an_attachment_is_seen_by_who_sees_its_record(ada, lena, sam) -> None:
    made = attach(ada).json  # call 2 is of partition 1 and not Sam's
    for api in (lena, sam):
        assert api.get(f"{V1}/attachment/{made['Ref']}").status == 404
        assert made["Ref"] not in api.refs("attachment")
    assert sam.get(f"{V1}/attachment/2").status == 200  # of request 1, which is Sam's


@pytest.mark.statement("ALM-X23", "ALM-X02", "ALM-X03")
def test_the_flow_of_an_integration(anyone) -> None:
    """Log in, create, lock, attach, unlock, submit, each as it was seen in use."""
    api = anyone.logged_in("ada.okafor")
    made = api.post(f"{V2}/call", {"Description": "Smoke in the kitchen.", "User": 4}).json
    href = made["_actions"]["AttachmentCreate"][0]["href"]
    assert href.startswith("api:v2/")
    assert api.put(f"{V2}/call/{made['Ref']}/lock").status == 200
    assert attach(api, f"{V2}/{href.removeprefix('api:v2/')}").status == 200
    assert api.put(f"{V2}/call/{made['Ref']}/unlock").status == 200
    assert api.put(f"{V2}/call/{made['Ref']}/submit").status == 200


def test_an_odd_file_name_is_data_and_an_odd_media_type_none(ada) -> None:
    made = attach(ada, f"{V1}/call/2/attachment", ("file", "../../etc/passwd", "text/plain", b"x")).json
    assert made["Name"] == "../../etc/passwd"
    body = {"Name": "x", "ContentType": "text/plain\r\nX-Evil: 1", "Data": DATA}
    assert ada.post(f"{V1}/call/2/attachment", body).json["ContentType"] == "application/octet-stream"


def test_nothing_is_attached_to_what_another_has_locked(jonas) -> None:
    jonas.arrange("call", 3, LockedBy=1)
    answer = attach(jonas, f"{V1}/call/3/attachment")
    assert (answer.status, "locked by" in answer.json["Message"]) == (403, True)


@pytest.mark.statement("ALM-X03")
@pytest.mark.parametrize("address", ["attachment/1", "call/1/attachment/1"])
@pytest.mark.parametrize("reading", ["listed", "usual"])
def test_nothing_is_taken_from_what_another_has_locked(ada, jonas, address, reading) -> None:
    jonas.settings(statuses=reading)  # call 1 is locked by Ada
    before = jonas.state()
    answer = jonas.delete(f"{V1}/{address}")
    assert (answer.status, "locked by" in answer.json["Message"]) == (
        403 if reading == "listed" else 409,
        True,
    )
    assert jonas.state() == before
    assert "Delete" not in jonas.get(f"{V1}/{address}").json["_actions"]
    assert "Delete" in ada.get(f"{V1}/{address}").json["_actions"]
    assert ada.delete(f"{V1}/{address}").status == 200


@pytest.mark.statement("ALM-104")
@pytest.mark.parametrize("address", ["attachment/1", "call/1/attachment/1"])
def test_nothing_is_taken_from_what_is_closed(ada, address) -> None:
    assert ada.put(f"{V1}/call/1/close", {}).status == 200
    assert ada.delete(f"{V1}/{address}").json["SubStatus"] == "NotAllowed"
    assert ada.get(f"{V1}/{address}").status == 200


@pytest.mark.statement("ALM-051", "ALM-254")
def test_the_picture_of_a_person_is_set_read_and_deleted(ada) -> None:
    picture = f"{V1}/person/5/image"
    assert ada.get(picture).json["SubStatus"] == "RecordNotFound"
    put = ada.call(
        "PUT", picture, body=multipart(("file", "me.gif", "image/gif", b"GIF89a")), headers=MULTIPART
    )
    assert put.status == 200
    found = ada.get(picture)
    assert (found.body, found.headers["content-type"]) == (b"GIF89a", "image/gif")
    assert {"ImageGet", "ImageDelete"} <= ada.get(f"{V1}/person/5").json["_actions"].keys()
    assert ada.put(picture, {"Name": "me.txt", "Data": DATA}).status == 200
    assert ada.get(picture).headers["content-type"] == "application/octet-stream"
    assert ada.delete(picture).status == 200
    assert ada.get(picture).status == 404
    assert ada.delete(picture).status == 404
    assert "ImageGet" not in ada.get(f"{V1}/person/5").json["_actions"]


@pytest.mark.statement("ALM-254")
@pytest.mark.parametrize("kind", ["application/json", "text/html", "imagery/png"])
def test_a_picture_is_an_image(ada, kind) -> None:
    before = ada.state()
    file = multipart(("file", "me", kind, b"[1]"))
    answer = ada.call("PUT", f"{V1}/person/5/image", body=file, headers=MULTIPART)
    assert answer.status == 400
    assert ada.put(f"{V1}/person/5/image", {"Name": "me", "ContentType": kind, "Data": DATA}).status == 400
    assert ada.state() == before


@pytest.mark.parametrize("kind", ["application/json", "text\r\nX-Evil: 1", "é"])
def test_a_seeded_picture_of_any_type_is_read(ada, kind) -> None:
    ada.arrange("person", 5, Image=DATA, ImageContentType=kind)
    found = ada.get(f"{V1}/person/5/image")
    assert (found.status, found.body) == (200, FILE[3])
    assert found.headers["content-type"] in {"application/json", "application/octet-stream"}


@pytest.mark.statement("ALM-092")
def test_where_a_picture_would_be_is_described(ada) -> None:
    record = ada.get(f"{V1}/person/6").json
    assert "ImageGet" not in record["_actions"]
    (entry,) = record["_actions"]["ImageUpdate"]
    assert ada.get(f"{V1}/person/6/image", query="$options").json["href"] == entry["href"]
    assert ada.get(f"{V1}/call/6/image", query="$options").json["SubStatus"] == "ResourceNotFound"
    assert ada.get(f"{V1}/person/99999/image", query="$options").json["SubStatus"] == "RecordNotFound"


@pytest.mark.statement("ALM-051")
def test_only_people_have_pictures(ada, sam) -> None:
    assert ada.get(f"{V1}/call/1/image").json["SubStatus"] == "ResourceNotFound"
    assert sam.get(f"{V1}/person/1/image").status == 200
    assert sam.delete(f"{V1}/person/1/image").status == 403
