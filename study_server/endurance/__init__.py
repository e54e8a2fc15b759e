"""Load and faults on purpose: whether the server keeps what it acknowledges."""
