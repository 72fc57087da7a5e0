"""One-line handlers for operations that only read, list or remove records."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from simulator.core.call import Call
from simulator.core.store import Record

Find = Callable[[Call[Any]], Record]
FindAll = Callable[[Call[Any]], Iterable[Record]]
H = TypeVar("H", bound=Callable[[Call[Any]], Any])
Present = Callable[[Call[Any], Record], Any]


def read(find: Find, present: Present) -> Callable[[Call[Any]], Any]:
    """Answer the record that `find` gives; `find` refuses when there is none."""

    def handler(call: Call[Any]) -> Any:
        return present(call, find(call))

    return _of(find, handler)


def list_all(find_all: FindAll, present: Present) -> Callable[[Call[Any]], list[Any]]:
    """Answer a bare array of the records that `find_all` gives."""

    def handler(call: Call[Any]) -> list[Any]:
        return [present(call, record) for record in find_all(call)]

    return _of(find_all, handler)


def remove(collection: str, find: Find, present: Present) -> Callable[[Call[Any]], Any]:
    """Remove the record that `find` gives and answer it as it was."""

    def handler(call: Call[Any]) -> Any:
        record = find(call)
        answer = present(call, record)
        call.store.delete(collection, record[call.store.key_of(collection)])
        return answer

    return _of(find, handler)


def _of(find: Any, handler: H) -> H:
    """The handler, which says that the vendor's own part of it is `find`: that is what `simulator routes` shows."""
    handler.__wrapped__ = find  # type: ignore[attr-defined]  # functions take any attribute
    return handler
