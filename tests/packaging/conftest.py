"""The wheel that the tests of this folder look into, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.packaging.building import ROOT, build


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))
