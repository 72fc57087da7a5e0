"""State on disk: what is left of sandboxes when the process is not."""
