"""C: the forms of a filing against each other."""
