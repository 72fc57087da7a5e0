"""Every operation of every document refuses every credential that does not hold, unless the document opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson
import pytest

from simulator.app import load_services
from simulator.core.call import Request, Response
from simulator.core.clock import SECOND, parse_instant
from simulator.core.dispatch import dispatch
from simulator.core.document import Operation
from simulator.core.sandbox import Sandbox
from simulator.core.vendor import Service
from simulator.vendors import VENDORS
from tests.contract.credentials import BAD
from tests.contract.examples import example_request
from tests.contract.expected import EXPECTED, Expected, Good

NOW = parse_instant("2015-06-01T12:00:00Z")


class Door:
    """A sandbox of one vendor, fresh for each call, so that none finds what another left behind."""

    def __init__(self, service: Service, name: str = "door") -> None:
        self.service = service
        self.name = name
        self.sandbox = self._fresh()
        self.good: Good = self.expected.good(self.sandbox.worlds[service.name])

    @property
    def expected(self) -> Expected:
        return EXPECTED[self.service.name]

    def _fresh(self) -> Sandbox:
        vendor = self.service.name
        settings = {vendor: self.expected.settings}
        sandbox = Sandbox(self.name, {vendor: self.service}, now=NOW, mode="frozen", settings=settings)
        self.expected.prepare(sandbox.worlds[vendor])
        return sandbox

    def way(self, name: str | None = None) -> bytes:
        """The Authorization header of one of the ways, or of the first."""
        ways = self.expected.ways
        return ways[name or next(iter(ways))](self.sandbox.worlds[self.service.name]).encode()

    @property
    def protected(self) -> Iterator[Operation]:
        return (operation for operation in self.service.document.operations.values() if operation.security)

    @property
    def open(self) -> Iterator[Operation]:
        return (
            operation for operation in self.service.document.operations.values() if not operation.security
        )

    def call(self, request: Request, later: int = 0) -> Response:
        """The answer to a request, so many seconds after the sandbox was made."""
        self.sandbox = self._fresh()
        self.sandbox.advance(later * SECOND)
        return dispatch(self.sandbox, self.service.name, request)

    def example(self, operation: Operation, authorization: bytes | None, later: int = 0) -> Response:
        return self.call(example_request(self.service, operation, authorization), later)

    def refusals(self, responses: dict[str, Response]) -> dict[str, tuple[int, object]]:
        """Of the answers those that are not exactly the vendor's refusal: nothing, if all is well."""
        refused = (401, self.expected.unauthorized)
        seen = {
            id: (each.status, orjson.loads(each.body) if each.body else None)
            for id, each in responses.items()
        }
        return {id: answer for id, answer in seen.items() if answer != refused}


@pytest.fixture(scope="module", params=VENDORS)
def door(request: pytest.FixtureRequest) -> Door:
    return Door(load_services([request.param])[request.param])


def test_the_examples_of_a_document_succeed_with_a_good_credential(door):
    """What is refused below is refused for its credential alone."""
    for way in door.expected.ways:
        answers = {each.id: door.example(each, door.way(way)).status for each in door.protected}
        assert {id: status for id, status in answers.items() if not 200 <= status < 300} == {}, way


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_credential_is_refused_by_every_operation(door, bad: Callable[[Good], bytes | None]):
    header = bad(door.good)
    assert door.refusals({each.id: door.example(each, header) for each in door.protected}) == {}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_an_open_operation_looks_at_no_credential(door, bad: Callable[[Good], bytes | None]):
    answers = {each.id: door.example(each, bad(door.good)).status for each in door.open}
    assert {id: status for id, status in answers.items() if not 200 <= status < 300} == {}


def test_a_token_is_refused_by_every_operation_from_the_moment_it_expires(door):
    if door.expected.lifetime_s is None:
        return  # a token that holds for ever
    lifetime, header = door.expected.lifetime_s(door.sandbox.worlds[door.service.name]), door.way()
    for operation in door.protected:
        assert door.example(operation, header, later=lifetime - 1).status < 400, operation.id
    answers = {each.id: door.example(each, header, later=lifetime) for each in door.protected}
    assert door.refusals(answers) == {}


def test_the_token_of_another_sandbox_is_refused_by_every_operation(door):
    elsewhere = Door(door.service, "elsewhere").way()
    assert elsewhere != door.way()
    assert door.refusals({each.id: door.example(each, elsewhere) for each in door.protected}) == {}


@pytest.mark.parametrize("name", ["access_token", "auth_token", "token", "Authorization"])
def test_a_token_in_the_query_is_no_credential(door, name):
    def in_query(operation: Operation) -> Request:
        request = example_request(door.service, operation)
        request.query = f"{name}={door.good.token}"
        return request

    assert door.refusals({each.id: door.call(in_query(each)) for each in door.protected}) == {}


@pytest.mark.parametrize("header", [b"cookie", b"x-auth-token", b"x-api-key", b"proxy-authorization"])
def test_a_token_in_another_header_is_no_credential(door, header):
    def in_header(operation: Operation) -> Request:
        request = example_request(door.service, operation)
        request.headers = {**request.headers, header: door.way()}
        return request

    assert door.refusals({each.id: door.call(in_header(each)) for each in door.protected}) == {}


def test_who_has_no_credential_learns_nothing_of_what_is_there(door):
    """An address of nobody, a query and a body that cannot be read: all the same 401."""

    def broken(operation: Operation) -> Request:
        request = example_request(door.service, operation)
        parts = zip(operation.path.split("/"), request.path.split("/"), strict=True)
        request.path = "/".join("nowhere" if template.startswith("{") else part for template, part in parts)
        request.query, request.body = "limit=%FF&offset=x", b'{"'
        return request

    assert door.refusals({each.id: door.call(broken(each)) for each in door.protected}) == {}


def test_a_refused_call_changes_nothing_and_says_in_the_journal_what_failed(door):
    for operation in door.protected:
        scheme = door.way().partition(b" ")[0]
        response = door.example(
            operation, scheme + b" bm9ib2R5OnMtcGFzc3dvcmQ="
        )  # nobody:s-password, and no token
        entry = door.sandbox.journal.get(response.entry)
        assert entry is not None
        assert entry.explanation is not None
        changes = [
            each for each in entry.changes if not each.collection.startswith("_")
        ]  # but for a limit's token
        assert (changes, entry.principal) == ([], None), operation.id
        assert entry.explanation["kind"] == "unauthenticated", operation.id
        assert entry.explanation["part"], operation.id
