"""QR codes of permanent addresses: one fixed size and mask, so one address gives one picture."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache

import segno

# Size 5 holds 84 bytes at the middle level of correction; a longer address gets the next size
# that holds it.
_VERSION, _LONGEST, _MASK = 5, 84, 2
_QUIET = 4  # modules of white around the code
_SCALE = 4  # points of a picture a module
_BITS = bytes.maketrans(b"\0\1", b"10")  # a picture's dark points are 0
_RUN = re.compile(rb"\x01+")


@lru_cache(maxsize=256)
def _modules(address: str) -> tuple[bytes, ...]:
    """The code's rows, the white around it included; 1 is dark."""
    data = address.encode()
    version = _VERSION if len(data) <= _LONGEST else None
    code = segno.make_qr(
        data, version=version, mask=_MASK, error="m", mode="byte", boost_error=False
    )
    side = bytes(_QUIET)
    rows = [side + bytes(row) + side for row in code.matrix]
    empty = (bytes(len(rows[0])),) * _QUIET
    return (*empty, *rows, *empty)


def qr_svg(address: str) -> str:
    """The code as an SVG drawing that fills the width it is given."""
    rows = _modules(address)
    size = len(rows)
    path = "".join(_dark(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
        f'<path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/><path d="{path}"/></svg>'
    )


def _dark(rows: tuple[bytes, ...]) -> Iterator[str]:
    """Every unbroken dark run of a row as a box of a path."""
    for y, row in enumerate(rows):
        for run in _RUN.finditer(row):
            x, length = run.start(), run.end() - run.start()
            yield f"M{x} {y}h{length}v1h-{length}z"


def qr_png(address: str) -> bytes:
    """The code as a PNG picture of two colours, four points a module."""
    rows = _modules(address)
    size = len(rows) * _SCALE
    lines = bytearray()
    for row in rows:
        bits = row.translate(_BITS).decode().replace("0", "0" * _SCALE).replace("1", "1" * _SCALE)
        bits += "0" * (-len(bits) % 8)
        line = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
        lines += line * _SCALE
    head = struct.pack(">IIBBBBB", size, size, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(lines), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
