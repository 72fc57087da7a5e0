"""The journal of a sandbox: every exchange, with what decided it, bounded by bytes and free of secrets."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

import orjson

from simulator.core.clock import Instant, format_instant
from simulator.core.codec import too_deep
from simulator.core.errors import REDACTED
from simulator.core.statements import Ledger
from simulator.core.store import Change
from simulator.core.validation import Schema

MAX_BYTES = 8_000_000
MAX_BODY = 256_000  # a longer body is not kept, but its length
_ENTRY_BYTES = 1_200  # what an entry costs beside its bodies, by measurement

_SECRET_HEADERS = frozenset(
    {
        b"authorization",
        b"proxy-authorization",
        b"cookie",
        b"set-cookie",
        b"x-api-key",
        b"simulator-control-key",
    }
)
_SECRET_NAME = re.compile(r"passw|secret|token|credential|api[_-]?key|\bpat\b", re.IGNORECASE)
# What must occur in a JSON text or a form that holds such a name; escapes may spell any of them.
_SECRET_WORDS = (b"passw", b"secret", b"token", b"credential", b"api", b'pat"', b"pat=", b"\\u")


class Entry:
    """One exchange. Bodies are kept as bytes and written out only when somebody reads the entry."""

    __slots__ = (
        "at", "changes", "direction", "duration_ms", "explanation", "fault", "id", "method", "numbers_before",
        "operation", "path",
        "principal", "query", "received", "records", "request_body", "request_headers", "response_body",
        "response_headers", "response_status", "statements", "vendor",
    )  # fmt: skip

    id: int
    at: Instant
    direction: str  # "in": a call to a vendor; "out": a delivery of the vendor's own
    vendor: str
    operation: str | None
    method: str
    path: str
    query: str
    request_headers: Mapping[bytes, bytes]
    request_body: bytes
    received: (
        int  # the request body's bytes, also where it is not kept: what it left in `changes` is about as much
    )
    response_status: int
    response_headers: list[tuple[bytes, bytes]]
    response_body: bytes
    duration_ms: float
    principal: str | None
    statements: tuple[str, ...]
    changes: list[Change]
    numbers_before: Mapping[str, int] | None  # of the vendor's sequences, where the call moved one
    records: Mapping[str, Schema]  # by collection: they know which fields of `changes` are secret
    fault: str | None
    explanation: dict[str, Any] | None

    def size(self) -> int:
        """About how many bytes the entry takes."""
        kept = len(self.request_body) + len(self.response_body) + len(self.query)
        return _ENTRY_BYTES + self.received + kept

    def describe(self, ledger: Ledger, journal: Journal) -> dict[str, Any]:
        """The entry as the control API shows it; of a record that was not found, what became of it."""
        explanation = self.explanation
        if explanation and "collection" in explanation:
            explanation = {**explanation, "record": journal.fate_of(self.vendor, explanation, self.id)}
        if explanation and "problems" in explanation:
            explanation = {
                **explanation,
                "problems": [_clean_problem(each) for each in explanation["problems"]],
            }
        return {
            "id": self.id,
            "at": format_instant(self.at),
            "direction": self.direction,
            "vendor": self.vendor,
            "operation": self.operation,
            "request": {
                "method": self.method,
                "path": self.path,
                "query": self.query,
                "headers": _texts(self.request_headers),
                "body": _readable(self.request_body),
            },
            "response": {
                "status": self.response_status,
                "headers": _texts(dict(self.response_headers)),
                "body": _clean(_readable(self.response_body)),
            },
            "duration_ms": round(self.duration_ms, 3),
            "principal": self.principal,
            "statements": list(self.statements),
            "basis": ledger.weakest(self.statements),
            "changes": [self._describe_change(each) for each in self.changes if each.collection[0] != "_"],
            "fault": self.fault,
            "explanation": explanation,
        }

    def _describe_change(self, change: Change) -> dict[str, Any]:
        schema = self.records.get(change.collection)
        secrets = schema.secrets if schema else frozenset()
        before, after = _clean(change.before, secrets), _clean(change.after, secrets)
        return {"collection": change.collection, "id": change.key, "before": before, "after": after}


class Loose(NamedTuple):
    """A commit that no entry made (a timer, arranged data): it came after an entry."""

    after: int
    vendor: str
    changes: list[Change]
    numbers_before: Mapping[str, int] | None
    size: int  # bytes, about


class Journal:
    """Entries in order, numbered from 1; the oldest leave when the bytes run out, and are counted."""

    __slots__ = ("_bytes", "_entries", "_floor", "_last", "_loose", "evicted", "max_bytes")

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.evicted = 0
        self._entries: deque[Entry] = deque()
        self._loose: deque[Loose] = deque()
        self._last = 0
        self._floor = 0
        self._bytes = 0

    @classmethod
    def of(cls, entries: list[Entry], loose: list[Loose], *, last: int, evicted: int, floor: int) -> Journal:
        """A journal that goes on behind these entries."""
        journal = cls()
        journal._entries, journal._loose = deque(entries), deque(loose)
        journal._last, journal.evicted, journal._floor = last, evicted, floor
        journal._bytes = sum(entry.size() for entry in entries) + sum(each.size for each in loose)
        return journal

    def loose_changes(self, after: int) -> tuple[int, list[Loose]]:
        """The commits that no entry made, after this entry or later; and the entry that nobody can go back behind."""
        return max(self._floor, after), [commit for commit in self._loose if commit.after >= after]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def next_id(self) -> int:
        return self._last + 1

    @property
    def last_id(self) -> int:
        return self._last

    def changed(
        self, vendor: str, changes: list[Change], numbers_before: Mapping[str, int] | None = None
    ) -> None:
        """Note a commit that no entry made: it came after the last one."""
        size = _ENTRY_BYTES + sum(len(orjson.dumps(each.after or each.before)) for each in changes)
        self._loose.append(Loose(self._last, vendor, changes, numbers_before, size))
        self._bytes += size
        self._evict()

    def forget_changes(self) -> None:
        """The state was replaced as a whole: nobody can go back behind this."""
        self._bytes -= sum(each.size for each in self._loose)
        self._loose.clear()
        self._floor = self._last

    def changes_after(self, id: int) -> list[tuple[str, list[Change], Mapping[str, int] | None]] | None:
        """The commits after an entry, latest first, each with the numbers before it; None when some are gone."""
        if id < max(self.evicted, self._floor):
            return None
        made = [(entry.id, 0, entry.vendor, entry.changes, entry.numbers_before) for entry in self.after(id)]
        made += [
            (each.after, 1, each.vendor, each.changes, each.numbers_before)
            for each in self._loose
            if each.after >= id
        ]
        made.sort(key=lambda commit: commit[:2])  # stable: loose ones after one entry stay in their order
        return [commit[2:] for commit in reversed(made)]

    def append(self, entry: Entry) -> None:
        self._last = entry.id
        self._entries.append(entry)
        self._bytes += entry.size()
        self._evict()

    def _evict(self) -> None:
        """Let the oldest go, but for the latest entry, until the rest fits; and what no fork can go back behind."""
        while self._loose and (
            self._loose[0].after < self.evicted or (self._bytes > self.max_bytes and self._oldest_is_loose())
        ):
            gone = self._loose.popleft()
            self._bytes -= gone.size
            self._floor = max(self._floor, gone.after + 1)
        while self._bytes > self.max_bytes and len(self._entries) > 1:
            self._bytes -= self._entries.popleft().size()
            self.evicted += 1
            while self._loose and self._loose[0].after < self.evicted:
                self._bytes -= self._loose.popleft().size

    def _oldest_is_loose(self) -> bool:
        return len(self._entries) < 2 or self._loose[0].after < self._entries[0].id

    def get(self, id: int) -> Entry | None:
        place = id - self.evicted - 1
        return self._entries[place] if 0 <= place < len(self._entries) else None

    def after(self, id: int) -> Iterator[Entry]:
        """The entries with a greater id, oldest first."""
        for place in range(max(0, id - self.evicted), len(self._entries)):
            yield self._entries[place]

    def fate_of(self, vendor: str, facts: Mapping[str, Any], before: int) -> dict[str, Any]:
        """What became of a record that a call did not find: whether it ever existed, and which entry before this one
        removed it or last changed it. `facts` are the refusal's: `collection` and `key` (its key or its number), and
        `existed` or `removed` where the handler had it in its hands."""
        key = str(facts["key"])
        for entry in reversed(self._entries):
            if entry.id >= before or entry.vendor != vendor:
                continue
            for change in reversed(entry.changes):
                record = change.after or change.before or {}
                if change.collection == facts["collection"] and key in {
                    str(change.key),
                    str(record.get("id")),
                }:
                    removed = change.after is None or facts.get("removed", False)
                    did = "removed_by" if removed else "last_changed_by"
                    return {"existed": True, did: entry.id, "operation": entry.operation}
        if facts.get("existed") or facts.get("removed"):
            return {"existed": True, "note": "as it began, or as an entry left it that is gone"}
        note = f"{self.evicted} older entries are gone" if self.evicted else "no entry ever touched it"
        return {"existed": False, "note": note}


def clean_headers(
    headers: Mapping[bytes, bytes], secrets: frozenset[str] = frozenset()
) -> Mapping[bytes, bytes]:
    """The headers with secrets taken out; of Authorization the scheme stays, it is what one looks for."""
    found = _SECRET_HEADERS & headers.keys()
    if secrets:
        found |= {name for name in headers if name.decode("latin-1") in secrets}
    if not found:
        return headers
    cleaned = dict(headers)
    for name in found:
        scheme, blank, _ = headers[name].partition(b" ")
        known = name == b"authorization" and blank and scheme.lower() in {b"bearer", b"basic"}
        cleaned[name] = scheme + b" " + REDACTED.encode() if known else REDACTED.encode()
    return cleaned


def clean_body(body: bytes, secrets: frozenset[str], *, refused: bool = False) -> bytes:
    """A body with its secrets taken out: the operation's own secret fields, and whatever is named like a secret. A
    refused body may have its secret in the wrong place: where there is one, only its shape is kept."""
    if not body:
        return body
    if len(body) > MAX_BODY:
        return f"[not kept: {len(body)} bytes]".encode()
    if too_deep(body):  # could be read, and never written again
        return f"[not kept: {len(body)} bytes, nested too deep]".encode()
    if not secrets and not _may_hold_secret(body):
        return body
    try:
        value = orjson.loads(body)
        return orjson.dumps(_shape(value) if refused and secrets else _clean(value, secrets))
    except ValueError:  # not JSON: what it holds cannot be told apart
        return f"[not kept: {len(body)} bytes that may hold a secret]".encode()


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return f"[redacted {type(value).__name__}]"


def _may_hold_secret(text: bytes) -> bool:
    text = text.lower()
    # Neither a regular expression nor a generator: an ordinary body has none of the words, and every body is searched.
    for word in _SECRET_WORDS:  # noqa: SIM110 - as above
        if word in text:
            return True
    return False


def clean_form(body: bytes, secrets: frozenset[str]) -> bytes:
    """An url-encoded form with its secrets taken out, and otherwise as it was sent."""
    if len(body) > MAX_BODY:
        return f"[not kept: {len(body)} bytes]".encode()
    parts = body.split(b"&")
    # What is no pair of name and value may still hold a secret: JSON that was announced as a form.
    kept = [b"[redacted]" if b"=" not in part and _may_hold_secret(part) else part for part in parts]
    return clean_query(b"&".join(kept).decode("latin-1"), secrets).encode("latin-1")


def clean_query(query: str, secrets: frozenset[str] = frozenset()) -> str:
    """A query string with its secrets taken out, and otherwise as it was sent."""
    if not query:
        return query

    def clean(pair: str) -> str:
        name, equals, _ = pair.partition("=")
        return f"{name}={REDACTED}" if equals and _is_secret(unquote_plus(name), secrets) else pair

    # Not by a regular expression: on a long text without an "=" that takes the square of its length.
    return "&".join(map(clean, query.split("&")))


def _clean_problem(problem: Mapping[str, Any]) -> Mapping[str, Any]:
    """A described problem; the document has spared its own secrets, here are those that are only named like one."""
    return {**problem, "got": REDACTED} if _SECRET_NAME.search(problem["path"]) else problem


def _is_secret(name: str, secrets: frozenset[str]) -> bool:
    """Whether a name is a secret's: by its sound, or because the document says so, in whatever case."""
    return _SECRET_NAME.search(name) is not None or name.lower() in secrets


def _clean(value: Any, secrets: frozenset[str] = frozenset()) -> Any:
    if isinstance(value, Mapping):
        return {
            key: REDACTED if item is not None and _is_secret(key, secrets) else _clean(item, secrets)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_clean(item, secrets) for item in value]
    return value


def _texts(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    """Headers as text; those that are only named like a secret are hidden here, and not while a request waits."""
    texts = {
        name.decode("latin-1"): value.decode("latin-1") for name, value in clean_headers(headers).items()
    }
    return {name: REDACTED if _SECRET_NAME.search(name) else text for name, text in texts.items()}


def _readable(body: bytes) -> Any:
    """A body as JSON where it is JSON, else as text."""
    if not body:
        return None
    try:
        return orjson.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
