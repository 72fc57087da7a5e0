"""The README's first five minutes in an environment that holds nothing: install, write the test, run it.

`make five` says how long it took. It needs a package index, or `PIP_CONFIG_FILE` and the like for one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from tools.blocks import blocks

ROOT = Path(__file__).resolve().parent.parent
INSTALL = 'python3 -m pip install ".[pytest]"'
TEST = "test_valve.py"
RUN = f"pytest -q {TEST}"
LIMIT_S = 60


def main() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (written,) = (block.body for block in blocks(readme) if block.name == TEST)
    for command in (INSTALL, RUN):
        if f"\n$ {command}\n" not in readme:
            sys.exit(f"README.md does not say: $ {command}")
    with tempfile.TemporaryDirectory(prefix="first-five-") as folder:
        home, project, source = Path(folder, "environment"), Path(folder, "project"), Path(folder, "clone")
        # What is committed, as who clones it has it.
        subprocess.run(["git", "clone", "--quiet", ROOT, source], check=True)
        began = time.perf_counter()
        venv.create(home, with_pip=True)
        path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
        # Neither our environment nor a folder on the path is to help.
        around = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "SIMULATOR"))
        }
        around |= {"PATH": path, "VIRTUAL_ENV": str(home)}
        _run(INSTALL + " --quiet", source, around)
        installed = time.perf_counter()
        project.mkdir()
        (project / TEST).write_text(written, encoding="utf-8")
        _run(RUN, project, around)
        done = time.perf_counter()
        _run(RUN, project, around)
        again = time.perf_counter()
        if set(project.iterdir()) - {project / TEST, project / "__pycache__", project / ".pytest_cache"}:
            sys.exit("the run left something behind")
        shutil.rmtree(project)
    print(f"an environment and the installation  {installed - began:6.1f} s")
    print(f"the first run of the test            {done - installed:6.1f} s")
    print(f"the second                           {again - done:6.1f} s")
    print(f"from nothing to green                {done - began:6.1f} s, of {LIMIT_S} s")
    sys.exit(0 if done - began < LIMIT_S else 1)


def _run(command: str, folder: Path, around: dict[str, str]) -> None:
    print(f"$ {command}", flush=True)
    subprocess.run(["/bin/sh", "-c", command], cwd=folder, env=around, check=True)


if __name__ == "__main__":
    main()
