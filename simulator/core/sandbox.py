"""Sandboxes: a state, a clock, faults, a journal and a seed of one's own; and the registry that finds them."""

from __future__ import annotations

import base64
import hashlib
import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.core import outbox
from simulator.core.clock import Clock, Instant, Mode, format_instant, stopwatch
from simulator.core.edges import Edges
from simulator.core.faults import Faults
from simulator.core.journal import Journal
from simulator.core.settings import change_settings
from simulator.core.store import Change, Key, Record, Store

if TYPE_CHECKING:
    from simulator.core.recorder import Recorder
    from simulator.core.vendor import Fixture, Service

DEFAULT = "default"
_Options = tuple[Instant | None, Mode, int, Mapping[str, Mapping[str, Any]]]  # how it was made, for a reset
Form = Callable[[str], str]  # how a vendor writes a secret
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)


class SandboxError(Exception):
    """A sandbox that cannot be made or found; `status` is the control API's answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Fired(NamedTuple):
    """Something that time brought about."""

    what: str
    statement: str
    at: Instant
    vendor: str

    def describe(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "statement": self.statement,
            "at": format_instant(self.at),
            "vendor": self.vendor,
        }


class World:
    """One vendor's part of a sandbox: its records, settings and credentials, and what it waits for."""

    __slots__ = ("_timers", "base", "began_with", "credentials", "sandbox", "service", "settings", "store")

    def __init__(
        self, sandbox: Sandbox, service: Service, store: Store, settings: Any, base: Fixture
    ) -> None:
        self.sandbox = sandbox
        self.service = service
        self.store = store
        self.settings = settings
        self.base = base  # what it began with, from which changes are told
        self.credentials: list[dict[str, Any]] = []
        self.began_with: Mapping[tuple[str, Key], Record | None] = {}  # beside the fixture's records
        self._timers: list[tuple[Instant, int]] = [(each["at"], each["id"]) for each in store.all("_timers")]
        heapq.heapify(self._timers)

    def schedule(
        self, at: Instant, what: str, statement: str, kind: str = "", subject: int | str = ""
    ) -> None:
        id = self.store.next("_timers")
        timer = {"id": id, "at": at, "what": what, "statement": statement, "kind": kind, "subject": subject}
        self.store.insert("_timers", timer)
        heapq.heappush(self._timers, (at, id))

    def redo(self, changes: Iterable[tuple[str, Key, Record | None, int | None]]) -> list[Change]:
        """Make changes again that were committed in another process; returns them with what was there before."""
        made = [self.store.redo(*change) for change in changes]
        for change in made:
            if change.collection == "_timers" and change.after is not None:
                heapq.heappush(self._timers, (change.after["at"], change.after["id"]))
        return made

    def mint(self, label: str, form: Form = str) -> str:
        return self.sandbox.mint(self, label, form)

    def secret(self, label: str) -> str:
        """A secret that this sandbox's part of the vendor keeps to itself, such as the key it signs with: the same
        however often it is asked for, unlike any other sandbox's, and none that a request is recognised by."""
        return self.sandbox.derive(self.service.name, label)

    def may_be_due(self, now: Instant) -> bool:
        """Whether it is worth asking for the next timer; costs a comparison."""
        return bool(self._timers) and self._timers[0][0] <= now

    def next_due(self) -> Instant | None:
        """When the next timer is due. Timers of a transaction that was rolled back are forgotten here: they have no
        record, or their number went to another timer."""
        while self._timers:
            at, id = self._timers[0]
            timer = self.store.get("_timers", id)
            if timer is not None and timer["at"] == at:
                return at
            heapq.heappop(self._timers)
        return None

    def fire(self) -> Fired:
        """Let the timer that is due first happen; `next_due` is asked before."""
        at, id = heapq.heappop(self._timers)
        timer = self.store.delete("_timers", id)
        what = timer["what"]
        if timer["kind"] == outbox.RETRY:
            what = outbox.make_due(self, timer["subject"]) or what
        elif timer["kind"] and self.service.vendor.on_timer is not None:
            self.service.vendor.on_timer(self, timer)
        self.commit()
        return Fired(what, timer["statement"], at, self.service.name)

    def differences(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The records that are not as the sandbox began with them, by collection and key."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for name, rows in self.store.collections().items():
            if name.startswith("_"):
                continue
            before = {record[rows.spec.key]: record for record in self.base.store.all(name)}
            before |= {key: after for (of, key), after in self.began_with.items() if of == name and after}
            after = {record[rows.spec.key]: record for record in rows}
            differing = [key for key in {**before, **after} if before.get(key) != after.get(key)]
            if differing:
                found[name] = {
                    str(key): {"before": before.get(key), "after": after.get(key)} for key in differing
                }
        return found

    def commit(self) -> list[Change]:
        """End a transaction; its changes are what a fork can go back behind."""
        changes = self.store.commit()
        if changes:
            self.sandbox.journal.changed(self.service.name, changes, self.store.numbers_before)
            if self.sandbox.recorder is not None:
                self.sandbox.recorder.committed(self, changes, None)
        return changes


class _Worlds(dict[str, World]):
    """A sandbox's worlds by vendor, each made when it is first reached: most tests reach one of five."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[str], World]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, vendor: str) -> World:
        world = self[vendor] = self._make(vendor)
        if world.sandbox.recorder is not None:
            world.sandbox.recorder.reached(world)
        return world


class Sandbox:
    """Everything one test needs for itself. Two sandboxes share nothing that can be written."""

    __slots__ = (
        "_credentials",
        "_secrets_index",
        "bases",
        "clock",
        "created",
        "drained",
        "edges",
        "faults",
        "fixtures",
        "generation",
        "journal",
        "lease",
        "name",
        "options",
        "recorder",
        "secrets",
        "seed",
        "services",
        "strict_basis",
        "worlds",
    )

    def __init__(
        self,
        name: str,
        services: Mapping[str, Service],
        *,
        fixtures: Mapping[str, str | Path] | None = None,
        now: Instant | None = None,
        mode: Mode = "running",
        seed: int = 0,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        strict_basis: str | None = None,
        ttl_s: float | None = None,
        secrets_index: dict[str, Sandbox] | None = None,
    ) -> None:
        self._set_bare(name, services, seed, secrets_index)
        self.fixtures: Mapping[str, str | Path] = dict(fixtures or {})
        self.strict_basis = strict_basis
        self.lease = None if ttl_s is None else Lease(ttl_s)
        self.options: _Options = (now, mode, seed, settings or {})
        for vendor in settings or ():  # refused now, not when the world is reached
            self._settings_of(vendor)
        self._begin()

    @classmethod
    def bare(
        cls, name: str, services: Mapping[str, Service], seed: int, secrets_index: dict[str, Sandbox] | None
    ) -> Sandbox:
        """A sandbox that has begun with nothing: what makes it a copy of another one is set by whoever copies."""
        sandbox = cls.__new__(cls)
        sandbox._set_bare(name, services, seed, secrets_index)
        sandbox.fixtures, sandbox.strict_basis, sandbox.lease = {}, None, None
        sandbox.faults, sandbox.journal, sandbox.edges = Faults(), Journal(), Edges()
        return sandbox

    def _set_bare(
        self, name: str, services: Mapping[str, Service], seed: int, secrets_index: dict[str, Sandbox] | None
    ) -> None:
        self.name, self.services, self.seed = name, services, seed
        self.generation = 0
        self.recorder: Recorder | None = None
        self.secrets: dict[str, None] = {}
        self.drained = 0  # the journal's last entry at the last drain of the outbox
        self._secrets_index = secrets_index
        self.worlds = _Worlds(self._make_world)
        self.bases: Mapping[str, Fixture] = {}  # kept ones, which count before what the fixtures hold today
        self._credentials: dict[str, list[dict[str, Any]]] = {}

    def _begin(self) -> None:
        now, mode, self.seed, _ = self.options
        self.clock = Clock(now, mode)
        self.created = self.clock.now()
        self.faults = Faults()
        self.journal = Journal()
        self.drained = 0
        self.edges = Edges()
        self.worlds.clear()
        self._credentials = {}
        if self._secrets_index is not None:
            self.credentials()  # whose secrets are to lead here before anybody has asked for them

    def _make_world(self, vendor: str) -> World:
        service, fixture = self.services[vendor], self.fixture(vendor)
        world = World(self, service, fixture.store.copy(), self._settings_of(vendor), fixture)
        world.credentials = service.vendor.start(world, fixture.credentials)
        # Not through the world's commit: what a sandbox begins with is no change of it.
        world.began_with = {(change.collection, change.key): change.after for change in world.store.commit()}
        return world

    def fixture(self, vendor: str) -> Fixture:
        """What a vendor's world begins with. Raises LoadError for a fixture that cannot be read."""
        return self.bases.get(vendor) or self.services[vendor].fixture(self.fixtures.get(vendor, DEFAULT))

    def _settings_of(self, vendor: str) -> Any:
        settings = self.fixture(vendor).settings
        changed = self.options[3].get(vendor)
        return change_settings(settings, changed) if changed else settings

    def credentials(self) -> dict[str, list[dict[str, Any]]]:
        """What every vendor minted for this sandbox, as it holds now. A world that is made for nothing else is let go
        of: made again, it mints the same, and ten thousand sandboxes that nobody has called are little more than their
        names."""
        for vendor in self.services:
            if vendor not in self.worlds and vendor not in self._credentials:
                self._credentials[vendor] = self._make_world(vendor).credentials
        return {
            vendor: _current(self.worlds[vendor]) if vendor in self.worlds else self._credentials[vendor]
            for vendor in self.services
        }

    def take_sent(self) -> list[int]:
        """The journal's entries of what was sent since this was last asked; what is given up is not."""
        sent = [
            each.id
            for each in self.journal.after(self.drained)
            if each.direction == "out" and (each.explanation or {}).get("kind") != "given_up"
        ]
        self.drained = self.journal.last_id
        return sent

    def reset(self) -> None:
        """Back to the fixture: records, settings, clock (to the instant it was made with, or the time of day), faults
        and journal. The credentials are minted again and are the same."""
        self.forget_secrets()
        self.generation += 1
        self._begin()
        self.replaced()

    def replaced(self) -> None:
        """Everything here is other than it was."""
        if self.recorder is not None:
            self.recorder.begun(self)

    def arranged(self) -> None:
        """Clock, faults or settings are other than they were."""
        if self.recorder is not None:
            self.recorder.arranged(self)

    def fork(self, name: str, at: int | None = None) -> Sandbox:
        """A copy that shares all records until one side writes. With `at` its records, numbers and clock are as they
        were after that journal entry (0: at the beginning); settings and faults are those of now. Raises SandboxError:
        422 for an entry that is not there yet, 410 for one that is gone."""
        twin = Sandbox.bare(name, self.services, self.seed, self._secrets_index)
        twin.fixtures, twin.bases, twin.strict_basis = self.fixtures, self.bases, self.strict_basis
        twin.options = self.options
        twin.clock = Clock(self.clock.now(), self.clock.mode)
        twin.faults = self.faults.copy()
        undone: list[tuple[str, list[Change], Mapping[str, int] | None]] = []
        if at is not None:
            instant, undone = self._before(at)
            twin.clock.set(instant)
        twin.created = twin.clock.now()
        for vendor in self.services:
            world = self.worlds[vendor]
            store = world.store.copy()
            for changed, changes, numbers_before in undone:
                if changed == vendor:
                    store.undo(reversed(changes))
                    if numbers_before is not None:
                        store.set_sequences(numbers_before)
            copy = World(twin, world.service, store, world.settings, world.base)
            copy.credentials, copy.began_with = world.credentials, world.began_with
            twin.worlds[vendor] = copy
        return twin

    def _before(self, at: int) -> tuple[Instant, list[tuple[str, list[Change], Mapping[str, int] | None]]]:
        """The instant of an entry, and the commits that came after it, latest first."""
        if at > self.journal.last_id:
            raise SandboxError(422, f"the journal of {self.name} has no entry {at} yet")
        entry, changes = self.journal.get(at), self.journal.changes_after(at)
        if changes is None or (entry is None and at > 0):
            raise SandboxError(
                410,
                f"what changed after entry {at} is no longer known: entries are gone, or the state was replaced",
            )
        return self.created if entry is None else entry.at, changes

    def replace_world(self, vendor: str, world: World) -> None:
        """Put a restored world in the place of a vendor's; changes are still told from the fixture."""
        world.began_with = self.worlds[vendor].began_with
        self.worlds[vendor] = world
        self.generation += 1
        self.journal.forget_changes()

    def changes(self) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
        """What differs from the fixture: {vendor: {collection: {id: {before, after}}}}."""
        found = {vendor: world.differences() for vendor, world in sorted(self.worlds.items())}
        return {vendor: collections for vendor, collections in found.items() if collections}

    def guid(self, vendor: str, collection: str, id: int) -> str:
        """A GUID that depends on the seed and the record alone."""
        digest = hashlib.blake2b(
            f"{self.seed}/{vendor}/{collection}/{id}".encode(), digest_size=16
        ).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}"

    def mint(self, world: World, label: str, form: Form = str) -> str:
        """A 256-bit secret, url-safe, of the seed, this sandbox's name and how many came before it, in the `form` that
        the vendor gives it. A world that is reset mints the same again: that is determinism, not security."""
        while True:
            number = world.store.next("_minted")
            secret = form(self.derive(world.service.name, f"{label}/{number}"))
            if self._secrets_index is None:
                return secret
            # A form may leave little of the 256 bits, and a secret must lead to one sandbox.
            if self._secrets_index.get(secret, self) is self:
                self.register_secret(secret)
                return secret

    def derive(self, vendor: str, label: str) -> str:
        """256 bits, url-safe, of the seed, this sandbox's name, a vendor and a label."""
        source = f"{self.seed}/{self.name}/{vendor}/{label}"
        digest = hashlib.blake2b(source.encode(), digest_size=32, person=b"simulator mint").digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def register_secret(self, secret: str) -> None:
        """Let a credential lead here from a vendor's plain address, unless it leads to another sandbox that minted it;
        those of the default sandbox need not."""
        if self._secrets_index is not None:
            self.secrets[secret] = None
            self._secrets_index.setdefault(secret, self)

    def forget_secrets(self) -> None:
        """Let no secret minted here lead here any more."""
        if self._secrets_index is not None:
            for secret in self.secrets:
                if self._secrets_index.get(secret) is self:
                    del self._secrets_index[secret]
        self.secrets = {}

    def run_due(self, now: Instant) -> list[Fired]:
        """Let everything happen that is due by `now`, which is the clock's. Called before every request."""
        for world in self.worlds.values():
            if world.may_be_due(now):
                return self._fire_until(now)
        return []

    def advance(self, by: int) -> list[Fired]:
        """Move the clock forward by microseconds; what falls due happens in order. Raises ValueError past 9999."""
        if by < 0:
            raise ValueError("a clock is advanced by a positive duration; set it to go back")
        target = self.clock.now() + by
        self.clock.set(target)  # refuses first, before anything fires
        return self.fire_all(target)

    def fire_all(self, until: Instant) -> list[Fired]:
        """What falls due by then in any vendor's world, also in those that nobody has called yet."""
        for vendor in self.services:
            self.worlds[vendor]  # made by being asked for
        return self._fire_until(until)

    def _fire_until(self, until: Instant) -> list[Fired]:
        fired: list[Fired] = []
        while True:
            waiting = [
                (at, name) for name, world in self.worlds.items() if (at := world.next_due()) is not None
            ]
            if not waiting or min(waiting)[0] > until:
                return fired
            fired.append(self.worlds[min(waiting)[1]].fire())


def _current(world: World) -> list[dict[str, Any]]:
    current = world.service.vendor.credentials
    return world.credentials if current is None else current(world)


class Lease:
    """How long a sandbox lives without being used, in seconds of real time."""

    __slots__ = ("ttl_s", "used")

    def __init__(self, ttl_s: float, unused_s: float = 0) -> None:
        self.ttl_s = ttl_s
        self.used = stopwatch() - unused_s

    def renew(self) -> None:
        self.used = stopwatch()

    def has_ended(self, now: float) -> bool:
        return now - self.used >= self.ttl_s


class Sandboxes:
    """The sandboxes of a server by name, and by the secrets minted in them.

    `kept` gives those that a recorder has kept, by the index of secrets they are to be found in; `recorder` is told of
    what becomes of all of them; `default` are the options of the default sandbox, unless it is among those kept.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        *,
        recorder: Recorder | None = None,
        kept: Callable[[dict[str, Sandbox]], Iterable[Sandbox]] = lambda by_secret: (),
        **default: Any,
    ) -> None:
        self.services = services
        self._recorder = recorder
        self._by_secret: dict[str, Sandbox] = {}
        self._by_name = {sandbox.name: sandbox for sandbox in kept(self._by_secret)}
        self._made = 0
        self._swept = stopwatch()
        self.edge_refusals = 0  # of all sandboxes, also of those that are gone
        for sandbox in self:
            sandbox.recorder = recorder
        self.sweep()
        if DEFAULT not in self._by_name:
            self._add(Sandbox(DEFAULT, services, **default))
        self.default = self._by_name[DEFAULT]

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Sandbox]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Sandbox | None:
        """A sandbox by name, which renews its lease; None when there is none, or no longer."""
        sandbox = self._by_name.get(name)
        if sandbox is not None and sandbox.lease is not None:
            if sandbox.lease.has_ended(stopwatch()):
                self._remove(sandbox)
                return None
            sandbox.lease.renew()
        return sandbox

    def of_secret(self, secret: str) -> Sandbox | None:
        """The sandbox that minted a secret; the default one mints none that need finding."""
        found = self._by_secret.get(secret)
        return None if found is None else self.get(found.name)

    @property
    def selective(self) -> bool:
        """Whether a credential can select anything but the default sandbox."""
        return bool(self._by_secret)

    def refused_at_the_edge(
        self,
        status: int,
        reason: str,
        method: str | None = None,
        path: str | None = None,
        sandbox: Sandbox | None = None,
    ) -> None:
        """Note an edge refusal: in the sandbox that the request was for, or, if it named none, in the default."""
        self.edge_refusals += 1
        sandbox = sandbox or self.default
        sandbox.edges.add(sandbox.clock.now(), status, reason, method, path)

    def create(self, name: str | None = None, **options: Any) -> Sandbox:
        """A new sandbox; without a name it gets one. Raises SandboxError: 409 for a taken name, 422 for a bad one."""
        name = self._new_name(name)
        try:
            return self._add(Sandbox(name, self.services, secrets_index=self._by_secret, **options))
        except Exception:  # what it minted until then leads nowhere
            for secret in [each for each, owner in self._by_secret.items() if owner.name == name]:
                del self._by_secret[secret]
            raise

    def fork(self, source: Sandbox, name: str | None = None, at: int | None = None) -> Sandbox:
        """A copy of a sandbox. Raises SandboxError as `create` and `Sandbox.fork` do."""
        return self._add(source.fork(self._new_name(name), at))

    def delete(self, name: str) -> None:
        """Raises SandboxError: 404 for an unknown name, 409 for the default sandbox."""
        if name == DEFAULT:
            raise SandboxError(409, "the default sandbox stays; reset it instead")
        sandbox = self._by_name.get(name)
        if sandbox is None:
            raise SandboxError(404, f"there is no sandbox {name}")
        self._remove(sandbox)

    def _add(self, sandbox: Sandbox) -> Sandbox:
        if stopwatch() - self._swept >= 1:  # it looks at all of them
            self.sweep()
        self._by_name[sandbox.name] = sandbox
        sandbox.recorder = self._recorder
        sandbox.replaced()
        return sandbox

    def _remove(self, sandbox: Sandbox) -> None:
        del self._by_name[sandbox.name]
        sandbox.forget_secrets()
        sandbox.recorder = None  # whoever still holds it changes nothing that is kept
        if self._recorder is not None:
            self._recorder.ended(sandbox.name)

    def sweep(self) -> None:
        """Remove the sandboxes whose lease has ended."""
        self._swept = now = stopwatch()
        for sandbox in list(self._by_name.values()):
            if sandbox.lease is not None and sandbox.lease.has_ended(now):
                self._remove(sandbox)

    def _new_name(self, name: str | None) -> str:
        if name is None:
            return self._free_name()
        if not _NAME.fullmatch(name) or "--" in name:
            raise SandboxError(
                422,
                "a sandbox name has 1 to 32 of a-z, 0-9 and -, begins and ends with a letter or digit, without --",
            )
        if self.get(name) is not None:
            raise SandboxError(409, f"the sandbox {name} exists; delete it first, or take another name")
        return name

    def _free_name(self) -> str:
        while True:
            self._made += 1
            if (name := f"sandbox-{self._made}") not in self._by_name:
                return name
