"""Photographs chosen to show what a feature responds to."""
