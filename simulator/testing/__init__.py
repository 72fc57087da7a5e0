"""The simulator in tests: `Simulator` for scripts and unittest, and what the pytest fixture `simulator` gives."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.client import ControlError, NotReachable
    from simulator.testing.call import Call
    from simulator.testing.sandbox import Assumption, Clock, Edge, Fired, NotSimulated, Sandbox
    from simulator.testing.seeding import Seed
    from simulator.testing.server import SandboxOptions, Simulator, SimulatorServer
    from simulator.testing.vendor import Credential, Criterion, Expected, Fault, Settings, VendorHandle

__all__ = [
    "Assumption",
    "Call",
    "Clock",
    "ControlError",
    "Credential",
    "Criterion",
    "Edge",
    "Expected",
    "Fault",
    "Fired",
    "NotReachable",
    "NotSimulated",
    "Sandbox",
    "SandboxOptions",
    "Seed",
    "Settings",
    "Simulator",
    "SimulatorServer",
    "VendorHandle",
]

_WHERE = {
    "Assumption": "testing.sandbox",
    "Call": "testing.call",
    "Clock": "testing.sandbox",
    "ControlError": "client",
    "Credential": "testing.vendor",
    "Criterion": "testing.vendor",
    "Edge": "testing.sandbox",
    "Expected": "testing.vendor",
    "Fault": "testing.vendor",
    "Fired": "testing.sandbox",
    "NotReachable": "client",
    "NotSimulated": "testing.sandbox",
    "Sandbox": "testing.sandbox",
    "SandboxOptions": "testing.server",
    "Seed": "testing.seeding",
    "Settings": "testing.vendor",
    "Simulator": "testing.server",
    "SimulatorServer": "testing.server",
    "VendorHandle": "testing.vendor",
}


def __getattr__(name: str) -> Any:
    # Found when it is asked for: the plugin below this package is imported in every pytest run of its user, also in
    # those that never want a simulator.
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"simulator.{_WHERE[name]}"), name)
