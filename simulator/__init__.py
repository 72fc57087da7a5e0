"""A stateful stand-in for five SaaS APIs, so that integrators can test against them without a vendor tenant.

PYTEST_DONT_REWRITE: where a program has imported us and then runs pytest, it would be warned that pytest came too late.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
