"""One hash over several parts."""

from __future__ import annotations

import hashlib


def content_hash(*parts: str | bytes) -> str:
    """SHA-256 (hex) over the parts, each kept apart from the next."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
