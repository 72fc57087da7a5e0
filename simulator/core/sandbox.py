"""Sandboxes: a state, a clock, faults, a journal and a seed of one's own; and the registry that finds them."""

from __future__ import annotations

import base64
import hashlib
import heapq
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.core.clock import Clock, Instant, Mode, format_instant
from simulator.core.faults import Faults
from simulator.core.journal import Journal
from simulator.core.settings import change_settings

if TYPE_CHECKING:
    from simulator.core.vendor import Service

DEFAULT = "default"
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

    __slots__ = ("_timers", "credentials", "sandbox", "service", "settings", "store")

    def __init__(self, sandbox: Sandbox, service: Service, fixture: str, settings: Mapping[str, Any]) -> None:
        self.sandbox = sandbox
        self.service = service
        self.store, base, asked = service.world(fixture)
        self.settings = change_settings(base, settings) if settings else base
        self._timers: list[tuple[Instant, int]] = []
        self.credentials = service.vendor.start(self, asked)
        self.store.commit()

    def schedule(
        self, at: Instant, what: str, statement: str, kind: str = "", subject: int | str = ""
    ) -> None:
        id = self.store.next("_timers")
        timer = {"id": id, "at": at, "what": what, "statement": statement, "kind": kind, "subject": subject}
        self.store.insert("_timers", timer)
        heapq.heappush(self._timers, (at, id))

    def mint(self, label: str) -> str:
        return self.sandbox.mint(self, label)

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
        self.store.commit()
        return Fired(timer["what"], timer["statement"], at, self.service.name)


class Sandbox:
    """Everything one test needs for itself. Two sandboxes share nothing that can be written."""

    __slots__ = (
        "_on_mint",
        "clock",
        "created",
        "faults",
        "fixtures",
        "journal",
        "name",
        "secrets",
        "seed",
        "worlds",
    )

    def __init__(
        self,
        name: str,
        services: Mapping[str, Service],
        *,
        fixtures: Mapping[str, str] | None = None,
        now: Instant | None = None,
        mode: Mode = "running",
        seed: int = 0,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        on_mint: Any = None,
    ) -> None:
        self.name = name
        self.seed = seed
        self.clock = Clock(now, mode)
        self.created = self.clock.now()
        self.faults = Faults()
        self.journal = Journal()
        self.fixtures = dict(fixtures or {})
        self.secrets: list[str] = []
        self._on_mint = on_mint
        settings = settings or {}
        self.worlds = {
            vendor: World(self, service, self.fixtures.get(vendor, DEFAULT), settings.get(vendor, {}))
            for vendor, service in services.items()
        }

    def guid(self, vendor: str, collection: str, id: int) -> str:
        """A GUID that depends on the seed and the record alone."""
        digest = hashlib.blake2b(
            f"{self.seed}/{vendor}/{collection}/{id}".encode(), digest_size=16
        ).hexdigest()
        return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:]}"

    def mint(self, world: World, label: str) -> str:
        """A 256-bit secret, url-safe, of the seed, this sandbox's name and how many came before it. A world that is
        reset mints the same again: that is determinism, not security."""
        number = world.store.next("_minted")
        source = f"{self.seed}/{self.name}/{world.service.name}/{label}/{number}"
        digest = hashlib.blake2b(source.encode(), digest_size=32, person=b"simulator mint").digest()
        secret = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if self._on_mint is not None:
            self._on_mint(self, secret)
        return secret

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
        return self._fire_until(target)

    def _fire_until(self, until: Instant) -> list[Fired]:
        fired: list[Fired] = []
        while True:
            waiting = [
                (at, name) for name, world in self.worlds.items() if (at := world.next_due()) is not None
            ]
            if not waiting or min(waiting)[0] > until:
                return fired
            fired.append(self.worlds[min(waiting)[1]].fire())


class Sandboxes:
    """The sandboxes of a server by name, and by the secrets minted in them."""

    def __init__(self, services: Mapping[str, Service], **default: Any) -> None:
        self.services = services
        self._by_name: dict[str, Sandbox] = {}
        self._by_secret: dict[str, Sandbox] = {}
        self._made = 0
        self.default = Sandbox(DEFAULT, services, **default)
        self._by_name[DEFAULT] = self.default

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Sandbox]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Sandbox | None:
        return self._by_name.get(name)

    def of_secret(self, secret: str) -> Sandbox | None:
        """The sandbox that minted a secret; the default one mints none that need finding."""
        return self._by_secret.get(secret)

    @property
    def selective(self) -> bool:
        """Whether a credential can select anything but the default sandbox."""
        return bool(self._by_secret)

    def create(self, name: str | None = None, **options: Any) -> Sandbox:
        """A new sandbox; without a name it gets one. Raises SandboxError: 409 for a taken name, 422 for a bad one."""
        if name is None:
            name = self._free_name()
        if not _NAME.fullmatch(name) or "--" in name:
            raise SandboxError(
                422,
                "a sandbox name has 1 to 32 of a-z, 0-9 and -, begins and ends with a letter or digit, without --",
            )
        if name in self._by_name:
            raise SandboxError(409, f"the sandbox {name} exists; delete it first, or take another name")
        try:
            sandbox = Sandbox(name, self.services, on_mint=self._remember, **options)
        except Exception:  # what it minted until then leads nowhere
            self._by_secret = {s: owner for s, owner in self._by_secret.items() if owner.name != name}
            raise
        self._by_name[name] = sandbox
        return sandbox

    def delete(self, name: str) -> None:
        """Raises SandboxError: 404 for an unknown name, 409 for the default sandbox."""
        if name == DEFAULT:
            raise SandboxError(409, "the default sandbox stays; reset it instead")
        sandbox = self._by_name.pop(name, None)
        if sandbox is None:
            raise SandboxError(404, f"there is no sandbox {name}")
        for secret in sandbox.secrets:
            self._by_secret.pop(secret, None)

    def _free_name(self) -> str:
        while True:
            self._made += 1
            if (name := f"sandbox-{self._made}") not in self._by_name:
                return name

    def _remember(self, sandbox: Sandbox, secret: str) -> None:
        sandbox.secrets.append(secret)
        self._by_secret[secret] = sandbox
