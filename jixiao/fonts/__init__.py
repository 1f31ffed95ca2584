"""The fonts of printed pages, and which characters they can draw."""
