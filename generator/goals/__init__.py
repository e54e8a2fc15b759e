"""What a search shall reach, in place of a weight: a distance or an activation."""
