"""An ASGI application around the Gateway that holds every call, whoever makes it, to what is true of all of them."""

from __future__ import annotations

from typing import Any

import orjson

from simulator.app import create_app, load_services
from simulator.core.clock import parse_instant
from simulator.core.journal import Entry
from simulator.core.sandbox import Sandbox
from simulator.http import Gateway, Receive, Scope, Send
from tests.contract.expected import EXPECTED

# Not a vendor's path, nor one of ours.
RESET = "/contract-test/reset"

# The clock stands still: no token expires in a run, however long it takes, and two runs have the same timestamps.
_NOW = parse_instant("2015-06-01T12:00:00Z")

State = dict[str, bytes]


class Oracle:
    """Serves the default sandbox of a Gateway, and notes whatever breaks a rule:

    - no answer is a 5xx
    - a call is one entry of the journal, with the answer that was sent; or one edge refusal, and no entry
    - a refused call leaves every record of the vendor's as it was
    - the changes in the entry turn the records as they were into the records as they are, and nothing but a call
      changes a record
    """

    def __init__(self, gateway: Gateway, vendor: str) -> None:
        self.gateway = gateway
        self.vendor = vendor
        # The operations that did what they were asked for, whatever the status.
        self.succeeded: set[str | None] = set()
        self._prepare()
        self._complaints: list[str] = []
        self._state = self._records()

    @property
    def sandbox(self) -> Sandbox:
        return self.gateway.sandboxes.default

    def reset(self) -> None:
        """Put the sandbox back to its fixture; the same credentials are minted again."""
        if self._records() != self._state:
            self._complaints.append("a record changed between two calls")
        self.sandbox.reset()
        self._prepare()
        self._state = self._records()

    def _prepare(self) -> None:
        EXPECTED[self.vendor].prepare(self.sandbox.worlds[self.vendor])

    def take_complaints(self) -> list[str]:
        """What broke a rule since this was asked last."""
        complaints, self._complaints = self._complaints, []
        return complaints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(f"/{self.vendor}"):
            if scope.get("path") != RESET:
                await self.gateway(scope, receive, send)
                return
            self.reset()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        status = 0

        async def note(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        journal = self.sandbox.journal
        sandboxes = self.gateway.sandboxes
        last, edges = journal.next_id() - 1, sandboxes.edge_refusals
        await self.gateway(scope, receive, note)
        after = self._records()
        entries = list(journal.after(last))
        wrong = self._judge(status, entries, sandboxes.edge_refusals - edges, after)
        self._complaints += [f"{scope['method']} {scope['path']} ({status}): {each}" for each in wrong]
        self._state = after

    def _records(self) -> State:
        """Every record, written out: a record that is changed in place is found too."""
        collections = self.sandbox.worlds[self.vendor].store.collections()
        return {
            f"{name}/{record[collection.spec.key]}": orjson.dumps(record)
            for name, collection in collections.items()
            for record in collection
        }

    def _judge(self, status: int, entries: list[Entry], edges: int, after: State) -> list[str]:
        before, wrong = self._state, []
        if status >= 500:
            wrong.append("a server error")
        if edges:
            if entries or edges > 1:
                wrong.append(f"{edges} edge refusals and {len(entries)} journal entries for one call")
            return wrong if before == after else [*wrong, "an edge refusal changed records"]
        if len(entries) != 1:
            return [*wrong, f"{len(entries)} journal entries for one call"]
        entry = entries[0]
        if entry.response_status != status:
            wrong.append(f"the journal says {entry.response_status}")
        if not EXPECTED[self.vendor].refuses(status, entry.response_body):
            self.succeeded.add(entry.operation)
        elif _of_the_vendor(before) != _of_the_vendor(after):
            wrong.append("refused, and yet records changed")
        replayed = dict(before)
        for change in entry.changes:
            place = f"{change.collection}/{change.key}"
            was = None if change.before is None else orjson.dumps(change.before)
            if replayed.pop(place, None) != was:
                wrong.append(f"the journal is wrong about what {place} was")
            if change.after is not None:
                replayed[place] = orjson.dumps(change.after)
        if replayed != after:
            wrong.append("the changes in the journal are not what happened")
        return wrong


def watched(vendor: str) -> Oracle:
    """A vendor served alone; any two are alike, credentials and all."""
    settings = {vendor: EXPECTED[vendor].settings}
    return Oracle(create_app(load_services([vendor]), now=_NOW, mode="frozen", settings=settings), vendor)


def _of_the_vendor(state: State) -> State:
    """Without what the core keeps for itself: a refused call takes a token of the rate limit like any other."""
    return {place: record for place, record in state.items() if not place.startswith("_")}
