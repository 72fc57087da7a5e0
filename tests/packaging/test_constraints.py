"""constraints.txt names everything that an installation brings, so that `make` installs the same thing everywhere."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.building import ROOT


def needed(requirement: Requirement, seen: set[tuple[str, frozenset[str]]]) -> set[str]:
    """The names of a requirement and of all that it asks for here; what is not installed here ends the search."""
    name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
    if (name, extras) in seen:
        return set()
    seen.add((name, extras))
    try:
        below = [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:
        return {name}
    names: set[str] = {name}
    for each in below:
        if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
            names |= needed(each, seen)
    return names


def test_the_whole_tree_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {canonicalize_name(line.split("==")[0]) for line in lines if not line.startswith("#")}

    ours = Requirement("vendor-simulator[dev,docs,pytest,test]")

    assert needed(ours, set()) - {"vendor-simulator"} <= pinned


def test_every_pin_is_exact() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if not line.startswith("#"):
            (specifier,) = Requirement(line).specifier
            assert specifier.operator == "=="
            assert "*" not in specifier.version
