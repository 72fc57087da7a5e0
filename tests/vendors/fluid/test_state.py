"""What is kept in a state file: the bucket of the limit, what waits in the outbox, and tokens with their age."""

from __future__ import annotations

import asyncio
from pathlib import Path

from simulator.core.clock import parse_instant
from simulator.core.sandbox import Sandboxes
from simulator.core.vendor import Service
from simulator.outbox import Sender
from simulator.persistence.state import StateFile
from tests.receiver import Receiver
from tests.vendors.fluid.calls import BULK_EDIT, NOW, PUMP, Client, create
from tests.vendors.fluid.conftest import client_of


async def kept(path: Path, service: Service, use) -> None:
    """Use the first client of a sandbox that is kept in a file."""
    services = {"fluid": service}
    state = StateFile(path, services)
    try:
        sandboxes = Sandboxes(
            services, recorder=state, kept=state.load, now=parse_instant(NOW), mode="frozen"
        )
        state.start()
        await use(client_of(sandboxes.default, "dana"))
    finally:
        state.close()


def test_tokens_of_the_limit_that_were_spent_are_spent_after_a_restart(tmp_path, service) -> None:
    async def spend(fluid: Client) -> None:
        fluid.settings(rate_limit=2)
        fluid.sandbox.arranged()
        assert [fluid.get(PUMP).status, fluid.get("/nowhere").status] == [200, 404]

    async def ask(fluid: Client) -> None:
        assert fluid.get(PUMP).status == 429
        fluid.advance("PT1M")
        assert fluid.get(PUMP).status == 200

    asyncio.run(kept(tmp_path / "state.json", service, spend))
    asyncio.run(kept(tmp_path / "state.json", service, ask))


def test_what_waits_in_the_outbox_is_sent_after_a_restart(tmp_path, service) -> None:
    with Receiver(status=500) as receiver:

        async def queue(fluid: Client) -> None:
            fluid.settings(webhooks_enabled=True)
            fluid.sandbox.arranged()
            [hook] = fluid.world.store.all("webhooks")
            fluid.world.store.replace("webhooks", {**hook, "url": receiver.url})
            fluid.world.commit()
            create(fluid, principalGuid=BULK_EDIT)
            assert len(await Sender().drain(fluid.sandbox)) == 1

        async def go_on(fluid: Client) -> None:
            assert [entry.direction for entry in fluid.sandbox.journal] == ["in", "out"]
            assert await Sender().drain(fluid.sandbox) == []
            receiver.status = 200
            fluid.advance("PT1H")
            assert len(await Sender().drain(fluid.sandbox)) == 1

        async def look(fluid: Client) -> None:
            fluid.advance("PT12H")
            assert await Sender().drain(fluid.sandbox) == []

        for use in (queue, go_on, look):
            asyncio.run(kept(tmp_path / "state.json", service, use))
    assert len(receiver.received) == 2


def test_a_regenerated_token_is_the_one_that_holds_after_a_restart(tmp_path, service) -> None:
    pats: list[str] = []

    async def regenerate(fluid: Client) -> None:
        pats.append(fluid.post("/User/RegeneratePat").json["pat"])

    async def ask(fluid: Client) -> None:
        assert pats == [each["pat"] for each in fluid.world.store.all("users") if each["id"] == 603]
        assert fluid.get(PUMP).status == 401

    asyncio.run(kept(tmp_path / "state.json", service, regenerate))
    asyncio.run(kept(tmp_path / "state.json", service, ask))
