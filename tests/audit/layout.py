"""A filing as a bureau's site shows it: the province's tables with merged cells, titles split
over lines, one form after the other, as blocks that become a page, a Word file or a workbook.

A block is a paragraph (text) or a table (rows of texts); in a table ``<`` continues the cell to
the left and ``^`` the cell above.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby, zip_longest

from openpyxl import Workbook

from jixiao.model.forms import Form, TableSection
from jixiao.model.submission import FormData, Paragraph, Submission

Rows = list[list[str]]
Block = str | Rows
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
    'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
}
#: Titles and headers as sites print them: broken where the cell is narrow.
BROKEN = {
    "项目支出名称": "项目支\n出名称",
    "年度指标值": "年度\n指标值",
    "实际完成值": "实际\n完成值",
    "数量指标": "数量\n指标",
    "质量指标": "质量  指标",
    "时效指标": "时效\n指标",
    "成本指标": "成本\n指标",
    "经济效益指标": "经济效\n益指标",
    "社会效益指标": "社会效\n益指标",
    "年初预算数": "年初\n预算数",
    "全年预算数": "全年\n预算数",
    "全年执行数": "全年\n执行数",
    "二级指标": "二级\n指标",
}


def broken(text: str) -> str:
    return BROKEN.get(text, text)


def published(submission: Submission, forms: dict[str, Form]) -> list[Block]:
    """The filing in the order in which it was published."""
    year = submission.year or 0
    blocks: list[Block] = [
        "您现在所在的位置： 首页 > 政务公开 > 财政信息 > 绩效评价",
        f"{submission.unit_name}{year}年度部门整体支出绩效自评报告",
        "2024-10-15 10:29",
        f"发布机构：{submission.unit_name}",
        f"{year}年度{submission.unit_name}",
        "整体支出绩效自评报告",
    ]
    blocks += _narrative(submission.one("自评报告"))
    for id, write in (("附件1", _basic), ("附件2", _department)):
        data = submission.one(id)
        if data is not None:
            blocks += [id, forms[id].title, f"（{year}年度）", write(data, forms[id], year)]
    for group in zip_longest(*(submission.of(id) for id in ("附件7", "附件3", "附件4"))):
        for data in filter(None, group):
            blocks += [data.form, data.title or forms[data.form].title]
            blocks += _narrative(data) if data.form == "附件7" else [_project(data, forms, year)]
    data = submission.one("附件8")
    if data is not None:
        blocks += ["附件8", forms["附件8"].title, _register(data, forms["附件8"])]
    return blocks


def _narrative(data: FormData | None) -> list[Block]:
    return [_line(p) for p in data.paragraphs] if data is not None else []


def _line(paragraph: Paragraph) -> str:
    return ("　　" if paragraph.heading is None else "") + paragraph.text


def _text(data: FormData, address: str) -> str:
    return data.get(address).text


def _basic(data: FormData, form: Form, year: int) -> Rows:
    """附件1: one table of seven columns for all its sections."""
    staff, spending, building = (form.table(i) for i in ("staff", "spending", "building"))
    rows = _side(staff, data, "staff", year, 2)
    rows.append(["经费控制情况", *_wide([_say(c.title, year) for c in spending.columns], 2)])
    for row in spending.rows:
        ids = [id for id, _ in data.repeated("spending", row.id)] if row.repeat else [row.id]
        for id in ids:
            label = data.labels.get(f"spending.{id}")
            title = label.text if label else "　" * row.level + row.title
            values = [
                "——" if c.id in row.blocked else _text(data, f"spending.{id}.{c.id}")
                for c in spending.columns
            ]
            rows.append([title, *_wide(values, 2)])
    rows += _side(building, data, "building", year, 1)
    text = _text(data, "thrift.thrift.text")
    return [*rows, ["厉行节约保障措施", *_wide([text], 6)]]


def _side(section: TableSection, data: FormData, row: str, year: int, span: int) -> Rows:
    """A header row and one row of values, the title beside both."""
    values = [_text(data, f"{section.id}.{row}.{c.id}") for c in section.columns]
    titles = [_say(c.title, year) for c in section.columns]
    return [[_say(section.title, year), *_wide(titles, span)], ["^", *_wide(values, span)]]


def _wide(texts: Sequence[str], span: int) -> list[str]:
    return [cell for text in texts for cell in (text, *["<"] * (span - 1))]


def _say(text: str, year: int) -> str:
    return text.replace("{year}", str(year)).replace("{last_year}", str(year - 1))


def _department(data: FormData, form: Form, year: int) -> Rows:
    rows = [["省级预算部门名称", "<", *_wide([_text(data, "identity.unit.value")], 6)]]
    execution = form.table("execution")
    rows.append(["年度预\n算申请\n（万元）", "", *[broken(c.title) for c in execution.columns]])
    rows.append(["^", "年度资金总额", *_values(data, execution, "total")])
    total = _text(data, "execution.total.executed")
    rows.append(["^", *_wide([f"按收入性质分：{total}"], 4), *_wide([f"按支出性质分：{total}"], 3)])
    left, right = form.table("income"), form.table("nature")
    for a, b in zip_longest(left.rows, right.rows):
        first = a is left.rows[0]
        texts = []
        for row, section in ((a, "income"), (b, "nature")):
            amount = f"{row.title}：{_text(data, f'{section}.{row.id}.amount')}" if row else ""
            texts.append(f"{'其中：' if first else ''}{amount}" if row else "")
        rows.append(["^", *_wide(texts[:1], 4), *_wide(texts[1:], 3)])
    return [*rows, *_goals(data), *_indicators(data, form)]


def _values(data: FormData, section: TableSection, row: str) -> list[str]:
    return [_text(data, f"{section.id}.{row}.{c.id}") for c in section.columns]


def _goals(data: FormData) -> Rows:
    texts = [_text(data, f"goals.goal.{c}") for c in ("expected", "actual")]
    return [
        ["年度总体目标", *_wide(["预期目标"], 4), *_wide(["实际完成情况"], 3)],
        ["^", *_wide(texts[:1], 4), *_wide(texts[1:], 3)],
    ]


def _indicators(data: FormData, form: Form) -> Rows:
    """The list with its empty second levels, groups with their points, total row."""
    section = form.indicators
    assert section is not None
    points = {g.level1: g.points for g in data.groups}
    rows: Rows = [[broken(c.title) for c in section.columns]]
    for group in section.groups:
        head = (
            f"{group.title}\n（{points[group.title]}）" if points.get(group.title) else group.title
        )
        lines = []
        for name in group.subgroups:
            own = [r for r in data.indicators if (r.level1, r.level2) == (group.title, name)]
            for row in own:
                cells = (row.name, row.target, row.actual, row.weight, row.score, row.explanation)
                lines.append([broken(name), *(c.text for c in cells)])
            if not own:
                lines.append([broken(name), *[""] * 6])
        for n, (_, line) in enumerate(
            (k, v) for k, vs in groupby(lines, lambda x: x[0]) for v in vs
        ):
            above = lines[n - 1][0] if n else ""
            second = "^" if n and above == line[0] else line[0]
            rows.append([head if n == 0 else "^", second, *line[1:]])
    return [*rows, ["总分", "<", "<", "<", "<", data.total_weight.text, data.total_score.text, ""]]


def _project(data: FormData, forms: dict[str, Form], year: int) -> Rows:
    form = forms[data.form]
    return _rubric(data, form) if form.role("rubric") else _project_form(data, form)


def _project_form(data: FormData, form: Form) -> Rows:
    execution = form.table("execution")
    values = {r.id: _text(data, f"identity.{r.id}.value") for r in form.table("identity").rows}
    rows = [
        [broken("项目支出名称"), "<", *_wide([values["project"]], 6)],
        [
            "主管部门",
            "<",
            *_wide([values["supervisor"]], 3),
            "实施单位",
            *_wide([values["implementer"]], 2),
        ],
        ["项目资金\n（万元）", "", *[broken(c.title) for c in execution.columns]],
    ]
    for row in execution.rows:
        rows.append(["^", row.title, *_values(data, execution, row.id)])
    return [*rows, *_goals(data), *_indicators(data, form)]


def _rubric(data: FormData, form: Form) -> Rows:
    """附件4: a row for every point to consider, everything else merged beside them; the figures of
    the rates in columns of their own where any are filled in."""
    section = form.table("rubric")
    figures = [
        c
        for c in section.columns
        if c.id in {"numerator", "denominator"}
        and any(_text(data, f"rubric.{r.id}.{c.id}") for r in section.rows)
    ]
    titles = [c.title for c in figures]
    rows: Rows = [["一级\n指标", "二级\n指标", "三级指标", "指标解释", "指标说明", *titles, "得分"]]
    above = ("", "")
    for row in section.rows:
        score = _text(data, f"rubric.{row.id}.score")
        if row.id == "total":
            rows.append(["合计\n（分）", "<", "<", "<", "<", *[""] * len(figures), score])
            continue
        here = (row.level1, row.level2)
        first = "^" if above[0] == here[0] else here[0]
        second = "^" if above == here else here[1]
        points = ["评价要点：", *row.points] if row.points else [row.explanation]
        values = [*(_text(data, f"rubric.{row.id}.{c.id}") for c in figures), score]
        name = f"{row.title}\n（{row.weight}分）"
        rows.append([first, second, name, row.explanation, points[0], *values])
        rows += [["^", "^", "^", "^", p, *["^"] * len(values)] for p in points[1:]]
        above = here
    return rows


def _register(data: FormData, form: Form) -> Rows:
    section = form.table("register")
    return [
        [c.title for c in section.columns],
        [_text(data, f"register.register.{c.id}") for c in section.columns],
    ]


def spans(rows: Rows) -> Iterator[tuple[int, int, int, int, str]]:
    """Row, column, rows down, columns across and text of every cell."""
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            if text in {"<", "^"}:
                continue
            across = down = 1
            while c + across < len(row) and row[c + across] == "<":
                across += 1
            while r + down < len(rows) and rows[r + down][c] == "^":
                down += 1
            yield r, c, down, across, text


def html_table(rows: Rows) -> str:
    lines: list[str] = ["" for _ in rows]
    for r, _, down, across, text in spans(rows):
        body = "".join(f"<p><span>{escape(t)}</span></p>" for t in text.split("\n"))
        lines[r] += f'<td colspan="{across}" rowspan="{down}">{body}</td>'
    return f"<table><tbody>{''.join(f'<tr>{line}</tr>' for line in lines)}</tbody></table>"


def page(blocks: Sequence[Block]) -> bytes:
    """A page of a site: its own furniture around, a layout table, every line with markup."""
    body = "".join(
        f"<p><span>{escape(b)}</span></p>" if isinstance(b, str) else f"<div>{html_table(b)}</div>"
        for b in blocks
    )
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>政务公开</title></head><body>"
        f"<div>分享到：</div><table><tr><td><div>{body}</div></td></tr></table></body></html>"
    ).encode()


def paragraph(text: str) -> str:
    pieces = [text[i : i + 7] for i in range(0, len(text), 7)] or [""]
    runs = "".join(f'<w:r><w:t xml:space="preserve">{escape(p)}</w:t></w:r>' for p in pieces)
    return f"<w:p>{runs}</w:p>"


def word_table(rows: Rows) -> str:
    known = {(r, c): (down, across, text) for r, c, down, across, text in spans(rows)}
    lines = []
    for r, row in enumerate(rows):
        cells, c = [], 0
        while c < len(row):
            top = r
            while row[c] == "^" and rows[top][c] == "^":
                top -= 1
            down, across, text = known[top, c]
            properties = f'<w:gridSpan w:val="{across}"/>' if across > 1 else ""
            if down > 1:
                properties += "<w:vMerge/>" if top != r else '<w:vMerge w:val="restart"/>'
            body = "".join(paragraph(t) for t in (text if top == r else "").split("\n"))
            cells.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{body}</w:tc>")
            c += across
        lines.append(f"<w:tr>{''.join(cells)}</w:tr>")
    columns = "<w:gridCol/>" * len(rows[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{columns}</w:tblGrid>{''.join(lines)}</w:tbl><w:p/>"


def word(blocks: Sequence[Block]) -> bytes:
    body = "".join(paragraph(b) if isinstance(b, str) else word_table(b) for b in blocks)
    document = f'<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in PARTS.items():
            target.writestr(name, text)
        target.writestr("word/document.xml", document)
    return out.getvalue()


def sheet(blocks: Sequence[Block]) -> bytes:
    """Everything on one sheet, one block under the other, every value as text."""
    book = Workbook()
    target = book.active
    assert target is not None
    row = 1
    for block in blocks:
        rows = [[block]] if isinstance(block, str) else block
        for r, c, down, across, text in spans(rows):
            cell = target.cell(row + r, c + 1, text or None)
            if text:
                cell.data_type = "s"
            if down > 1 or across > 1:
                target.merge_cells(
                    start_row=row + r,
                    start_column=c + 1,
                    end_row=row + r + down - 1,
                    end_column=c + across,
                )
        row += len(rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def flat(blocks: Sequence[Block]) -> list[str]:
    """Every cell a line of its own: what is left of tables that a site flattened."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, str):
            lines.append(block)
        else:
            lines += [t for *_, text in spans(block) for t in text.split("\n") if t]
    return lines
