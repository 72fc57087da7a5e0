"""How fast the simulator is, next to what its server and a hand-written test double can do: `python -m bench`."""
