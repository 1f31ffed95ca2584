"""Make the two faces that are embedded in PDF files, from Debian's ``fonts-noto-cjk``.

    python scripts/make_fonts.py [--source /usr/share/fonts/opentype/noto] [--out jixiao/fonts]

Writes ``song.otf`` and ``hei.otf`` (every character of GBK, ASCII and the signs below, outlines
without hinting), ``coverage.txt`` (the characters both of them can draw, as ranges) and nothing
else. The same source gives the same bytes. Needs fonttools, which the program itself does not.

The faces get names of their own: they are no longer what Noto released, and must not be taken
for a system's complete fonts.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

#: File to write, family name it gets, collection it comes from, family in that collection.
FACES = (
    ("song.otf", "Jixiao Song", "NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC"),
    ("hei.otf", "Jixiao Hei", "NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
)

#: What people write beside GBK, first and last character of a range.
SIGNS = (
    ("\u0020", "\u007e"),  # ASCII
    ("\u00a0", "\u00ff"),  # Latin-1: ² ³ × ÷ ½ · ° ±
    ("\u2000", "\u206f"),  # dashes, quotation marks, ‰ •
    ("\u2070", "\u209c"),  # superscripts and subscripts
    ("\u20ac", "\u20ac"),  # €
    ("\u2100", "\u218f"),  # ℃ № ⅓ Ⅻ
    ("\u2190", "\u21ff"),  # arrows
    ("\u2200", "\u22ff"),  # ≤ ≥ ≠ ≈
    ("\u2460", "\u24ff"),  # ⑪–⑳ and the like
    ("\u2500", "\u25ff"),  # frames, ■ □ ▲ ▸ ◆ ●
    ("\u2600", "\u27bf"),  # ☆ ★ ☑ ✓ ✘
    ("\u2e80", "\u2fdf"),  # radicals, which PDF copies leave in place of characters
    ("\u3000", "\u33ff"),  # CJK punctuation, ㈠ ㊣ ㎡ ㎥ ㏄
    ("\u9fa6", "\u9fff"),  # characters Unicode added to the main block after GBK
    ("\uf900", "\ufaff"),  # compatibility characters
    ("\ufe10", "\ufe6f"),  # vertical and small forms
    ("\uff00", "\uffef"),  # full-width forms, ￥
)


def gbk() -> Iterator[int]:
    """Every code point of GBK."""
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            try:
                yield ord(bytes((first, second)).decode("gbk"))
            except UnicodeDecodeError:
                continue


def wanted() -> set[int]:
    signs = (range(ord(first), ord(last) + 1) for first, last in SIGNS)
    return set(gbk()).union(*signs)


def open_face(collection: Path, family: str) -> TTFont:
    """One font of a collection, by its family's name."""
    for number in range(len(TTCollection(collection, lazy=True).fonts)):
        font = TTFont(collection, fontNumber=number, recalcTimestamp=False)
        if font["name"].getDebugName(1) == family:
            return font
    raise SystemExit(f"{collection} holds no {family}")


def subset(font: TTFont, characters: set[int]) -> None:
    options = Options()
    options.hinting = False  # print and high resolution screens need none
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def rename(font: TTFont, family: str) -> None:
    """Give the face its own family and PostScript name; copyright and licence stay."""
    postscript = family.replace(" ", "") + "-Regular"
    texts = {1: family, 2: "Regular", 3: postscript, 4: family, 6: postscript}
    for id, text in texts.items():
        font["name"].setName(text, id, 3, 1, 0x409)
    font["CFF "].cff.fontNames = [postscript]
    top = font["CFF "].cff.topDictIndex[0]
    top.FullName, top.FamilyName = family, family


def ranges(characters: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Sorted characters as first and last of every unbroken run."""
    first = last = -2
    for character in sorted(characters):
        if character != last + 1:
            if first >= 0:
                yield first, last
            first = character
        last = character
    if first >= 0:
        yield first, last


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=Path("/usr/share/fonts/opentype/noto"))
    parser.add_argument("--out", type=Path, default=Path("jixiao/fonts"))
    given = parser.parse_args()
    characters = wanted()
    both = characters
    for file, family, collection, source in FACES:
        font = open_face(given.source / collection, source)
        subset(font, characters)
        rename(font, family)
        both = both & set(font.getBestCmap())
        font.save(given.out / file, reorderTables=True)
    lines = [
        f"{first:04X}" if first == last else f"{first:04X}-{last:04X}"
        for first, last in ranges(both)
    ]
    (given.out / "coverage.txt").write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
