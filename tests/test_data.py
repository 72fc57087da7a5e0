"""simulator/data.py: what is read is what the YAML says now, and what cannot be read says where and why."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from simulator import data
from simulator.data import DataError
from tools.compile_data import compile_data


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small checkout in place of ours: `simulator` is a folder in it, with the data files beside that."""
    monkeypatch.setattr(data, "__file__", str(tmp_path / "simulator" / "data.py"))
    write(tmp_path / "openapi" / "kinetic.yaml", "openapi: 3.1.0\ninfo: {title: Kinetic}\n")
    write(tmp_path / "openapi" / "kinetic.statements.yaml", "statements: []\n")
    write(tmp_path / "fixtures" / "kinetic" / "default.yaml", "format: 1\n")
    write(tmp_path / "fixtures" / "kinetic" / "busy.yaml", "format: 1\nrecords: {}\n")
    return tmp_path


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_document_is_read_by_its_name(checkout: Path) -> None:
    assert data.read_document("kinetic") == {"openapi": "3.1.0", "info": {"title": "Kinetic"}}
    assert data.read_document("kinetic.statements") == {"statements": []}


def test_a_fixture_is_read_by_its_name(checkout: Path) -> None:
    assert data.fixture_names("kinetic") == ["busy", "default"]
    assert data.read_fixture("kinetic") == {"format": 1}
    assert data.read_fixture("kinetic", "busy") == {"format": 1, "records": {}}


def test_the_parts_of_a_document_are_read_by_their_names(checkout: Path) -> None:
    write(checkout / "openapi" / "kinetic" / "late.yaml", "b: 2")
    write(checkout / "openapi" / "kinetic" / "early.yaml", "a: 1")

    assert list(data.read_parts("kinetic").items()) == [("early", {"a": 1}), ("late", {"b": 2})]
    assert data.read_parts("fluid") == {}
    assert data.read_document("kinetic") == {"openapi": "3.1.0", "info": {"title": "Kinetic"}}


def test_a_part_is_compiled_like_every_data_file(checkout: Path) -> None:
    write(checkout / "openapi" / "kinetic" / "part.yaml", "a: 1")

    assert Path("openapi/kinetic/part.json") in compile_data(checkout)


def test_a_vendor_without_fixtures_has_none(checkout: Path) -> None:
    assert data.fixture_names("fluid") == []


@pytest.mark.parametrize("name", ["own.yaml", "own.yml", "own.state"])
def test_a_fixture_is_read_from_a_file(tmp_path: Path, name: str) -> None:
    assert data.read_fixture("kinetic", write(tmp_path / name, "format: 1")) == {"format": 1}


def test_a_fixture_in_json_is_read_as_json(tmp_path: Path) -> None:
    assert data.read_fixture("kinetic", write(tmp_path / "own.json", '{\t"format": 1}')) == {"format": 1}


def test_an_installed_package_reads_what_it_carries(checkout: Path) -> None:
    write(checkout / "simulator" / "_data" / "openapi" / "kinetic.yaml", "carried: true")

    assert data.read_document("kinetic") == {"carried": True}


def test_without_any_data_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "__file__", str(tmp_path / "simulator" / "data.py"))

    with pytest.raises(DataError, match="install it again"):
        data.read_document("kinetic")


def test_a_name_never_leads_out_of_the_folder(checkout: Path) -> None:
    write(checkout / "secret.yaml", "a: 1")

    for name in ("../../secret", str(checkout / "secret"), "../kinetic/default", ""):
        with pytest.raises(DataError, match="there are: busy, default"):
            data.read_fixture("kinetic", name)


def test_an_error_says_what_where_and_why(checkout: Path) -> None:
    path = write(checkout / "fixtures" / "kinetic" / "default.yaml", "format: 1\nrecords:\n  a: 1\n  a: 2\n")

    with pytest.raises(DataError) as error:
        data.read_fixture("kinetic")

    assert error.value.what == "kinetic's fixture 'default'"
    assert error.value.where == f"{path}:4"
    assert error.value.why == "the key 'a' stands twice, first on line 3"
    assert str(error.value) == f"cannot read {error.value.what}: {error.value.where}: {error.value.why}"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("own.yaml", "- 1", "not an object"),
        ("own.yaml", "", "empty"),
        ("own.json", "[1]", "not an object"),
        ("own.json", '{"a": NaN}', "not JSON"),
        ("own.json", '{"a": 9223372036854775808}', "64 bits"),
    ],
)
def test_a_file_that_is_no_fixture_is_refused(tmp_path: Path, name: str, text: str, why: str) -> None:
    path = write(tmp_path / name, text)

    with pytest.raises(DataError, match=why) as error:
        data.read_fixture("kinetic", path)

    assert error.value.where.startswith(str(path))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        data.read_fixture("kinetic", tmp_path / "none.yaml")


def test_the_compiled_copy_is_read_and_the_yaml_parser_is_not_loaded(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compile_data(checkout)
    monkeypatch.setitem(sys.modules, "simulator.strict_yaml", None)  # an import of it would fail

    assert data.read_document("kinetic")["openapi"] == "3.1.0"
    assert data.read_fixture("kinetic", "busy") == {"format": 1, "records": {}}


def test_a_stale_copy_is_never_served(checkout: Path) -> None:
    compile_data(checkout)
    write(checkout / "openapi" / "kinetic.yaml", "openapi: 3.1.1")

    assert data.read_document("kinetic") == {"openapi": "3.1.1"}


@pytest.mark.parametrize("text", ["", '{"sha256": "', "[]", "{}", "null", '{"sha256": 1, "data": {}}'])
def test_a_spoilt_copy_is_never_served(checkout: Path, text: str) -> None:
    compile_data(checkout)
    write(checkout / ".compiled" / "openapi" / "kinetic.json", text)

    assert data.read_document("kinetic")["openapi"] == "3.1.0"


def test_compiling_again_removes_what_has_no_source(checkout: Path) -> None:
    compile_data(checkout)
    (checkout / "fixtures" / "kinetic" / "busy.yaml").unlink()

    compile_data(checkout)

    assert not (checkout / ".compiled" / "fixtures" / "kinetic" / "busy.json").exists()
    assert json.loads((checkout / ".compiled" / "fixtures" / "kinetic" / "default.json").read_text())["data"]


def test_what_cannot_be_compiled_says_its_line(checkout: Path) -> None:
    write(checkout / "openapi" / "kinetic.yaml", "openapi: 3.1.0\npaths: [\n")

    with pytest.raises(SystemExit, match=r"openapi/kinetic\.yaml:3: not YAML"):
        compile_data(checkout)
