"""A vendor in a sandbox, as a test holds it: its address and credentials, what it was asked, what it is to do."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from simulator.client import ControlError
from simulator.core.clock import stopwatch
from simulator.core.verifier import CriterionError, fewest, verify
from simulator.testing.call import Call
from simulator.testing.failure import no_calls, not_called, not_in_order, order
from simulator.testing.seeding import Seed

if TYPE_CHECKING:
    from simulator.testing.sandbox import Sandbox

__tracebackhide__ = True  # of pytest: what is wrong is in the test, not here

ALWAYS = 1_000_000  # how often a fault strikes that strikes as long as it is there
_POLL_S = 0.01


class Criterion(TypedDict, total=False):
    """What a call is recognised by. Each value may be a matcher, such as those of dirty-equals."""

    status: Any
    path: Any  # the vendor's own path, such as /api/v1/me
    query: Mapping[str, Any]  # parameters that are in it
    headers: Mapping[str, Any]  # headers that are in it
    json: Any  # the whole body
    json_contains: Any  # objects in it, also those in lists, may have more than is given


class Expected(Criterion, total=False):
    """A criterion, and how many calls are to fit it; without, at least one."""

    times: int
    at_least: int
    at_most: int


class Credential(dict[str, Any]):
    """A credential of a sandbox; its fields are also attributes: `kinetic.credentials[1].token`."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"this credential has no {name}; it has {', '.join(self)}") from None


class Fault:
    """A fault that waits for its calls. Leaving its `with` block takes it away."""

    def __init__(self, vendor: VendorHandle, described: Mapping[str, Any]) -> None:
        self._vendor = vendor
        self._described = described
        self._times = int(described["times"])
        self._struck: int | None = None  # when it was removed
        self.id = str(described["id"])

    @property
    def struck(self) -> int:
        """How many calls it has struck; of one that was removed, how many it had."""
        if self._struck is not None:
            return self._struck
        faults = self._vendor.get("/faults")["faults"]
        return self._times - next((int(each["times"]) for each in faults if each["id"] == self.id), 0)

    def settle(self) -> None:
        """Before the sandbox is put back: nobody tells afterwards what it has struck, and its id may be another's."""
        if self._struck is None:
            self._struck = self.struck

    def remove(self) -> None:
        """Take it away; one that has struck as often as it should is gone already, as is one of before a reset."""
        if self._struck is not None:
            return
        self._struck = self.struck  # nobody can tell it from one that has struck its last when it is gone
        try:
            self._vendor.call("DELETE", f"/faults/{self.id}")
        except ControlError as error:
            if error.status != 404:
                raise

    def __repr__(self) -> str:
        fault = self._described
        told = [str(fault["kind"])]
        told += [f"{name}={fault[name]}" for name in ("status", "delay_ms") if fault.get(name)]
        told.append("until it is removed" if self._times == ALWAYS else f"times={self._times}")
        return f"<fault {self.id} of {self._vendor.name} {fault['operation'] or '(any call)'}: {', '.join(told)}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()


class Settings(Mapping[str, Any]):
    """A vendor's settings as they are now. Leaving its `with` block puts back what was before."""

    def __init__(self, vendor: VendorHandle, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        self._vendor = vendor
        self._before = {name: before[name] for name in now if before[name] != now[name]}
        self._now = now

    def __getitem__(self, name: str) -> Any:
        return self._now[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def __repr__(self) -> str:
        return repr(dict(self._now))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before:
            self._vendor.call("PATCH", "/settings/{vendor}", self._before)


class VendorHandle:
    """`simulator.kinetic`. A credential's text is an attribute: `.token`, `.password`, as in the first credential that
    has it; that one may do everything. `credentials[0]` has what is no text, too."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self.sandbox = sandbox
        self.name = name

    @property
    def url(self) -> str:
        """The address to give to an application in the place of the vendor's, without a trailing slash."""
        return str(self.sandbox.described["urls"][self.name])

    @property
    def credentials(self) -> list[Credential]:
        return [Credential(each) for each in self.sandbox.described["credentials"][self.name]]

    @property
    def operations(self) -> list[str]:
        """The names that calls, faults and assertions know."""
        return list(self.sandbox.server.info["vendors"][self.name]["operations"])

    @property
    def seed(self) -> Seed:
        """`seed.issue(name="Leak")` puts a record there and returns it; see `Seed`."""
        return Seed(self)

    # Of one type, so that a type checker finds a method that is misspelt: a text cannot be called.
    def __getattr__(self, name: str) -> str:
        if name in {"sandbox", "name"}:  # of a handle that is being copied
            raise AttributeError(name)
        texts = self._credential_texts()
        if name in texts and not name.startswith("_"):
            return texts[name]
        known = [each for each in dir(self) if not each.startswith("_")]
        near = difflib.get_close_matches(name, known, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise AttributeError(
            f"{self.name} has neither a credential nor anything else called {name!r}; {meant}"
            f"its credentials have {', '.join(texts) or 'nothing'}"
        )

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *self._credential_texts()})

    def _credential_texts(self) -> dict[str, str]:
        return {
            field: value
            for each in reversed(self.credentials)
            for field, value in each.items()
            if isinstance(value, str)
        }

    def __repr__(self) -> str:
        return f"<{self.name} at {self.url}>"

    # --- what was called

    def calls(self, operation: str | None = None, **criterion: Unpack[Criterion]) -> list[Call]:
        """The calls made so far, oldest first: all, or those of an operation, or those that fit."""
        wanted = self._criterion(operation, criterion)
        entries, evicted = self._entries()
        outcome = self._verify({**wanted, "at_least": 0}, entries, evicted)
        matched = set(outcome["matched"])
        return [Call(entry) for entry in entries if entry["id"] in matched]

    def assert_called(self, operation: str | None = None, **expected: Unpack[Expected]) -> list[Call]:
        """Raise AssertionError unless calls were made that fit; return those. Without `times`, `at_least` and
        `at_most`, at least one."""
        criterion = self._criterion(operation, expected, Expected.__annotations__)
        entries, evicted = self._entries()
        outcome = self._verify(criterion, entries, evicted)
        if outcome["failed"]:
            raise AssertionError(
                self._failure("assert_called", operation, expected, outcome, entries, fewest(criterion))
            )
        matched = set(outcome["matched"])
        return [Call(entry) for entry in entries if entry["id"] in matched]

    def assert_not_called(self, operation: str | None = None, **criterion: Unpack[Criterion]) -> None:
        """Raise AssertionError if a call was made that fits."""
        unwanted = self._criterion(operation, criterion)
        entries, evicted = self._entries()
        outcome = self._verify({**unwanted, "times": 0}, entries, evicted)
        if outcome["failed"]:
            raise AssertionError(
                self._failure("assert_not_called", operation, criterion, outcome, entries, 0)
            )

    def assert_order(self, *operations: str) -> list[Call]:
        """Raise AssertionError unless these operations were called one after the other, whatever was called between
        them; return the calls."""
        if not operations or not all(isinstance(each, str) for each in operations):
            raise TypeError(
                "assert_order takes operations one by one, such as "
                f"assert_order({', '.join(map(repr, self.operations[:2]))})"
            )
        for operation in operations:
            self._known(operation)
        entries, evicted = self._entries()
        outcome = self._verify({"order": list(operations)}, entries, evicted)
        if outcome["failed"]:
            if not entries:
                raise AssertionError(no_calls(self, order(operations), evicted))
            raise AssertionError(not_in_order(self, operations, outcome, [Call(each) for each in entries]))
        by_id = {entry["id"]: entry for entry in entries}
        return [Call(by_id[id]) for id in outcome["matched"]]

    def wait_for_call(
        self,
        operation: str | None = None,
        *,
        timeout: float | timedelta = 5.0,
        times: int = 1,
        **criterion: Unpack[Criterion],
    ) -> Call:
        """Wait until so many calls fit, at most `timeout` seconds of real time, and return the last of them; else raise
        AssertionError as `assert_called` does. A call that was made before counts."""
        wanted = self._awaited(operation, times, criterion)
        until = stopwatch() + _seconds(timeout)
        while (found := self._called(operation, wanted, criterion, final=stopwatch() >= until)) is None:
            Event().wait(_POLL_S)
        return found

    async def wait_for_call_async(
        self,
        operation: str | None = None,
        *,
        timeout: float | timedelta = 5.0,  # noqa: ASYNC109 - it ends with a message that a cancelled task cannot give
        times: int = 1,
        **criterion: Unpack[Criterion],
    ) -> Call:
        """As `wait_for_call`, for an application that runs in the same event loop."""
        wanted = await asyncio.to_thread(self._awaited, operation, times, criterion)
        until = stopwatch() + _seconds(timeout)
        while True:
            final = stopwatch() >= until
            found = await asyncio.to_thread(self._called, operation, wanted, criterion, final=final)
            if found is not None:
                return found
            await asyncio.sleep(_POLL_S)

    # --- what is to be so

    def fault(
        self,
        operation: str | None = None,
        *,
        kind: str | None = None,
        status: int | None = None,
        delay_ms: int | None = None,
        times: int | None = 1,
        after: int = 0,
    ) -> Fault:
        """Let the next `times` calls go wrong (None: all, until it is removed), after `after` that go well; of an
        operation, or of any. It holds at once; as a context manager it is removed at the end of the block.

        `status=500` answers so, in the vendor's own words; `delay_ms=` answers late; `kind=` is drop, truncate,
        malformed or lose_response.
        """
        if operation is not None:
            self._known(operation)
        if kind is None:
            kind = "status" if status is not None else "delay" if delay_ms is not None else None
        if kind is None:
            raise TypeError("say what goes wrong: status=500, delay_ms=200, or kind='drop'")
        asked = {
            "vendor": self.name,
            "operation": operation,
            "kind": kind,
            "times": ALWAYS if times is None else times,
            "after": after,
            **({} if status is None else {"status": status}),
            **({} if delay_ms is None else {"delay_ms": delay_ms}),
        }
        fault = Fault(self, self.call("POST", "/faults", asked))
        self.sandbox.faults.append(fault)
        return fault

    def settings(self, **changes: Any) -> Settings:
        """Change settings, and return them all; as a context manager the change is taken back at the end of the block.
        Without arguments nothing changes."""
        before = self.get("/settings/{vendor}")
        now = self.call("PATCH", "/settings/{vendor}", changes) if changes else before
        return Settings(self, before, now)

    def records(self, collection: str) -> list[dict[str, Any]]:
        """The records of a collection, in order, as they are stored."""
        found: list[dict[str, Any]] = self.get(f"/state/{{vendor}}/{collection}")["records"]
        return found

    # --- the control API

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A control call below this sandbox; `{vendor}` in its path is this vendor."""
        return self.sandbox.call(method, path.replace("{vendor}", self.name), body)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    # --- parts

    def _entries(self) -> tuple[list[dict[str, Any]], int]:
        """The journal's entries of this vendor, and how many of the sandbox's are gone."""
        return self.sandbox.entries(vendor=self.name)

    def _known(self, operation: Any) -> None:
        # A misspelt name was never called: without this, `assert_not_called` would hold for ever.
        if not isinstance(operation, str):
            raise TypeError(f"an operation is a text, such as {self.operations[0]!r}; not {operation!r}")
        known = self.operations
        if operation not in known:
            near = difflib.get_close_matches(operation, known, 1)
            meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise ValueError(f"{self.name} has no operation {operation}; {meant}")

    def _criterion(
        self,
        operation: str | None,
        given: Mapping[str, Any],
        allowed: Iterable[str] = Criterion.__annotations__,
    ) -> dict[str, Any]:
        """What `verify` takes, of the keywords of a method; TypeError for one that this method has not."""
        if unknown := sorted(given.keys() - set(allowed)):
            counts = Expected.__annotations__.keys() - Criterion.__annotations__.keys()
            hint = "; assert_called counts" if counts & set(unknown) else ""
            raise TypeError(
                f"{', '.join(unknown)}: not a criterion here; there are {', '.join(allowed)}{hint}"
            )
        if operation is not None:
            self._known(operation)
        criterion: dict[str, Any] = {"vendor": self.name}
        criterion |= {} if operation is None else {"operation": operation}
        for name, value in given.items():
            criterion[name] = (
                dict(value) if name in {"query", "headers"} and isinstance(value, Mapping) else value
            )
        return criterion

    def _verify(
        self, criterion: dict[str, Any], entries: list[dict[str, Any]], evicted: int
    ) -> dict[str, Any]:
        # Here and not by the control API: what is expected may be a matcher, which no JSON holds.
        try:
            return verify(criterion, entries, evicted)
        except CriterionError as error:
            raise TypeError(str(error)) from None

    def _awaited(self, operation: str | None, times: int, given: Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(times, bool) or not isinstance(times, int) or times < 1:
            raise ValueError(
                f"wait_for_call waits for one call or more, not for times={times!r}; "
                "that there is none, assert_not_called says"
            )
        return {**self._criterion(operation, given), "at_least": times}

    def _called(
        self, operation: str | None, wanted: dict[str, Any], given: Mapping[str, Any], *, final: bool
    ) -> Call | None:
        """The last call of those that are waited for; None when there are fewer, which on the final try is an error."""
        entries, evicted = self._entries()
        outcome = self._verify(wanted, entries, evicted)
        times = wanted["at_least"]
        if not outcome["failed"]:
            return Call(next(each for each in entries if each["id"] == outcome["matched"][times - 1]))
        if final:
            raise AssertionError(self._failure("wait_for_call", operation, given, outcome, entries, times))
        return None

    def _failure(
        self,
        asked: str,
        operation: str | None,
        given: Mapping[str, Any],
        outcome: Mapping[str, Any],
        entries: list[dict[str, Any]],
        least: int,
    ) -> str:
        words = [repr(operation)] if operation is not None else []
        words += [f"{name}={value!r}" for name, value in given.items()]
        sentence = f"{asked}({', '.join(words)})"
        if not entries:
            return no_calls(self, sentence, outcome["evicted"])
        return not_called(self, sentence, outcome, [Call(each) for each in entries], least)


def _seconds(timeout: float | timedelta) -> float:
    return timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
