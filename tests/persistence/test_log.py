"""persistence/log.py: who waits is told when, and only when, it is on the disk."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from simulator.core.recorder import NotKept
from simulator.persistence import log as module
from simulator.persistence.frames import frames
from simulator.persistence.log import Log


def records(segment: Path) -> list[bytes]:
    return [line for _, body in frames(segment.read_bytes()) for line in body.split(b"\n")]


def test_a_record_is_on_the_disk_when_its_waiter_is_told(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")

    async def write(number: int) -> bool:
        log.append(b"%d" % number)
        await log.wait()
        return b"%d" % number in records(tmp_path / "log")

    async def many() -> list[bool]:
        return await asyncio.gather(*map(write, range(200)))

    assert all(asyncio.run(many()))
    log.close()
    assert sorted(map(int, records(tmp_path / "log"))) == list(range(200))


def test_writers_that_come_together_share_a_flush(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushes: list[int] = []

    def sync(file: int) -> None:
        flushes.append(file)
        os.fsync(file)

    monkeypatch.setattr(module, "_sync", sync)
    log = Log(tmp_path / "log")

    async def write(number: int) -> None:
        log.append(b"%d" % number)
        await log.wait()

    async def many() -> None:
        await asyncio.gather(*map(write, range(100)))

    asyncio.run(many())
    log.close()

    assert 1 <= len(flushes) <= 10


def test_a_record_that_nobody_waits_for_is_written_when_the_log_closes(tmp_path: Path) -> None:
    log = Log(tmp_path / "log")
    log.append(b"1")
    log.close()

    assert records(tmp_path / "log") == [b"1"]


def test_after_a_rotation_records_go_to_the_next_segment(tmp_path: Path) -> None:
    log = Log(tmp_path / "log-1")
    log.append(b"1")
    log.rotate(tmp_path / "log-2")
    log.append(b"2")
    log.flush()
    log.close()

    assert (records(tmp_path / "log-1"), records(tmp_path / "log-2")) == ([b"1"], [b"2"])


def test_a_disk_that_refuses_a_record_is_believed_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4: a second fsync after a failed one says nothing of what the first should have written."""
    failures = iter([OSError(28, "No space left on device")])

    def sync(file: int) -> None:
        for failure in failures:
            raise failure

    monkeypatch.setattr(module, "_sync", sync)
    log = Log(tmp_path / "log")
    log.append(b"1")
    with pytest.raises(NotKept, match="No space"):
        log.flush()
    for _ in range(10):
        log.append(b"2")
    assert log._pending == []  # nothing gathers that nobody will write
    with pytest.raises(NotKept, match="No space"):
        asyncio.run(log.wait())
    with pytest.raises(NotKept):
        log.close()


def test_a_segment_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"somebody's")
    with pytest.raises(FileExistsError):
        Log(tmp_path / "log")
