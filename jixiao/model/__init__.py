"""The nouns: forms, filings, scores, findings, targets; to and from JSON."""
