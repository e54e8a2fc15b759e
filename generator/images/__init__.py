"""What `accentuate image` and `accentuate visualize` do, from photographs to files."""
