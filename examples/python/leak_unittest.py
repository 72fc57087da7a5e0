"""A unittest file: a server for the class, a sandbox for each test. Run it with: python -m unittest leak_unittest"""

from __future__ import annotations

import json
import unittest
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from simulator.testing import SimulatorServer


def report_leak(base_url: str, token: str, name: str) -> str:
    """Your application: it is given an address and a token, and knows nothing of the simulator."""
    request = Request(
        f"{base_url}/api/v1/issues",
        json.dumps({"name": name}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urlopen(request) as answer:
        return str(json.load(answer)["guid"])


class TestLeak(unittest.TestCase):
    server: SimulatorServer

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = cls.enterClassContext(SimulatorServer(["kinetic"]))

    def setUp(self) -> None:
        self.sandbox = self.enterContext(self.server.sandbox())
        self.kinetic = self.sandbox.kinetic

    def test_a_leak_becomes_an_issue(self) -> None:
        report_leak(self.kinetic.url, self.kinetic.token, "Leak at gate 4")

        self.kinetic.assert_called("create_issue", json_contains={"name": "Leak at gate 4"}, times=1)

    def test_an_outage_is_told(self) -> None:
        with self.kinetic.fault("create_issue", status=500), self.assertRaises(HTTPError):
            report_leak(self.kinetic.url, self.kinetic.token, "Leak at gate 4")

    def test_a_token_expires_when_the_clock_is_moved(self) -> None:
        self.sandbox.clock.advance(timedelta(hours=25))

        with self.assertRaises(HTTPError) as refused:
            report_leak(self.kinetic.url, self.kinetic.token, "Leak at gate 4")
        refused.exception.close()
        self.assertEqual(refused.exception.code, 401)


if __name__ == "__main__":
    unittest.main()
