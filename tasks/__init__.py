"""Prefect tasks: names, retries and run names around one use-case each."""
