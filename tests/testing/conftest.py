"""The application under test, pointed at the sandbox of the plugin's own fixture."""

from __future__ import annotations

import pytest

from simulator.testing import Sandbox
from tests.testing.application import Application


@pytest.fixture
def app(simulator: Sandbox) -> Application:
    return Application(simulator.kinetic.url, simulator.kinetic.token)
