"""What a failed assertion says: the nearest call, what is different about it, and why the vendor refused it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulator.client import ControlError
from simulator.core.errors import REDACTED
from simulator.core.verifier import gone
from simulator.testing.call import Call

if TYPE_CHECKING:
    from simulator.testing.sandbox import Sandbox
    from simulator.testing.vendor import VendorHandle

_MOST = 10  # calls in a list
# Of JSON Schema: what is expected says little without them. Other rules are in words.
_KEYWORDS = {
    "type",
    "pattern",
    "enum",
    "const",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
}
_CITED = 3  # statements of a refusal: the last are about it, those before about the operation


def not_called(
    vendor: VendorHandle, asked: str, outcome: Mapping[str, Any], calls: Sequence[Call], least: int
) -> str:
    """For calls that were not made as expected, or were made and should not have been. `least` is how many there
    should have been at least: with so many, near misses are of no interest."""
    by_id = {call.id: call for call in calls}
    # The reason first: of many failures a summary shows one line each.
    lines = [f"{vendor.name}: {outcome['failed']}", f"  {asked}"]
    if outcome["matched"]:
        lines += ["", "matching calls:", *_list([by_id[id] for id in outcome["matched"]])]
    if outcome["nearest"] and len(outcome["matched"]) < least:
        near = outcome["nearest"][0]
        call = by_id[near["entry"]]
        lines += ["", f"nearest: call {call}"]
        for different in near["differences"]:
            lines += _difference(different)
        lines += _refusal(vendor.sandbox, call)
        if len(calls) > 1:
            lines += ["", f"all calls to {vendor.name}:", *_list(calls)]
    return "\n".join(lines)


def not_in_order(
    vendor: VendorHandle, operations: Sequence[str], outcome: Mapping[str, Any], calls: Sequence[Call]
) -> str:
    """For operations that were not called one after the other."""
    done = len(outcome["matched"])
    after = f"after {operations[done - 1]} " if done else ""
    reason = f"{vendor.name}: {after}there was no {operations[done]}"
    if outcome["evicted"]:
        reason += f"; {gone(outcome['evicted'])}"
    lines = [reason, f"  {order(operations)}", ""]
    lines.append("expected, in this order:")
    for place, operation in enumerate(operations):
        found = (
            f"call {outcome['matched'][place]}"
            if place < done
            else "not called"
            if place > done
            else "missing here"
        )
        lines.append(f"  {operation}: {found}")
    return "\n".join([*lines, "", f"all calls to {vendor.name}:", *_list(calls)])


def order(operations: Iterable[str]) -> str:
    return f"assert_order({', '.join(map(repr, operations))})"


def no_calls(vendor: VendorHandle, asked: str, evicted: int) -> str:
    """For a vendor that nobody called: which address the application should have used, and where its calls went."""
    reason = f"{vendor.name}: no call has reached it in this sandbox"
    if evicted:
        reason = f"{vendor.name}: no call to it is in this sandbox's journal; {gone(evicted)}"
    lines = [
        reason,
        f"  {asked}",
        "",
        f"the application should use {vendor.url}",
        f"  (simulator.{vendor.name}.url) as its base address, in the place of the vendor's",
    ]
    edges = [each for each in vendor.sandbox.edges() if each.path]
    if edges:
        lines += ["", "what it asked for, and nobody answered:", *(f"  {each}" for each in edges[-_MOST:])]
    lines += proxied(vendor.url)
    strays = vendor.sandbox.calls_elsewhere(vendor.name)
    if strays:
        lines += [
            "",
            "calls that reached the default sandbox instead, for their address names none:",
            *_list(strays),
        ]
    return "\n".join(lines)


def proxied(url: str) -> list[str]:
    """What to do where an application would ask a proxy for this address; [] where it would not."""
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - a failure is rare, and this takes long to load

    host = urlsplit(url).hostname or ""
    if "http" not in getproxies() or proxy_bypass(host):
        return []
    return [f"the environment has a proxy; set NO_PROXY={host}"]


def explain_statements(sandbox: Sandbox, ids: Iterable[str], indent: str) -> list[str]:
    """Each statement with its source, in two lines."""
    lines: list[str] = []
    for id in dict.fromkeys(ids):
        try:
            found = sandbox.server.client.get(f"/statements/{id}")
        except ControlError:
            lines.append(f"{indent}{id}")
            continue
        lines += [f"{indent}{id} ({found['basis']}): {found['text']}", f"{indent}  source: {found['source']}"]
    return lines


def _difference(different: Mapping[str, Any]) -> list[str]:
    where = different["in"] if different["path"] == "$" else f"{different['in']} {different['path']}"
    if "unexpected" in different:
        return [f"  {where}", "    expected: nothing", f"    got:      {_shown(different['unexpected'])}"]
    got = "nothing" if different.get("missing") else _shown(different["got"])
    lines = [f"  {where}", f"    expected: {_shown(different['expected'])}", f"    got:      {got}"]
    if REDACTED in got:
        lines.append("    (the journal keeps no secrets; look at the status, or at the call's `principal`)")
    return lines


def _refusal(sandbox: Sandbox, call: Call) -> list[str]:
    """Why a call was refused, with the statements that say so; [] for one that was not."""
    explanation = call.explanation
    if not explanation:
        return []
    lines = ["", f"it was refused with {call.status}: {explanation['reason']}"]
    problems = explanation.get("problems", ())
    told: set[str] = set()
    for problem in problems:
        lines.append(f"  {wrong(problem)}")
        lines += explain_statements(sandbox, problem["statements"], "    ")
        told.update(problem["statements"])
    if "record" in explanation:
        lines.append(f"  {explanation['collection']} {explanation['key']}: {_fate(explanation['record'])}")
    if not told:
        lines += explain_statements(sandbox, call.statements[-_CITED:], "  ")
    return lines


def _fate(record: Mapping[str, Any]) -> str:
    """What became of a record that a call did not find."""
    for did, words in (("removed_by", "removed by"), ("last_changed_by", "last changed by")):
        if did in record:
            return f"{words} call {record[did]} ({record['operation']})"
    return f"{'it existed' if record['existed'] else 'it never existed'}; {record['note']}"


def wrong(problem: Mapping[str, Any]) -> str:
    """One thing that a vendor refused, in a line."""
    expected = problem["expected"] if isinstance(problem["expected"], str) else _shown(problem["expected"])
    rule = f"{problem['rule']} " if problem["rule"] in _KEYWORDS else ""
    got = "nothing" if problem["got"] == "nothing" else _shown(problem["got"])
    return f"{problem['in']} {problem['path']}: expected {rule}{expected}, got {got}"


def _list(calls: Sequence[Call]) -> list[str]:
    shown = [f"  {call}" for call in calls[-_MOST:]]
    earlier = len(calls) - len(shown)
    return [f"  ({earlier} earlier)", *shown] if earlier else shown


def _shown(value: Any) -> str:
    """A value as JSON, so that "9" and 9 differ to the eye; a matcher as itself."""
    if isinstance(value, (str, int, float, bool, list, tuple, dict)) or value is None:
        return json.dumps(value, ensure_ascii=False, default=repr)
    return repr(value)
