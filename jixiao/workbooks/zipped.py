"""A ZIP file put together from parts, of which some are compressed already.

A compressed part may be made of pieces that were compressed each on its own: that is how what
never changes is compressed only once. The same parts always give the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple

Piece = tuple[bytes, bytes]  # raw, and compressed on its own where it is ready

_LEVEL = 3  # beyond it the time grows faster than the files shrink
_WINDOW = 13  # pieces are small, and so is what setting up a compressor costs
_MEMORY = 6
_LAST_BLOCK = b"\x03\x00"  # an empty one, which ends a compressed part
_DOS_DAY = 0x21  # 1980-01-01
_FILE_MODE = 0o600 << 16
_UNIX = 3
_VERSION = 20
_DEFLATED = 8


class Part(NamedTuple):
    name: str
    pieces: tuple[Piece, ...]


def pack(raw: bytes) -> bytes:
    """A piece of a raw deflate stream, to be joined to others and ended with an empty block."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -_WINDOW, _MEMORY)
    return packer.compress(raw) + packer.flush(zlib.Z_SYNC_FLUSH)


def ready(text: str) -> Piece:
    """A piece that is compressed once and used as it is from then on."""
    raw = text.encode()
    return raw, pack(raw)


def zip_parts(parts: Iterable[Part]) -> bytes:
    """The parts as a ZIP file."""
    out: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for part in parts:
        checksum = size = 0
        packed: list[bytes] = []
        for raw, done in part.pieces:
            checksum = zlib.crc32(raw, checksum)
            size += len(raw)
            packed.append(done or pack(raw))
        packed.append(_LAST_BLOCK)
        data = b"".join(packed)
        name = part.name.encode("ascii")
        common = struct.pack(
            "<HHHHHIIIHH",
            _VERSION,
            0,
            _DEFLATED,
            0,
            _DOS_DAY,
            checksum,
            len(data),
            size,
            len(name),
            0,
        )
        out += (b"PK\x03\x04", common, name, data)
        directory.append(
            b"PK\x01\x02"
            + struct.pack("<BB", _VERSION, _UNIX)
            + common
            + struct.pack("<HHHII", 0, 0, 0, _FILE_MODE, offset)
            + name
        )
        offset += 4 + len(common) + len(name) + len(data)
    listing = b"".join(directory)
    count = len(directory)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(listing), offset, 0)
    return b"".join([*out, listing, b"PK\x05\x06", end])
