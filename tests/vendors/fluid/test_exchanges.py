"""Every exchange that the vendor's page prints, kept in `exchanges/` as it is printed but for the people, and
replayed; the six printed curl lines also by curl itself."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from simulator import strict_yaml
from simulator.app import create_app
from simulator.core.clock import parse_instant
from simulator.serving import ServerThread
from tests.vendors.client import Answer
from tests.vendors.fluid.calls import DANA, NOW, Client

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Exchange(NamedTuple):
    """A printed exchange. `now` and `last_action` are the state in which the vendor's server printed it."""

    name: str
    source: str
    statements: list[str]
    request: dict[str, Any]
    response: dict[str, Any]
    now: str | None = None
    last_action: int | None = None

    @property
    def printed(self) -> Any:
        return json.loads(self.response["body"])

    @property
    def curl(self) -> str:
        """The printed line: what differs between the six is the address and the data."""
        header = "--header 'Content-Type: application/json'"
        url = f"http://organisation.fluid.work{self.request['url']}"
        return f"curl --user username:patToken --location '{url}' \\\n{header} \\\n--data '{self.request['body']}'"


def read(path: Path) -> Exchange:
    return Exchange(path.stem, **strict_yaml.parse(path.read_bytes()))


EXCHANGES = [read(path) for path in sorted((Path(__file__).parent / "exchanges").glob("*.yaml"))]
PRINTED = [each for each in EXCHANGES if each.name.startswith("create_")]
ANSWERED = [each for each in EXCHANGES if each.response["code"] == 200]


def params(exchanges: list[Exchange]) -> Any:
    """A parameter for each exchange, which proves the statements that its file names."""
    return [
        pytest.param(each, marks=pytest.mark.statement(*each.statements), id=each.name) for each in exchanges
    ]


def replay(client: Client, exchange: Exchange) -> Answer:
    """The printed request, byte for byte, in the state in which it was printed."""
    if exchange.now is not None and exchange.last_action is not None:
        client.sandbox.clock.set(parse_instant(exchange.now))
        client.world.store.raise_sequence("actions", exchange.last_action)
        client.world.store.commit()
    path, _, query = exchange.request["url"].partition("?")
    return client.call(
        exchange.request["method"],
        path,
        query=query,
        body=exchange.request["body"].encode(),
        headers={**exchange.request["headers"], "Host": "organisation.fluid.work"},
    )


def loose(exchange: Exchange, value: Any) -> Any:
    """A value without what is the server's own, or stale, at any depth."""
    names = {*exchange.response.get("own", ()), *exchange.response.get("stale", ())}
    if isinstance(value, dict):
        people = "userName" in value  # whose guids are of the starting state
        return {name: loose(exchange, inner) for name, inner in value.items() if people or name not in names}
    return [loose(exchange, each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("exchange", params(EXCHANGES))
def test_a_printed_request_has_the_printed_code_and_type(fluid, exchange) -> None:
    answer = replay(fluid, exchange)
    assert answer.status == exchange.response["code"]
    assert answer.headers["content-type"] == exchange.response["type"]


@pytest.mark.parametrize("exchange", params(EXCHANGES))
def test_a_printed_request_is_answered_with_the_printed_values(fluid, exchange) -> None:
    answered = replay(fluid, exchange).json
    if "expand=all" in exchange.request["url"] and exchange.response["code"] == 200:
        answered = {name: answered[name] for name in exchange.printed}  # the rest is FLU-035
    assert loose(exchange, answered) == loose(exchange, exchange.printed)


@pytest.mark.parametrize("exchange", params(ANSWERED))
def test_the_keys_are_in_the_printed_order(fluid, exchange) -> None:
    answered, printed = replay(fluid, exchange).json, exchange.printed
    assert list(answered["fields"]) == list(printed["fields"])
    assert [name for name in answered if name in printed] == list(printed)


@pytest.mark.statement("FLU-016", "FLU-017")
@pytest.mark.parametrize("exchange", ANSWERED, ids=lambda each: each.name)
def test_what_the_server_makes_has_the_printed_form(fluid, exchange) -> None:
    answered, printed = replay(fluid, exchange).json, exchange.printed
    assert GUID.fullmatch(answered["guid"])
    assert answered["url"].replace("http:", "https:") == printed["url"]
    methods = zip(answered.get("methods", ()), printed.get("methods", ()), strict=False)
    for ours, theirs in methods:
        expected = theirs["url"].replace(printed["guid"], answered["guid"])
        assert ours["url"].replace("http:", "https:") == expected


@pytest.mark.statement("FLU-Q8")
def test_what_is_stale_in_the_printed_answer_of_a_sub_board_is_what_was_sent(fluid) -> None:
    [exchange] = [each for each in EXCHANGES if each.response.get("stale")]
    sent = json.loads(exchange.request["body"])["fields"]
    shown = replay(fluid, exchange).json["fields"]
    assert (shown["boardGuid"], shown["principalGuid"]) == (sent["principalGuid"], sent["principalGuid"])
    assert (shown["boardTitle"], shown["shortCode"]) == ("Harbour refit", "HR-13")
    assert exchange.printed["fields"]["boardGuid"] != sent["principalGuid"]


def test_every_exchange_names_its_section_and_statements_of_the_ledger(service) -> None:
    assert len(PRINTED) == 6
    for exchange in EXCHANGES:
        assert re.fullmatch(r"Create an? .*Action.*, line \d+", exchange.source)
        assert set(exchange.statements) <= service.ledger.keys()


def test_the_person_of_the_exchanges_is_one_of_the_starting_state() -> None:
    for exchange in ANSWERED:
        shown = exchange.printed["fields"]
        assert (shown["author"], shown["assignee"]) == (DANA, [DANA])


# --- by curl ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(service) -> Iterator[tuple[str, str]]:
    """The address of a real server, and user and token."""
    app = create_app({"fluid": service}, now=parse_instant(NOW), mode="frozen")
    first = app.sandboxes.default.worlds["fluid"].credentials[0]
    with ServerThread(app) as running:
        yield f"{running.url}/fluid", f"{first['username']}:{first['pat']}"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
@pytest.mark.parametrize("exchange", params(PRINTED))
def test_the_printed_line_run_by_curl_has_the_expected_code(server, exchange) -> None:
    """To the letter, but for the host and the credential."""
    address, credential = server
    line = exchange.curl.replace("http://organisation.fluid.work", address).replace(
        "username:patToken", credential
    )
    command = [
        *shlex.split(line.replace("\\\n", "")),
        "--silent",
        "--show-error",
        "--write-out",
        "\n%{http_code}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    answer, _, code = done.stdout.rpartition("\n")
    assert int(code) == exchange.response["code"]
    assert (
        json.loads(answer).keys() >= {"fields", "id", "guid", "url"}
        if code == "200"
        else answer == '"Bad Request"'
    )
