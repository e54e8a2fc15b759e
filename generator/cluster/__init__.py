"""Packs of work made here, or by the workers of a Ray cluster."""
