"""Where notices wait, and how they leave."""
