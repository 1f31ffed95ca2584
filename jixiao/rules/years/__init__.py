"""F: this year against the last."""
