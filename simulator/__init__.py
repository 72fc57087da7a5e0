"""A stateful stand-in for five SaaS APIs, so that integrators can test against them without a vendor tenant."""

__version__ = "0.1.0"

__all__ = ["__version__"]
