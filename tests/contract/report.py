"""What schemathesis did in a run, read from its NDJSON report."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

INVALID_CREDENTIALS = ("Bearer SCHEMATHESIS-INVALID-VALUE", "Basic U0NIRU1BVEhFU0lTLUlOVkFMSUQtVkFMVUU6")


@dataclass
class Report:
    """Counts by operation, an operation being called as schemathesis calls it: `POST /api/v1/issues`.

    `cases`: those of each phase that does not chain calls, without what checks sent besides. `accepted` and `refused`:
    how often well-formed data was answered with each 2xx and each other status. `probed`: operations that were tried
    without and with wrong credentials. `links`: how often each link was followed. `checks`: how often each check ran.
    """

    cases: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    accepted: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    refused: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    probed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    links: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)


def read_report(path: Path) -> Report:
    report = Report()
    with path.open("rb") as lines:
        for line in lines:
            event: dict[str, Any] = orjson.loads(line)
            scenario = event.get("ScenarioFinished")
            if scenario is not None:
                _read_scenario(report, scenario["phase"], scenario["recorder"])
    return report


def _read_scenario(report: Report, phase: str, recorder: dict[str, Any]) -> None:
    for results in recorder.get("checks", {}).values():
        report.checks.update(result["name"] for result in results)
    for id, node in recorder.get("cases", {}).items():
        case = node["value"]
        # A case may use another method than the operation it tries, and then stands under the operation all the same.
        operation = f"{case['method']} {case['path']}" if phase == "stateful" else recorder["label"]
        credential = (case.get("headers") or {}).get("Authorization", "")
        probe = next((each for each in INVALID_CREDENTIALS if credential.startswith(each)), None)
        if probe is not None:
            report.probed[operation].add(probe)
            continue
        if phase == "stateful":
            if node.get("is_transition_applied"):
                report.links[node["transition"]["id"]] += 1
        elif "parent_id" in node:
            continue  # a check's own request
        else:
            report.cases[operation][phase] += 1
        response = recorder["interactions"].get(id, {}).get("response")
        if response is not None and case["meta"]["generation"]["mode"] == "positive":
            status = response["status_code"]
            answers = report.accepted if 200 <= status < 300 else report.refused
            answers[operation][status] += 1
