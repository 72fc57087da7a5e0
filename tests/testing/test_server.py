"""`Simulator` and `SimulatorServer` outside of pytest: plain and asynchronous, on one's own server or another's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from simulator.app import create_app, load_services
from simulator.client import ControlClient
from simulator.serving import ServerThread
from simulator.testing import NotReachable, NotSimulated, Sandbox, Simulator, SimulatorServer, plugin
from simulator.testing.failure import no_calls
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
    with server.sandbox(strict=False) as one:
        Application(f"{server.url}/kinetic", "no-token").read_me()
        assert len(one.calls_elsewhere("kinetic")) == 1
    with server.sandbox() as other:
        assert other.calls_elsewhere("kinetic") == []


def test_of_many_calls_that_went_astray_the_last_are_told(server: SimulatorServer) -> None:
    astray = Application(f"{server.url}/kinetic", "no-token")
    for _ in range(1001):
        astray.read_me()
    with server.sandbox(strict=False) as sandbox:
        assert sandbox.calls_elsewhere() == []
        for _ in range(1001):
            astray.read_me()
        assert [each.id for each in sandbox.calls_elsewhere()] == list(range(1002, 2003))


def test_a_call_that_reaches_the_default_sandbox_ends_a_block_with_an_error_unless_it_may(
    server: SimulatorServer,
) -> None:
    astray = Application(f"{server.url}/kinetic", "no-token")
    with server.sandbox(strict=False):
        astray.read_me()
    with (
        pytest.raises(
            NotSimulated,
            match=r"reached the default sandbox; use simulator.kinetic.url:\n  kinetic 2: GET /api/v1/me -> 401",
        ),
        server.sandbox(),
    ):
        astray.read_me()
    with server.sandbox():
        pass


def go_astray_before_a_reset_and_in_forks(server: SimulatorServer) -> None:
    with server.sandbox("source", basis="documented") as sandbox:
        call("GET", f"{server.url}/s/source/nothing/early")
        sandbox.reset()
        twin = sandbox.fork("twin").fork("twin-2")
        call("POST", f"{twin.kinetic.url}/api/v1/issues", {"name": "Leak"}, twin.kinetic.token)
        call("GET", f"{server.url}/s/twin-2/nothing/late")
        with sandbox.fork("closed"):
            pass


def test_what_was_asked_of_a_fork_or_before_a_reset_is_not_forgotten(server: SimulatorServer) -> None:
    with pytest.raises(NotSimulated) as told:
        go_astray_before_a_reset_and_in_forks(server)

    said = str(told.value)
    assert said.startswith(
        "the application asked for what is not simulated:\n  GET /s/source/nothing/early -> 404"
    )
    assert "\nin the fork twin-2:\n  the application asked for what is not simulated:" in said
    assert "\n  the test relied on what is weaker than documented:\n    KIN-103" in said
    assert said.count("nothing/late") == said.count("nothing/early") == 1


@pytest.fixture
def forgetful() -> Iterator[tuple[Sandbox, Application]]:
    """A sandbox whose journal has room for one entry."""
    app = create_app(load_services(["kinetic"]))
    with ServerThread(app) as running, SimulatorServer(url=running.url) as server:
        sandbox = server.sandbox("mine", basis="assumed")
        found = app.sandboxes.get("mine")
        assert found is not None
        found.journal.max_bytes = 1
        yield sandbox, Application(sandbox.kinetic.url, sandbox.kinetic.token)


def test_a_basis_is_not_proven_when_calls_are_gone(forgetful: tuple[Sandbox, Application]) -> None:
    sandbox, app = forgetful
    app.read_me()
    sandbox.check()
    app.read_me()
    app.read_me()

    with pytest.raises(
        NotSimulated, match=r"^2 older calls are gone from the journal, so nobody knows what they"
    ):
        sandbox.check()


def test_a_failure_says_that_older_entries_are_gone(forgetful: tuple[Sandbox, Application]) -> None:
    sandbox, app = forgetful
    for _ in range(3):
        app.read_me()

    with pytest.raises(
        AssertionError, match="expected at least 1 matching call, found 0; 2 older entries are gone"
    ):
        sandbox.kinetic.assert_called("create_action_item")
    with pytest.raises(AssertionError, match="there was no create_action_item; 2 older entries are gone"):
        sandbox.kinetic.assert_order("create_action_item")
    assert plugin._tell(sandbox, hold=False).startswith("(2 earlier; 2 older entries are gone)\n")


def test_a_vendor_whose_calls_may_be_gone_is_not_said_to_have_had_none(
    forgetful: tuple[Sandbox, Application],
) -> None:
    sandbox, app = forgetful
    app.read_me()
    app.read_me()
    sandbox.kinetic.name = "nobody"  # of whom the journal has nothing

    said = no_calls(sandbox.kinetic, "assert_called()", 1)

    assert said.startswith("kinetic: no call to it is in this sandbox's journal; 1 older entry is gone\n")


def test_a_proxy_that_would_be_asked_is_told(
    monkeypatch: pytest.MonkeyPatch, server: SimulatorServer
) -> None:
    with server.sandbox() as sandbox:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
        assert "proxy" not in no_calls(sandbox.kinetic, "", 0) + plugin._tell(sandbox, hold=False)
        monkeypatch.delenv("NO_PROXY")
        hint = "\nthe environment has a proxy; set NO_PROXY=127.0.0.1"
        assert hint in no_calls(sandbox.kinetic, "", 0)
        assert hint in plugin._tell(sandbox, hold=False)


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


def test_vendors_are_a_list() -> None:
    with pytest.raises(TypeError, match=r"vendors is a list: \['kinetic'\]"):
        Simulator("kinetic")


def servers() -> int:
    return sum(thread.name == "simulator-server" for thread in threading.enumerate())


def refuse(*_: object) -> None:
    raise NotReachable("not today")


def test_a_server_ends_though_its_last_call_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    before = servers()
    simulator = Simulator(["kinetic"])
    sandbox = simulator.start()
    monkeypatch.setattr(sandbox, "close", refuse)

    with pytest.raises(NotReachable):
        simulator.stop()
    assert servers() == before


def test_a_server_that_is_never_ready_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    before = servers()
    monkeypatch.setattr(ControlClient, "get", refuse)

    with pytest.raises(NotReachable):
        SimulatorServer(["kinetic"]).start()
    assert servers() == before


def test_what_was_started_is_not_started_again() -> None:
    simulator = Simulator(["kinetic"])
    try:
        assert simulator.start() is simulator.start()
    finally:
        simulator.stop()


def test_a_server_that_was_stopped_may_be_started_again() -> None:
    server = SimulatorServer(["kinetic"])
    for _ in range(2):
        with server, server.sandbox(strict=False) as sandbox:
            call("GET", f"{server.url}/nothing")
            Application(f"{server.url}/kinetic", "no-token").read_me()
            assert len(sandbox.edges()) == len(sandbox.calls_elsewhere()) == 1


def test_a_fork_that_cannot_be_deleted_keeps_nothing_else(
    server: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox = server.sandbox()
    forks = [sandbox.fork() for _ in range(3)]
    monkeypatch.setattr(forks[1], "_delete", refuse)

    with pytest.raises(NotReachable):
        sandbox.close()
    assert [each["name"] for each in server.client.get("/sandboxes")["sandboxes"]] == [
        "default",
        forks[1].name,
    ]
