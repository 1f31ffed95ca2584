"""A workbook read into a submission: by header and name, never by fixed column or row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from jixiao.errors import RefusedFile
from jixiao.intake.extract import is_filled
from jixiao.intake.identity import name_unit, year_of
from jixiao.intake.located import Located
from jixiao.intake.opinions import read_explanations
from jixiao.intake.parts import Part, part_data, parts_of
from jixiao.intake.projects import settle_projects
from jixiao.intake.shape import says_nothing, shapes
from jixiao.model.forms import Form
from jixiao.model.submission import Submission, Unplaced
from jixiao.spreadsheet.grid import Grid, Pos
from jixiao.spreadsheet.marker import OPINION, OWN_SHEETS, SHEET, TARGETS, Marker, read_marker
from jixiao.spreadsheet.sheets import Sheet
from jixiao.spreadsheet.text import key

MOST_UNPLACED = 200
_HEADLINE_ROWS = 8


def marker_of(sheets: Iterable[Sheet]) -> Marker | None:
    """What the hidden sheet of an issued workbook says; ``None`` for any other workbook."""
    return next((read_marker(s.grid) for s in sheets if s.name == SHEET), None)


def from_sheets(sheets: list[Sheet], forms: Mapping[str, Form], year: int | None) -> Submission:
    """The submission in a workbook's sheets.

    Raises:
        RefusedFile: ``no_forms`` if none of the forms was found.
    """
    marker = marker_of(sheets)
    told = marker.year if marker is not None else None
    if told is None:
        told = year_of(t for s in sheets for t in _headlines(s.grid))
    submission = Submission(told if told is not None else year, "", "")
    if marker is not None:
        submission.unit_code, submission.unit_name = marker.unit_code, marker.unit_name
        submission.kind = marker.kind
        submission.form_version, submission.target_hash = marker.form_version, marker.target_hash
        submission.identity, submission.signature = marker.signed_text(), marker.signature
    prepared = shapes(forms, submission.year)
    recognised = False
    for sheet in sheets:
        if sheet.name == OPINION:
            submission.explanations.update(read_explanations(sheet.grid))
        mark = marker.sheets.get(sheet.name) if marker is not None else None
        if sheet.name in OWN_SHEETS or (sheet.state != "visible" and mark is None):
            continue
        parts = parts_of(sheet.grid, prepared, mark)
        recognised = recognised or bool(parts)
        if mark is None:
            _unplaced(submission, sheet.grid, _outside(sheet.grid, parts))
        for part in parts:
            data = part_data(part)
            if isinstance(part, Located):
                _unplaced(submission, part.grid, part.strangers)
            issued = marker is not None and mark is not None and mark.project is not None
            if not issued or is_filled(data, part.form, targets=_for_targets(marker)):
                submission.forms.append(data)
    if not recognised:
        raise RefusedFile(
            "no_forms", "这个工作簿里找不到本年度的任何一张表。请用下达的模板填好后报送。"
        )
    name_unit(submission, (t for s in sheets for _, t in s.grid.all_texts()))
    if marker is None:
        settle_projects(submission, forms)
    return submission


def _for_targets(marker: Marker | None) -> bool:
    return marker is not None and marker.kind == TARGETS


def _outside(grid: Grid, parts: list[Part]) -> Iterator[Pos]:
    """Texts of a sheet that no part of it holds."""
    rows: set[int] = set()
    for part in parts:
        if isinstance(part, Located):
            rows.update(range(part.first, part.last))
        else:
            rows.update(row for row, _ in part.lines)
    titles = {key(part.title) for part in parts}
    for pos, text in grid.all_texts():
        if pos[0] not in rows and key(text) not in titles and not says_nothing(text):
            yield pos


def _headlines(grid: Grid) -> Iterable[str]:
    """The texts at the top of a sheet, where titles stand."""
    return (text for row in range(_HEADLINE_ROWS) for _, text in grid.starts(row))


def _unplaced(submission: Submission, grid: Grid, places: Iterable[Pos]) -> None:
    for pos in places:
        if len(submission.unplaced) >= MOST_UNPLACED:
            return
        submission.unplaced.append(Unplaced(grid.sheet, grid.address(pos), grid.texts[pos]))
