"""The charts' data: lengths in permille, labels ready to print. The drawing is a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from jixiao.model.forms import CellType, Form, TableSection
from jixiao.model.scores import FormScore
from jixiao.model.submission import FormData, Submission
from jixiao.reports.model import NO_BAR, Chart, ChartBar, ChartRow
from jixiao.reports.words import figure, percent
from jixiao.rules.support.base import number

# The completion chart ends at 150 %; what is beyond is cut off there and labelled.
_FULL = Decimal("1.5")
_SHORTEST = 6  # permille: a small figure still shows


def bar(value: Decimal, whole: Decimal, label: str) -> ChartBar:
    """A bar of ``value`` where ``whole`` fills the width."""
    share = int(value * 1000 / whole) if whole > 0 else 0
    shortest = _SHORTEST if value > 0 else 0
    return ChartBar(min(max(share, shortest), 1000), label, share > 1000)


def completion(id: str, title: str, score: FormScore) -> Chart | None:
    """Achievement of every indicator that has one, against the target."""
    known = [r for r in score.rows if r.kind == "indicator"]
    drawn = [(r.name, r.ratio) for r in known if r.ratio is not None]
    if not drawn:
        return None
    note = "以目标值为 100%，超过 150% 的截断并加箭头。"
    if len(drawn) < len(known):
        note += f"另有 {len(known) - len(drawn)} 项为定性、时效等指标或无法计算，不在图中。"
    rows = tuple(
        ChartRow(name, (bar(max(ratio, Decimal(0)), _FULL, percent(ratio)),))
        for name, ratio in drawn
    )
    return Chart(id, title, note, ("完成程度",), rows, (int(1000 / _FULL), "目标 100%"))


def groups(id: str, score: FormScore) -> Chart | None:
    """Claimed and computed points of the execution and every group, as a share of their weight."""
    sums: dict[str, list[Decimal]] = {}
    for row in score.rows:
        if row.weight is None:
            continue
        name = "预算执行" if row.kind == "execution" else row.name
        if row.indicator is not None:
            name = row.indicator.level1
        entry = sums.setdefault(name, [Decimal(0), Decimal(0), Decimal(0)])
        entry[0] += row.weight
        entry[1] += row.claimed or Decimal(0)
        entry[2] += row.standing
    rows = tuple(
        ChartRow(
            f"{name}（{figure(full)} 分）",
            (bar(claimed, full, figure(claimed)), bar(computed, full, figure(computed))),
        )
        for name, (full, claimed, computed) in sums.items()
        if full > 0
    )
    note = "每组按该组分值满格。"
    return Chart(id, "各组得分", note, ("自评得分", "重算得分"), rows) if rows else None


def execution(id: str, forms: Mapping[str, Form], submission: Submission) -> Chart | None:
    """Full-year budget against execution: the department and each project."""
    lines = [line for data in submission.forms for line in executed(forms[data.form], data)]
    if not lines:
        return None
    whole = max(max(annual, done) for _, annual, done, _ in lines)
    unit = lines[0][3]
    rows = tuple(
        ChartRow(label, (bar(annual, whole, figure(annual)), bar(done, whole, figure(done))))
        for label, annual, done, _ in lines
    )
    note = f"单位：{unit}。同一比例尺。" if unit else "同一比例尺。"
    return Chart(id, "预算与执行", note, ("全年预算", "全年执行"), rows)


def executed(form: Form, data: FormData) -> Iterable[tuple[str, Decimal, Decimal, str]]:
    """Name, full-year budget, execution and unit of a form's main line, if both figures are there."""
    section = form.role("execution")
    if section is None:
        return
    row = next((r.id for r in section.rows if not r.sub), None)
    annual = number(data.get(f"{section.id}.{row}.annual"))
    done = number(data.get(f"{section.id}.{row}.executed"))
    if annual is not None and done is not None:
        yield data.project or "部门整体支出", annual, done, section.unit


def last_year(
    id: str, forms: Mapping[str, Form], submission: Submission, say: Callable[[str], str]
) -> Chart | None:
    """The main lines of the first table that carries last year's figures beside this year's."""
    for data in submission.forms:
        for section in forms[data.form].tables():
            columns = _yearly(section)
            if any("{last_year}" in title for _, title in columns):
                rows = _rows_beside(data, section, [c for c, _ in columns], say)
                if rows:
                    titles = tuple(say(title) for _, title in columns)
                    note = f"单位：{section.unit}。各行分别以本行最大数满格。"
                    return Chart(id, "与上年对比", note, titles, rows)
    return None


_FEWEST = 3  # with fewer departments a spread says nothing, or says who
_CENT = Decimal("0.01")


def spread(id: str, own: Decimal | None, scores: Sequence[Decimal]) -> Chart | None:
    """A department's recomputed score beside the highest, middle and lowest of the county."""
    if own is None or len(scores) < _FEWEST:
        return None
    lines = (
        ("本单位", own),
        ("最高", max(scores)),
        ("中位数", median(scores)),
        ("最低", min(scores)),
    )
    rows = tuple(
        ChartRow(name, (bar(value, Decimal(100), figure(value.quantize(_CENT, ROUND_HALF_UP))),))
        for name, value in lines
    )
    note = f"按部门整体重算得分，已有得分的 {len(scores)} 家。满格为 100 分。"
    return Chart(id, "与全县比较", note, ("得分",), rows)


def _yearly(section: TableSection) -> list[tuple[str, str]]:
    return [
        (c.id, c.title)
        for c in section.columns
        if c.type is CellType.NUMBER and ("{year}" in c.title or "{last_year}" in c.title)
    ]


def _rows_beside(
    data: FormData, section: TableSection, columns: Sequence[str], say: Callable[[str], str]
) -> tuple[ChartRow, ...]:
    rows = []
    for row in section.rows:
        if row.level or row.repeat:
            continue
        values = [number(data.get(f"{section.id}.{row.id}.{c}")) for c in columns]
        whole = max((v for v in values if v is not None), default=Decimal(0))
        if whole > 0:
            bars = (
                NO_BAR if v is None else bar(max(v, Decimal(0)), whole, figure(v)) for v in values
            )
            rows.append(ChartRow(say(row.title), tuple(bars)))
    return tuple(rows)
