"""A small network of our own, so that everything can be tried without a download."""
