"""P: what can be printed."""
