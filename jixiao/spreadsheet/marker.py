"""The hidden sheet of a workbook we issued: whose it is, of which year, and what each sheet is."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from jixiao.spreadsheet.grid import Grid

SHEET = "_jixiao"
COVER = "封面"
OPINION = "审核意见"  # first sheet of an annotated workbook
CHECK_TITLE = "填写检查"  # header of the column that says what is still missing
CHANGES = "与上次对照"  # last sheet of an annotated workbook: what the filing changed
EXPLANATION = "单位说明"  # column of the sheet 审核意见 in which the department explains
FINGERPRINT = "编号"  # hidden column beside it: which finding the line is about
OWN_SHEETS = frozenset({SHEET, COVER, OPINION, CHANGES})

_YEAR = re.compile("20[0-9][0-9]")

EVALUATION = "evaluation"
TARGETS = "targets"
HINT = "填写说明"  # begins the lines of an issued sheet that are ours


@dataclass(frozen=True, slots=True)
class SheetMark:
    """What one sheet of an issued workbook holds; ``project`` is ``""`` on a spare sheet."""

    sheet: str
    form: str
    project: str | None


@dataclass(slots=True)
class Marker:
    """Content of the hidden sheet."""

    kind: str = EVALUATION
    unit_code: str = ""
    unit_name: str = ""
    year: int | None = None
    form_version: str = ""
    pack_version: str = ""
    target_hash: str = ""
    signature: str = ""
    sheets: dict[str, SheetMark] = field(default_factory=dict)

    def signed_text(self) -> str:
        """What the signature is over: every row, as text."""
        return json.dumps([[v.strip() for v in row] for row in self._rows()], ensure_ascii=False)

    def rows(self) -> list[tuple[str, ...]]:
        """The rows to write, as text; the signature comes last."""
        return [*self._rows(), *([("signature", self.signature)] if self.signature else [])]

    def _rows(self) -> list[tuple[str, ...]]:
        head = [
            ("kind", self.kind),
            ("unit_code", self.unit_code),
            ("unit_name", self.unit_name),
            ("year", str(self.year or "")),
            ("form_version", self.form_version),
            ("pack_version", self.pack_version),
            ("target_hash", self.target_hash),
        ]
        marks = [
            (
                "sheet",
                m.sheet,
                m.form,
                "department" if m.project is None else "project",
                m.project or "",
            )
            for m in self.sheets.values()
        ]
        return [*head, *marks]


def read_marker(grid: Grid) -> Marker:
    """The marker from its sheet; unknown lines are left alone."""
    marker = Marker()
    for row in range(grid.height):
        values = dict(grid.starts(row))
        name, value = values.get(0, ""), values.get(1, "")
        if name == "sheet" and value:
            project = values.get(4, "") if values.get(3) == "project" else None
            marker.sheets[value] = SheetMark(value, values.get(2, ""), project)
        elif name == "year":
            marker.year = int(value) if _YEAR.fullmatch(value) else None
        elif name in {
            "kind",
            "unit_code",
            "unit_name",
            "form_version",
            "pack_version",
            "target_hash",
            "signature",
        }:
            setattr(marker, name, value)
    return marker
