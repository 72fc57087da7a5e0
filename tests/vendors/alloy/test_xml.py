"""Answers as XML, for who asks for it."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.vendors.alloy.calls import (
    API,
    COMMENT,
    DENIED,
    GOOD,
    NEW,
    OBJECT,
    PROTECTED,
    VENDOR,
    WORK,
    result,
    run,
)
from tests.vendors.client import Answer

PATH = f"{OBJECT}/{VENDOR}"


def tree(answer: Answer) -> ET.Element:
    return ET.fromstring(answer.body)  # noqa: S314  our own answer


def value(element: ET.Element):
    """An element as the JSON value it was made of, but for the types of its scalars."""
    if len(element) == 0:
        return element.text or ""
    if all(child.tag == "Item" for child in element):
        return [value(child) for child in element]
    return {child.tag: value(child) for child in element}


def texts(json):
    """A JSON value with every scalar, and every container that is empty, as the text that XML has of it."""
    if isinstance(json, dict):
        return {name: texts(inner) for name, inner in json.items()}
    if isinstance(json, list):
        return [texts(inner) for inner in json] or ""
    return "" if json is None else str(json).lower() if isinstance(json, bool) else str(json)


def get(client, accept, path=PATH):
    return client.get(path, headers={"Accept": accept})


@pytest.mark.statement("ALY-X11", "ALY-116")
@pytest.mark.parametrize("accept", ["text/xml", "application/xml"])
@pytest.mark.parametrize("name", sorted(set(PROTECTED) - {"download_attachment"}))
def test_every_answer_but_the_token_s_can_be_xml(alloy, twin, name, accept) -> None:
    answer, json = GOOD[name].send(alloy, headers={"Accept": accept}), GOOD[name].send(twin)
    assert (answer.status, answer.headers["content-type"]) == (200, f"{accept}; charset=utf-8")
    assert tree(answer).tag == "Response"
    assert value(tree(answer)) == texts(json.json)


@pytest.mark.statement("ALY-X11", "ALY-116")
def test_a_business_error_is_xml_too(alloy) -> None:
    answer = alloy.get(f"{OBJECT}/V0000006", headers={"Accept": "text/xml"})
    assert answer.body == (
        b'<?xml version="1.0" encoding="utf-8"?><Response><success>false</success><errorCode>1</errorCode>'
        b"<errorText>Object V0000006 not found.</errorText><responseObject /></Response>"
    )


@pytest.mark.statement("ALY-X11", "ALY-116")
def test_other_errors_are_xml_too(anyone, alloy) -> None:
    denied = get(anyone, "application/xml")
    assert (denied.status, tree(denied).tag, value(tree(denied))) == (401, "Error", {"Message": DENIED})
    lost = get(alloy, "application/xml", "/nowhere")
    assert (lost.status, tree(lost).tag) == (404, "Error")


@pytest.mark.statement("ALY-X11")
def test_a_file_is_the_file(alloy) -> None:
    answer = alloy.get(GOOD["download_attachment"].path, headers={"Accept": "text/xml"})
    assert (answer.body, answer.headers["content-type"]) == (b"Toner 12", "application/octet-stream")


@pytest.mark.statement("ALY-X66", "ALY-117")
@pytest.mark.parametrize(
    ("accept", "xml"),
    [
        ("", False), ("*/*", False), ("application/json", False), ("text/html", False), ("text/plain, */*", False),
        ("application/json, application/xml", False), ("application/xml, application/json", True),
        ("*/*; q=0.5, application/xml", True), ("application/json;q=0.4, TEXT/XML;q=0.5", True),
        ("text/xml;q=0", False), ("text/xml;q=0.1, */*", False), ("text/xml;level=1", True),
        ("application/xml;q=x", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True), (",;,", False),
    ],
)  # fmt: skip
def test_the_greatest_weight_decides(alloy, accept, xml) -> None:
    assert ("xml" in get(alloy, accept).headers["content-type"]) is xml


@pytest.mark.statement("ALY-118", "ALY-116")
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("a\x00\x1f\ufffe☃\U0001f600", "a\ufffd\ufffd\ufffd☃\U0001f600"),
        ("\r\n\t", "\r\n\t"),
        ("]]>", "]]>"),
    ],
)
def test_every_text_can_be_written(alloy, text, shown) -> None:
    result(run(alloy, NEW, WORK, {"Summary": text}))
    items = value(tree(get(alloy, "text/xml", f"{OBJECT}/{NEW}")))["responseObject"]["Items"]
    assert next(item["value"] for item in items if item["name"] == "Summary") == shown


def test_an_action_that_is_answered_in_xml_has_happened(alloy) -> None:
    run(alloy, VENDOR, COMMENT, {"Comment": "By XML"}, headers={"Accept": "text/xml"})
    assert b"By XML" in alloy.get(PATH).body
    assert API in PATH
