"""A progress bar on a terminal, and nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

import click

T = TypeVar("T")


def progress(steps: Sequence[T], label: str) -> Iterator[T]:
    """The steps, one after the other, with a bar on stderr while they last."""
    if not sys.stderr.isatty():
        yield from steps
        return
    with click.progressbar(steps, label=label, file=sys.stderr) as bar:
        yield from bar
