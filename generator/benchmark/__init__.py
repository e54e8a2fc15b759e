"""How fast the search is, against its own floor and against other libraries."""
