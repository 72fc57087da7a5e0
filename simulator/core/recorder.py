"""What keeps sandboxes beyond the life of a process: the interface of a state file, which a database can serve too."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from simulator.core.journal import Entry
    from simulator.core.sandbox import Sandbox, World
    from simulator.core.store import Change


class NotKept(Exception):
    """The recorder could not keep a change, so nobody may be told that it was made."""


class StateError(Exception):
    """What was kept cannot be used: what is wrong, and what to do. Nothing of it has been changed. `elsewhere`: not
    with what was kept, but with the machine (in use, no right, no room)."""

    def __init__(self, reason: str, *, elsewhere: bool = False) -> None:
        super().__init__(reason)
        self.elsewhere = elsewhere


class Recorder(Protocol):
    """Is told of each sandbox and of every commit at once, and says when what it was told is safe."""

    changes: int  # grows with whatever an answer has to wait for

    @property
    def failed(self) -> str | None:
        """Why nothing is kept any more, if so: from then on nothing may be changed."""

    def durable(self) -> Awaitable[None]:
        """Return when everything that was told is safe. Raises NotKept."""

    def begun(self, sandbox: Sandbox) -> None:
        """A sandbox is there as a whole: new, or in the place of what it was (reset, restored)."""

    def ended(self, name: str) -> None:
        """A sandbox is gone."""

    def reached(self, world: World) -> None:
        """A vendor's world has been made; commits follow."""

    def committed(self, world: World, changes: list[Change], entry: Entry | None) -> None:
        """A transaction has ended with these changes, and with the journal's entry if a call made it."""

    def arranged(self, sandbox: Sandbox) -> None:
        """Clock, faults or settings are other than they were."""
