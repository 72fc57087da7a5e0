"""The file behind `--state FILE`: a checkpoint that TinyDB can read, and beside it the log of what came after.

    FILE          every sandbox as it was at the last checkpoint; replaced as a whole
    FILE.log-N    what has been committed since, one frame for each flush
    FILE.lock     held by the process that uses the file

A start reads the checkpoint, applies the log, and writes a new checkpoint. Each record has a number, and each sandbox
of a checkpoint says up to which one it is: so a checkpoint is written sandbox by sandbox while requests are served.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from tinydb import TinyDB

from simulator.core import saved
from simulator.core.clock import stopwatch
from simulator.core.journal import Entry
from simulator.core.recorder import NotKept, StateError
from simulator.core.sandbox import DEFAULT, Sandbox, World
from simulator.core.saved import Bases, NotLoadable
from simulator.core.store import Change
from simulator.core.vendor import Service
from simulator.persistence.frames import Damaged, frames
from simulator.persistence.log import Log
from simulator.persistence.storage import META, AtomicStorage

_log = logging.getLogger("simulator")

_CHECKPOINT_BYTES = (
    32_000_000  # of log, before a checkpoint takes its place; or four times the last checkpoint
)
_SLICE_S = 0.005  # how long a checkpoint may keep requests waiting in one piece


class StateFile:
    """The recorder behind `--state`. Make it, give its `load` and itself to `Sandboxes`, then `start` it.

    Raises StateError for a file that is another's, newer, damaged or in use; nothing on the disk has changed then.
    """

    def __init__(self, path: Path, services: Mapping[str, Service]) -> None:
        path = path.resolve()  # two names of one file are one file
        self._path = path
        self._services = services
        self._bases = Bases(services)
        self._sandboxes: dict[str, Sandbox] = {}
        self._number = 0  # of the last record
        self._upto: dict[str, int] = {}  # by sandbox: the last record that is in it
        self._sequences: dict[tuple[str, str], dict[str, int]] = {}  # by sandbox and vendor, as last written
        self._secrets: dict[str, int] = {}  # by sandbox: how many are written
        self._known_bases: set[str] = set()  # that the log or the checkpoint holds
        self._logged_bytes = 0
        self._checkpoint_bytes = 0
        self._checkpoint: asyncio.Task[None] | None = None
        self._log: Log | None = None
        self.changes = 0  # counts what an answer has to wait for
        self._lock: int | None = _lock(path)
        try:
            self._tables = _read_tables(path)
            self._segments = _segments(path, self._tables)
            self._first_segment = 0 if self._tables is None else self._tables[META]["1"]["segment"]
        except StateError:
            self._unlock()
            raise

    @property
    def is_new(self) -> bool:
        """Whether there was no file."""
        return self._tables is None

    # --- reading

    def load(self, by_secret: dict[str, Sandbox]) -> list[Sandbox]:
        """The sandboxes as they were when the last acknowledged change was made. Raises StateError."""
        try:
            if self._tables is not None:
                for content in self._tables.get("bases", {}).values():
                    self._bases.add(content)
                for document in self._tables.get("sandboxes", {}).values():
                    self._take(document["upto"], document["sandbox"], by_secret)
                self._number = self._tables[META]["1"]["number"]
            for segment in self._segments:
                self._replay(segment, by_secret)
        except NotLoadable as error:
            raise StateError(f"{self._path} does not fit what is served: {error}") from None
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise StateError(
                f"{self._path} holds what this version does not understand: {type(error).__name__}: {error}"
            ) from error
        self._tables = None
        return list(self._sandboxes.values())

    def _take(self, number: int, given: Mapping[str, Any], by_secret: dict[str, Sandbox]) -> None:
        name = given["name"]
        before = self._sandboxes.get(name)
        if before is not None:
            before.forget_secrets()
        index = None if name == DEFAULT else by_secret
        self._sandboxes[name] = saved.load(given, self._services, self._bases, index)
        self._upto[name] = number

    def _replay(self, segment: Path, by_secret: dict[str, Sandbox]) -> None:
        try:
            data = segment.read_bytes()
        except OSError as error:
            raise StateError(f"{segment} cannot be read: {error.strerror}", elsewhere=True) from None
        whole = 0
        try:
            for end, body in frames(data):
                whole = end
                for line in body.split(b"\n"):
                    self._apply(orjson.loads(line), by_secret)
        except Damaged as error:
            raise StateError(
                f"{segment} is damaged at byte {error.offset}; put a copy of it and of {self._path} in their place"
            ) from None
        if whole < len(data):
            after = self._segments[self._segments.index(segment) + 1 :]
            if any(
                each.stat().st_size for each in after
            ):  # an empty one: the next start did not get far either
                raise StateError(f"{segment} is cut short at byte {whole}, and {after[0]} goes on after it")
            _log.warning("%s: %d bytes that were never acknowledged are left out", segment, len(data) - whole)

    def _apply(self, record: dict[str, Any], by_secret: dict[str, Sandbox]) -> None:
        kind, number, name = record["is"], record["number"], record.get("sandbox", "")
        self._number = max(self._number, number)
        if kind == "base":
            self._bases.add(record["content"])
            return
        if number <= self._upto.get(name, 0):
            return  # the checkpoint came later
        if kind == "begun":
            self._take(number, record["whole"], by_secret)
            return
        if name not in self._sandboxes:
            return  # ended before the checkpoint that this record precedes
        sandbox = self._sandboxes[name]
        if kind == "ended":
            sandbox.forget_secrets()
            del self._sandboxes[name], self._upto[name]
            return
        self._upto[name] = number
        if kind == "reached":
            vendor = record["vendor"]
            sandbox.worlds[vendor] = saved.load_world(
                sandbox, self._services[vendor], record["world"], self._bases
            )
        elif kind == "committed":
            self._commit(sandbox, record)
        else:
            saved.load_arrangement(sandbox, record["arrangement"])

    def _commit(self, sandbox: Sandbox, record: dict[str, Any]) -> None:
        vendor = record["vendor"]
        if vendor not in sandbox.worlds and record["changes"]:
            raise NotLoadable(f"a change of {vendor} before its world")
        changes: list[Change] = []
        numbers_before = None
        if vendor in sandbox.worlds:
            world = sandbox.worlds[vendor]
            numbers_before = None if record["sequences"] is None else world.store.sequences()
            changes = world.redo(record["changes"])
            if record["sequences"] is not None:
                world.store.restore({}, record["sequences"])
        for secret in record["secrets"]:
            sandbox.register_secret(secret)
        if record["lease"] is not None:
            sandbox.lease = saved.load_lease(record["lease"])
        if record["entry"] is not None:
            sandbox.journal.append(saved.load_entry(record["entry"], changes, self._services))
        elif changes:
            sandbox.journal.changed(vendor, changes, numbers_before)

    # --- writing

    def start(self) -> None:
        """Write a checkpoint of what has been loaded and begun, and a new log behind it. Raises StateError."""
        segment = self._next_segment()
        try:
            log = Log(segment)
        except OSError as error:
            raise self._not_written(error) from None
        try:
            self._write_checkpoint(self._documents(), _number_of(segment))
        except OSError as error:
            log.close()
            segment.unlink(missing_ok=True)
            raise self._not_written(error) from None
        self._log, self._segments = log, [segment]

    def _not_written(self, error: OSError) -> StateError:
        return StateError(f"{self._path} cannot be written: {error.strerror}", elsewhere=True)

    def _next_segment(self) -> Path:
        """One that no file has: of a start or a checkpoint that failed an empty one may be left."""
        numbers = [self._first_segment, *map(_number_of, _all_segments(self._path))]
        return _segment(self._path, max(numbers) + 1)

    @property
    def failed(self) -> str | None:
        """Why nothing can be kept any more, once the disk has refused a record."""
        failure = None if self._log is None else self._log.failure
        return None if failure is None else failure.strerror or str(failure)

    async def durable(self) -> None:
        """Return when everything committed so far is on the disk. Raises NotKept."""
        if self._log is not None:
            await self._log.wait()

    def flush(self) -> None:
        """`durable` for a caller without an event loop."""
        if self._log is not None:
            self._log.flush()

    def close(self) -> None:
        """Have everything on the disk, in a checkpoint, and let go of the file."""
        if self._log is None:
            self._unlock()
            return
        try:
            self._log.close()
            self._write_checkpoint(self._documents(), _number_of(self._next_segment()))
        except NotKept:
            pass  # said when it happened; what was acknowledged is there
        except OSError as error:
            _log.error("%s: no last checkpoint (%s); the log holds everything", self._path, error.strerror)
        finally:
            self._log = None
            self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def begun(self, sandbox: Sandbox) -> None:
        self._sandboxes[sandbox.name] = sandbox
        whole = saved.save(sandbox, self._bases)
        self._mark(sandbox)
        self._write_bases(*_needed(whole))
        self._write({"is": "begun", "sandbox": sandbox.name, "whole": whole}, sandbox.name)

    def ended(self, name: str) -> None:
        self._sandboxes.pop(name, None)
        self._secrets.pop(name, None)
        for key in [key for key in self._sequences if key[0] == name]:
            del self._sequences[key]
        self._write({"is": "ended", "sandbox": name}, name)
        self._upto.pop(name, None)

    def reached(self, world: World) -> None:
        name, vendor = world.sandbox.name, world.service.name
        self._sequences[name, vendor] = world.store.sequences()
        whole = saved.save_world(world, self._bases)
        self._write_bases(whole["base"])
        record = {"is": "reached", "sandbox": name, "vendor": vendor, "world": whole}
        # No answer waits for it: what a world begins with is made again, and a change of it comes later in the log.
        self._write(record, name, awaited=False)

    def committed(self, world: World, changes: list[Change], entry: Entry | None) -> None:
        sandbox, vendor = world.sandbox, world.service.name
        name = sandbox.name
        sequences: dict[str, int] | None = world.store.sequences()
        if sequences == self._sequences.get((name, vendor)):
            sequences = None
        else:
            self._sequences[name, vendor] = world.store.sequences()
        record = {
            "is": "committed",
            "sandbox": name,
            "vendor": vendor,
            "changes": [(each.collection, each.key, each.after, each.place) for each in changes],
            "sequences": sequences,
            "secrets": self._new_secrets(sandbox),
            "lease": saved.save_lease(sandbox),
            "entry": None if entry is None else saved.save_entry(entry),
        }
        self._write(record, name, awaited=bool(changes) or sequences is not None)

    def arranged(self, sandbox: Sandbox) -> None:
        record = {
            "is": "arranged",
            "sandbox": sandbox.name,
            "arrangement": saved.save_arrangement(sandbox),
        }
        self._write(record, sandbox.name)

    def _mark(self, sandbox: Sandbox) -> None:
        for vendor, world in sandbox.worlds.items():
            self._sequences[sandbox.name, vendor] = world.store.sequences()
        self._secrets[sandbox.name] = len(sandbox.secrets)

    def _new_secrets(self, sandbox: Sandbox) -> list[str]:
        """Those that are not written yet; they are the last ones, for a dict keeps its order."""
        new = len(sandbox.secrets) - self._secrets.get(sandbox.name, 0)
        if new <= 0:
            return []
        self._secrets[sandbox.name] = len(sandbox.secrets)
        latest = reversed(sandbox.secrets)
        return [next(latest) for _ in range(new)][::-1]

    def _write(self, record: dict[str, Any], name: str, *, awaited: bool = True) -> None:
        if self._log is None:
            return  # before the first checkpoint, which will hold it
        self._append(record)
        self._upto[name] = self._number
        if awaited:
            self.changes += 1
        if self._logged_bytes > max(_CHECKPOINT_BYTES, 4 * self._checkpoint_bytes):
            self._begin_checkpoint()

    def _write_bases(self, *names: str) -> None:
        for name in names:
            if self._log is not None and name not in self._known_bases:
                self._known_bases.add(name)
                self._append({"is": "base", "content": self._bases.content(name)})

    def _append(self, record: dict[str, Any]) -> None:
        assert self._log is not None  # noqa: S101 - for the type alone: who calls it has looked
        self._number += 1
        record["number"] = self._number
        line = orjson.dumps(record, default=_plain)
        self._logged_bytes += len(line)
        self._log.append(line)

    # --- checkpoints

    def _documents(self) -> dict[str, tuple[orjson.Fragment, set[str]]]:
        return {name: self._document(sandbox) for name, sandbox in self._sandboxes.items()}

    def _document(self, sandbox: Sandbox) -> tuple[orjson.Fragment, set[str]]:
        """A sandbox as a checkpoint holds it, and the bases it needs."""
        whole = saved.save(sandbox, self._bases)
        document = {"upto": self._number, "sandbox": whole}
        return orjson.Fragment(orjson.dumps(document, default=_plain)), _needed(whole)

    def _write_checkpoint(
        self, documents: Mapping[str, tuple[orjson.Fragment, set[str]]], segment: int
    ) -> None:
        """Replace the file; the log goes on with `segment`, and those before are removed. Raises OSError."""
        needed = set().union(*(bases for _, bases in documents.values()))
        tables: dict[str, dict[str, Any]] = {
            META: {"1": {"segment": segment, "number": self._number}},
            "bases": {str(at): self._bases.content(name) for at, name in enumerate(sorted(needed), 1)},
            "sandboxes": {str(at): document for at, (document, _) in enumerate(documents.values(), 1)},
        }
        with TinyDB(self._path, storage=AtomicStorage) as database:
            database.storage.write(tables)
        self._known_bases = needed
        self._checkpoint_bytes = self._path.stat().st_size
        self._logged_bytes = 0
        for old in _all_segments(self._path):
            if _number_of(old) < segment:
                old.unlink()

    def _begin_checkpoint(self) -> None:
        """Write a checkpoint beside the requests, if there is an event loop to do it in; else when one has time."""
        if self._checkpoint is not None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._checkpoint = loop.create_task(self._checkpoint_in_slices())

    async def _checkpoint_in_slices(self) -> None:
        assert self._log is not None  # noqa: S101 - for the type alone: only a started file has a checkpoint to write
        try:
            segment = self._next_segment()
            self._log.rotate(segment)
            self._segments.append(segment)
            self._known_bases = (
                set()
            )  # whoever reads only the new segment must find them there, or in the checkpoint
            documents: dict[str, tuple[orjson.Fragment, set[str]]] = {}
            since = stopwatch()
            for name in list(self._sandboxes):
                sandbox = self._sandboxes.get(name)
                if sandbox is not None:
                    documents[name] = self._document(sandbox)
                if stopwatch() - since > _SLICE_S:
                    await asyncio.sleep(0)
                    since = stopwatch()
            await asyncio.to_thread(self._write_checkpoint, documents, _number_of(segment))
            self._segments = [segment]
        except (OSError, NotKept) as error:
            _log.error("%s: no checkpoint (%s); the log goes on", self._path, error)
        except Exception:  # noqa: BLE001 - a task's error would be told to nobody
            _log.exception("%s: no checkpoint; the log goes on", self._path)
        finally:
            self._logged_bytes = 0  # also of one that failed: the next try is not for every write
            self._checkpoint = None


# --- names of files ---------------------------------------------------------------------------------------------------


def _needed(whole: Mapping[str, Any]) -> set[str]:
    """The bases that a saved sandbox names."""
    return {*whole["bases"].values(), *(world["base"] for world in whole["worlds"].values())}


def _plain(value: Any) -> Any:
    """What a refusal's explanation may hold beside JSON. Anything else is a bug that must not be kept as a text."""
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _lock(path: Path) -> int:
    """Hold the file for this process. Raises StateError when another one does, or the folder takes no file."""
    if path.is_dir() or not path.name:
        raise StateError(f"{path} is a folder, not a file")
    try:
        descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StateError(f"{path} cannot be used: {error.strerror}", elsewhere=True) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        why = f"{path} is in use by another simulator; stop it, or name another file"
        raise StateError(why, elsewhere=True) from None
    return descriptor


def _read_tables(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        left = [segment for segment in _all_segments(path) if segment.stat().st_size]
        if left:
            raise StateError(
                f"{path} is missing, and {left[0]} was written after it; put it back, or remove that"
            )
        return None
    # Through the storage, for TinyDB would make an empty table of whatever it cannot find.
    return AtomicStorage(str(path)).read()


def _segments(path: Path, tables: Mapping[str, Any] | None) -> list[Path]:
    """The segments that come after a checkpoint, in order. Raises StateError when one is missing."""
    if tables is None:
        return []
    first = tables[META]["1"].get("segment", 0)
    found = [segment for segment in _all_segments(path) if _number_of(segment) >= first]
    # An empty one holds nothing: it was made for a start or a checkpoint that did not come to its end.
    written = [segment for segment in found if segment.stat().st_size]
    there = {_number_of(segment) for segment in found}
    for segment in written:
        gone = next((number for number in range(first, _number_of(segment)) if number not in there), None)
        if gone is not None:
            raise StateError(
                f"{_segment(path, gone)} is missing, and {segment} was written after it; put it back"
            )
    return written


def _all_segments(path: Path) -> list[Path]:
    prefix = f"{path.name}.log-"
    numbered = (each for each in _beside(path) if each.name.removeprefix(prefix).isdecimal())
    return sorted((each for each in numbered if each.name.startswith(prefix)), key=_number_of)


def _beside(path: Path) -> Iterator[Path]:
    return path.parent.iterdir() if path.parent.is_dir() else iter(())


def _segment(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.log-{number}")


def _number_of(segment: Path) -> int:
    return int(segment.name.rpartition("-")[2])
