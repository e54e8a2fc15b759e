"""The commands of `study-server`, one file each; nothing but arguments to one call."""
