"""persistence/storage.py: the file is replaced as a whole, and is refused unless it is ours and whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tinydb import TinyDB

from simulator.core.recorder import StateError
from simulator.persistence.storage import AtomicStorage

TABLES: dict[str, dict[str, Any]] = {
    "meta": {"1": {"segment": 1, "number": 7}},
    "sandboxes": {"1": {"name": "default", "text": "é\u2028"}, "2": {"name": "other"}},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    AtomicStorage(str(tmp_path / "state.json")).write(TABLES)
    return tmp_path / "state.json"


def refused(path: Path) -> str:
    before = path.read_bytes()
    with pytest.raises(StateError) as error:
        AtomicStorage(str(path)).read()
    assert path.read_bytes() == before
    return str(error.value)


def test_what_is_written_is_read_by_tinydb(path: Path) -> None:
    with TinyDB(path, storage=AtomicStorage) as database:
        assert database.tables() == {"meta", "sandboxes"}
        assert [each["name"] for each in database.table("sandboxes")] == ["default", "other"]
        assert database.table("meta").get(doc_id=1)["number"] == 7


def test_the_file_is_its_owners_alone_for_it_holds_secrets(path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0


def test_a_write_that_fails_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = path.read_bytes()
    monkeypatch.setattr("simulator.persistence.storage.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        AtomicStorage(str(path)).write({"sandboxes": {}})

    assert path.read_bytes() == before


def test_a_file_that_is_cut_short_anywhere_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        assert refused(path)


def test_a_file_in_which_one_bit_flips_anywhere_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    for place in range(len(whole)):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        path.write_bytes(bytes(flipped))
        assert refused(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"hello\n", "is not a state file"),
        (b"[]", "is not a state file"),
        (b'{"_default":{"1":{"a":1}}}', "is not a state file"),
        (json.dumps({"format": 1, "kind": "simulator snapshot"}).encode(), "is not a state file"),
        (b'{"meta":{"1":{"kind":"simulator state","format":2,"sum":0}}}', "a newer simulator"),
        (b'{"meta":{"1":{"kind":"simulator state","format":"x","sum":0}}}', "another version"),
        (b'{"meta":{"1":{"kind":"simulator state","format":1,"sum":5}}}', "cut short or damaged"),
        (b"\x00" * 100, "is not a state file"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)

    assert said in refused(path)


def test_no_file_is_no_state(tmp_path: Path) -> None:
    assert AtomicStorage(str(tmp_path / "new")).read() is None
