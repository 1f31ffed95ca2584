"""A sheet's XML in segments that are compressed each on its own.

Where the cuts lie follows from the XML alone, so a sheet has the same bytes whether it was filled
into a template, whose unchanging segments are ready, or written plainly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jixiao.workbooks.template.unfit import UnfitError

ROWS = 16  # to a segment: more compress better, fewer are oftener the same for all
START, END = "<sheetData>", "</sheetData>"
_ROW = re.compile(r'<row r="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)


def split(xml: str) -> tuple[str, str, str]:
    """What stands before the rows, the rows, and what stands after them."""
    head, start, rest = xml.partition(START)
    body, end, tail = rest.partition(END)
    if not end:
        raise UnfitError
    return head + start, body, end + tail


def is_cut(row: int) -> bool:
    """Whether a segment ends after this row (from 1)."""
    return row % ROWS == 0


def segments(xml: str) -> Iterator[str]:
    head, body, tail = split(xml)
    yield head
    first = 0
    for row in _ROW.finditer(body):
        if is_cut(int(row[1])):
            yield body[first : row.end()]
            first = row.end()
    if first < len(body):
        yield body[first:]
    yield tail
