"""A sandbox's whole state as JSON, and back: all or nothing, checked before anything is replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulator.core.clock import format_instant, parse_instant
from simulator.core.codec import INT64, shown
from simulator.core.faults import Fault, Faults, read_fault
from simulator.core.sandbox import Sandbox, World
from simulator.core.settings import change_settings
from simulator.core.vendor import LoadError

FORMAT = 1
_NAMES = {"format", "kind", "seed", "secrets", "clock", "faults", "vendors"}
_FAULT = {"id", "vendor", "operation", "kind", "status", "delay_ms", "times", "after"}


class SnapshotError(Exception):
    """A snapshot that cannot be restored here; the message says where and why."""


def take(sandbox: Sandbox) -> dict[str, Any]:
    """Records, number sequences, settings, credentials, clock and faults; not the journal. It holds secrets."""
    return {
        "format": FORMAT,
        "kind": "simulator snapshot",
        "seed": sandbox.seed,
        "secrets": list(sandbox.secrets),
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
    """Put a snapshot in the place of the sandbox's state; the journal goes on. Secrets that were minted in this sandbox
    lead here again, another sandbox's lead where they did. Raises SnapshotError, and then nothing has changed."""
    given = _object(snapshot, "the snapshot", _NAMES)
    if given["kind"] != "simulator snapshot" or given["format"] != FORMAT:
        raise SnapshotError(
            f"not a snapshot of format {FORMAT}: {given['kind']!r}, format {given['format']!r}"
        )
    vendors = _object(given["vendors"], "vendors", set(sandbox.services))
    if type(given["seed"]) is not int or given["seed"] not in INT64:
        raise SnapshotError("seed is an integer of 64 bits")
    secrets = given["secrets"]
    if not isinstance(secrets, list) or not all(isinstance(each, str) for each in secrets):
        raise SnapshotError("secrets is a list of texts")
    clock = _object(given["clock"], "clock", {"mode", "now"})
    if clock["mode"] not in ("running", "frozen") or not isinstance(clock["now"], str):
        raise SnapshotError("the clock has a mode, running or frozen, and now, an instant")
    try:
        worlds = {name: _world(sandbox, name, vendors[name]) for name in sandbox.services}
        now = parse_instant(clock["now"])
        faults = _faults(given["faults"], sandbox)
    except (LoadError, ValueError) as error:
        raise SnapshotError(str(error)) from None
    sandbox.forget_secrets()
    sandbox.seed = given["seed"]
    for secret in secrets:
        sandbox.register_secret(secret)
    sandbox.clock.set(now, clock["mode"])
    sandbox.created = now
    sandbox.faults = faults
    for name, world in worlds.items():
        sandbox.replace_world(name, world)
    sandbox.replaced()


def _world(sandbox: Sandbox, name: str, given: Any) -> World:
    old = sandbox.worlds[name]
    given = _object(given, name, {"settings", "sequences", "credentials", "records"})
    sequences, settings, credentials = given["sequences"], given["settings"], given["credentials"]
    if not isinstance(sequences, dict) or not all(type(last) is int for last in sequences.values()):
        raise SnapshotError(f"{name}: sequences are numbers by name")
    if not isinstance(settings, dict):
        raise SnapshotError(f"{name}: settings are values by name")
    if not isinstance(credentials, list) or not all(isinstance(each, dict) for each in credentials):
        raise SnapshotError(f"{name}: credentials is a list of objects")
    store = old.service.read_store(given["records"], f"snapshot of {name}")
    for sequence, last in sequences.items():
        store.raise_sequence(sequence, last)
    store.commit()
    changed = change_settings(old.service.vendor.settings(), settings)
    world = World(sandbox, old.service, store, changed, old.base)
    world.credentials = credentials
    return world


def _faults(given: Any, sandbox: Sandbox) -> Faults:
    if not isinstance(given, list):
        raise SnapshotError("faults is a list")
    faults: list[Fault] = []
    for each in given:
        fault = _object(each, "a fault", _FAULT)
        vendor, operation, id = fault["vendor"], fault["operation"], fault["id"]
        if not isinstance(vendor, str) or vendor not in sandbox.services:
            raise SnapshotError(f"a fault of {shown(vendor)}, which is not served")
        operations = sandbox.services[vendor].document.operations
        if operation is not None and (not isinstance(operation, str) or operation not in operations):
            raise SnapshotError(f"a fault of {vendor} in {shown(operation)}, an operation that there is not")
        number = id[1:] if isinstance(id, str) and id[:1] == "f" else ""
        if not (number.isascii() and number.isdecimal() and len(number) < 10) or int(number) <= _last(faults):
            raise SnapshotError(f"a fault's id is f1 or f2 and so on, in order, not {shown(id)}")
        faults.append(Fault(id=id, **read_fault(fault)))
    return Faults.of(faults, _last(faults))


def _last(faults: list[Fault]) -> int:
    return int(faults[-1].id[1:]) if faults else 0


def _object(given: Any, what: str, names: set[str]) -> Mapping[str, Any]:
    if not isinstance(given, dict) or given.keys() != names:
        has = sorted(given) if isinstance(given, dict) else type(given).__name__
        raise SnapshotError(f"{what} has {sorted(names)}, not {has}")
    return given
