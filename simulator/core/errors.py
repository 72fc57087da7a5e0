"""The neutral refusals the core and the handlers raise; each vendor words them in its own `render_error`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any, ClassVar

REDACTED = "[redacted]"  # what stands in the journal where a secret was
MOST_PROBLEMS = 100  # of one request: nobody reads more, and to tell them takes time that others wait


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request, precise enough for a vendor to word it and for a reader to mend it."""

    where: str  # "body", "query", "path" or "header"
    path: tuple[str | int, ...]  # ("user_login", "email"); () is the whole
    keyword: str  # the JSON Schema keyword that refused, or a business rule's name
    expected: Any
    got: Any
    statements: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The field's own name: the last text of the path, or '' for the whole."""
        return next((str(part) for part in reversed(self.path) if isinstance(part, str)), "")

    def describe(self) -> dict[str, Any]:
        return {
            "in": self.where,
            "path": json_path(self.path),
            "rule": self.keyword,
            "expected": self.expected,
            "got": self.got,
            "statements": list(self.statements),
        }


def phrase(status: int) -> str:
    """The standard words for a status, for errors that only a fault brings about."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def json_path(path: Iterable[str | int]) -> str:
    """`("a", 0, "b c")` as `$.a[0]['b c']`."""
    text = "$"
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier():
            text += f".{part}"
        else:
            text += f"[{part!r}]"
    return text


class Refusal(Exception):
    """A request that is answered with an error. `facts` go into the journal's explanation, never into the answer.

    A refused call changes nothing, unless its refusal `keeps` what the handler wrote: a credential that is found out to
    be stolen is withdrawn, although the call that brought it is refused.
    """

    kind: ClassVar[str] = "refused"

    def __init__(
        self, reason: str, *, statements: Iterable[str] = (), keeps: bool = False, **facts: Any
    ) -> None:
        super().__init__(reason)
        self.keeps = keeps
        self.reason = reason
        self.statements = tuple(statements)
        self.facts = facts

    def explain(self) -> dict[str, Any]:
        return {"kind": self.kind, "reason": self.reason, **self.facts}


class Malformed(Refusal):
    """The request could not be read at all: broken JSON, a body of the wrong kind, a parameter that does not parse."""

    kind = "malformed"


class Invalid(Refusal):
    """The request was read and its content is refused; `problems` says each thing that is wrong, in document order, up
    to a hundred."""

    kind = "invalid"

    def __init__(self, problems: Iterable[Problem], *, statements: Iterable[str] = ()) -> None:
        self.problems = tuple(islice(problems, MOST_PROBLEMS))
        cited = [*statements, *(cited for problem in self.problems for cited in problem.statements)]
        super().__init__("the request's content is refused", statements=dict.fromkeys(cited))

    def explain(self) -> dict[str, Any]:
        return {**super().explain(), "problems": [problem.describe() for problem in self.problems]}


class Unauthenticated(Refusal):
    """No credential, or one that does not hold; `part` names what failed (scheme, token, expiry, password...)."""

    kind = "unauthenticated"

    def __init__(self, reason: str, *, part: str, statements: Iterable[str] = (), **facts: Any) -> None:
        super().__init__(reason, statements=statements, part=part, **facts)


class Forbidden(Refusal):
    """The caller is known but may not do this."""

    kind = "forbidden"


class NotFound(Refusal):
    """No such address, or no such record; with `collection` and `key` the journal can tell what became of it."""

    kind = "not_found"

    def __init__(
        self,
        reason: str,
        *,
        collection: str | None = None,
        key: str | int | None = None,
        statements: Iterable[str] = (),
        **facts: Any,
    ) -> None:
        if collection is not None:
            facts = {"collection": collection, "key": key, **facts}
        super().__init__(reason, statements=statements, **facts)


class MethodNotAllowed(Refusal):
    """The address exists, the method does not; `allowed` becomes the `Allow` header."""

    kind = "method_not_allowed"

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = tuple(allowed)
        super().__init__("this address does not take this method", allowed=list(self.allowed))


class UnsupportedMediaType(Refusal):
    """The body is of a kind that the address does not take."""

    kind = "unsupported_media_type"


class Conflict(Refusal):
    """The request does not fit the present state."""

    kind = "conflict"


class RateLimited(Refusal):
    """Too many requests; `retry_after_s` is in whole seconds."""

    kind = "rate_limited"

    def __init__(self, retry_after_s: int, *, statements: Iterable[str] = ()) -> None:
        self.retry_after_s = retry_after_s
        super().__init__("the rate limit is used up", statements=statements, retry_after_s=retry_after_s)


class Injected(Refusal):
    """A `status` fault: the vendor's own error of that status, asked for by a test. Status 0 is a `drop`: nobody
    answers."""

    kind = "injected"

    def __init__(self, status: int, fault: str) -> None:
        self.status = status
        asked = f"status {status}" if status else "a closed connection"
        super().__init__(f"fault {fault} asked for {asked}", fault=fault)


class Broken(Refusal):
    """Our own bug: an unexpected error, or a reply that breaks its document. The vendor's 500, marked as ours."""

    kind = "simulator_bug"


class EdgeRefusal(Exception):
    """A limit of ours, answered in our own words and recognisable by `Simulator-Edge`, before any vendor code runs."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
