"""Feature accentuations and the stimulus bundles made of them."""
