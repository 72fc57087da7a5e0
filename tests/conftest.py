"""What all tests share: a deterministic hypothesis, and the rule that a documented statement has a passing test."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest

from simulator.core.statements import read_ledger
from simulator.data import read_document
from simulator.vendors import VENDORS

# The same examples in every run: what fails in CI fails here.
hypothesis.settings.register_profile("simulator", derandomize=True, deadline=None, max_examples=100)
hypothesis.settings.load_profile("simulator")

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


def pytest_configure(config: pytest.Config) -> None:
    whole = (
        config.args == config.getini("testpaths") and not config.option.keyword and not config.option.markexpr
    )
    collecting = config.option.collectonly
    worker = hasattr(config, "workerinput")
    if whole and not collecting and not worker:
        config.pluginmanager.register(ProvenStatements(), "proven-statements")
