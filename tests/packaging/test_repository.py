"""What is kept in the repository is what people wrote, and nothing that a build left behind."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.packaging.building import ROOT


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="this is no checkout of a repository"
)
def test_nothing_is_kept_that_is_to_be_ignored() -> None:
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == ""
