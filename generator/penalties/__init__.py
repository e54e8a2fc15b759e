"""What holds a search back near its seed image: one kind of term per file."""
