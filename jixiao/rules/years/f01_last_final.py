"""F01: last year's column here is this column of last year's accepted filing."""

from __future__ import annotations

from collections.abc import Iterator

from jixiao.model.findings import Severity
from jixiao.model.forms import TableSection
from jixiao.model.submission import FormData
from jixiao.rules.support.base import Draft, Facts, plain, rule
from jixiao.rules.support.cells import figure, row_ids
from jixiao.rules.support.lines import spending
from jixiao.rules.support.projects import earlier_names
from jixiao.rules.support.sources import HOUSE
from jixiao.rules.support.text import bare


@rule(
    "F01",
    "上年决算与上年报送不符",
    Severity.ERROR,
    name="last-year-figures-unchanged",
    source=HOUSE,
    params={"tolerance": "0.005"},
)
def check(facts: Facts) -> Iterator[Draft]:
    """为什么：上年决算数去年已经报过并通过审核，今年引用时不能变。
    举例：去年报送的公务接待决算 4.00，今年“上年决算数”填 4.60。
    怎么改：改成去年通过的数；去年填错的，附更正说明。
    """
    if facts.prior is None:
        return
    for data, section in spending(facts, "last_final", "final"):
        before = next((f for f in facts.prior.of(data.form)), None)
        if before is None:
            continue
        for row in section.rows:
            for each in row_ids(data, section, row):
                then = _same_row(facts, data, before, section, each)
                now = figure(data, section, each, "last_final")
                old = figure(before, section, then, "final") if then is not None else None
                if now is None or old is None or abs(now - old) <= facts.decimal("tolerance"):
                    continue
                name = facts.row_title(data, section, each)
                yield Draft(
                    message=f"{data.form}“{name}”的上年决算填 {plain(now)}，"
                    f"上年通过的报送里是 {plain(old)}。",
                    where=(facts.table_place(data, section, each, "last_final"),),
                    found=plain(now),
                    expected=plain(old),
                    difference=plain(now - old),
                    remedy="改成去年通过的数；去年填错的，附更正说明。",
                )


def _same_row(
    facts: Facts, data: FormData, before: FormData, section: TableSection, row: str
) -> str | None:
    """The row of last year's filing: by id, a named row by its name or an earlier one."""
    label = data.labels.get(f"{section.id}.{row}")
    if label is None:
        return row
    template = row.split("[", 1)[0]
    names = earlier_names(facts, label.text)
    return next(
        (
            each
            for each, other in before.repeated(section.id, template)
            if bare(other.text) in names
        ),
        None,
    )
