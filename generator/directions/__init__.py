"""Directions in a layer's channels as features: what they are, kept in files, read."""
