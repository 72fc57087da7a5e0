"""TLS for the server: what is asked of a client, how a handshake that fails ends, and who a client proved to be.

uvicorn tells an application nothing of the client's certificate, asyncio closes on a failed handshake without the alert
that says why, and waits a minute for one that does not go on. What is mended here stands on names that are not public:
of a loop `_make_ssl_transport` and `_make_socket_transport`; `asyncio.sslproto.SSLProtocol` with its arguments,
`_app_transport`, `_on_handshake_complete`, `_outgoing` and `_transport`; before Python 3.13 an SSLObject's `_sslobj`
with `get_verified_chain`. tests/wire/test_tls.py holds them.
"""

from __future__ import annotations

import asyncio
import ssl
from asyncio import sslproto
from collections import OrderedDict
from pathlib import Path
from typing import Any

HANDSHAKE_S = 5.0
_GOODBYE_S = 2.0  # for the client to end the connection in order
_MOST_CHAINS = 1_000


class TlsError(Exception):
    """Files that cannot be served with; the message says which and why."""


class ServerContext(ssl.SSLContext):
    """A server's context. `chains` are those that were verified, by the client's certificate: a TLS 1.2 session that is
    resumed has no handshake in which to verify it again."""

    chains: OrderedDict[bytes, list[str]]


def server_context(
    certificate: Path, key: Path | None = None, client_ca: Path | None = None
) -> ServerContext:
    """A context for TLS 1.2 and later; `key` may stand in the certificate's file. With `client_ca`, a file of roots, a
    client is asked for a certificate, need not have one, and is refused with one that none of the roots vouches for.
    Raises TlsError."""
    context = ServerContext(ssl.PROTOCOL_TLS_SERVER)
    context.chains = OrderedDict()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A session in a ticket would outlive this context, which knows its chain.
    context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0
    files = [each for each in (certificate, key, client_ca) if each is not None]
    missing = next((each for each in files if not each.is_file()), None)
    if missing is not None:
        raise TlsError(f"{missing} is not a file")
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        pair = f"{certificate} with {key}" if key is not None else f"{certificate}"
        raise TlsError(f"{pair} is not a certificate in PEM with its unencrypted key: {error}") from None
    if client_ca is not None:
        context.verify_mode = ssl.CERT_OPTIONAL
        try:
            context.load_verify_locations(client_ca)
        except (OSError, ValueError) as error:
            raise TlsError(f"{client_ca} holds no certificates in PEM: {error}") from None
    return context


def _no_password() -> str:
    raise ValueError("the key is encrypted")  # OpenSSL would ask for the password at the terminal


def tls_extension(connection: ssl.SSLObject) -> dict[str, Any]:
    """What ASGI calls the extension `tls`; the chain goes from the client's certificate to the root that was found.

    `client_cert_chain_verified` is ours: the chain is whole, so that a certificate alone in it is its own root."""
    leaf = connection.getpeercert(binary_form=True)
    chain = [] if leaf is None else _verified_chain(connection, leaf)
    alone = [] if leaf is None else [ssl.DER_cert_to_PEM_cert(leaf)]
    return {
        "server_cert": None,
        # Where the chain is not known, the certificate alone: whoever asks for a certain root will not take it.
        "client_cert_chain": chain or alone,
        "client_cert_chain_verified": bool(chain),
        "client_cert_name": None,
        "client_cert_error": None,  # with an error there is no connection
        "tls_version": {"TLSv1.2": 0x0303, "TLSv1.3": 0x0304}.get(connection.version() or ""),
        "cipher_suite": None,
    }


def _verified_chain(connection: ssl.SSLObject, leaf: bytes) -> list[str]:
    """The chain of this connection's handshake, or of the one whose session it resumes; empty where it is not known."""
    chains = connection.context.chains if isinstance(connection.context, ServerContext) else OrderedDict()
    chain = _chain_of_handshake(connection)
    if chain:
        chains[leaf] = chain
        chains.move_to_end(leaf)
        if len(chains) > _MOST_CHAINS:
            chains.popitem(last=False)
        return chain
    return chains.get(leaf, [])


def _chain_of_handshake(connection: Any) -> list[str]:
    if hasattr(connection, "get_verified_chain"):  # from Python 3.13 on
        return [ssl.DER_cert_to_PEM_cert(each) for each in connection.get_verified_chain()]
    return [each.public_bytes() for each in connection._sslobj.get_verified_chain() or ()]


class TlsLoop(asyncio.SelectorEventLoop):
    """An event loop whose TLS servers give a handshake little time, and say why one has failed.

    Not uvloop's: its TLS is compiled, and closes without a word.
    """

    def __init__(self, handshake_s: float = HANDSHAKE_S) -> None:
        super().__init__()
        self._handshake_s = handshake_s

    def _make_ssl_transport(
        self,
        rawsock: Any,
        protocol: Any,
        sslcontext: Any,
        waiter: Any = None,
        *,
        extra: Any = None,
        server: Any = None,
        **options: Any,
    ) -> Any:
        options = {**options, "ssl_handshake_timeout": self._handshake_s, "ssl_shutdown_timeout": _GOODBYE_S}
        spoken: Any = _Spoken(self, protocol, sslcontext, waiter, **options)
        make: Any = super()._make_socket_transport  # type: ignore[misc]  # no types say that it is there
        make(rawsock, spoken, extra=extra, server=server)
        return spoken._app_transport


class _Spoken(sslproto.SSLProtocol):
    """asyncio's TLS, which sends the alert that OpenSSL wrote about a failed handshake before it closes."""

    _outgoing: ssl.MemoryBIO
    _transport: Any

    def _on_handshake_complete(self, handshake_exc: BaseException | None) -> None:
        if handshake_exc is not None and self._transport is not None and (alert := self._outgoing.read()):
            self._transport.write(alert)
        super()._on_handshake_complete(handshake_exc)
