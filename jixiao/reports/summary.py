"""The bureau's summary of a year: who filed, how they stand, and what is wrong most often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jixiao.model.evaluation import Evaluation
from jixiao.model.findings import Severity
from jixiao.policy import Pack
from jixiao.reports.charts import bar, executed
from jixiao.reports.html import render
from jixiao.reports.model import Chart, ChartRow
from jixiao.reports.words import figure, percent


@dataclass(frozen=True, slots=True)
class DepartmentSummary:
    """One department in the summary.

    Attributes:
        state: where it is, in the bureau's words (已公开, 退回修改, 未报送…).
        filed_on: the day of the latest filing, ``None`` where nothing was filed.
        claimed, computed: points, ``None`` where there is no score.
        annual, executed: full-year budget and execution, in the form's unit.
        findings: (code, title) of every finding of the latest filing.
        achieved: achievement of every indicator that has one, a share of its target.
        last_year: recomputed points of the year before, ``None`` where not known.
    """

    unit_code: str
    unit_name: str
    state: str
    filed_on: date | None = None
    late: bool = False
    claimed: Decimal | None = None
    computed: Decimal | None = None
    grade: str = ""
    annual: Decimal | None = None
    executed: Decimal | None = None
    errors: int = 0
    warnings: int = 0
    findings: tuple[tuple[str, str], ...] = ()
    achieved: tuple[Decimal, ...] = ()
    last_year: Decimal | None = None

    @property
    def short(self) -> int:
        """How many indicators stayed below their target."""
        return sum(1 for ratio in self.achieved if ratio < 1)

    @property
    def rate(self) -> Decimal | None:
        """Execution rate, a share."""
        if self.annual is None or self.executed is None or self.annual <= 0:
            return None
        return self.executed / self.annual


def department_summary(
    pack: Pack,
    evaluation: Evaluation,
    *,
    unit_code: str,
    unit_name: str,
    state: str,
    filed_on: date | None = None,
    late: bool = False,
    last_year: Decimal | None = None,
) -> DepartmentSummary:
    """A department's line from its latest evaluated filing."""
    main = evaluation.main
    data = evaluation.submission.one(main.form) if main is not None else None
    money = next(iter(executed(pack.forms[data.form], data)), None) if data is not None else None
    claimed = None
    if main is not None:
        claimed = main.printed_score if main.printed_score is not None else main.claimed_sum
    return DepartmentSummary(
        unit_code=unit_code,
        unit_name=unit_name,
        state=state,
        filed_on=filed_on,
        late=late,
        claimed=claimed,
        computed=evaluation.total,
        grade=evaluation.grade or "",
        annual=money[1] if money is not None else None,
        executed=money[2] if money is not None else None,
        errors=evaluation.count(Severity.ERROR),
        warnings=evaluation.count(Severity.WARNING),
        findings=tuple((f.code, f.title) for f in evaluation.findings),
        achieved=tuple(
            row.ratio
            for score in evaluation.scores
            for row in score.rows
            if row.kind == "indicator" and row.ratio is not None
        ),
        last_year=last_year,
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    """A department in the ranking; ``rank`` 0 where it has no score."""

    rank: int
    department: DepartmentSummary
    claimed: str
    computed: str
    rate: str
    last_year: str


@dataclass(frozen=True, slots=True)
class CommonFinding:
    """A rule that bit: how many departments, how many times."""

    code: str
    title: str
    departments: int
    times: int


@dataclass(frozen=True, slots=True)
class CountySummary:
    """The summary, ready to print.

    Attributes:
        filed, late: how many departments filed, and of those how many late.
        grades: (grade, count), best first.
        average: mean computed score, ``""`` where nobody has one.
        rate: execution of all departments together, ``""`` where it is not known.
        missing: departments that filed nothing.
        draft: made before the reports are public; every page says so.
    """

    year: int
    bureau: str
    as_of: date
    total: int
    filed: int
    late: int
    grades: tuple[tuple[str, int], ...]
    average: str
    rate: str
    ranking: tuple[Ranked, ...]
    missing: tuple[DepartmentSummary, ...]
    common: tuple[CommonFinding, ...]
    charts: tuple[Chart, ...]
    draft: bool = False

    @property
    def mark(self) -> str:
        return "草稿" if self.draft else ""


def county_summary(
    pack: Pack, departments: Sequence[DepartmentSummary], *, as_of: date, draft: bool = False
) -> CountySummary:
    """Bring the departments of a year together. Pure: no clock, no database."""
    filed = [d for d in departments if d.filed_on is not None]
    scores = [d.computed for d in filed if d.computed is not None]
    grades = Counter(d.grade for d in filed if d.grade)
    known = [
        (d.annual, d.executed) for d in filed if d.annual is not None and d.executed is not None
    ]
    annual = sum((a for a, _ in known), Decimal(0))
    done = sum((e for _, e in known), Decimal(0))
    drawn = (_distribution(scores), _achievement(filed), _rates(filed), _years(filed))
    return CountySummary(
        year=pack.year,
        bureau=pack.info.bureau.name,
        as_of=as_of,
        total=len(departments),
        filed=len(filed),
        late=sum(1 for d in filed if d.late),
        grades=tuple((b.grade, grades[b.grade]) for b in pack.scoring.grades.descending),
        average=figure((sum(scores, Decimal(0)) / len(scores)).quantize(Decimal("0.01")))
        if scores
        else "",
        rate=percent(done / annual) if annual > 0 else "",
        ranking=_ranking(filed),
        missing=tuple(d for d in departments if d.filed_on is None),
        common=_common(filed),
        charts=tuple(chart for chart in drawn if chart is not None),
        draft=draft,
    )


def _ranking(filed: Sequence[DepartmentSummary]) -> tuple[Ranked, ...]:
    """Best first; the same score has the same rank. Departments without a score come last."""
    lines: list[Ranked] = []
    ordered = sorted(
        filed, key=lambda d: (d.computed is None, -(d.computed or Decimal(0)), d.unit_code)
    )
    for place, each in enumerate(ordered, 1):
        tied = bool(lines) and lines[-1].department.computed == each.computed
        rank = 0 if each.computed is None else lines[-1].rank if tied else place
        rate = percent(each.rate) if each.rate is not None else ""
        before = figure(each.last_year)
        lines.append(Ranked(rank, each, figure(each.claimed), figure(each.computed), rate, before))
    return tuple(lines)


def _common(filed: Sequence[DepartmentSummary]) -> tuple[CommonFinding, ...]:
    """What bit the most departments first, at most fifteen."""
    times = Counter(finding for d in filed for finding in d.findings)
    widely = Counter(finding for d in filed for finding in set(d.findings))
    lines = [CommonFinding(c, t, widely[c, t], n) for (c, t), n in times.items()]
    return tuple(sorted(lines, key=lambda f: (-f.departments, -f.times, f.code))[:15])


_STEPS = ((90, 101), (80, 90), (70, 80), (60, 70), (0, 60))


def _distribution(scores: Sequence[Decimal]) -> Chart | None:
    if not scores:
        return None
    counts = [sum(1 for s in scores if low <= s < high) for low, high in _STEPS]
    whole = Decimal(max(counts))
    rows = tuple(
        ChartRow(
            f"{low} 分以上"
            if high > 100
            else f"{low}–{high} 分（不含 {high}）"
            if low
            else "不足 60 分",
            (bar(Decimal(n), whole, f"{n} 家"),),
        )
        for (low, high), n in zip(_STEPS, counts, strict=True)
    )
    return Chart("chart-scores", "重算得分分布", "按部门整体得分计。", ("单位数",), rows)


_ACHIEVED = (
    ("不足 60%", Decimal(0), Decimal("0.6")),
    ("60%–100%（不含 100%）", Decimal("0.6"), Decimal(1)),
    ("100%", Decimal(1), Decimal(1)),
    ("100%–130%（含 130%）", Decimal(1), Decimal("1.3")),
    ("130% 以上", Decimal("1.3"), None),
)


def _achievement(filed: Sequence[DepartmentSummary]) -> Chart | None:
    """How far the indicators of all departments got: over- and under-achievement."""
    ratios = [ratio for d in filed for ratio in d.achieved]
    if not ratios:
        return None
    counts = [
        (label, sum(1 for r in ratios if _between(r, low, high))) for label, low, high in _ACHIEVED
    ]
    whole = Decimal(max(n for _, n in counts))
    rows = tuple(ChartRow(label, (bar(Decimal(n), whole, f"{n} 项"),)) for label, n in counts)
    note = f"各单位可以计算完成程度的指标共 {len(ratios)} 项。"
    return Chart("chart-achievement", "指标完成程度", note, ("指标数",), rows)


def _between(ratio: Decimal, low: Decimal, high: Decimal | None) -> bool:
    """Whether a ratio is in a step: below 100 % steps begin with their figure, above they end."""
    if low == high:
        return ratio == low
    if high is not None and high <= 1:
        return low <= ratio < high or (low == 0 and ratio < 0)
    return ratio > low and (high is None or ratio <= high)


def _years(filed: Sequence[DepartmentSummary]) -> Chart | None:
    """Recomputed scores of two years, where both are known."""
    known = [
        (d.unit_name, d.last_year, d.computed)
        for d in filed
        if d.last_year is not None and d.computed is not None
    ]
    if not known:
        return None
    whole = Decimal(100)
    rows = tuple(
        ChartRow(name, (bar(before, whole, figure(before)), bar(now, whole, figure(now))))
        for name, before, now in known
    )
    return Chart("chart-years", "与上年得分对比", "满格为 100 分。", ("上年", "本年"), rows)


def _rates(filed: Sequence[DepartmentSummary]) -> Chart | None:
    """Execution rate of every department, lowest first."""
    known = sorted((d.rate, d.unit_name) for d in filed if d.rate is not None)
    if not known:
        return None
    rows = tuple(
        ChartRow(name, (bar(rate, Decimal("1.2"), percent(rate)),)) for rate, name in known
    )
    note = "全年执行数占全年预算数的比例，从低到高。"
    return Chart("chart-rates", "预算执行率", note, ("执行率",), rows, (833, "100%"))


def render_summary(summary: CountySummary) -> bytes:
    """The summary's page, for the bureau: UTF-8, complete in itself."""
    return render("reports/county.html.j2", summary=summary)
