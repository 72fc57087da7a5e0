"""The examples run as their first lines say."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
EXEC = [sys.executable, "-m", "simulator.cli", "exec", "--vendor", "kinetic", "--"]
PATIENCE_S = 60

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")


def run(*command: str | Path, cwd: Path = EXAMPLES) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, timeout=PATIENCE_S, check=False)


@needs_node
def test_the_node_example_passes() -> None:
    done = run(*EXEC, "node", "--test", "--test-reporter=tap", "node/leak.test.mjs")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 3" in done.stdout
    assert "# fail 0" in done.stdout


@needs_node
def test_the_node_example_can_fail_and_says_why(tmp_path: Path) -> None:
    text = (EXAMPLES / "node" / "leak.test.mjs").read_text(encoding="utf-8")
    broken = tmp_path / "broken.test.mjs"
    broken.write_text(
        text.replace('json_contains: { name: "Leak at gate 4" }', 'json_contains: { name: "Leek" }')
    )

    done = run(*EXEC, "node", "--test", "--test-reporter=tap", broken)

    assert done.returncode == 1
    assert "expected 1 matching call, found 0" in done.stdout
    assert "# fail 1" in done.stdout


def test_the_shell_example_passes() -> None:
    done = run(*EXEC, "sh", "shell/leak.sh")

    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.endswith("outage is noticed")]


def test_the_shell_example_can_fail_and_says_why(tmp_path: Path) -> None:
    text = (EXAMPLES / "shell" / "leak.sh").read_text(encoding="utf-8")
    broken = tmp_path / "broken.sh"
    broken.write_text(text.replace('report_leak "Leak at gate 4"', "true"))

    done = run(*EXEC, "sh", broken)

    assert done.returncode != 0
    assert "expected 1 matching call, found 0" in done.stdout


def test_the_unittest_example_passes() -> None:
    done = run(sys.executable, "-W", "error", "-m", "unittest", "leak_unittest", cwd=EXAMPLES / "python")

    assert done.returncode == 0, done.stderr
    assert "Ran 3 tests" in done.stderr


_CREATE = """
import json, os, urllib.request as u
def post(path, body, **headers):
    data = json.dumps(body).encode()
    sent = u.Request(os.environ["ALLOY_BASE_URL"] + path, data, {"Content-Type": "application/json", **headers})
    return json.loads(u.build_opener(u.ProxyHandler({})).open(sent).read())
asked = {"ActionId": 900, "Fields": {"Plate": "HH-AB 12", "Driver": "Ines Moreau"}}
print(post("/api/v2", asked, Authorization="Bearer " + os.environ["ALLOY_TOKEN"])["success"])
"""


def test_the_customization_is_served_by_the_command_that_it_names() -> None:
    fixture = f"alloy={EXAMPLES / 'alloy-fleet.yaml'}"
    command = [*EXEC[:-1], "--vendor", "alloy", "--fixture", fixture, "--", sys.executable, "-c", _CREATE]
    done = run(*command)

    assert (done.returncode, done.stdout) == (0, "True\n"), done.stderr


def test_every_example_is_run_here() -> None:
    here = Path(__file__).read_text(encoding="utf-8")

    for path in EXAMPLES.rglob("*.*"):
        if "__pycache__" not in path.parts:
            assert path.stem in here, path
