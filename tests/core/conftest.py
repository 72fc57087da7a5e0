"""A client of a fresh toy sandbox, for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.core import toy


@pytest.fixture
def client() -> toy.Client:
    return toy.client()
