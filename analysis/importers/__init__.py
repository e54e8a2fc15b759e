"""Public and laboratory data turned into one trial table, and that into an export."""
