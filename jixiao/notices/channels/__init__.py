"""The ways out: their addresses, what is sent, how it is answered."""
