"""Our own acceptance checks, run on the user's network."""
