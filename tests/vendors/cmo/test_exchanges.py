"""Replays every exchange that the vendor's page prints, kept in `exchanges/` as it is printed but for the people and
for what the page's typesetting has done to JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simulator import strict_yaml
from tests.vendors.client import Answer, Client
from tests.vendors.cmo.calls import LOGIN, arrange, remove

OPERATIONS = {"create_token", "create_action", "read_action", "update_action", "delete_action"}
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_BREAK = "\u00a0"


@dataclass(frozen=True)
class Exchange:
    """A printed exchange. `arrange` and `remove` make the state in which the vendor's server printed it; `slip` of the
    request is where its body is misspelt on the page."""

    name: str
    source: str
    statements: list[str]
    request: dict[str, Any]
    response: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)
    arrange: dict[str, dict[Any, dict[str, Any]]] = field(default_factory=dict)
    remove: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def body(self) -> str:
        return str(self.request.get("body", ""))

    @property
    def printed(self) -> Any:
        """The body of the answer, or None where it is empty."""
        return json.loads(self.response["body"]) if "body" in self.response else None

    @property
    def as_set(self) -> str:
        """The request's body as the page shows it: with its slip, every line numbered, indented by blanks that do not
        break."""
        slip = self.request.get("slip")
        text = self.body.replace(slip["meant"], slip["printed"]) if slip else self.body
        assert slip is None or text != self.body
        lines = text.rstrip("\n").replace("  ", f" {NO_BREAK}").split("\n")
        return "\n\n".join(f"{number}{NO_BREAK}{line}" for number, line in enumerate(lines, 1))


def read(path: Path) -> Exchange:
    return Exchange(path.stem, **strict_yaml.parse(path.read_bytes()))


EXCHANGES = [read(path) for path in sorted((Path(__file__).parent / "exchanges").glob("*.yaml"))]
WITH_BODY = [each for each in EXCHANGES if each.body]
SLIPPED = [each for each in EXCHANGES if "slip" in each.request]


def params(exchanges: list[Exchange]) -> Any:
    """A parameter for each exchange, which proves the statements that its file names."""
    return [
        pytest.param(each, marks=pytest.mark.statement(*each.statements), id=each.name) for each in exchanges
    ]


def replay(client: Client, exchange: Exchange, body: str | None = None) -> Answer:
    """The printed request, in the state in which it was printed."""
    client.settings(**exchange.settings)
    for collection, records in exchange.arrange.items():
        for key, fields in records.items():
            arrange(client, collection, int(key) if str(key).isdecimal() else key, **fields)
    for collection, keys in exchange.remove.items():
        for key in keys:
            if client.world.store.get(collection, key) is not None:
                remove(client, collection, key)
    fill = {
        "<token>": client.headers["Authorization"].removeprefix("Bearer "),
        "<put login here>": LOGIN["login"],
        "<put password here>": LOGIN["password"],
    }

    def filled(text: str) -> str:
        for name, value in fill.items():
            text = text.replace(name, value)
        return text

    request = exchange.request
    return client.as_().call(
        request["method"],
        request["url"].removeprefix("[cmo-base-url]"),
        body=filled(exchange.body if body is None else body).encode(),
        headers={name: filled(value) for name, value in request["headers"].items()},
    )


def shape(value: Any) -> Any:
    """A value with its keys, their order and its types, and nothing else; a GUID is one."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    if isinstance(value, list):
        return ["array", *map(shape, value)]
    return "guid" if isinstance(value, str) and GUID.fullmatch(value) else type(value)


@pytest.mark.parametrize("exchange", params(EXCHANGES))
def test_a_printed_request_gets_the_printed_answer(cmo, exchange) -> None:
    answer = replay(cmo, exchange)
    assert answer.status == exchange.response["code"]
    assert answer.headers.get("content-type") == exchange.response.get("type")
    assert shape(answer.json) == shape(exchange.printed)
    if exchange.printed is None:
        assert answer.body == b""
    elif not exchange.response.get("own"):
        assert answer.json == exchange.printed


@pytest.mark.statement("CMO-Q18", "CMO-012")
@pytest.mark.parametrize("exchange", SLIPPED, ids=lambda each: each.name)
def test_a_misspelt_body_is_refused_to_the_letter(cmo, exchange) -> None:
    """Without the typesetting: numbers and blanks are the page's, the slip is the writer's."""
    slip = exchange.request["slip"]
    before = cmo.state()["records"]["actions"]
    answer = replay(cmo, exchange, exchange.body.replace(slip["meant"], slip["printed"]))
    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "")
    assert cmo.state()["records"]["actions"] == before


@pytest.mark.statement("CMO-Q18", "CMO-012")
@pytest.mark.parametrize("exchange", WITH_BODY, ids=lambda each: each.name)
def test_a_body_pasted_from_the_page_is_refused(cmo, exchange) -> None:
    assert exchange.as_set.startswith(f"1{NO_BREAK}{{")
    answer = replay(cmo, exchange, exchange.as_set)
    assert (answer.status, answer.json["errors"][0]["field"]) == (400, "")


@pytest.mark.statement("CMO-110")
def test_after_the_printed_deletion_the_printed_fetch_finds_nothing(cmo) -> None:
    found = {each.name: each for each in EXCHANGES}
    assert replay(cmo, found["delete_action"]).status == 200
    assert replay(cmo, found["read_action"]).status == 404


def test_every_operation_of_the_page_has_its_exchange(service) -> None:
    found = {
        service.router.match(each.request["method"], each.request["url"].removeprefix("[cmo-base-url]"))[0].id
        for each in EXCHANGES
    }
    assert found == OPERATIONS
    assert all(any(each.name.startswith(operation) for operation in OPERATIONS) for each in EXCHANGES)


def test_every_exchange_names_its_section_and_statements_of_the_ledger(service) -> None:
    for exchange in EXCHANGES:
        assert re.match(r"[12](\.\d)+ [A-Z]", exchange.source), exchange.name
        assert re.search(r"\(lines? \d+(-\d+)?\)$", exchange.source), exchange.name
        assert set(exchange.statements) <= service.ledger.keys()


def test_the_people_of_the_exchanges_are_those_of_the_starting_state(cmo) -> None:
    [body] = [
        each.printed
        for each in EXCHANGES
        if isinstance(each.printed, dict) and "assignorUser" in each.printed
    ]
    for person in (body["assignorUser"], body["responsibleUser"]):
        user = cmo.world.store.get("users", person["id"])
        assert {name: user[name] for name in person} == person
