"""How things stand; nothing is written."""
