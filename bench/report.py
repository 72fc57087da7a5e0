"""What was measured, as text on the way and as figures at the end; a figure with a target says whether it is met."""

from __future__ import annotations

import json
import operator
from pathlib import Path
from typing import Any, NamedTuple

import click


class Target(NamedTuple):
    """What a figure has to reach."""

    word: str  # a key of _HOLDS
    value: float


_HOLDS = {"at least": operator.ge, "at most": operator.le, "under": operator.lt}


class Report:
    """Prints as it goes; keeps every figure and every row for `--json`."""

    def __init__(self) -> None:
        self._figures: list[dict[str, Any]] = []
        self._rows: list[dict[str, Any]] = []

    def heading(self, text: str) -> None:
        click.echo(f"\n{text}\n{'-' * len(text)}")

    def line(self, text: str = "") -> None:
        click.echo(text)

    def row(self, **values: Any) -> None:
        """A row of a table that is printed elsewhere."""
        self._rows.append(values)

    def figure(self, name: str, value: float | None, unit: str, target: Target | None = None) -> None:
        """One figure; None is one that could not be measured here, which meets nothing."""
        shown = "not measured" if value is None else f"{value:,.{_decimals(value)}f} {unit}"
        met = None
        verdict = ""
        if target is not None:
            met = value is not None and bool(_HOLDS[target.word](value, target.value))
            verdict = f"target {target.word} {target.value:g} {unit}: {'met' if met else 'MISSED'}"
        self._figures.append(
            {"name": name, "value": value, "unit": unit, "target": target and target._asdict(), "met": met}
        )
        click.echo(f"{name:<58} {shown:>18}   {verdict}".rstrip())

    def summary(self) -> None:
        judged = [figure for figure in self._figures if figure["met"] is not None]
        missed = [figure["name"] for figure in judged if not figure["met"]]
        self.heading("Targets")
        self.line(f"{len(judged) - len(missed)} of {len(judged)} met")
        for name in missed:
            self.line(f"MISSED  {name}")

    def write(self, file: Path) -> None:
        file.write_text(json.dumps({"figures": self._figures, "throughput": self._rows}, indent=2) + "\n")


def _decimals(value: float) -> int:
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
