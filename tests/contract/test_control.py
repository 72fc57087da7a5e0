"""The control API against its own document, as a vendor is: schemathesis over HTTP, all phases."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulator.control.routes import Control
from simulator.core.sandbox import Sandboxes
from simulator.data import read_document
from simulator.serving import ServerThread
from tests.contract.configuration import profile
from tests.contract.report import read_report
from tests.gateway.asgi import make_app, services

# What a well-formed call may be refused with besides 2xx, and why.
REFUSALS = {
    404: "a sandbox, vendor, collection, record, entry, fault or statement that is not there",
    409: "a name that is taken; the default sandbox, which stays; calls that were not made",
    410: "a fork behind a state that was put in place as a whole",
    422: "names and values that only what is served decides: operations, settings, records, snapshots",
}


def _configuration(examples: int) -> str:
    base = Path(__file__).with_name("schemathesis.toml").read_text(encoding="utf-8")
    base = re.sub(r"^hooks = .*$", "", base, flags=re.MULTILINE)  # those of the vendors
    accepted = json.dumps(["2xx", *map(str, REFUSALS)])
    base = base.replace(
        'positive_data_acceptance.expected-statuses = ["2xx"]',
        f"positive_data_acceptance.expected-statuses = {accepted}\n"
        # Nothing here has a credential without a control key; tests/control has the key's own tests.
        "ignored_auth.enabled = false",
    )
    base = base.replace(
        'negative_data_rejection.expected-statuses = ["400", "404", "422"]',
        'negative_data_rejection.expected-statuses = ["400", "404", "405", "409", "410", "415", "422"]',
    )
    phases = "".join(
        f"[phases.{phase}.generation]\nmax-examples = {examples}\n" for phase in ("fuzzing", "stateful")
    )
    # To delete all faults empties a list that is still there.
    lists = '[[operations]]\ninclude-operation-id = "list_faults"\nchecks.use_after_free.enabled = false\n'
    return f"seed = 1\n{base}\n{phases}{lists}"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, str, Any]:
    folder = tmp_path_factory.mktemp("control")
    config, report = folder / "schemathesis.toml", folder / "report.ndjson"
    config.write_text(_configuration(profile().examples), encoding="utf-8")
    with ServerThread(make_app()) as server:
        document = f"{server.url}/__simulator/v1/openapi/control.json"
        command: list[Any] = [
            sys.executable,
            "-m",
            "schemathesis.cli",
            "--config-file",
            config,
            "run",
            document,
        ]
        command += ["--url", server.url, "--report", "ndjson", "--report-ndjson-path", report]
        done = subprocess.run(
            command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False
        )
    return done.returncode, done.stdout + done.stderr, read_report(report)


def test_no_check_fails(outcome: tuple[int, str, Any]) -> None:
    code, output, _ = outcome

    assert code == 0, output


def test_the_document_has_every_call_and_no_other() -> None:
    served = {
        (f"/__simulator/v1{path}", method)
        for path, handlers in Control(Sandboxes(services()), None).table().items()
        for method in handlers
    }
    described = {
        (path, method.upper())
        for path, item in read_document("control")["paths"].items()
        for method in item
        if method != "parameters"
    }

    def shape(calls: set[tuple[str, str]]) -> set[tuple[str, str]]:
        return {(re.sub(r"\{[^}]*\}", "{}", path), method) for path, method in calls}

    assert shape(served) == shape(described)


def test_the_document_is_openapi() -> None:
    from openapi_spec_validator import OpenAPIV31SpecValidator  # noqa: PLC0415 - slow to import, used here alone

    assert list(OpenAPIV31SpecValidator(read_document("control")).iter_errors()) == []
