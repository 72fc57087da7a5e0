"""A vendor's switches: a dataclass of typed values, each with its meaning; changed as a whole, never in place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

_UNIONS = {Union, UnionType}  # `Literal["a"] | None` is the older kind before Python 3.14


def setting(default: Any, meaning: str, statement: str = "") -> Any:
    """A field of a vendor's settings dataclass: its default, what it switches, and the contradiction it decides."""
    metadata = {"meaning": meaning, "statement": statement}
    return dataclasses.field(default=default, metadata=metadata)


def change_settings(settings: Any, changes: Mapping[str, Any]) -> Any:
    """New settings with some values changed, each checked against its type. Raises ValueError in words."""
    hints = get_type_hints(type(settings))
    for name, value in changes.items():
        if name not in hints:
            raise ValueError(f"{name} is not a setting; there are {', '.join(sorted(hints))}")
        if not _fits(value, hints[name]):
            raise ValueError(f"{name} takes {_words(hints[name])}, not {value!r}")
    frozen = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
    try:
        return dataclasses.replace(settings, **frozen)
    except ValueError as error:  # a settings class may check more than types
        raise ValueError(str(error)) from None


def _fits(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(hint))
    if origin is tuple:
        return isinstance(value, (list, tuple)) and all(_fits(item, get_args(hint)[0]) for item in value)
    if origin in _UNIONS:
        return any(_fits(value, choice) for choice in get_args(hint))
    if hint in {int, float} and isinstance(value, bool):
        return False
    return isinstance(value, (int, float)) if hint is float else isinstance(value, hint)


def _words(hint: Any) -> str:
    origin = get_origin(hint)
    if origin is Literal:
        return "one of " + ", ".join(repr(choice) for choice in get_args(hint))
    if origin is tuple:
        return f"a list of {_words(get_args(hint)[0])}"
    if origin in _UNIONS:
        return " or ".join(_words(choice) for choice in get_args(hint))
    names = {bool: "true or false", int: "an integer", float: "a number", str: "a text", NoneType: "null"}
    return names.get(hint, str(hint))
