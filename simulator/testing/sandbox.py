"""A sandbox as a test holds it: its vendors, its clock, its state as a whole."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self
from urllib.parse import urlencode

from simulator.client import ControlError, environment
from simulator.testing.call import Call
from simulator.testing.failure import explain_statements
from simulator.testing.vendor import Fault, VendorHandle

if TYPE_CHECKING:
    from simulator.testing.server import SimulatorServer

__tracebackhide__ = True  # of pytest: what is wrong is in the test, not here

_PAGE = 1000
_MOST = 10  # calls in a list
_MEANT = "  if that is meant: strict=False"


class NotSimulated(AssertionError):
    """The application asked for what no vendor here answers, or relied on what no document says."""


class Fired(NamedTuple):
    """Something that time brought about when the clock was moved."""

    what: str
    statement: str
    at: datetime
    vendor: str


class Edge(NamedTuple):
    """A request that was refused before a vendor was asked: not simulated, not served, or beyond a limit."""

    id: int
    at: datetime
    status: int
    reason: str
    method: str | None
    path: str | None

    def __str__(self) -> str:
        return f"{self.method or 'a request'} {self.path or ''} -> {self.status}: {self.reason}"


class Assumption(NamedTuple):
    """A statement weaker than the sandbox's basis on which answers relied, and the ids of those calls."""

    id: str
    text: str
    source: str
    basis: str
    entries: tuple[int, ...]


class Clock:
    """The sandbox's clock; every vendor in it goes by it. It runs, unless it was made or set to stand still."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def now(self) -> datetime:
        """In UTC, to the millisecond."""
        return datetime.fromisoformat(self._sandbox.call("GET", "/clock")["now"])

    @property
    def mode(self) -> Literal["running", "frozen"]:
        mode: Literal["running", "frozen"] = self._sandbox.call("GET", "/clock")["mode"]
        return mode

    def advance(self, by: timedelta | None = None, **units: float) -> list[Fired]:
        """Move forward, `advance(timedelta(minutes=11))` or `advance(minutes=11)`, and return what fell due on the way,
        in order."""
        if not isinstance(by, timedelta | None) or (by is None and not units):
            raise TypeError("advance takes a timedelta, or units: advance(seconds=60), advance(minutes=11)")
        by = (by or timedelta()) + timedelta(**units)
        micros = by // timedelta(microseconds=1)
        if micros < 0:
            raise ValueError("a clock is advanced by a positive duration; set it to go back")
        text = f"PT{micros // 1_000_000}.{micros % 1_000_000:06}S"
        return _fired(self._sandbox.call("POST", "/clock/advance", {"by": text}))

    def set(self, now: datetime | str) -> list[Fired]:
        """Go to an instant, also an earlier one; it says its offset, as ISO text or an aware datetime."""
        return _fired(self._sandbox.call("PUT", "/clock", {"now": instant(now)}))

    def freeze(self, now: datetime | str | None = None) -> None:
        """Stand still, here or at an instant."""
        at = {} if now is None else {"now": instant(now)}
        self._sandbox.call("PUT", "/clock", {"mode": "frozen", **at})

    def run(self) -> None:
        """Go on from where it stands."""
        self._sandbox.call("PUT", "/clock", {"mode": "running"})

    def __repr__(self) -> str:
        return f"<clock of {self._sandbox.name}>"


class Sandbox:
    """Everything one test needs for itself. Each vendor served is an attribute: `simulator.kinetic`.

    A context manager, plain or asynchronous: at its end, if nothing else went wrong, `check` is called, and the sandbox
    is deleted.
    """

    def __init__(
        self, server: SimulatorServer, described: Mapping[str, Any], *, strict: bool, basis: str | None
    ) -> None:
        self.server = server
        self.described = described
        self.name = str(described["name"])
        self.strict = strict
        self.basis = basis
        self.clock = Clock(self)
        self._before = server.misled()[1]  # of the default sandbox's journal: what came before is not ours
        self._wrong_before: list[str] = []  # what was wrong before it was reset
        self.faults: list[Fault] = []  # that were made by a handle of this sandbox
        self._forks: list[Sandbox] = []
        self._is_fork = False
        self._looked = False  # for strays, which are then not the next sandbox's
        self._closed = False

    # --- its vendors

    def vendor(self, name: str) -> VendorHandle:
        """A vendor by name; `simulator.kinetic` is the same."""
        if name not in self.described["urls"]:
            known = {each for each in super().__dir__() if not each.startswith("_")} | {*self.vendors}
            near = difflib.get_close_matches(name, sorted(known), 1)
            meant = f"did you mean {near[0]}? " if near else ""
            raise AttributeError(
                f"{name} is not served; {meant}the vendors served are {', '.join(self.vendors)}"
            )
        return VendorHandle(self, name)

    @property
    def vendors(self) -> list[str]:
        return list(self.described["urls"])

    def __getattr__(self, name: str) -> VendorHandle:
        if name.startswith("_") or name == "described":
            raise AttributeError(name)
        return self.vendor(name)

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *self.vendors})

    @property
    def env(self) -> dict[str, str]:
        """What a program that is started by the test needs: `KINETIC_BASE_URL`, `KINETIC_TOKEN`..."""
        return environment(dict(self.described), self.server.url)

    # --- its state

    def snapshot(self) -> dict[str, Any]:
        """The whole state as JSON, secrets included."""
        taken: dict[str, Any] = self.call("GET", "/snapshot")
        return taken

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Put a snapshot in the place of the state, all or nothing; the journal goes on."""
        self._settle_faults()
        self.described = self.call("PUT", "/snapshot", dict(snapshot))

    def fork(self, name: str | None = None, at: int | Call | None = None) -> Sandbox:
        """A copy that goes its own way: as it is now, or as it was after a call. It is deleted with this sandbox, if
        not before."""
        after = at.id if isinstance(at, Call) else at
        asked = {key: value for key, value in (("name", name), ("at", after)) if value is not None}
        twin = Sandbox(self.server, self.call("POST", "/fork", asked), strict=self.strict, basis=self.basis)
        twin._is_fork = True
        self._forks.append(twin)
        return twin

    def reset(self) -> None:
        """Back to the fixture, clock, faults and journal included. What `check` would have said is not forgotten."""
        self._wrong_before += self._wrong()
        self._settle_faults()
        self.described = self.call("POST", "/reset", {})

    def _settle_faults(self) -> None:
        for fault in self.faults:
            fault.settle()
        self.faults.clear()

    def changes(self) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
        """What differs from the fixture, also what the test arranged:
        {vendor: {collection: {key: {before, after}}}}."""
        changes: dict[str, dict[str, dict[str, dict[str, Any]]]] = self.call("GET", "/changes")
        return changes

    # --- what happened

    def calls(self) -> list[Call]:
        """All calls, of all vendors, oldest first."""
        return [Call(entry) for entry in self.entries()[0]]

    def entries(self, **filters: Any) -> tuple[list[dict[str, Any]], int]:
        """The journal as the control API shows it, and how many older entries are gone."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while True:
            query = urlencode({**filters, "after": after, "limit": _PAGE})
            page = self.call("GET", f"/journal?{query}")
            found += page["entries"]
            after = page["next"]
            if after is None:
                return found, int(page["evicted"])

    def assumptions(self) -> list[Assumption]:
        """The statements weaker than `basis` (documented, unless another was asked for) on which answers relied."""
        return _assumptions(self.call("GET", "/assumptions"))

    def edges(self) -> list[Edge]:
        """What was asked of this sandbox that no vendor answered, the latest hundred. On a server of the test's own
        also what named no sandbox at all: nobody else can have asked."""
        self._looked = True
        return [*self._own_edges(), *self.server.strays()]

    def _own_edges(self) -> list[Edge]:
        return edges_of(self.call("GET", "/edges"))

    def calls_elsewhere(self, vendor: str | None = None) -> list[Call]:
        """The calls (to a vendor) that went to the default sandbox of a server of the test's own since this sandbox was
        made."""
        calls, _ = self.server.misled(self._before)
        return [each for each in calls if vendor in {None, each.vendor}]

    def check(self) -> None:
        """Raise NotSimulated if the application asked for what is not simulated or called the default sandbox of a
        server of the test's own (unless made with `strict=False`), or relied on a statement weaker than the `basis` it
        was made with; here, before a reset, or in a fork that is still open."""
        wrong = [*self._wrong_before, *self._wrong(), *(self._astray() if self.strict else ())]
        for twin in self._open_forks():
            if in_twin := [*twin._wrong_before, *twin._wrong()]:
                wrong += [f"in the fork {twin.name}:", *(f"  {line}" for line in in_twin)]
        if wrong:
            raise NotSimulated("\n".join(wrong))

    def _open_forks(self) -> Iterator[Sandbox]:
        for twin in self._forks:
            if not twin._closed:
                yield twin
            yield from twin._open_forks()

    def _wrong(self) -> list[str]:
        """What is wrong with what was asked of this very sandbox."""
        unsimulated = _unsimulated(self._own_edges()) if self.strict else []
        return [*unsimulated, *(self._assumed() if self.basis else ())]

    def _astray(self) -> list[str]:
        """What went to no sandbox, or to the default one."""
        self._looked = True
        lines = _unsimulated(self.server.strays())
        if calls := self.calls_elsewhere():
            first = ", ".join(
                f"simulator.{vendor}.url" for vendor in dict.fromkeys(each.vendor for each in calls)
            )
            lines += [
                f"the application's calls reached the default sandbox; use {first}:",
                *(f"  {each.vendor} {each}" for each in calls[-_MOST:]),
                _MEANT,
            ]
        return lines

    def _assumed(self) -> list[str]:
        answer = self.call("GET", "/assumptions")
        assumptions, evicted = _assumptions(answer), answer["evicted"]
        lost = (
            [f"{evicted} older calls are gone from the journal, so nobody knows what they relied on"]
            if evicted
            else []
        )
        if not assumptions:
            return lost
        by_id = {call.id: call for call in self.calls()}
        lines = [f"the test relied on what is weaker than {self.basis}:"]
        for each in assumptions:
            lines += explain_statements(self, [each.id], "  ")
            lines += [f"    in call {by_id.get(id, id)}" for id in each.entries[:3]]
        return [*lines, *lost]

    # --- its life

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A control call below this sandbox, for what has no method here. Raises ControlError."""
        return self.server.client.call(method, f"/sandboxes/{self.name}{path}", body)

    def close(self) -> None:
        """Delete it, and its forks; once is enough."""
        if self._closed:
            return
        self._closed = True
        with contextlib.ExitStack() as ends:  # one that fails does not keep the others
            ends.callback(self._delete)
            if not self._is_fork:
                ends.callback(self._forget_strays)
            for twin in self._forks:
                ends.callback(twin.close)

    def _forget_strays(self) -> None:
        if not self._looked:
            self.server.strays()
        self.server.forget_strays()

    def _delete(self) -> None:
        try:
            self.call("DELETE", "")
        except ControlError as error:
            if error.status != 404:  # its lease has ended, or somebody else was quicker
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.check()
        finally:
            self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, traceback)

    def __repr__(self) -> str:
        return f"<sandbox {self.name} at {self.server.url}>"


def _unsimulated(edges: Sequence[Edge]) -> list[str]:
    if not edges:
        return []
    return ["the application asked for what is not simulated:", *(f"  {each}" for each in edges), _MEANT]


def instant(moment: datetime | str) -> str:
    """An instant as the control API takes it. Raises ValueError for one without an offset."""
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError("an instant needs an offset: datetime(..., tzinfo=UTC)")
        return moment.astimezone(UTC).isoformat()
    return moment


def _fired(answer: Mapping[str, Any]) -> list[Fired]:
    return [
        Fired(each["what"], each["statement"], datetime.fromisoformat(each["at"]), each["vendor"])
        for each in answer["fired"]
    ]


def _assumptions(answer: Mapping[str, Any]) -> list[Assumption]:
    return [
        Assumption(each["id"], each["text"], each["source"], each["basis"], tuple(each["entries"]))
        for each in answer["assumptions"]
    ]


def edges_of(answer: Mapping[str, Any]) -> list[Edge]:
    return [Edge(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in answer["edges"]]
