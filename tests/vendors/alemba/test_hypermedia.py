"""A crawler that starts at the root and follows every link: nothing is dead, everything is reached."""

from __future__ import annotations

from collections import deque
from urllib.parse import urlsplit

import pytest

from simulator.vendors.alemba.entities import MODEL
from tests.vendors.alemba.calls import V1
from tests.vendors.client import Answer

MOST = 1500


def links_of(value):
    """Every medialink in an answer that GET can follow: _self and _context anywhere, and the href of what is a GET."""
    if isinstance(value, dict):
        for name in ("_self", "_context"):
            if name in value:
                yield value[name]
        if "href" in value and value.get("methods", ["GET"]) == ["GET"] and "{" not in value["href"]:
            yield value["href"]
        for inner in value.values():
            yield from links_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from links_of(inner)


def templates_of(value):
    """The templated href of every GET."""
    if isinstance(value, dict):
        if "{" in value.get("href", "") and value.get("methods", ["GET"]) == ["GET"]:
            yield value["href"]
        for inner in value.values():
            yield from templates_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from templates_of(inner)


def with_options(link):
    return f"{link}{'&' if '?' in link else '?'}$options"


def crawl(api, version="v1"):
    """The answers by link, from the root on; of a search of each entity the first rows are followed."""
    waiting: deque[str] = deque([f"api:{version}/$metadata"])
    seen: dict[str, Answer] = {}
    while waiting and len(seen) < MOST:
        link = waiting.popleft()
        if link in seen:
            continue
        answer = api.follow(link)
        seen[link] = answer
        if answer.status != 200 or "json" not in answer.headers["content-type"]:
            continue
        waiting.extend(each for each in links_of(answer.json) if each not in seen)
        if "properties" in answer.json and "children" in answer.json:
            waiting.append(f"{answer.json['href']}?$top=3")
    assert not waiting, "the crawl has no end"
    return seen


@pytest.mark.statement("ALM-091", "ALM-093", "ALM-084", "ALM-090", "ALM-080", "ALM-060")
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_link_leads_somewhere_and_everything_is_reached(ada, version) -> None:
    for deleted in ("request/1", "call/2", "call/5"):
        assert ada.delete(f"{V1}/{deleted}").status == 200
    seen = crawl(ada, version)
    assert {link: answer.status for link, answer in seen.items() if answer.status != 200} == {}
    for link, answer in seen.items():
        if "json" in answer.headers["content-type"]:
            assert answer.json["_self"].startswith(f"api:{version}/"), link
            assert all(each.startswith(f"api:{version}/") for each in links_of(answer.json))
    reached = {urlsplit(link).path.split("/")[1] for link in seen}
    assert reached >= MODEL.by_resource.keys() - {"ipk-status-stream-type-to-type"}
    assert len(seen) > 150


@pytest.mark.statement("ALM-092")
def test_every_link_takes_options(ada) -> None:
    seen = crawl(ada)
    refused = {}
    for link in seen:
        answer = ada.follow(with_options(link))
        if answer.status != 200 or "name" not in answer.json or "_self" not in answer.json:
            refused[link] = answer.status
    assert refused == {}


@pytest.mark.statement("ALM-091", "ALM-296")
@pytest.mark.parametrize("who", ["lena", "mei", "sam"])
def test_nobody_is_led_where_it_may_not_go(request, who) -> None:
    """But metadata describes to all what is there, and says who may."""
    api = request.getfixturevalue(who)
    seen = crawl(api)
    dead = {link: answer.status for link, answer in seen.items() if answer.status != 200}
    assert set(dead.values()) <= {403}
    assert all("/" not in link.removeprefix("api:v1/") for link in dead), dead


@pytest.mark.statement("ALM-091", "ALM-251")
def test_nothing_leads_to_what_is_deleted(ada) -> None:
    assert "Request" in ada.get(f"{V1}/task/1").json["_links"]
    assert ada.get(f"{V1}/attachment/2").status == 200
    assert ada.search("call-history", filter="Ref==2", top=5).json["results"]
    assert ada.delete(f"{V1}/request/1").status == ada.delete(f"{V1}/call/2").status == 200
    task = ada.get(f"{V1}/task/1").json
    assert (task["Request"], "Request" in task["_links"]) == (1, False)
    assert ada.get(f"{V1}/attachment/2").json["SubStatus"] == "RecordNotFound"
    refused = ada.post(f"{V1}/task", {"Description": "x", "Request": 1})
    assert (refused.status, refused.json["SubStatus"]) == (404, "LinkedRecordNotFound")
    assert ada.search("call-history", filter="Ref==2", top=5).json["results"] == []
    assert ada.refs("attachment") == [1]


@pytest.mark.statement("ALM-087", "ALM-088")
def test_every_template_can_be_filled_in(ada) -> None:
    for resource in ("call", "person", "service", "task", "attachment"):
        record = ada.get(f"{V1}/{resource}", query="$top=1&$select=*").json["results"][0]
        for template in templates_of(ada.metadata(resource)):
            name = template[template.index("{") + 1 : template.index("}")]
            value = record["Ref"] if name == "id" else record[name]
            if isinstance(value, dict) or value is None:
                continue
            assert ada.follow(template.replace(f"{{{name}}}", str(value))).status == 200, template


@pytest.mark.statement("ALM-083")
def test_links_are_got_and_not_posted(ada) -> None:
    record = ada.get(f"{V1}/call/1").json
    for (link,) in record["_links"].values():
        assert ada.follow(link["href"]).status == 200
        if not link["href"].endswith("/attachment"):
            assert ada.follow(link["href"], "POST", {}).status == 405, link
    assert ada.follow(record["_context"], "POST", {}).status == 405


@pytest.mark.statement("ALM-080")
def test_the_context_of_a_record_is_its_entity(ada) -> None:
    record = ada.get(f"{V1}/call/161").json
    assert ada.follow(record["_context"]).json["name"] == "Incident"


@pytest.mark.statement("ALM-X21")
def test_a_row_without_a_single_key_is_found_by_a_search(ada) -> None:
    (first, *_) = ada.get(f"{V1}/call/2/history").json["results"]
    assert first["_self"] == "api:v1/call-history?$filter=(Ref%3d%3d2%26%26LastHistoryOrder%3d%3d1)"
    found = ada.follow(first["_self"]).json
    assert [each["_self"] for each in found["results"]] == [first["_self"]]


@pytest.mark.statement("ALM-101", "ALM-092")
def test_the_metadata_of_a_record_lists_its_own_actions(ada) -> None:
    of_record = ada.get(f"{V1}/call/7", query="$options").json
    record = ada.get(f"{V1}/call/7").json
    assert of_record["_actions"] == record["_actions"]
    assert ada.follow(of_record["_self"]).json == of_record
    assert of_record["_actions"].keys() < ada.metadata("call")["_actions"].keys()
    assert ada.get(f"{V1}/call/99999", query="$options").status == 404
    action = ada.get(f"{V1}/call/7/reopen", query="$options").json
    assert (action["name"], action["href"]) == ("Reopen", "api:v1/call/7/reopen")


@pytest.mark.statement("ALM-X01", "ALM-Q10")
def test_links_are_of_the_version_that_was_asked(ada) -> None:
    assert ada.get("/alemba.api/api/v2/call/1").json["_self"] == "api:v2/call/1"
    assert ada.get("/alemba.api/api/call/1").json["_self"] == "api:v1/call/1"
    ada.settings(default_version="v2")
    assert ada.get("/alemba.api/api/call/1").json["_self"] == "api:v2/call/1"
    assert ada.get("/alemba.api/api/v1/call/1").json["_self"] == "api:v1/call/1"
