"""schemathesis.toml completed for one vendor, one credential and one profile."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from simulator.core.sandbox import World
from tests.contract.expected import EXPECTED, Expected

# The environment variable that names the vendor which the schemathesis command shall serve itself, in its own process.
IN_PROCESS = "SIMULATOR_CONTRACT_IN_PROCESS"

_BASE = Path(__file__).with_name("schemathesis.toml")
# Of three values one is of schemathesis' own making, so that what is not there is asked for too.
_KNOWN_SHARE = 0.67


class Profile(NamedTuple):
    """How much is tried: cases of each operation, and chains of calls along the links."""

    name: str
    examples: int
    chains: int


PROFILES = {"": Profile("quick", 20, 30), "thorough": Profile("thorough", 300, 300)}


def profile() -> Profile:
    """The profile that SIMULATOR_FUZZ names."""
    wanted = os.environ.get("SIMULATOR_FUZZ", "")
    if wanted not in PROFILES:
        raise ValueError(f"SIMULATOR_FUZZ is unset or 'thorough', not {wanted!r}")
    return PROFILES[wanted]


def configuration(world: World, authorization: str, profile: Profile, seed: int) -> str:
    """The whole configuration as TOML; a JSON text is a TOML text too."""
    expected = EXPECTED[world.service.name]
    return "\n".join(
        [
            f"seed = {seed}",
            _BASE.read_text(encoding="utf-8"),
            "[headers]",
            f"Authorization = {json.dumps(authorization)}",
            "[phases.fuzzing.generation]",
            f"max-examples = {profile.examples}",
            "[phases.stateful.generation]",
            f"max-examples = {profile.chains}",
            *_known(world, expected),
            *_operations(expected),
        ]
    )


def _known(world: World, expected: Expected) -> Iterable[str]:
    for source in sorted(set(expected.known.values())):
        collection, field = source.split(".")
        found = (record[field] for record in world.store.all(collection))
        yield from _dictionary(source, [value for value in found if value is not None])  # TOML has no null
    for operation, places in expected.known_to.items():
        for place, values in places.items():
            yield from _dictionary(f"{operation} {place}", values)
    for place, words in expected.words.items():
        yield from _dictionary(f"words for {place}", list(words))
    yield "[parameters]"
    for place, source in expected.known.items():
        yield _binding(place, source)
    for place in expected.words:
        yield _binding(place, f"words for {place}")


def _dictionary(name: str, values: list[Any]) -> Iterable[str]:
    yield f"[dictionaries.{json.dumps(name)}]"
    yield f"values = {json.dumps(values)}"


def _binding(place: str, dictionary: str) -> str:
    return f"{json.dumps(place)} = {{ dictionary = {json.dumps(dictionary)}, probability = {_KNOWN_SHARE} }}"


def _operations(expected: Expected) -> Iterable[str]:
    for operation in sorted({*expected.refusals, *expected.rejections, *expected.known_to}):
        yield "[[operations]]"
        yield f"include-operation-id = {json.dumps(operation)}"
        for check, usual, listed in (
            ("positive_data_acceptance", ["2xx"], expected.refusals),
            ("negative_data_rejection", ["400", "404", "422"], expected.rejections),
        ):
            if operation in listed:
                statuses: list[Any] = [*usual, *map(str, listed[operation])]
                yield f"checks.{check}.expected-statuses = {json.dumps(statuses)}"
        if operation in expected.known_to:
            yield "[operations.parameters]"
            yield from (_binding(place, f"{operation} {place}") for place in expected.known_to[operation])
