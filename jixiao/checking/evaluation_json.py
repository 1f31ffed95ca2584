"""An evaluation as JSON: the published shape other programs rely on.

Numbers are decimal strings, nothing is ``null``. The JSON Schema is written from these models.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import Finding, explained
from jixiao.model.forms import CellType, Form, TableSection
from jixiao.model.scores import FormScore
from jixiao.model.submission import Cell, FormData
from jixiao.policy import Pack
from jixiao.rules.support.base import Facts
from jixiao.values import NumberError, parse, parse_number

#: The shape an evaluation is kept in; another one is another number.
FORMAT = 1


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RowOut(_Out):
    """A row that carries points: indicator, budget execution, rubric row or total."""

    kind: str = Field(description="indicator | execution | sub | rubric | total")
    name: str
    target: str | None = Field(description="年度指标值，照填报原文")
    actual: str | None = Field(description="实际完成值，照填报原文")
    weight: str | None
    claimed: str | None = Field(description="自评得分")
    computed: str | None = Field(description="重算得分；需人工判断时为 null")
    working: str | None = Field(description="得分怎么算出来的，一句话")
    rule: str | None = Field(description="评分规则名")
    source: str | None = Field(description="依据的文件")
    state: str | None
    cell: str | None = Field(description="得分所在单元格")


class CellOut(_Out):
    """A cell of a fixed table."""

    section: str
    row: str = Field(description="行名，照表上的字")
    column: str = Field(description="列名，照表上的字")
    value: str | None = Field(
        description="数字为十进制字符串（百分数已换成小数），文字和读不成数的照原文，空白为 null"
    )
    text: str = Field(description="单元格里看到的原文")
    cell: str | None = Field(description="单元格地址")


class FormOut(_Out):
    """One filled copy of a form."""

    form: str
    project: str | None
    title: str
    sheet: str
    rows: list[RowOut]
    cells: list[CellOut]


class PlaceOut(_Out):
    form: str
    project: str | None
    sheet: str
    cell: str
    text: str


class FindingOut(_Out):
    id: str = Field(description="同一内容重查时不变")
    code: str
    severity: str = Field(pattern="^(error|warning|advice)$")
    title: str
    message: str
    where: list[PlaceOut]
    found: str
    expected: str
    difference: str
    remedy: str
    explanation: str = Field(description="单位说明：单位在退回的工作簿里写给这一条的话，没写为空")


class TotalsOut(_Out):
    """Printed and computed weight and score of a form."""

    form: str
    project: str | None
    printed_weight: str | None
    computed_weight: str
    printed_score: str | None
    claimed_sum: str
    computed_score: str
    grade: str | None


class UnplacedOut(_Out):
    sheet: str
    cell: str
    text: str


class EvaluationOut(_Out):
    """The whole evaluation of one filing."""

    year: int | None
    unit_code: str
    unit_name: str
    pack_year: int
    pack_version: str
    forms: list[FormOut]
    findings: list[FindingOut]
    totals: list[TotalsOut]
    unplaced: list[UnplacedOut]


def decimal_text(value: Decimal | None) -> str | None:
    """A decimal string without exponent; ``None`` stays ``None``."""
    return None if value is None else f"{value:f}"


def evaluation_out(pack: Pack, evaluation: Evaluation) -> EvaluationOut:
    """The evaluation in its published shape."""
    submission = evaluation.submission
    facts = Facts(
        forms=pack.forms,
        submission=submission,
        scores=evaluation.scores,
        policy=pack.scoring,
        year=pack.year,
    )
    return EvaluationOut(
        year=submission.year,
        unit_code=submission.unit_code,
        unit_name=submission.unit_name,
        pack_year=pack.year,
        pack_version=pack.info.version,
        forms=[_form(facts, data) for data in submission.forms],
        findings=[_finding(f, explained(submission.explanations, f)) for f in evaluation.findings],
        totals=[_totals(s) for s in evaluation.scores],
        unplaced=[
            UnplacedOut(sheet=u.sheet, cell=u.cell, text=u.text) for u in submission.unplaced
        ],
    )


def _form(facts: Facts, data: FormData) -> FormOut:
    form = facts.forms[data.form]
    score = facts.score_of(data)
    return FormOut(
        form=data.form,
        project=data.project,
        title=data.title or form.title,
        sheet=data.sheet,
        rows=_rows(data, form, score) if score is not None else [],
        cells=[cell for section in form.tables() for cell in _cells(facts, data, section)],
    )


def _rows(data: FormData, form: Form, score: FormScore) -> list[RowOut]:
    rows = [
        RowOut(
            kind=r.kind,
            name=r.name,
            target=_text(r.indicator.target) if r.indicator else None,
            actual=_text(r.indicator.actual) if r.indicator else None,
            weight=decimal_text(r.weight),
            claimed=decimal_text(r.claimed),
            computed=decimal_text(r.computed),
            working=r.working.sentence,
            rule=r.working.rule,
            source=r.working.source,
            state=r.state.value,
            cell=r.score_cell.cell or None,
        )
        for r in score.rows
    ]
    if form.indicators is not None:
        rows.append(_total_row(data, form.indicators.total_title, score))
    return rows


def _total_row(data: FormData, title: str, score: FormScore) -> RowOut:
    return RowOut(
        kind="total",
        name=title,
        target=None,
        actual=None,
        weight=decimal_text(score.printed_weight),
        claimed=decimal_text(score.printed_score),
        computed=decimal_text(score.computed_score),
        working=(score.cap.sentence if score.cap else None),
        rule=score.cap.rule if score.cap else "sum",
        source=score.cap.source if score.cap else None,
        state=None,
        cell=data.total_score.cell or None,
    )


def _cells(facts: Facts, data: FormData, section: TableSection) -> list[CellOut]:
    found = []
    for address, cell in data.cells.items():
        name, row, column = address.split(".", 2)
        if name != section.id:
            continue
        found.append(
            CellOut(
                section=section.title or section.id,
                row=facts.row_title(data, section, row),
                column=facts.column_title(data, section, column),
                value=_value(cell, section.column(column).type),
                text=cell.text,
                cell=cell.cell or None,
            )
        )
    return found


def _value(cell: Cell, type: CellType) -> str | None:
    """What a cell is worth: a decimal string for a figure, the words as they stand for the rest."""
    if cell.blank:
        return None
    if type is CellType.PERCENT:
        share = parse(cell.text, role="actual")
        if share.error is None and share.unit is not None and share.unit.dimension == "share":
            return decimal_text(share.amount)
    if type in (CellType.NUMBER, CellType.PERCENT):
        try:
            return decimal_text(parse_number(cell.text))
        except NumberError:
            return cell.text
    return cell.text


def _text(cell: Cell) -> str | None:
    return None if cell.blank else cell.text


def _finding(finding: Finding, explanation: str) -> FindingOut:
    return FindingOut(
        id=finding.fingerprint,
        code=finding.code,
        severity=finding.severity.value,
        title=finding.title,
        message=finding.message,
        where=[
            PlaceOut(form=p.form, project=p.project, sheet=p.sheet, cell=p.cell, text=p.text)
            for p in finding.where
        ],
        found=finding.found,
        expected=finding.expected,
        difference=finding.difference,
        remedy=finding.remedy,
        explanation=explanation,
    )


def _totals(score: FormScore) -> TotalsOut:
    return TotalsOut(
        form=score.form,
        project=score.project,
        printed_weight=decimal_text(score.printed_weight),
        computed_weight=f"{score.computed_weight:f}",
        printed_score=decimal_text(score.printed_score),
        claimed_sum=f"{score.claimed_sum:f}",
        computed_score=f"{score.computed_score:f}",
        grade=score.grade,
    )
