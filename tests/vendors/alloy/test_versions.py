"""Versions and spellings of paths: v1 and v2, none at all, any case, a slash at the end."""

from __future__ import annotations

import pytest

from tests.vendors.alloy.calls import (
    API,
    COMMENT,
    GOOD,
    NEW,
    NEW_TICKET,
    PROTECTED,
    VENDOR,
    WORK,
    WORK_ORDER,
    fields,
    result,
    rows,
    run,
)

HTML = "<p>It does <b>not</b> print.</p><p>Since noon.</p>"  # the description of T000001
PLAIN = "It does not print.\nSince noon."


@pytest.mark.statement("ALY-X01", "ALY-X69", "ALY-X17")
@pytest.mark.parametrize("name", PROTECTED)
def test_a_call_without_a_version_is_one_of_v2(alloy, twin, name) -> None:
    path = GOOD[name].path.replace("/v2", "")
    assert GOOD[name].send(alloy, path=path).body == GOOD[name].send(twin).body


@pytest.mark.statement("ALY-X17")
@pytest.mark.parametrize("name", PROTECTED)
def test_v1_has_the_calls_of_v2(alloy, name) -> None:
    answer = GOOD[name].send(alloy, path=GOOD[name].path.replace("v2", "v1"))
    assert answer.status == 200
    assert name == "download_attachment" or answer.json["success"] is True


@pytest.mark.statement("ALY-X05")
@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"download_attachment"}))
def test_the_words_of_a_path_are_taken_in_any_case(alloy, twin, name, change) -> None:
    path = "/".join(
        part if part[:1] in {"V", "T"} and part[1:].isdigit() else change(part)
        for part in GOOD[name].path.split("/")
    )
    answer, usual = GOOD[name].send(alloy, path=path), GOOD[name].send(twin)
    assert (answer.status, answer.body) == (usual.status, usual.body)


@pytest.mark.statement("ALY-129")
@pytest.mark.parametrize("name", GOOD)
def test_a_slash_at_the_end_does_not_count(alloy, twin, name) -> None:
    assert GOOD[name].send(alloy, path=GOOD[name].path + "/").body == GOOD[name].send(twin).body


@pytest.mark.statement("ALY-X05", "ALY-X18")
@pytest.mark.parametrize(
    "path",
    [f"/%61pi/v2/%6Fbject/{VENDOR}", f"/api/%562/object/{VENDOR}", f"/api/v2/object/%5600000{VENDOR[-1]}"],
)
def test_an_encoded_letter_is_the_letter(alloy, path) -> None:
    assert alloy.get(path).body == alloy.get(f"{API}/object/{VENDOR}").body


@pytest.mark.statement("ALY-128", "ALY-069")
@pytest.mark.parametrize(
    "path", ["/api/v3/profile", "/api/v0/profile", "/api/v2.1/profile", "/api/v22/Tickets", "/api/v3"]
)
def test_another_version_is_an_unknown_url(alloy, path) -> None:
    assert alloy.get(path).status == 404


@pytest.mark.statement("ALY-069")
@pytest.mark.parametrize(
    "path", ["/", "", "/v2/profile", "/apis/v2/profile", "//api/v2/profile", "/api/v2/profile/x", "/api//v2"]
)
def test_what_is_not_below_api_is_an_unknown_url(alloy, path) -> None:
    answer = alloy.get(path)
    assert answer.status == 404
    assert answer.json["Message"].endswith(f"http://localhost{path}'.")


@pytest.mark.statement("ALY-070")
@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/api/token", "POST"), ("/api", "POST"), (f"{API}/profile", "GET"), (f"{API}/Tickets", "GET, POST")],
)
def test_another_method_is_told_with_those_there_are(alloy, path, allowed) -> None:
    answer = alloy.call("DELETE", path)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert answer.json == {"Message": "The requested resource does not support http method 'DELETE'."}


# --- Description -----------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALY-X14", "ALY-X16", "ALY-131")
def test_v1_shows_description_as_plain_text(alloy) -> None:
    assert fields(alloy, NEW)["Description"] == HTML
    assert fields(alloy, NEW, "/api/object")["Description"] == HTML
    assert fields(alloy, NEW, "/api/v1/object")["Description"] == PLAIN
    assert fields(alloy, "T000002", "/API/V1/object")["Description"] == "Half an hour & more."


@pytest.mark.statement("ALY-X14", "ALY-X16")
def test_a_list_of_v1_shows_description_as_plain_text(alloy) -> None:
    first, second = (rows(result(alloy.get(f"/api/{version}/Tickets")))[0] for version in ("v1", "v2"))
    assert (first["Description"], second["Description"]) == (PLAIN, HTML)
    assert {**first, "Description": HTML} == second


@pytest.mark.statement("ALY-X14", "ALY-131")
def test_v1_takes_description_as_plain_text(alloy) -> None:
    text = "a < b & c\r\n<b>is no tag</b>\nend"
    result(alloy.post(f"/api/v1/object/{NEW}/action/{WORK}", {"Description": text}))
    assert fields(alloy, NEW)["Description"] == "a &lt; b &amp; c<br>&lt;b&gt;is no tag&lt;/b&gt;<br>end"
    assert fields(alloy, NEW, "/api/v1/object")["Description"] == text.replace("\r\n", "\n")


@pytest.mark.statement("ALY-X14")
def test_v1_creates_with_a_plain_description(alloy) -> None:
    values = {"Summary": "<b>x</b>", "Description": "1 < 2"}
    made = result(alloy.post("/api/v1", {"ActionId": NEW_TICKET, "Fields": values}))
    shown = fields(alloy, made["ObjectOID"])
    assert (shown["Description"], shown["Summary"]) == ("1 &lt; 2", "<b>x</b>")


@pytest.mark.statement("ALY-X14")
def test_other_html_fields_and_texts_are_the_same_in_v1(alloy) -> None:
    assert fields(alloy, "SC000001", "/api/v1/object")["Details"] == "<p>Comes with a <i>bag</i>.</p>"
    result(alloy.post(f"/api/v1/object/{VENDOR}/action/{COMMENT}", {"Comment": "<b>x</b>"}))
    assert fields(alloy, VENDOR, "/api/v1/object")["Comment"] == "<b>x</b>"
    assert fields(alloy, WORK_ORDER, "/api/v1/object")["Description"] == "Two desks and a printer."


@pytest.mark.statement("ALY-131")
def test_a_description_of_many_open_brackets_is_shown_at_once(alloy) -> None:
    text = "<" * 300_000
    result(run(alloy, NEW, WORK, {"Description": text}))
    assert fields(alloy, NEW, "/api/v1/object")["Description"] == text


@pytest.mark.statement("ALY-131")
@pytest.mark.parametrize("text", ["x<y\n", "a\n\n", "\n", "a\nb", "a & b\n\nc\n"])
def test_what_is_written_in_v1_reads_back_in_v1(alloy, text) -> None:
    result(alloy.post(f"/api/v1/Object/{NEW}/action/{WORK}", {"Description": text}))
    items = result(alloy.get(f"/api/v1/Object/{NEW}"))["Items"]
    assert next(each["value"] for each in items if each["name"] == "Description") == text
