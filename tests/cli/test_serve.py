"""`simulator serve`: one line when it is ready, and an end without noise."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from simulator.data import read_fixture
from tests.cli.running import PATIENCE_S, Serving, serving, start


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving("kinetic") as running:
        yield running


def test_the_ready_line_says_where_everything_is(server: Serving) -> None:
    url = server.ready["url"]

    assert server.ready == {
        "url": url,
        "control": f"{url}/__simulator/v1",
        "vendors": {"kinetic": f"{url}/kinetic"},
    }
    assert url.startswith("http://127.0.0.1:")
    assert not url.endswith((":0", "/"))


def test_what_the_ready_line_names_can_be_reached(server: Serving) -> None:
    assert server.get(server.ready["control"] + "/ready")[0] == 200
    status, headers, body = server.get(server.ready["vendors"]["kinetic"] + "/api/v1/valid")
    assert (status, body) == (200, {"success": True})
    assert int(headers["simulator-entry"]) > 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_it_quietly_with_its_code(number: int, code: int) -> None:
    with serving("kinetic") as server:
        server.get(server.ready["control"] + "/ready")
        assert server.end(number) == (code, "", "")


def test_without_json_a_person_reads_the_credentials_and_stdout_has_one_line() -> None:
    with start("--port", "0") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)

    assert line.startswith("simulator ")
    url = line.split()[-1]
    assert url.startswith("http://127.0.0.1:")
    assert (out, process.returncode) == ("", 0)
    for told in (
        f"Kinetic Response: {url}/kinetic",
        "email: ada.okafor@example.com",
        "password: ",
        "token: ",
    ):
        assert told in err
    assert f"control API: {url}/__simulator/v1" in err


def test_its_options_set_the_default_sandbox_up(tmp_path: Path) -> None:
    fixture = read_fixture("kinetic")
    fixture["records"]["users"][0]["email"] = "someone.else@example.com"
    fixture["credentials"] = [{"email": "someone.else@example.com"}]
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(fixture))

    with serving(
        "--now",
        "2001-02-03T04:05:06Z",
        "--no-headers",
        "--fixture",
        f"kinetic={file}",
        "--control-key",
        "key",
    ) as server:
        assert server.get(server.ready["control"] + "/ready")[0] == 200
        assert server.get(server.ready["control"] + "/sandboxes/default")[0] == 401
        status, _, default = server.get(
            server.ready["control"] + "/sandboxes/default", Simulator_Control_Key="key"
        )
        assert status == 200
        (credential,) = default["credentials"]["kinetic"]
        status, headers, me = server.get(
            server.ready["vendors"]["kinetic"] + "/api/v1/me", Authorization=f"Bearer {credential['token']}"
        )

    assert (status, me["email"]) == (200, "someone.else@example.com")
    assert "simulator-entry" not in headers
    date = parsedate_to_datetime(headers["date"])
    assert date.isoformat().startswith("2001-02-03T04:0")


def test_the_key_may_come_from_the_environment_and_opens_it_to_others() -> None:
    """What is bound to every address is told by one that a client can use."""
    with serving("--host", "0.0.0.0", env={"SIMULATOR_CONTROL_KEY": "key"}) as server:  # noqa: S104
        assert server.ready["url"].startswith("http://127.0.0.1:")
        assert server.get(server.ready["control"] + "/info")[0] == 401
        assert server.get(server.ready["control"] + "/info", Authorization="Bearer key")[0] == 200


def test_an_empty_key_is_none() -> None:
    """Else the Host would no longer be looked at, and the empty key be everybody's."""
    with serving("--control-key", "") as server:
        assert server.get(server.ready["control"] + "/info")[0] == 200
        assert server.get(server.ready["control"] + "/info", Host="rebound.example")[0] == 403


def test_a_customization_in_a_file_is_what_is_served() -> None:
    example = Path(__file__).parents[2] / "examples" / "alloy-fleet.yaml"
    with serving("alloy", "--fixture", f"alloy={example}") as server:
        default = server.get(server.ready["control"] + "/sandboxes/default")[2]
        token = default["credentials"]["alloy"][0]["token"]
        address = f"{server.ready['vendors']['alloy']}/api/v2/Cars?par_fields=OID,Plate"
        status, _, cars = server.get(address, Authorization=f"bearer {token}")

    assert (status, cars["success"]) == (200, True)
    assert cars["responseObject"]["Data"] == [["CAR0001", "HH-XY 1"], ["CAR0002", "HH-XY 2"]]
