"""Platforms that people come from: what each sends, wants back and says of them."""
