"""A sandbox's whole state as JSON, and back: all or nothing, checked before anything is replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.core.clock import format_instant, parse_instant
from simulator.core.faults import KINDS, Faults
from simulator.core.sandbox import Sandbox, World
from simulator.core.settings import change_settings
from simulator.core.vendor import LoadError

FORMAT = 1


class SnapshotError(Exception):
    """A snapshot that cannot be restored here; the message says where and why."""


def take(sandbox: Sandbox) -> dict[str, Any]:
    """Records, number sequences, settings, credentials, clock and faults; not the journal. It holds secrets."""
    return {
        "format": FORMAT,
        "kind": "simulator snapshot",
        "seed": sandbox.seed,
        "clock": {"mode": sandbox.clock.mode, "now": format_instant(sandbox.clock.now())},
        "faults": [fault.describe() for fault in sandbox.faults.all()],
        "vendors": {name: _vendor(sandbox.worlds[name]) for name in sandbox.services},
    }


def _vendor(world: World) -> dict[str, Any]:
    return {
        "settings": dict(vars(world.settings)),
        "sequences": dict(sorted(world.store.sequences().items())),
        "credentials": world.credentials,
        "records": {name: list(rows) for name, rows in world.store.collections().items()},
    }


def restore(sandbox: Sandbox, snapshot: Any) -> None:
    """Put a snapshot in the place of the sandbox's state; the journal goes on. Raises SnapshotError, and then nothing
    has changed."""
    given = _object(snapshot, "the snapshot", {"format", "kind", "seed", "clock", "faults", "vendors"})
    if given["kind"] != "simulator snapshot" or given["format"] != FORMAT:
        raise SnapshotError(
            f"not a snapshot of format {FORMAT}: {given['kind']!r}, format {given['format']!r}"
        )
    vendors = _object(given["vendors"], "vendors", set(sandbox.services))
    try:
        worlds = {name: _world(sandbox.worlds[name], vendors[name]) for name in sandbox.services}
        clock = _object(given["clock"], "clock", {"mode", "now"})
        now = parse_instant(clock["now"])
        if clock["mode"] not in {"running", "frozen"}:
            raise ValueError("the clock's mode is running or frozen")
        faults = _faults(given["faults"], sandbox)
    except (LoadError, ValueError, TypeError, KeyError) as error:
        raise SnapshotError(str(error)) from None
    sandbox.clock.set(now, clock["mode"])
    sandbox.faults = faults
    for name, world in worlds.items():
        sandbox.replace_world(name, world)
    sandbox.replaced()


def _world(old: World, given: Any) -> World:
    name = old.service.name
    given = _object(given, name, {"settings", "sequences", "credentials", "records"})
    sequences = given["sequences"]
    if not isinstance(sequences, dict) or not all(type(last) is int for last in sequences.values()):
        raise SnapshotError(f"{name}: sequences are numbers by name")
    store = old.service.read_store(given["records"], f"snapshot of {name}")
    for sequence, last in sequences.items():
        store.raise_sequence(sequence, last)
    store.commit()
    settings = change_settings(old.service.vendor.settings(), given["settings"])
    world = World(old.sandbox, old.service, store, settings, old.base)
    world.credentials = given["credentials"]
    return world


def _faults(given: Any, sandbox: Sandbox) -> Faults:
    faults = Faults()
    for each in given:
        fault = dict(
            _object(
                each, "a fault", {"id", "vendor", "operation", "kind", "status", "delay_ms", "times", "after"}
            )
        )
        fault.pop("id")
        if fault["vendor"] not in sandbox.services or fault["kind"] not in KINDS:
            raise SnapshotError(f"a fault of {fault['vendor']!r} and kind {fault['kind']!r}")
        faults.add(**fault)
    return faults


def _object(given: Any, what: str, names: set[str]) -> Mapping[str, Any]:
    if not isinstance(given, dict) or given.keys() != names:
        has = sorted(given) if isinstance(given, dict) else type(given).__name__
        raise SnapshotError(f"{what} has {sorted(names)}, not {has}")
    return given
