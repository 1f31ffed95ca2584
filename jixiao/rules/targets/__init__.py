"""B: targets and what was achieved of them."""
