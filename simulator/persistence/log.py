"""An append-only log that many writers share: whoever waits for a record waits for the flush that all wait for."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

from simulator.core.recorder import NotKept
from simulator.persistence.frames import frame
from simulator.persistence.storage import sync_folder

_IDLE_S = 0.05  # how long a record that nobody waits for may stay in memory


class Log:
    """The open segment of a log, and the thread that writes it.

    When the disk has refused a record, nothing is taken any more, for nobody knows how much of it is there.

    Positions count records. A record is durable when `durable` returns for its position; one that nobody waits for is
    written soon.
    """

    def __init__(self, segment: Path) -> None:
        self._file = _create(segment)
        self._pending: list[bytes] = []
        self._position = 0  # of the last record appended
        self._durable = 0
        self._waiting: list[tuple[int, asyncio.AbstractEventLoop, asyncio.Future[None]]] = []
        self._failure: OSError | None = None
        self._hurried = 0  # callers in `flush`
        self._closing = False
        self._awake = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="simulator-state", daemon=True)
        self._thread.start()

    @property
    def failure(self) -> OSError | None:
        return self._failure

    def append(self, record: bytes) -> None:
        """Take a record, which holds no line break."""
        with self._awake:
            if self._failure is not None:
                return  # and nobody is told that it was kept
            self._pending.append(record)
            self._position += 1
            if len(self._pending) == 1:
                self._awake.notify_all()

    async def wait(self) -> None:
        """Return when everything appended so far is on the disk. Raises NotKept."""
        with self._awake:
            if self._failure is not None:
                raise NotKept(str(self._failure))
            if self._durable >= self._position:
                return
            loop = asyncio.get_running_loop()
            future: asyncio.Future[None] = loop.create_future()
            self._waiting.append((self._position, loop, future))
            self._awake.notify_all()
        await future

    def flush(self) -> None:
        """`wait` for a caller without an event loop. Raises NotKept."""
        with self._awake:
            self._hurried += 1
            self._awake.notify_all()
            self._awake.wait_for(lambda: self._durable >= self._position or self._failure is not None)
            self._hurried -= 1
        if self._failure is not None:
            raise NotKept(str(self._failure))

    def rotate(self, segment: Path) -> None:
        """Let everything appended from now on go to another segment."""
        self.flush()  # blocks, but rarely: a checkpoint begins
        with self._awake:
            before, self._file = self._file, _create(segment)
        os.close(before)

    def close(self) -> None:
        """Write what is left and stop. Raises NotKept."""
        with self._awake:
            self._closing = True
            self._awake.notify()
        self._thread.join()
        os.close(self._file)
        if self._failure is not None:
            raise NotKept(str(self._failure))

    def _run(self) -> None:
        while True:
            with self._awake:
                self._awake.wait_for(lambda: self._pending or self._closing)
                # Nobody may be waiting: a reader's entry in the journal is written with the next that somebody does.
                self._awake.wait_for(lambda: self._waiting or self._hurried or self._closing, _IDLE_S)
                records, self._pending = self._pending, []
                position, last = self._position, self._closing
            if records:
                self._write(records)
            with self._awake:
                if self._failure is None:
                    self._durable = position
                self._tell()
                self._awake.notify_all()
            if last or self._failure is not None:
                return

    def _write(self, records: list[bytes]) -> None:
        data = frame(b"\n".join(records))
        try:
            while data:
                data = data[os.write(self._file, data) :]
            _sync(self._file)
        except OSError as error:
            self._failure = error

    def _tell(self) -> None:
        done = [each for each in self._waiting if self._settled(each[0])]
        self._waiting = [each for each in self._waiting if not self._settled(each[0])]
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for _, loop, future in done:
            by_loop.setdefault(loop, []).append(future)
        for loop, futures in by_loop.items():
            loop.call_soon_threadsafe(self._settle, futures)

    def _settled(self, position: int) -> bool:
        return self._failure is not None or position <= self._durable

    def _settle(self, futures: list[asyncio.Future[None]]) -> None:
        for future in futures:
            if not future.done():
                if self._failure is not None:
                    future.set_exception(NotKept(str(self._failure)))
                else:
                    future.set_result(None)


def _create(segment: Path) -> int:
    descriptor = os.open(segment, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    sync_folder(segment.parent)
    return descriptor


# macOS has no fdatasync.
_sync = getattr(os, "fdatasync", os.fsync)
