"""Jixiao (绩效): the yearly budget performance self-evaluation of a finance bureau.

This package is the domain: it knows forms, values, scores, findings, filings and
notices, and nothing of Prefect.
"""

__version__ = "0.2.0.dev0"
