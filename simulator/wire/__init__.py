"""HTTP/1.1 on one connection: what may come in, how long it may take, how an answer leaves.

uvicorn's protocol waits for ever, takes ten megabytes of headers, two Hosts or none, lets trailers become headers,
and of a POST with garbage behind it runs the POST and answers only 400. Someone who tests a client must hear of such
things, so this class keeps uvicorn's interface and its parser (httptools) and replaces what is between them.

A refusal made here is an *edge refusal*: the words are ours, no vendor has seen the request, the header
`Simulator-Edge` has the reason, and the connection closes.
"""

from __future__ import annotations

from simulator.wire.edge import Limits
from simulator.wire.exchange import Outbox
from simulator.wire.protocol import WireProtocol

__all__ = ["Limits", "Outbox", "WireProtocol"]
