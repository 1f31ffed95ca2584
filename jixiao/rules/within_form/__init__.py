"""A: each form in itself."""
