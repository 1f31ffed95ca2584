"""A report as JSON: the same content as its page, for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic_core import to_json

from jixiao.reports.model import (
    Chart,
    FindingView,
    FormView,
    Grid,
    GridRow,
    ReportView,
    Totals,
    WorkingView,
)


def report_json(view: ReportView) -> bytes:
    """The canonical JSON of a report: UTF-8, keys in a fixed order, figures as text.

    The same view always gives the same bytes; their SHA-256 is the report's content hash.
    """
    return to_json(report_data(view))


def report_data(view: ReportView) -> dict[str, Any]:
    """The report as plain lists and mappings.

    A table is ``columns`` and ``rows``; a row has one text for every column, cells that cover
    several rows or columns are repeated. ``workings`` of a table name the row by its number.
    """
    data: dict[str, Any] = {
        "year": view.year,
        "unit_code": view.unit_code,
        "unit_name": view.unit_name,
        "title": view.title,
        "bureau": view.bureau,
        "competent": view.competent or None,
        "filed_on": view.filed_on.isoformat() if view.filed_on else None,
        "totals": _totals(view.totals),
        "forms": [_form(form) for form in view.forms],
        "charts": [_chart(chart) for chart in view.charts],
    }
    if view.missing:
        data["missing"] = list(view.missing)
    if view.findings_shown:
        data["findings"] = [_finding(each) for each in view.findings]
    return data


def _totals(totals: Totals | None) -> dict[str, Any] | None:
    if totals is None:
        return None
    return {
        "printed_weight": totals.printed_weight or None,
        "printed": totals.printed or None,
        "claimed": totals.claimed,
        "computed_weight": totals.computed_weight,
        "computed": totals.computed,
        "difference": totals.difference,
        "grade": totals.grade or None,
        "notes": [_working(note) for note in totals.notes],
    }


def _form(form: FormView) -> dict[str, Any]:
    return {
        "form": form.form,
        "title": form.title,
        "project": form.project or None,
        "sheet": form.sheet,
        "totals": _totals(form.totals),
        "tables": [_grid(grid) for grid in form.grids],
        "text": [{"level": line.level, "text": line.text} for line in form.lines],
        "chart": _chart(form.chart) if form.chart is not None else None,
    }


def _grid(grid: Grid) -> dict[str, Any]:
    workings = [
        {"row": number, **_working(cell.working)}
        for number, row in enumerate(grid.rows)
        for cell in row.cells
        if cell.working is not None
    ]
    data: dict[str, Any] = {
        "title": grid.caption,
        "unit": grid.unit or None,
        "columns": [column.title for column in grid.columns],
        "rows": list(_expanded(grid.rows)),
    }
    if workings:
        data["workings"] = workings
    return data


def _expanded(rows: tuple[GridRow, ...]) -> Iterator[list[str]]:
    """Every row with all its cells: what spans is written out again."""
    above: dict[int, tuple[int, str]] = {}  # column → rows still covered, text
    for row in rows:
        line: list[str] = []
        for cell in row.cells:
            if above:
                _cover(line, above)
            if cell.rowspan > 1:
                above[len(line)] = (cell.rowspan - 1, cell.text)
            line.append(cell.text)
            if cell.colspan > 1:
                line.extend([cell.text] * (cell.colspan - 1))
        if above:
            _cover(line, above)
        yield line


def _cover(line: list[str], above: dict[int, tuple[int, str]]) -> None:
    """Add the cells that an earlier row spans at the end of ``line``."""
    while (covered := above.pop(len(line), None)) is not None:
        left, text = covered
        if left > 1:
            above[len(line)] = (left - 1, text)
        line.append(text)


def _working(working: WorkingView) -> dict[str, Any]:
    return {
        "rule": working.rule,
        "sentence": working.sentence,
        "source": working.source,
        "cells": [{"what": c.what, "sheet": c.sheet, "cell": c.cell} for c in working.cells],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "series": list(chart.series),
        "rows": [
            {"label": row.label, "values": [bar.label or None for bar in row.bars]}
            for row in chart.rows
        ],
    }


def _finding(view: FindingView) -> dict[str, Any]:
    finding = view.finding
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": finding.title,
        "message": finding.message,
        "where": [
            {"form": p.form, "project": p.project, "sheet": p.sheet, "cell": p.cell, "text": p.text}
            for p in finding.where
        ],
        "found": finding.found,
        "expected": finding.expected,
        "difference": finding.difference or None,
        "remedy": finding.remedy,
        "waived": view.waived or None,
        "explanation": view.explained or None,
    }
