"""Faults: which of the next calls of a sandbox go wrong, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.core.codec import shown

KINDS = ("status", "delay", "drop", "truncate", "malformed", "lose_response")
MOST_TIMES = 1_000_000
MOST_DELAY_MS = 600_000
REFUSING = ("status", "drop")  # nothing is executed; the others strike an answer that was made and committed


@dataclass(slots=True)
class Fault:
    """Passes over `after` matching calls, then strikes `times` of them. `operation` None is any of the vendor's."""

    id: str
    vendor: str
    operation: str | None
    kind: str
    status: int | None = None
    delay_ms: int = 0
    times: int = 1
    after: int = 0

    @property
    def wire(self) -> str | None:
        """What `http.py` has to do to the answer, beyond waiting `delay_ms`."""
        return None if self.kind in {"status", "delay"} else self.kind

    def describe(self) -> dict[str, Any]:
        return {
            "id": self.id, "vendor": self.vendor, "operation": self.operation, "kind": self.kind,
            "status": self.status, "delay_ms": self.delay_ms, "times": self.times, "after": self.after,
        }  # fmt: skip


def read_fault(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a fault that somebody has written; vendor and operation are for who knows them to check. Raises
    ValueError."""
    if given.get("kind") not in KINDS:
        raise ValueError(f"kind takes one of {', '.join(KINDS)}, not {shown(given.get('kind'))}")
    kind = given["kind"]
    options: dict[str, Any] = {
        "vendor": given["vendor"],
        "operation": given.get("operation"),
        "kind": kind,
        "times": _integer(given, "times", 1, MOST_TIMES, 1),
        "after": _integer(given, "after", 0, MOST_TIMES, 0),
        "delay_ms": _integer(given, "delay_ms", 0, MOST_DELAY_MS, 0 if kind != "delay" else None),
    }
    if kind == "status":
        options["status"] = _integer(given, "status", 400, 599)
    elif given.get("status") is not None:
        raise ValueError(f"a {kind} fault has no status")
    return options


def _integer(given: Mapping[str, Any], name: str, least: int, most: int, default: int | None = None) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} takes an integer from {least} to {most}, not {shown(value)}")
    return value


class Faults:
    """A sandbox's faults, in the order in which they were made; the first that matches a call strikes it."""

    __slots__ = ("_faults", "_made")

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._made = 0

    def add(self, vendor: str, operation: str | None, kind: str, **options: Any) -> Fault:
        self._made += 1
        fault = Fault(f"f{self._made}", vendor, operation, kind, **options)
        self._faults.append(fault)
        return fault

    def copy(self) -> Faults:
        return Faults.of([replace(fault) for fault in self._faults], self._made)

    @classmethod
    def of(cls, faults: list[Fault], made: int) -> Faults:
        """These faults, the next of which is number `made` + 1."""
        twin = cls()
        twin._faults, twin._made = faults, made
        return twin

    @property
    def made(self) -> int:
        """How many there ever were."""
        return self._made

    def all(self) -> list[Fault]:
        return list(self._faults)

    def remove(self, id: str | None = None) -> bool:
        """Remove one fault, or all of them; whether there was any."""
        kept = [fault for fault in self._faults if id is not None and fault.id != id]
        removed = len(kept) < len(self._faults)
        self._faults = kept
        return removed

    def choose(self, vendor: str, operation: str) -> Fault | None:
        """The fault that strikes this call; faults that still wait have counted it."""
        if not self._faults:
            return None
        for fault in self._faults:
            if fault.vendor != vendor or fault.operation not in {None, operation}:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times == 0:
                self._faults.remove(fault)
            return fault
        return None
