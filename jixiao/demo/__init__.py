"""What plays the demonstration: filings as data, a clerk, a receiver of notices."""
