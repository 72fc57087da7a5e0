"""`python -m simulator.cli`, where nothing is on the path."""

from simulator.cli import main

main(prog_name="simulator")
