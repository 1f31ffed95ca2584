"""Typing into one sheet of an issued workbook, within what its protection allows."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any

from jixiao.spreadsheet.grid import Grid, Pos
from jixiao.workbooks.canvas import lines_needed, row_height
from jixiao.workbooks.typed import agrees, typed


class Clerk:
    """Types into one sheet."""

    def __init__(self, sheet: Any, grid: Grid, force: bool) -> None:
        self.sheet, self.grid, self.force = sheet, grid, force

    def cell(self, pos: Pos) -> Any:
        top = self.grid.owner(pos)
        return self.sheet.cell(top[0] + 1, top[1] + 1)

    def type(self, pos: Pos, text: str, *, as_text: bool = False) -> None:
        """Types a text where it differs from what is seen and the cell may be changed."""
        cell = self.cell(pos)
        if cell.data_type != "f" and self.grid.text(pos) == text:
            return
        if cell.protection.locked and not self.force:
            return
        content = typed(text, as_text=as_text)
        if content.number is not None:
            cell.value = content.number
            cell.number_format = content.format
        elif text:
            cell.value = text
            cell.data_type = "s"  # never a formula, whatever it begins with
            self._heighten(cell, text)
        else:
            cell.value = None

    def look(self, pos: Pos) -> Any:
        """How a cell looks, to be given to another."""
        return copy(self.cell(pos)._style)

    def dress(self, pos: Pos, look: Any) -> None:
        self.cell(pos)._style = copy(look)

    def _heighten(self, cell: Any, text: str) -> None:
        """A row that has no fixed height grows with what is typed, as it does on the screen."""
        row = self.sheet.row_dimensions[cell.row]
        lines = lines_needed(text, self.sheet.column_dimensions[cell.column_letter].width)
        merged = (cell.row - 1, cell.column - 1) in self.grid.merges
        if row.height is None and lines > 1 and not merged:
            row.height = row_height(lines)

    def unmerge(self, pos: Pos) -> None:
        """Takes a merged cell apart; its text stays in its first cell."""
        bottom = self.grid.merges.get(pos)
        if bottom is not None:
            self.sheet.unmerge_cells(
                start_row=pos[0] + 1,
                start_column=pos[1] + 1,
                end_row=bottom[0] + 1,
                end_column=bottom[1] + 1,
            )
            self.grid.unmerge(pos)

    def keep_formula(self, pos: Pos, text: str, result: Decimal | None) -> None:
        """Leaves our formula where it gives what was filed, in the format it was filed in."""
        cell = self.cell(pos)
        if cell.data_type == "f" and agrees(result, text):
            if result is not None:
                cell.number_format = typed(text).format
            return
        self.type(pos, text)
