"""The command line, `simulator`: each module has some of its commands, which join the group when it is imported."""

from simulator.cli import driving, reading, serving
from simulator.cli.group import main

__all__ = ["driving", "main", "reading", "serving"]
