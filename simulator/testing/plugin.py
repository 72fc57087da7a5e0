"""The pytest plugin: a fresh sandbox for each test that asks for `simulator`, and what it tells of a failure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulator.testing.sandbox import Sandbox
    from simulator.testing.server import SimulatorServer

# This module is imported in every pytest run of whoever has the simulator installed. So everything of ours is imported
# inside functions, when a fixture is used.

_LAST = 10  # calls in the report of a failing test
_OPTIONS = ("fixture", "now", "clock", "seed", "settings", "basis", "strict")

_sandbox = pytest.StashKey["Sandbox"]()
_raised = pytest.StashKey[bool]()  # also where that was expected: it is not to fail again at its end
_failed = pytest.StashKey[bool]()  # what is held to be looked at
_told = pytest.StashKey[str]()
_held = pytest.StashKey["list[tuple[str, Sandbox]]"]()
_serving = pytest.StashKey["SimulatorServer"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("simulator", "simulator, a stand-in for vendor APIs")
    group.addoption(
        "--simulator-url",
        metavar="URL",
        help="Use the simulator that runs there, and start none; SIMULATOR_URL says the same.",
    )
    group.addoption(
        "--simulator-hold",
        action="store_true",
        help="Keep the sandboxes of tests that fail, and the server after the run until Enter is pressed, to look at.",
    )
    parser.addini("simulator_vendors", "The vendors that the fixtures serve; all, if none is named.", "args")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "simulator(fixture=, now=, clock=, seed=, settings=, basis=, strict=True): how the sandbox of the fixture "
        "`simulator` begins; basis='documented' fails a test that relied on less, strict=False lets it ask for what is "
        "not simulated",
    )
    config.stash[_held] = []
    if config.option.simulator_hold and _url(config) is None and config.getoption("numprocesses", None):
        raise pytest.UsageError(
            "--simulator-hold keeps a server of this process, and with -n there is one in each worker: leave -n out, "
            "or start `simulator serve` and pass --simulator-url"
        )


def _url(config: pytest.Config) -> str | None:
    import os  # noqa: PLC0415 - see above

    return config.option.simulator_url or os.environ.get("SIMULATOR_URL") or None


@pytest.fixture(scope="session")
def simulator_server(pytestconfig: pytest.Config) -> Iterator[SimulatorServer]:
    """The server on which sandboxes are made: one for the run, or for each worker of xdist, on a free port; or the one
    at `--simulator-url`."""
    import os  # noqa: PLC0415 - see above

    from simulator.client import ControlError, NotReachable  # noqa: PLC0415
    from simulator.testing.server import SimulatorServer  # noqa: PLC0415

    server = SimulatorServer(
        pytestconfig.getini("simulator_vendors"),
        url=_url(pytestconfig),
        key=os.environ.get("SIMULATOR_CONTROL_KEY") or None,
    )
    wrong = ""
    try:
        server.start()
    except NotReachable as error:
        wrong = f"{error}\n  next: simulator serve, or leave out --simulator-url and SIMULATOR_URL"
    except ControlError as error:
        wrong = f"the simulator refuses: {error}"
        if error.status == 401:
            wrong += "\n  next: SIMULATOR_CONTROL_KEY=THE-KEY pytest"
        elif error.status == 404:
            wrong += "\n  next: --simulator-url with the server's own address, without a path"
    except ValueError as error:
        wrong = f"simulator_vendors: {error}"
    if wrong:  # not where the error is at hand, which would be told beside it
        pytest.fail(wrong, pytrace=False)
    yield server
    if pytestconfig.stash[_held]:
        pytestconfig.stash[_serving] = server  # stopped when everything is told
    else:
        server.stop()


@pytest.fixture
def simulator(request: pytest.FixtureRequest, simulator_server: SimulatorServer) -> Iterator[Sandbox]:
    """A fresh sandbox: `simulator.kinetic.url` and `.token` for the application, `simulator.kinetic.assert_called` for
    the test, `simulator.clock.advance` for both. The marker `simulator` says how it begins."""
    from simulator.testing.sandbox import NotSimulated  # noqa: PLC0415 - see above

    node, hold = request.node, request.config.option.simulator_hold
    sandbox = _new_sandbox(simulator_server, node)
    node.stash[_sandbox] = sandbox
    node.stash[_raised] = node.stash[_failed] = False  # a plugin may run a test again
    yield sandbox
    wrong = ""
    if not node.stash[_raised]:
        try:
            sandbox.check()
        except NotSimulated as error:
            wrong = str(error)
            node.stash[_told] = _tell(sandbox, hold)  # before it is deleted
    del node.stash[_sandbox]
    if (node.stash[_failed] or wrong) and hold:
        node.config.stash[_held].append((node.nodeid, sandbox))
    else:
        sandbox.close()
    if wrong:
        pytest.fail(wrong, pytrace=False)


def _new_sandbox(server: SimulatorServer, node: Any) -> Sandbox:
    """A sandbox with the options of the nearest markers, called after its test: tokens and numbers are then the same in
    whatever order and process it runs."""
    from simulator.client import ControlError, NotReachable  # noqa: PLC0415 - see above

    options: dict[str, Any] = {}
    for marker in reversed(list(node.iter_markers("simulator"))):
        if marker.args or (unknown := set(marker.kwargs) - set(_OPTIONS)):
            given = f"{marker.args[0]!r}" if marker.args else ", ".join(sorted(unknown))
            pytest.fail(f"the marker simulator takes {', '.join(_OPTIONS)}, not {given}", pytrace=False)
        options |= marker.kwargs
    wrong = ""
    # Without a name where that is taken: held since this test failed before, or used by another run on the same server.
    for name in (_name(node.nodeid), None):
        try:
            return server.sandbox(name, **options)
        except ControlError as error:
            wrong = error.detail
            if error.status != 409:
                break
        except (TypeError, ValueError, NotReachable) as error:
            wrong = str(error)
            break
    # Not where the error is at hand, which would be told beside it.
    pytest.fail(f"the sandbox cannot be made: {wrong}", pytrace=False)


def _name(nodeid: str) -> str:
    """A sandbox's name of at most 32 letters, digits and hyphens."""
    digest = hashlib.blake2b(nodeid.encode(), digest_size=4).hexdigest()
    test = re.sub(r"[^a-z0-9]+", "-", nodeid.rpartition("::")[2].lower())[:23].strip("-")
    return f"{test}-{digest}" if test else digest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if call.excinfo is not None:
        item.stash[_raised] = True
    if report.failed:
        item.stash[_failed] = True
        told = (
            _tell(item.stash[_sandbox], item.config.option.simulator_hold)
            if _sandbox in item.stash
            else item.stash.get(_told, "")
        )
        if told:
            report.sections.append(("simulator: the last calls", told))
    return report


def _tell(sandbox: Sandbox, hold: bool) -> str:
    """The last calls, and what nobody answered; never an error of its own, which would hide the test's."""
    from simulator.client import ControlError, NotReachable  # noqa: PLC0415 - see above
    from simulator.core.verifier import gone  # noqa: PLC0415 - see above
    from simulator.testing.call import Call  # noqa: PLC0415
    from simulator.testing.failure import proxied, wrong  # noqa: PLC0415

    try:
        (entries, evicted), edges = sandbox.entries(), sandbox.edges()
    except (ControlError, NotReachable) as error:
        return f"they cannot be told: {error}"
    calls = [Call(entry) for entry in entries]
    earlier = max(0, len(calls) - _LAST) + evicted
    lines = [f"({earlier} earlier{'; ' + gone(evicted) if evicted else ''})"] if earlier else []
    for call in calls[-_LAST:]:
        lines.append(f"{call.vendor} {call}")
        if call.explanation:
            lines.append(f"    {call.explanation['reason']}")
            lines += [f"    {wrong(each)}" for each in call.explanation.get("problems", ())]
    if not calls:
        lines.append("no call has reached this sandbox; its addresses are:")
        lines += [f"  {vendor}: {url}" for vendor, url in sandbox.described["urls"].items()]
        lines += proxied(sandbox.server.url)
    if hold:
        lines.append(f"it is kept: simulator logs --url {sandbox.server.url} --sandbox {sandbox.name}")
    if edges:
        lines += ["what nobody answered:", *(f"  {each}" for each in edges)]
    return "\n".join(lines)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    held = config.stash.get(_held, [])
    if held:
        terminalreporter.section("simulator: sandboxes that are kept")
        for nodeid, sandbox in held:
            terminalreporter.write_line(nodeid)
            for name, url in sandbox.described["urls"].items():
                terminalreporter.write_line(f"  {name}: {url}")
            terminalreporter.write_line(
                f"  simulator logs --url {sandbox.server.url} --sandbox {sandbox.name}"
            )


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    server = config.stash.get(_serving, None)
    if server is None:
        return
    del config.stash[_serving]
    try:
        if server.own:
            _wait(config, server.url)
    finally:
        server.stop()


def _wait(config: pytest.Config, url: str) -> None:
    """Until Enter or Ctrl-C; at once where nobody sits at the input, as in CI."""
    import contextlib  # noqa: PLC0415 - see above
    import sys  # noqa: PLC0415 - see above

    capture = config.pluginmanager.getplugin("capturemanager")
    if capture is not None:
        capture.suspend_global_capture(in_=True)
    print(f"the simulator goes on at {url}; press Enter to stop it", flush=True)  # noqa: T201 - the reporter has ended
    with contextlib.suppress(KeyboardInterrupt):
        sys.stdin.readline()
