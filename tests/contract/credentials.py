"""Credentials that must not hold, made from one that does."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.contract.expected import Good


def _bearer(good: Good) -> bytes:
    return f"Bearer {good.token}".encode()


def basic(login: str, password: str) -> bytes:
    return _basic(f"{login}:{password}".encode())


def _basic(pair: bytes) -> bytes:
    return b"Basic " + base64.b64encode(pair)


# The Authorization header of each, or none.
BAD: dict[str, Callable[[Good], bytes | None]] = {
    "none": lambda good: None,
    "an empty header": lambda good: b"",
    "a scheme alone": lambda good: b"Bearer",
    "a scheme and a blank": lambda good: b"Bearer ",
    "a token alone": lambda good: good.token.encode(),
    "a token of nobody": lambda good: b"Bearer " + b"0" * len(good.token),
    "a token with another last character": lambda good: _bearer(good)[:-1] + b"!",
    "a token that is cut short": lambda good: _bearer(good)[:-1],
    "a token with more behind it": lambda good: _bearer(good) + b"A",
    "a token in the other case": lambda good: b"Bearer " + good.token.swapcase().encode(),
    "a token and a word": lambda good: _bearer(good) + b" more",
    "two tokens": lambda good: _bearer(good) + b", " + _bearer(good),
    "a token and a login": lambda good: _bearer(good) + b", " + basic(good.login, good.password),
    "a token in quotes": lambda good: b'Bearer "' + good.token.encode() + b'"',
    "a token behind a NUL": lambda good: b"Bearer \0" + good.token.encode(),
    "a token beyond ASCII": lambda good: b"Bearer " + "å".encode("latin-1") + good.token.encode(),
    "a token of 100,000 characters": lambda good: b"Bearer " + b"a" * 100_000,
    "a token under another scheme": lambda good: b"Token " + good.token.encode(),
    "a token as a digest": lambda good: b"Digest " + good.token.encode(),
    "a token without a blank behind its scheme": lambda good: b"Bearer" + good.token.encode(),
    "a token as a login": lambda good: b"Basic " + good.token.encode(),
    "a token as a password": lambda good: basic(good.login, good.token),
    "a token as a user": lambda good: basic(good.token, ""),
    "a password as a token": lambda good: b"Bearer " + good.password.encode(),
    "a login as a token": lambda good: b"Bearer " + basic(good.login, good.password).removeprefix(b"Basic "),
    "a wrong password": lambda good: basic(good.login, good.password + "x"),
    "a password that is cut short": lambda good: basic(good.login, good.password[:-1]),
    "a password in the other case": lambda good: basic(good.login, good.password.swapcase()),
    "a password between blanks": lambda good: basic(good.login, f" {good.password} "),
    "an empty password": lambda good: basic(good.login, ""),
    "a user whom nobody knows": lambda good: basic("nobody@example.com", good.password),
    "an empty user": lambda good: basic("", good.password),
    "an empty user and password": lambda good: basic("", ""),
    "a login without a colon": lambda good: _basic(good.login.encode()),
    "a login that is no base64": lambda good: b"Basic %%%%",
    "a login that is not UTF-8": lambda good: _basic(b"\xff\xfe:\xff"),
    "a login in plain text": lambda good: f"Basic {good.login}:{good.password}".encode(),
}
