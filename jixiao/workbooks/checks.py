"""The column 填写检查: what is still missing or does not add up, live while the clerk types.

Every check is an Excel expression that gives a few words or nothing, together with the words it
gives for the values the workbook is issued with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from jixiao.intake.extract import number
from jixiao.intake.grid import Pos, a1

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
        gap = (number(total[1]) or Decimal(0)) - sum(figures, Decimal(0))
        off = bool(figures) and abs(gap) > _TOLERANCE
        self.add(row, expression, f"{name}{gap:.2f}；" if off else "")

    def formula(self, row: int) -> tuple[str, str] | None:
        """The row's formula and the words it gives now."""
        checks = self.rows.get(row)
        if not checks:
            return None
        return "=" + "&".join(expression for expression, _ in checks), "".join(w for _, w in checks)
