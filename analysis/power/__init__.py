"""Precision and power of a planned study, by formula and by simulation."""
