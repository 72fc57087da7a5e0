"""The control API: sandboxes, clock, faults, journal, settings and statements over HTTP; it knows no vendor by name."""
