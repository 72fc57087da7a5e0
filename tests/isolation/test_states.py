"""Reset, fork, snapshot and restore against a model: a world is a list of names, and time is a number."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from simulator.app import load_services
from simulator.core import snapshot
from simulator.core.call import Request
from simulator.core.clock import SECOND, parse_instant
from simulator.core.dispatch import dispatch
from simulator.core.sandbox import Sandbox, Sandboxes

SERVICES = load_services(["kinetic"])
START = parse_instant("2026-01-31T09:00:00Z")
ITEMS = "/api/v1/issues/2f1c7d88-9a35-4d5e-b1f0-64c2a8e03850/action_items"
which = st.integers(0, 7)


class Model:
    """What a sandbox should hold: the items of an empty issue as (guid, name), the instant, and its past by entry."""

    def __init__(self, items: dict[str, str], now: int) -> None:
        self.items = items
        self.now = now
        self.past: dict[int, tuple[dict[str, str], int]] = {0: (dict(items), now)}

    def copy(self) -> Model:
        return Model(dict(self.items), self.now)


class Sandboxing(RuleBasedStateMachine):
    """Any order of calls, clocks, forks, snapshots, resets and deletions over a few sandboxes."""

    @initialize()
    def begin(self) -> None:
        self.sandboxes = Sandboxes(SERVICES)
        self.models: dict[str, Model] = {}
        self.taken: list[tuple[bytes, dict[str, str], int]] = []
        self.create()

    def pick(self, number: int) -> tuple[Sandbox, Model]:
        name = sorted(self.models)[number % len(self.models)]
        found = self.sandboxes.get(name)
        assert found is not None
        return found, self.models[name]

    def call(self, number: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        sandbox, _ = self.pick(number)
        # Basic, for a token may have expired or been restored away.
        headers = {b"authorization": b"Basic YWRhLm9rYWZvckBleGFtcGxlLmNvbTpub3QtYS1zZWNyZXQtNzE="}
        data = b"" if body is None else orjson.dumps(body)
        response = dispatch(sandbox, "kinetic", Request(method, path, "", headers, data))
        return response.status, orjson.loads(response.body)

    def remember(self, number: int) -> None:
        sandbox, model = self.pick(number)
        model.past[sandbox.journal.last_id] = (dict(model.items), model.now)

    @precondition(lambda self: len(self.models) < 6)
    @rule()
    def create(self) -> None:
        sandbox = self.sandboxes.create(now=START, mode="frozen")
        self.models[sandbox.name] = Model({}, START)

    @precondition(lambda self: len(self.models) > 1)
    @rule(number=which)
    def delete(self, number: int) -> None:
        sandbox, _ = self.pick(number)
        self.sandboxes.delete(sandbox.name)
        del self.models[sandbox.name]

    @rule(number=which, name=st.text("abc", min_size=1, max_size=3))
    def add(self, number: int, name: str) -> None:
        status, item = self.call(number, "POST", ITEMS, {"name": name, "detail": "x", "assignee_id": 9})
        assert status == 200
        self.pick(number)[1].items[item["guid"]] = name
        self.remember(number)

    @rule(number=which)
    def refused(self, number: int) -> None:
        assert self.call(number, "POST", ITEMS, {"name": "x"})[0] == 422
        self.remember(number)

    @rule(number=which, item=which)
    def remove(self, number: int, item: int) -> None:
        _, model = self.pick(number)
        if model.items:
            guid = sorted(model.items)[item % len(model.items)]
            assert self.call(number, "DELETE", f"{ITEMS}/{guid}")[0] == 200
            del model.items[guid]
            self.remember(number)

    @rule(number=which)
    def look(self, number: int) -> None:
        status, items = self.call(number, "GET", ITEMS)
        assert status == 200
        assert [(each["guid"], each["name"]) for each in items] == list(self.pick(number)[1].items.items())
        self.remember(number)

    @rule(number=which, seconds=st.integers(1, 100_000))
    def advance(self, number: int, seconds: int) -> None:
        sandbox, model = self.pick(number)
        sandbox.advance(seconds * SECOND)
        model.now += seconds * SECOND
        assert sandbox.clock.now() == model.now

    @rule(number=which)
    def reset(self, number: int) -> None:
        sandbox, _ = self.pick(number)
        sandbox.reset()
        self.models[sandbox.name] = Model({}, START)
        assert sandbox.changes() == {}

    @precondition(lambda self: len(self.models) < 6)
    @rule(number=which)
    def fork(self, number: int) -> None:
        sandbox, model = self.pick(number)
        self.models[self.sandboxes.fork(sandbox).name] = model.copy()

    @precondition(lambda self: len(self.models) < 6)
    @rule(number=which, entry=which)
    def fork_the_past(self, number: int, entry: int) -> None:
        sandbox, model = self.pick(number)
        at = sorted(model.past)[entry % len(model.past)]
        twin = self.sandboxes.fork(sandbox, at=at)
        items, now = model.past[at]
        self.models[twin.name] = Model(dict(items), now)
        assert twin.clock.now() == self.models[twin.name].now

    @rule(number=which)
    def take(self, number: int) -> None:
        sandbox, model = self.pick(number)
        self.taken.append((orjson.dumps(snapshot.take(sandbox)), dict(model.items), model.now))

    @precondition(lambda self: self.taken)
    @rule(number=which, taken=which)
    def restore(self, number: int, taken: int) -> None:
        sandbox, _ = self.pick(number)
        data, items, now = self.taken[taken % len(self.taken)]
        snapshot.restore(sandbox, orjson.loads(data))
        self.models[sandbox.name] = Model(dict(items), now)
        self.models[sandbox.name].past = {sandbox.journal.last_id: (dict(items), now)}
        assert orjson.dumps(snapshot.take(sandbox)) == data

    def teardown(self) -> None:
        for number in range(len(getattr(self, "models", ()))):
            self.look(number)


TestSandboxing = Sandboxing.TestCase
TestSandboxing.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
