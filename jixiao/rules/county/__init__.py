"""H: a filing beside those of the whole county."""
