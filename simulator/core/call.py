"""A request, its answer, and the call: everything a handler may know and do while it answers one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from simulator.core.errors import Broken, Invalid, Problem
from simulator.core.store import Record, Store

if TYPE_CHECKING:
    from simulator.core.document import Operation
    from simulator.core.limits import Allowance
    from simulator.core.sandbox import Sandbox, World

S = TypeVar("S")


class Thumbprints(NamedTuple):
    """The digests of a certificate, in upper-case hexadecimal: what is called its thumbprint is the SHA-1."""

    sha1: str
    sha256: str


class ClientCertificate(NamedTuple):
    """What the client proved of itself when the connection was made: its own certificate, and the root that vouches for
    it (None: the root is not known). Never from a header."""

    leaf: Thumbprints
    root: Thumbprints | None


class Request:
    """A request as it reached a vendor. `path` is raw (percent-encoded) and begins after our own `prefix`; header names
    are lower-case bytes. `public` is what links begin with behind a proxy, prefix included; None: the client's words.
    """

    __slots__ = (
        "body", "client_certificate", "headers", "method", "path", "prefix", "public", "query", "scheme",
    )  # fmt: skip

    def __init__(
        self,
        method: str,
        path: str,
        query: str = "",
        headers: Mapping[bytes, bytes] | None = None,
        body: bytes = b"",
        *,
        scheme: str = "http",
        prefix: str = "",
        public: str | None = None,
        client_certificate: ClientCertificate | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers or {}
        self.body = body
        self.scheme = scheme
        self.prefix = prefix
        self.public = public
        self.client_certificate = client_certificate

    @property
    def origin(self) -> str:
        """What absolute links begin with: the address the client used, up to and with our own prefix."""
        if self.public is not None:
            return self.public
        host = self.headers.get(b"host", b"localhost").decode("latin-1")
        return f"{self.scheme}://{host}{self.prefix}"


class Response:
    """What goes on the wire. `entry` is the journal's id of this exchange; `delay_ms` and `wire` are a fault's wish.
    Status 0: nothing goes."""

    __slots__ = ("body", "delay_ms", "entry", "headers", "status", "wire")

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes, entry: int) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.entry = entry
        self.delay_ms = 0
        self.wire: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A handler's answer when it is more than a body of the documented success: another status, headers, or another
    media type than the documented one, as a download has it."""

    body: Any
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    media_type: str | None = None


class Principal(NamedTuple):
    """Who calls. `record` is the vendor's own record of them."""

    id: int | str
    label: str
    record: Record


class Upload(NamedTuple):
    """A file of a multipart body. Its name is data, never a path."""

    filename: str
    content_type: str
    data: bytes


class Call(Generic[S]):
    """One request in one sandbox. Time stands still while it is answered: `now` is read once.

    `settings` is the vendor's own settings value; `problems` is filled for an operation that collects them. `query` has
    the documented parameters, typed; `texts` the whole query string's, as texts, also of names that no document knows.
    `media_type` is the one that the body was read as.
    """

    __slots__ = (
        "allowance", "body", "cited", "files", "media_type", "now", "operation", "params", "principal", "problems",
        "query", "request", "sandbox", "settings", "store", "texts", "world",
    )  # fmt: skip

    def __init__(self, sandbox: Sandbox, world: World, request: Request) -> None:
        self.sandbox = sandbox
        self.world = world
        self.store: Store = world.store
        self.settings: S = world.settings
        self.request = request
        self.now = sandbox.clock.now()
        self.operation: Operation | None = None
        self.principal: Principal | None = None
        self.params: Mapping[str, str] = {}
        self.query: dict[str, Any] = {}
        self.texts: Mapping[str, list[str]] = {}
        self.media_type: str | None = None
        self.body: Any = None
        self.files: dict[str, Upload] = {}
        self.problems: list[Problem] = []
        self.cited: list[str] = []
        self.allowance: Allowance | None = None  # what the vendor's limit said, if it has one

    def cite(self, *statements: str) -> None:
        """Say that these statements decided the answer."""
        self.cited.extend(statements)

    @property
    def caller(self) -> Principal:
        """Who calls an operation that the document protects."""
        if self.principal is None:
            raise Broken("an open operation has no caller")
        return self.principal

    def require_valid(self, *more: Problem) -> None:
        """For an operation that collects its problems: refuse now if validation found any, or if there are `more`."""
        problems = [*self.problems, *more]
        if problems:
            raise Invalid(problems)

    def next_id(self, collection: str) -> int:
        """The next number of a collection."""
        return self.store.next(collection)

    def guid(self, collection: str, id: int) -> str:
        """The GUID of a record: the same for the same seed, vendor, collection and number."""
        return self.sandbox.guid(self.world.service.name, collection, id)

    def mint(self, label: str, form: Callable[[str], str] = str) -> str:
        """A new secret of this sandbox, unlike any other sandbox's, in the form that the vendor gives it."""
        return self.world.mint(label, form)

    def schedule(self, at: int, what: str, statement: str, kind: str = "", subject: int | str = "") -> None:
        """Let the clock say `what` when it passes `at`; `kind` names a timer the vendor reacts to, if it does."""
        self.world.schedule(at, what, statement, kind, subject)
