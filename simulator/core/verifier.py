"""Whether the calls a test expected were made; if not, the nearest ones and what is different about them.

A match is an empty difference: there is one computation, so what is called a near miss is so for the reason shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from simulator.core.errors import REDACTED, json_path

_MISSING = object()
_FIELDS = {"vendor", "operation", "status", "path", "query", "headers", "json", "json_contains", "direction"}
_DIRECTIONS = ("in", "out")
_COUNTS = {"times", "at_least", "at_most"}
NEAREST = 3


class CriterionError(Exception):
    """A criterion that asks for nothing, or for something we do not know."""


def verify(
    criterion: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], evicted: int = 0
) -> dict[str, Any]:
    """Hold a criterion against journal entries as described.

    Returns `failed` ('' or what is wrong in a sentence), `matched` (entry ids), `evicted`, and for a failure `nearest`:
    entries with their differences by JSON path. Raises CriterionError.
    """
    unknown = criterion.keys() - _FIELDS - _COUNTS - {"order"}
    if unknown:
        raise CriterionError(
            f"{', '.join(sorted(unknown))}: not a criterion; there are {sorted(_FIELDS | _COUNTS)}, order"
        )
    # What the vendor sent is no call of the program under test, unless it is what is asked for.
    direction = criterion.get("direction", "in")
    if direction not in _DIRECTIONS:
        raise CriterionError(f"direction is one of {', '.join(_DIRECTIONS)}")
    entries = [entry for entry in entries if entry["direction"] == direction]
    if "order" in criterion:
        return _in_order(criterion, entries, evicted)
    if not criterion.keys() & _FIELDS:
        raise CriterionError("a criterion needs at least one of " + ", ".join(sorted(_FIELDS)))
    for name in ("headers", "query"):
        if not isinstance(criterion.get(name, {}), dict):
            raise CriterionError(f"{name} is an object of names and values")
    # A whole address would match nothing, and `assert_not_called` would hold for ever.
    path = criterion.get("path")
    if isinstance(path, str) and not path.startswith("/"):
        raise CriterionError("path is the vendor's own, such as /api/v1/me")
    _require_possible(criterion)
    differences = [(entry, difference(criterion, entry)) for entry in entries]
    matched = [entry["id"] for entry, different in differences if not different]
    failed = _count(len(matched), criterion)
    if not failed and criterion.keys() & {"times", "at_most"}:
        failed = _unproven(differences, evicted)
    elif failed and evicted and len(matched) < fewest(criterion):
        failed = f"{failed}; {gone(evicted)}"
    outcome: dict[str, Any] = {"failed": failed, "matched": matched, "evicted": evicted}
    if failed:
        near = sorted((pair for pair in differences if pair[1]), key=_distance)
        outcome["nearest"] = [
            {
                "entry": entry["id"],
                "operation": entry["operation"],
                "status": entry["response"]["status"],
                "differences": different,
                "explanation": entry["explanation"],
                "statements": entry["statements"],
            }
            for entry, different in near[:NEAREST]
        ]
    return outcome


def _require_possible(criterion: Mapping[str, Any]) -> None:
    """Refuse a value that no call can have, with which `times=0` would hold for ever. Matchers may be anything."""
    status = criterion.get("status", 0)
    if status is None or isinstance(status, (bool, str, float, list, dict)):
        raise CriterionError(f"status is a whole number, not {status!r}")
    for name, value in criterion.get("query", {}).items():
        if value is None or isinstance(value, (bool, int, float, list, dict)):
            raise CriterionError(f"the values of query are texts: {name}={str(value)!r}, not {value!r}")
    for name in ("json", "json_contains"):
        value = criterion.get(name)
        if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
            raise CriterionError(f"{name} is the value itself, not JSON written as a text")


def _is_hidden(different: Mapping[str, Any]) -> bool:
    return REDACTED in str(different.get("got", ""))


def _unproven(differences: Sequence[tuple[Any, list[dict[str, Any]]]], evicted: int) -> str:
    """Why nobody can tell that there were no more: entries that are gone, or whose secrets are, may have matched."""
    if evicted:
        return f"incomplete: {gone(evicted)}"
    hidden = sum(1 for _, different in differences if different and all(map(_is_hidden, different)))
    if not hidden:
        return ""
    calls = "1 call differs" if hidden == 1 else f"{hidden} calls differ"
    return f"{calls} only in what the journal hides, and so may be one of these"


def _distance(pair: tuple[Mapping[str, Any], list[dict[str, Any]]]) -> tuple[bool, int, int]:
    """Another operation is further away than any content of the right one; of equals the latest is the nearest."""
    entry, different = pair
    return any(each["in"] in {"vendor", "operation"} for each in different), len(different), -entry["id"]


def difference(criterion: Mapping[str, Any], entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What separates an entry from a criterion: [] is a match. Each difference has `in`, `path`, `expected`, `got`."""
    request = entry["request"]
    found: list[dict[str, Any]] = []
    for name, got in (
        ("vendor", entry["vendor"]),
        ("operation", entry["operation"]),
        ("path", request["path"]),
    ):
        if name in criterion and criterion[name] != got:
            found.append(_different(name, (), criterion[name], got))
    if "status" in criterion and criterion["status"] != entry["response"]["status"]:
        found.append(_different("status", (), criterion["status"], entry["response"]["status"]))
    if "query" in criterion:
        found += _contains("query", criterion["query"], _query(request["query"]), ())
    if "headers" in criterion:
        expected = {name.lower(): value for name, value in criterion["headers"].items()}
        found += _contains("headers", expected, request["headers"], ())
    if "json" in criterion:
        found += _equals("json", criterion["json"], request["body"], ())
    if "json_contains" in criterion:
        found += _contains("json", criterion["json_contains"], request["body"], ())
    return found


def _query(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _different(where: str, path: tuple[str | int, ...], expected: Any, got: Any) -> dict[str, Any]:
    different = {"in": where, "path": json_path(path), "expected": expected}
    return {**different, "missing": True} if got is _MISSING else {**different, "got": got}


def _contains(where: str, expected: Any, got: Any, path: tuple[str | int, ...]) -> list[dict[str, Any]]:
    """Objects may have more than is expected, also those in lists; everything else must be equal."""
    if isinstance(expected, dict) and isinstance(got, dict):
        return [
            different
            for name, value in expected.items()
            for different in _contains(where, value, got.get(name, _MISSING), (*path, name))
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [
            different
            for index, (one, other) in enumerate(zip(expected, got, strict=True))
            for different in _contains(where, one, other, (*path, index))
        ]
    return _equals(where, expected, got, path)


def _equals(where: str, expected: Any, got: Any, path: tuple[str | int, ...]) -> list[dict[str, Any]]:
    if isinstance(expected, dict) and isinstance(got, dict):
        found = [
            different
            for name in expected
            for different in _equals(where, expected[name], got.get(name, _MISSING), (*path, name))
        ]
        extra = [name for name in got if name not in expected]
        return found + [
            {"in": where, "path": json_path((*path, name)), "unexpected": got[name]} for name in extra
        ]
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        return [
            different
            for index, (one, other) in enumerate(zip(expected, got, strict=True))
            for different in _equals(where, one, other, (*path, index))
        ]
    # A matcher may equal anything, but not what is not there. And True is not 1, whatever Python says.
    same = got is not _MISSING and expected == got
    if isinstance(expected, (bool, int, float)):
        same = same and isinstance(expected, bool) == isinstance(got, bool)
    return [] if same else [_different(where, path, expected, got)]


def _count(matched: int, criterion: Mapping[str, Any]) -> str:
    for name in _COUNTS & criterion.keys():
        if isinstance(criterion[name], bool) or not isinstance(criterion[name], int) or criterion[name] < 0:
            raise CriterionError(f"{name} takes a whole number")
    times = criterion.get("times")
    least = criterion.get("at_least", 0 if times is not None else fewest(criterion))
    most = criterion.get("at_most")
    if times is not None and matched != times:
        return f"expected {_calls(times)}, found {matched}"
    if matched < least:
        return f"expected at least {_calls(least)}, found {matched}"
    if most is not None and matched > most:
        return f"expected at most {_calls(most)}, found {matched}"
    return ""


def fewest(criterion: Mapping[str, Any]) -> int:
    """How many calls a criterion asks for at least."""
    least: int = criterion.get("times", criterion.get("at_least", 0 if "at_most" in criterion else 1))
    return least


def gone(evicted: int) -> str:
    """What to say of entries that the journal has let go."""
    return f"{evicted} older {'entry is' if evicted == 1 else 'entries are'} gone"


def _calls(count: int) -> str:
    return f"{count} matching {'call' if count == 1 else 'calls'}"


def _in_order(
    criterion: Mapping[str, Any], entries: Sequence[Mapping[str, Any]], evicted: int
) -> dict[str, Any]:
    wanted = criterion["order"]
    if criterion.keys() != {"order"} or not isinstance(wanted, list) or not wanted:
        raise CriterionError("order is a list of operations, and stands alone")
    matched: list[int] = []
    for entry in entries:
        if len(matched) < len(wanted) and entry["operation"] == wanted[len(matched)]:
            matched.append(entry["id"])
    failed = ""
    if len(matched) < len(wanted):
        made = ", ".join(str(entry["operation"]) for entry in entries) or "none"
        failed = f"{wanted[len(matched)]} was not called after {len(matched)} of {len(wanted)}; the calls were: {made}"
        failed += f"; {gone(evicted)}" if evicted else ""
    return {"failed": failed, "matched": matched, "evicted": evicted}
