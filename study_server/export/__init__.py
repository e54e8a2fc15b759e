"""The study export: codebook, tables, archive."""
