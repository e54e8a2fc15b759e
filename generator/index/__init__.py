"""How strongly the photographs of a folder drive features: read, stored, looked up."""
