"""Each document against its vendor, by the schemathesis command.

Once over HTTP with the first kind of credential that the vendor takes, once in the command's own process with the last;
in the quick profile, or with SIMULATOR_FUZZ=thorough in the thorough one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.core.codec import write_json
from simulator.core.document import Document
from simulator.core.sandbox import World
from simulator.serving import ServerThread
from simulator.vendors import VENDORS
from tests.contract.configuration import IN_PROCESS, Profile, configuration, profile
from tests.contract.counting import label, links_of, shortfall
from tests.contract.expected import EXPECTED
from tests.contract.oracle import watched
from tests.contract.report import INVALID_CREDENTIALS, Report, read_report

_ROOT = Path(__file__).parents[2]


@dataclass
class Run:
    """A run of the command that has ended."""

    vendor: str
    document: Document
    profile: Profile
    code: int
    output: str
    complaints: list[str]
    report: Report
    succeeded: set[str | None] | None = None  # only over HTTP every answer is seen here


@pytest.fixture(
    scope="module", params=[(vendor, way) for vendor in VENDORS for way in ("http", "process")], ids="-".join
)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    vendor, way = request.param
    folder = tmp_path_factory.mktemp(f"{vendor}-{way}")
    return (_over_http if way == "http" else _in_process)(vendor, folder)


def _over_http(vendor: str, folder: Path) -> Run:
    """The simulator is a thread of this process, so that every call is watched here, also those of no case."""
    oracle = watched(vendor)
    world = oracle.sandbox.worlds[vendor]
    with ServerThread(oracle) as server:
        document = f"{server.url}/__simulator/v1/openapi/{vendor}.json"
        first = next(iter(EXPECTED[vendor].ways.values()))
        run = _run(world, folder, document, f"{server.url}/{vendor}", first(world), seed=1)
    run.complaints += oracle.take_complaints()
    run.succeeded = oracle.succeeded
    return run


def _in_process(vendor: str, folder: Path) -> Run:
    """The command serves the vendor itself; what breaks a rule is a failed check there."""
    world = watched(vendor).sandbox.worlds[vendor]
    document = folder / "document.json"
    document.write_bytes(write_json(world.service.document.raw))
    last = list(EXPECTED[vendor].ways.values())[-1]
    served = {IN_PROCESS: vendor}
    return _run(world, folder, str(document), f"http://localhost/{vendor}", last(world), served, seed=2)


def _run(
    world: World,
    folder: Path,
    document: str,
    url: str,
    authorization: str,
    environment: Mapping[str, str] | None = None,
    *,
    seed: int,
) -> Run:
    asked = profile()
    config, report = folder / "schemathesis.toml", folder / "report.ndjson"
    config.write_text(configuration(world, authorization, asked, seed), encoding="utf-8")
    command: list[Any] = [sys.executable, "-m", "schemathesis.cli", "--config-file", config, "run", document]
    command += ["--url", url, "--report", "ndjson", "--report-ndjson-path", report]
    # PYTHONPATH: it imports tests.contract.hooks, from a folder in which it finds nothing else of ours.
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(_ROOT), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert report.exists(), output
    return Run(
        world.service.name, world.service.document, asked, done.returncode, output, [], read_report(report)
    )


def test_no_check_fails(run):
    assert run.code == 0, run.output


def test_no_call_breaks_a_universal_rule(run):
    assert run.complaints == []


def test_no_operation_lost_cases(run):
    assert shortfall(run.document, run.report.cases, run.profile.examples) == []


def test_every_check_ran(run):
    """Those of schemathesis but the one that schemathesis.toml leaves out, and ours."""
    assert set(run.report.checks) == {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "positive_data_acceptance",
        "missing_required_header",
        "unsupported_method",
        "allow_header_conformance",
        "use_after_free",
        "ensure_resource_availability",
        "ignored_auth",
        "max_response_time",
        "universal_rules",
        "refuses_what_it_cannot_keep",
        "removed_stays_removed",
    }


def test_every_operation_succeeded_at_least_once(run):
    """Else nothing but its refusals was looked at."""
    operations = [label(operation) for operation in run.document.operations.values()]
    assert [operation for operation in operations if not run.report.accepted[operation]] == []
    if run.succeeded is not None:  # some refuse in the body of a 200, which a report does not see
        assert run.document.operations.keys() - run.succeeded == set()


def test_every_protected_operation_was_tried_with_wrong_credentials(run):
    schemes = run.document.raw["components"]["securitySchemes"]
    missing = []
    for operation in run.document.operations.values():
        taken = {schemes[name].get("scheme", "") for names in operation.security for name in names}
        due = {each for each in INVALID_CREDENTIALS if each.partition(" ")[0].lower() in taken}
        if operation.security and (not due or run.report.probed[label(operation)] != due):
            missing.append(operation.id)
    assert missing == []


def test_every_link_was_followed(run):
    _only_if_thorough(run)
    assert links_of(run.document) - set(run.report.links) == set()


def test_every_expected_refusal_occurred(run):
    """One that is listed and never occurs is stale, and would hide the day on which it does."""
    _only_if_thorough(run)
    operations = {operation.id: label(operation) for operation in run.document.operations.values()}
    stale = [
        f"{id} {status}"
        for id, statuses in EXPECTED[run.vendor].refusals.items()
        for status in statuses
        if not run.report.refused[operations[id]][status]
    ]
    assert stale == []


def _only_if_thorough(run: Run) -> None:
    if run.profile.name != "thorough":
        pytest.skip("a quick run has too few cases to promise it")
