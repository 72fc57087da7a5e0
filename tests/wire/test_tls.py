"""TLS: who may connect, what the application learns of it, and how what is no handshake ends."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator.http import _client_certificate
from simulator.serving import ServerThread
from simulator.tls import HANDSHAKE_S, TlsError, server_context
from simulator.wire import Limits
from tests.certificates import Certificates
from tests.certificates import Client as Holder
from tests.wire.client import PATIENCE_S, Client, request, until
from tests.wire.counting import Counting

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
HURRY = Limits(handshake_s=0.3, head_s=0.3)
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # as a handshake begins


class Telling:
    """Answers what the Gateway would make of the connection, and counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.calls += 1
        certificate = _client_certificate(scope)
        tls = scope["extensions"].get("tls")
        told = {
            "scheme": scope["scheme"],
            "version": tls and tls["tls_version"],
            "leaf": certificate and certificate.leaf,
            "root": certificate and certificate.root,
            "chain": tls and len(tls["client_cert_chain"]),
        }
        body = json.dumps(told).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def telling() -> Telling:
    return Telling()


@pytest.fixture(scope="module")
def secure(certificates: Certificates, telling: Telling) -> Iterator[ServerThread]:
    tls = server_context(certificates.server, client_ca=certificates.client_ca)
    with ServerThread(telling, tls=tls) as server:
        yield server


@pytest.fixture(scope="module")
def secure_in_a_hurry(certificates: Certificates, telling: Telling) -> Iterator[ServerThread]:
    tls = server_context(certificates.server, client_ca=certificates.client_ca)
    with ServerThread(telling, tls=tls, limits=HURRY) as server:
        yield server


def client_context(
    certificates: Certificates, holder: Holder | None = None, version: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(certificates.root))
    if holder is not None:
        context.load_cert_chain(holder.file)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


@contextlib.contextmanager
def connected(
    server: ServerThread, context: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection(server.address, timeout=PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as tls,
    ):
        yield tls


def ask(
    server: ServerThread, context: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> tuple[dict[str, Any], ssl.SSLSession | None, bool]:
    """What the application told, the connection's session, and whether it was resumed."""
    with connected(server, context, session) as tls:
        tls.sendall(request("GET", "/", "Connection: close"))
        received = b""
        while part := tls.recv(65536):
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        told: dict[str, Any] = json.loads(body)
        return told, tls.session, bool(tls.session_reused)


@pytest.mark.parametrize("version", VERSIONS)
def test_without_a_certificate_a_client_is_served_and_is_nobody(secure, certificates, version) -> None:
    told, *_ = ask(secure, client_context(certificates, version=version))
    assert (told["scheme"], told["leaf"], told["root"], told["chain"]) == ("https", None, None, 0)
    assert told["version"] == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("name", "length"),
    [("good", 2), ("other", 2), ("of_second_root", 2), ("below_intermediate", 3), ("self_signed", 1)],
)
def test_the_application_learns_leaf_and_root(secure, certificates, version, name, length) -> None:
    holder: Holder = getattr(certificates, name)
    told, *_ = ask(secure, client_context(certificates, holder, version))
    assert told["leaf"] == list(holder.leaf)
    assert told["root"] == list(holder.root)
    assert told["chain"] == length


REFUSED = [
    ("foreign", "UNKNOWN_CA"),
    ("expired", "CERTIFICATE_EXPIRED"),
    ("future", "BAD_CERTIFICATE"),
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("name", "alert"), REFUSED)
def test_a_certificate_that_does_not_hold_is_refused_with_an_alert_that_says_why(
    secure, certificates, telling, version, name, alert
) -> None:
    """In TLS 1.3 the client's handshake has succeeded by then, and its first read tells."""
    before = telling.calls
    with pytest.raises(ssl.SSLError, match=f"ALERT_{alert}|{alert}"):
        ask(secure, client_context(certificates, getattr(certificates, name), version))
    assert telling.calls == before


@pytest.mark.parametrize("version", VERSIONS)
def test_no_session_is_resumed_without_its_root(secure, certificates, version) -> None:
    """TLS 1.3 resumes none; in TLS 1.2 a session brings the chain of its own handshake with it."""
    context = client_context(certificates, certificates.good, version)
    first, session, _ = ask(secure, context)
    second, _, resumed = ask(secure, context, session)
    assert resumed == (version == ssl.TLSVersion.TLSv1_2)
    assert second == first
    assert second["root"] == list(certificates.good.root)


@pytest.mark.parametrize("name", ["good", "self_signed"])
def test_of_a_session_whose_chain_is_not_known_any_more_the_root_is_not_either(
    certificates, telling, name
) -> None:
    holder: Holder = getattr(certificates, name)
    context = client_context(certificates, holder, ssl.TLSVersion.TLSv1_2)
    tls = server_context(certificates.server, client_ca=certificates.client_ca)
    with ServerThread(telling, tls=tls) as server:
        first, session, _ = ask(server, context)
        tls.chains.clear()
        second, _, resumed = ask(server, context, session)
    assert resumed
    assert (first["leaf"], first["root"]) == (list(holder.leaf), list(holder.root))
    assert (second["leaf"], second["root"]) == (list(holder.leaf), None)


def test_a_connection_is_not_negotiated_anew(certificates) -> None:
    """The certificate would be another in the middle of a connection. By the option, for Python's ssl cannot ask."""
    options = server_context(certificates.server, client_ca=certificates.client_ca).options
    assert ssl.OP_NO_RENEGOTIATION in options
    assert ssl.OP_NO_TICKET in options


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_older_version_is_refused(secure, certificates, telling, version) -> None:
    before = telling.calls
    context = client_context(certificates, certificates.good)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with pytest.raises((ssl.SSLError, ConnectionError)), connected(secure, context):
        pass
    assert telling.calls == before


def test_http_to_the_tls_port_is_closed(secure, telling) -> None:
    before = telling.calls
    with Client(secure.address) as client:
        client.send(request())
        assert b"HTTP" not in until_closed(client)
    assert telling.calls == before


def test_a_request_in_plain_text_before_the_handshake_reaches_nobody(secure, telling) -> None:
    """CVE-2023-40217: what was read before the handshake must not be served."""
    before = telling.calls
    for _ in range(20):
        with Client(secure.address) as client:
            client.send(request("POST", "/", body=b"{}"))
            client.finish()
            until_closed(client)
    assert telling.calls == before


@pytest.mark.parametrize("sent", [b"", HELLO[:1], HELLO])
def test_a_handshake_that_does_not_go_on_is_given_up(secure_in_a_hurry, telling, sent) -> None:
    before = telling.calls
    with Client(secure_in_a_hurry.address) as client:
        if sent:
            client.send(sent)
        assert until_closed(client) == b""
    assert telling.calls == before


def test_five_seconds_are_what_a_handshake_gets() -> None:
    assert Limits().handshake_s == HANDSHAKE_S == 5.0


def test_an_idle_connection_is_closed_after_its_handshake_too(secure_in_a_hurry, certificates) -> None:
    with connected(secure_in_a_hurry, client_context(certificates)) as tls:
        assert b" 408 " in tls.recv(65536) or tls.recv(1) == b""


def test_a_handshake_at_the_plain_port_is_an_edge_refusal() -> None:
    app = Counting()
    with ServerThread(app) as server, Client(server.address) as client:
        client.send(HELLO + bytes(500))
        answer = client.answer()
        assert (answer.status, answer.edge is not None) == (400, True)
        until(lambda: not server._server.server_state.connections)
    assert app.executed == []


def test_curl_with_a_certificate(secure, certificates) -> None:
    """A real client, and no library of ours at the other end."""
    command = ["curl", "-sS", "--cacert", str(certificates.root), "--cert", str(certificates.good.file)]
    done = subprocess.run([*command, f"{secure.url}/"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["leaf"] == list(certificates.good.leaf)


def test_many_requests_go_over_one_connection(secure, certificates) -> None:
    with connected(secure, client_context(certificates, certificates.good)) as tls:
        for _ in range(3):
            tls.sendall(request())
            assert tls.recv(65536).startswith(b"HTTP/1.1 200 ")


def test_a_certificate_in_a_header_is_none(secure, certificates) -> None:
    pem = certificates.good.file.read_text().replace("\n", " ")
    with connected(secure, client_context(certificates)) as tls:
        tls.sendall(
            request("GET", "/", f"X-Client-Cert: {pem[:2000]}", "Client-Cert: :MIIB:", "Connection: close")
        )
        received = b""
        while part := tls.recv(65536):
            received += part
    assert json.loads(received.partition(b"\r\n\r\n")[2])["leaf"] is None


def test_without_client_ca_nobody_is_asked_for_a_certificate(certificates, telling) -> None:
    with ServerThread(telling, tls=server_context(certificates.server)) as server:
        told, *_ = ask(server, client_context(certificates, certificates.good))
    assert (told["scheme"], told["leaf"]) == ("https", None)


def test_files_that_cannot_be_served_with_are_refused_in_words(certificates, tmp_path: Path) -> None:
    text, keyless = tmp_path / "text.pem", tmp_path / "keyless.pem"
    text.write_text("nothing of the kind")
    keyless.write_bytes(certificates.root.read_bytes())
    for arguments, words in (
        ((tmp_path / "missing.pem",), "missing.pem is not a file"),
        ((text,), "text.pem is not a certificate in PEM with its unencrypted key"),
        ((keyless,), "keyless.pem is not a certificate in PEM with its unencrypted key"),
        ((certificates.root, certificates.good.file), "is not a certificate in PEM with its unencrypted key"),
        ((certificates.server, None, text), "text.pem holds no certificates in PEM"),
        ((certificates.server, tmp_path / "no-key.pem"), "no-key.pem is not a file"),
    ):
        with pytest.raises(TlsError, match=words):
            server_context(*arguments)


def test_a_key_under_a_password_is_refused_and_nobody_is_asked_for_it(certificates, tmp_path: Path) -> None:
    encrypted = tmp_path / "encrypted.pem"
    subprocess.run(
        [
            "openssl",
            "pkey",
            "-aes256",
            "-passout",
            "pass:secret",
            "-in",
            certificates.server,
            "-out",
            encrypted,
        ],
        check=True,
        capture_output=True,
    )
    with pytest.raises(TlsError, match="the key is encrypted"):
        server_context(certificates.server, encrypted)


def until_closed(client: Client) -> bytes:
    """What the server still says before it closes; that it resets the connection is as good."""
    try:
        return client.read_all()
    except ConnectionError:
        return b""
