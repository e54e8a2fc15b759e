"""Studies whose answers are ratings of single photographs, 0 to 100, not choices."""
