"""The tables of a study.toml, one file each idea. Pure."""
