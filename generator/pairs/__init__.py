"""Pairs of photographs that people are asked about, and their audit."""
