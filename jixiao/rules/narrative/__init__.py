"""D: the report in words."""
