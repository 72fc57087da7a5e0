"""What goes wrong before anything is served: each error says what, where, why and the next command, with its code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import simulator.app
from simulator.data import read_fixture
from simulator.serving import listen
from simulator.vendors import VENDORS
from tests.cli.running import invoke


def test_a_vendor_that_there_is_not(tmp_path: Path) -> None:
    for command in ("serve", "check", "routes", "fidelity"):
        result = invoke(command, "jira")
        assert (result.exit_code, result.stdout) == (2, "")
        assert (
            result.stderr
            == f"Error: there is no vendor jira; there is {', '.join(VENDORS)}\n  next: simulator serve kinetic\n"
        )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sim.example.com"])  # noqa: S104
@pytest.mark.parametrize("key", [[], ["--control-key", ""]])
def test_an_address_that_others_reach_needs_a_key(host: str, key: list[str]) -> None:
    result = invoke("serve", "--host", host, *key)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"Error: {host} can be reached by others, and whoever reaches the control API drives the simulator\n"
        f"  next: simulator serve --host {host} --control-key SOMETHING-SECRET\n"
    )


def test_a_port_in_use() -> None:
    with listen() as taken:
        port = taken.getsockname()[1]
        result = invoke("serve", "--port", str(port))

    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == (
        f"Error: cannot listen on 127.0.0.1:{port}: port {port} of 127.0.0.1 is in use; "
        "stop what listens there or take another (0 takes a free one)\n  next: simulator serve --port 0\n"
    )


def test_an_address_that_is_none_of_ours() -> None:
    result = invoke("serve", "--host", "192.0.2.1", "--control-key", "key")

    assert result.exit_code == 4
    assert "192.0.2.1 is not an address of this machine" in result.stderr


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ("today", "Invalid isoformat string: 'today'"),
        ("2026-01-31", "an instant needs an offset, such as Z or +02:00"),
        ("9999-12-31T00:00:00Z", "an instant lies between 0001-01-02 and 9999-12-30"),
    ],
)
def test_a_time_that_is_none(now: str, why: str) -> None:
    result = invoke("serve", "--now", now)

    assert result.exit_code == 2
    assert result.stderr == f"Error: --now {now}: {why}\n  next: simulator serve --now 2026-01-31T09:00:00Z\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--nothing"], "No such option"),
        (["serve", "--port", "99999"], "99999 is not in the range"),
        (["serve", "--port", "http"], "'http' is not a valid integer"),
        (["nothing"], "No such command 'nothing'"),
        (["explain"], "Missing argument 'STATEMENT'"),
    ],
)
def test_a_usage_that_there_is_not(arguments: list[str], why: str) -> None:
    result = invoke(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr
    assert "--help" in result.stderr, "the next command"


@pytest.mark.parametrize(
    ("fixture", "code", "error"),
    [
        ("nothing", 3, "cannot read kinetic's fixture 'nothing': "),
        ("../kinetic/default", 3, "cannot read kinetic's fixture '../kinetic/default': "),
        ("jira=default.yaml", 2, "--fixture jira=default.yaml: jira is not served\n  next: simulator serve"),
        (
            "kinetic=/nonexistent/mine.yaml",
            3,
            "cannot read kinetic's fixture: /nonexistent/mine.yaml: No such file",
        ),
        ("kinetic=/", 3, "cannot read kinetic's fixture: /: Is a directory"),
    ],
)
def test_a_fixture_that_is_not_there(fixture: str, code: int, error: str) -> None:
    result = invoke("serve", "--fixture", fixture)

    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith(f"Error: {error}")
    assert "\n  next: simulator " in result.stderr


WHOLE = "format: 1\nvendor: kinetic\n"


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (f"{WHOLE}records:\n  users:\n    - {{id: 1, id: 2}}\n", ":5: ", "the key 'id' stands twice"),
        (f"{WHOLE}records: [\n", ":", ""),
        (f"{WHOLE}records:\n  users: !!python/object:os.system\n", ":4: ", ""),
        ("- format: 1\n", ": ", "not an object"),
        ("\0", ":", ""),
        ("vendor: kinetic\n", "", 'a fixture starts with "format: 1" and "vendor: kinetic"'),
        ("format: 2\nvendor: kinetic\n", "", 'a fixture starts with "format: 1" and "vendor: kinetic"'),
        ("format: 1\nvendor: fluid\n", "", 'a fixture starts with "format: 1" and "vendor: kinetic"'),
        (f"{WHOLE}people: []\n", "", "unknown keys people"),
        (f"{WHOLE}records: []\n", "", "records"),
        (f"{WHOLE}records:\n  people: []\n", "", "no collection people; there are "),
        (f"{WHOLE}records:\n  users: 5\n", "", "users"),
        (f"{WHOLE}records:\n  users: [5]\n", "", "users[0] $: "),
        (
            f"{WHOLE}records:\n  users: [{{id: 1}}]\n",
            "",
            "users[0] $.guid: expected 'a value' (required), got 'nothing'",
        ),
        (f"{WHOLE}settings: {{nothing: 1}}\n", "", "settings: nothing is not a setting"),
        (f"{WHOLE}settings: {{create_status: 202}}\n", "", "settings: create_status takes one of 200, 201"),
        (f"{WHOLE}credentials: [{{}}]\n", "", "a credential of the fixture is written {email: ...}, not {}"),
        (f"{WHOLE}credentials: [5]\n", "", "a credential of the fixture is written {email: ...}, not 5"),
        (
            f"{WHOLE}credentials: [{{email: nobody@example.com}}]\n",
            "",
            "the fixture has no user nobody@example.com",
        ),
    ],
)
def test_a_fixture_that_is_broken_says_where_and_why(tmp_path: Path, text: str, where: str, why: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)

    result = invoke("serve", "--fixture", f"kinetic={file}")

    assert (result.exit_code, result.stdout) == (3, ""), result.stderr
    assert f"{file}{where}" in result.stderr
    assert why in result.stderr
    assert result.stderr.endswith(f"\n  next: simulator check --fixture kinetic={file}\n")
    assert "Traceback" not in result.stderr

    checked = invoke("check", "kinetic", "--fixture", f"kinetic={file}")
    assert checked.exit_code == 3
    assert why in checked.stderr
    assert "next:" not in checked.stderr


def test_two_records_with_one_number(tmp_path: Path) -> None:
    fixture = read_fixture("kinetic")
    fixture["records"]["users"].append(fixture["records"]["users"][0])
    file = tmp_path / "twice.json"
    file.write_text(json.dumps(fixture))

    result = invoke("serve", "--fixture", f"kinetic={file}")

    assert result.exit_code == 3
    assert f"users[{len(fixture['records']['users']) - 1}]" in result.stderr


@pytest.mark.parametrize("option", ["--tls-key", "--client-ca"])
def test_tls_without_a_certificate(option: str) -> None:
    result = invoke("serve", option, "any.pem")

    assert (result.exit_code, result.stdout) == (2, "")
    assert (
        result.stderr == f"Error: {option} needs --tls-cert\n  next: simulator serve --tls-cert server.pem\n"
    )


def test_files_that_tls_cannot_be_served_with(tmp_path: Path) -> None:
    text = tmp_path / "text.pem"
    text.write_text("nothing of the kind")
    for file, words in ((tmp_path / "missing.pem", "is not a file"), (text, "is not a certificate in PEM")):
        result = invoke("serve", "--tls-cert", str(file))
        assert (result.exit_code, result.stdout) == (3, "")
        assert result.stderr.startswith(f"Error: {file} {words}")
        assert result.stderr.endswith("\n  next: openssl x509 -in FILE -noout -text\n")


def test_a_setting_that_breaks_a_rule_of_the_vendors(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text('format: 1\nvendor: cmo\nsettings: {jwt_secret: ""}\n')

    result = invoke("serve", "cmo", "--fixture", f"cmo={file}")

    assert (result.exit_code, result.stdout) == (3, "")
    assert "settings: Authentication.Jwt.Secret must not be empty while JWT is enabled" in result.stderr


def test_a_bug_of_ours_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(simulator.app, "load_services", broken)
    result = invoke("check")

    assert result.exit_code == 70
    assert "ZeroDivisionError: a bug" in result.stderr
    assert "this is a bug of the simulator" in result.stderr


def test_ctrl_c_before_it_is_ready_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(simulator.app, "load_services", interrupted)

    for command in ("serve", "check", "routes"):
        result = invoke(command)
        assert (result.exit_code, result.output) == (130, "")
