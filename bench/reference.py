"""Serves one of the two reference apps on the server the simulator uses: `python -m bench.reference bare --port 0`.

uvloop and httptools, no access log, no Date and Server header of uvicorn's own (the simulator sends the date of its
clock; that is a cost of its own), and the garbage collector told to leave alone what start-up made.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import socket
import sys

import uvicorn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reference")
    parser.add_argument("app", choices=["bare", "handwritten"])
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    app = importlib.import_module(f"bench.{options.app}").app
    listener = _listen(options.port)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}) + "\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    # Without the protocol's number uvloop leaves Nagle's algorithm on, and each kept-alive request waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


if __name__ == "__main__":
    main()
