"""Builds the distributions as `make wheel` does: with the installed hatchling, so without a network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[2]


def build(kind: Literal["wheel", "sdist"], root: Path, into: Path) -> Path:
    """Builds from the checkout, or from the unpacked source distribution, at `root`."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)]
    subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    (built,) = into.iterdir()
    return built
