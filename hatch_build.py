"""The wheel's build hook: puts the data files and their compiled copies beside the package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataHook(BuildHookInterface[Any]):
    """A hook and not `force-include` in pyproject.toml: an editable install would get a copy that goes stale."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)  # the build environment holds neither the package nor its tools
        from tools.compile_data import compile_data, data_files  # noqa: PLC0415  found only by the line above

        root = Path(self.root)
        files = {path: Path(path) for path in data_files(root)}
        files |= {Path(".compiled") / path: Path("compiled") / path for path in compile_data(root)}
        # File by file, so that nothing else that lies in those folders gets in.
        build_data["force_include"] |= {
            str(root / path): f"simulator/_data/{target.as_posix()}" for path, target in files.items()
        }
