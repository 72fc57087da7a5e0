"""The commands that drive a server, where it serves https, and where http and https were confused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import Certificates
from tests.cli.running import Serving, invoke, serving


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(certificates: Certificates) -> Iterator[Serving]:
    with serving("kinetic", "--tls-cert", str(certificates.server)) as running:
        yield running


@pytest.fixture
def trusted(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.root))
    return certificates.root


@pytest.mark.usefixtures("trusted")
def test_a_server_with_a_root_of_ones_own_is_driven_like_any_other(server: Serving) -> None:
    url = server.ready["url"]
    assert invoke("wait", "--url", url, "--timeout", "10").exit_code == 0
    assert f"KINETIC_BASE_URL={url}/kinetic" in invoke("env", "--url", url, "--format", "dotenv").stdout
    assert invoke("logs", "--url", url).exit_code == 0


def test_a_certificate_that_is_not_trusted_is_named_with_what_would_make_it_so(server: Serving) -> None:
    url = server.ready["url"]
    result = invoke("env", "--url", url)
    assert result.exit_code == 4
    assert f"the certificate at {url} is not trusted" in result.stderr
    assert result.stderr.endswith(f"\n  next: SSL_CERT_FILE=ca.pem simulator wait --url {url}\n")


def test_http_to_a_server_of_https_and_the_other_way_round_lead_to_the_right_address(server: Serving) -> None:
    good = server.ready["url"]
    wrong = good.replace("https://", "http://")
    result = invoke("env", "--url", wrong)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (4, f"  next: simulator wait --url {good}")
    with serving("kinetic") as plain:
        good = plain.ready["url"]
        result = invoke("env", "--url", good.replace("http://", "https://"))
        assert (result.exit_code, result.stderr.splitlines()[-1]) == (
            4,
            f"  next: simulator wait --url {good}",
        )
