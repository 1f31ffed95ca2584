"""What an officer does and decides."""
