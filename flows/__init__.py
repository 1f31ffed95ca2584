"""Prefect flows: one a stage, and the cycle that advances the year."""
