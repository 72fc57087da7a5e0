"""Certificates made for a test run: a root that the server knows, one that it does not, and what they vouch for."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from simulator.core.call import Thumbprints


def digests(pem: bytes) -> Thumbprints:
    """Thumbprints as the standard library tells them."""
    der = ssl.PEM_cert_to_DER_cert(pem.decode())
    return Thumbprints(hashlib.sha1(der).hexdigest().upper(), hashlib.sha256(der).hexdigest().upper())  # noqa: S324


@dataclass(frozen=True)
class Client:
    """A client's certificate with its chain and key in one file, and the thumbprints of it and of its root."""

    file: Path
    leaf: Thumbprints
    root: Thumbprints


class Certificates:
    """Everything lies in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root, self._second = (
            trustme.CA(organization_name="Root"),
            trustme.CA(organization_name="Second"),
        )
        self._foreign = trustme.CA(organization_name="Foreign")
        self.root = folder / "root.pem"
        self._root.cert_pem.write_to_path(str(self.root))
        self.self_signed = self._alone("alone")
        self.client_ca = (
            folder / "client-ca.pem"
        )  # two roots in one file, and a client's certificate of its own
        self.client_ca.write_bytes(
            self._root.cert_pem.bytes() + self._second.cert_pem.bytes() + self.self_signed.file.read_bytes()
        )
        self.server = folder / "server.pem"
        self._root.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
            str(self.server)
        )
        self.good = self._client("good", self._root)
        self.other = self._client("other", self._root)
        self.of_second_root = self._client("second", self._second)
        self.below_intermediate = self._client("below", self._root, self._root.create_child_ca())
        self.foreign = self._client("foreign", self._foreign)
        now = datetime.now(UTC)  # the machine's clock judges a certificate
        week = timedelta(days=7)
        self.expired = self._client("expired", self._root, not_before=now - 2 * week, not_after=now - week)
        self.future = self._client("future", self._root, not_before=now + week, not_after=now + 2 * week)

    def _alone(self, name: str) -> Client:
        """A certificate that nobody but itself vouches for."""
        file, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        subject = ["-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:FALSE"]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key, "-out", file, *subject],
            check=True,
            capture_output=True,
        )  # fmt: skip
        pem = file.read_bytes()
        file.write_bytes(key.read_bytes() + pem)
        return Client(file, digests(pem), digests(pem))

    def _client(
        self,
        name: str,
        root: trustme.CA,
        issuer: trustme.CA | None = None,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> Client:
        issued = (issuer or root).issue_cert(
            f"{name}@example.com", common_name=name, not_before=not_before, not_after=not_after
        )
        file = self._folder / f"{name}.pem"
        issued.private_key_and_cert_chain_pem.write_to_path(str(file))
        return Client(file, digests(issued.cert_chain_pems[0].bytes()), digests(root.cert_pem.bytes()))
