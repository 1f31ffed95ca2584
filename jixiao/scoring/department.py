"""The department rubric behind 附件1: control rates worth points, once a pack sets them."""

from __future__ import annotations

from decimal import Decimal

from jixiao.model.forms import Form
from jixiao.model.scores import RowScore, State
from jixiao.model.submission import NOTHING, Cell, FormData
from jixiao.policy.rates import DepartmentItem
from jixiao.scoring.execution import amount, unreadable
from jixiao.scoring.figures import divide, full, minus, percent, plain, shown
from jixiao.scoring.outcome import Basis, Outcome, figures, told
from jixiao.scoring.rates import worth
from jixiao.values import Value, parse

Filled = tuple[Form, FormData]


def score_department(
    basis: Basis, form: Form, data: FormData, others: dict[str, Filled]
) -> list[RowScore]:
    """A row for every item of the policy's department rubric.

    Args:
        others: further department forms of the filing by id, for addresses such as
            ``附件2:execution.total.annual``.
    """
    filled = others | {form.id: (form, data)}
    return [_item(basis, item, form.id, filled) for item in basis.policy.department_rubric.items]


def _item(basis: Basis, item: DepartmentItem, home: str, filled: dict[str, Filled]) -> RowScore:
    above = _figure(item.numerator, home, filled)
    below = _figure(item.denominator, home, filled)
    outcome = _outcome(basis, item, above, below)
    return RowScore(
        kind="rubric",
        name=item.name,
        row=item.id,
        state=outcome.state,
        weight=item.points,
        claimed=None,
        computed=outcome.points,
        working=outcome.working(basis),
        weight_cell=NOTHING,
        score_cell=NOTHING,
        target=below[1],
        actual=above[1],
        ratio=outcome.ratio,
    )


def _figure(address: str, home: str, filled: dict[str, Filled]) -> tuple[Cell, Value]:
    """The cell and value at ``表段.行.列`` or ``表号:表段.行.列``; blank where there is none."""
    name, _, place = address.rpartition(":")
    found = filled.get(name or home)
    parts = place.split(".")
    if found is not None and len(parts) == 3:
        form, data = found
        section = next((s for s in form.tables() if s.id == parts[0]), None)
        if section is not None:
            return amount(section, data, parts[1], parts[2])
    return NOTHING, parse("", role="actual")


def _outcome(
    basis: Basis, item: DepartmentItem, above: tuple[Cell, Value], below: tuple[Cell, Value]
) -> Outcome:
    why = unreadable("分子", *above) or unreadable("分母", *below)
    done, planned = above[1].amount, below[1].amount
    if why is None and done is None and planned is None and item.blank_full:
        points = full(item.points, basis.policy.decimals)
        sentence = f"{item.name}：没有这项数据，按规定得满分 {plain(points)} 分"
        return Outcome(State.SCORED, points, "department_rubric", told(sentence), item.source)
    if why is None and (done is None or planned is None):
        why = "数据空白"
    elif why is None and planned is not None and planned <= 0:
        why = f"基数为 {shown(below[1])}"
    if why is not None or done is None or planned is None:
        sentence = f"{item.name}无法计算：{why}"
        return Outcome(State.NOT_COMPUTABLE, None, "not_computable", told(sentence), item.source)
    rate, said = _rate(item, done, planned, shown(above[1]), shown(below[1]))
    points, how = worth(item, rate, item.points, basis.policy.decimals)
    sentence = f"{item.name} = {said} = {percent(rate)}，{how}"
    data = figures(numerator=done, denominator=planned, ratio=rate, weight=item.points)
    explain = told(sentence, data)
    return Outcome(State.SCORED, points, "department_rubric", explain, item.source, rate)


def _rate(
    item: DepartmentItem, done: Decimal, planned: Decimal, above: str, below: str
) -> tuple[Decimal, str]:
    if item.figure == "change":
        rate = divide(minus(done, planned), planned)
        return rate, f"（{above} − {below}）÷ {below}"
    return divide(done, planned), f"{above} ÷ {below}"
