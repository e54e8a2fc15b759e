"""The researchers' JSON API."""
