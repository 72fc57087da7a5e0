"""What is measured without a server: a fresh sandbox, and a call in a document of one operation or of 300."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.load import WrongAnswer
from simulator.app import load_services
from simulator.core.call import Call, Reply, Request
from simulator.core.dispatch import dispatch
from simulator.core.errors import Refusal
from simulator.core.sandbox import Sandbox, Sandboxes
from simulator.core.vendor import Service, Vendor

SANDBOXES = 2000
CALLS = 2000
ROUNDS = 15
FEW, MANY = 1, 300


def fresh_sandbox_us() -> float:
    """The median time to make a sandbox of Kinetic's own starting state, which none of them writes to."""
    sandboxes = Sandboxes(load_services(["kinetic"]))
    taken: list[float] = []
    with _collector_off():
        for _ in range(SANDBOXES):
            began = time.perf_counter()
            sandbox = sandboxes.create()
            taken.append(time.perf_counter() - began)
            sandboxes.delete(sandbox.name)
    return median(taken) * 1e6


def operations_ratio() -> float:
    """What a call costs with many operations loaded, in what it costs with one: the median of the rounds' ratios."""
    few, many = (Sandbox("bench", {"bench": _service(count)}) for count in (FEW, MANY))
    ratios: list[float] = []
    with _collector_off():
        for sandbox in (few, many):
            _seconds(sandbox)  # first calls fill caches
        for round_ in range(ROUNDS):
            if round_ % 2:
                with_many, with_few = _seconds(many), _seconds(few)
            else:
                with_few, with_many = _seconds(few), _seconds(many)
            ratios.append(with_many / with_few)
    return median(ratios)


def _seconds(sandbox: Sandbox) -> float:
    """How long the calls take through the whole of `dispatch`."""
    request = Request("GET", "/api/things/17")
    if dispatch(sandbox, "bench", request).status != 200:
        raise WrongAnswer("the document with counted operations does not answer 200")
    began = time.perf_counter()
    for _ in range(CALLS):
        dispatch(sandbox, "bench", request)
    return time.perf_counter() - began


@dataclass(frozen=True)
class _Settings:
    """None."""


def _service(operations: int) -> Service:
    """A vendor whose document has the operation that is called and so many others beside it, at its own level of the
    path and at the one below."""
    others = [
        f"/api/others_{n}/{{id}}" if n % 2 else f"/api/things/{{id}}/parts_{n}" for n in range(1, operations)
    ]
    paths = ["/api/things/{id}", *others]
    ids = [f"read_{number}" for number in range(len(paths))]
    vendor = Vendor(
        name="bench",
        title="Counted operations",
        prefix="BEN",
        handlers=dict.fromkeys(ids, _read),
        authenticators={},
        collections=(),
        settings=_Settings,
        render_error=_render_error,
        start=lambda world, asked: [],
    )
    document = {"paths": {path: {"get": _operation(id)} for path, id in zip(paths, ids, strict=True)}}
    statements = {"format": 1, "vendor": "bench", "statements": {}}
    return Service(vendor, document, statements, lambda _: {"format": 1, "vendor": "bench"})


def _operation(id: str) -> dict[str, Any]:
    thing = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    answer = {"description": "A thing.", "content": {"application/json": {"schema": thing}}}
    return {"operationId": id, "parameters": [parameter], "responses": {"200": answer}}


def _read(call: Call[Any]) -> dict[str, str]:
    return {"id": call.params["id"]}


def _render_error(refusal: Refusal, call: Call[Any]) -> Reply:
    return Reply({"message": refusal.reason}, 500)


@contextmanager
def _collector_off() -> Iterator[None]:
    """A collection in the middle would be counted as the work of whoever came by."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
