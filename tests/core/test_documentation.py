"""A document as a page: whole, escaped, and without the words that are ours alone."""

from __future__ import annotations

from copy import deepcopy

from simulator.core.documentation import render
from tests.core import toy


def test_a_page_names_every_operation_below_its_address() -> None:
    page = render(toy.DOCUMENT, "/s/box/toy")
    for operation in toy.service().document.operations.values():
        assert f"{operation.method} /s/box/toy{operation.path}" in page
        assert f"<section id='{operation.id}'>" in page


def test_what_a_document_says_is_no_html() -> None:
    document = deepcopy(toy.DOCUMENT)
    document["info"]["title"] = "<script>alert(1)</script>"
    document["paths"]["/v1/toys"]["get"]["summary"] = "<b>a & b</b>"
    page = render(document)
    assert "<script>" not in page
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;" in page


def test_our_own_words_and_what_is_stored_are_left_out() -> None:
    page = render(toy.DOCUMENT)
    assert "x-sim-" not in page
    stored = [
        name for name, schema in toy.DOCUMENT["components"]["schemas"].items() if "x-sim-collection" in schema
    ]
    assert stored
    assert not [name for name in stored if f"schema-{name}'" in page]


def test_a_page_says_how_one_authenticates_and_what_an_answer_is_and_links_to_its_schema() -> None:
    document = deepcopy(toy.DOCUMENT)
    document["components"]["securitySchemes"] = {
        "doorBell": {"type": "http", "scheme": "basic", "description": "Ring <twice>."}
    }
    document["components"]["schemas"]["Bell"] = {
        "type": "object",
        "properties": {"of": {"$ref": "#/components/schemas/Door"}},
    }
    document["components"]["schemas"]["Door"] = {"type": "string"}
    answer = {
        "description": "All bells.",
        "headers": {"Bell-Count": {"schema": {"type": "integer"}}},
        "content": {
            "application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Bell"}}}
        },
    }
    document["paths"]["/v1/toys"]["get"] |= {"security": [{"doorBell": []}], "responses": {"200": answer}}
    page = render(document)
    assert "<tr><td>doorBell<td>http basic<td>Ring &lt;twice&gt;.</tr>" in page
    assert "<p>Authentication: doorBell.</p>" in page
    assert (
        "<td>application/json: a list of <a href='#schema-Bell'>Bell</a><td><code>Bell-Count</code>" in page
    )
    assert "&quot;of&quot;: <a href='#schema-Door'>Door</a>" in page
    assert "<h3 id='schema-Door'>" in page
