"""Reading credentials from a request, and comparing secrets, the same way for every vendor."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any

from simulator.core.call import Call, Principal
from simulator.core.document import Operation
from simulator.core.errors import Unauthenticated

# None: this scheme's credential was not presented; a refused one raises Unauthenticated.
Authenticator = Callable[[Call[Any]], Principal | None]

_AUTHORIZATION = re.compile(rb"([!-+\--~]+)[ \t]+([!-+\--~]+)[ \t]*")  # one scheme, one token, no comma


def authorization(headers: Mapping[bytes, bytes]) -> tuple[str, str] | None:
    """The scheme, in lower case, and the credential of the Authorization header; None without one.

    Raises Unauthenticated for a header that is not one scheme and one token (two joined headers, blanks, control or
    non-ASCII characters).
    """
    value = headers.get(b"authorization")
    if value is None:
        return None
    match = _AUTHORIZATION.fullmatch(value)
    if match is None:
        raise Unauthenticated("the Authorization header is not one scheme and one credential", part="header")
    return match[1].decode().lower(), match[2].decode()


def bearer_token(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of `Authorization: Bearer <token>` (RFC 6750; the scheme in any case)."""
    presented = authorization(headers)
    return presented[1] if presented and presented[0] == "bearer" else None


def basic_credentials(headers: Mapping[bytes, bytes]) -> tuple[str, str] | None:
    """The user and password of `Authorization: Basic` (RFC 7617, UTF-8). Raises Unauthenticated if unreadable."""
    presented = authorization(headers)
    if presented is None or presented[0] != "basic":
        return None
    try:
        text = base64.b64decode(presented[1], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated("the Basic credential is not base64 of UTF-8", part="encoding") from None
    user, colon, password = text.partition(":")
    if not colon:
        raise Unauthenticated("the Basic credential has no colon", part="encoding")
    return user, password


def secrets_in(header: bytes) -> tuple[str, ...]:
    """The secrets an Authorization header carries, for finding the sandbox they were minted in."""
    try:
        headers = {b"authorization": header}
        token, basic = bearer_token(headers), basic_credentials(headers)
    except Unauthenticated:
        return ()
    return tuple(secret for secret in (token, basic and basic[1]) if secret)


def same_secret(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def authenticate(
    call: Call[Any], operation: Operation, authenticators: Mapping[str, Authenticator]
) -> Principal | None:
    """The caller of an operation, by the first of its security alternatives that is presented; None if it is open.

    Raises Unauthenticated when none is presented or the presented one does not hold.
    """
    if not operation.security:
        return None
    for schemes in operation.security:
        principal = None
        for scheme in schemes:
            principal = authenticators[scheme](call)
            if principal is None:
                break
        else:
            return principal
    if authorization(call.request.headers) is None:
        raise Unauthenticated("no Authorization header", part="header")
    # Without what was presented: a credential without its scheme would look like one.
    taken = ", ".join(dict.fromkeys(scheme for schemes in operation.security for scheme in schemes))
    raise Unauthenticated(f"the Authorization header has none of the schemes {taken}", part="scheme")
