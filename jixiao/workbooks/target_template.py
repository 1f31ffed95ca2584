"""The target template (绩效目标申报表): what a department proposes before the year begins."""

from __future__ import annotations

from jixiao.model.forms import Form, IndicatorsSection, Scope, Section, TableSection
from jixiao.model.submission import Submission
from jixiao.policy import Department, Pack, Stage
from jixiao.spreadsheet.marker import TARGETS, Marker
from jixiao.workbooks.issue import SPARE_PROJECTS, write_book
from jixiao.workbooks.plan import Sheet, filled_plan, plan

_RESULTS = {"actual", "score", "explanation"}
_HOW = (
    "逐张表填写淡黄色的格子：年度总体目标、指标名称、年度指标值和分值，分值合计（含预算执行）为 100 分。",
    "指标值要能衡量：写清数值、单位和方向，如“61亿元以上”“≥90%”；总体目标里说到的事都要有指标。",
    "指标不够时，用同组的空行，二级指标从下拉列表里选；用不到的空行和备用表留空。",
    "填好后保存为 .xlsx，在截止日期前按通知里的方式送回；批复后的目标会自动带进自评工作簿。",
)


def target_template(
    pack: Pack, department: Department, *, filled: Submission | None = None
) -> bytes:
    """The template for the whole department and for every project (``.xlsx``).

    Args:
        filled: proposed targets to put in, as :func:`jixiao.model.targets.from_submission` reads them.
    """
    forms = {id: target_form(f) for id, f in pack.forms.items() if is_target_form(f)}
    if filled is not None:
        sheets = list(filled_plan(forms, filled))
        for sheet in sheets:
            sheet.approved = False
    else:
        sheets = [
            _with_form(sheet, forms[sheet.form.id])
            for sheet in plan(pack, department, None, None, SPARE_PROJECTS)
            if sheet.form.id in forms
        ]
    return write_book(
        pack,
        department,
        sheets,
        Marker(TARGETS),
        title=f"{pack.year}年度预算绩效目标申报表",
        stage=Stage.TARGETS,
        how=_HOW,
    )


def is_target_form(form: Form) -> bool:
    """Whether a form carries targets: a goal in words and indicators."""
    return form.indicators is not None and form.role("goals") is not None


def target_form(form: Form) -> Form:
    """The form without anything that is known only after the year: actuals, scores, spending."""
    sections: list[Section] = []
    for section in form.sections:
        if isinstance(section, IndicatorsSection):
            columns = tuple(c for c in section.columns if c.id not in _RESULTS)
            sections.append(section.model_copy(update={"columns": columns}))
        elif isinstance(section, TableSection):
            kept = _target_section(section)
            if kept is not None:
                sections.append(kept)
    what = "部门整体支出" if form.scope is Scope.DEPARTMENT else "项目支出"
    return form.model_copy(
        update={"sections": tuple(sections), "title": f"{what}绩效目标申报表", "note": ""}
    )


def _target_section(section: TableSection) -> TableSection | None:
    """Identity stays; of goals the expected one, of execution the weight of its total row."""
    if section.role == "identity":
        return section
    wanted = {"goals": "expected", "execution": "weight"}.get(section.role)
    if wanted is None:
        return None
    columns = tuple(
        c.model_copy(update={"locked": False}) for c in section.columns if c.id == wanted
    )
    rows = tuple(
        r.model_copy(update={"sum_of": (), "required": (wanted,)})
        for r in section.rows
        if r.level == 0 and wanted not in r.blocked
    )
    return section.model_copy(
        update={"columns": columns, "rows": rows, "title": "预算执行", "row_header": ""}
    )


def _with_form(sheet: Sheet, form: Form) -> Sheet:
    """The planned sheet on the template's form, everything but the names open."""
    sheet.form = form
    sheet.data.title = form.title
    return sheet
