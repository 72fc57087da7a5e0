"""What all tests share: a deterministic hypothesis, no way out of this machine, and the rule that a documented
statement has a passing test."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from simulator.core.statements import read_ledger
from simulator.data import read_document
from simulator.vendors import VENDORS
from tests.offline import sitecustomize as offline  # imported, it holds in this process

# The same examples in every run: what fails in CI fails here.
hypothesis.settings.register_profile("simulator", derandomize=True, deadline=None, max_examples=100)
hypothesis.settings.load_profile("simulator")

# And on the path of every Python that a test starts.
_OFFLINE = str(Path(offline.__file__).parent)
_PATH = os.environ.get("PYTHONPATH", "").split(os.pathsep)
os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([_OFFLINE, *filter(None, _PATH)]))

_KEY = "statements"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        ids = [id for mark in item.iter_markers("statement") for id in mark.args]
        if ids:
            item.user_properties.append((_KEY, ids))


class ProvenStatements:
    """Fails a run of the whole suite that leaves a documented statement without a passing test."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        into = self.passed if report.passed else self.failed
        for name, ids in report.user_properties:
            if name == _KEY and isinstance(ids, list):
                into.update(ids)

    def unproven(self) -> Iterator[str]:
        for vendor in VENDORS:
            ledger = read_ledger(read_document(f"{vendor}.statements"), vendor)
            for statement in ledger.values():
                if statement.basis == "documented" and statement.id not in self.passed - self.failed:
                    yield statement.id

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        missing = list(self.unproven())
        if missing and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            if reporter is not None:
                reporter.write_line("")
                reporter.write_line(
                    f"documented statements without a passing test: {', '.join(missing)}", red=True
                )


class NoWayOut:
    """Fails a run in which anybody tried to reach another machine, also one who thought nothing of the refusal."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="simulator-tests-")
        self._file = Path(self._folder.name) / "tried"
        os.environ[offline.LOG] = str(self._file)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        tried = self._file.read_text(encoding="utf-8") if self._file.exists() else ""
        self._folder.cleanup()
        if tried:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            if reporter is not None:
                reporter.write_line("")
                reporter.write_line(f"tried to reach another machine:\n{tried}", red=True)


def pytest_configure(config: pytest.Config) -> None:
    if offline.LOG not in os.environ:  # a worker of xdist writes into the file of the run
        config.pluginmanager.register(NoWayOut(), "no-way-out")
    whole = (
        config.args == config.getini("testpaths") and not config.option.keyword and not config.option.markexpr
    )
    collecting = config.option.collectonly
    worker = hasattr(config, "workerinput")
    if whole and not collecting and not worker:
        config.pluginmanager.register(ProvenStatements(), "proven-statements")
