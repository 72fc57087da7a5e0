"""The tokens of Mitratech CMO: JWTs as the vendor's document shows one, and no other (CMO-090, CMO-188)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.core.codec import read_json
from simulator.core.errors import Malformed

if TYPE_CHECKING:
    from jwt.api_jws import PyJWS

ALGORITHM = "HS256"
MOST_CHARACTERS = 8_000
_HEADER = {"typ": "JWT", "alg": ALGORITHM}
_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


class Claims(NamedTuple):
    """Whose token it is, and when it expires, in seconds since 1970."""

    subject: int
    exp: float


def issue(claims: Claims, secret: str) -> str:
    """A signed token; the same claims and secret give the same one."""
    payload = json.dumps(claims._asdict(), separators=(",", ":")).encode()
    return _signer().encode(payload, secret, ALGORITHM, sort_headers=False)


@lru_cache(maxsize=1024)  # a token is sent many times, and looked at closely once
def is_shaped(token: str) -> bool:
    """Whether a text looks like a JWT."""
    return len(token) <= MOST_CHARACTERS and _SHAPE.fullmatch(token) is not None


def read(token: str, secret: str) -> Claims | str:
    """The claims of a token that this secret signed, expired or not; or in words why it is none."""
    if not is_shaped(token):
        return "the token is not three parts of base64url"
    parts = [_decoded(part) for part in token.split(".")]
    if None in parts:
        return "a part of the token is not written as base64url writes it"
    header, payload, _ = (part or b"" for part in parts)
    if _object(header) != _HEADER:
        return f"the token's header is not typ JWT, alg {ALGORITHM} and no more"
    claims = _claims(_object(payload))
    if claims is None:
        return "the token's claims are not an integer subject, a numeric exp and no more"
    return claims if _is_signed(token, secret) else "the token's signature is not of this secret"


def check_secret(secret: str) -> None:
    """Raises ValueError for a secret that cannot sign."""
    from jwt import InvalidKeyError  # noqa: PLC0415  as in `_signer`

    if not secret:
        raise ValueError("Authentication.Jwt.Secret must not be empty while JWT is enabled")
    try:
        issue(Claims(0, 0.0), secret)
    except (InvalidKeyError, UnicodeEncodeError) as error:
        raise ValueError(f"jwt_secret cannot sign tokens: {error}") from None


def _claims(payload: Any) -> Claims | None:
    if not isinstance(payload, dict) or payload.keys() != set(Claims._fields):
        return None
    subject, exp = payload["subject"], payload["exp"]
    if type(subject) is not int or type(exp) not in {int, float}:  # finite, for JSON knows no other
        return None
    return Claims(subject, exp)


def _object(data: bytes) -> Any:
    """The value of a JSON text, or None for what is none or names a key twice: two readers would read two things."""
    try:
        value = read_json(data)
        pairs: list[str] = []
        json.loads(data, object_pairs_hook=lambda found: pairs.extend(name for name, _ in found))
    except (Malformed, ValueError):
        return None
    return value if len(pairs) == len(set(pairs)) else None


def _decoded(part: str) -> bytes | None:
    """A part's bytes; None where another text would stand for the same bytes, which not every PyJWT minds."""
    try:
        data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        return None
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == part else None


def _is_signed(token: str, secret: str) -> bool:
    from jwt import InvalidTokenError  # noqa: PLC0415  as in `_signer`

    try:
        _signer().decode(token, secret, [ALGORITHM])
    except InvalidTokenError:
        return False
    return True


@cache
def _signer() -> PyJWS:
    """PyJWT for signatures alone: its checks of claims would ask the machine's clock."""
    # Imported here: it takes longer to load than all of the core, and nobody may log in.
    from jwt.algorithms import HMACAlgorithm  # noqa: PLC0415
    from jwt.api_jws import PyJWS  # noqa: PLC0415

    class AnyLength(HMACAlgorithm):
        """A short secret is the tester's to choose; PyJWT would warn of it at each token."""

        def check_key_length(self, key: bytes) -> str | None:
            return None

    signer = PyJWS(algorithms=[ALGORITHM])
    signer.unregister_algorithm(ALGORITHM)
    signer.register_algorithm(ALGORITHM, AnyLength(HMACAlgorithm.SHA256))
    return signer
