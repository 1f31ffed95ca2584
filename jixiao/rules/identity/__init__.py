"""G: who filed, and for what year."""
