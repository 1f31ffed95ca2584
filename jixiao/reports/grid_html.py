"""A form's table as HTML.

A report has thousands of cells: they are written straight into strings, several times faster than a
template does it. Every text goes through :func:`_escaped` on its way.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from markupsafe import Markup

from jixiao.reports.model import Grid, GridCell, WorkingView


def grid_html(grid: Grid, sheet: str) -> Markup:
    """The table, laid out as the year's form lays it out; ``sheet`` says where it stands."""
    return Markup("\n".join(_lines(grid, sheet)))  # noqa: S704 - every text in it is escaped


def _lines(grid: Grid, sheet: str) -> Iterator[str]:
    role = escape(grid.role)
    label = escape(f"{sheet} {grid.caption}")
    unit = f' <span class="unit">单位：{_escaped(grid.unit)}</span>' if grid.unit else ""
    yield f'<div class="scroll {role}" role="group" tabindex="0" aria-label="{label}">'
    yield f'<table class="{role}">'
    yield f"<caption>{_escaped(grid.caption)}{unit}</caption>"
    if grid.columns:
        titles = "".join([_title(column.title, column.kind) for column in grid.columns])
        yield f"<thead><tr>{titles}</tr></thead>"
    yield "<tbody>"
    for cells, kind in grid.rows:
        opened = f'<tr class="{kind}">' if kind else "<tr>"
        yield f"{opened}{''.join([_cell(cell) for cell in cells])}</tr>"
    yield "</tbody>\n</table>\n</div>\n"


def _title(title: str, kind: str) -> str:
    return f'<th scope="col" class="{kind}">{_escaped(title)}</th>' if title else "<td></td>"


_OPENED = {"text": "<td>", "number": '<td class="number">'}


def _cell(cell: GridCell) -> str:
    text, kind, header, level, rowspan, colspan, note, items, working = cell
    shown = _escaped(text)
    problem = f'<em class="problem">{_escaped(note)}</em>' if note else ""
    if header:
        if header == "row":
            more = f' class="l{level}"' if level else ""
            more += f' colspan="{colspan}"' if colspan > 1 else ""
            return f'<th scope="row"{more}>{shown}{problem}</th>'
        more = f' rowspan="{rowspan}"' if rowspan > 1 else ""
        return f'<th scope="rowgroup"{more}>{shown}</th>'
    if working is not None:
        return _computed(shown, working)
    opened = _OPENED.get(kind) or f'<td class="{kind}">'
    points = "".join([f"<li>{_escaped(item)}</li>" for item in items])
    return f"{opened}{shown}{f'<ol>{points}</ol>' if points else ''}{problem}</td>"


def _computed(text: str, working: WorkingView) -> str:
    """A computed figure; its working unfolds under it."""
    source = f"<dt>依据</dt><dd>{_escaped(working.source)}</dd>" if working.source else ""
    return (
        f'<td class="computed"><details><summary><b>{text}</b> '
        f"<span>{_escaped(working.summary)}</span></summary>"
        f'<div class="working"><p>{_escaped(working.sentence)}</p><dl>{source}'
        f"<dt>规则</dt><dd>{_escaped(working.rule)}</dd>"
        f"<dt>取数</dt><dd>{_escaped(working.places)}</dd></dl></div></details></td>"
    )


def _escaped(text: str) -> str:
    """Text between tags; what stands in an attribute needs its quotes escaped as well."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
