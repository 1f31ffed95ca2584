"""What a number looks like in its cell: ``0.973`` with format ``0.0%`` is seen as ``97.3%``.

Float noise goes first (15 significant digits, as Excel itself keeps), then the number format.
Only what changes the figure a clerk reads is rendered: decimals, per cent, thousands, literal
text, dates. Colours, fill and padding are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

GENERAL = "General"
BUILT_IN = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy-m-d",
    15: "yyyy-m-d",
    16: "m-d",
    17: "yyyy-m",
    18: "h:mm",
    19: "h:mm:ss",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-m-d h:mm",
    27: "yyyy年m月",
    28: "m月d日",
    29: "m月d日",
    30: "yyyy-m-d",
    31: "yyyy年m月d日",
    32: "h:mm",
    33: "h:mm:ss",
    34: "h:mm",
    35: "h:mm:ss",
    36: "yyyy年m月",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    41: "#,##0",
    42: "#,##0",
    43: "#,##0.00",
    44: "#,##0.00",
    45: "mm:ss",
    46: "h:mm:ss",
    47: "mm:ss",
    48: "0.00E+00",
    49: "@",
    50: "yyyy年m月",
    51: "m月d日",
    52: "yyyy年m月",
    53: "m月d日",
    54: "m月d日",
    55: "yyyy年m月",
    56: "m月d日",
    57: "yyyy年m月",
    58: "m月d日",
}

_NOISE = re.compile(r"\[[^\]]*\]|_.|\*.")
_TOKEN = re.compile(r'"[^"]*"|\\.|y+|m+|d+|h+|s+|.', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Format:
    kind: str  # general, number, date
    prefix: str = ""
    suffix: str = ""
    least: int = 0
    most: int = 0
    thousands: bool = False
    scale: int = 0
    tokens: tuple[str, ...] = ()


# A cell may hold any double: 309 digits before the point, and what the format adds behind it.
_WIDE = Context(prec=400)


def clean(number: float | str) -> Decimal:
    """The number without float noise (15 significant digits)."""
    return Decimal(f"{float(number):.15g}")


def plain(number: Decimal) -> str:
    """A Decimal in plain digits, without exponent or trailing zeros: ``7.60`` → ``7.6``."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def display(number: Decimal, code: str, *, date1904: bool = False) -> str:
    """What a person sees for ``number`` under the format ``code``.

    A zero that its format shows as a mere dash is given as ``0``: the cell holds a figure.
    """
    sections = code.split(";")
    chosen, shown = sections[0], number
    if len(sections) > 1 and number < 0:
        chosen, shown = sections[1], -number
    elif len(sections) > 2 and number == 0:
        chosen = sections[2]
    compiled = _compile(chosen)
    if compiled.kind == "literal":
        compiled = _compile(sections[0])
    if compiled.kind == "date":
        return _date(shown, compiled.tokens, date1904)
    if compiled.kind != "number":
        return plain(number)
    scaled = shown.scaleb(compiled.scale)
    rounded = scaled.quantize(
        Decimal(1).scaleb(-compiled.most), rounding=ROUND_HALF_UP, context=_WIDE
    )
    text = f"{rounded:,f}" if compiled.thousands else f"{rounded:f}"
    if compiled.most > compiled.least:
        whole, _, decimals = text.partition(".")
        kept = decimals[: compiled.least] + decimals[compiled.least :].rstrip("0")
        text = f"{whole}.{kept}" if kept else whole
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return f"{compiled.prefix}{text}{compiled.suffix}"


def _compile(code: str) -> _Format:
    code = _NOISE.sub("", code).strip()
    if code in {"", "@"} or code.lower() == "general":
        return _Format("general")
    tokens = tuple(_TOKEN.findall(code))
    unquoted = "".join(t for t in tokens if t[0] not in '"\\')
    if re.search(r"[ymdhs]", unquoted, re.IGNORECASE) and not re.search(r"[#0]", unquoted):
        return _Format("date", tokens=tokens)
    if "/" in unquoted or re.search(r"E[+-]", unquoted):
        return _Format("general")
    return _number(tokens)


def _number(tokens: tuple[str, ...]) -> _Format:
    """Literal text before and after the digits, decimals, per cent signs."""
    before: list[str] = []
    after: list[str] = []
    pattern = ""
    scale = 0
    for piece in tokens:
        if piece in "#0?.,":
            pattern += piece
            continue
        literal = piece[1:-1] if piece[0] == '"' else piece[-1]
        if piece == "%":
            scale += 2
        (after if pattern else before).append(literal)
    if not re.search("[#0]", pattern):
        return _Format("literal")
    whole, _, decimals = pattern.partition(".")
    return _Format(
        "number",
        prefix="".join(before).lstrip(),
        suffix="".join(after).rstrip(),
        least=decimals.count("0"),
        most=len(decimals.replace(",", "")),
        thousands="," in whole.rstrip(","),
        scale=scale - 3 * (len(pattern) - len(pattern.rstrip(","))),
    )


def _date(serial: Decimal, tokens: tuple[str, ...], date1904: bool) -> str:
    """A date serial in the order its format asks for; months always as figures."""
    start = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30)
    try:
        moment = start + timedelta(seconds=round(float(serial) * 86400))
    except OverflowError:
        return plain(serial)
    clock = any(t[0] in "hHsS" for t in tokens)
    out: list[str] = []
    seen_hour = False
    for piece in tokens:
        head = piece[0].lower()
        seen_hour = seen_hour or head == "h"
        if head == "y":
            out.append(f"{moment.year}")
        elif head == "m" and clock and seen_hour:
            out.append(f"{moment.minute:02d}")
        elif head == "m":
            out.append(f"{moment.month:0{min(len(piece), 2)}d}")
        elif head == "d":
            out.append(f"{moment.day:0{min(len(piece), 2)}d}")
        elif head == "h":
            out.append(f"{moment.hour}")
        elif head == "s":
            out.append(f"{moment.second:02d}")
        else:
            out.append(piece[1:-1] if head == '"' else piece[-1])
    return "".join(out)
