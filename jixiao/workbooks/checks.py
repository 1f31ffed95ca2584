"""The column 填写检查: what is still missing or does not add up, live while the clerk types.

Every check is an Excel expression that gives a few words or nothing, together with the words it
gives for the values the workbook is issued with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext

from jixiao.spreadsheet.grid import Pos, a1
from jixiao.spreadsheet.text import number

_TOLERANCE = Decimal("0.005")


@dataclass(slots=True)
class Checks:
    """The checks of one sheet, by row."""

    rows: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def add(self, row: int, expression: str, words: str) -> None:
        self.rows.setdefault(row, []).append((expression, words))

    def required(self, row: int, pos: Pos, text: str, name: str) -> None:
        """The cell must not be blank."""
        words = f"缺{name}；"
        self.add(row, f'IF(LEN({a1(pos)})=0,"{words}","")', "" if text.strip() else words)

    def adds_up(
        self, row: int, total: tuple[Pos, str], parts: Sequence[tuple[Pos, str]], name: str
    ) -> None:
        """The parts, where any is a number, add up to the total; else the difference is shown."""
        places = ",".join(a1(pos) for pos, _ in parts)
        cell = a1(total[0])
        difference = f"ROUND(N({cell})-SUM({places}),2)"
        expression = (
            f'IF(COUNT({places})=0,"",IF(ABS({difference})>{_TOLERANCE},'
            f'"{name}"&TEXT({difference},"0.00")&"；",""))'
        )
        figures = [f for f in (number(text) for _, text in parts) if f is not None]
        with localcontext(rounding=ROUND_HALF_UP):  # as ROUND does it
            gap = f"{(number(total[1]) or Decimal(0)) - sum(figures, Decimal(0)):.2f}"
        off = bool(figures) and abs(Decimal(gap)) > _TOLERANCE
        self.add(row, expression, f"{name}{gap}；" if off else "")

    def execution(
        self,
        row: int,
        executed: tuple[Pos, str],
        annual: tuple[Pos, str],
        weight: tuple[Pos, str],
        score: tuple[Pos, str],
    ) -> None:
        """What the rate is worth, weight × min(executed ÷ annual, 1), where the score differs.

        The score stays the clerk's own figure; the bureau works it out again and compares.
        """
        spent, budget, full, claimed = (a1(pos) for pos, _ in (executed, annual, weight, score))
        points = f"IF({spent}>={budget},{full},IF({spent}<0,0,ROUND({full}*{spent}/{budget},2)))"
        expression = (
            f'IF(COUNT({spent})=0,"",IF(COUNT({budget},{full})<2,"",IF({budget}<=0,"",'
            f'IF(ABS(N({claimed})-{points})<={_TOLERANCE},"",'
            f'"按执行率应得 "&TEXT({points},"0.00")&" 分；"))))'
        )
        figures = (number(text) for _, text in (executed, annual, weight, score))
        self.add(row, expression, _execution_words(*figures))

    def formula(self, row: int) -> tuple[str, str] | None:
        """The row's formula and the words it gives now."""
        checks = self.rows.get(row)
        if not checks:
            return None
        return "=" + "&".join(expression for expression, _ in checks), "".join(w for _, w in checks)


def _execution_words(
    spent: Decimal | None, budget: Decimal | None, full: Decimal | None, claimed: Decimal | None
) -> str:
    if spent is None or budget is None or full is None or budget <= 0:
        return ""
    share = min(max(spent, Decimal(0)) / budget, Decimal(1))
    points = (full * share).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if abs((claimed or Decimal(0)) - points) <= _TOLERANCE:
        return ""
    return f"按执行率应得 {points:.2f} 分；"
