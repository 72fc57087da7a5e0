"""Writes the YAML of `openapi/` and `fixtures/` as JSON into `.compiled/`, which the simulator reads much faster."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

from simulator.strict_yaml import NotStrict, parse


def data_files(root: Path) -> list[Path]:
    """The data files of a checkout, relative to its root."""
    found = [*root.glob("openapi/**/*.yaml"), *root.glob("fixtures/*/*.yaml")]
    return sorted(path.relative_to(root) for path in found)


def compile_data(root: Path) -> list[Path]:
    """Makes `.compiled/` mirror the data files; the files written, relative to `.compiled/`."""
    target = root / ".compiled"
    written = [compile_file(root, path) for path in data_files(root)]
    for stray in sorted(set(target.rglob("*.json")) - {target / path for path in written}):
        stray.unlink(missing_ok=True)
    return written


def compile_file(root: Path, path: Path) -> Path:
    data = (root / path).read_bytes()
    try:
        value = parse(data)
    except NotStrict as error:
        raise SystemExit(f"{path}:{error.line or 1}: {error.why}") from None
    # simulator/data.py believes `data` only as long as the YAML beside it has this hash.
    copy = {"sha256": hashlib.sha256(data).hexdigest(), "data": value}
    relative = path.with_suffix(".json")
    target = root / ".compiled" / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    # Replaced whole, and by a name of this process alone: a simulator or another build may be at work beside it.
    fresh = target.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(copy, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    fresh.replace(target)
    return relative


if __name__ == "__main__":
    compile_data(Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd())
