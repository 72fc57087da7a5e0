"""The vendors there are; each is imported only when it is served."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from simulator.core.vendor import Vendor

VENDORS = {
    "kinetic": "simulator.vendors.kinetic",
    "cmo": "simulator.vendors.cmo",
    "fluid": "simulator.vendors.fluid",
    "alloy": "simulator.vendors.alloy",
    "alemba": "simulator.vendors.alemba",
}


def vendor(name: str) -> Vendor:
    """The Vendor value of a vendor's package."""
    return cast("Vendor", import_module(VENDORS[name]).VENDOR)
