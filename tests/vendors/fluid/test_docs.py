"""GET /docs: the organisation's own documentation of the API."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.vendors.fluid.calls import ACTION, body
from tests.vendors.fluid.conftest import client_of, make_sandbox


class Reader(HTMLParser):
    """Collects the tags, what they lead to, and the text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.places: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.places += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(answer) -> Reader:
    reader = Reader()
    reader.feed(answer.body.decode())
    return reader


@pytest.mark.statement("FLU-007", "FLU-201")
@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_the_documentation_is_a_page_for_everybody(anyone, path) -> None:
    answer = anyone.get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html")
    assert "Fluid, REST API" in read(answer).text


@pytest.mark.statement("FLU-007")
def test_the_page_shows_every_operation_parameter_and_schema_of_the_document(anyone) -> None:
    page, raw = read(anyone.get("/docs")), anyone.world.service.document.raw
    for operation in anyone.world.service.document.operations.values():
        assert f"{operation.method} {operation.path}" in page.text
    for parameter in raw["components"]["parameters"].values():
        assert parameter["name"] in page.text
    for schema in ("Writable", "CustomProperty", "FieldsOfABoard"):
        assert schema in page.text
    assert "The limit is used up." in page.text


@pytest.mark.statement("FLU-007")
def test_the_page_needs_nothing_from_elsewhere(anyone) -> None:
    page = read(anyone.get("/docs"))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert all(link.startswith("#") for link in page.links)
    leads_to = {link[1:] for link in page.links}
    assert leads_to - set(page.places) == set()
    assert set(anyone.world.service.document.operations) <= leads_to


@pytest.mark.statement("FLU-007")
def test_the_page_says_how_one_authenticates_and_what_an_answer_is(anyone) -> None:
    page = read(anyone.get("/docs"))
    assert "http basic" in page.text
    assert "Authentication: basicAuth" in page.text
    assert {"RateLimit-Remaining", "Item-Count"} <= set(
        re.findall(r"RateLimit-Remaining|Item-Count", page.text)
    )
    assert {"#schema-Action", "#schema-Board"} <= set(page.links)


def test_the_page_says_nothing_of_how_it_is_simulated(anyone) -> None:
    page = read(anyone.get("/docs")).text
    assert "x-sim-" not in page
    assert "FLU-" not in page
    assert "UserRecord" not in page
    assert not re.search(r"patIssuedAt|not-a-secret", page)


@pytest.mark.statement("FLU-008")
def test_the_documentation_of_two_organisations_is_the_same_and_their_actions_are_not(fluid, service) -> None:
    other = client_of(make_sandbox(service, "other"), "dana")
    assert other.get("/docs").body == fluid.get("/docs").body
    made = fluid.post(ACTION, body()).json
    assert other.get(f"{ACTION}/{made['id']}").status == 404
