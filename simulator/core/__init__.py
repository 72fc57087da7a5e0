"""The simulator's inside: pure, synchronous and typed; no vendor, no socket, and no wall clock but `clock.py`."""
