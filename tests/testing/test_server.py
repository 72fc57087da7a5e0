"""`Simulator` and `SimulatorServer` outside of pytest: plain and asynchronous, on one's own server or another's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from simulator.app import create_app, load_services
from simulator.client import ControlClient
from simulator.serving import ServerThread
from simulator.testing import NotReachable, NotSimulated, Simulator, SimulatorServer
from tests.testing.application import Application, call


def test_a_with_block_has_a_server_and_a_sandbox_of_its_own() -> None:
    with Simulator(["kinetic"], now=datetime(2026, 1, 31, 9, tzinfo=UTC), clock="frozen") as sim:
        assert sim.vendors == ["kinetic"]
        assert sim.clock.now == datetime(2026, 1, 31, 9, tzinfo=UTC)
        Application(sim.kinetic.url, sim.kinetic.token).create()
        sim.kinetic.assert_called("create_action_item", times=1)
        url = sim.server.url

    with pytest.raises(NotReachable), ControlClient(url) as client:
        client.get("/ready")


def test_an_asynchronous_block_is_the_same() -> None:
    async def main() -> None:
        async with Simulator(["kinetic"]) as sim:
            app = Application(sim.kinetic.url, sim.kinetic.token)
            # The application runs in this loop too: while one waits for its call, it must be able to make it.
            task = asyncio.create_task(asyncio.to_thread(app.create))
            found = await sim.kinetic.wait_for_call_async("create_action_item", timeout=20)
            assert found.status == 200
            await task
            with pytest.raises(AssertionError, match="found 0"):
                await sim.kinetic.wait_for_call_async("list_action_items", timeout=0)
            async with sim.fork() as twin:
                assert twin.changes() == sim.changes()

    asyncio.run(main())


def test_a_server_that_runs_is_used_and_goes_on() -> None:
    app = create_app(load_services(["kinetic"]), control_key="k1")
    with ServerThread(app) as running:
        with SimulatorServer(url=running.url, key="k1") as server:
            with server.sandbox("mine") as sandbox:
                assert Application(sandbox.kinetic.url, sandbox.kinetic.token).read_me()[0] == 200
                lease = app.sandboxes.get("mine")
                assert lease is not None
                assert lease.lease is not None
            assert app.sandboxes.get("mine") is None
        with ControlClient(running.url, "k1") as client:
            assert client.get("/ready")["ready"]


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer(["kinetic"]) as running:
        yield running


def test_what_is_not_simulated_ends_a_block_with_an_error_unless_it_may(server: SimulatorServer) -> None:
    with (
        pytest.raises(NotSimulated, match=r"GET /s/strict/nothing/x -> 404: nothing is not served"),
        server.sandbox("strict"),
    ):
        call("GET", f"{server.url}/s/strict/nothing/x")
    with server.sandbox("lax", strict=False):
        call("GET", f"{server.url}/s/lax/nothing/x")
        call("GET", f"{server.url}/nothing")


def test_what_names_no_sandbox_is_of_the_one_that_runs_and_not_of_the_next(server: SimulatorServer) -> None:
    with pytest.raises(NotSimulated, match="/nothing -> 404"), server.sandbox():
        call("GET", f"{server.url}/nothing")
    with server.sandbox(strict=False):
        call("GET", f"{server.url}/nothing")
    with server.sandbox() as last, last.fork():
        assert last.edges() == []


def test_a_copy_that_is_closed_takes_nothing_with_it(server: SimulatorServer) -> None:
    with server.sandbox(strict=False) as sandbox:
        call("GET", f"{server.url}/nothing")
        sandbox.edges()

        sandbox.fork().close()

        assert [each.path for each in sandbox.edges()] == ["/nothing"]


def test_calls_that_another_test_sent_astray_are_not_told_again(server: SimulatorServer) -> None:
    with server.sandbox() as one:
        Application(f"{server.url}/kinetic", "no-token").read_me()
        assert len(one.calls_elsewhere("kinetic")) == 1
    time.sleep(0.002)  # a journal tells milliseconds
    with server.sandbox() as other:
        assert other.calls_elsewhere("kinetic") == []


def ask_for_nothing_and_fail(server: SimulatorServer) -> None:
    with server.sandbox() as sandbox:
        call("GET", f"{server.url}/s/{sandbox.name}/nothing/x")
        raise ZeroDivisionError


def test_an_error_in_a_block_is_not_hidden_by_a_check(server: SimulatorServer) -> None:
    with pytest.raises(ZeroDivisionError):
        ask_for_nothing_and_fail(server)


def create_issue(basis: str) -> None:
    with Simulator(["kinetic"], basis=basis) as sim:
        call("POST", f"{sim.kinetic.url}/api/v1/issues", {"name": "Leak"}, sim.kinetic.token)


def test_a_basis_refuses_what_is_weaker() -> None:
    create_issue("assumed")
    with pytest.raises(
        NotSimulated,
        match=r"weaker than documented:\n  KIN-103 \(published\).*\n    source: .*\n    in call 1: POST",
    ):
        create_issue("documented")


def test_a_vendor_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"there is no vendor knetic; there are .*kinetic"):
        Simulator(["knetic"]).start()


def test_a_server_that_was_not_started_says_so() -> None:
    with pytest.raises(RuntimeError, match="not running; start it"):
        SimulatorServer().sandbox()


def test_a_sandbox_that_cannot_be_made_leaves_no_server_behind() -> None:
    simulator = Simulator(["kinetic"], now="yesterday")

    with pytest.raises(Exception, match="Invalid isoformat"):
        simulator.start()
    with pytest.raises(RuntimeError):
        simulator.server.client.get("/ready")
