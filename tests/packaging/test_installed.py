"""The wheel, installed where there is nothing else, works away from any checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import threading
import venv
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from simulator import __version__
from tests.packaging.building import ROOT
from tools.blocks import blocks

PATIENCE_S = 20


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel; it borrows the dependencies of ours, so that no network is needed."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True, symlinks=True)
    pip = (home / "bin" / "python", "-m", "pip", "--isolated")
    run(*pip, "install", "--no-index", "--no-deps", wheel, cwd=home)
    # A folder that a .pth file names is searched last, and its own .pth files are not read: the checkout, which an
    # editable install names in one, stays out of reach.
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    ours = dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib")))
    (packages / "borrowed.pth").write_text("\n".join(ours))
    return home


def clean() -> dict[str, str]:
    """Our environment variables without those that would lead Python or the simulator elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SIMULATOR"))}


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, env=clean(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def status(url: str) -> int:
    try:
        with urlopen(url, timeout=PATIENCE_S) as answer:
            return int(answer.status)
    except HTTPError as refusal:
        with refusal:
            return refusal.code


def test_it_is_the_wheel_that_is_imported_and_not_the_checkout(environment: Path, tmp_path: Path) -> None:
    code = "import simulator.data as d; print(d.__file__); print(d.fixture_names('kinetic'))"

    where, fixtures = run(environment / "bin" / "python", "-c", code, cwd=tmp_path).splitlines()

    assert Path(where).is_relative_to(environment)
    assert "default" in fixtures


def test_starting_reads_the_compiled_documents_and_never_loads_the_yaml_parser(
    environment: Path, tmp_path: Path
) -> None:
    code = "import sys; from simulator.data import *; read_document('kinetic'); print('yaml' in sys.modules)"

    assert run(environment / "bin" / "python", "-c", code, cwd=tmp_path) == "False\n"


def test_the_command_says_its_version(environment: Path, tmp_path: Path) -> None:
    assert __version__ in run(environment / "bin" / "simulator", "--version", cwd=tmp_path)


def test_the_test_of_the_readme_passes_as_it_stands_there(environment: Path, tmp_path: Path) -> None:
    """The short form of `make five`, which installs the dependencies too."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (written,) = (block.body for block in blocks(readme) if block.name == "test_valve.py")
    (tmp_path / "test_valve.py").write_text(written, encoding="utf-8")
    # Borrowed with our dependencies, and not in a user's environment.
    others = ("-p", "no:hypothesispytest", "-p", "no:schemathesis")

    said = run(environment / "bin" / "python", "-m", "pytest", "-q", *others, "test_valve.py", cwd=tmp_path)

    assert "1 passed" in said


def test_it_serves(environment: Path, tmp_path: Path) -> None:
    command = (environment / "bin" / "simulator", "serve", "kinetic", "--port", "0", "--json")
    with subprocess.Popen(
        command, cwd=tmp_path, env=clean(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        # A server that never says that it is ready would block the line below for ever.
        overdue = threading.Timer(PATIENCE_S, server.kill)
        overdue.start()
        try:
            assert server.stdout is not None
            assert server.stderr is not None
            line = server.stdout.readline()
            overdue.cancel()
            assert line, server.stderr.read()
            ready = json.loads(line)

            assert ready["vendors"].keys() == {"kinetic"}
            assert status(ready["url"] + "/") == 200
            assert status(ready["control"] + "/ready") == 200
            assert status(ready["vendors"]["kinetic"] + "/api/v1/me") == 401
        finally:
            overdue.cancel()
            server.terminate()
