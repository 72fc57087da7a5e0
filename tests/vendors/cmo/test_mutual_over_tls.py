"""Client certificates for real: `simulator serve` with TLS, asked by curl."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.certificates import Certificates
from tests.certificates import Client as Holder
from tests.cli.running import Serving, serving
from tests.vendors.cmo.calls import ACTION, SAMPLE, TOKEN

ALERTS = {"foreign": "unknown ca", "expired": "certificate expired", "future": "bad certificate"}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(certificates: Certificates) -> Iterator[Serving]:
    files = ["--tls-cert", str(certificates.server), "--client-ca", str(certificates.client_ca)]
    with serving("cmo", *files) as running:
        yield running


class Curl:
    """Calls to a sandbox by curl, which trusts the server's root."""

    def __init__(self, server: Serving, certificates: Certificates, sandbox: dict[str, Any]) -> None:
        self._command = ["curl", "-sS", "--cacert", str(certificates.root), "-w", "\n%{http_code}"]
        self._control = f"{server.ready['control']}/sandboxes/{sandbox['name']}"
        self.url = sandbox["urls"]["cmo"]
        self.plain = f"{server.ready['url']}/cmo"
        self.said = ""  # by curl about the last call

    def run(
        self, url: str, *options: str, holder: Holder | None = None, body: Any = None
    ) -> tuple[int, int, str]:
        """curl's exit code, the status and the body."""
        command = [*self._command, *options, url]
        if holder is not None:
            command += ["--cert", str(holder.file)]
        if body is not None:
            command += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
        text, _, status = done.stdout.rpartition("\n")
        self.said = done.stderr
        return done.returncode, int(status or 0), text

    def get(self, holder: Holder | None = None, *options: str) -> tuple[int, int]:
        code, status, _ = self.run(f"{self.url}{ACTION}", *options, holder=holder)
        return code, status

    def control(self, method: str, path: str, body: Any) -> Any:
        code, status, text = self.run(f"{self._control}{path}", "-X", method, body=body)
        assert (code, status) == (0, 200), text
        return json.loads(text)

    def map(self, user_id: int, holder: Holder | None) -> None:
        path = f"/state/cmo/users/{user_id}"
        code, _, text = self.run(f"{self._control}{path}")
        assert code == 0
        user = json.loads(text)
        user = user.get("record", user)
        self.control("PUT", path, {**user, "certificate_thumbprint": holder and holder.leaf.sha1})


@pytest.fixture
def curl(server: Serving, certificates: Certificates, request: pytest.FixtureRequest) -> Iterator[Curl]:
    """A sandbox of the test's own, with mutual authentication on and one certificate mapped to Dan."""
    bare = ["curl", "-sS", "--cacert", str(certificates.root), "-H", "Content-Type: application/json"]
    sandboxes = f"{server.ready['control']}/sandboxes"
    made = subprocess.run(
        [*bare, sandboxes, "-d", json.dumps({"settings": {"cmo": {"mutual_enabled": True}}})],
        capture_output=True,
        text=True,
        check=True,
    )
    sandbox = json.loads(made.stdout)
    curl = Curl(server, certificates, sandbox)
    curl.map(20518, certificates.good)
    yield curl
    subprocess.run([*bare, "-X", "DELETE", f"{sandboxes}/{sandbox['name']}"], check=True, capture_output=True)


def test_the_ready_line_and_the_sandboxes_say_https(server: Serving, curl: Curl) -> None:
    assert all(
        url.startswith("https://127.0.0.1:")
        for url in (server.ready["url"], server.ready["control"], curl.url)
    )


@pytest.mark.statement("CMO-102", "CMO-087")
@pytest.mark.parametrize("version", ["--tls-max=1.2", "--tlsv1.3"])
def test_a_mapped_certificate_authorizes_without_a_header(curl, certificates, version) -> None:
    options = version.split("=")
    assert curl.get(certificates.good, *options) == (0, 200)
    code, status, id = curl.run(f"{curl.url}/api/actions", *options, holder=certificates.good, body=SAMPLE)
    assert (code, status) == (0, 200)
    _, _, action = curl.run(f"{curl.url}/api/actions/{json.loads(id)}", holder=certificates.good)
    assert json.loads(action)["assignorUser"]["id"] == 20518


@pytest.mark.statement("CMO-121", "CMO-192")
def test_a_certificate_that_is_mapped_to_nobody_is_answered_401(curl, certificates) -> None:
    assert curl.get(certificates.other) == (0, 401)
    curl.map(20518, None)
    assert curl.get(certificates.good) == (0, 401)


@pytest.mark.statement("CMO-104", "CMO-192")
def test_a_certificate_of_another_root_than_the_configured_one_is_answered_401(curl, certificates) -> None:
    curl.map(20602, certificates.of_second_root)
    assert curl.get(certificates.of_second_root) == (0, 200)
    settings = {"mutual_root_certificate_thumbprint": certificates.good.root.sha1}
    curl.control("PATCH", "/settings/cmo", settings)
    assert curl.get(certificates.of_second_root) == (0, 401)
    assert curl.get(certificates.good) == (0, 200)
    curl.map(20518, certificates.below_intermediate)
    assert curl.get(certificates.below_intermediate) == (0, 200)


@pytest.mark.statement("CMO-104", "CMO-192")
@pytest.mark.parametrize("version", ["--tls-max=1.2", "--tlsv1.3"])
def test_a_self_signed_certificate_is_its_own_root(curl, certificates, version) -> None:
    options = version.split("=")
    alone = certificates.self_signed
    curl.map(20518, alone)
    curl.control("PATCH", "/settings/cmo", {"mutual_root_certificate_thumbprint": alone.leaf.sha1})
    assert curl.get(alone, *options) == (0, 200)
    curl.control(
        "PATCH", "/settings/cmo", {"mutual_root_certificate_thumbprint": certificates.good.root.sha1}
    )
    assert curl.get(alone, *options) == (0, 401)


@pytest.mark.statement("CMO-105", "CMO-192")
def test_a_certificate_that_is_not_listed_is_answered_401(curl, certificates) -> None:
    curl.control(
        "PATCH", "/settings/cmo", {"mutual_trusted_client_thumbprints": [certificates.other.leaf.sha1]}
    )
    assert curl.get(certificates.good) == (0, 401)
    curl.control(
        "PATCH", "/settings/cmo", {"mutual_trusted_client_thumbprints": [certificates.good.leaf.sha256]}
    )
    assert curl.get(certificates.good) == (0, 200)


@pytest.mark.parametrize("version", ["--tls-max=1.2", "--tlsv1.3"])
@pytest.mark.parametrize("name", ALERTS)
def test_a_certificate_that_does_not_hold_is_refused_in_the_handshake(
    curl, certificates, name, version
) -> None:
    code, status = curl.get(getattr(certificates, name), *version.split("="))
    assert status == 0
    # In TLS 1.2 curl has heard the alert of an expired certificate, and tells it in words of its own.
    assert f"alert {ALERTS[name]}" in curl.said or (code == 60 and name == "expired")


@pytest.mark.statement("CMO-102")
def test_without_a_certificate_a_caller_is_answered_401_and_may_log_in(curl) -> None:
    assert curl.get() == (0, 401)
    login = {"login": "superadmin", "password": "not-a-secret-20518"}
    code, status, token = curl.run(f"{curl.url}{TOKEN}", body=login)
    assert (code, status) == (0, 200)
    bearer = f"Authorization: Bearer {json.loads(token)}"
    assert curl.get(None, "-H", bearer) == (0, 200)
    # And the token finds its sandbox from the vendor's plain address.
    code, status, _ = curl.run(f"{curl.plain}{ACTION}", "-H", bearer)
    assert (code, status) == (0, 200)


@pytest.mark.statement("CMO-120")
def test_with_mutual_authentication_off_a_certificate_authorizes_nothing(curl, certificates) -> None:
    curl.control("PATCH", "/settings/cmo", {"mutual_enabled": False})
    assert curl.get(certificates.good) == (0, 401)
