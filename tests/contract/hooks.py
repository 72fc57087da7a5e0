"""What the schemathesis command is told beyond its configuration: hooks and checks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase
from schemathesis.generation.stateful import APIStateMachine
from schemathesis.hooks import HookContext
from schemathesis.openapi.checks import EnsureResourceAvailability, RejectedPositiveData, UseAfterFree

from simulator.core.codec import JSON_BLANKS
from tests.contract.configuration import IN_PROCESS
from tests.contract.expected import EXPECTED, Expected
from tests.contract.oracle import RESET, Oracle, watched

INT64 = range(-(2**63), 2**63)
MAX_DEPTH = 64

# The paths that a call of the present chain has removed, each with the case that did.
_removed: dict[str, str] = {}
# Over which a world is put back, by host.
_connections: dict[str, HTTPConnection] = {}


@schemathesis.hook
def after_load_schema(context: HookContext, schema: schemathesis.BaseSchema) -> None:
    """Every chain of calls begins with a fresh world, and in process the world is here."""
    vendor = os.environ.get(IN_PROCESS)
    if vendor is not None:
        schema.app = watched(vendor)
    make = schema.build_state_machine

    def build_state_machine(**options: Any) -> type[APIStateMachine]:
        machine = make(**options)

        class Chain(machine):  # type: ignore[misc,valid-type]  # it is made at run time
            def __init__(self) -> None:
                _reset(schema)
                super().__init__()

        return Chain

    schema.build_state_machine = build_state_machine  # type: ignore[method-assign]


@schemathesis.hook
def before_call(context: HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """A case that is no part of a chain has a fresh world too: its outcome depends on no other, and what one case
    removes the next still finds."""
    if not _in_chain(case):
        _reset(case.operation.schema)


@schemathesis.hook
def after_call(context: HookContext, case: schemathesis.Case, response: schemathesis.Response) -> None:
    removal = _expected(case).removals.get(_operation_id(case))
    if removal is None or not _in_chain(case) or response.status_code != 200:
        return
    field, value = removal
    if response.json()[field] == value:
        _removed[case.formatted_path] = case.id


@schemathesis.hook
def filter_failure(
    context: HookContext, failure: Failure, case: schemathesis.Case, response: schemathesis.Response
) -> bool:
    """Whether a failure counts. Five do not, each for a reason of its own and in that case alone."""
    if isinstance(failure, RejectedPositiveData):
        # A schema cannot say how large a number may be in a field that it does not name. The check
        # refuses_what_it_cannot_keep says the opposite: such a body must be refused.
        return not (response.status_code == 400 and _cannot_be_kept(case))
    if isinstance(failure, EnsureResourceAvailability):
        # schemathesis takes only a DELETE for a removal. The opposite is removed_stays_removed.
        return not _is_removed(case)
    if isinstance(failure, UseAfterFree):
        # schemathesis reads the status alone; some vendors refuse in the body of a 200.
        return not _expected(case).refuses(response.status_code, response.content)
    if isinstance(failure, AcceptedNegativeData):
        # A form knows no types: a number that is sent for a text arrives as one. schemathesis knows it too, but not of
        # a form with a file.
        # And a body of blanks is no body, which an operation may do without: it is no broken JSON.
        return not (_is_text_on_the_wire(case) or _is_left_out(case, response))
    return True


@schemathesis.check
def universal_rules(ctx: CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    """What the oracle says of the calls since the last check; over HTTP it is asked by the test that serves."""
    if isinstance(case.operation.app, Oracle):
        complaints = case.operation.app.take_complaints()
        assert not complaints, "\n".join(complaints)


@schemathesis.check
def refuses_what_it_cannot_keep(
    ctx: CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """JSON with an integer beyond 64 bits, or nested deeper than 64, is never accepted."""
    if case.method.upper() == case.operation.method.upper() and _cannot_be_kept(case):
        assert response.status_code >= 400, "JSON beyond our limits was accepted"


@schemathesis.check
def removed_stays_removed(
    ctx: CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """What a call other than a DELETE has removed answers 404 afterwards, like what a DELETE has removed."""
    if _is_removed(case) and case.id not in _removed.values() and not _outlives(case):
        assert response.status_code >= 400, "it was removed, and yet it answers with success"


def _reset(schema: schemathesis.BaseSchema) -> None:
    _removed.clear()
    if schema.app is not None:
        schema.app.reset()
        return
    host = urlsplit(schema.get_base_url()).netloc
    connection = _connections.setdefault(host, HTTPConnection(host, timeout=10))
    connection.request("POST", RESET)
    connection.getresponse().read()


def _in_chain(case: schemathesis.Case) -> bool:
    return case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL


def _expected(case: schemathesis.Case) -> Expected:
    return EXPECTED[str(case.operation.base_url).rstrip("/").rpartition("/")[2]]


def _operation_id(case: schemathesis.Case) -> str:
    return str(case.operation.definition.raw["operationId"])


def _outlives(case: schemathesis.Case) -> bool:
    return _operation_id(case) in _expected(case).outlives


def _is_removed(case: schemathesis.Case) -> bool:
    path = case.formatted_path
    return any(path == removed or path.startswith(f"{removed}/") for removed in _removed)


def _cannot_be_kept(case: schemathesis.Case) -> bool:
    if case.media_type != "application/json":
        return False
    return any(
        depth > MAX_DEPTH or (isinstance(value, int) and value not in INT64)
        for value, depth in _values(case.body)
    )


def _is_text_on_the_wire(case: schemathesis.Case) -> bool:
    """Whether all that is wrong with a case are values of texts in a form."""
    data = case.meta.phase.data if case.meta is not None else None
    texts = _expected(case).texts.get(_operation_id(case), frozenset())
    mutations = getattr(data, "mutations", [])
    return bool(mutations) and all(mutation.parameter in texts for mutation in mutations)


def _is_left_out(case: schemathesis.Case, response: schemathesis.Response) -> bool:
    """Whether a case sends nothing but blanks where its operation needs no body, and nothing else of it is wrong."""
    body = response.request.body or b""
    sent = body.encode() if isinstance(body, str) else body
    required = case.operation.definition.raw.get("requestBody", {}).get("required", False)
    data = case.meta.phase.data if case.meta is not None else None
    places = [data, *getattr(data, "mutations", ())]
    in_body = all(getattr(each, "parameter_location", None) is ParameterLocation.BODY for each in places)
    return not required and in_body and isinstance(sent, bytes) and not sent.strip(JSON_BLANKS)


def _values(value: Any, depth: int = 0) -> Iterator[tuple[Any, int]]:
    """Every value within a JSON value, with how deep it is nested."""
    if isinstance(value, dict):
        depth += 1
        for inner in value.values():
            yield from _values(inner, depth)
    elif isinstance(value, list):
        depth += 1
        for inner in value:
            yield from _values(inner, depth)
    yield value, depth
