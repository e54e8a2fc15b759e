"""The study export: one zip of tables and what is needed to read them."""
