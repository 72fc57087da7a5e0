"""What the Gateway makes of a client's certificate: only what the server verified, never what a header says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator.http import _client_certificate
from tests.certificates import Certificates, digests


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def pems(*files: Path) -> list[str]:
    """The certificates of some files, without the keys."""
    begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----\n"
    found = []
    for file in files:
        parts = file.read_text().split(begin)[1:]
        found += [begin + part.partition(end)[0] + end for part in parts]
    return found


def scope(
    chain: list[str] | None, error: str | None = None, *, verified: bool | None = None
) -> dict[str, Any]:
    """As a server hands it on; ours says too whether the chain was verified whole."""
    if chain is None:
        return {"extensions": {}}
    ours = {} if verified is None else {"client_cert_chain_verified": verified}
    return {"extensions": {"tls": {"client_cert_chain": chain, "client_cert_error": error, **ours}}}


def test_the_first_of_the_chain_is_the_clients_and_the_last_its_root(certificates: Certificates) -> None:
    leaf, intermediate = pems(certificates.below_intermediate.file)
    [root] = pems(certificates.root)
    found = _client_certificate(scope([leaf, intermediate, root]))
    assert found is not None
    assert found.leaf == certificates.below_intermediate.leaf == digests(leaf.encode())
    assert found.root == certificates.below_intermediate.root


def test_of_a_certificate_alone_the_root_is_not_known(certificates: Certificates) -> None:
    found = _client_certificate(scope(pems(certificates.good.file)[:1]))
    assert found is not None
    assert (found.leaf, found.root) == (certificates.good.leaf, None)


def test_a_certificate_that_is_the_whole_verified_chain_is_its_own_root(certificates: Certificates) -> None:
    found = _client_certificate(scope(pems(certificates.self_signed.file), verified=True))
    assert found is not None
    assert found.root == found.leaf == certificates.self_signed.leaf
    found = _client_certificate(scope(pems(certificates.self_signed.file), verified=False))
    assert (found and found.root) is None


def test_without_tls_a_certificate_or_its_verification_there_is_none(certificates: Certificates) -> None:
    chain = pems(certificates.good.file, certificates.root)
    assert _client_certificate({}) is None
    assert _client_certificate(scope(None)) is None
    assert _client_certificate(scope([])) is None
    assert _client_certificate(scope(chain, error="it has expired")) is None
