"""What a template cannot do, so that the plain writer does it."""

from __future__ import annotations


class UnfitError(Exception):
    """This sheet cannot be filled from a template; write it plainly. Reaches no user."""
