"""E: budget and spending."""
