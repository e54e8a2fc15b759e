"""Finished pictures on disk and on a page."""
