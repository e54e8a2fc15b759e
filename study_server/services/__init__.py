"""One use case per function; no Flask."""
