"""What an installation keeps of its own in its working folder."""
