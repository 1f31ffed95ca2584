"""The steps of the year: what is due, and doing it."""
