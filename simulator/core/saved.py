"""A sandbox as plain JSON values, and back, whole: what a recorder keeps and gives again.

Unlike a snapshot it is nobody's to edit. Records that are the fixture's own are not repeated: a world says which base
it began with and what is different, so that ten thousand sandboxes of one fixture hold it once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from simulator.core.clock import SECOND, Clock, real_now, stopwatch
from simulator.core.faults import Fault, Faults
from simulator.core.journal import Entry, Journal, Loose
from simulator.core.sandbox import Lease, Sandbox, World
from simulator.core.settings import change_settings
from simulator.core.store import Change
from simulator.core.vendor import Fixture, Service

TAIL = 200  # entries of the journal that are kept when a sandbox is written whole


class NotLoadable(Exception):
    """What was saved does not fit what is served; the message says what."""


class Bases:
    """What worlds began with, each known by a digest of what it holds."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        self._services = services
        self._found: dict[str, tuple[str, Fixture]] = {}  # by digest: the vendor and the base
        self._names: dict[int, str] = {}  # by identity: a base is never written to,
        self._alive: list[Fixture] = []  # and none is let go of, so no identity is used again

    def name(self, vendor: str, base: Fixture) -> str:
        """The digest of a base, which `content` and `base` know from then on."""
        name = self._names.get(id(base))
        if name is None:
            name = _digest(_content(vendor, base))
            self._found.setdefault(name, (vendor, base))
            self._names[id(base)] = name
            self._alive.append(base)
        return name

    def content(self, name: str) -> dict[str, Any]:
        """What `add` takes to make the base again."""
        return _content(*self._found[name])

    def base(self, name: str) -> Fixture:
        if name not in self._found:
            raise NotLoadable(f"the records that a world began with are missing ({name})")
        return self._found[name][1]

    def add(self, content: Mapping[str, Any]) -> None:
        """Take a base as `content` gave it."""
        service = _service(self._services, content["vendor"])
        store = service.empty_store()
        known = store.collections()
        for collection, records in content["records"].items():
            if collection not in known:
                raise NotLoadable(f"{service.name} has no collection {collection} in this version")
            for record in records:
                store.insert(collection, record)
        store.set_sequences(content["sequences"])
        store.commit()
        base = Fixture(
            content["name"], store, _settings(service, content["settings"]), content["credentials"]
        )
        name = _digest(content)
        self._found[name] = (service.name, base)
        self._names[id(base)] = name
        self._alive.append(base)


def _content(vendor: str, base: Fixture) -> dict[str, Any]:
    return {
        "vendor": vendor,
        "name": base.name,
        "records": {name: list(rows) for name, rows in base.store.collections().items() if len(rows)},
        "sequences": base.store.sequences(),
        "settings": dict(vars(base.settings)),
        "credentials": base.credentials,
    }


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def save(sandbox: Sandbox, bases: Bases, tail: int = TAIL) -> dict[str, Any]:
    """A sandbox whole; `load` makes it again."""
    now, mode, seed, settings = sandbox.options
    return {
        "name": sandbox.name,
        "seed": sandbox.seed,
        "fixtures": {
            vendor: {"file": str(name.resolve())} if isinstance(name, Path) else name
            for vendor, name in sandbox.fixtures.items()
        },
        "strict_basis": sandbox.strict_basis,
        "lease": save_lease(sandbox),
        "options": {"now": now, "mode": mode, "seed": seed, "settings": settings},
        "created": sandbox.created,
        "generation": sandbox.generation,
        "secrets": list(sandbox.secrets),
        # Of all vendors: what a world that nobody has reached will begin with is decided too.
        "bases": {vendor: bases.name(vendor, sandbox.fixture(vendor)) for vendor in sandbox.services},
        "worlds": {vendor: save_world(world, bases) for vendor, world in sandbox.worlds.items()},
        "journal": _save_journal(sandbox.journal, tail),
        **save_arrangement(sandbox),
    }


def save_world(world: World, bases: Bases) -> dict[str, Any]:
    """A world as what is different from its base."""
    base = world.base.store.collections()
    records = {
        name: found
        for name, rows in world.store.collections().items()
        if (found := rows.difference(base[name])) is not None
    }
    return {
        "base": bases.name(world.service.name, world.base),
        "settings": dict(vars(world.settings)),
        "credentials": world.credentials,
        "began_with": [[name, key, record] for (name, key), record in world.began_with.items()],
        "sequences": world.store.sequences(),
        "records": records,
    }


def save_arrangement(sandbox: Sandbox) -> dict[str, Any]:
    """What a test arranges beside records: clock, faults and settings. A running clock is told from the time of day."""
    now = sandbox.clock.now()
    ahead = now - real_now() if sandbox.clock.mode == "running" else 0
    return {
        "clock": {"mode": sandbox.clock.mode, "now": now, "ahead": ahead},
        "faults": save_faults(sandbox.faults),
        "settings": {vendor: dict(vars(world.settings)) for vendor, world in sandbox.worlds.items()},
    }


def save_lease(sandbox: Sandbox) -> dict[str, Any] | None:
    """How long it lives unused, and when it was used last, by the time of day."""
    lease = sandbox.lease
    if lease is None:
        return None
    return {"ttl_s": lease.ttl_s, "used_at": real_now() - int((stopwatch() - lease.used) * SECOND)}


def load_lease(given: Mapping[str, Any] | None) -> Lease | None:
    if given is None:
        return None
    return Lease(given["ttl_s"], max(real_now() - given["used_at"], 0) / SECOND)


def save_faults(faults: Faults) -> dict[str, Any]:
    return {"made": faults.made, "faults": [each.describe() for each in faults.all()]}


def load(
    given: Mapping[str, Any],
    services: Mapping[str, Service],
    bases: Bases,
    secrets_index: dict[str, Sandbox] | None,
) -> Sandbox:
    """The sandbox that was saved; a running clock has gone on with the time of day. Raises NotLoadable."""
    for vendor in {**given["bases"], **given["worlds"]}:
        _service(services, vendor)
    options = given["options"]
    sandbox = Sandbox.bare(given["name"], services, given["seed"], secrets_index)
    sandbox.fixtures = {
        vendor: name if isinstance(name, str) else Path(name["file"])
        for vendor, name in given["fixtures"].items()
    }
    sandbox.strict_basis = given["strict_basis"]
    sandbox.lease = load_lease(given["lease"])
    sandbox.options = (options["now"], options["mode"], options["seed"], options["settings"])
    sandbox.bases = {vendor: bases.base(name) for vendor, name in given["bases"].items()}
    sandbox.created, sandbox.generation = given["created"], given["generation"]
    sandbox.clock = Clock(given["created"])
    sandbox.journal = _load_journal(given["journal"], services)
    sandbox.drained = sandbox.journal.last_id
    for secret in given["secrets"]:
        sandbox.register_secret(secret)
    for vendor, world in given["worlds"].items():
        sandbox.worlds[vendor] = load_world(sandbox, services[vendor], world, bases)
    load_arrangement(sandbox, given)
    return sandbox


def load_world(sandbox: Sandbox, service: Service, given: Mapping[str, Any], bases: Bases) -> World:
    base = bases.base(given["base"])
    store = base.store.copy()
    store.restore(given["records"], given["sequences"])
    settings = _settings(service, given["settings"])
    world = World(sandbox, service, store, settings, base)
    world.credentials = given["credentials"]
    world.began_with = {(name, key): record for name, key, record in given["began_with"]}
    return world


def load_arrangement(sandbox: Sandbox, given: Mapping[str, Any]) -> None:
    clock = given["clock"]
    now = clock["now"] if clock["mode"] == "frozen" else max(clock["now"], real_now() + clock["ahead"])
    sandbox.clock.set(now, clock["mode"])
    load_faults(sandbox, given["faults"])
    for vendor, settings in given["settings"].items():
        world = sandbox.worlds[vendor]
        world.settings = _settings(world.service, settings)


def load_faults(sandbox: Sandbox, given: Mapping[str, Any]) -> None:
    sandbox.faults = Faults.of([Fault(**each) for each in given["faults"]], given["made"])


def _settings(service: Service, given: Mapping[str, Any]) -> Any:
    try:
        return change_settings(service.vendor.settings(), given)
    except ValueError as error:
        raise NotLoadable(f"the settings of {service.name}: {error}") from None


def _service(services: Mapping[str, Service], vendor: str) -> Service:
    if vendor not in services:
        raise NotLoadable(f"it holds data of {vendor}, which is not served now")
    return services[vendor]


# --- the journal ------------------------------------------------------------------------------------------------------

_BYTES = frozenset({"request_body", "response_body"})
_HEADERS = frozenset({"request_headers", "response_headers"})
_ELSEWHERE = frozenset(
    {"changes", "records"}
)  # the changes stand beside the entry, the schemas in the document


def save_entry(entry: Entry) -> dict[str, Any]:
    """An entry without its changes. Bytes are written as the characters of the same numbers."""
    saved: dict[str, Any] = {}
    for name in Entry.__slots__:
        value = getattr(entry, name)
        if name in _BYTES:
            saved[name] = value.decode("latin-1")
        elif name in _HEADERS:
            pairs: Iterable[tuple[bytes, bytes]] = value.items() if isinstance(value, Mapping) else value
            saved[name] = [[key.decode("latin-1"), text.decode("latin-1")] for key, text in pairs]
        elif name not in _ELSEWHERE:
            saved[name] = value
    return saved


def load_entry(saved: Mapping[str, Any], changes: list[Change], services: Mapping[str, Service]) -> Entry:
    entry = Entry()
    for name, value in saved.items():
        if name in _BYTES:
            setattr(entry, name, value.encode("latin-1"))
        elif name in _HEADERS:
            pairs = [(key.encode("latin-1"), text.encode("latin-1")) for key, text in value]
            setattr(entry, name, dict(pairs) if name == "request_headers" else pairs)
        else:
            setattr(entry, name, value)
    entry.statements = tuple(entry.statements)
    entry.changes = changes
    entry.records = services[entry.vendor].document.records
    return entry


def _save_journal(journal: Journal, tail: int) -> dict[str, Any]:
    entries = list(journal.after(journal.last_id - tail))
    first = entries[0].id if entries else journal.last_id + 1
    floor, loose = journal.loose_changes(first - 1)
    return {
        "last": journal.last_id,
        "evicted": first - 1,
        "floor": floor,
        "loose": [
            [
                each.after,
                each.vendor,
                [list(change) for change in each.changes],
                each.numbers_before,
                each.size,
            ]
            for each in loose
        ],
        "entries": [[save_entry(entry), [list(each) for each in entry.changes]] for entry in entries],
    }


def _load_journal(given: Mapping[str, Any], services: Mapping[str, Service]) -> Journal:
    def changes(rows: list[list[Any]]) -> list[Change]:
        return [Change(*row) for row in rows]

    entries = [load_entry(entry, changes(rows), services) for entry, rows in given["entries"]]
    loose = [
        Loose(after, vendor, changes(rows), numbers, size)
        for after, vendor, rows, numbers, size in given["loose"]
    ]
    return Journal.of(entries, loose, last=given["last"], evicted=given["evicted"], floor=given["floor"])
