"""Simulated participants that take the study over HTTP."""
