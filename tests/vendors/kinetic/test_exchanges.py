"""Replays every exchange that the vendor's page prints, kept in `exchanges/` as it is printed but for the people."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from simulator import strict_yaml
from simulator.core.clock import parse_instant
from tests.vendors.client import Answer, Client
from tests.vendors.kinetic.action_items import OPERATIONS
from tests.vendors.kinetic.calls import PUMP

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Exchange(NamedTuple):
    """A printed exchange. `now` and `action_items` are the state in which the vendor's server printed it."""

    name: str
    source: str
    statements: list[str]
    now: str
    request: dict[str, Any]
    response: dict[str, Any]
    action_items: list[dict[str, Any]] | None = None  # None: those of the starting state
    token: str | None = None  # None: one that holds

    @property
    def printed(self) -> Any:
        """The body of the answer, or None where none is printed."""
        return json.loads(self.response["body"]) if "body" in self.response else None

    @property
    def loose(self) -> list[str]:
        """The keys whose values are not those that are printed, and which ones: the server's own, or stale ones."""
        return [*self.response.get("own", []), *self.response.get("stale", [])]


def read(path: Path) -> Exchange:
    return Exchange(path.stem, **strict_yaml.parse(path.read_bytes()))


EXCHANGES = [read(path) for path in sorted((Path(__file__).parent / "exchanges").glob("*.yaml"))]


def params(exchanges: list[Exchange]) -> Any:
    """A parameter for each exchange, which proves the statements that its file names."""
    return [
        pytest.param(each, marks=pytest.mark.statement(*each.statements), id=each.name) for each in exchanges
    ]


WITH_BODY = [each for each in EXCHANGES if each.printed is not None]


def replay(client: Client, exchange: Exchange) -> Answer:
    """The printed request, byte for byte, in the state in which it was printed."""
    client.sandbox.clock.set(parse_instant(exchange.now))
    store = client.world.store
    if exchange.action_items is not None:
        for guid in [item["guid"] for item in store.all("action_items")]:
            store.delete("action_items", guid)
        for item in exchange.action_items:
            store.insert("action_items", item)
        store.commit()
    token = exchange.token or client.headers["Authorization"].removeprefix("Bearer ")
    guid = exchange.action_items[0]["guid"] if exchange.action_items else ""
    fill = {"<issue_guid>": PUMP, "<action_item_guid>": guid, "<token>": token}

    def filled(text: str) -> str:
        for name, value in fill.items():
            text = text.replace(name, value)
        return text

    request = exchange.request
    return client.as_().call(
        request["method"],
        "/" + filled(request["url"]).removeprefix("/"),  # as a client joins it to the server's address
        body=request.get("body", "").encode(),
        headers={name: filled(value) for name, value in request["headers"].items()},
    )


def shape(value: Any) -> Any:
    """A value with its keys, their order and its types, and nothing else."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return ["array", *map(shape, value)]
    return type(value)


def without(body: Any, names: list[str]) -> Any:
    return {name: value for name, value in body.items() if name not in names} if names else body


@pytest.mark.parametrize("exchange", params(EXCHANGES))
def test_a_printed_request_has_the_printed_code_and_type(kinetic, exchange) -> None:
    answer = replay(kinetic, exchange)
    assert answer.status == exchange.response["code"]
    assert answer.headers["content-type"] == exchange.response["type"]


@pytest.mark.parametrize("exchange", params(WITH_BODY))
def test_a_printed_request_is_answered_with_the_printed_keys_and_types(kinetic, exchange) -> None:
    assert shape(replay(kinetic, exchange).json) == shape(exchange.printed)


@pytest.mark.parametrize("exchange", params(WITH_BODY))
def test_a_printed_request_is_answered_with_the_printed_values(kinetic, exchange) -> None:
    answer = replay(kinetic, exchange)
    assert without(answer.json, exchange.loose) == without(exchange.printed, exchange.loose)


@pytest.mark.statement("KIN-012")
def test_what_the_server_chooses_has_the_printed_form(kinetic) -> None:
    [exchange] = [each for each in EXCHANGES if each.response.get("own")]
    assert exchange.response["own"] == ["guid"]
    assert GUID.fullmatch(exchange.printed["guid"])
    assert GUID.fullmatch(replay(kinetic, exchange).json["guid"])


@pytest.mark.statement("KIN-Q4", "KIN-034")
def test_what_is_stale_in_the_printed_answer_is_what_the_printed_body_sends(kinetic) -> None:
    [exchange] = [each for each in EXCHANGES if each.response.get("stale")]
    answer, sent = replay(kinetic, exchange).json, json.loads(exchange.request["body"])
    assert {*exchange.response["stale"]} == {name.removesuffix("_id") for name in sent}
    assert [answer[name] for name in ("name", "detail", "status")] == [
        "Edited Name",
        "Edited Detail",
        "Closed",
    ]
    assert answer["assignee"]["id"] == sent["assignee_id"]


@pytest.mark.statement("KIN-Q4")
def test_by_the_other_reading_the_printed_answer_of_an_edit_comes_to_the_letter(kinetic) -> None:
    kinetic.settings(edit_ignores_input=True)
    [exchange] = [each for each in EXCHANGES if each.response.get("stale")]
    assert replay(kinetic, exchange).json == exchange.printed


@pytest.mark.statement("KIN-184", "KIN-Q7")
def test_a_deletion_of_which_no_body_is_printed_answers_the_item(kinetic) -> None:
    [exchange] = [each for each in EXCHANGES if each.printed is None]
    [fetched] = [each for each in EXCHANGES if each.name == "read_action_item"]
    before = replay(kinetic, fetched._replace(action_items=exchange.action_items)).json
    assert replay(kinetic, exchange).json == {**before, "deleted_at": exchange.now}


def test_every_operation_of_the_page_has_its_exchange(service) -> None:
    operations = {service.router.match(each.request["method"], route(each))[0].id for each in EXCHANGES}
    assert operations == set(OPERATIONS)
    assert {each.name.removesuffix("_refused") for each in EXCHANGES} == operations


def route(exchange: Exchange) -> str:
    url: str = exchange.request["url"]
    return "/" + url.removeprefix("/").translate({ord("<"): None, ord(">"): None})


def test_every_exchange_names_its_section_and_statements_of_the_ledger(service) -> None:
    for exchange in EXCHANGES:
        section, _, parts = exchange.source.partition(": ")
        assert section.removesuffix("s").endswith("Action Item")
        assert parts
        assert set(exchange.statements) <= service.ledger.keys()


def test_the_people_of_the_exchanges_are_those_of_the_starting_state(kinetic) -> None:
    people = {(user["id"], user["email"], user["name"]) for user in kinetic.world.store.all("users")}
    shown = [each.printed for each in WITH_BODY if each.response["code"] == 200]
    items = [item for body in shown for item in (body if isinstance(body, list) else [body])]
    assert len(items) == 4
    for item in items:
        for person in (item["assignee"], item["creator"]):
            assert (person["id"], person["email"], person["name"]) in people
