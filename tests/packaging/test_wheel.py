"""The wheel holds the package, its data files and their compiled copies, and nothing else."""

from __future__ import annotations

import hashlib
import json
import subprocess
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import pytest

from simulator import __version__
from simulator.strict_yaml import parse
from tests.packaging.building import ROOT, build

DIST_INFO = f"vendor_simulator-{__version__}.dist-info"


@pytest.fixture(scope="session")
def contents(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as file:
        return {name: file.read(name) for name in file.namelist()}


def data_files() -> list[Path]:
    return [*ROOT.glob("openapi/**/*.yaml"), *ROOT.glob("fixtures/*/*.yaml")]


def test_every_data_file_is_in_the_wheel_byte_for_byte(contents: dict[str, bytes]) -> None:
    assert data_files()
    for path in data_files():
        assert contents[f"simulator/_data/{path.relative_to(ROOT).as_posix()}"] == path.read_bytes()


def test_every_data_file_has_a_compiled_copy_that_is_fresh(contents: dict[str, bytes]) -> None:
    for path in data_files():
        name = path.relative_to(ROOT).with_suffix(".json").as_posix()
        copy = json.loads(contents[f"simulator/_data/compiled/{name}"])
        assert copy["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert copy["data"] == parse(path.read_bytes())


def test_nothing_else_is_in_the_wheel(contents: dict[str, bytes]) -> None:
    sources = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("simulator/**/*.py")}
    data = {f"simulator/_data/{path.relative_to(ROOT).as_posix()}" for path in data_files()}
    compiled = {
        f"simulator/_data/compiled/{path.relative_to(ROOT).with_suffix('.json').as_posix()}"
        for path in data_files()
    }
    about = {f"{DIST_INFO}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    license_ = f"{DIST_INFO}/licenses/LICENSE"

    assert contents.keys() == sources | data | compiled | about | {license_, "simulator/py.typed"}


def test_the_metadata_says_what_it_is(contents: dict[str, bytes]) -> None:
    metadata = HeaderParser().parsestr(contents[f"{DIST_INFO}/METADATA"].decode())

    assert metadata["Name"] == "vendor-simulator"
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "simulator = simulator.cli:main" in contents[f"{DIST_INFO}/entry_points.txt"].decode()
    assert (
        "[pytest11]\nsimulator = simulator.testing.plugin"
        in contents[f"{DIST_INFO}/entry_points.txt"].decode()
    )
    assert "py3-none-any" in contents[f"{DIST_INFO}/WHEEL"].decode()
    assert contents[f"{DIST_INFO}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()


def test_a_wheel_made_from_the_source_distribution_is_the_same(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    (tmp_path / "unpacked").mkdir()
    subprocess.run(["tar", "-xzf", sdist, "-C", tmp_path / "unpacked"], check=True)
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    second = build("wheel", unpacked, tmp_path / "wheel")

    with ZipFile(second) as file:
        assert {name: file.read(name) for name in file.namelist()} == contents
