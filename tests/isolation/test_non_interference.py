"""One promise: what happens in one sandbox is never seen in another."""

from __future__ import annotations

import hashlib
from random import Random

import pytest

from simulator.app import load_services
from simulator.core.call import Request
from simulator.core.clock import SECOND, parse_instant
from simulator.core.dispatch import dispatch
from simulator.core.sandbox import Sandbox, Sandboxes
from simulator.core.vendor import Service

START = parse_instant("2026-01-31T09:00:00Z")
ISSUE = "2f1c7d88-9a35-4d5e-b1f0-64c2a8e03760"
ITEM = "7c9e2b14-51d3-4f0a-8e66-2b9a4d7f0219"


@pytest.fixture(scope="module")
def services() -> dict[str, Service]:
    return load_services(["kinetic"])


class Player:
    """Plays a game that its seed decides: calls to Kinetic, moves of the clock, faults; and writes down all it saw."""

    def __init__(self, sandbox: Sandbox, seed: int) -> None:
        self.sandbox = sandbox
        self.random = Random(seed)
        self.seen = hashlib.sha256()
        self.guids = [ITEM]
        token = sandbox.worlds["kinetic"].credentials[0]["token"]
        self.headers = {b"authorization": b"Bearer " + token.encode()}

    def step(self) -> None:
        kind = self.random.randrange(12)
        if kind == 0:
            fired = self.sandbox.advance(self.random.randrange(1, 8 * 3600) * SECOND)
            self.seen.update(repr(fired).encode())
        elif kind == 1:
            self.sandbox.faults.add("kinetic", None, "status", status=503, times=self.random.randrange(1, 3))
        else:
            method, path, body = self._call(kind)
            response = dispatch(self.sandbox, "kinetic", Request(method, path, "", self.headers, body))
            self.seen.update(
                repr((response.status, response.headers, response.entry)).encode() + response.body
            )
            if b'"guid":"' in response.body and method == "POST":
                self.guids.append(response.body.split(b'"guid":"')[1][:36].decode())

    def _call(self, kind: int) -> tuple[str, str, bytes]:
        items = f"/api/v1/issues/{ISSUE}/action_items"
        one = f"{items}/{self.random.choice(self.guids)}"
        name = f"item {self.random.randrange(1000)}"
        created = f'{{"name":"{name}","detail":"x","assignee_id":9}}'.encode()
        return [
            ("GET", items, b""),
            ("POST", items, created),
            ("POST", items, created),
            ("POST", items, b'{"name":"no detail"}'),
            ("PUT", one, f'{{"name":"{name}"}}'.encode()),
            ("DELETE", one, b""),
            ("GET", one, b""),
            ("GET", f"/api/v1/issues/{ISSUE}", b""),
            ("POST", "/api/v1/issues", f'{{"name":"{name}"}}'.encode()),
            ("GET", "/api/v1/issues/my_open_issues", b""),
        ][kind - 2]


def _transcript(sandboxes: Sandboxes, seed: int, *, with_neighbour: bool) -> str:
    a = Player(sandboxes.create("a", now=START, mode="frozen", seed=seed), seed)
    b = Player(sandboxes.create("b", now=START, mode="frozen", seed=seed), seed + 1)
    noise = Random(-seed)
    for _ in range(30):
        if with_neighbour:
            for _ in range(noise.randrange(4)):
                b.step()
        a.step()
    return a.seen.hexdigest()


@pytest.mark.parametrize("block", range(10))
def test_a_sandbox_sees_the_same_with_a_neighbour_as_without(
    services: dict[str, Service], block: int
) -> None:
    for seed in range(20 * block, 20 * block + 20):
        alone = _transcript(Sandboxes(services), seed, with_neighbour=False)
        beside = _transcript(Sandboxes(services), seed, with_neighbour=True)

        assert alone == beside, f"seed {seed}"


def test_the_test_can_fail(services: dict[str, Service]) -> None:
    one = _transcript(Sandboxes(services), 1, with_neighbour=False)
    other = _transcript(Sandboxes(services), 2, with_neighbour=False)

    assert one != other
