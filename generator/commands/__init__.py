"""One module per command of `accentuate`; each offers `add_parser`."""
