"""TinyDB's file, replaced as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from zlib import crc32

import orjson
from tinydb.storages import Storage

from simulator.core.recorder import StateError

FORMAT = 1
KIND = "simulator state"
META = "meta"  # the table that says what the file is; the first, and its one document has the number 1
_PREFIX = b'{"meta":{"1":'


class AtomicStorage(Storage):
    """Writes a new file beside the old one, has it on the disk, and only then puts it in its place.

    TinyDB's own storage truncates the file before it writes it again: killed in between, it leaves nothing.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def read(self) -> dict[str, dict[str, Any]] | None:
        """The tables. Raises StateError for anything but a whole file of ours; None when there is no file."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(f"{self._path} cannot be read: {error.strerror}", elsewhere=True) from None
        return _tables(data, self._path)

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Replace the file. `data` holds tables but META, whose document is `{kind, format, sum, ...}`. Raises OSError,
        and then the old file is as it was."""
        rest = b"".join(
            b"," + orjson.dumps(name) + b":" + orjson.dumps(table, option=orjson.OPT_NON_STR_KEYS)
            for name, table in data.items()
            if name != META
        )
        meta = {**data.get(META, {}).get("1", {}), "kind": KIND, "format": FORMAT, "sum": 0}
        meta["sum"] = _sum(meta, rest + b"}")
        beside = self._path.with_name(f"{self._path.name}.new")
        # For its owner alone: it holds every sandbox's secrets.
        with open(beside, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(_PREFIX + orjson.dumps(meta) + b"}" + rest + b"}")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        sync_folder(self._path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, not only what they name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tables(data: bytes, path: Path) -> dict[str, dict[str, Any]]:
    if not data:
        raise StateError(
            f"{path} is empty, so it is no state file; name one that does not exist, and it is made"
        )
    try:
        tables = orjson.loads(data)
        meta = tables[META]["1"]
        kind, version, given = meta["kind"], meta["format"], meta["sum"]
    except (ValueError, LookupError, TypeError):
        if data.startswith(_PREFIX):
            raise _damaged(path) from None
        raise StateError(f"{path} is not a state file of the simulator") from None
    if kind != KIND:
        raise StateError(f"{path} is not a state file of the simulator")
    if version != FORMAT:
        newer = isinstance(version, int) and version > FORMAT
        by = "a newer simulator; update this one" if newer else "another version, which this one cannot read"
        raise StateError(f"{path} has format {version!r}, so it was written by {by}")
    rest = data[len(_PREFIX) + len(orjson.dumps(meta)) + 1 :]
    if given != _sum({**meta, "sum": 0}, rest):
        raise _damaged(path)
    return dict(tables)


def _sum(meta: dict[str, Any], rest: bytes) -> int:
    return crc32(rest, crc32(orjson.dumps(meta)))


def _damaged(path: Path) -> StateError:
    return StateError(f"{path} is cut short or damaged; put a copy in its place, or name another file")
